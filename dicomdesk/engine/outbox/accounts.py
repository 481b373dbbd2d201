"""What follows for errands from what happens in a run, and from its end. Under the lock of the errands."""

import os
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.delivery.ledger import Answer
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.journal.records import ErrandState, InstanceNote, InstanceState
from dicomdesk.engine.outbox.decisions import RunVerdict, judge_run
from dicomdesk.engine.outbox.errand_book import ErrandBook
from dicomdesk.engine.outbox.errands import OutboxLimits
from dicomdesk.engine.outbox.facts import InstanceBegan, InstanceEnded, PeerPaused, RunEnded
from dicomdesk.engine.outbox.line import Line, LiveErrand
from dicomdesk.engine.outbox.run import Part, Run
from dicomdesk.engine.send.retry import backoff_s
from dicomdesk.errors import AssociationRejectedError, DicomdeskError, LocalError

__all__ = ["OPEN_STATES", "UNRESOLVED_S", "Accounts"]

UNRESOLVED_S = 60.0
"""Until it is looked again for what was not to be had, unless somebody says before that it has changed."""
OPEN_STATES = frozenset({InstanceState.WAITING, InstanceState.UNDER_WAY})

_STORED = InstanceState.STORED
_PLAIN_NOTE = InstanceNote(_STORED, 1, 0)
"""What is noted of nearly all, once: many of them that are kept cost a collector of garbage more than making them."""
_STATES = {outcome: InstanceState(outcome.value) for outcome in ItemOutcome}


class Ending(NamedTuple):
    """How an attempt for an instance ended, or that there will be none."""

    number: int
    """Within the errand."""
    found: FoundInstance
    answer: Answer
    attempts: int
    """Over all runs."""
    was: InstanceState
    """Before."""
    state: InstanceState


