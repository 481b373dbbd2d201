import os
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.files.part10 import file_meta_information, parse_header, read_header, read_open_header
from dicomdesk.dicom.instance import InputFormat, InstanceHeader
from dicomdesk.errors import DataError, NotDicomError, TruncatedError
from tests.helpers.data.datasets import (
    BIG_ENDIAN,
    CT_IMAGE,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    PIXEL_DATA,
    UNDEFINED,
    Builder,
    part10,
)
from tests.helpers.data.meta_elements import OWN_ELEMENTS, Elements, meta_information, own_data_set

FILE_ONLY = InputFormat.FILE_ONLY
ANY = InputFormat.FILE_OR_DATA_SET
DATA_SET_ONLY = InputFormat.DATA_SET_ONLY
NATIVE = [EXPLICIT, IMPLICIT, BIG_ENDIAN]


def encode(uid: str, **values: bytes) -> bytes:
    builder = Builder(uid)
    return builder.instance(**values) + builder.element(PIXEL_DATA, "OW", b"\1\2" * 20)  # type: ignore[arg-type]  # bytes only


def parse(data: bytes, input_format: InputFormat = FILE_ONLY) -> InstanceHeader:
    return parse_header(data, len(data), input_format)


def assert_identified(header: InstanceHeader) -> None:
    assert header.sop_class_uid == CT_IMAGE
    assert header.sop_instance_uid == "1.2.3.4"
    assert header.has_data_set_uids
    assert (header.patient_id, header.patient_name) == ("P1", "Doe^Jane")
    assert (header.study_instance_uid, header.study_date, header.study_description) == (
        "1.2.3",
        "20240102",
        "Study of it",
    )
    assert (header.series_instance_uid, header.series_number, header.series_date) == ("1.2.3.5", "7", "20240103")
    assert (header.series_description, header.modality, header.accession_number) == ("Series of it", "CT", "ACC1")


@pytest.mark.parametrize("uid", NATIVE)
@pytest.mark.parametrize("input_format", [FILE_ONLY, ANY])
def test_part10_header_is_read(uid: str, input_format: InputFormat) -> None:
    data_set = encode(uid)
    header = parse(part10(data_set, uid), input_format)
    assert_identified(header)
    assert header.transfer_syntax_uid == uid
    assert header.data_set_length == len(data_set)
    assert (header.media_sop_class_uid, header.media_sop_instance_uid) == (CT_IMAGE, "1.2.3.4")


@pytest.mark.parametrize("uid", NATIVE)
@pytest.mark.parametrize("input_format", [DATA_SET_ONLY, ANY])
def test_encoding_of_a_bare_data_set_is_guessed(uid: str, input_format: InputFormat) -> None:
    header = parse(encode(uid), input_format)
    assert_identified(header)
    assert (header.transfer_syntax_uid, header.data_set_offset, header.media_sop_class_uid) == (uid, 0, "")


def test_deflated_data_set_is_inflated_from_its_start() -> None:
    stream = zlib.compressobj(wbits=-15)
    data_set = stream.compress(encode(EXPLICIT) + b"\0" * 1_000_000) + stream.flush()
    header = parse(part10(data_set, DEFLATED))
    assert_identified(header)
    assert header.data_set_length == len(data_set)


def test_deflated_data_set_tells_what_group_0002_does_not() -> None:
    stream = zlib.compressobj(wbits=-15)
    deflated = stream.compress(encode(EXPLICIT) + Builder().element(0x7FE00010, "OW", b"\0" * 1_000_000))
    deflated += stream.flush()
    whole = b"\0" * 128 + b"DICM" + Builder().element(0x00020010, "UI", DEFLATED) + deflated
    assert_identified(parse(whole, ANY))


@pytest.mark.parametrize("damage", [b"\xff" * 100, b""])
def test_damaged_deflated_data_set_still_has_its_group_0002(damage: bytes) -> None:
    header = parse(part10(damage, DEFLATED))
    assert header.sop_instance_uid == "1.2.3.4"
    assert not header.has_data_set_uids


@pytest.mark.parametrize("uid", NATIVE)
@pytest.mark.parametrize("is_header", [True, False])
def test_bare_data_set_with_something_behind_it_is_taken_only_as_when_it_is_received(
    uid: str, *, is_header: bool
) -> None:
    data = encode(uid) + (Builder(uid).header(0x7FE10010, "SH", 4) if is_header else bytes(5))
    with pytest.raises(TruncatedError):
        parse_header(data, len(data), InputFormat.FILE_OR_DATA_SET)
    assert_identified(parse_header(data, len(data), InputFormat.FILE_OR_DATA_SET, takes_rest=True))


