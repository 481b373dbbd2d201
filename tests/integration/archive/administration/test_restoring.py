"""A restored area is ready to be served."""

from pathlib import Path

from dicomdesk.archive.administration.restoring import restore_area
from dicomdesk.archive.backup.backup import back_up
from dicomdesk.archive.backup.manifest import BackupPlace
from tests.helpers.archives.served_archives import ARCHIVE, encoded, make_settings, running


class Observer:
    def progressed(self, done: int, total: int) -> None:
        """Nothing."""

    def found(self, path: str, text: str) -> None:
        raise AssertionError((path, text))


def test_an_archive_serves_what_was_restored(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"), encoded("2.1", study="1.2.4", series="1.2.4.1", patient="P2"))
        index = archive.archive.keeper(ARCHIVE).index
        back_up(ARCHIVE, tmp_path / "area", index, tmp_path / "target", Observer())
        files, indexed = archive.files(), archive.indexed()
    place = BackupPlace(tmp_path / "target", ARCHIVE)
    settings = make_settings(tmp_path / "new")
    (area,) = settings.configuration.areas
    assert restore_area(settings, area, place, place.manifests()[0], Observer()).files == 2
    with running(tmp_path / "new") as archive:
        assert (archive.files(), archive.indexed()) == (files, indexed)
        assert not archive.archive.repairs
