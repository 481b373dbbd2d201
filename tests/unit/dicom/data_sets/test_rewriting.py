import gc
import struct
from collections.abc import Callable, Iterable
from dataclasses import replace
from mmap import mmap
from typing import Self

import pytest

from dicomdesk.dicom.data_sets import rewriting
from dicomdesk.dicom.data_sets.rewriting import DataSetEdit, Rewriting, conversion_limit, rewrite, tidying_limit
from dicomdesk.dicom.encodings import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Encoding
from dicomdesk.errors import ConversionError
from tests.helpers.data.encoded import ITEM_END, SEQUENCE_END, UNDEFINED, explicit, fragments, implicit, item, open_item

SEQUENCE = 0x00081140


def rewritten(data: bytes | memoryview, source: Encoding, target: Encoding) -> bytes:
    return bytes(rewrite(data, Rewriting(source=source, target=target)))


VALUES = [
    (0x00280010, b"US", struct.pack("<2H", 1, 2), struct.pack(">2H", 1, 2)),
    (0x00189219, b"SS", struct.pack("<h", -2), struct.pack(">h", -2)),
    (0x00209057, b"UL", struct.pack("<I", 70000), struct.pack(">I", 70000)),
    (0x00186020, b"SL", struct.pack("<i", -70000), struct.pack(">i", -70000)),
    (0x00189232, b"FL", struct.pack("<f", 1.5), struct.pack(">f", 1.5)),
    (0x00189087, b"FD", struct.pack("<d", 1.5), struct.pack(">d", 1.5)),
    (0x00209165, b"AT", struct.pack("<2H", 0x10, 0x20), struct.pack(">2H", 0x10, 0x20)),
    (0x7FE00010, b"OW", b"\x01\x02\x03\x04", b"\x02\x01\x04\x03"),
    (0x7FE00008, b"OF", b"\x01\x02\x03\x04", b"\x04\x03\x02\x01"),
    (0x7FE00009, b"OD", b"\x01\x02\x03\x04\x05\x06\x07\x08", b"\x08\x07\x06\x05\x04\x03\x02\x01"),
    (0x00660129, b"OL", b"\x01\x02\x03\x04", b"\x04\x03\x02\x01"),
    (0x7FE00001, b"OV", b"\x01\x02\x03\x04\x05\x06\x07\x08", b"\x08\x07\x06\x05\x04\x03\x02\x01"),
    (0x00720082, b"SV", b"\x01\x02\x03\x04\x05\x06\x07\x08", b"\x08\x07\x06\x05\x04\x03\x02\x01"),
    (0x00720083, b"UV", b"\x01\x02\x03\x04\x05\x06\x07\x08", b"\x08\x07\x06\x05\x04\x03\x02\x01"),
    (0x00420011, b"OB", b"\x01\x02\x03\x04", b"\x01\x02\x03\x04"),
    (0x00091001, b"UN", b"\x01\x02\x03\x04", b"\x01\x02\x03\x04"),
    (0x00100010, b"PN", b"A^B ", b"A^B "),
    (0x00104000, b"LT", b"text", b"text"),
    (0x00080018, b"UI", b"1.2\0", b"1.2\0"),
    (0x00404010, b"UT", b"text", b"text"),
]


@pytest.mark.parametrize(("tag", "vr", "little", "big"), VALUES, ids=[value[1].decode() for value in VALUES])
def test_value_changes_byte_order_by_its_vr(tag: int, vr: bytes, little: bytes, big: bytes) -> None:
    in_little, in_big = explicit(tag, vr, little), explicit(tag, vr, big, order=">")
    assert rewritten(in_little, EXPLICIT_LITTLE, EXPLICIT_BIG) == in_big
    assert rewritten(in_big, EXPLICIT_BIG, EXPLICIT_LITTLE) == in_little
    assert rewritten(in_big, EXPLICIT_BIG, IMPLICIT_LITTLE) == implicit(tag, little)


