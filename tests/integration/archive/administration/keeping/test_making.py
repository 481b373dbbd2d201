from pathlib import Path

import pytest

from dicomdesk.archive.administration.desk.desk import ArchiveDesk
from dicomdesk.archive.administration.keeping.making import make_archive
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.errors import StorageError


def test_a_new_archive_is_empty_and_can_be_worked_on(tmp_path: Path) -> None:
    make_archive(tmp_path / "new", "DESK")
    with ArchiveDesk(ArchivePlace(folder=tmp_path / "new")) as desk:
        assert desk.areas == ("DESK",)
        assert desk.search("").total == 0
        (usage,) = desk.usage()
        assert usage.is_writable


def test_no_archive_is_made_where_something_is(tmp_path: Path) -> None:
    make_archive(tmp_path / "new")
    with pytest.raises(StorageError, match="already"):
        make_archive(tmp_path / "new")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "holiday.jpg").touch()
    with pytest.raises(StorageError, match="not empty"):
        make_archive(tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["holiday.jpg"]
    with pytest.raises(StorageError, match="cannot be made"):
        make_archive(tmp_path / "full" / "holiday.jpg")
