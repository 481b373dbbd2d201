"""Sending in the engine's process: the journal, the Outbox and its runs; asked for by name, told in batches."""

import threading
import time
from array import array
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

from dicomdesk.engine.commit.report_relay import ReportRelay
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, ItemFinished, ItemStarted
from dicomdesk.engine.facts.arrivals import StoredSum
from dicomdesk.engine.host.desk.condenser import Condenser, KeptMessage
from dicomdesk.engine.host.desk.teller import Teller
from dicomdesk.engine.host.news import JournalState, SendingNews, TimedSending
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import InstanceState
from dicomdesk.engine.outbox.errands import Resolve
from dicomdesk.engine.outbox.facts import ErrandChanged, InstanceBegan, InstanceEnded, OutboxFact
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError

__all__ = ["Sending"]

_MOST_FACTS = 200_000
"""That wait to be told; of more the earliest are lost, and rows are right again with the next state of their errand."""


class Sending:
    """Sends for another process. ``tell_news`` is for the teller's thread, all else may be called from any."""

    def __init__(self, engine: Engine, teller: Teller, tell: Callable[[object], None], resolve: Resolve) -> None:
        """``tell`` may wait for the other process; it is called on the teller's thread alone."""
        self._engine = engine
        self._teller = teller
        self._tell = tell
        self._resolve = resolve
        self._opening = threading.Lock()
        self._journal: Journal | None = None
        self._outbox: Outbox | None = None
        self._fault = ""
        self._is_ended = False
        self._condenser: Condenser[OutboxFact | Event | StoredSum] = Condenser(_MOST_FACTS)
        self._began_lock = threading.Lock()
        self._began: dict[tuple[int, int], InstanceBegan] = {}
        """Instances that have begun since the last time and have not ended."""
        self._stored: dict[int, array[int]] = {}
        """Numbers for the next ``StoredSum`` of each errand."""
        self._gauges: dict[str, Progress] = {}
        self.reports = ReportRelay()
        """Takes reports on storage commitment, from when the Outbox is open."""
        self.take_also: Callable[[OutboxFact | Event], None] = lambda _fact: None
        """Told every fact as it is, on the threads of the Outbox."""

    @property
    def journal(self) -> Journal:
        """The journal; DicomdeskError before it is open."""
        return self._opened()[1]

    @property
    def outbox(self) -> Outbox:
        """The Outbox; DicomdeskError before it is open."""
        return self._opened()[0]

    # -- asked for by the other process

    def open_outbox(self, path: Path | None, resumes: bool) -> None:  # noqa: FBT001 - values come by place
        """Open the journal at a path, None for one in memory; ``resumes`` lets what waits go on. Once."""
        with self._opening:
            if self._outbox is not None:
                return
            journal: Journal = MemoryJournal()
            if path is not None:
                from dicomdesk.engine.journal.sqlite_journal import SqliteJournal  # noqa: PLC0415 - only where it is used

                try:
                    journal = SqliteJournal(str(path), is_own_place=True)
                except DicomdeskError as error:
                    self._fault = f"{error}. What is queued lasts until the window closes."
            self._journal = journal
            self._outbox = Outbox(self._engine, journal, self._take, self._resolve, resumes=resumes)
            self.reports.desk = self._outbox.transactions

    def ask_outbox(self, name: str, values: tuple[object, ...], named: Mapping[str, object]) -> object:
        """Have the Outbox do what it is asked for by the name of a method."""
        return _call(self.outbox, name, values, named)

    def ask_journal(self, name: str, values: tuple[object, ...], named: Mapping[str, object]) -> object:
        """Ask the journal by the name of a method."""
        return _call(self.journal, name, values, named)

    def journal_state(self) -> JournalState:
        """Return what a user should know of the journal."""
        journal = self._journal
        if journal is None:
            return JournalState(fault=self._fault)
        return JournalState(fault=self._fault, notice=journal.notice, trouble=journal.trouble)

    def sent_messages(self, job_id: str, association: int, after: int) -> tuple[int, tuple[KeptMessage, ...]]:
        """See ``Condenser.messages``."""
        return self._condenser.messages(job_id, association, after)

    def end_sending(self) -> None:
        """End what is under way in order and wait for that; what has not ended stays in the journal, which closes."""
        self._end(abort=False)

    def break_off(self) -> None:
        """Break off what is under way, likewise."""
        self._end(abort=True)

    def _end(self, *, abort: bool) -> None:
        self.reports.desk = None
        with self._opening:
            if self._outbox is not None and self._journal is not None:
                self._outbox.close(abort=abort)
                if not self._is_ended:
                    self._is_ended = True
                    self._journal.close()

    # -- on the teller's thread

    def tell_news(self) -> bool:
        """Tell what is new; whether gauges change although nothing is reported."""
        outbox = self._outbox
        if outbox is None:
            return False
        with self._began_lock:
            self._close_stored()
            facts = self._condenser.read()
            began, self._began = list(self._began.values()), {}
        gauges = outbox.progress()
        if facts or began or gauges != self._gauges:
            self._gauges = gauges
            now = time.time()
            told = (*_latest(facts), *((now, fact) for fact in began))
            self._tell(SendingNews(facts=told, gauges=gauges))
        return bool(gauges)

    # -- on any thread

    def _take(self, fact: OutboxFact | Event) -> None:
        self.take_also(fact)
        if isinstance(fact, ItemStarted):
            return  # what may end within the millisecond is told by ``InstanceBegan`` where it does not
        if isinstance(fact, InstanceBegan):
            with self._began_lock:
                self._began[fact.errand_id, fact.number] = fact
        elif isinstance(fact, InstanceEnded):
            with self._began_lock:
                self._began.pop((fact.errand_id, fact.number), None)
                self._take_ended(fact)
        elif isinstance(fact, ItemFinished):
            self._condenser.take(fact)
        else:
            with self._began_lock:
                self._close_stored()
                self._condenser.take(fact)
            if not isinstance(fact, ErrandChanged):
                self._teller.hurry()
                return
        self._teller.want()

    def _take_ended(self, fact: InstanceEnded) -> None:
        if fact.state is not InstanceState.STORED or fact.status or fact.reason or fact.attempts != 1:
            self._condenser.take(fact)
            return
        numbers = self._stored.get(fact.errand_id)
        if numbers is None:
            numbers = self._stored[fact.errand_id] = array("l")
        numbers.append(fact.number)

    def _close_stored(self) -> None:
        """Tell what was stored so far before what follows: states of errands count it."""
        for errand_id, numbers in self._stored.items():
            self._condenser.take(StoredSum(errand_id, numbers))
        self._stored.clear()

    def _opened(self) -> tuple[Outbox, Journal]:
        outbox, journal = self._outbox, self._journal
        if outbox is None or journal is None:
            raise DicomdeskError("The journal is not open")
        return outbox, journal


def _call(target: object, name: str, values: tuple[object, ...], named: Mapping[str, object]) -> object:
    """Call a public method."""
    if name.startswith("_") or not callable(getattr(target, name, None)):
        raise DicomdeskError(f"internal error: nothing is called {name}")
    found = cast(Callable[..., object], getattr(target, name))(*values, **named)
    return list(found) if isinstance(found, Iterator) else found


def _latest(facts: "tuple[TimedSending, ...]") -> "list[TimedSending]":
    """Leave out states of errands that a later one has overtaken."""
    seen: set[int] = set()
    kept: list[TimedSending] = []
    for timed in reversed(facts):
        fact = timed[1]
        if isinstance(fact, ErrandChanged):
            if fact.errand.id in seen:
                continue
            seen.add(fact.errand.id)
        kept.append(timed)
    kept.reverse()
    return kept