@pytest.mark.parametrize("uid", NATIVE)
@pytest.mark.parametrize("is_defined", [True, False])
def test_sequences_before_the_series_are_passed_over(uid: str, is_defined: bool) -> None:
    builder = Builder(uid)
    inner = builder.sequence(0x00081140, builder.item(builder.instance(), is_defined=is_defined), is_defined=is_defined)
    outer = builder.sequence(0x00081115, builder.item(inner, is_defined=is_defined), is_defined=is_defined)
    assert_identified(parse(part10(encode(uid, before_series=outer), uid)))


def test_large_values_before_the_series_are_passed_over_in_a_file(tmp_path: Path) -> None:
    builder = Builder()
    large = builder.sequence(
        0x00081140, *(builder.item(builder.instance()) for _ in range(1000)), is_defined=False
    ) + builder.element(0x00091001, "OB", b"\1" * 200_000)
    path = tmp_path / "large"
    path.write_bytes(part10(encode(EXPLICIT, before_series=large)))
    assert_identified(read_header(str(path), FILE_ONLY))


def test_un_of_undefined_length_is_implicit_inside() -> None:
    implicit = Builder(IMPLICIT)
    unknown = Builder().header(0x00091001, "UN", UNDEFINED) + implicit.item(implicit.instance(), is_defined=False)
    unknown += implicit.header(0xFFFEE0DD, "", 0)
    assert_identified(parse(part10(encode(EXPLICIT, before_series=unknown))))


def test_unknown_vrs_and_odd_lengths_are_passed_over() -> None:
    odd = b"\x09\0\x01\x10ZZ\0\0\x03\0\0\0abc" + b"\x09\0\x02\x10\0\0\x01\0x"
    assert_identified(parse(part10(encode(EXPLICIT, before_series=odd))))


@pytest.mark.parametrize("declared", [0, 60, 5000, UNDEFINED])
def test_wrong_group_length_is_not_believed(declared: int) -> None:
    whole = part10(encode(EXPLICIT))
    header = parse(whole[:140] + declared.to_bytes(4, "little") + whole[144:])
    assert_identified(header)
    assert whole[header.data_set_offset :] == encode(EXPLICIT)


def test_missing_group_length_is_not_missed() -> None:
    whole = part10(encode(EXPLICIT))
    assert_identified(parse(whole[:132] + whole[144:]))


def test_file_without_preamble_is_no_part10_file_but_can_be_read() -> None:
    whole = part10(encode(EXPLICIT))
    for start in (128, 132):
        assert_identified(parse(whole[start:], ANY))
        with pytest.raises(NotDicomError, match="File meta information header missing"):
            parse(whole[start:], FILE_ONLY)


def test_data_set_tells_what_group_0002_does_not() -> None:
    builder = Builder()
    whole = b"\0" * 128 + b"DICM" + builder.element(0x00020010, "UI", EXPLICIT) + encode(EXPLICIT)
    assert_identified(parse(whole))
    no_syntax = b"\0" * 128 + b"DICM" + builder.element(0x00020002, "UI", CT_IMAGE) + encode(IMPLICIT)
    assert parse(no_syntax).transfer_syntax_uid == ""
    assert parse(no_syntax, ANY).transfer_syntax_uid == IMPLICIT


def test_group_0002_tells_what_the_data_set_does_not() -> None:
    header = parse(part10(Builder().element(0x00080060, "CS", "CT")))
    assert (header.sop_class_uid, header.sop_instance_uid) == (CT_IMAGE, "1.2.3.4")
    assert not header.has_data_set_uids


def test_uids_of_the_data_set_go_before_those_of_group_0002() -> None:
    header = parse(part10(encode(EXPLICIT), sop_class_uid="1.2.9", sop_instance_uid="1.2.8"))
    assert_identified(header)
    assert (header.media_sop_class_uid, header.media_sop_instance_uid) == ("1.2.9", "1.2.8")


def test_padding_and_blanks_in_uids_are_taken_away() -> None:
    header = parse(part10(Builder().instance(sop_instance_uid="1.2. 3.4 "), transfer_syntax_uid=EXPLICIT + "  "))
    assert header.sop_instance_uid == "1.2.3.4"
    assert header.transfer_syntax_uid == EXPLICIT


