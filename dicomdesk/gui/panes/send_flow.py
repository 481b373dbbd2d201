"""Flow of sending, without widgets: scan of what was dropped, errands of the Outbox, and what becomes of them."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dicomdesk.dicom.files.scan import ScanResult
from dicomdesk.engine.commit.request import CommitWish
from dicomdesk.engine.events import Event, ItemFinished, ItemOutcome
from dicomdesk.engine.facts.arrivals import ReceptionSum, StoredSum
from dicomdesk.engine.journal.digest import ErrandDigest
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.records import InstanceRecord, InstanceState, SettingValue
from dicomdesk.engine.outbox.errands import Errand, ErrandRequest
from dicomdesk.engine.outbox.facts import InstanceEnded, OutboxFact, RunEnded, RunStarted
from dicomdesk.gui import wording
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.input_scan import InputScan
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.problems.book import Problem
from dicomdesk.gui.sending.gauges import Gauges
from dicomdesk.gui.sending.group_node import send_columns
from dicomdesk.gui.sending.listing import natural_order
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.queue import STATE_OF, SendQueue
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.outbox.outbox import Outbox

SETTLE_S = 1.0
"""Between two times that rows are sorted and filtered again because of what has become of them."""
TURN_S = 0.008
"""How long the Qt thread lists what was found before it does something else."""
_READ_AT_ONCE = 10
"""Errands that are read from the journal between two looks at the window."""
_MOST_RECALLED = 10_000
"""Instances of one study that are told of again after a start."""
_RECALLED_AT_ONCE = 200
_GIVEN_UP = frozenset(state for state in InstanceState if STATE_OF[state] in PROBLEMS)
_DISMISSED = "dismissed-problem"
"""Kind of what the journal keeps for problems that were dismissed."""
_AT_ONCE = 40
"""Instances that are listed between two looks at the time."""


_FEW_ROWS = 2000
"""Up to so many studies are looked through at each change; more of them once a second."""


@dataclass(frozen=True, slots=True)
class Census:
    """The studies by what can be done with them; a moment old where there are very many."""

    ready: tuple[StudyNode, ...] = ()
    """Listed, and nobody has let them go yet."""
    held: tuple[StudyNode, ...] = ()
    scheduled: tuple[StudyNode, ...] = ()
    """Held until their hours."""
    going: tuple[StudyNode, ...] = ()
    """On their way, or waiting for it."""
    finished: int = 0
    """Stored completely."""
    has_ended: bool = False
    """Whether something has ended, however."""


class SendFlow(QObject):
    """Scans, hands over to the Outbox, and owns the queue. For the Qt thread."""

    changed = Signal()
    """A scan or a run began, went on or ended; rows came or went."""
    told = Signal(Details)
    """Something that the user should read now."""
    scanned = Signal(int)
    """A scan is over, and what it found is in the Outbox: how many instances are ready."""
    finished = Signal(Details)
    """Nothing is on its way any more, and nothing waits for a try: what came of it."""
    rejected = Signal(str)
    """A peer, as errands name it, would not associate with us."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._outbox = session.outbox
        self._scans: set[InputScan] = set()
        self._entering = asyncio.Lock()
        """Held while errands get their rows, so that none gets two."""
        self._ended: Counter[ItemOutcome] = Counter()
        """Since something was sent for the first time after nothing was."""
        self._failure: RunEnded | None = None
        self._settled_at = 0.0
        self._is_quiet = True
        self._to_load: list[StudyNode] = []
        self._census = Census()
        self._counted_version = -1
        self._counted_at = 0.0
        self.history_days = 0
        """For how long the history is kept; 0 for ever."""
        self.model = OutlineModel(send_columns(), self)
        self.queue = SendQueue(self.model, session.problems.shelf("send"))
        self.queue.look.want = lambda study: self.load([study])
        self.gauges = Gauges(self.queue)
        self.has_report = False
        """Whether something was sent that can be reported."""
        self.last_sent: tuple[int, ...] = ()
        """Errands that were sent last."""
        self.wish: Callable[[], CommitWish | None] = lambda: None
        """What is wished of commitment by errands that are let go."""
        self.peer_name = ""
        """Peer that was last sent to, as errands name it."""
        session.sent.arrived.connect(self.take)
        session.ticked.connect(self._on_tick)
        session.second_passed.connect(self._on_second)
        self.is_taking_up = False
        """Whether rows are made of what the journal has."""
        self._outbox.opened.connect(lambda: self._tasks.start(self._take_up()))
        session.problems.dismissed.connect(self._on_dismissed)

    @property
    def is_scanning(self) -> bool:
        """Whether something dropped is still being read, or handed over."""
        return bool(self._scans)

    def ready(self) -> list[StudyNode]:
        """Return the studies that are listed and that nobody has let go yet."""
        return [study for study in self.queue.studies if study.whole_state is ItemState.READY]

    def held(self) -> list[StudyNode]:
        """Return the studies that were paused."""
        held = (study for study in self.queue.studies if study.whole_state is ItemState.HELD)
        return [study for study in held if not study.is_scheduled]

    def scheduled(self) -> list[StudyNode]:
        """Return the studies that wait for the hours in which they may go."""
        return [study for study in self.queue.studies if study.is_scheduled]

    def going(self) -> list[StudyNode]:
        """Return the studies that are on their way, or wait for it."""
        still = {ItemState.READY, ItemState.HELD, ItemState.CANCELLED}
        return [each for each in self.queue.studies if each.ended < each.total and each.whole_state not in still]

    def census(self) -> Census:
        """Return all studies by what can be done with them; cheap, for it is asked for at each tick."""
        now = time.monotonic()
        is_due = len(self.queue.rows) < _FEW_ROWS or now - self._counted_at > SETTLE_S
        if self.queue.version != self._counted_version and is_due:
            self._counted_version, self._counted_at = self.queue.version, now
            studies = self.queue.studies
            self._census = Census(
                ready=tuple(self.ready()),
                held=tuple(self.held()),
                scheduled=tuple(self.scheduled()),
                going=tuple(self.going()),
                finished=sum(study.stored == study.total for study in studies),
                has_ended=any(study.ended for study in studies),
            )
        return self._census

    def problems(self) -> int:
        """Return the count of instances that ask for attention."""
        counts = self.queue.counts
        return sum(counts[state] for state in PROBLEMS)

    # What is wanted.

    def add(self, paths: Sequence[str], peer: str = "", origin: str = "window") -> None:
        """List what lies at ``paths``, as it is found; for a certain peer it goes as soon as all is known."""
        scanning = InputScan(tuple(paths))
        self._scans.add(scanning)
        self._session.readings += 1
        self.changed.emit()
        self._tasks.start(self._scan(scanning, peer, origin))

    def stop_reading(self) -> None:
        """Read no further what was added; what was found until now stays listed, and waits until it is let go."""
        for scanning in self._scans:
            scanning.cancel()

    def send(self, studies: Sequence[StudyNode], peer: str, settings: Mapping[str, SettingValue]) -> None:
        """Let listed studies go: to their own peer or, where none was chosen, to ``peer``."""
        errands = [study for study in studies if study.errand_id]
        anywhere = [study.errand_id for study in errands if not study.is_chosen_peer]
        ids = [study.errand_id for study in errands]
        self.queue.version += 1
        for study in errands:
            study.whole_state = None
            if not study.is_chosen_peer:
                study.peer = peer
        self.peer_name = peer
        wish = self.wish()

        def release(outbox: "Outbox") -> None:
            outbox.redirect(anywhere, peer, settings)
            if wish is not None:
                outbox.commit(ids, wish)
            outbox.release(ids)

        self.ask(release)

    def ask(self, function: "Callable[[Outbox], object]") -> None:
        """Have the Outbox do something, on a worker thread; what comes of it is told by facts."""
        self._outbox.tell(function)
        self.changed.emit()

    def redirect(self, studies: Sequence[StudyNode], peer: str) -> None:
        """Send studies to a peer instead; of what was tried already the result stays, and a new row goes there."""
        ids = [study.errand_id for study in studies if study.errand_id]
        for study in studies:
            if study.whole_state is ItemState.READY:
                study.is_chosen_peer = True
        self.ask(lambda outbox: outbox.redirect(ids, peer))

    def set_settings(self, studies: Sequence[StudyNode], settings: Mapping[str, SettingValue]) -> None:
        """Let studies go with other settings from their next try on."""
        named = [(study.errand_id, study.peer) for study in studies if study.errand_id and study.peer]

        def change(outbox: "Outbox") -> None:
            for errand_id, peer in named:
                kept = outbox.errand(errand_id).record.settings
                outbox.redirect([errand_id], peer, {**kept, **settings})

        self.ask(change)

    def remove(self, studies: Sequence[StudyNode]) -> None:
        """Take studies off the list, whatever became of them; the history keeps what was tried."""
        ids = [study.errand_id for study in studies if study.errand_id]
        self.queue.remove(studies)
        if ids:
            self._outbox.tell(lambda outbox: outbox.remove(ids))
        self.changed.emit()

    def load(self, studies: Iterable[StudyNode]) -> None:
        """Read the instances of rows that are not loaded; those that were wanted last first."""
        wanted = [study for study in studies if study.errand_id and not study.is_loaded and not study.is_loading]
        is_begun = bool(self._to_load)
        for study in wanted:
            study.is_loading = True
            self._to_load.append(study)
        if wanted and not is_begun:
            self._tasks.start(self._load())

    async def instances_of(self, studies: Sequence[StudyNode]) -> list[InstanceRecord]:
        """Return the instances of studies as the journal has them."""
        ids = [study.errand_id for study in studies if study.errand_id]
        return await self._outbox.ask(lambda _, journal: [each for one in ids for each in journal.instances(one)])

    # What happens.

    def take(self, arrivals: list[Arrival[OutboxFact | Event | ReceptionSum | StoredSum]]) -> None:
        """Take note of a batch of facts."""
        for arrival in arrivals:
            fact = arrival.event
            self.queue.take(fact)
            match fact:
                case InstanceEnded() | StoredSum():
                    self._count_ended(fact)
                case ItemFinished() | ReceptionSum():
                    self.gauges.note_ended(fact.job_id, _ended_bytes(fact))
                case RunStarted():
                    self._note_run(fact)
                case RunEnded():
                    self._failure = fact if fact.reason else self._failure
                    if fact.is_rejected:
                        self.rejected.emit(fact.peer)
                    self.gauges.end(fact.job_id)
                case _:
                    pass
        if self.queue.unknown:
            unknown, self.queue.unknown = self.queue.unknown, []
            self._tasks.start(self._enter(unknown))
        if self.queue.stale:
            stale, self.queue.stale = self.queue.stale, []
            for study in stale:
                study.is_loading = True
            self._tasks.start(self._know(stale))

    def _count_ended(self, fact: InstanceEnded | StoredSum) -> None:
        if isinstance(fact, StoredSum):
            self._ended[ItemOutcome.STORED] += len(fact.numbers)
        elif (outcome := _OUTCOMES.get(STATE_OF[fact.state])) is not None:
            self._ended[outcome] += 1

    def _note_run(self, fact: RunStarted) -> None:
        self.gauges.begin(fact)
        if self._is_quiet:
            self._is_quiet = False
            self._ended.clear()
            self._failure = None
            self.last_sent = ()
        self.last_sent = tuple(dict.fromkeys((*self.last_sent, *fact.errand_ids)))
        self.peer_name = fact.peer
        self.has_report = True

    async def _scan(self, scanning: InputScan, peer: str, origin: str) -> None:
        skipped_before, total_before = self.queue.skipped, self.queue.total
        is_stopped = False
        try:
            while True:
                batch = await self._tasks.run(scanning.read)
                if not batch:
                    break
                await self._list(batch, peer)
            is_stopped = scanning.is_cancelled
            await self._hand_over(peer, origin, is_held=is_stopped or not peer)
        finally:
            scanning.cancel()  # where the window closes before the scan is over
            self._scans.discard(scanning)
            self._session.readings -= 1
            self.model.flush()
            self.changed.emit()
        if is_stopped:
            self.told.emit(_stopped(self.queue.total - total_before))
        elif self.queue.total == total_before and self.queue.skipped > skipped_before:
            self.told.emit(_nothing_found(self.queue.skipped - skipped_before))
        if not self.is_scanning and not is_stopped:
            self.scanned.emit(sum(study.counts[ItemState.WAITING] for study in self.ready()))

    async def _list(self, batch: Sequence[ScanResult], peer: str) -> None:
        """List what was found, and let the window paint in between."""
        until = time.perf_counter() + TURN_S
        for first in range(0, len(batch), _AT_ONCE):
            self.queue.add(batch[first : first + _AT_ONCE], peer)
            if time.perf_counter() > until:
                await self._tasks.breathe()
                until = time.perf_counter() + TURN_S

    async def _hand_over(self, peer: str, origin: str, *, is_held: bool) -> None:
        """Give what is listed to the Outbox, which keeps it; without a peer until somebody lets it go."""
        drafts = self.queue.drafts(peer)
        if not drafts:
            return
        for study in drafts:
            if not study.is_in_order:
                self.queue.put_in_order(study, await self._tasks.run(natural_order, study))
        drafts = self.queue.drafts(peer)  # what was taken off meanwhile is gone
        requests = [
            ErrandRequest(
                title=study.text(0),
                peer=peer,
                instances=tuple(study.found),
                origin=origin,
                study_instance_uid=study.words.uid,
                is_held=is_held,
                commit=self.wish() if peer else None,
            )
            for study in drafts
        ]
        for study in () if is_held else drafts:
            study.whole_state = None
        self.queue.begin_handing(drafts)
        ids: dict[StudyNode, int] = {}
        try:
            async with self._entering:
                added = await self._outbox.ask(lambda outbox, _: [outbox.add(request) for request in requests])
                ids = dict(zip(drafts, added, strict=True))
        finally:
            self.queue.end_handing(ids)
            for study in ids:
                study.unload()

    async def _take_up(self) -> None:
        """Show what the journal has, and let it forget what is too old."""
        self.is_taking_up = True
        try:
            await self._forget_and_enter()
        finally:
            self.is_taking_up = False
            self.changed.emit()
        await self._recall_problems()

    async def _forget_and_enter(self) -> None:
        if self.history_days:
            before = datetime.now(UTC) - timedelta(days=self.history_days)
            await self._outbox.ask(
                lambda _, journal: journal.forget(before) + journal.discard_older(_DISMISSED, before)
            )
        await self._enter(await self._outbox.ask(lambda outbox, _: [errand.id for errand in outbox.errands()]))
        self.queue.rows.show()

    async def _recall_problems(self) -> None:
        """List what earlier runs of the program gave up of what is listed, but for what was dismissed."""
        dismissed = await self._outbox.ask(lambda _, journal: {e.key: e.at for e in journal.kept_all(_DISMISSED)})
        for study in [each for each in self.queue.studies if each.problems]:
            records = await self._outbox.ask(partial(_read_problems, study.errand_id))
            told = [each for each in records if not _is_dismissed(each, dismissed)]
            for first in range(0, len(told), _RECALLED_AT_ONCE):
                self.queue.recall_problems(study, told[first : first + _RECALLED_AT_ONCE])
                await self._tasks.breathe()

    def _on_dismissed(self, problems: Sequence[Problem]) -> None:
        rows = [each.row for each in problems if each.view == "send" and isinstance(each.row, tuple)]
        keys = [
            _dismissal_key(errand_id, each) for errand_id, first in rows for each in self._told_with(errand_id, first)
        ]

        def keep(_outbox: "Outbox", journal: Journal) -> None:
            for key in keys:
                journal.keep(_DISMISSED, key, "")

        if keys:
            self._tasks.start(self._outbox.ask(keep))

    def _told_with(self, errand_id: int, first: int) -> list[int]:
        """Return what was dismissed with an instance."""
        study = self.queue.study_of(errand_id)
        return self.queue.given_up.dismiss(study, first) if study is not None else [first]

    async def _enter(self, ids: Sequence[int]) -> None:
        """Give errands that others have added, or an earlier run of the program, their rows."""
        async with self._entering:
            self.queue.begin_reading()
            try:
                for first in range(0, len(ids), _READ_AT_ONCE):
                    some = ids[first : first + _READ_AT_ONCE]
                    for errand, digest in await self._outbox.ask(partial(_errands_with_digests, some)):
                        if self.queue.study_of(errand.id) is None:
                            self.queue.enter(errand, digest)
                            await self._tasks.breathe()
            finally:
                self.queue.end_reading()
        self.changed.emit()

    async def _load(self) -> None:
        try:
            while self._to_load:
                study = self._to_load[-1]
                records = await self._outbox.ask(partial(_read_instances, study.errand_id))
                self._to_load.remove(study)
                self.queue.fill(study, records)
                self.model.flush()
                await self._tasks.breathe()
        finally:  # nothing is left but where the journal cannot be asked
            for study in self._to_load:
                self.queue.end_loading(study)
            self._to_load.clear()
        self.changed.emit()

    async def _know(self, studies: Sequence[StudyNode]) -> None:
        """Read again how the instances of rows stand."""
        for study in studies:
            try:
                self.queue.know(study, await self._outbox.ask(partial(_read_digest, study.errand_id)))
            except KeyError:
                pass  # it is gone meanwhile
            finally:
                self.queue.end_loading(study)
        self.changed.emit()

    def _on_tick(self) -> None:
        self.gauges.show(self._outbox.progress())
        now = time.monotonic()
        if self.queue.rows.is_live and now - self._settled_at > SETTLE_S and self._session.is_sending:
            self.queue.rows.spoil()
            self._settled_at = now
        self.queue.rows.settle()
        self.model.flush()
        if not self._is_quiet and not self._session.is_sending and not self.going():
            self._is_quiet = True
            self._tell_end()

    def _on_second(self) -> None:
        self._outbox.look_at_journal()
        for study in self.queue.studies:
            if study.whole_state is ItemState.RETRYING:
                self.model.touch(study)

    def _tell_end(self) -> None:
        """Everything has ended, or waits for its user."""
        counts = Counter({outcome: count for outcome, count in self._ended.items() if count})
        is_held = bool(self.held())
        self.changed.emit()
        if not counts and self._failure is None and not is_held:
            return
        result = send_details.describe_result(counts, self._failure, self.peer_name, is_held=is_held)
        self.told.emit(result)
        if not is_held and not self.scheduled():
            self.finished.emit(result)


