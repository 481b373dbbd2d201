"""Data sets whose lengths and delimiters are right or wrong in every way, for hypothesis to choose from."""

from struct import pack

from hypothesis import strategies as st

from tests.helpers.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT, ITEM, ITEM_END, SEQUENCE_END, UNDEFINED, Builder

NATIVE = (EXPLICIT, IMPLICIT, BIG_ENDIAN)
SEQUENCES = (0x00081140, 0x00082218, 0x300A0010)
"""Tags of sequences in the standard."""
PLAIN = (0x00081048, 0x00100010, 0x00204000)
"""Tags of text in the standard."""
ODD_TAGS = (0x00091001, 0x00291010, 0x00090010, 0xFFFCFFFC, 0xFFFEE001, 0x00020010)

_VRS = ("LO", "PN", "UN", "OB", "US", "ZZ", "??")
_VALUES = st.lists(st.sampled_from((b"AB", b"C\0", b"\0\0", pack("<HH", 0xFFFE, 0xE000))), max_size=4).map(b"".join)
_FALSE_LENGTHS = st.sampled_from((0, 2, 8, 12, 16, 100, 4098, 0x7FFFFFFF, 0xFFFFFFFE, UNDEFINED))


def nested_items(levels: int, tag: int = 0x00091001) -> bytes:
    """Return as many elements of implicit VR whose values begin with an item that ends nowhere."""
    b = Builder(IMPLICIT)
    return b"".join(b.header(tag + level, "UN", 8) + b.header(ITEM, "", UNDEFINED) for level in range(levels))


def data_sets(transfer_syntax_uid: str, *, is_odd: bool = True) -> st.SearchStrategy[bytes]:
    """Return data sets; ``is_odd`` takes tags and VRs with which reading depends on the encoding, too."""
    return st.integers(0, 3).flatmap(lambda depth: _elements(Builder(transfer_syntax_uid), depth, is_odd=is_odd))


def _elements(b: Builder, depth: int, *, is_odd: bool) -> st.SearchStrategy[bytes]:
    kinds: list[st.SearchStrategy[bytes]] = [_plain(b, is_odd=is_odd)] * 2
    if depth:
        kinds += [_sequence(b, depth - 1, is_odd=is_odd)] * 3
    kinds.append(_delimiter(b))
    if is_odd:
        kinds += [st.binary(max_size=14), st.just(b.header(SEQUENCES[0], "SQ", 40))]
    return st.lists(st.one_of(kinds), max_size=4).map(b"".join)


def _plain(b: Builder, *, is_odd: bool) -> st.SearchStrategy[bytes]:
    def make(tag: int, vr: str, value: bytes, length: int | None) -> bytes:
        said = len(value) if length is None else length
        return b.header(tag, vr, said if vr in ("OB", "UN") or not b.is_explicit_vr else said & 0xFFFF) + value

    lengths = _mostly_right() if is_odd else st.none()
    tags = st.sampled_from(PLAIN + (ODD_TAGS + SEQUENCES if is_odd else ()))
    return st.builds(make, tags, st.sampled_from(_VRS if is_odd else ("LO", "PN")), _VALUES, lengths)


def _mostly_right() -> st.SearchStrategy[int | None]:
    return st.one_of(*[st.none()] * 4, _FALSE_LENGTHS)


def _delimiter(b: Builder) -> st.SearchStrategy[bytes]:
    tags = st.sampled_from((ITEM_END, ITEM_END, SEQUENCE_END, ITEM))
    return st.builds(lambda tag, length: b.header(tag, "", length), tags, st.sampled_from((0, 0, 0, 8)))


def _sequence(b: Builder, depth: int, *, is_odd: bool) -> st.SearchStrategy[bytes]:
    """A sequence; lengths, delimiters and what is there may all disagree."""
    inner = {False: b, True: Builder(IMPLICIT)}

    def make(tag: int, items: bytes, length: int | None, form: int, *, is_unknown: bool) -> bytes:
        vr = "UN" if is_unknown else "SQ"
        end = inner[is_unknown].header(SEQUENCE_END, "", 0)
        return b.header(tag, vr, _said(items, length, form)) + items + (end if form in (1, 2) else b"")

    def of(is_unknown: bool) -> st.SearchStrategy[bytes]:
        items = st.lists(_item(inner[is_unknown], depth, is_odd=is_odd), max_size=3).map(b"".join)
        forms = st.just(1) if is_unknown else _FORMS
        return st.builds(
            make, st.sampled_from(SEQUENCES), items, _mostly_right(), forms, is_unknown=st.just(is_unknown)
        )

    return st.sampled_from((False, False, False, b.is_explicit_vr)).flatmap(of)


def _item(b: Builder, depth: int, *, is_odd: bool) -> st.SearchStrategy[bytes]:
    def make(content: bytes, length: int | None, form: int) -> bytes:
        end = b.header(ITEM_END, "", 0) if form in (1, 2) else b""
        return b.header(ITEM, "", _said(content, length, form)) + content + end

    return st.builds(make, _elements(b, depth, is_odd=is_odd), _mostly_right(), _FORMS)


_FORMS = st.sampled_from((0, 0, 0, 1, 1, 1, 2, 3))
"""Defined length; undefined with delimiter; defined, and a delimiter within it; undefined without delimiter."""


def _said(content: bytes, length: int | None, form: int) -> int:
    if form in (1, 3):
        return UNDEFINED
    return len(content) + 8 * (form == 2) if length is None else length