def test_text_is_decoded_by_its_character_set() -> None:
    builder = Builder()
    data_set = builder.instance(patient_name="Jérôme".encode("latin_1"))
    assert parse(part10(data_set)).patient_name == "Jérôme"
    data_set = builder.instance(patient_name="Jérôme".encode(), character_set="ISO_IR 192")
    assert parse(part10(data_set)).patient_name == "Jérôme"


def test_elements_in_wrong_order_are_found() -> None:
    builder = Builder()
    first = builder.element(0x00280010, "US", 1)
    assert_identified(parse(part10(first + encode(EXPLICIT))))
    assert_identified(parse(first + encode(EXPLICIT), DATA_SET_ONLY))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "End of stream"),
        (b"x", "I/O suspension or premature end of stream"),
        (b"x" * 11, "I/O suspension or premature end of stream"),
        (b"x" * 12, "File meta information header missing"),
        (b"\0" * 200, "File meta information header missing"),
        (b"\0" * 128 + b"DICM", "I/O suspension or premature end of stream"),
        (part10(b"")[:150], "I/O suspension or premature end of stream"),
        (part10(b"")[:180], "Invalid stream"),
    ],
)
def test_what_is_no_part10_file_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DataError) as error:
        parse(data)
    assert str(error.value) == reason


def test_bare_data_set_that_is_cut_off_is_refused() -> None:
    with pytest.raises(TruncatedError, match="Invalid stream"):
        parse(encode(EXPLICIT)[:-3], DATA_SET_ONLY)


def test_lengths_that_lie_cost_nothing() -> None:
    builder = Builder()
    huge = builder.header(0x00091001, "OB", 0xFFFFFFF0)
    header = parse(part10(encode(EXPLICIT, before_series=huge)))
    assert (header.sop_instance_uid, header.patient_id) == ("1.2.3.4", "")


@pytest.mark.parametrize("uid", NATIVE)
@pytest.mark.parametrize("input_format", list(InputFormat))
def test_each_prefix_is_read_or_refused(uid: str, input_format: InputFormat) -> None:
    builder = Builder(uid)
    sequence = builder.sequence(0x00081140, builder.item(builder.instance(), is_defined=False), is_defined=False)
    whole = part10(encode(uid, before_series=sequence), uid)
    data = whole if input_format is FILE_ONLY else encode(uid, before_series=sequence)
    for size in range(len(data)):
        with suppress(DataError):
            header = parse_header(data[:size], size, input_format)
            assert header.data_set_offset + header.data_set_length == size
        with suppress(DataError):
            parse_header(data[:size], len(data), input_format)


@pytest.mark.long
@given(st.binary(max_size=300), st.sampled_from(list(InputFormat)))
def test_random_bytes_are_read_or_refused(data: bytes, input_format: InputFormat) -> None:
    for content in (data, b"\0" * 128 + b"DICM" + data, part10(data), part10(data, IMPLICIT), part10(data, DEFLATED)):
        with suppress(DataError):
            parse(content, input_format)


@given(st.binary(max_size=40))
def test_trailing_bytes_change_nothing(trailing: bytes) -> None:
    header = parse(part10(encode(EXPLICIT) + trailing))
    assert_identified(header)
    assert header.data_set_length == len(encode(EXPLICIT)) + len(trailing)


def test_error_names_the_path_that_was_given() -> None:
    with pytest.raises(DataError) as error:
        parse_header(b"", 0, FILE_ONLY, "some/file")
    assert error.value.__notes__ == ["some/file"]


def test_missing_file_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_header(str(tmp_path / "none"), FILE_ONLY)


def test_group_0002_that_is_written_is_read_again() -> None:
    meta = file_meta_information(
        sop_class_uid=CT_IMAGE,
        sop_instance_uid="1.2.34",
        transfer_syntax_uid=EXPLICIT,
        implementation_class_uid="1.2.3",
        implementation_version_name="ODD",
        source_ae_title="SENDER",
    )
    group = meta[144:]
    assert meta[:144] == b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0" + len(group).to_bytes(4, "little")
    assert group.endswith(b"\x02\0\x13\0SH\x04\0ODD \x02\0\x16\0AE\x06\0SENDER")
    assert b"\x02\0\x03\0UI\x06\x001.2.34" in group
    header = parse(meta)
    assert (header.media_sop_instance_uid, header.transfer_syntax_uid) == ("1.2.34", EXPLICIT)
    assert header.data_set_offset == len(meta)


