"""Data sets whose lengths and delimiters are right or wrong in every way, for hypothesis to choose from."""

from collections.abc import Sequence
from struct import pack
from typing import TypeVar

from hypothesis import strategies as st

from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT, ITEM, ITEM_END, SEQUENCE_END, UNDEFINED, Builder

NATIVE = (EXPLICIT, IMPLICIT, BIG_ENDIAN)
SEQUENCES = (0x00081140, 0x00082218, 0x300A0010)
"""Tags of sequences in the standard."""
PLAIN = (0x00081048, 0x00100010, 0x00204000)
"""Tags of text in the standard."""
ODD_TAGS = (0x00091001, 0x00291010, 0x00090010, 0xFFFCFFFC, 0xFFFEE001, 0x00020010)

_ODD_VRS = ("LO", "PN", "UN", "OB", "US", "ZZ", "??")
_PIECES = (b"AB", b"C\0", b"\0\0", pack("<HH", 0xFFFE, 0xE000))
_FALSE_LENGTHS = (0, 2, 8, 12, 16, 100, 4098, 0x7FFFFFFF, 0xFFFFFFFE, UNDEFINED)
_DEFINED, _DELIMITED, _DEFINED_AND_DELIMITED, _OPEN = range(4)
_FORMS = (_DEFINED, _DEFINED, _DELIMITED, _DELIMITED, _DELIMITED, _DEFINED_AND_DELIMITED, _OPEN)
_MOST_LEVELS = 3
_T = TypeVar("_T")


def nested_items(levels: int, tag: int = 0x00091001) -> bytes:
    """Return as many elements of implicit VR whose values begin with an item that ends nowhere."""
    b = Builder(IMPLICIT)
    return b"".join(b.header(tag + level, "UN", 8) + b.header(ITEM, "", UNDEFINED) for level in range(levels))


def data_sets(transfer_syntax_uid: str, *, is_odd: bool = True) -> st.SearchStrategy[bytes]:
    """Return data sets; ``is_odd`` takes tags and VRs with which reading depends on the encoding, too."""
    builder = Builder(transfer_syntax_uid)
    return st.binary(max_size=120).map(lambda choices: _Maker(choices, is_odd=is_odd).elements(builder, 0))


class _Maker:
    """Makes a data set as a row of bytes says; where that ends, so does everything, in the simplest way."""

    def __init__(self, choices: bytes, *, is_odd: bool) -> None:
        self._choices = iter(choices)
        self._is_odd = is_odd

    def _number(self, below: int) -> int:
        return next(self._choices, 0) % below

    def _one_of(self, values: Sequence[_T]) -> _T:
        return values[self._number(len(values))]

    def elements(self, b: Builder, level: int) -> bytes:
        return b"".join(self._thing(b, level) for _ in range(self._number(5)))

    def _thing(self, b: Builder, level: int) -> bytes:
        kind = self._number(10)
        if kind < 5 and level < _MOST_LEVELS:
            return self._sequence(b, level + 1)
        if kind == 5:
            return b.header(self._one_of((ITEM_END, ITEM_END, SEQUENCE_END, ITEM)), "", self._one_of((0, 0, 8)))
        if kind == 6 and self._is_odd:
            return bytes(self._number(256) for _ in range(self._number(15)))
        return self._plain(b)

    def _plain(self, b: Builder) -> bytes:
        value = b"".join(self._one_of(_PIECES) for _ in range(self._number(5)))
        tag = self._one_of(PLAIN + ODD_TAGS + SEQUENCES if self._is_odd else PLAIN)
        vr = self._one_of(_ODD_VRS if self._is_odd else ("LO", "PN"))
        said = self._said(len(value)) if self._is_odd else len(value)
        return b.header(tag, vr, said if vr in ("OB", "UN") or not b.is_explicit_vr else said & 0xFFFF) + value

    def _said(self, length: int) -> int:
        return self._one_of(_FALSE_LENGTHS) if self._number(8) == 7 else length

    def _sequence(self, b: Builder, level: int) -> bytes:
        is_unknown = b.is_explicit_vr and self._number(4) == 3
        inner = Builder(IMPLICIT) if is_unknown else b
        items = b"".join(self._item(inner, level) for _ in range(self._number(4)))
        length, items = self._closed(inner, items, SEQUENCE_END, _DELIMITED if is_unknown else self._one_of(_FORMS))
        return b.header(self._one_of(SEQUENCES), "UN" if is_unknown else "SQ", length) + items

    def _item(self, b: Builder, level: int) -> bytes:
        length, content = self._closed(b, self.elements(b, level), ITEM_END, self._one_of(_FORMS))
        return b.header(ITEM, "", length) + content

    def _closed(self, b: Builder, content: bytes, delimiter: int, form: int) -> tuple[int, bytes]:
        if form in (_DELIMITED, _DEFINED_AND_DELIMITED):
            content += b.header(delimiter, "", 0)
        return UNDEFINED if form in (_DELIMITED, _OPEN) else self._said(len(content)), content