_OUTCOMES = {
    ItemState.STORED: ItemOutcome.STORED,
    ItemState.WARNING: ItemOutcome.WARNING,
    ItemState.REFUSED: ItemOutcome.REFUSED,
    ItemState.FAILED: ItemOutcome.FAILED,
    ItemState.NOT_SENT: ItemOutcome.NOT_SENT,
}


def _errands_with_digests(ids: Sequence[int], outbox: "Outbox", journal: Journal) -> list[tuple[Errand, ErrandDigest]]:
    """Errands that are still there, with what is known of their instances; on a worker thread."""
    found = []
    for errand_id in ids:
        with suppress(KeyError):  # it is gone meanwhile
            found.append((outbox.errand(errand_id), journal.digest(errand_id)))
    return found


def _read_digest(errand_id: int, _outbox: "Outbox", journal: Journal) -> ErrandDigest:
    return journal.digest(errand_id)


def _read_instances(errand_id: int, _outbox: "Outbox", journal: Journal) -> Sequence[InstanceRecord]:
    try:
        return journal.instances(errand_id)
    except KeyError:  # it is gone meanwhile
        return ()


def _read_problems(errand_id: int, _outbox: "Outbox", journal: Journal) -> Sequence[InstanceRecord]:
    try:
        return journal.instances(errand_id, states=_GIVEN_UP, limit=_MOST_RECALLED)
    except KeyError:  # it is gone meanwhile
        return ()


