import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.archive.areas import entry_reader
from dicomdesk.archive.areas.entry_reader import entry_of_data_set, read_entry
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.dicom.files.part10 import parse_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.errors import DataError, InvalidUidError
from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT, Builder, part10

REQUEST = 0x00400275


def image(syntax: str, *, is_defined: bool = True) -> bytes:
    builder = Builder(syntax)
    nested = builder.sequence(
        0x00321064, builder.item(builder.element(0x00401001, "SH", "deeper")), is_defined=is_defined
    )
    item = builder.item(nested + builder.element(0x00401001, "SH", "R1"), is_defined=is_defined)
    return b"".join(
        [
            builder.instance(
                patient_name="Müller".encode("latin-1"),
                before_series=builder.sequence(
                    0x00081140, builder.item(builder.element(0x0020000D, "UI", "9.9")), is_defined=is_defined
                ),
            ),
            builder.element(0x00280010, "US", 512),
            builder.sequence(REQUEST, item, builder.item(), is_defined=is_defined),
            builder.element(0x7FE00010, "OW", bytes(100)),
        ]
    )


def entry(data: bytes, syntax: str) -> IndexEntry:
    return entry_of_data_set(data, syntax, area="A", path="p", size_bytes=len(data))


@pytest.mark.parametrize(
    "syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED, "1.2.840.10008.1.2.4.50", "1.2.3.private"]
)
@pytest.mark.parametrize("is_defined", [True, False])
def test_an_entry_holds_what_the_index_keeps(syntax: str, is_defined: bool) -> None:
    data = image(syntax, is_defined=is_defined)
    if syntax == DEFLATED:
        deflating = zlib.compressobj(6, zlib.DEFLATED, -15)
        data = deflating.compress(data) + deflating.flush()
    found = entry(data, syntax)
    assert found.values[0x00100010] == "Müller"
    assert found.values[0x0020000D] == "1.2.3"
    assert found.values[0x00280010] == "512"
    assert found.items[REQUEST] == ({0x00401001: "R1"}, {})
    assert found.character_set == "ISO_IR 100"
    assert (found.area, found.path, found.size_bytes, found.transfer_syntax_uid) == ("A", "p", len(data), syntax)


def test_an_item_may_have_a_character_set_of_its_own() -> None:
    builder = Builder(EXPLICIT)
    own = builder.element(0x00080005, "CS", "ISO_IR 192") + builder.element(0x00400007, "LO", "山田")
    common = builder.element(0x00400007, "LO", "Müller".encode("latin-1"))
    items = (builder.item(own), builder.item(common), builder.item(builder.element(0x00080005, "CS", "ISO_IR 192")))
    found = entry(builder.instance() + builder.sequence(REQUEST, *items), EXPLICIT)
    assert found.items[REQUEST] == ({0x00400007: "山田"}, {0x00400007: "Müller"}, {})


def test_the_start_of_a_data_set_is_enough() -> None:
    whole = image(EXPLICIT)
    assert entry(whole[:-60], EXPLICIT).values == entry(whole, EXPLICIT).values


@pytest.mark.parametrize("size", range(0, 400, 7))
def test_a_data_set_that_is_cut_is_an_entry_or_an_error(size: int) -> None:
    for syntax in (IMPLICIT, EXPLICIT, BIG_ENDIAN):
        try:
            found = entry(image(syntax)[:size], syntax)
        except InvalidUidError:
            continue
        assert found.values[0x00080018] == "1.2.3.4"


def test_without_uids_it_is_no_entry() -> None:
    builder = Builder(EXPLICIT)
    with pytest.raises(InvalidUidError, match="SOP Class UID"):
        entry(builder.element(0x00080018, "UI", "1.2"), EXPLICIT)
    with pytest.raises(InvalidUidError, match="SOP Instance UID"):
        entry(builder.element(0x00080016, "UI", CT_IMAGE), EXPLICIT)


@given(st.binary(max_size=300), st.sampled_from([IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED]))
def test_hostile_bytes_are_an_entry_or_an_error(tail: bytes, syntax: str) -> None:
    builder = Builder(syntax)
    head = builder.element(0x00080016, "UI", CT_IMAGE) + builder.element(0x00080018, "UI", "1.2")
    for data in (tail, head + tail):
        try:
            entry(data, syntax)
        except InvalidUidError:
            continue


@pytest.mark.long
def test_nesting_without_end_is_passed_over() -> None:
    builder = Builder(EXPLICIT)
    start = builder.element(0x00080016, "UI", CT_IMAGE) + builder.element(0x00080018, "UI", "1.2")
    nested = (builder.header(REQUEST, "SQ", 0xFFFFFFFF) + builder.header(0xFFFEE000, "", 0xFFFFFFFF)) * 20_000
    assert entry(start + nested, EXPLICIT).items == {}


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN])
def test_a_file_is_read_whatever_its_transfer_syntax(tmp_path: Path, syntax: str) -> None:
    (tmp_path / "file").write_bytes(part10(image(syntax), syntax))
    found = read_entry(str(tmp_path / "file"), area="A", path="x/file", received=5.0)
    assert found.values[0x00080018] == "1.2.3.4"
    assert (found.path, found.received, found.transfer_syntax_uid) == ("x/file", 5.0, syntax)
    assert found.size_bytes == (tmp_path / "file").stat().st_size


