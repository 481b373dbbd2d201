import zlib

import pytest

from dicomdesk.dicom.documents.data_set import DataSet, Element, Item, read_data_set, write_data_set
from dicomdesk.errors import DataError
from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT, Builder


def build(syntax: str = EXPLICIT) -> bytes:
    builder = Builder(syntax)
    item = builder.item(builder.element(0x00080060, "CS", "CT") + builder.element(0x00280010, "US", 512))
    return b"".join(
        (
            builder.element(0x00080005, "CS", "ISO_IR 100"),
            builder.element(0x00100010, "PN", "Doe"),
            builder.element(0x00280010, "US", 7),
            builder.sequence(0x00400100, item, builder.item(), is_defined=False),
        )
    )


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
def test_every_encoding_reads_the_same(syntax: str) -> None:
    data_set = read_data_set(build(syntax), syntax)
    assert write_data_set(data_set) == write_data_set(read_data_set(build(), EXPLICIT))
    assert data_set.character_set == b"ISO_IR 100"
    steps = data_set.elements[0x00400100].items
    assert steps is not None
    assert [len(item.elements) for item in steps] == [2, 0]
    assert steps[0].elements[0x00280010].value == b"\0\2"


def test_what_is_written_reads_again() -> None:
    written = write_data_set(read_data_set(build(), EXPLICIT))
    assert write_data_set(read_data_set(written, EXPLICIT)) == written


def test_deflated_data_sets_are_inflated() -> None:
    syntax = "1.2.840.10008.1.2.1.99"
    compressor = zlib.compressobj(wbits=-15)
    deflated = compressor.compress(build()) + compressor.flush()
    assert write_data_set(read_data_set(deflated, syntax)) == write_data_set(read_data_set(build(), EXPLICIT))


def test_first_of_elements_of_one_tag_counts() -> None:
    builder = Builder()
    data = builder.element(0x00100020, "LO", "first ") + builder.element(0x00100020, "LO", "second")
    assert read_data_set(data, EXPLICIT).elements[0x00100020].value == b"first "


def test_elements_are_in_order_of_their_tags() -> None:
    builder = Builder()
    data = builder.element(0x00100020, "LO", "P1") + builder.element(0x00080060, "CS", "CT")
    assert [element.tag for element in read_data_set(data, EXPLICIT).in_order()] == [0x00080060, 0x00100020]


def test_private_elements_know_their_creator() -> None:
    builder = Builder()
    data = builder.element(0x00290010, "LO", "ACME") + builder.element(0x00291001, "LO", "x")
    data_set = read_data_set(data, EXPLICIT)
    assert data_set.elements[0x00291001].creator == "ACME"
    assert data_set.find_creator(0x00291101) == ""
    assert data_set.find_creator(0x00280010) == ""


def test_unknown_elements_of_implicit_vr_have_no_vr() -> None:
    assert read_data_set(Builder(IMPLICIT).element(0x00291001, "UN", b"ab"), IMPLICIT).elements[0x00291001].vr == b"??"


def test_a_vr_that_is_none_is_not_known() -> None:
    data = Builder().tag(0x00290001) + b"\0S\0\0"
    assert read_data_set(data, EXPLICIT).elements[0x00290001].vr == b"??"


def test_unknown_vrs_are_written_as_un_and_ambiguous_ones_as_us() -> None:
    data_set = DataSet({0x00280106: Element(0x00280106, b"xs", b"\1\0"), 0x00291001: Element(0x00291001, b"??", b"ab")})
    read = read_data_set(write_data_set(data_set), EXPLICIT)
    assert [element.vr for element in read.in_order()] == [b"US", b"UN"]


def test_nesting_beyond_reason_is_refused() -> None:
    builder = Builder()
    data = b""
    for _ in range(70):
        data = builder.sequence(0x00081140, builder.item(data, is_defined=False), is_defined=False)
    with pytest.raises(DataError, match="levels of sequences"):
        read_data_set(data, EXPLICIT)


def test_bytes_that_cannot_be_followed_are_an_error() -> None:
    with pytest.raises(DataError):
        read_data_set(build()[:-3], EXPLICIT)


def test_an_item_is_no_data_set_of_its_own() -> None:
    assert list(Item().in_order()) == []