def _dismissal_key(errand_id: int, number: int) -> str:
    return f"{errand_id} {number}"


def _is_dismissed(record: InstanceRecord, dismissed: Mapping[str, datetime]) -> bool:
    """Whether its user was told, and did not want to be told again; what has failed since is news."""
    at = dismissed.get(_dismissal_key(record.errand_id, record.number))
    return at is not None and (record.at is None or record.at <= at)


def _stopped(found: int) -> Details:
    title = wording.plural(
        found,
        send_details.say("Reading was stopped: {count} instance is listed, the rest was not looked at"),
        send_details.say("Reading was stopped: {count} instances are listed, the rest was not looked at"),
    )
    text = send_details.say("Add it again to have all of it, or send what is listed.")
    return Details(title=title, text=text, icon="stop", tone=Tone.WARNING)


def _nothing_found(skipped: int) -> Details:
    title = wording.plural(
        skipped,
        send_details.say("Nothing to send was found: {count} file is not DICOM, or not readable"),
        send_details.say("Nothing to send was found: {count} files are not DICOM, or not readable"),
    )
    return Details(
        title=title,
        text=send_details.say("Open the row of skipped files to see each one with its reason."),
        icon="warning",
        tone=Tone.WARNING,
    )


def _ended_bytes(fact: ItemFinished | ReceptionSum) -> int:
    """Of what was tried."""
    if isinstance(fact, ReceptionSum):
        return sum(each.ended_bytes for each in fact.associations)
    return 0 if fact.outcome is ItemOutcome.NOT_SENT else fact.size_bytes
