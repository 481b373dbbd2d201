"""The frame of jobs that listen."""

import threading

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, EventSink, JobFinished, JobOutcome, JobStarted, ListenerStarted
from dicomdesk.engine.job import ThreadStarter
from dicomdesk.engine.receive.listening_job import ListeningJob, ReceiveResult, acceptor_ssl_context
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError

LONGEST_S = 20


class Listening(ListeningJob):
    """Takes a port of no listener, and ends when it is broken off."""

    def __init__(self, sink: EventSink, start_thread: ThreadStarter) -> None:
        super().__init__("listening", sink, start_thread)
        self.broken_off_by = ""
        self.is_stopping = threading.Event()
        self._is_broken_off = threading.Event()

    def open(self) -> None:
        self._listen("localhost", lambda: 4242)

    def progress(self) -> Progress:
        return Progress()

    def _work(self) -> ReceiveResult:
        self._control.wait_for_stop()
        with self._control.aborting_with(self._abort):
            self.is_stopping.set()
            assert self._is_broken_off.wait(LONGEST_S)
        return ReceiveResult(outcome=JobOutcome.CANCELLED)

    def _break_off(self) -> None:
        self.broken_off_by = threading.current_thread().name
        self._is_broken_off.set()

    def _after_fault(self, error: DicomdeskError) -> ReceiveResult:
        return ReceiveResult(outcome=JobOutcome.FAILED, error=error)


class Request:
    def make_job(self, sink: EventSink, start_thread: ThreadStarter, /) -> Listening:
        return Listening(sink, start_thread)


def test_start_and_port_are_reported_once_before_all_else_and_the_second_cancel_waits_for_nothing() -> None:
    events: list[Event] = []
    with Engine() as engine:
        job = engine.submit(Request(), events.append)
        assert job.port == 4242
        assert [type(event) for event in events] == [JobStarted, ListenerStarted]
        job.cancel()
        assert job.is_stopping.wait(LONGEST_S)
        job.cancel()
        assert job.done.result(LONGEST_S).outcome is JobOutcome.CANCELLED
    assert job.broken_off_by == "dicomdesk-listening-abort"
    assert [type(event) for event in events] == [JobStarted, ListenerStarted, JobFinished]


def test_plain_connections_have_no_tls_context() -> None:
    assert acceptor_ssl_context(None) is None
