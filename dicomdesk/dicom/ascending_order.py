"""Puts the elements of a data set, and of its items, in ascending order of their tags (PS3.5 7.1).

DCMTK's receivers sort what they read, and lose their place where an element that belongs before an earlier one is cut
by the end of a presentation data value; its senders sort what they load. An element that is there twice is one of those
too: as in DCMTK, the first counts and the others are left out, and so is group 0000, which belongs to commands.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import itemgetter

from dicomdesk.dicom.data_sets.element_walk import DataSetBytes, StepKind, walk
from dicomdesk.dicom.data_sets.rewriting import Rewriting, rewrite
from dicomdesk.dicom.data_sets.spool_file import joined
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import Encoding

__all__ = ["ascending"]

_Extent = tuple[int, int, int]
"""Tag of an element, where it begins and where it ends."""
_by_tag = itemgetter(0)


def ascending(
    data: DataSetBytes, encoding: Encoding, *, most_steps: int | None = None, moving: Callable[[], None] | None = None
) -> bytes | memoryview:
    """The data set with its elements in ascending order, each tag once, and with explicit lengths.

    Long results are in a temporary file (``spool_file``). ``most_steps``, ``moving`` and errors as of ``rewrite``. The
    time it takes grows with the size of the data set, and no faster than sorting does.
    """
    again = Rewriting(source=encoding, target=encoding, may_hold_fragments=True, most_steps=most_steps, moving=moving)
    # Where all that holds others ends at a delimiter, elements can change places or go, and no length becomes wrong.
    delimited = rewrite(data, replace(again, has_undefined_lengths=True))
    ordered = joined(_ordered_pieces(memoryview(delimited), _levels_out_of_order(delimited, encoding)))
    return rewrite(ordered, again)


class _Level:
    """The elements of a data set or an item."""

    __slots__ = ("end", "extents", "is_ordered", "last_tag", "start")

    def __init__(self, start: int) -> None:
        self.start = self.end = start
        self.extents: list[_Extent] = []
        self.is_ordered = True
        self.last_tag = -1

    def add(self, tag: int, start: int, end: int) -> None:
        self.end = end
        if not tag >> 16:
            return
        if tag <= self.last_tag:
            self.is_ordered = False
        self.last_tag = tag
        self.extents.append((tag, start, end))

    def in_order(self) -> list[_Extent]:
        kept: list[_Extent] = []
        for extent in sorted(self.extents, key=_by_tag):
            if not kept or kept[-1][0] != extent[0]:
                kept.append(extent)
        return kept


_Levels = dict[int, tuple[int, list[_Extent]]]
"""By where the elements of a level begin: where they end, and in which order they are to be."""


def _levels_out_of_order(data: DataSetBytes, encoding: Encoding) -> _Levels:
    found: _Levels = {}
    levels = [_Level(0)]
    holders: list[int] = []
    """Where each element begins that is open."""
    position = 0
    for step in walk(data, encoding, find_vr):
        following = step.start
        if step.kind is StepKind.ELEMENT:
            following += step.length
            levels[-1].add(step.tag, position, following)
        elif step.kind in (StepKind.SEQUENCE, StepKind.FRAGMENTS):
            holders.append(position)
        elif step.kind in (StepKind.SEQUENCE_END, StepKind.FRAGMENTS_END):
            levels[-1].add(step.tag, holders.pop(), following)
        elif step.kind is StepKind.ITEM:
            levels.append(_Level(following))
        elif step.kind is StepKind.ITEM_END:
            _note(levels.pop(), found)
        position = following
    _note(levels.pop(), found)
    return found


def _note(level: _Level, found: _Levels) -> None:
    if not level.is_ordered:
        found[level.start] = level.end, level.in_order()


def _ordered_pieces(data: memoryview, levels: _Levels) -> Iterator[memoryview]:
    """The whole, level by level: what is between those out of order is passed on as it is."""
    starts = sorted(levels)
    pending = [(start, end) for _, start, end in reversed(levels[0][1])] if 0 in levels else [(0, len(data))]
    while pending:
        start, end = pending.pop()
        place = bisect_right(starts, start)
        if place == len(starts) or starts[place] >= end:
            yield data[start:end]
            continue
        inner = starts[place]
        inner_end, extents = levels[inner]
        yield data[start:inner]
        pending.append((inner_end, end))
        pending += [(start, end) for _, start, end in reversed(extents)]
