"""The Outbox: what users and rules ask of errands; see the room's description."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.commit.request import CommitWish
from dicomdesk.engine.commit.transactions import Transactions
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import (
    ENDED_ERRANDS,
    ENDED_INSTANCES,
    TAKEN,
    ErrandRecord,
    ErrandState,
    InstanceNote,
    InstanceRecord,
    InstanceState,
    SettingValue,
)
from dicomdesk.engine.outbox.dispatcher import Dispatcher, DispatcherRequest
from dicomdesk.engine.outbox.errand_book import ErrandBook
from dicomdesk.engine.outbox.errands import Errand, ErrandRequest, OutboxLimits, Resolve, wish_of, with_wish
from dicomdesk.engine.outbox.facts import OutboxSink
from dicomdesk.engine.outbox.line import STEP, Line, LiveErrand, Place, parts_out_of_order, positions_between
from dicomdesk.engine.send.planned_send import SendJob
from dicomdesk.engine.stats import Progress

__all__ = ["Outbox"]

_NOT_TAKEN = ENDED_INSTANCES - TAKEN
_HELD_SINCE_THE_END = "waits since the program was ended"


class Outbox:
    """Errands of one journal, which run on one engine. All methods may be called from any thread.

    None waits for a peer but ``close``; ``retry`` and ``redirect`` read the journal, and raise JournalError where that
    cannot be. Ids that are not there are passed over: an errand may be gone before somebody's wish for it arrives. The
    journal stays open: it is its owner's.
    """

    def __init__(  # noqa: PLR0913 - a clock besides what each Outbox is about
        self,
        engine: Engine,
        journal: Journal,
        sink: OutboxSink,
        resolve: Resolve,
        *,
        limits: OutboxLimits | None = None,
        resumes: bool = True,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take up what the journal has; without ``resumes`` that is held until ``resume``."""
        self._book = ErrandBook(journal, sink, monotonic_s)
        self._journal = journal
        self._reading = threading.Lock()
        """Held where the journal is read, and what it says is changed: by one at a time."""
        self._dispatcher = Dispatcher(engine, self._book, resolve, limits or OutboxLimits())
        with self._book.lock:
            for record in journal.errands():
                self._take_up(record, dict(journal.counts(record.id)), resumes=resumes)
        engine.submit(DispatcherRequest(dispatcher=self._dispatcher), sink)

    # -- asking

    def errands(self) -> tuple[Errand, ...]:
        """Return all errands, in their order."""
        with self._book.lock:
            listed = sorted(self._book.errands.values(), key=lambda each: each.place)
            return tuple(errand.snapshot() for errand in listed)

    def errand(self, errand_id: int) -> Errand:
        """Return one of them; raises KeyError."""
        with self._book.lock:
            return self._book.errands[errand_id].snapshot()

    def progress(self) -> dict[str, Progress]:
        """Return how far the runs are that go on, by the id of the job."""
        with self._book.lock:
            jobs = [line.job for line in self._book.lines.values() if line.job is not None]
        return {job.id: job.progress() for job in jobs}

    @property
    def transactions(self) -> Transactions:
        """Commitments that reports are waited for, for receivers of ours that take them."""
        return self._dispatcher.commitments.transactions

    # -- wishes

    def add(self, request: ErrandRequest) -> int:
        """Add an errand; return its id."""
        with self._book.lock:
            is_held = request.is_held or not request.peer
            record = ErrandRecord(
                title=request.title,
                peer=request.peer,
                settings=with_wish(request.settings, request.commit) if request.commit else dict(request.settings),
                origin=request.origin,
                study_instance_uid=request.study_instance_uid,
                added_at=datetime.now(UTC),
                position=self._new_position(goes_first=request.goes_first),
                state=ErrandState.HELD if is_held else ErrandState.WAITING,
                next_try_at=request.held_until if is_held else None,
                reason=request.reason if is_held else "",
            )
            record = replace(record, id=self._journal.add(record, request.instances))
            counts = {InstanceState.WAITING: len(request.instances)} if request.instances else {}
            errand = self._book.enter(record, counts)
            self._book.keep_fresh(record.id, request.instances)
            self._book.announce(errand)
            if not request.instances:
                self._book.change(errand, ErrandState.DONE)
            jobs = self._make_way(errand.line) if request.goes_first else ()
            self._dispatcher.wake()
        self._finish(jobs)
        return record.id

    def hold(self, ids: Iterable[int], *, until: datetime | None = None, reason: str = "") -> None:
        """Let errands wait until they are released; of one that runs, what is under way ends.

        ``until`` and ``reason`` say when that is to be expected, and why they wait; nothing happens then by itself.
        """
        with self._book.lock:
            held = [each for each in self._book.found(ids) if each.record.state not in ENDED_ERRANDS]
            for errand in held:
                self._book.hold(errand, until, reason)
            jobs = self._dispatcher.take_out(held)
        self._finish(jobs)

    def release(self, ids: Iterable[int]) -> None:
        """Let errands go that were held, where they have a peer."""
        with self._book.lock:
            for errand in self._book.found(ids):
                if errand.record.state is ErrandState.HELD and errand.record.peer:
                    self._book.settle(errand)
            self._dispatcher.wake()
        self._book.tell()

    def resume(self) -> None:
        """Let everything go that is held only since the program was ended."""
        with self._book.lock:
            waiting = [errand.id for errand in self._book.errands.values() if errand.waits_for_resume]
        self.release(waiting)

    def cancel(self, ids: Iterable[int]) -> None:
        """End errands with what they have; what is under way ends."""
        with self._book.lock:
            cancelled = [each for each in self._book.found(ids) if each.record.state not in ENDED_ERRANDS]
            for errand in cancelled:
                self._book.change(errand, ErrandState.CANCELLED)
            jobs = self._dispatcher.take_out(cancelled)
        self._finish(jobs)

    def abort(self, ids: Iterable[int]) -> None:
        """Break off what is under way of errands, at once; where they still wait, they go on by a new association."""
        with self._book.lock:
            lines = {each.line for each in self._book.found(ids) if each.part is not None}
            jobs = [line.job for line in lines if line.job is not None]
            for line in lines:
                if line.run is not None:
                    line.run.is_breaking_off = True
        self._finish([*jobs, *jobs])

    def retry(self, ids: Iterable[int], numbers: Collection[int] | None = None) -> None:
        """Try errands again at once: those that wait for their next try, and what did not succeed of others.

        Of one errand ``numbers`` chooses instances. What the peer has is not sent again.
        """
        for errand_id in ids:
            with self._reading:
                records = self._failed(errand_id, numbers)
                with self._book.lock:
                    for errand in self._book.found([errand_id]):
                        self._retry(errand, records)
                    self._dispatcher.wake()
            self._book.tell()

    def send_first(self, ids: Iterable[int]) -> None:
        """Let errands go before all others, in the order given; what is under way ends before."""
        with self._book.lock:
            moved = self._book.found(ids)
            first = self._book.order.first_except({errand.id for errand in moved})
            jobs = self._move(moved, first)
        self._finish(jobs)

    def move(self, ids: Iterable[int], before: int | None) -> None:
        """Let errands go before another one, in the order given; None is after all."""
        with self._book.lock:
            moved = [errand for errand in self._book.found(ids) if errand.id != before]
            target = None if before is None else self._book.errands.get(before)
            if before is not None and target is None:
                return
            jobs = self._move(moved, target.place if target else None)
        self._finish(jobs)

    def redirect(
        self, ids: Iterable[int], peer: str, settings: Mapping[str, SettingValue] | None = None
    ) -> dict[int, int]:
        """Send what belongs to errands to another peer; return the ids of the errands that do so, by those given.

        One of which nothing was tried only gets another peer. Of all others the instances go with a new errand, all of
        them; what came of the first stays with it, and what was left of it is cancelled. ``settings`` take the place of
        those that it has, None leaves them; one that goes to this peer already goes on with them from its next run.
        """
        return {each: self._redirect(each, peer, settings) for each in dict.fromkeys(ids) if each in self._book.errands}

    def remove(self, ids: Iterable[int]) -> None:
        """Put errands away; what is under way ends, and stays in the history."""
        with self._book.lock:
            found = self._book.found(ids)
            jobs = self._dispatcher.take_out(found)
            for errand in found:
                if errand.part is None:
                    if errand.id in self._book.errands:
                        self._book.remove(errand)
                elif not errand.is_leaving:
                    errand.is_leaving = True
                    self._book.change(errand, ErrandState.CANCELLED)
        self._finish(jobs)

    def commit(self, ids: Iterable[int], wish: CommitWish | None = None) -> None:
        """Ask the peers of errands that are done to commit to what they have and were not asked for yet.

        ``wish`` takes the place of that of the errands, and is kept with those that are not done.
        """
        with self._book.lock:
            for errand in self._book.found(ids):
                if wish is not None:
                    errand.record = replace(errand.record, settings=with_wish(errand.record.settings, wish))
                    self._book.keep(errand)
                if errand.record.state in ENDED_ERRANDS:
                    self._book.wish_commitment(errand)
            self._dispatcher.wake()
        self._book.tell()

    @property
    def is_committing(self) -> bool:
        """Whether a peer is being asked to commit, or is to be."""
        with self._book.lock:
            return self._dispatcher.commitments.is_busy or bool(self._book.to_commit)

    def peers_changed(self) -> None:
        """Try all peers again that wait, as the address book is another; a run that goes on keeps its settings."""
        with self._book.lock:
            for line in self._book.lines.values():
                self._free(line)
            for errand in self._book.errands.values():
                if errand.record.state is ErrandState.RETRYING and errand.part is None and errand.due_at_s is not None:
                    self._book.change(errand, ErrandState.WAITING)
            self._dispatcher.wake()
        self._book.tell()

    def close(self, *, abort: bool = False) -> None:
        """Begin nothing more, end what is under way (with ``abort``: break it off) and wait for that.

        What has not ended waits in the journal.
        """
        self._dispatcher.close(abort=abort)

    # -- under the lock

    def _take_up(self, record: ErrandRecord, counts: dict[InstanceState, int], *, resumes: bool) -> None:
        waiting = counts.pop(InstanceState.UNDER_WAY, 0)
        if waiting:
            counts[InstanceState.WAITING] = counts.get(InstanceState.WAITING, 0) + waiting
        if record.state is ErrandState.RUNNING:
            record = replace(record, state=ErrandState.WAITING)
        errand = self._book.enter(record, counts)
        errand.waits_for_resume = record.state is ErrandState.HELD and record.reason == _HELD_SINCE_THE_END
        if resumes and errand.waits_for_resume:
            self._book.change(errand, ErrandState.WAITING)
            return
        if record.state is ErrandState.DONE and wish_of(record.settings) is not None:
            self._book.wish_commitment(errand)
        if record.state not in {ErrandState.WAITING, ErrandState.RETRYING}:
            return
        if not resumes:
            self._book.change(errand, ErrandState.HELD, reason=_HELD_SINCE_THE_END)
            errand.waits_for_resume = True
        elif record.state is ErrandState.RETRYING:
            left_s = (record.next_try_at - datetime.now(UTC)).total_seconds() if record.next_try_at else 0.0
            pause_s = min(max(left_s, 0.0), self._dispatcher.longest_pause_s)  # the clock may have been set meanwhile
            self._book.change(errand, ErrandState.RETRYING, reason=record.reason, pause_s=pause_s)

    def _new_position(self, *, goes_first: bool) -> float:
        order = self._book.order
        if goes_first and (first := order.first()) is not None:
            return (first[0] - STEP) or -1.0  # a journal takes 0 for none
        last = order.last()
        return (last[0] + STEP if last else STEP) or 1.0

    def _failed(self, errand_id: int, numbers: Collection[int] | None) -> list[InstanceRecord]:
        try:
            records = self._journal.instances(errand_id, states=_NOT_TAKEN)
        except KeyError:
            return []
        return [each for each in records if numbers is None or each.number in numbers]

    def _retry(self, errand: LiveErrand, failed: Sequence[InstanceRecord]) -> None:
        for record in failed:
            errand.move(record.state, InstanceState.WAITING)
            note = InstanceNote(InstanceState.WAITING, record.attempts, record.status, record.reason)
            self._journal.note(errand.id, record.number, note)
        self._free(errand.line)
        errand.is_suspect = False
        if errand.record.state is ErrandState.HELD or not errand.unfinished:
            self._book.has_changed(errand)
        elif errand.part is None or errand.record.state is ErrandState.CANCELLED:
            state = ErrandState.WAITING if errand.record.peer else ErrandState.HELD
            self._book.change(errand, state, tries=0)

    def _free(self, line: Line) -> None:
        line.failures = 0
        if line.free():
            for errand_id in line.ready:
                self._book.has_changed(self._book.errands[errand_id])

    def _move(self, moved: list[LiveErrand], before: Place | None) -> Sequence[SendJob]:
        order = self._book.order
        for errand in moved:
            order.discard(errand.place)
        after = order.before(before) if before is not None else order.last()
        bounds = after[0] if after else None, before[0] if before else None
        for errand in moved:
            if errand.record.state not in ENDED_ERRANDS:
                order.add(errand.place)
        positions = positions_between(*bounds, len(moved))
        if positions is None:
            self._renumber()
            return self._move(moved, before and self._book.errands[before[1]].place)
        for errand, position in zip(moved, positions, strict=True):
            self._book.place(errand, position)
        jobs = [job for line in {errand.line for errand in moved} for job in self._make_way(line)]
        self._dispatcher.wake()
        return jobs

    def _renumber(self) -> None:
        for number, errand_id in enumerate(list(self._book.order), 1):
            self._book.place(self._book.errands[errand_id], number * STEP)

    def _make_way(self, line: Line) -> Sequence[SendJob]:
        """Take out of a peer's run what is not its turn any more; return the jobs that are to be cancelled for it."""
        if line.run is None:
            return ()
        errands = self._book.errands
        out = parts_out_of_order(
            line.run,
            [(part, errands[part.errand_id]) for part in line.run.parts if part.errand_id in errands],
            line.ready.first(),
        )
        return self._dispatcher.take_out(out)

    def _redirect(self, errand_id: int, peer: str, settings: Mapping[str, SettingValue] | None) -> int:
        with self._reading:
            with self._book.lock:
                is_done = self._goes_there(errand_id, peer, settings)
            if is_done:
                self._finish(())
                return errand_id
            try:
                records = self._journal.instances(errand_id)
            except KeyError:
                return errand_id
            with self._book.lock:
                if self._goes_there(errand_id, peer, settings):  # it was another one while the journal was read
                    return errand_id
                errand = self._book.errands[errand_id]
                new_id = self._repeat(errand, peer, settings, tuple(each.found for each in records))
                jobs: Sequence[SendJob] = ()
                if errand.record.state not in ENDED_ERRANDS:
                    self._book.change(errand, ErrandState.CANCELLED, reason=f"sent to {peer} instead")
                    jobs = self._dispatcher.take_out([errand])
                self._dispatcher.wake()
            self._finish(jobs)
            return new_id

    def _goes_there(self, errand_id: int, peer: str, settings: Mapping[str, SettingValue] | None) -> bool:
        """Have an errand go to a peer where that takes no second one: it does already, or nothing of it was tried."""
        errand = self._book.errands.get(errand_id)
        if errand is None:
            return True
        if errand.record.peer == peer:
            if settings is not None:
                errand.record = replace(errand.record, settings=dict(settings))
                self._book.keep(errand)
            return True
        if errand.part is not None or (+errand.counts).keys() - {InstanceState.WAITING}:
            return False
        self._rename(errand, peer, settings)
        self._dispatcher.wake()
        return True

    def _rename(self, errand: LiveErrand, peer: str, settings: Mapping[str, SettingValue] | None) -> None:
        """Let an errand of which the peer has nothing go to another one."""
        errand.line.ready.discard(errand.place)
        kept = errand.record.settings if settings is None else dict(settings)
        errand.record = replace(errand.record, peer=peer, settings=kept)
        errand.line, errand.is_suspect = self._book.line(peer), False
        state = errand.record.state if errand.record.state is ErrandState.HELD else ErrandState.WAITING
        self._book.change(errand, state, tries=0)

    def _repeat(
        self,
        errand: LiveErrand,
        peer: str,
        settings: Mapping[str, SettingValue] | None,
        instances: tuple[FoundInstance, ...],
    ) -> int:
        """Add an errand with the same instances for another peer, at the same place."""
        record = replace(
            errand.record,
            id=0,
            peer=peer,
            settings=errand.record.settings if settings is None else dict(settings),
            added_at=datetime.now(UTC),
            position=errand.record.position or -1.0,
            state=ErrandState.HELD if errand.record.state is ErrandState.HELD else ErrandState.WAITING,
            next_try_at=None,
            reason="",
            tries=0,
            ended_at=None,
            redirected_from=errand.id,
        )
        record = replace(record, id=self._journal.add(record, instances))
        self._book.announce(self._book.enter(record, {InstanceState.WAITING: len(instances)}))
        return record.id

    def _finish(self, jobs: Iterable[SendJob]) -> None:
        """Tell what was changed, and cancel jobs that have nothing left; without the lock."""
        self._book.tell()
        for job in jobs:
            job.cancel()
