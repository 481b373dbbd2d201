"""All errands of an Outbox, behind one lock: every change of one goes from here to the journal and to the facts."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import ENDED_ERRANDS, ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import wish_of
from dicomdesk.engine.outbox.facts import ErrandAdded, ErrandChanged, ErrandRemoved, OutboxFact, OutboxSink
from dicomdesk.engine.outbox.line import Line, LiveErrand, Order, Timers

__all__ = ["ErrandBook"]

FRESH_INSTANCES = 10_000

_log = logging.getLogger(__name__)


class ErrandBook:
    """Errands by id, in their order, and the line of each peer. ``lock`` is held by whoever changes or reads them."""

    def __init__(self, journal: Journal, sink: OutboxSink, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self.lock = threading.Lock()
        self.journal = journal
        self.now_s = monotonic_s
        self.errands: dict[int, LiveErrand] = {}
        self.order = Order()
        """Of those that have not ended."""
        self.lines: dict[str, Line] = {}
        self.timers = Timers()
        self.to_commit: dict[str, dict[int, None]] = {}
        """Ids of errands whose peers are to be asked to commit, in order, by peer."""
        self.fresh: dict[int, tuple[FoundInstance, ...]] = {}
        """What was added and not begun, as far as there is room: it need not be read from the journal."""
        self._fresh_left = FRESH_INSTANCES
        self.sink = sink
        """For the events of runs, which tell it themselves."""
        self._facts: deque[OutboxFact] = deque()
        self._telling = threading.Lock()

    # -- facts

    def fact(self, fact: OutboxFact) -> None:
        """Keep a fact until ``tell``."""
        self._facts.append(fact)

    @property
    def has_facts(self) -> bool:
        """Whether something is to be told."""
        return bool(self._facts)

    def tell(self) -> None:
        """Tell what happened, in order; called without the lock. A thread that tells does so for all."""
        facts = self._facts
        while facts and self._telling.acquire(blocking=False):
            try:
                while facts:
                    self._pass_on(facts.popleft())
            finally:
                self._telling.release()

    def _pass_on(self, fact: OutboxFact) -> None:
        try:
            self.sink(fact)
        except Exception:  # noqa: BLE001 - the sink is not ours: its faults must not reach the transfer
            _log.exception("a sink failed at %s", type(fact).__name__)

    # -- errands, under the lock

    def line(self, peer: str) -> Line:
        """Return the line of a peer."""
        if peer not in self.lines:
            self.lines[peer] = Line(peer)
        return self.lines[peer]

    def enter(self, record: ErrandRecord, counts: dict[InstanceState, int]) -> LiveErrand:
        """Take an errand of the journal in."""
        errand = LiveErrand(record, counts, self.line(record.peer))
        self.errands[errand.id] = errand
        if record.state not in ENDED_ERRANDS:
            self.order.add(errand.place)
        if record.state is ErrandState.WAITING:
            errand.line.ready.add(errand.place)
        return errand

    def keep_fresh(self, errand_id: int, instances: tuple[FoundInstance, ...]) -> None:
        """Remember the instances of a new errand, if there is room."""
        if len(instances) <= self._fresh_left:
            self._fresh_left -= len(instances)
            self.fresh[errand_id] = instances

    def take_fresh(self, errand_id: int) -> tuple[FoundInstance, ...] | None:
        """Return what is remembered of an errand, which is forgotten by that."""
        instances = self.fresh.pop(errand_id, None)
        self._fresh_left += len(instances or ())
        return instances

    def announce(self, errand: LiveErrand) -> None:
        """Tell of a new errand."""
        self.fact(ErrandAdded(errand=errand.snapshot()))

    def change(
        self,
        errand: LiveErrand,
        state: ErrandState,
        *,
        reason: str = "",
        pause_s: float | None = None,
        tries: int | None = None,
    ) -> None:
        """Take an errand to a state; ``pause_s`` is until its next try, where it is RETRYING."""
        before, line = errand.record, errand.line
        now = datetime.now(UTC)
        errand.record = replace(
            before,
            state=state,
            reason=reason,
            next_try_at=None if pause_s is None else now + timedelta(seconds=pause_s),
            tries=before.tries if tries is None else tries,
            ended_at=now if state in ENDED_ERRANDS else None,
        )
        errand.waits_for_resume = False
        errand.due_at_s = None
        if before.state not in ENDED_ERRANDS and state in ENDED_ERRANDS:
            self.order.discard(errand.place)
        elif before.state in ENDED_ERRANDS and state not in ENDED_ERRANDS:
            self.order.add(errand.place)
        line.ready.discard(errand.place)
        if state is ErrandState.DONE and wish_of(before.settings) is not None:
            self.wish_commitment(errand)
        if state is ErrandState.WAITING and errand.part is None:
            line.ready.add(errand.place)
        if pause_s is not None:
            self.timers.set(errand, self.now_s() + pause_s)
        self.keep(errand)

    def hold(self, errand: LiveErrand, until: datetime | None, reason: str) -> None:
        """Let an errand wait until somebody releases it, which is to be expected at a time."""
        self.change(errand, ErrandState.HELD, reason=reason)
        if until is not None:
            errand.record = replace(errand.record, next_try_at=until)
            self.keep(errand)

    def wish_commitment(self, errand: LiveErrand) -> None:
        """Have the peer of an errand asked to commit to what it has."""
        self.to_commit.setdefault(errand.record.peer, {})[errand.id] = None

    def settle(self, errand: LiveErrand) -> None:
        """End an errand that has nothing left, or let it wait for what it has."""
        if errand.unfinished:
            self.change(errand, ErrandState.WAITING)
        else:
            self.change(errand, ErrandState.DONE, tries=0)

    def place(self, errand: LiveErrand, position: float) -> None:
        """Put an errand to another place."""
        is_ready, is_listed = errand.place in errand.line.ready, errand.place in self.order
        errand.line.ready.discard(errand.place)
        self.order.discard(errand.place)
        errand.record = replace(errand.record, position=position)
        if is_listed:
            self.order.add(errand.place)
        if is_ready:
            errand.line.ready.add(errand.place)
        self.keep(errand)

    def remove(self, errand: LiveErrand) -> None:
        """Take an errand away of which nothing is in hand."""
        errand.line.ready.discard(errand.place)
        self.order.discard(errand.place)
        del self.errands[errand.id]
        self.take_fresh(errand.id)
        self.journal.remove(errand.id)
        self.fact(ErrandRemoved(errand_id=errand.id))

    def found(self, errand_ids: Iterable[int]) -> list[LiveErrand]:
        """Return the errands of these ids, each once, without those that are gone."""
        return [self.errands[each] for each in dict.fromkeys(errand_ids) if each in self.errands]

    def has_changed(self, errand: LiveErrand) -> None:
        """Tell that an errand is other than it was."""
        self.fact(ErrandChanged(errand=errand.snapshot()))

    def keep(self, errand: LiveErrand) -> None:
        """Write an errand down as it is now, and tell of it."""
        self.journal.change(errand.record)
        self.has_changed(errand)