@pytest.mark.parametrize("uid", ["1.2.3.4\0", "1.2.3.4\0\0.5", "1.2.3.4\0rubbish", "1.2 .3.4 "])
def test_a_uid_ends_at_a_nul_and_has_no_spaces_as_in_headers(uid: str) -> None:
    builder = Builder(EXPLICIT)
    data = builder.instance(sop_instance_uid="")
    data = data.replace(builder.element(0x00080018, "UI", ""), builder.element(0x00080018, "UI", uid))
    assert entry(data, EXPLICIT).values[0x00080018] == "1.2.3.4"
    file = part10(data, EXPLICIT)
    assert parse_header(file, len(file), InputFormat.FILE_ONLY).sop_instance_uid == "1.2.3.4"


@pytest.mark.long
def test_what_lies_far_behind_the_start_of_a_deflated_data_set_is_read_too(tmp_path: Path) -> None:
    builder = Builder(EXPLICIT)
    items = (builder.item(builder.element(0x00081155, "UI", f"1.2.{number}")) for number in range(60_000))
    plain = builder.instance(before_series=builder.sequence(0x00081140, *items))
    assert plain.index(builder.tag(0x0020000D)) > 1 << 20
    deflating = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = deflating.compress(plain + builder.element(0x00280010, "US", 512)) + deflating.flush()
    (tmp_path / "file").write_bytes(part10(data, DEFLATED))
    for found in (entry(data, DEFLATED), read_entry(str(tmp_path / "file"), area="A", path="p")):
        assert (found.values[0x0020000D], found.values[0x00280010]) == ("1.2.3", "512")


_CUTTING = """
import os, sys
from dicomdesk.archive.areas import entry_reader as reading
from dicomdesk.errors import DataError
find = reading.find_data_set
def find_and_cut(window):
    found = find(window)
    os.truncate(sys.argv[1], int(sys.argv[2]))
    return found
reading.find_data_set = find_and_cut
try:
    print(reading.read_entry(sys.argv[1], area="A", path="p").values[0x00080018])
except DataError:
    print("an error")
"""


@pytest.mark.parametrize("size", [0, 300, 9000])
@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
def test_a_file_that_is_cut_while_it_is_read_is_an_entry_or_an_error(tmp_path: Path, syntax: str, size: int) -> None:
    long = Builder(syntax).element(0x00091010, "OB", bytes(20_000))
    (tmp_path / "file").write_bytes(part10(Builder(syntax).instance(before_series=long), syntax))
    command = [sys.executable, "-c", _CUTTING, str(tmp_path / "file"), str(size)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() in {"an error", "1.2.3.4"}


def test_what_lies_far_behind_the_start_is_read_too(tmp_path: Path) -> None:
    builder = Builder(EXPLICIT)
    long = builder.element(0x00091010, "OB", bytes(3_000_000))
    for rest in (long, long + builder.sequence(0x00091011, builder.item(long), is_defined=False)):
        data = builder.instance(before_series=rest) + builder.sequence(
            REQUEST, builder.item(long + builder.element(0x00401001, "SH", "R1"))
        )
        (tmp_path / "file").write_bytes(part10(data, EXPLICIT))
        found = read_entry(str(tmp_path / "file"), area="A", path="p")
        assert found.values == entry(data, EXPLICIT).values
        assert found.values[0x0020000E]
        assert found.items[REQUEST] == ({0x00401001: "R1"},)


@pytest.mark.parametrize("content", [b"", b"x", b"no DICOM in here, and none to come" * 10, part10(b"")])
def test_a_file_that_is_no_instance_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError):
        read_entry(str(tmp_path / "file"), area="A", path="p")


def read_or_error(file: Path) -> IndexEntry | type[Exception]:
    try:
        return read_entry(str(file), area="A", path="p")
    except DataError as error:
        return type(error)


@given(
    syntax=st.sampled_from([IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED, "1.2.840.10008.1.2.4.50", "1.2.3.private"]),
    damage=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=3),
    cut=st.integers(0, 900),
)
def test_the_short_way_to_the_data_set_says_what_the_long_one_does(
    tmp_path_factory: pytest.TempPathFactory, syntax: str, damage: list[tuple[int, int]], cut: int
) -> None:
    content = bytearray(part10(image(EXPLICIT if "private" in syntax else syntax), syntax))
    for position, value in damage:
        content[position % len(content)] = value
    file = tmp_path_factory.getbasetemp() / "entry.dcm"
    file.write_bytes(content[:cut] if cut < len(content) and cut > 600 else content)
    short = read_or_error(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entry_reader, "find_data_set", lambda _window: (0, ""))
        assert read_or_error(file) == short