@pytest.mark.parametrize(
    ("vr", "little", "big"),
    [(b"OW", b"\1\2\3", b"\2\1\0\3"), (b"US", b"\1\2\3", b"\2\1\0\3"), (b"OL", b"\1\2\3\4\5", b"\4\3\2\1\5\0")],
)
def test_last_byte_of_an_odd_value_is_part_of_its_last_word(vr: bytes, little: bytes, big: bytes) -> None:
    assert rewritten(explicit(0x00281201, vr, little), EXPLICIT_LITTLE, EXPLICIT_BIG) == explicit(
        0x00281201, vr, big, order=">"
    )


def test_implicit_gets_vrs_of_the_dictionary() -> None:
    data = implicit(0x00080018, b"1.2\0") + implicit(0x00091001, b"ab") + implicit(0x00090010, b"ACME")
    expected = explicit(0x00080018, b"UI", b"1.2\0") + explicit(0x00091001, b"UN", b"ab")
    assert rewritten(data, IMPLICIT_LITTLE, EXPLICIT_LITTLE) == expected + explicit(0x00090010, b"LO", b"ACME")


def representation(value: int) -> bytes:
    return implicit(0x00280103, struct.pack("<H", value))


@pytest.mark.parametrize(("value", "vr"), [(0, b"US"), (1, b"SS")])
def test_pixel_representation_decides_between_us_and_ss(value: int, vr: bytes) -> None:
    padding = implicit(0x00280120, b"\x01\x02")
    for data in (representation(value) + padding, padding + representation(value)):
        assert explicit(0x00280120, vr, b"\x01\x02") in rewritten(data, IMPLICIT_LITTLE, EXPLICIT_LITTLE)
        assert explicit(0x00280120, vr, b"\x02\x01", order=">") in rewritten(data, IMPLICIT_LITTLE, EXPLICIT_BIG)


def test_item_without_pixel_representation_takes_that_around_it() -> None:
    inner = implicit(SEQUENCE, item(implicit(0x00280120, b"\x01\x02")))
    out = rewritten(inner + representation(1), IMPLICIT_LITTLE, EXPLICIT_LITTLE)
    assert explicit(0x00280120, b"SS", b"\x01\x02") in out
    out = rewritten(inner, IMPLICIT_LITTLE, EXPLICIT_LITTLE)
    assert explicit(0x00280120, b"US", b"\x01\x02") in out


def test_item_has_its_own_pixel_representation() -> None:
    inner = implicit(SEQUENCE, item(representation(0) + implicit(0x00280120, b"\x01\x02")))
    out = rewritten(inner + representation(1), IMPLICIT_LITTLE, EXPLICIT_LITTLE)
    assert explicit(0x00280120, b"US", b"\x01\x02") in out


class CountedList(list[object]):
    """Counts what is moved into lists of its kind."""

    moved = 0

    def __iadd__(self, other: Iterable[object], /) -> Self:  # type: ignore[misc]  # takes what a list takes
        added = list(other)
        CountedList.moved += len(added)
        self.extend(added)
        return self