def test_what_is_nested_without_measure_is_not_followed() -> None:
    nested = b"\x08\0\x10\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\0\xe0\xff\xff\xff\xff" * 70_000
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0" * 70_000 + b"\xfe\xff\xdd\xe0\0\0\0\0"
    content = part10(nested + closed + Builder().element(0x00100020, "LO", "P1"))
    header = parse_header(content, len(content), FILE_ONLY)
    assert (header.sop_class_uid, header.patient_id) == (CT_IMAGE, "")


@pytest.mark.parametrize("uid", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("is_unsorted", [False, True])
def test_brief_header_tells_what_sending_needs(tmp_path: Path, uid: str, is_unsorted: bool) -> None:
    b = Builder(uid)
    name = b.element(0x00100010, "PN", "Doe^Jane")
    data_set = name + b.instance() if is_unsorted else b.instance() + name
    path = tmp_path / "a"
    path.write_bytes(part10(data_set, uid))
    whole = read_header(str(path), InputFormat.FILE_ONLY)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        brief = read_open_header(descriptor, path.stat().st_size, InputFormat.FILE_ONLY, is_brief=True)
    finally:
        os.close(descriptor)
    learnt = ("sop_class_uid", "sop_instance_uid", "transfer_syntax_uid", "data_set_offset", "data_set_length")
    assert [getattr(brief, field) for field in learnt] == [getattr(whole, field) for field in learnt]
    assert brief.has_data_set_uids
    assert not brief.study_instance_uid
    assert whole.study_instance_uid


def assert_reads(meta: bytes, data_set: bytes, uid: str) -> None:
    header = parse(meta + data_set)
    assert header.transfer_syntax_uid == uid
    assert (header.data_set_offset, header.data_set_length) == (len(meta), len(data_set))
    assert (header.sop_class_uid, header.media_sop_class_uid) == (CT_IMAGE, CT_IMAGE)
    assert (header.sop_instance_uid, header.media_sop_instance_uid) == ("1.2.3.4", "1.2.3.4")
    assert header.has_data_set_uids


@pytest.mark.parametrize("own", OWN_ELEMENTS.values(), ids=OWN_ELEMENTS)
@pytest.mark.parametrize("uid", NATIVE)
def test_group_0002_of_the_data_set_overrules_nothing_where_the_group_length_says_so(uid: str, own: Elements) -> None:
    assert_reads(meta_information(uid), own_data_set(uid, own), uid)


@pytest.mark.parametrize("own", OWN_ELEMENTS.values(), ids=OWN_ELEMENTS)
@pytest.mark.parametrize("uid", [IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("odd", [{"missing": True}, {"wrong_by": 30}, {"wrong_by": -7}, {"wrong_by": 1 << 20}])
def test_a_change_of_encoding_tells_group_0002_of_the_data_set_too(
    uid: str, own: Elements, odd: dict[str, int]
) -> None:
    assert_reads(meta_information(uid, **odd), own_data_set(uid, own), uid)  # type: ignore[arg-type]  # of two types


@pytest.mark.parametrize("own", OWN_ELEMENTS.values(), ids=OWN_ELEMENTS)
@pytest.mark.parametrize("odd", [{"missing": True}, {"wrong_by": 30}, {"wrong_by": -7}])
def test_without_a_group_length_the_first_of_several_elements_counts(own: Elements, odd: dict[str, int]) -> None:
    header = parse(meta_information(EXPLICIT, **odd) + own_data_set(EXPLICIT, own))  # type: ignore[arg-type]  # as above
    assert (header.transfer_syntax_uid, header.media_sop_instance_uid) == (EXPLICIT, "1.2.3.4")
    assert (header.sop_class_uid, header.sop_instance_uid) == (CT_IMAGE, "1.2.3.4")


@pytest.mark.parametrize("wrong_by", range(-118, 0))
@pytest.mark.parametrize("uid", [IMPLICIT, BIG_ENDIAN])
def test_a_group_length_that_leaves_out_elements_is_not_believed(uid: str, wrong_by: int) -> None:
    assert_reads(meta_information(uid, wrong_by=wrong_by), own_data_set(uid, ()), uid)


def test_a_group_length_is_believed_where_large_elements_are_out_of_view() -> None:
    meta = meta_information(IMPLICIT)
    data_set = own_data_set(IMPLICIT, ((0x00020102, "OB", "x" * 100_000),))
    header = parse_header((meta + data_set)[:4096], len(meta + data_set), FILE_ONLY)
    assert (header.data_set_offset, header.transfer_syntax_uid) == (len(meta), IMPLICIT)


@given(
    st.binary(max_size=60),
    st.sampled_from(NATIVE),
    st.integers(-100, 200),
    st.sampled_from(tuple(OWN_ELEMENTS.values())),
)
def test_rubbish_where_group_0002_ends_is_told_and_read_no_further_than_the_file(
    rubbish: bytes, uid: str, wrong_by: int, own: Elements
) -> None:
    whole = meta_information(uid, wrong_by=wrong_by) + rubbish + own_data_set(uid, own)
    with suppress(DataError):
        header = parse(whole)
        assert header.data_set_offset + header.data_set_length == len(whole)
        assert header.transfer_syntax_uid == uid


def read_file(content: bytes) -> InstanceHeader:
    descriptor = os.memfd_create("a")
    try:
        os.write(descriptor, content)
        return read_open_header(descriptor, len(content), FILE_ONLY)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("wrong_by", range(-118, 8))
@pytest.mark.parametrize("uid", NATIVE)
def test_what_was_looked_at_of_a_file_is_read_again_where_reading_goes_on(uid: str, wrong_by: int) -> None:
    meta = meta_information(uid, wrong_by=wrong_by)
    for rest in (
        *(bytes(size) for size in range(20)),
        b"\2\0\x13\0",
        b"\x08\0\x16\0UI\2\x001",
        b"\x08\0\5\0CS\0\0" * 2,
    ):
        with suppress(DataError):
            header = read_file(meta + rest)
            assert header.data_set_offset + header.data_set_length == len(meta + rest)


def test_elements_of_group_0002_that_fill_the_view_are_read_again() -> None:
    own: Elements = tuple((0x00020102, "OB", "x" * 250) for _ in range(15))
    for pad in range(0, 300, 3):
        data_set = own_data_set(EXPLICIT, (*own, (0x00020102, "OB", "x" * pad)))
        header = read_file(meta_information(EXPLICIT) + data_set)
        assert (header.data_set_length, header.sop_instance_uid) == (len(data_set), "1.2.3.4")


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("before", ["", "character set"])
def test_an_item_delimiter_that_ends_nothing_does_not_hide_what_identifies(syntax: str, before: str) -> None:
    build = Builder(syntax)
    first = build.element(0x00080005, "CS", "ISO_IR 100") if before else b""
    file = part10(first + build.header(0xFFFEE00D, "", 0) + build.instance(), syntax)
    header = parse_header(file, len(file), InputFormat.FILE_ONLY)
    assert (header.has_data_set_uids, header.series_instance_uid) == (True, "1.2.3.5")


@pytest.mark.parametrize("length", [0, 8, 20])
@pytest.mark.parametrize("syntax", [EXPLICIT, BIG_ENDIAN])
def test_an_item_longer_than_its_sequence_does_not_hide_what_identifies(syntax: str, length: int) -> None:
    build = Builder(syntax)
    item = build.item(build.element(0x00080100, "SH", "CODE") + build.element(0x00080104, "LO", "A meaning"))
    file = part10(build.header(0x00080006, "SQ", length or len(item)) + item + build.instance(), syntax)
    header = parse_header(file, len(file), InputFormat.FILE_ONLY)
    assert (header.has_data_set_uids, header.sop_instance_uid) == (True, "1.2.3.4")


@pytest.mark.parametrize("blanks", [1000, 1020, 1022, 9000, 60_000])
@pytest.mark.parametrize("uid", NATIVE)
def test_a_long_value_is_read_alike_from_a_file_and_from_memory(tmp_path: Path, uid: str, blanks: int) -> None:
    b = Builder(uid)
    sop = b.element(0x00080016, "UI", CT_IMAGE.encode() + b"\0") + b.element(0x00080018, "UI", b"1.2.3.4\0")
    content = part10(sop + b.element(0x00081030, "LO", b" " * blanks + b"head"), uid)
    path = tmp_path / "file"
    path.write_bytes(content)
    assert read_header(str(path), FILE_ONLY) == parse_header(content, len(content), FILE_ONLY)
