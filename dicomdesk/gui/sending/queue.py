"""Send queue: studies on their way to peers, with the state of each of their instances."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from dicomdesk.dicom.files.scan import ScanResult
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.events import Event, ItemFinished, ItemOutcome
from dicomdesk.engine.facts.arrivals import ReceptionSum, StoredSum
from dicomdesk.engine.journal.digest import STATE_CODES, ErrandDigest, digest_of
from dicomdesk.engine.journal.records import Commitment, ErrandState, InstanceRecord, InstanceState
from dicomdesk.engine.outbox.errands import Errand
from dicomdesk.engine.outbox.facts import (
    ErrandAdded,
    ErrandChanged,
    ErrandRemoved,
    InstanceBegan,
    InstanceCommitted,
    InstanceEnded,
    OutboxFact,
    PeerFree,
    PeerPaused,
)
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.row_window import ArrangedOutline, RowWindow
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.problems.book import ProblemShelf, loose_shelf
from dicomdesk.gui.sending.commitments import counted, note_commitment, with_commitment
from dicomdesk.gui.sending.given_up import GivenUp
from dicomdesk.gui.sending.group_node import GroupNode
from dicomdesk.gui.sending.listing import (
    Listing,
    append,
    count_again,
    key_of,
    note_stored,
    put_in_order,
    renew,
    take_digest,
)
from dicomdesk.gui.sending.natural import natural_key
from dicomdesk.gui.sending.nodes import (
    MOVED,
    NO_RESULT,
    STATES,
    InstanceNode,
    Look,
    Result,
    SeriesNode,
    StudyNode,
)
from dicomdesk.gui.sending.skipped import SkippedGroupNode

__all__ = ["STATE_OF", "SendQueue", "studies_of"]

STATE_OF: dict[InstanceState, ItemState] = {
    InstanceState.WAITING: ItemState.WAITING,
    InstanceState.UNDER_WAY: ItemState.SENDING,
    InstanceState.STORED: ItemState.STORED,
    InstanceState.WARNING: ItemState.WARNING,
    InstanceState.REFUSED: ItemState.REFUSED,
    InstanceState.NOT_SENT: ItemState.NOT_SENT,
    InstanceState.FAILED: ItemState.FAILED,
}
_ITEM_CODES = bytes(STATES.index(STATE_OF[state]) for state in STATE_CODES).ljust(256, b"\0")
"""States of a digest as those of rows."""
_ErrandFact = ErrandAdded | ErrandChanged | InstanceBegan | InstanceEnded | StoredSum
_WHOLE: dict[ErrandState, ItemState | None] = {
    ErrandState.HELD: ItemState.HELD,
    ErrandState.RETRYING: ItemState.RETRYING,
    ErrandState.CANCELLED: ItemState.CANCELLED,
}
_MOST_CARRIERS = 20_000
"""Instances with problems of which the association is remembered."""


class SendQueue:
    """Keeps the studies; an outline is told of rows that come, go or change. For the Qt thread.

    Costs of a fact do not depend on the length of the queue.
    """

    def __init__(self, outline: ArrangedOutline, problems: ProblemShelf | None = None) -> None:
        """What was given up is reported to ``problems`` until it is tried again; see ``GivenUp``."""
        self._outline = outline
        self.given_up = GivenUp(problems or loose_shelf())
        self.rows = RowWindow(outline, _rank)
        """The rows at the top."""
        self.look = Look()
        self._listing = Listing()
        self._by_errand: dict[int, StudyNode] = {}
        self._early: dict[int, list[_ErrandFact]] = {}
        """Facts of errands whose rows are just being handed over, or read from the journal."""
        self._handing = 0
        self._carriers: dict[str, tuple[str, int]] = {}
        """Job and association that a problem came over, by path."""
        self._skipped: SkippedGroupNode | None = None
        self.counts: Counter[ItemState] = Counter()
        self.version = 0
        """Grows with every change of a study's state or counts."""
        self.unknown: list[int] = []
        """Errands that others have added, and of which more is to be read from the journal."""
        self.stale: list[StudyNode] = []
        """Rows whose instances are to be read again."""

    @property
    def total(self) -> int:
        """All instances."""
        return sum(self.counts.values())

    @property
    def skipped(self) -> int:
        """Inputs that are not taken."""
        return self._skipped.count if self._skipped else 0

    @property
    def studies(self) -> list[StudyNode]:
        """All studies, in the order in which they came."""
        return [row for row in self.rows.all() if isinstance(row, StudyNode)]

    def in_order(self) -> list[StudyNode]:
        """All studies, in the order in which they go."""
        return sorted(self.studies, key=_rank)

    def study_of(self, errand_id: int) -> StudyNode | None:
        """Return the row of an errand."""
        return self._by_errand.get(errand_id)

    # What is seen.

    def passing(self) -> Sequence[Node]:
        """Rows at the top that pass the filter, sorted; those that are not shown too."""
        return self.rows.passing()

    def show_more(self) -> bool:
        """Show more rows at the top, where there are more; whether there were."""
        return self.rows.show_more()

    def sort(self, column: int | None, *, is_descending: bool = False) -> None:
        """Sort all levels by a column; None for the order in which the errands go."""
        self.look.sorted_by = None if column is None else (column, is_descending)
        self._forget_rows()
        for study in self.studies:
            series = list(study.series.values())
            if len(series) > 1:
                study.children[:] = _sorted_series(series, self.look)
                for row, node in enumerate(study.children):
                    node.row = row
        self.rows.sort(column, is_descending=is_descending)

    def filter(self, accepts: Callable[[Node], bool] | None, states: tuple[ItemState, ...] = ()) -> None:
        """Show only the rows that are accepted, None for all; of instances those in ``states``, none for all."""
        if self.look.states != states:
            self.look.states = states
            self._forget_rows()
        self.rows.filter(accepts)

    def _forget_rows(self) -> None:
        for study in self.studies:
            for series in study.series.values():
                series.forget_rows()

    def touch(self, node: Node) -> None:
        """Remember that a row looks different now."""
        self._outline.touch(node)

    def show_peer(self, word: str) -> None:
        """Show where studies go for which nobody has chosen a peer."""
        if word != self.look.peer:
            self.look.peer = word
            for study in self.studies:
                if not study.peer:
                    self._outline.touch(study)

    # What is listed.

    def add(self, batch: Iterable[ScanResult], peer: str = "") -> None:
        """Add what scanning found, for a peer where it is for a certain one; what waits already is not added twice."""
        for result in batch:
            if not isinstance(result, FoundInstance):
                self._add_skipped(result.name, result.reason)
            elif result.problem:
                self._add_skipped(result.name, result.problem)
            else:
                self._add_instance(result, peer)

    def drafts(self, peer: str = "") -> list[StudyNode]:
        """Return the studies that are listed for a peer and not handed over."""
        return self._listing.drafts(peer)

    def put_in_order(self, study: StudyNode, numbers: Sequence[int]) -> None:
        """Number the instances of a study that is not handed over anew: see ``natural_order``."""
        put_in_order(study, numbers)

    def begin_handing(self, studies: Sequence[StudyNode]) -> None:
        """These are handed to the Outbox now: what is listed of them from now on is a row of its own."""
        self._handing += 1
        for study in studies:
            self._listing.end(study)

    def end_handing(self, ids: Mapping[StudyNode, int]) -> None:
        """They are errands with these ids; what has been told of them meanwhile happened to them."""
        self._handing -= 1
        self.version += 1
        for study, errand_id in ids.items():
            study.errand_id = errand_id
            if study in self.rows.all():
                self._by_errand[errand_id] = study
        self._take_early()

    def begin_reading(self) -> None:
        """Errands are read from the journal: what is told of them meanwhile waits until they have their rows."""
        self._handing += 1

    def end_reading(self) -> None:
        """They have been read, and have their rows."""
        self._handing -= 1
        self._take_early()

    def _take_early(self) -> None:
        early, self._early = self._early, {}
        for fact in chain.from_iterable(early.values()):
            self.take(fact)

    def enter(self, errand: Errand, digest: ErrandDigest | None) -> StudyNode:
        """Add an errand of the journal, with what is known of its instances; None for nothing but their counts."""
        header = digest.headers[digest.header_of[0]] if digest is not None and digest.header_of else None
        study = StudyNode(
            header if header is not None and header.study_instance_uid else None, title=errand.record.title
        )
        study.look = self.look
        study.is_known = study.is_loaded = False
        study.errand_id = errand.id
        self._by_errand[errand.id] = study
        study.total = errand.total
        if digest is not None:
            self.know(study, digest)
        self._describe(study, errand)
        self.rows.add([study])
        return study

    def know(self, study: StudyNode, digest: ErrandDigest) -> None:
        """What is known of the instances of a row has been read from the journal."""
        if not study.is_known:
            take_digest(study, [self._series_of(study, header) for header in digest.headers], digest)
            self._listing.note(study, {header.study_instance_uid for header in digest.headers} | {study.words.uid})
        study.states = bytearray(digest.states.translate(_ITEM_CODES))
        study.under_way = {number for number, code in enumerate(study.states) if STATES[code] is ItemState.SENDING}
        self._count_again(study)

    def fill(self, study: StudyNode, records: Sequence[InstanceRecord]) -> None:
        """The instances of a row have been read from the journal; how they stand is told by facts."""
        if not study.is_known:
            self.know(study, digest_of(records))
        if not study.is_loaded and len(records) >= len(study.states):
            study.found = [record.found for record in records[: len(study.states)]]
            study.is_loaded = True
        for record in records:
            if record.state is not InstanceState.STORED or record.attempts > 1 or record.status:
                study.results[record.number] = Result(record.status, record.reason, record.attempts)
            else:
                study.results.pop(record.number, None)
            if record.commitment is not Commitment.NOT_ASKED:
                known = study.results.get(record.number, NO_RESULT)
                said = with_commitment(known, record.commitment, record.commitment_reason)
                study.results[record.number] = said
        for number in study.rows:
            self._touch(study, number)
        self.end_loading(study)

    # What happens.

    def take(self, fact: OutboxFact | Event | ReceptionSum | StoredSum) -> None:
        """Take note of what the Outbox reports."""
        match fact:
            case InstanceBegan() | InstanceEnded() | StoredSum():
                study = self._by_errand.get(fact.errand_id)
                if self._is_early(study):
                    self._early.setdefault(fact.errand_id, []).append(fact)
                elif study is not None:
                    self._take_instance(study, fact)
            case ItemFinished() | ReceptionSum():
                self._note_carriers(fact)
            case InstanceCommitted():
                self._take_commitment(fact)
            case ErrandAdded() | ErrandChanged():
                self._take_errand(fact)
            case PeerPaused() | PeerFree():
                self._take_pause(fact)
            case ErrandRemoved():
                study = self._by_errand.pop(fact.errand_id, None)
                self.remove([study] if study is not None else [])
            case _:
                pass

    def _take_errand(self, fact: ErrandAdded | ErrandChanged) -> None:
        errand = fact.errand
        study = self._by_errand.get(errand.id)
        if self._is_early(study):
            self._early.setdefault(errand.id, []).append(fact)
        elif study is not None:
            self._describe(study, errand)
        elif isinstance(fact, ErrandAdded):
            self.unknown.append(errand.id)

    def _is_early(self, study: StudyNode | None) -> bool:
        return study.is_loading if study is not None else self._handing > 0

    def _take_commitment(self, fact: InstanceCommitted) -> None:
        study = self._by_errand.get(fact.errand_id)
        if study is not None:
            note_commitment(study, fact)
            if study.is_known:
                self._touch(study, fact.number)

    def _take_pause(self, fact: PeerPaused | PeerFree) -> None:
        """All that waits for a peer waits until that is tried again."""
        self.version += 1
        for study in self._waiting_for(fact.peer):
            if isinstance(fact, PeerPaused):
                study.whole_state, study.next_try_at, study.reason = ItemState.RETRYING, fact.until, fact.reason
                study.waits_for_peer = True
            elif study.waits_for_peer:
                study.whole_state, study.next_try_at, study.reason = None, None, ""
                study.waits_for_peer = False
            self._outline.touch(study)

    def carrier_of(self, study: StudyNode, number: int) -> tuple[str, int]:
        """Return the job, and the number of the association, over which a problem came; "" and 0 where nobody knows."""
        return self._carriers.get(study.problem_numbers.get(number, ""), ("", 0))

    def remove(self, studies: Iterable[StudyNode]) -> None:
        """Take studies off the list."""
        self.version += 1
        gone = [study for study in studies if study in self.rows.all()]
        for study in gone:
            self.given_up.mend(study)
            self._listing.drop(study)
            self.counts.subtract(study.counts)
            self._by_errand.pop(study.errand_id, None)
        self.rows.discard(gone)

    def remove_skipped(self) -> None:
        """Take the list of inputs away that are not taken."""
        if self._skipped is not None:
            self.rows.discard([self._skipped])
            self._skipped = None

    def end_loading(self, study: StudyNode) -> None:
        """What was read of a row is taken over."""
        study.is_loading = False
        self._take_early()

    # Details.

    def _waiting_for(self, peer: str) -> list[StudyNode]:
        going = {None, ItemState.RETRYING}
        return [each for each in self._by_errand.values() if each.peer == peer and each.whole_state in going
                and each.ended < each.total]  # fmt: skip

    def _add_instance(self, found: FoundInstance, peer: str) -> None:
        header, key = found.header, key_of(found)
        known = self._listing.waiting(header.study_instance_uid, key, peer)
        if known is not None:
            if not known[0].errand_id and known[0].is_loaded:
                renew(*known, found)
            return
        study = self._listing.draft_of(header, peer)
        if study is None:
            study = StudyNode(header)
            study.peer, study.is_chosen_peer = peer, bool(peer)
            study.look = self.look
            study.whole_state = ItemState.READY
            self._listing.begin(study, peer)
            self.rows.add([study])
        series = self._series_of(study, header)
        study.found.append(found)
        study.is_in_order = False
        append(study, series, header.data_set_length, key, ItemState.WAITING)
        self._listing.note_found(study, key)
        self.version += 1
        self.counts[ItemState.WAITING] += 1
        for group in (study, series):
            group.total += 1
            group.counts[ItemState.WAITING] += 1
        study.size_bytes += header.data_set_length
        self._outline.touch(series)

    def _series_of(self, study: StudyNode, header: InstanceHeader) -> SeriesNode:
        series = study.series.get(header.series_instance_uid)
        if series is None:
            series = study.series[header.series_instance_uid] = SeriesNode(study, header)
            if study.parent is not None:
                self._outline.insert(study, [series])
            else:  # it is shown when the study is
                series.parent, series.row = study, len(study.children)
                study.children.append(series)
            study.words.add_modality(series.words.modality)
        return series

    def _add_skipped(self, path: str, reason: str) -> None:
        if self._skipped is None:
            self._skipped = SkippedGroupNode()
            self.rows.add([self._skipped])
        self._skipped.add(path, reason)
        self._outline.touch(self._skipped)

    def _take_instance(self, study: StudyNode, fact: InstanceBegan | InstanceEnded | StoredSum) -> None:
        if isinstance(fact, StoredSum):
            self._take_stored(study, fact.numbers)
            return
        number = fact.number
        if isinstance(fact, InstanceBegan):
            state = ItemState.SENDING
            if fact.attempt > 1:
                study.results[number] = replace(study.results.get(number, NO_RESULT), attempts=fact.attempt)
        else:
            state = STATE_OF[fact.state]
            if fact.reason or fact.status or fact.attempts > 1:
                study.results[number] = Result(fact.status, fact.reason, fact.attempts)
            else:
                study.results.pop(number, None)
        if isinstance(fact, InstanceEnded):
            self._note_problem(study, fact, state)
        if study.is_known:
            self._move(study, number, state)
        else:
            before = ItemState.SENDING if number in study.under_way else ItemState.WAITING
            self._count(study, None, before, state)
            self._outline.touch(study)
        if state is ItemState.SENDING:
            study.under_way.add(number)
        else:
            study.under_way.discard(number)

    def _take_stored(self, study: StudyNode, numbers: Sequence[int]) -> None:
        for number in study.results.keys() & set(numbers) if study.results else ():
            del study.results[number]
        if study.is_known:
            for (series, before), (count, size_bytes) in note_stored(study, numbers).items():
                self._recount((study, series), before, ItemState.STORED, count, size_bytes)
                self._outline.touch(series)
            for number in study.rows.keys() & set(numbers) if study.rows else ():
                self._touch(study, number)
        else:
            begun = len(study.under_way.intersection(numbers))
            for before, count in ((ItemState.SENDING, begun), (ItemState.WAITING, len(numbers) - begun)):
                self._recount((study,), before, ItemState.STORED, count, 0)
            self._outline.touch(study)
        study.under_way.difference_update(numbers)

    def _note_problem(self, study: StudyNode, fact: InstanceEnded, state: ItemState) -> None:
        if state in PROBLEMS:
            self.given_up.report(study, fact.number, fact.path, state, fact.reason)

    def recall_problems(self, study: StudyNode, records: Iterable[InstanceRecord]) -> None:
        """Report what was given up in an earlier run of the program, with the time of it."""
        for record in records:
            at = None if record.at is None else record.at.timestamp()
            state = STATE_OF[record.state]
            if state in PROBLEMS and record.number not in study.problem_numbers:
                self.given_up.report(study, record.number, record.found.name, state, record.reason, at)

    def _move(self, study: StudyNode, number: int, state: ItemState) -> None:
        before = study.state_of(number)
        if before is not state:
            study.set_state(number, state)
            self._count(study, number, before, state)
        self._touch(study, number)

    def _touch(self, study: StudyNode, number: int) -> None:
        row, series = study.rows.get(number), study.series_of[number]
        is_shown = row is not None and row.row < len(series.children) and series.children[row.row] is row
        self._outline.touch(row if row is not None and is_shown else series)

    def _count(self, study: StudyNode, number: int | None, before: ItemState, state: ItemState) -> None:
        groups: tuple[GroupNode, ...] = (study,) if number is None else (study, study.series_of[number])
        self._recount(groups, before, state, 1, study.sizes[number] if number is not None else 0)

    def _recount(
        self, groups: Iterable[GroupNode], before: ItemState, state: ItemState, count: int, size_bytes: int
    ) -> None:
        """Count instances, of so many bytes together, that have changed their state."""
        done = ((state in MOVED) - (before in MOVED)) * size_bytes
        self.version += 1
        self.counts[before] -= count
        self.counts[state] += count
        for group in groups:
            group.counts[before] -= count
            group.counts[state] += count
            group.bytes_done += done

    def _describe(self, study: StudyNode, errand: Errand) -> None:
        """Show an errand as it is now."""
        self.version += 1
        record = errand.record
        if study.position != record.position:
            study.position = record.position
            self.rows.spoil()
        study.peer, study.origin, study.added_at = record.peer, record.origin, record.added_at
        study.next_try_at, study.reason = record.next_try_at, record.reason
        whole = _WHOLE.get(record.state)
        if whole is ItemState.HELD and (study.whole_state is ItemState.READY or not record.peer):
            whole = ItemState.READY  # nobody has let it go yet
        study.whole_state = whole
        study.waits_for_peer = False
        study.commitment = counted(errand.commitments)
        counts = Counter({STATE_OF[state]: count for state, count in errand.counts.items() if count})
        if counts != +study.counts:
            if sum(counts[state] for state in PROBLEMS) < study.problems:
                self.given_up.mend(study)  # what failed is tried again
            self._take_counts(study, counts)
        self._outline.touch(study)

    def _take_counts(self, study: StudyNode, counts: Counter[ItemState]) -> None:
        if study.is_known:
            problems = [number for number, code in enumerate(study.states) if STATES[code] in PROBLEMS]
            if problems and counts[ItemState.WAITING] - study.counts[ItemState.WAITING] == len(problems):
                for number in problems:
                    self._move(study, number, ItemState.WAITING)
            elif study not in self.stale:
                self.stale.append(study)
            return
        self.counts.subtract(study.counts)
        self.counts.update(counts)
        study.counts = counts
        study.total = sum(counts.values())

    def _count_again(self, study: StudyNode) -> None:
        self.version += 1
        self.counts.subtract(study.counts)
        study.counts, study.bytes_done = Counter(), 0
        for series in study.series.values():
            count_again(series)
            study.counts.update(series.counts)
            study.bytes_done += series.bytes_done
        study.total = len(study.states)
        self.counts.update(study.counts)
        for series in study.series.values():
            self._outline.touch(series)
        for number in study.rows:
            self._touch(study, number)

    def _note_carriers(self, fact: ItemFinished | ReceptionSum) -> None:
        """Remember over which associations problems came."""
        if isinstance(fact, ReceptionSum):
            troubled = fact.troubled
        else:
            troubled = ((fact.path, fact.association),) if fact.outcome is not ItemOutcome.STORED else ()
        for path, association in troubled:
            self._carriers[path] = (fact.job_id, association)
            if len(self._carriers) > _MOST_CARRIERS:
                del self._carriers[next(iter(self._carriers))]


def _sorted_series(series: list[SeriesNode], look: Look) -> list[SeriesNode]:
    """By the column, or by their numbers where nobody sorts."""
    column, is_descending = look.sorted_by or (-1, False)
    if column < 0:
        return sorted(series, key=lambda each: natural_key(each.words.number))
    return sorted(series, key=lambda each: each.sort_value(column), reverse=is_descending)


def _rank(node: Node) -> tuple[float, float]:
    """Errands in the order in which they go, then what is being listed, then what is not sent at all."""
    return (node.position, node.errand_id) if isinstance(node, StudyNode) else (float("inf"), float("inf"))


def studies_of(nodes: Iterable[Node]) -> list[StudyNode]:
    """Return the studies that rows are, or are below of, each once."""
    found: dict[StudyNode, None] = {}
    for node in nodes:
        match node:
            case StudyNode():
                found[node] = None
            case SeriesNode() | InstanceNode():
                found[node.study] = None
    return list(found)
