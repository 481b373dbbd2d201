"""What is being listed for the send queue: studies that are not handed over yet, and what waits already."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.journal.digest import ErrandDigest, instance_key
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.sending.natural import natural_key
from dicomdesk.gui.sending.nodes import MOVED, STATES, SeriesNode, StudyNode

__all__ = ["Listing", "append", "count_again", "key_of", "natural_order", "note_stored", "put_in_order", "renew",
    "take_digest"]  # fmt: skip

_OPEN = frozenset({ItemState.WAITING, ItemState.SENDING})


def key_of(found: FoundInstance) -> int:
    """Return by what an instance at its place is known again."""
    return instance_key(found.path, found.archive_member, found.header.sop_instance_uid)


class Listing:
    """Knows all studies of the queue by their UIDs. For the Qt thread."""

    def __init__(self) -> None:
        self._drafts: dict[tuple[str, str], StudyNode] = {}
        """Studies that are being listed, by UID and peer."""
        self._by_uid: dict[str, dict[StudyNode, None]] = {}
        self._finders: dict[StudyNode, dict[int, int]] = {}
        """Numbers by key, of studies of which something was found again."""

    def draft_of(self, header: InstanceHeader, peer: str) -> StudyNode | None:
        """Return the study that an instance for a peer is listed in."""
        return self._drafts.get((header.study_instance_uid, peer))

    def begin(self, study: StudyNode, peer: str) -> None:
        """A study is being listed for a peer."""
        self._drafts[study.words.uid, peer] = study
        self.note(study, [study.words.uid])

    def drafts(self, peer: str) -> list[StudyNode]:
        """Return the studies that are listed for a peer and not handed over."""
        return [study for (_, wanted), study in self._drafts.items() if wanted == peer]

    def note(self, study: StudyNode, uids: Iterable[str]) -> None:
        """There are instances of these studies in a row."""
        for uid in uids:
            self._by_uid.setdefault(uid, {})[study] = None

    def drop(self, study: StudyNode) -> None:
        """A row is gone."""
        self.end(study)
        uids = {study.words.uid, *(series.study_uid for series in study.series.values())}
        for uid in uids & self._by_uid.keys():
            self._by_uid[uid].pop(study, None)
            if not self._by_uid[uid]:
                del self._by_uid[uid]

    def end(self, study: StudyNode) -> None:
        """A study is listed no longer: what is found of it from now on is a row of its own."""
        for key in ((study.words.uid, study.peer), (study.words.uid, "")):
            if self._drafts.get(key) is study:
                del self._drafts[key]
        self._finders.clear()

    def note_found(self, study: StudyNode, key: int) -> None:
        """An instance was listed in a study, the last one."""
        finder = self._finders.get(study)
        if finder is not None:
            finder[key] = len(study.keys) - 1

    def waiting(self, uid: str, key: int, peer: str) -> tuple[StudyNode, int] | None:
        """Return row and number of an instance that waits already, for this peer or for any.

        One that its file holds another instance instead of is not the same.
        """
        for study in self._by_uid.get(uid, ()):
            if peer not in {study.peer, ""}:
                continue
            number = self._finder(study).get(key)
            if number is not None and study.state_of(number) in _OPEN:
                return study, number
        return None

    def _finder(self, study: StudyNode) -> dict[int, int]:
        finder = self._finders.get(study)
        if finder is None:
            finder = self._finders[study] = {key: number for number, key in enumerate(study.keys)}
        return finder


def take_digest(study: StudyNode, series_of: Sequence[SeriesNode], digest: ErrandDigest) -> None:
    """Note all instances of a study; ``series_of`` are the rows of its headers. States and counts are the caller's."""
    study.series_of = [series_of[place] for place in digest.header_of]
    study.sizes, study.keys = array("q", digest.lengths), array("q", digest.keys)
    for number, series in enumerate(study.series_of):
        series.numbers.append(number)
        series.size_bytes += study.sizes[number]
    study.size_bytes = sum(study.sizes)
    study.is_known = study.is_in_order = True


def count_again(series: SeriesNode) -> None:
    """Count the instances of a series by their states."""
    study = series.study
    codes = Counter(map(study.states.__getitem__, series.numbers))
    series.counts = Counter({STATES[code]: count for code, count in codes.items()})
    series.total = len(series.numbers)
    moved = {code for code in codes if STATES[code] in MOVED}
    series.bytes_done = sum(study.sizes[each] for each in series.numbers if study.states[each] in moved) if moved else 0


def note_stored(study: StudyNode, numbers: Iterable[int]) -> dict[tuple[SeriesNode, ItemState], list[int]]:
    """Note that instances are stored; return how many of each series and state there were, and how many bytes."""
    moved: dict[tuple[SeriesNode, ItemState], list[int]] = {}
    states, stored = study.states, STATES.index(ItemState.STORED)
    for number in numbers:
        if states[number] != stored:
            counted = moved.setdefault((study.series_of[number], STATES[states[number]]), [0, 0])
            counted[0] += 1
            counted[1] += study.sizes[number]
            states[number] = stored
    return moved


def append(study: StudyNode, series: SeriesNode, size_bytes: int, key: int, state: ItemState) -> None:
    """Note one more instance of a study; counts are the caller's, but for the size of its series."""
    series.numbers.append(len(study.states))
    series.size_bytes += size_bytes
    if series.order is not None and not series.unfetched():
        series.order = None  # it is made anew when more is fetched
    study.series_of.append(series)
    study.sizes.append(size_bytes)
    study.keys.append(key)
    study.states.append(0)
    study.set_state(len(study.states) - 1, state)


def renew(study: StudyNode, number: int, found: FoundInstance) -> None:
    """The same instance was found again: it is as it is now, and keeps its id."""
    study.found[number] = replace(found, id=study.found[number].id)
    grown = found.header.data_set_length - study.sizes[number]
    study.sizes[number] = found.header.data_set_length
    for group in (study, study.series_of[number]):
        group.size_bytes += grown


def natural_order(study: StudyNode) -> list[int]:
    """Return the numbers of a study's instances by series, in natural order of the files; for a worker thread."""
    series = sorted(study.series.values(), key=lambda each: natural_key(each.words.number))
    return [number for each in series for number in each.sorted_numbers()]


def put_in_order(study: StudyNode, numbers: Sequence[int]) -> None:
    """Number the instances anew: the first becomes the one that has this number now."""
    study.is_in_order = True
    if len(numbers) != len(study.found) or all(number == before for number, before in enumerate(numbers)):
        return
    places = {before: number for number, before in enumerate(numbers)}
    study.found = [study.found[number] for number in numbers]
    study.series_of = [study.series_of[number] for number in numbers]
    study.states = bytearray(study.states[number] for number in numbers)
    for values in (study.sizes, study.keys):
        values[:] = array("q", (values[number] for number in numbers))
    study.results = {places[number]: result for number, result in study.results.items()}
    study.rows = {places[number]: row for number, row in study.rows.items()}
    for number, row in study.rows.items():
        row.number = number
    for each in study.series.values():
        each.numbers = array("l", sorted(places[number] for number in each.numbers))
        each.order = None if each.order is None else [places[number] for number in each.order]
