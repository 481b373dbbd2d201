"""The engine's process as the window's process sees it: begun when it is needed, asked, listened to, and mourned."""

import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    AssociationRequested,
    Event,
    JobFinished,
    JobOutcome,
)
from dicomdesk.engine.facts.arrivals import ReceptionSum, StoredSum
from dicomdesk.engine.host.news import JobResult, ReceptionNews, RuleNews, SendingNews
from dicomdesk.engine.outbox.facts import OutboxFact, RunEnded, RunStarted
from dicomdesk.engine.receive.book.book_news import BookLost, BookNews
from dicomdesk.engine.receive.listening_job import ReceiveResult
from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, HostLostError, SettingsError

if TYPE_CHECKING:
    from dicomdesk.engine.host.far_rules import FarRules
    from dicomdesk.engine.host.line import Line
    from dicomdesk.engine.journal.records import SettingValue
    from dicomdesk.engine.outbox.errands import Destination, Resolve

__all__ = ["LOOKS_UNTIL_SILENT", "EngineHost", "HostFact", "HostedJob", "SendingFact"]

LOOKS_UNTIL_SILENT = 5
"""It was looked so often after the process without an answer: it hangs."""

_BEGIN_S = 60.0
"""How long the process may take until it listens, on a machine that is busy with other things."""
_KILL_AFTER_S = 10.0
_MOST_POSTED = 1000
_MOST_LOSSES, _LOSSES_WITHIN_S = 4, 60.0
"""So often in so long: it does not get better by being begun once more."""

HostFact = BookNews | BookLost | ReceptionSum | Event
SendingFact = OutboxFact | ReceptionSum | StoredSum | Event


class HostedJob:
    """A receive job of the engine's process; see ``Job``."""

    def __init__(self, host: "EngineHost", sink: Callable[[HostFact], None]) -> None:
        self.id = ""
        self.port = 0
        self.done: Future[ReceiveResult] = Future()
        self.done.set_running_or_notify_cancel()
        self.gauges = Progress()
        self.sink = sink
        self.open: dict[int, None] = {}
        """Associations that were received and are not over."""
        self._host = host

    def cancel(self) -> None:
        """First call: let associations end. Second call: abort them."""
        self._host.post("cancel", self.id)

    def progress(self) -> Progress:
        """Return how far it was when that was told last."""
        return self.gauges


