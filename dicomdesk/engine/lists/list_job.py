"""The list job: lines are handed out to workers, each with an association, and booked one by one."""

import itertools
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from dicomdesk.dicom.lists.entries import ListEntry
from dicomdesk.dicom.query.query import Model
from dicomdesk.engine.events import Event, JobFinished, JobOutcome, Notice, NoticeLevel
from dicomdesk.engine.job import EventRelay, Job, JobControl, ThreadStarter, new_job_id
from dicomdesk.engine.lists.facts import LineEnded, LineStarted, ListFact, ListPaused, ListResumed, ListSink
from dicomdesk.engine.lists.line_asker import LineAsker, NotAnsweredError
from dicomdesk.engine.lists.line_fetch import LineFetcher, describe_fetch, storages_of
from dicomdesk.engine.lists.questions import Answers, announced_instances, level_of, plan_retrieval
from dicomdesk.engine.lists.request import ListRequest
from dicomdesk.engine.lists.results import LineResult, LineState, ListOutcome, is_settled
from dicomdesk.engine.lists.state_file import ListState, MemoryState, StateFile
from dicomdesk.engine.outgoing_association import NotOpenedError
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.engine.reach.commons import Commons
from dicomdesk.engine.retrieve.request import ExpectedInstance
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError, PeerError
from dicomdesk.human import printable

__all__ = ["Clock", "ListJob"]

_MOST_UIDS = 20
_KEPT_OPEN_S = 5.0
"""Over a longer pause no association is kept: peers end those that say nothing."""
_LONGEST_LOOK_S = 30.0
"""How long a wait for a time of the day is at once: the clock may be changed, and the machine may sleep."""
_FIRST_TRY_S, _LAST_TRY_S = 2.0, 60.0


class Clock(Protocol):
    """The time of the day, and waiting."""

    def now(self) -> datetime:
        """Local time; aware."""

    def wait(self, control: JobControl, seconds: float) -> bool:
        """Wait unless or until the job is cancelled; True when the whole time has passed."""


class LocalClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Local time."""
        return datetime.now().astimezone()

    def wait(self, control: JobControl, seconds: float) -> bool:
        """Wait for so long."""
        return control.wait(seconds)


class ListJob(Job[ListOutcome]):
    """Works off a list. Built by the engine."""

    _report: EventRelay[ListFact]

    def __init__(
        self, request: ListRequest, sink: ListSink, start_thread: ThreadStarter, clock: Clock | None = None
    ) -> None:
        """Open the state file; raises ListStateError."""
        super().__init__(new_job_id("list"), sink)
        self._request = request
        self._start_thread = start_thread
        self._clock = clock or LocalClock()
        self._fetcher = (
            LineFetcher(request.fetch, self._control, self._report, start_thread) if request.fetch is not None else None
        )
        self._state = _open_state(request)
        try:
            self._results = self._state.results()
        except BaseException:
            self._state.close()
            raise
        self._done = {number for number, result in self._results.items() if self._is_settled(result)}
        """Numbers of the lines that are settled, or were tried in this run."""
        self._lock = threading.Lock()
        self._waiting: deque[ListEntry] = deque()
        self._error: DicomdeskError | None = None
        self._faults: list[BaseException] = []
        self._left = {entry.number for entry in request.entries}
        """Numbers of the lines that are still to be done in this run."""
        self._may_help = threading.Event()
        self._numbers = itertools.count(1)
        self._was_associated = False

    def share(self, commons: Commons) -> None:
        """Take what the jobs of an engine share."""
        if self._fetcher is not None:
            self._fetcher.share(commons)

    def note_arrival(self, event: Event) -> None:
        """Count a fact of a listener that runs already, and is the destination; any thread, in their order."""
        if self._fetcher is not None:
            self._fetcher.note_arrival(event)

    def withdraw(self) -> None:
        """Let go of the state file: the job will not run."""
        self._state.close()

    def progress(self) -> Progress:
        """How many lines have a result, and what has come for them."""
        fetched = self._fetcher.progress() if self._fetcher is not None else Progress()
        return replace(fetched, items_total=len(self._request.entries), items_done=len(self._done))

    # -- work, on the job's thread

    def _work(self) -> ListOutcome:
        try:
            if self._state.notice:
                self._tell(NoticeLevel.WARNING, self._state.notice)
            if self._results:
                self._report(ListResumed(job_id=self.id, results=tuple(self._results.values())))
            self._begin()
            self._share_out()
            if self._faults:
                raise self._faults[0]
            self._book_repeated()
            return self._outcome()
        finally:
            self._state.close()

    def _share_out(self) -> None:
        """Have all lines worked off; returns when all workers have ended."""
        extra = max(0, min(self._request.parallel, len(self._waiting)) - 1)
        threads = [self._start_thread(f"{self.id}-{number + 2}", self._help) for number in range(extra)]
        self._guarded(is_first=True)
        self._may_help.set()
        for thread in threads:
            thread.join()
        if self._waiting:  # what a helper has given back when the first worker had ended
            self._guarded(is_first=True)

    def _help(self) -> None:
        """A further worker, once the peer has answered the first."""
        self._may_help.wait()
        self._guarded(is_first=False)

    def _begin(self) -> None:
        """Book what needs no peer, and line up the rest."""
        for entry in self._request.entries:
            result = self._results.get(entry.number)
            if entry.fault:
                if result is None:
                    self._book(LineResult(number=entry.number, state=LineState.FAILED, reason=entry.fault))
            elif not entry.same_as and not self._is_settled(result):
                self._waiting.append(entry)
        self._left = {entry.number for entry in self._waiting}
        if self._waiting and self._fetcher is not None:
            self._fetcher.look_around()

    def _book_repeated(self) -> None:
        """Lines that repeat an earlier one have its result."""
        for entry in self._request.entries:
            first = self._results.get(entry.same_as)
            if first is not None:
                own = replace(first, number=entry.number, reason=first.reason or _same_as(self._request.entries, entry))
                known = self._results.get(entry.number)
                if known is None or replace(known, at=own.at) != own:
                    self._book(own)

    def _is_settled(self, result: LineResult | None) -> bool:
        if result is None:
            return False
        fetches = self._fetcher is not None
        return is_settled(result.state, fetches=fetches, takes_all=self._request.takes_all)

    def _guarded(self, *, is_first: bool) -> None:
        try:
            self._work_lines(is_first=is_first)
        except Exception as error:  # noqa: BLE001 - the top level of a worker; raised again by the job's thread
            self._faults.append(error)
            with self._lock:
                self._waiting.clear()

    def _work_lines(self, *, is_first: bool) -> None:
        asker = LineAsker(
            self._request,
            job_id=self.id,
            control=self._control,
            report=self._report,
            next_number=lambda: next(self._numbers),
        )
        try:
            while (entry := self._next(asker)) is not None:
                self._report(LineStarted(job_id=self.id, number=entry.number))
                result = self._carry_out(asker, entry, is_first=is_first)
                if result is None:
                    return
                self._book(result)
                if self._waiting and self._request.pause_s > 0:
                    if self._request.pause_s > _KEPT_OPEN_S:
                        asker.release()
                    self._clock.wait(self._control, self._request.pause_s)
        finally:
            asker.release()

    def _next(self, asker: LineAsker) -> ListEntry | None:
        """The next line, once it may begin; None where none is to be begun."""
        window = self._request.window
        is_told = False
        while window is not None and self._waiting and not self._control.is_stopping:
            now = self._clock.now()
            opening = window.next_opening(now)
            if opening <= now:
                break
            asker.release()
            if not is_told:
                is_told = True
                reason = f"Lines are asked for between {str(window).replace('-', ' and ')}"
                self._report(ListPaused(job_id=self.id, until=opening, reason=reason))
            self._clock.wait(self._control, min(_seconds(opening - now), _LONGEST_LOOK_S))
        with self._lock:
            if self._control.is_stopping or self._error is not None or not self._waiting:
                return None
            return self._waiting.popleft()

    # -- a line

    def _carry_out(self, asker: LineAsker, entry: ListEntry, *, is_first: bool) -> LineResult | None:
        """What comes of a line; None where it is to be asked for another time, and no other by this worker."""
        tried_s, pause_s = 0.0, _FIRST_TRY_S
        while True:
            try:
                return self._try_line(asker, entry)
            except NotOpenedError as error:
                self._was_associated = self._was_associated or asker.was_associated
                if self._control.is_stopping or self._error is not None:
                    return None
                if not is_first:
                    self._give_back(entry, error.error)
                    return None
                is_over = not self._was_associated or tried_s >= self._request.patience_s
                if is_over or not isinstance(error.error, PeerError):
                    self._end_early(error.error)
                    return None
                until = self._clock.now() + timedelta(seconds=pause_s)
                self._report(ListPaused(job_id=self.id, until=until, reason=printable(str(error.error))))
                if not self._clock.wait(self._control, pause_s):
                    return None
                tried_s, pause_s = tried_s + pause_s, min(pause_s * 2, _LAST_TRY_S)

    def _give_back(self, entry: ListEntry, error: DicomdeskError) -> None:
        """The peer does not take so many associations at once as there are workers: one fewer goes on."""
        with self._lock:
            self._waiting.appendleft(entry)
        self._tell(NoticeLevel.WARNING, f"Fewer lines at once: {printable(str(error))}")

    def _try_line(self, asker: LineAsker, entry: ListEntry) -> LineResult | None:
        before = self._results.get(entry.number)
        result = LineResult(number=entry.number, attempts=(before.attempts if before is not None else 0) + 1)
        try:
            answers = asker.ask(entry)
            self._was_associated = True
            self._may_help.set()
            if self._control.is_stopping:
                return None  # the query was cancelled, and may have told of less than there is
            result = _describe(result, entry, answers)
            is_wanted = result.state is LineState.FOUND or (
                result.state is LineState.AMBIGUOUS and self._request.takes_all
            )
            if self._fetcher is None or not is_wanted:
                return result
            return self._fetch(asker, entry, answers, result)
        except NotAnsweredError as error:
            return replace(result, state=LineState.FAILED, reason=str(error))
        except PeerError as error:
            if self._control.is_stopping:
                return None
            return replace(result, state=LineState.FAILED, reason=printable(str(error)))

    def _fetch(self, asker: LineAsker, entry: ListEntry, answers: Answers, result: LineResult) -> LineResult | None:
        fetch, fetcher = self._request.fetch, self._fetcher
        assert fetch is not None
        assert fetcher is not None
        model = QueryModel.STUDY_ROOT if fetch.model is Model.STUDY_ROOT else self._request.model
        planned = [plan_retrieval(entry, answer, model) for answer in answers.fitting]
        identifiers = [identifier for identifier in planned if identifier is not None]
        if len(identifiers) < len(planned):
            return replace(result, state=LineState.FAILED, reason="The peer does not say of which study it is")
        expected: list[ExpectedInstance] = []
        for position, identifier in enumerate(identifiers):
            expected += [replace(one, identifier=position) for one in asker.survey(identifier)]
        if self._control.is_stopping:
            return None
        asker.release()  # some peers have one place for us, and most end what says nothing for long
        is_all_known = len(expected) >= announced_instances(answers.fitting)
        outcome = fetcher.fetch(tuple(identifiers), tuple(expected), takes_again=not is_all_known)
        if outcome is None or (self._control.is_stopping and outcome.outcome is JobOutcome.CANCELLED):
            return None
        return describe_fetch(result, outcome)

    # -- books

    def _book(self, result: LineResult) -> None:
        kept = replace(result, at=self._clock.now().isoformat(timespec="seconds"))
        self._state.book(kept)
        with self._lock:
            self._results[kept.number] = kept
            self._done.add(kept.number)
            self._left.discard(kept.number)
        self._report(LineEnded(job_id=self.id, result=kept))

    def _tell(self, level: NoticeLevel, text: str) -> None:
        self._report(Notice(job_id=self.id, level=level, text=text))

    def _end_early(self, error: DicomdeskError) -> None:
        with self._lock:
            self._error = self._error or error

    def _outcome(self) -> ListOutcome:
        numbers = (entry.number for entry in self._request.entries)
        results = tuple(self._results.get(number) or LineResult(number=number) for number in numbers)
        outcome = JobOutcome.COMPLETED
        if self._error is not None:
            outcome = JobOutcome.FAILED
        elif self._control.is_stopping and self._left:
            outcome = JobOutcome.CANCELLED
        return ListOutcome(
            outcome=outcome,
            results=results,
            error=self._error,
            was_associated=self._was_associated or self._error is None,
        )

    def _after_fault(self, error: DicomdeskError) -> ListOutcome:
        self._end_early(error)
        return self._outcome()

    def _finished(self, result: ListOutcome) -> JobFinished:
        error = "" if result.outcome is JobOutcome.COMPLETED else result.text
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=error)


def _same_as(entries: Sequence[ListEntry], entry: ListEntry) -> str:
    return f"The same as line {entries[entry.same_as - 1].line}"


def _open_state(request: ListRequest) -> ListState:
    if request.state_file is None:
        return MemoryState()
    storages = storages_of(request.fetch) if request.fetch is not None else []
    return StateFile(
        request.state_file,
        str(request.peer),
        request.entries,
        is_synced=any(storage.fsync for storage in storages),
        about=request.about,
    )


def _describe(result: LineResult, entry: ListEntry, answers: Answers) -> LineResult:
    """The result of a line once its query was answered."""
    level = level_of(entry)
    uids = tuple(printable(answer.unique_value(level)) for answer in answers.fitting[:_MOST_UIDS])
    found = replace(result, matches=len(answers.fitting), uids=uids)
    if not answers.fitting:
        return replace(found, state=LineState.NOT_FOUND, reason=answers.note)
    if answers.is_ambiguous:
        return replace(found, state=LineState.AMBIGUOUS, reason=f"{len(answers.fitting):,} fit the line")
    return replace(found, state=LineState.FOUND, reason=answers.note)


def _seconds(span: timedelta) -> float:
    return max(0.0, span.total_seconds())