@pytest.mark.parametrize("is_at_bottom", [True, False], ids=["all at the bottom", "one at each level"])
def test_us_or_ss_in_nested_items_is_decided_in_few_steps(is_at_bottom: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class CountedOpen(rewriting._OpenLevel):
        __slots__ = ()

        def __init__(self, edit: DataSetEdit | None, start: int) -> None:
            super().__init__(edit, start)
            self.undecided = CountedList()  # type: ignore[assignment]  # holds what the other does

    monkeypatch.setattr(rewriting, "_OpenLevel", CountedOpen)
    monkeypatch.setattr(CountedList, "moved", 0)
    levels, element = 500, implicit(0x00280120, b"\x01\x02")
    opening = implicit(SEQUENCE, length=UNDEFINED) + item(length=UNDEFINED)
    data = opening * levels + element * levels if is_at_bottom else (element + opening) * levels
    out = rewritten(data + (ITEM_END + SEQUENCE_END) * levels + representation(1), IMPLICIT_LITTLE, EXPLICIT_LITTLE)
    assert out.count(explicit(0x00280120, b"SS", b"\x01\x02")) == levels
    assert CountedList.moved <= 2 * levels


def test_pixels_and_lookup_tables_are_words_in_implicit() -> None:
    for tag in (0x7FE00010, 0x60003000, 0x54001010, 0x00283006, 0x00281200):
        out = rewritten(implicit(tag, b"\x01\x02"), IMPLICIT_LITTLE, EXPLICIT_BIG)
        assert out == explicit(tag, b"OW", b"\x02\x01", order=">")


def test_undefined_lengths_become_defined() -> None:
    undefined = explicit(
        SEQUENCE, b"SQ", open_item(explicit(0x00080060, b"CS", b"CT")) + SEQUENCE_END, length=UNDEFINED
    )
    defined = explicit(SEQUENCE, b"SQ", item(explicit(0x00080060, b"CS", b"CT")))
    assert rewritten(undefined, EXPLICIT_LITTLE, EXPLICIT_LITTLE) == defined
    options = Rewriting(source=EXPLICIT_LITTLE, target=EXPLICIT_LITTLE, has_undefined_lengths=True)
    assert rewrite(defined, options) == undefined


def test_unknown_of_undefined_length_becomes_a_sequence() -> None:
    data = explicit(0x00091001, b"UN", open_item(implicit(0x00280010, b"\x01\x02")) + SEQUENCE_END, length=UNDEFINED)
    content = item(explicit(0x00280010, b"US", b"\x02\x01", order=">"), order=">")
    assert rewritten(data, EXPLICIT_LITTLE, EXPLICIT_BIG) == explicit(0x00091001, b"SQ", content, order=">")


def test_group_lengths_are_made_right_where_they_are() -> None:
    inner = explicit(0x00080000, b"UL", b"\x63\0\0\0") + explicit(0x00080060, b"CS", b"CT")
    data = inner + explicit(SEQUENCE, b"SQ", item(inner)) + explicit(0x00100000, b"UL", bytes(4))
    right = explicit(0x00080000, b"UL", b"\x0a\0\0\0") + explicit(0x00080060, b"CS", b"CT")
    nested = explicit(SEQUENCE, b"SQ", item(right))
    head = explicit(0x00080000, b"UL", (10 + len(nested)).to_bytes(4, "little")) + explicit(0x00080060, b"CS", b"CT")
    expected = head + nested + explicit(0x00100000, b"UL", bytes(4))
    assert rewritten(data, EXPLICIT_LITTLE, EXPLICIT_LITTLE) == expected


def test_order_duplicates_and_strange_elements_survive() -> None:
    data = (
        explicit(0x00100010, b"PN", b"B ")
        + explicit(0x00080060, b"CS", b"CT")
        + explicit(0x00100010, b"PN", b"C ")
        + explicit(0x00020010, b"UI", b"1.2\0")
        + explicit(0xFFFCFFFC, b"OB", bytes(6))
    )
    assert rewritten(data, EXPLICIT_LITTLE, EXPLICIT_LITTLE) == data


def test_nesting_of_3000_sequences_is_written() -> None:
    data = explicit(0x00080060, b"CS", b"CT")
    for _ in range(3000):
        data = explicit(SEQUENCE, b"SQ", item(data))
    there = rewritten(data, EXPLICIT_LITTLE, IMPLICIT_LITTLE)
    assert rewritten(there, IMPLICIT_LITTLE, EXPLICIT_LITTLE) == data


def test_encapsulated_pixel_data_stays_where_it_may_and_is_refused_where_not() -> None:
    data = fragments(b"1234")
    options = Rewriting(source=EXPLICIT_LITTLE, target=EXPLICIT_LITTLE, may_hold_fragments=True)
    assert rewrite(data, options) == data
    with pytest.raises(ConversionError, match="encapsulated"):
        rewritten(data, EXPLICIT_LITTLE, IMPLICIT_LITTLE)


def test_only_pixel_data_changes_byte_order_for_the_private_ge_syntax() -> None:
    data = implicit(0x00280010, b"\x01\x02") + implicit(0x7FE00010, b"\x01\x02")
    options = Rewriting(source=IMPLICIT_LITTLE, target=EXPLICIT_LITTLE, swaps_pixel_data=True)
    expected = explicit(0x00280010, b"US", b"\x01\x02") + explicit(0x7FE00010, b"OW", b"\x02\x01")
    assert rewrite(data, options) == expected


def test_rewritten_data_is_not_kept_alive() -> None:
    data = mmap(-1, 4096)
    gc.disable()
    try:
        with memoryview(data)[:0] as view:
            rewritten(view, EXPLICIT_LITTLE, IMPLICIT_LITTLE)
        data.close()  # raises BufferError where anybody still looks at it
    finally:
        gc.enable()


def test_edit_replaces_removes_and_puts_in_where_the_tag_belongs() -> None:
    inner = explicit(0x00280004, b"CS", b"OLD ") + explicit(0x00280006, b"US", b"\x01\0")
    data = explicit(SEQUENCE, b"SQ", item(inner)) + inner + explicit(0x00280010, b"US", b"\x05\0") + fragments(b"12")
    edit = DataSetEdit(
        replaced={
            0x00080008: (b"CS", b"FIRST "),
            0x00280004: (b"CS", b"NEW "),
            0x00280008: (b"IS", b"1 "),
            0x7FE00010: (b"OW", b"\x01\x02"),
            0xFFFCFFFC: (b"OB", b"\0\0"),
        },
        removed=frozenset((0x00280006,)),
    )
    options = Rewriting(source=EXPLICIT_LITTLE, target=EXPLICIT_BIG, edits={0: edit})
    order = ">"
    expected = (
        explicit(0x00080008, b"CS", b"FIRST ", order=order)
        + explicit(
            SEQUENCE,
            b"SQ",
            item(
                explicit(0x00280004, b"CS", b"OLD ", order=order) + explicit(0x00280006, b"US", b"\0\x01", order=order),
                order=order,
            ),
            order=order,
        )
        + explicit(0x00280004, b"CS", b"NEW ", order=order)
        + explicit(0x00280008, b"IS", b"1 ", order=order)
        + explicit(0x00280010, b"US", b"\0\x05", order=order)
        + explicit(0x7FE00010, b"OW", b"\x02\x01", order=order)
        + explicit(0xFFFCFFFC, b"OB", b"\0\0", order=order)
    )
    assert rewrite(data, options) == expected


def test_edit_of_an_item_is_found_by_where_it_starts() -> None:
    data = explicit(SEQUENCE, b"SQ", item(explicit(0x00280004, b"CS", b"OLD ")) + item())
    edit = DataSetEdit(replaced={0x00280004: (b"CS", b"NEW ")})
    options = Rewriting(source=EXPLICIT_LITTLE, target=EXPLICIT_LITTLE, edits={20: edit})
    assert rewrite(data, options) == data.replace(b"OLD ", b"NEW ")


def test_edit_can_make_pixel_data_encapsulated() -> None:
    data = explicit(0x7FE00010, b"OW", b"\x01\x02")
    edit = DataSetEdit(replaced={}, fragments={0x7FE00010: [b"", b"1234"]})
    options = Rewriting(source=EXPLICIT_LITTLE, target=EXPLICIT_LITTLE, may_hold_fragments=True, edits={0: edit})
    assert rewrite(data, options) == fragments(b"1234")


@pytest.mark.long
def test_writing_again_stops_soon_after_the_most_steps_it_may_take() -> None:
    calls: list[None] = []
    data = explicit(SEQUENCE, b"SQ", 50_000 * item())
    options = Rewriting(
        source=EXPLICIT_LITTLE, target=EXPLICIT_LITTLE, most_steps=20_000, moving=lambda: calls.append(None)
    )
    with pytest.raises(ConversionError, match="more than 20000 elements, items and ends of items"):
        rewrite(data, options)
    assert len(calls) == 6
    assert rewrite(data, replace(options, most_steps=None)) == data


@pytest.mark.parametrize("limit", [conversion_limit, tidying_limit])
def test_steps_that_are_allowed_grow_with_what_came(limit: Callable[[int], int]) -> None:
    assert limit(1 << 20) > limit(0) > 100_000
    assert conversion_limit(1 << 20) > tidying_limit(1 << 20)