class EngineHost:
    """Begins the process, and receive jobs in it. All methods may be called from any thread; few may wait.

    Where the process ends by itself, jobs end with a HostLostError, and the next one that is asked for begins another.
    """

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._lock = threading.Lock()
        self._delivering = threading.Lock()
        """Held while facts are given to whom they concern, so that they come in their order."""
        self._line: Line | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closing = self._is_heard = self._is_given_up = False
        self._jobs: dict[str, HostedJob] = {}
        self._early: list[ReceptionNews | JobResult] = []
        """Told before the job was known that it is about."""
        self._posted: deque[tuple[str, tuple[object, ...]]] = deque(maxlen=_MOST_POSTED)
        """What is to be done by the next process."""
        self._begun_by: list[tuple[str, tuple[object, ...]]] = []
        """What each process is asked for first."""
        self.told: Callable[[HostFact], None] = lambda _fact: None
        """Told what the arrival book is now, when no job is about it; on a thread of its own."""
        self.told_sending: Callable[[SendingFact], None] = lambda _fact: None
        """Told what the Outbox and its runs report; on a thread of its own."""
        self.runs: Mapping[str, Progress] = {}
        """Gauges of the runs of the Outbox, by job."""
        self._under_way: dict[str, str] = {}
        """Peers of the runs, by job."""
        self._open_sent: dict[tuple[str, int], None] = {}
        """Associations of runs that are not over, by job and number."""
        self._losses: deque[float] = deque(maxlen=_MOST_LOSSES)
        self.resolve: Resolve = _nobody_resolves
        """Turns peers' names into destinations for the Outbox, on a thread that may wait."""
        self.lost: Callable[[str], None] = lambda _words: None
        """Told that the process has ended by itself, and how; on a thread of its own."""
        self.heard: Callable[[Event], None] = lambda _event: None
        """Told every fact as it is, while somebody wishes that; on a thread of its own."""
        self.rules: FarRules | None = None
        """Told what rules report, and of their end."""

    @property
    def process_id(self) -> int:
        """Of the process; 0 where there is none."""
        process = self._process
        return process.pid if process is not None else 0

    @property
    def is_hopeless(self) -> bool:
        """Whether the process has ended by itself so often of late that it does not help to begin it once more."""
        losses = self._losses
        return len(losses) == _MOST_LOSSES and time.monotonic() - losses[0] < _LOSSES_WITHIN_S

    def begin(self) -> None:
        """Begin the process where there is none; waits a moment. Raises LocalError."""
        with self._starting:
            if self._line is not None:
                return
            if self._is_closing:
                raise HostLostError("The engine is closed")
            from dicomdesk.engine.host.child import begin_child, end_words  # noqa: PLC0415 - the window is painted before
            from dicomdesk.engine.host.line import Line  # noqa: PLC0415 - the window is painted before

            process = begin_child()
            assert process.stdin is not None
            assert process.stdout is not None
            line = Line(process.stdout, process.stdin, self._do, self._take, lambda: self._mourn(process))
            line.begin()
            for operation, values in self._begun_by:
                with suppress(DicomdeskError):
                    line.ask(operation, *values)
            if self._is_heard:
                line.post("hear")
            with self._lock:  # whoever asks finds what was begun
                if line.is_over:
                    process.kill()
                    self._losses.append(time.monotonic())
                    words = f"The process of the engine has ended by itself ({end_words(process.wait())})"
                    raise HostLostError(words)
                self._line, self._process = line, process
                for operation, values in self._posted:
                    line.post(operation, *values)
                self._posted.clear()

    def look_after(self) -> int:
        """Ask the process whether it is there; return how many such questions it has not answered. Never waits."""
        line = self._line
        if line is None:
            return 0
        unanswered = line.unanswered_looks
        line.look_after()
        return unanswered

    def give_up(self) -> None:
        """End the process, which does not answer any more, at once: what follows is as if it had ended by itself.

        What was acknowledged is on the disk, and what waits in the journal, but for what has happened in its last 200
        ms: that is sent again.
        """
        with self._lock:
            process = self._process
            self._is_given_up = process is not None
        if process is not None:
            process.kill()

    def hear(self) -> None:
        """Have every fact told to ``heard``, from when this returns; where there is no process, from its begin."""
        self._is_heard = True
        if self._line is not None:
            with suppress(HostLostError):
                self.ask("hear")

    def hear_no_more(self) -> None:
        """Have facts told as sums alone."""
        self._is_heard = False
        self.post("hear_no_more")

    def catch_up(self) -> None:
        """Return when all has been told here that has been reported there until now; waits."""
        with suppress(HostLostError):
            self.ask("tell_all")

    def at_begin(self, operation: str, *values: object) -> None:
        """Ask this of each process that is begun, first, and of the one that there is; waits for it."""
        with self._starting:
            self._begun_by.append((operation, values))
            line = self._line
        if line is not None:
            line.ask(operation, *values)

    def submit(self, request: ReceiveRequest, sink: Callable[[HostFact], None]) -> HostedJob:
        """Begin a receive job; it listens when this returns. See ``Engine.submit``."""
        self.begin()
        job = HostedJob(self, sink)
        plain = replace(request, book=None, commitments=None)
        found = cast(tuple[str, int], self.ask("listen", plain, limit_s=_BEGIN_S))
        job.id, job.port = found
        with self._delivering:
            with self._lock:
                if self._line is None:
                    raise HostLostError("The process of the engine has ended")
                self._jobs[job.id] = job
                early, self._early = self._early, []
            for news in early:
                self._deliver(news)
        return job

    def ask(self, operation: str, *values: object, limit_s: float | None = None) -> object:
        """Ask the process, and return what it answers; waits. Raises what that raises, and HostLostError."""
        line = self._line
        if line is None:
            raise HostLostError("The process of the engine has ended")
        return line.ask(operation, *values, limit_s=limit_s)

    def post(self, operation: str, *values: object) -> None:
        """Have the process do something soon; where there is none, the next one once it is there."""
        with self._lock:
            line = self._line
            if line is None:
                self._posted.append((operation, values))
        if line is not None:
            line.post(operation, *values)

    def close(self) -> None:
        """Take no more jobs, end all in order, and the process with them; waits for that."""
        self._is_closing = True
        with self._starting:
            line, process = self._line, self._process
        if line is None or process is None:
            return
        with suppress(DicomdeskError):
            line.ask("end")
        self._end(line, process)

    def abort(self) -> None:
        """Break off what is under way, and end the process; does not wait for peers."""
        self._is_closing = True
        line, process = self._line, self._process
        if line is not None and process is not None:
            self._end(line, process)

    def _end(self, line: "Line", process: "subprocess.Popen[bytes]") -> None:
        line.close()
        try:
            process.wait(0.0 if line.unanswered_looks > LOOKS_UNTIL_SILENT else _KILL_AFTER_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        line.join()

    # -- on threads of the line

    def _do(self, operation: str, values: tuple[object, ...]) -> object:
        if operation != "resolve":
            raise DicomdeskError(f"internal error: nothing is called {operation}")
        peer, settings = values
        return self.resolve(cast(str, peer), cast("Mapping[str, SettingValue]", settings))

    def _take(self, news: object) -> None:
        with self._delivering:
            self._deliver(news)

    def _deliver(self, news: object) -> None:
        match news:
            case ReceptionNews():
                self._take_news(news)
            case SendingNews(facts=facts, gauges=gauges):
                self.runs = gauges
                for _, fact in facts:
                    self._note_run(fact)
                    self.told_sending(fact)
            case RuleNews():
                if self.rules is not None:
                    self.rules.take(news)
            case JobResult(job_id=job_id, result=result):
                with self._lock:
                    job = self._jobs.pop(job_id, None)
                    if job is None:
                        self._early.append(news)
                if job is not None:
                    job.done.set_result(result)
            case _:
                pass

    def _take_news(self, news: ReceptionNews) -> None:
        with self._lock:
            jobs = dict(self._jobs)
            if any(getattr(fact, "job_id", "") not in jobs for _, fact in news.facts):
                self._early.append(replace(news, book=None, heard=()))
                news = replace(news, facts=(), gauges={})
        if news.book is not None:
            self.told(news.book)
        for job_id, gauges in news.gauges.items():
            if job_id in jobs:
                jobs[job_id].gauges = gauges
        for _, fact in news.facts:
            job = jobs[fact.job_id]
            _note_open(job, fact)
            job.sink(fact)
        for event in news.heard:
            self.heard(event)

    def _note_run(self, fact: SendingFact) -> None:
        match fact:
            case RunStarted(job_id=job_id, peer=peer):
                self._under_way[job_id] = peer
            case RunEnded(job_id=job_id):
                self._under_way.pop(job_id, None)
            case AssociationRequested(job_id=job_id, association=association):
                self._open_sent[job_id, association] = None
            case AssociationReleased() | AssociationAborted() | AssociationFailed():
                self._open_sent.pop((fact.job_id, fact.association), None)
            case _:
                pass

    def _mourn_runs(self, words: str) -> None:
        """What was being sent has ended with the process."""
        gone, self._open_sent = self._open_sent, {}
        for job_id, association in gone:
            self.told_sending(AssociationAborted(job_id=job_id, association=association, by_peer=False, reason=words))
        runs, self._under_way = self._under_way, {}
        for job_id, peer in runs.items():
            self.told_sending(RunEnded(job_id=job_id, peer=peer, reason=words))

    def _mourn(self, process: "subprocess.Popen[bytes]") -> None:
        """The process says nothing any more: all that it was at has ended."""
        with self._lock:
            line = self._line
            if line is None or self._process is not process:
                return
            self._line = self._process = None
            self.runs = {}
            jobs, self._jobs, self._early = list(self._jobs.values()), {}, []
        rules, self.rules = self.rules, None
        if self._is_closing and not jobs:
            if rules is not None:
                rules.mourn("The engine is closed")
            return
        from dicomdesk.engine.host.child import end_words  # noqa: PLC0415 - it is there, as the process was begun

        process.kill()  # it may be there without saying anything
        words = f"The process of the engine has ended by itself ({end_words(process.wait())})"
        if self._is_given_up:
            self._is_given_up, words = False, "The process of the engine did not answer and was ended"
        line.close()
        self._losses.append(time.monotonic())
        for job in jobs:
            for association in job.open:
                job.sink(AssociationAborted(job_id=job.id, association=association, by_peer=False, reason=words))
            job.sink(JobFinished(job_id=job.id, outcome=JobOutcome.FAILED, counts={}, error=words))
        self.told(BookLost())
        self._mourn_runs(words)
        if rules is not None:
            rules.mourn(words)
        self.lost(words)
        for job in jobs:
            job.done.set_result(ReceiveResult(outcome=JobOutcome.FAILED, error=HostLostError(words)))


def _note_open(job: HostedJob, fact: "Event | ReceptionSum") -> None:
    match fact:
        case AssociationReceived(association=association):
            job.open[association] = None
        case AssociationReleased() | AssociationAborted() | AssociationFailed():
            job.open.pop(fact.association, None)
        case _:
            pass


def _nobody_resolves(peer: str, _settings: "Mapping[str, SettingValue]") -> "Destination":
    raise SettingsError(f"Nobody knows the peer {peer}")
