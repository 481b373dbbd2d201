"""Searches the studies of a storage area as somebody types: from memory, which follows what the index says.

A hundred thousand studies take some fifty megabytes, and a word some ten milliseconds. No step holds up other threads
for long: what is sorted is sorted in runs.
"""

import re
import threading
from collections.abc import Container, Iterable, Mapping, Sequence
from heapq import merge
from typing import Final

from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.administration.search.orders import BY_RECEIVED, Order
from dicomdesk.archive.contents.folded_names import fold
from dicomdesk.archive.matching.study_texts import StudyStamp, StudyText
from dicomdesk.records import dataclass

__all__ = ["FoundPatient", "FoundStudies", "StudySearch", "merged"]


_DATE: Final = re.compile(r"(\d{4})[-.](\d\d)[-.](\d\d)|(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
"""2024-01-31, 2024.01.31, 31.01.2024."""
_RUN: Final = 4096
"""Studies that are sorted at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStudies:
    """Studies that have all the words."""

    studies: Sequence[StudyText]
    """As many as were wanted, in the order that was."""
    total: int


@dataclass(slots=True)
class FoundPatient:
    """A patient some of whose studies were found, and what all of them are."""

    study: StudyText
    """The first that was found."""
    studies: int = 0
    instances: int = 0
    size_bytes: int = 0
    last_received: int = 0
    """Microseconds since 1970."""


class StudySearch:
    """Search in one area. Any thread; the first search, and one after much has changed, reads all studies."""

    def __init__(self, opened: OpenedArea) -> None:
        self._opened = opened
        self._refreshing = threading.Lock()
        self._lock = threading.Lock()
        self._stamp: StudyStamp | None = None
        self._studies: list[StudyText] = []
        """Those that something came to last are the first."""
        self._order = BY_RECEIVED
        self._ordered: list[StudyText] = []
        """All, in the order that was wanted last."""
        self._last_words: tuple[str, ...] = ()
        self._last_found: list[StudyText] = []
        """What was found by these words: by longer ones no others are."""
        self._patients: dict[tuple[str, ...], FoundPatient] = {}
        """Counts of all patients, made when they are first wanted."""

    def refresh(self) -> bool:
        """Follow the index; whether there was anything new. Raises the errors of the index."""
        opened = self._opened
        with self._refreshing:
            stamp = opened.index.study_stamp(opened.name)
            if stamp == self._stamp:
                return False
            studies = self._followed(stamp) or {one.key: one for one in opened.index.study_texts(opened.name)}
            by_received = _sorted(studies.values(), BY_RECEIVED)
            order = self._order
            ordered = by_received if order == BY_RECEIVED else _sorted(by_received, order)
            with self._lock:
                self._studies = by_received
                self._order, self._ordered = order, ordered
                self._last_words, self._last_found = (), ordered
                self._patients = {}
                self._stamp = stamp if _agree(studies, stamp) else None  # else others were at it meanwhile
            return True

    def _followed(self, stamp: StudyStamp) -> dict[int, StudyText] | None:
        """All studies, where only some came or got something since; None where others changed or went."""
        if self._stamp is None:
            return None
        studies = {one.key: one for one in self._studies}
        studies |= {one.key: one for one in self._opened.index.study_texts(self._opened.name, self._stamp)}
        return studies if _agree(studies, stamp) else None

    def find(
        self, text: str, most: int, order: Order = BY_RECEIVED, among: Container[str] | None = None
    ) -> FoundStudies:
        """Find the studies whose name, ID, accession number, date, description, modality or UID have each word.

        Nothing is asked of the index, but where it never was. ``among`` are Study Instance UIDs of which they are.
        """
        found = self._find(text, order, among)
        return FoundStudies(studies=found[:most], total=len(found))

    def find_patients(
        self, text: str, most: int, order: Order = BY_RECEIVED, among: Container[str] | None = None
    ) -> tuple[Sequence[FoundPatient], int]:
        """Find whose studies ``find`` would find, each in the place of the first; as many as wanted, and the total."""
        first: dict[tuple[str, ...], StudyText] = {}
        for one in self._find(text, order, among):
            first.setdefault(_patient_of(one), one)
        with self._lock:
            counts = self._patients = self._patients or _counted(self._studies)
        shown = list(first.items())[:most]
        return [_of_study(counts.get(key), study) for key, study in shown], len(first)

    def _find(self, text: str, order: Order, among: Container[str] | None) -> list[StudyText]:
        words = tuple(map(_as_kept, fold(text).split()))
        if self._stamp is None and not self._studies:
            self.refresh()
        with self._lock:
            if order != self._order:
                self._order, self._ordered = order, _sorted(self._studies, order)
                self._last_words, self._last_found = (), self._ordered
            found = self._last_found if _narrows(self._last_words, words) else self._ordered
            for word in words:
                found = [one for one in found if word in one.text]
            self._last_words, self._last_found = words, found
        return found if among is None else [one for one in found if one.study_instance_uid in among]


def merged(found: Sequence[tuple[str, Iterable[StudyText]]], order: Order) -> Iterable[tuple[str, StudyText]]:
    """What was found in several areas, by their names, in one order."""
    named = [((name, one) for one in studies) for name, studies in found]
    return merge(*named, key=lambda one: order.key(one[1]), reverse=order.is_descending)


def _sorted(studies: Iterable[StudyText], order: Order) -> list[StudyText]:
    """In runs, between which other threads have their turn."""
    waiting = list(studies)
    runs = [
        sorted(waiting[start : start + _RUN], key=order.key, reverse=order.is_descending)
        for start in range(0, len(waiting), _RUN)
    ]
    return list(merge(*runs, key=order.key, reverse=order.is_descending))


def _patient_of(study: StudyText) -> tuple[str, ...]:
    """Who a study is of: an ID and its issuer, or a name where there is no ID."""
    if study.patient_id:
        return study.patient_id, study.issuer_of_patient_id
    return "", study.issuer_of_patient_id, study.text.split("\n", 1)[0]


def _counted(studies: Iterable[StudyText]) -> dict[tuple[str, ...], FoundPatient]:
    patients: dict[tuple[str, ...], FoundPatient] = {}
    for one in studies:
        patient = patients.setdefault(_patient_of(one), FoundPatient(one))
        patient.studies += 1
        patient.instances += one.instances
        patient.size_bytes += one.size_bytes
        patient.last_received = max(patient.last_received, one.last_received)
    return patients


def _of_study(counted: FoundPatient | None, study: StudyText) -> FoundPatient:
    if counted is None:  # others were at it meanwhile
        return FoundPatient(study, 1, study.instances, study.size_bytes, study.last_received)
    return FoundPatient(study, counted.studies, counted.instances, counted.size_bytes, counted.last_received)


def _agree(studies: Mapping[int, StudyText], stamp: StudyStamp) -> bool:
    """Whether these are all studies, each as it is, as far as a stamp tells."""
    return len(studies) == stamp.studies and sum(one.revision for one in studies.values()) == stamp.revisions


def _narrows(before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether all that has the words now had those before."""
    return all(any(word in longer for longer in now) for word in before)


def _as_kept(word: str) -> str:
    """The word as the index has it: a date of whichever writing as YYYYMMDD."""
    found = _DATE.fullmatch(word)
    if found is None:
        return word
    year, month, day = found[1] or found[6], found[2] or found[5], found[3] or found[4]
    return f"{year}{month}{day}"
