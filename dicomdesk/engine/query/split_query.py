"""A query whose answers were cut is asked again for parts of its range of dates, until none is cut."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from dicomdesk.dicom.documents.data_set import Item, read_data_set
from dicomdesk.dicom.query.attributes import QUERY_RETRIEVE_LEVEL, UNIQUE_KEYS, Level
from dicomdesk.dicom.query.identifier_writer import put_keys
from dicomdesk.dicom.query.keys import KeyStep, QueryKey
from dicomdesk.dicom.query.results import read_result
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.date_spans import DateSpan, halve, read_span
from dicomdesk.engine.query.facts import QueryEnded
from dicomdesk.engine.query.request import Identifier
from dicomdesk.errors import DataError
from dicomdesk.network.status import is_out_of_resources

__all__ = ["SplitQuery"]

_SCHEDULED_STEPS = 0x00400100
_OF_STUDY = ((), 0x00080020, 0x00080030)
_OF_WORKLIST = ((KeyStep(tag=_SCHEDULED_STEPS),), 0x00400002, 0x00400003)
"""Path, tags of date and time."""
_DIGEST_BYTES = 12
_UNIQUE_LEVELS = frozenset({Level.STUDY, Level.SERIES, Level.IMAGE})
"""Where the unique key says by itself that two matches are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dates:
    """The keys that are divided."""

    path: tuple[KeyStep, ...]
    date_tag: int
    time_tag: int
    span: DateSpan
    has_free_time: bool
    """Whether nothing is asked of the time, so that it can be divided too."""


class SplitQuery:
    """One identifier; for the thread that asks."""

    def __init__(self, identifier: Identifier, *, is_worklist: bool, today: date) -> None:
        """Raises DataError for an identifier that cannot be read."""
        self._identifier = identifier
        self._today = today
        self._seen: set[bytes] = set()
        self._limits: list[int] = []
        data = put_keys(identifier.data_set, identifier.keys)
        data_set = read_data_set(data, EXPLICIT_VR_LITTLE_ENDIAN)
        self._level = _level(data_set)
        self._dates = _find_dates(data_set, *(_OF_WORKLIST if is_worklist else _OF_STUDY))

    def is_new(self, match: bytes, transfer_syntax_uid: str) -> bool:
        """Whether a match has not come before."""
        key = b""
        if self._level in _UNIQUE_LEVELS:
            try:
                key = read_result(match, transfer_syntax_uid).value(UNIQUE_KEYS[self._level]).encode()
            except DataError:
                key = b""
        digest = blake2b(key or match, digest_size=_DIGEST_BYTES).digest()
        if digest in self._seen:
            return False
        self._seen.add(digest)
        return True

    def carry_out(self, ask: Callable[[Identifier, list[int]], QueryEnded | None]) -> Iterator[QueryEnded]:
        """Ask as a whole, then in parts where it was cut; yields the ends of what was not divided further.

        ``ask`` is given an identifier and the numbers of matches at which the peer has cut before; it returns None when
        no more is to be asked.
        """
        ended = ask(self._identifier, self._limits)
        if ended is None:
            return
        spans = [] if self._dates is None or not _is_cut(ended) else self._halves(self._dates.span)
        if not spans:
            yield ended
            return
        self._learn(ended)
        while spans:
            span = spans.pop()
            ended = ask(self._part(span), self._limits)
            if ended is None:
                return
            parts = self._halves(span) if _is_cut(ended) else []
            if parts:
                self._learn(ended)
                spans += parts
            else:
                yield ended

    def _halves(self, span: DateSpan) -> list[DateSpan]:
        """The later one first: it is taken from the end."""
        assert self._dates is not None
        halves = halve(span, self._today, by_time=self._dates.has_free_time)
        return [] if halves is None else [halves[1], halves[0]]

    def _learn(self, ended: QueryEnded) -> None:
        if ended.matches:
            self._limits.append(ended.matches)

    def _part(self, span: DateSpan) -> Identifier:
        dates = self._dates
        assert dates is not None
        keys = [QueryKey(tag=dates.date_tag, value=span.date_text, path=dates.path)]
        if span.time_text:
            keys.append(QueryKey(tag=dates.time_tag, value=span.time_text, path=dates.path))
        return Identifier(keys=(*self._identifier.keys, *keys), data_set=self._identifier.data_set)


def _is_cut(ended: QueryEnded) -> bool:
    """Also where the peer refuses because there would be too many, and has sent none."""
    return ended.cut is not None or is_out_of_resources(ended.status)


def _level(data_set: Item) -> Level | None:
    text = _text(data_set, QUERY_RETRIEVE_LEVEL)
    return next((level for level in Level if level.value == text), None)


def _find_dates(data_set: Item, path: tuple[KeyStep, ...], date_tag: int, time_tag: int) -> _Dates | None:
    """None where the range cannot be divided."""
    item: Item | None = data_set
    for step in path:
        sequence = item.elements.get(step.tag) if item is not None else None
        item = sequence.items[0] if sequence is not None and sequence.items else None
    span = read_span(_text(item, date_tag) if item is not None else "")
    if span is None:
        return None
    time = _text(item, time_tag) if item is not None else ""
    return _Dates(path=path, date_tag=date_tag, time_tag=time_tag, span=span, has_free_time=not time)


def _text(item: Item, tag: int) -> str:
    element = item.elements.get(tag)
    return "" if element is None else element.value.decode("ascii", "replace").strip(" \0")
