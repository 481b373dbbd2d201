import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.files import element_tree
from dicomdesk.dicom.files.element_tree import MOST_VALUE_BYTES, ElementRow, read_element_tree, walk_rows
from dicomdesk.errors import DataError
from tests.helpers.data.datasets import DEFLATED, EXPLICIT, ITEM, PIXEL_DATA, UNDEFINED, Builder, part10
from tests.helpers.data.odd_structures import data_sets

B = Builder()


def written(folder: Path, data_set: bytes, transfer_syntax_uid: str = EXPLICIT) -> str:
    path = folder / "one.dcm"
    path.write_bytes(part10(data_set, transfer_syntax_uid))
    return str(path)


def row_of(rows: list[ElementRow], tag: int) -> ElementRow:
    return next(row for row in rows if row.tag == tag)


def test_elements_have_tag_name_vr_and_value(tmp_path: Path) -> None:
    private = B.element(0x00091001, "LO", "inside") + B.element(0x00091002, "UN", b"\x01\x02\xff\xfe")
    inner = B.element(0x00080100, "SH", "T-A0100")
    data = (
        B.element(0x00080005, "CS", "ISO_IR 100")
        + B.element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
        + B.element(0x00080018, "UI", "1.2.3")
        + B.sequence(0x00082218, B.item(inner), B.item(inner, is_defined=False), is_defined=False)
        + B.element(0x00090010, "LO", "ACME 1.1")
        + private
        + B.element(0x00100010, "PN", "M\xfcller^J".encode("latin-1"))
        + B.element(0x00280010, "US", 512)
    )
    tree = read_element_tree(written(tmp_path, data))
    assert tree.problem == ""
    assert row_of(tree.rows, 0x00020010).value == "1.2.840.10008.1.2.1 (LittleEndianExplicit)"
    assert row_of(tree.rows, 0x00080016).value == "1.2.840.10008.5.1.4.1.1.2 (CTImageStorage)"
    name = row_of(tree.rows, 0x00100010)
    assert (name.shown_tag, name.vr, name.name, name.value) == ("0010,0010", "PN", "PatientName", "M\xfcller^J")
    assert row_of(tree.rows, 0x00280010).value == "512"
    assert row_of(tree.rows, 0x00091001).value == "inside"
    assert row_of(tree.rows, 0x00091002).value == "01\\02\\ff\\fe"
    sequence = row_of(tree.rows, 0x00082218)
    assert sequence.value == "2 items"
    assert [item.name for item in sequence.children] == ["1", "2"]
    assert [item.children[0].value for item in sequence.children] == ["T-A0100", "T-A0100"]
    assert tree.count == sum(1 for _ in walk_rows(tree.rows))


def test_long_values_are_cut_and_pixels_are_counted(tmp_path: Path) -> None:
    fragments = B.item() + B.item(b"x" * 5000) + B.item(b"y" * 7000) + B.header(0xFFFEE0DD, "", 0)
    data = B.element(0x00081115, "UT", "a" * 100_000) + B.header(PIXEL_DATA, "OB", UNDEFINED) + fragments
    tree = read_element_tree(written(tmp_path, data, "1.2.840.10008.1.2.4.50"))
    text = row_of(tree.rows, 0x00081115)
    assert text.is_cut
    assert (len(text.value), text.size_bytes) == (MOST_VALUE_BYTES, 100_000)
    pixels = row_of(tree.rows, PIXEL_DATA)
    assert (pixels.value, pixels.size_bytes) == ("2 fragments", 12_000)


def test_deflated_data_sets_are_read(tmp_path: Path) -> None:
    stream = zlib.compressobj(wbits=-15)
    data = stream.compress(B.element(0x00100020, "LO", "12345")) + stream.flush()
    tree = read_element_tree(written(tmp_path, data, DEFLATED))
    assert row_of(tree.rows, 0x00100020).value == "12345"


def test_what_cannot_be_followed_ends_the_tree_and_is_said(tmp_path: Path) -> None:
    data = B.element(0x00080018, "UI", "1.2.3") + B.element(0x00100020, "LO", "12345") + B.header(0x00100030, "DA", 8)
    tree = read_element_tree(written(tmp_path, data))
    assert row_of(tree.rows, 0x00100020).value == "12345"
    assert tree.problem.startswith("the data set cannot be followed any further")
    (tmp_path / "none").write_bytes(b"no DICOM at all, but a text that is long enough" * 9)
    with pytest.raises(DataError):
        read_element_tree(str(tmp_path / "none"))


def test_huge_data_sets_are_shown_in_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(element_tree, "MOST_ROWS", 50)
    data = B.sequence(0x00082218, *[B.item(B.element(0x00080100, "SH", "A")) for _ in range(200)])
    tree = read_element_tree(written(tmp_path, data))
    assert tree.count == 50
    assert tree.problem == "it has more than 50 elements and items: the others are not shown"


def test_nesting_is_followed_to_a_bound(tmp_path: Path) -> None:
    data = (B.header(0x00082218, "SQ", UNDEFINED) + B.header(ITEM, "", UNDEFINED)) * 5000
    tree = read_element_tree(written(tmp_path, data))
    assert tree.count <= 2 * element_tree.MOST_LEVELS + 9
    assert "nested more than 128 levels deep" in tree.problem


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=data_sets(EXPLICIT) | st.binary(max_size=300))
def test_whatever_bytes_there_are_a_tree_or_a_reason_comes_of_them(tmp_path: Path, data: bytes) -> None:
    try:
        tree = read_element_tree(written(tmp_path, data))
    except DataError:
        return
    for row in walk_rows(tree.rows):
        assert row.value.isprintable()
