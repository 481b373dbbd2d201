"""A query whose answers were cut is asked again for parts of its range of dates, until none is cut."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from hashlib import blake2b

from dicomdesk.dicom.documents.data_set import Item, read_data_set
from dicomdesk.dicom.query.attributes import QUERY_RETRIEVE_LEVEL, UNIQUE_KEYS, Level
from dicomdesk.dicom.query.identifier_writer import put_keys
from dicomdesk.dicom.query.keys import KeyStep, QueryKey
from dicomdesk.dicom.query.results import QueryResult, read_result
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.query.cuts import Cut, CutSign
from dicomdesk.engine.query.date_spans import DateSpan, halve, read_span
from dicomdesk.engine.query.facts import QueryEnded
from dicomdesk.engine.query.request import Identifier
from dicomdesk.errors import DataError
from dicomdesk.human import count_text
from dicomdesk.records import dataclass

__all__ = ["SplitQuery"]

_SCHEDULED_STEPS = 0x00400100
_OF_STUDY = ((), 0x00080020, 0x00080030)
_OF_WORKLIST = ((KeyStep(tag=_SCHEDULED_STEPS),), 0x00400002, 0x00400003)
"""Path, tags of date and time."""
_DIGEST_BYTES = 12
_MOST_BARREN = 64
"""Cut answers one after the other that bring nothing new, as those of a peer that does not heed the dates. From all
years down to a second it takes 33 halves."""
_MOST_QUERIES = 20_000
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
        self._undated = self._untimed = 0
        """New and old matches of the query under way that have no date, or no time."""
        self._lost = 0
        self._span: DateSpan | None = None
        """Of the query under way; None for the whole."""
        self._outside = 0
        """Its matches that have another date than was asked for."""
        self._barren = self._queries = 0
        self._is_in_vain = False
        data = put_keys(identifier.data_set, identifier.keys)
        data_set = read_data_set(data, EXPLICIT_VR_LITTLE_ENDIAN)
        self._level = _level(data_set)
        self._dates = _find_dates(data_set, *(_OF_WORKLIST if is_worklist else _OF_STUDY))

    def is_new(self, match: bytes, transfer_syntax_uid: str) -> bool:
        """Whether a match has not come before."""
        key = b""
        with suppress(DataError):
            result = read_result(match, transfer_syntax_uid)
            self._note_undated(result)
            if self._level in _UNIQUE_LEVELS:
                key = result.value(UNIQUE_KEYS[self._level]).encode()
        digest = blake2b(key or match, digest_size=_DIGEST_BYTES).digest()
        if digest in self._seen:
            return False
        self._seen.add(digest)
        return True

    @property
    def lost(self) -> Cut | None:
        """What tells that matches may be missing although the range was divided.

        Because they have no date, or no time, to be asked for by; or because dividing was given up.
        """
        if self._is_in_vain:
            text = f"Parts of the date range do not bring more ({count_text(self._queries, 'query', 'queries')} asked)"
            return Cut(sign=CutSign.IN_VAIN, matches=len(self._seen), text=f"{text}: there may be more")
        if not self._lost:
            return None
        what = count_text(self._lost, "match", "matches")
        text = f"{what} came without the date or time that the rest was asked for by: there may be more such"
        return Cut(sign=CutSign.UNDATED, matches=self._lost, text=text)

    def _note_undated(self, result: QueryResult) -> None:
        dates = self._dates
        if dates is None:
            return
        values = result.items.get(dates.path[0].tag, {}) if dates.path else result.values
        day = values.get(dates.date_tag, "?")
        self._undated += day == ""
        self._outside += self._span is not None and _is_outside(self._span, day)
        self._untimed += values.get(dates.time_tag, "?") == ""

    def carry_out(self, ask: Callable[[Identifier, list[int]], QueryEnded | None]) -> Iterator[QueryEnded]:
        """Ask as a whole, then in parts where it was cut; yields the ends of what was not divided further.

        ``ask`` is given an identifier and the numbers of matches at which the peer has cut before; it returns None when
        no more is to be asked. Nothing more is asked of a peer that does not heed the dates.
        """
        waiting: list[DateSpan | None] = [None]
        while waiting:
            self._span = span = waiting.pop()
            self._undated = self._untimed = self._outside = 0
            known = len(self._seen)
            ended = ask(self._identifier if span is None else self._part(span), self._limits)
            if ended is None:
                return
            if self._goes_on_in_vain(ended, len(self._seen) - known):
                yield ended
                return
            whole = span or (self._dates.span if self._dates is not None else None)
            parts = self._halves(whole) if whole is not None and ended.is_cut else []
            if parts:
                self._learn(ended, is_by_time=parts[0].seconds is not None)
                waiting += parts
            else:
                yield ended

    def _goes_on_in_vain(self, ended: QueryEnded, news: int) -> bool:
        """Whether the peer does not heed the dates, or there is no end to it."""
        self._queries += 1
        self._barren = self._barren + 1 if ended.is_cut and not news else 0
        is_unheeded = self._barren >= _MOST_BARREN or 2 * self._outside > ended.matches
        self._is_in_vain = ended.is_cut and (is_unheeded or self._queries >= _MOST_QUERIES)
        return self._is_in_vain

    def _halves(self, span: DateSpan) -> list[DateSpan]:
        """The later one first: it is taken from the end."""
        assert self._dates is not None
        halves = halve(span, self._today, by_time=self._dates.has_free_time)
        return [] if halves is None else [halves[1], halves[0]]

    def _learn(self, ended: QueryEnded, *, is_by_time: bool) -> None:
        self._lost += self._untimed if is_by_time else self._undated
        if ended.matches:
            self._limits.append(ended.matches)

    def _part(self, span: DateSpan) -> Identifier:
        dates = self._dates
        assert dates is not None
        keys = [QueryKey(tag=dates.date_tag, value=span.date_text, path=dates.path)]
        if span.time_text:
            keys.append(QueryKey(tag=dates.time_tag, value=span.time_text, path=dates.path))
        return Identifier(keys=(*self._identifier.keys, *keys), data_set=self._identifier.data_set)


def _is_outside(span: DateSpan, text: str) -> bool:
    """Whether the text is a day that the span has not."""
    day = read_span(text)
    if day is None or day.first is None or day.first != day.last:
        return False
    return (span.first is not None and day.first < span.first) or (span.last is not None and day.first > span.last)


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
