import io
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from dicomdesk.cli.output.job_watch import JobWatch, json_reporter
from dicomdesk.engine import job as engine_job
from dicomdesk.engine.events import Event, EventSink, JobFinished, JobOutcome, Notice, NoticeLevel
from dicomdesk.engine.stats import Progress
from dicomdesk.logs import Level, console_log
from tests.helpers.jobs.recorder import DEADLINE_S

LOGGER = console_log(Level.WARN).logger("dcmtk.apps.dcmsend")
FINISHED = JobFinished(job_id="j", outcome=JobOutcome.COMPLETED, counts={})
NOTICE = Notice(job_id="j", level=NoticeLevel.INFO, text="t")
PROGRESS = Progress(
    items_total=0,
    items_done=0,
    bytes_total=0,
    bytes_done=0,
    bytes_per_s=0.0,
    items_per_s=0.0,
    seconds_left=None,
    associations=0,
)


class Kept:
    """Keeps what it is shown."""

    def __init__(self, *, wants: bool = True) -> None:
        self.seen: list[Event] = []
        self._wants = wants

    def wants(self, _event: Event) -> bool:
        return self._wants

    def show(self, batch: Sequence[Event]) -> None:
        self.seen.extend(batch)


class Job:
    """Finishes after its progress was asked for some times."""

    def __init__(self, watch: JobWatch[Event], looks: int) -> None:
        self._watch = watch
        self._looks_left = looks

        self.done: Future[str] = Future()
        self.done.set_result("done")

    def cancel(self) -> None:
        self._watch.sink(FINISHED)

    def abandon(self) -> None:
        raise NotImplementedError

    def progress(self) -> Progress:
        self._looks_left -= 1
        if self._looks_left <= 0:
            self._watch.sink(FINISHED)
        return PROGRESS


def test_lines_are_shown_what_they_want() -> None:
    lines = Kept(wants=False)
    watch = JobWatch(lines, LOGGER)
    watch.sink(NOTICE)
    watch.sink(FINISHED)
    watch.run(Job(watch, 1))
    assert lines.seen == [FINISHED]
    assert watch.last_signal == 0


@pytest.mark.long
def test_json_has_all_events_and_gauges_that_have_changed(capsys: pytest.CaptureFixture[str]) -> None:
    watch = JobWatch(Kept(), LOGGER, json=json_reporter(is_wanted=True))
    watch.sink(NOTICE)
    watch.run(Job(watch, 1))
    names = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert names == ["notice", "progress", "job-finished"]


def test_no_progress_is_drawn_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    watch = JobWatch(Kept(), LOGGER, progress_word="sending")
    watch.sink(FINISHED)
    watch.run(Job(watch, 1))
    assert isinstance(sys.stderr, io.StringIO)
    assert sys.stderr.getvalue() == ""


def test_progress_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("dicomdesk.cli.output.terminal._PATIENCE_S", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    watch = JobWatch(Kept(), LOGGER, progress_word="sending")
    watch.run(Job(watch, 2))
    assert "sending" in screen.getvalue()


class Told(engine_job.Job[str]):
    """Gets a second signal at its first cancel and ends at its second."""

    def _work(self) -> str:
        is_over = threading.Event()
        with (
            self._control.stopping_with(lambda: os.kill(os.getpid(), signal.SIGINT)),
            self._control.aborting_with(is_over.set),
        ):
            assert is_over.wait(DEADLINE_S)
        return "done"

    def _finished(self, result: str) -> JobFinished:
        return JobFinished(job_id=self.id, outcome=JobOutcome.CANCELLED, counts={}, error=result)


class ToldRequest:
    """Gets a signal before its job begins."""

    def make_job(self, sink: EventSink, _start_thread: engine_job.ThreadStarter, /) -> Told:
        os.kill(os.getpid(), signal.SIGINT)
        return Told("told", sink)


def test_cancels_are_told_and_the_result_returned(capsys: pytest.CaptureFixture[str]) -> None:
    watch = JobWatch(Kept(), LOGGER)
    assert watch.carry_out(ToldRequest(), len) == len("done")
    assert watch.last_signal == signal.SIGINT
    assert capsys.readouterr().err == "W: cancelling in order, a second signal aborts\nW: aborting\n"


def test_what_the_first_signal_does_has_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    watch = JobWatch(Kept(), LOGGER, verb="ending")
    watch.carry_out(ToldRequest(), len, begun=lambda job: job.cancel())
    assert capsys.readouterr().err.startswith("W: ending in order")