class Accounts:
    """Keeps errands, journal and facts up with the runs. All methods but ``end_given_up`` are called under the lock."""

    def __init__(self, book: ErrandBook, limits: OutboxLimits) -> None:
        self._book = book
        self._limits = limits
        self._given_up: deque[tuple[int, str]] = deque()
        """Ids and reasons of errands that had enough tries."""

    @property
    def has_given_up(self) -> bool:
        """Whether ``end_given_up`` has something to do."""
        return bool(self._given_up)

    # -- while a run goes on

    def take_notes(self, line: Line) -> None:
        """Take what has happened in a peer's run, and let go what it has no more to do with."""
        run = line.run
        if run is None:
            return
        touched = self._take(line, run)
        run.watched |= touched
        over = [part for part in run.watched if run.is_over(part)]
        later = self._take(line, run) if over else set()  # all notes of those that are over are there now
        for part in over:
            self._let_go(run, part)
        for part in (touched | later).difference(over):
            self._show_running(part)
        run.watched = {part for part in run.watched if part.is_out and part not in over} | (later - set(over))

    def _take(self, line: Line, run: Run) -> set[Part]:
        touched: set[Part] = set()
        begun: dict[int, Part] = {}
        errands = self._book.errands
        for index, answer, may_pass in run.take_notes():
            part = run.part_of(index)
            touched.add(part)
            if answer is None:
                begun[index] = part
                continue
            is_shown = begun.pop(index, None) is None and run.shown[index]
            was = InstanceState.UNDER_WAY if is_shown else InstanceState.WAITING
            offset = index - part.first
            if may_pass:
                part.has_failed, part.reason = True, answer.reason
            state = InstanceState.WAITING if may_pass else _state_of(answer.outcome)
            attempts = run.attempts_of(index)
            ending = Ending(part.numbers[offset], part.found[offset], answer, attempts, was, state)
            self._take_end(line, errands[part.errand_id], ending)
        for index, part in begun.items():
            self._take_beginning(run, part, index)
        return touched

    def _show_running(self, part: Part) -> None:
        errand = self._book.errands[part.errand_id]
        if errand.record.state is ErrandState.WAITING:
            self._book.change(errand, ErrandState.RUNNING)

    def _take_beginning(self, run: Run, part: Part, index: int) -> None:
        errand, number = self._book.errands[part.errand_id], part.numbers[index - part.first]
        attempt = run.attempts_of(index)
        run.shown[index] = True
        errand.move(InstanceState.WAITING, InstanceState.UNDER_WAY)
        self._book.journal.note(errand.id, number, InstanceNote(InstanceState.UNDER_WAY, attempt))
        self._book.fact(InstanceBegan(errand_id=errand.id, number=number, attempt=attempt))

    def _take_end(self, line: Line, errand: LiveErrand, ending: Ending) -> None:
        if ending.state is InstanceState.WAITING:
            errand.is_suspect = True
        elif ending.answer.status is not None:
            line.failures = 0
            if errand.record.tries:
                errand.record = replace(errand.record, tries=0)
        self._note(errand, ending)

    def _note(self, errand: LiveErrand, ending: Ending) -> None:
        number, found, answer, attempts, was, state = ending
        errand.move(was, state)
        note = InstanceNote(state, attempts, answer.status, answer.reason, answer.not_sent_cause)
        self._book.journal.note(errand.id, number, _PLAIN_NOTE if note == _PLAIN_NOTE else note)
        uid = found.header.sop_instance_uid
        self._book.fact(
            InstanceEnded(errand.id, number, found.name, uid, state, answer.status, answer.reason, attempts)
        )

    def _let_go(self, run: Run, part: Part) -> None:
        """Decide how an errand goes on with which the run has no more to do."""
        run.open_parts.discard(part)
        errand = self._book.errands[part.errand_id]
        errand.part = None
        state = errand.record.state
        if errand.is_leaving:
            self._book.remove(errand)
        elif not errand.unfinished and state is not ErrandState.CANCELLED:
            self._book.change(errand, ErrandState.DONE, tries=0)
        elif state not in {ErrandState.RUNNING, ErrandState.WAITING}:
            self._book.has_changed(errand)
        elif part.has_failed and not part.is_out:
            self._try_later(errand, part.reason)
        else:
            self._book.change(errand, ErrandState.WAITING)

    # -- the end of a run

    def end(self, line: Line, error: DicomdeskError | None, *, is_cancelled: bool) -> None:
        """Take the end of a peer's run, by an error or without one."""
        run = line.run
        assert run is not None
        self.take_notes(line)
        left = [part for part in run.parts if self._holds(part)]
        verdict = judge_run(error, is_cancelled=is_cancelled, has_moved=run.has_moved)
        if verdict is RunVerdict.LATER:
            line.failures += 1
            seconds = backoff_s(line.failures, jitter=_jitter(), longest_s=self._limits.longest_pause_s)
            self.pause(line, seconds, str(error or "the run came to nothing"))
        for part in left:
            if verdict is RunVerdict.NEVER:
                self._end_all(run, part, str(error))
            self._book.errands[part.errand_id].part = None
            self._go_back(line, part, verdict)
        if line.job is not None:
            ended = RunEnded(
                job_id=line.job.id,
                peer=line.peer,
                reason=str(error or ""),
                advice=str(getattr(error, "advice", "")),
                is_rejected=isinstance(error, AssociationRejectedError),
            )
            self._book.fact(ended)

    def pause(self, line: Line, seconds: float, reason: str) -> None:
        """Begin nothing for a peer for a while."""
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        line.pause(self._book.now_s() + seconds, until, reason)
        self._book.fact(PeerPaused(peer=line.peer, until=until, reason=reason))

    def _holds(self, part: Part) -> bool:
        errand = self._book.errands.get(part.errand_id)
        return errand is not None and errand.part is part

    def _go_back(self, line: Line, part: Part, verdict: RunVerdict) -> None:
        """Let an errand wait, or end, of which the run has left something."""
        errand = self._book.errands[part.errand_id]
        if errand.is_leaving:
            self._book.remove(errand)
        elif errand.record.state not in {ErrandState.RUNNING, ErrandState.WAITING}:
            self._book.has_changed(errand)
        elif verdict is RunVerdict.LATER:
            self._try_later(errand, line.reason, pause_s=max(0.0, line.free_at_s - self._book.now_s()))
        else:
            self._book.settle(errand)

    def _end_all(self, run: Run, part: Part, reason: str) -> None:
        """End what is left of a part, which would fail the same way again."""
        errand = self._book.errands[part.errand_id]
        answer = Answer(ItemOutcome.NOT_SENT, None, reason, NotSentCause.NOT_REACHED)
        for number, found, attempts in run.left(part):
            self._note(errand, Ending(number, found, answer, attempts, InstanceState.WAITING, InstanceState.NOT_SENT))

    # -- trying again

    def _try_later(self, errand: LiveErrand, reason: str, pause_s: float | None = None) -> None:
        """Let an errand wait for its next try, or give it up where it had enough of them."""
        tries = errand.record.tries + 1
        if tries >= self._limits.tries:
            self._given_up.append((errand.id, f"given up after {tries} tries: {reason}"))
            self._book.change(errand, ErrandState.RETRYING, reason=reason)
            return
        if pause_s is None:
            pause_s = backoff_s(tries, jitter=_jitter(), longest_s=self._limits.longest_pause_s)
        self._book.change(errand, ErrandState.RETRYING, reason=reason, pause_s=pause_s, tries=tries)

    def end_given_up(self) -> None:
        """End what had enough tries; without the lock and by one thread, since the journal is read."""
        while self._given_up:
            errand_id, reason = self._given_up.popleft()
            try:
                records = self._book.journal.instances(errand_id, states=OPEN_STATES)
            except (KeyError, LocalError):  # gone; or not to be read now, and given up after another try
                records = ()
            with self._book.lock:
                errand = self._book.errands.get(errand_id)
                if errand is None or errand.record.state is not ErrandState.RETRYING or errand.due_at_s is not None:
                    continue
                if not records:
                    self._book.change(errand, ErrandState.RETRYING, reason=reason, pause_s=UNRESOLVED_S)
                    continue
                for each in records:
                    state = InstanceState.FAILED if each.attempts else InstanceState.NOT_SENT
                    cause = None if each.attempts else NotSentCause.NOT_REACHED
                    answer = Answer(ItemOutcome(state.value), each.status, reason, cause)
                    ending = Ending(each.number, each.found, answer, each.attempts, InstanceState.WAITING, state)
                    self._note(errand, ending)
                self._book.change(errand, ErrandState.DONE, reason=reason)


def _state_of(outcome: ItemOutcome) -> InstanceState:
    return _STORED if outcome is ItemOutcome.STORED else _STATES[outcome]  # a hash of an Enum costs more than the rest


def _jitter() -> float:
    return os.urandom(1)[0] / 255
