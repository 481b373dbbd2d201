import pytest

from dicomdesk.dicom.data_sets.element_writer import ElementWriter
from dicomdesk.dicom.encodings import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Encoding
from tests.helpers.data.encoded import ITEM_END, SEQUENCE_END, UNDEFINED, explicit, fragments, implicit, item


def written(encoding: Encoding, tag: int, vr: bytes, value: bytes) -> bytes:
    writer = ElementWriter(encoding)
    writer.write_element(tag, vr, value)
    assert writer.size == len(writer.to_bytes())
    return writer.to_bytes()


def test_element_is_written_in_each_encoding() -> None:
    assert written(IMPLICIT_LITTLE, 0x00100010, b"PN", b"A^B ") == implicit(0x00100010, b"A^B ")
    assert written(EXPLICIT_LITTLE, 0x00100010, b"PN", b"A^B ") == explicit(0x00100010, b"PN", b"A^B ")
    assert written(EXPLICIT_BIG, 0x00100010, b"PN", b"A^B ") == explicit(0x00100010, b"PN", b"A^B ", order=">")
    assert written(EXPLICIT_LITTLE, 0x7FE00010, b"OW", b"12") == explicit(0x7FE00010, b"OW", b"12")


def test_odd_value_gets_the_padding_of_its_vr() -> None:
    assert written(EXPLICIT_LITTLE, 0x00100010, b"PN", b"A^B").endswith(b"\x04\0A^B ")
    assert written(EXPLICIT_LITTLE, 0x00080018, b"UI", b"1.2").endswith(b"\x04\x001.2\0")


@pytest.mark.parametrize(("length", "vr"), [(65534, b"DS"), (65535, b"UN"), (65536, b"UN"), (200_001, b"UN")])
def test_value_too_long_for_its_vr_becomes_unknown(length: int, vr: bytes) -> None:
    value = b"1" * length
    out = written(EXPLICIT_LITTLE, 0x00186020, b"DS", value)
    assert out[4:6] == vr
    assert value in out


def test_vr_of_no_table_becomes_unknown() -> None:
    assert written(EXPLICIT_LITTLE, 0x00091001, b"\x01\x02", b"ab") == explicit(0x00091001, b"UN", b"ab")


@pytest.mark.parametrize("order", ["<", ">"])
def test_lengths_are_filled_in(order: str) -> None:
    writer = ElementWriter(EXPLICIT_LITTLE if order == "<" else EXPLICIT_BIG)
    writer.start_sequence(0x00081140)
    writer.start_item()
    writer.write_element(0x00080060, b"CS", b"CT")
    writer.write_element(0x7FE00010, b"OB", bytes(100_000))
    writer.end_item()
    writer.end_sequence()
    content = explicit(0x00080060, b"CS", b"CT", order=order) + explicit(0x7FE00010, b"OB", bytes(100_000), order=order)
    assert writer.to_bytes() == explicit(0x00081140, b"SQ", item(content, order=order), order=order)


def test_undefined_lengths_are_written_when_asked_for() -> None:
    writer = ElementWriter(IMPLICIT_LITTLE, has_undefined_lengths=True)
    writer.start_sequence(0x00081140)
    writer.start_item()
    writer.end_item()
    writer.end_sequence()
    content = item(length=UNDEFINED) + ITEM_END + SEQUENCE_END
    assert writer.to_bytes() == implicit(0x00081140, content, length=UNDEFINED)


def test_fragments_are_bytes_of_undefined_length_and_even() -> None:
    writer = ElementWriter(EXPLICIT_LITTLE)
    writer.start_fragments(0x7FE00010)
    for fragment in (b"", b"123", bytes(70_000)):
        writer.write_fragment(fragment)
    writer.end_fragments()
    assert writer.to_bytes() == fragments(b"123\0", bytes(70_000))


def test_length_of_a_group_is_filled_in_behind_large_values() -> None:
    writer = ElementWriter(EXPLICIT_LITTLE)
    writer.write_element(0x00080000, b"UL", b"\xff\xff\xff\xff")
    place = writer.mark_length()
    writer.write_element(0x00080005, b"UN", bytes(80_000))
    writer.fill_length(place)
    assert writer.to_bytes()[8:12] == (80_012).to_bytes(4, "little")


def test_vr_can_be_written_later() -> None:
    writer = ElementWriter(EXPLICIT_LITTLE)
    writer.write_element(0x00280106, b"US", b"\x01\x02\x03")
    place = writer.mark_vr(3)
    assert place is not None
    writer.write_element(0x00280107, b"US", b"\x01\x02")
    writer.fill_vr(place, b"SS")
    assert writer.to_bytes()[4:6] == b"SS"
    assert ElementWriter(IMPLICIT_LITTLE).mark_vr(2) is None
    assert ElementWriter(EXPLICIT_LITTLE).mark_vr(65535) is None
