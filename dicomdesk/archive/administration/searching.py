"""Searches the studies of a storage area as somebody types: from memory, which follows what the index says.

A hundred thousand studies take some fifty megabytes, and a word some ten milliseconds.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Final

from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.contents.folded_names import fold
from dicomdesk.archive.matching.study_texts import StudyStamp, StudyText
from dicomdesk.records import dataclass

__all__ = ["FoundStudies", "StudySearch"]


_DATE: Final = re.compile(r"(\d{4})[-.](\d\d)[-.](\d\d)|(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
"""2024-01-31, 2024.01.31, 31.01.2024."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStudies:
    """Studies that have all the words."""

    studies: Sequence[StudyText]
    """Those that something came to last are the first; as many as were wanted."""
    total: int


class StudySearch:
    """Search in one area. Any thread; the first search, and one after much has changed, reads all studies."""

    def __init__(self, opened: OpenedArea) -> None:
        self._opened = opened
        self._lock = threading.Lock()
        self._stamp: StudyStamp | None = None
        self._studies: list[StudyText] = []
        """Those that something came to last are the first."""
        self._last_words: tuple[str, ...] = ()
        self._last_found: list[StudyText] = []
        """What was found by these words: by longer ones no others are."""

    def refresh(self) -> bool:
        """Follow the index; whether there was anything new. Raises the errors of the index."""
        opened = self._opened
        with self._lock:
            stamp = opened.index.study_stamp(opened.name)
            if stamp == self._stamp:
                return False
            studies = self._followed(stamp) or {one.key: one for one in opened.index.study_texts(opened.name)}
            self._studies = sorted(studies.values(), key=lambda one: (one.last_received, one.key), reverse=True)
            self._last_words, self._last_found = (), self._studies
            self._stamp = stamp if _agree(studies, stamp) else None  # else others were at it meanwhile
            return True

    def _followed(self, stamp: StudyStamp) -> dict[int, StudyText] | None:
        """All studies, where only some came or got something since; None where others changed or went."""
        if self._stamp is None:
            return None
        studies = {one.key: one for one in self._studies}
        studies |= {one.key: one for one in self._opened.index.study_texts(self._opened.name, self._stamp)}
        return studies if _agree(studies, stamp) else None

    def find(self, text: str, most: int) -> FoundStudies:
        """Find the studies whose name, ID, accession number, date, description, modality or UID have each word.

        Nothing is asked of the index, but where it never was.
        """
        words = tuple(map(_as_kept, fold(text).split()))
        if self._stamp is None and not self._studies:
            self.refresh()
        with self._lock:
            found = self._last_found if _narrows(self._last_words, words) else self._studies
            for word in words:
                found = [one for one in found if word in one.text]
            self._last_words, self._last_found = words, found
        return FoundStudies(studies=found[:most], total=len(found))


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
