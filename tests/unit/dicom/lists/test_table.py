"""Lists are known by what is in them, not by their names."""

import io
import zipfile
from pathlib import Path

import pytest

from dicomdesk.dicom.lists import table as table_module
from dicomdesk.dicom.lists.table import read_table
from dicomdesk.errors import DataError


def test_a_list_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "list.dat"
    path.write_bytes(b"A;B\n1;2\n")
    table = read_table(path)
    assert (table.name, [row.cells for row in table.rows.rows]) == ("list.dat", [("A", "B"), ("1", "2")])


def zipped(**members: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old kind"),
        (bytes(128) + b"DICM", "DICOM file"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text"), "no spreadsheet"),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "damaged"),
        (zipped(a=b"b"), "no spreadsheet"),
        (b"PK\3\4" + b"x" * 50, "damaged ZIP"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "no text"),
    ],
)
def test_what_is_no_list_is_refused_by_name(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "my list.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"^The list my list.csv .*{words}"):
        read_table(path)


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path, tmp_path / "none.csv", Path("/dev/null")):
        with pytest.raises(DataError, match=f"^The list {path.name} cannot be read"):
            read_table(path)
    monkeypatch.setattr(table_module, "LARGEST_BYTES", 1024 * 1024)
    large = tmp_path / "large.csv"
    large.write_bytes(b"1\n" * 1024 * 600)
    with pytest.raises(DataError, match="more than 1 MB"):
        read_table(large)


def test_text_has_no_sheets(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1\n")
    with pytest.raises(DataError, match="no sheets"):
        read_table(path, sheet="Table 1")
