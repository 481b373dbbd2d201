"""Files and index are compared both ways, and nothing is changed."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.file_check import FileCheckReport, Finding, FindingKind, check_area
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.reindex import reindex_area
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from tests.helpers.archives.kept_areas import fail_on
from tests.helpers.archives.opened_archives import keep
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder, part10

AREA = "ARCHIVE"


def write_instance(path: Path, number: int) -> Path:
    uid = f"1.2.826.0.1.3680043.9.9999.8.{number}"
    body = Builder(EXPLICIT).instance(sop_class_uid=CT_IMAGE, sop_instance_uid=uid)
    path.write_bytes(part10(body, EXPLICIT, sop_class_uid=CT_IMAGE, sop_instance_uid=uid))
    return path


@pytest.fixture
def area(tmp_path: Path) -> Area:
    (tmp_path / "area").mkdir()
    return Area(ae_title=AREA, folder=tmp_path / "area", is_writable=True)


@pytest.fixture
def settings(area: Area, tmp_path: Path) -> ArchiveSettings:
    """Of an archive that holds three instances."""
    made = ArchiveSettings(configuration=ArchiveConfiguration(areas=(area,)), port=0)
    with Archive(made) as archive:
        keep(archive, [write_instance(tmp_path / f"in{number}", number) for number in range(3)])
    return made


class Seen:
    """Observes a reindexing, and does nothing."""

    def progressed(self, area: str, done: int, total: int) -> None: ...

    def left_out(self, area: str, path: str, reason: str) -> None: ...

    def check(self) -> None: ...


def stored(area: Area) -> list[Path]:
    return sorted(area.folder.glob("*/*/*/*.dcm"))


def test_all_is_right_where_nothing_has_happened(settings: ArchiveSettings, area: Area) -> None:
    counts: list[int] = []
    assert check_area(settings, area, fail_on, counts.append) == FileCheckReport(files=3, entries=3)
    assert counts == [6]


def test_missing_different_and_unknown_files_are_told(settings: ArchiveSettings, area: Area, tmp_path: Path) -> None:
    gone, changed, _ = stored(area)
    gone.unlink()
    changed.write_bytes(changed.read_bytes() + b"more")
    write_instance(area.folder / "CT_flat.dcm", 77)
    write_instance(changed.with_name("1.2.3.99.0011aabb.dcm"), 78)
    findings: list[Finding] = []
    found = check_area(settings, area, findings.append)
    told = [str(finding) for finding in findings]
    assert found == FileCheckReport(files=4, entries=3, missing=1, different=1, unindexed=2)
    assert not found.is_right
    assert len(told) == 4
    assert any(gone.name in text and "no such file" in text for text in told)
    assert "CT_flat.dcm: not in the index" in told
    assert not gone.exists()
    kinds = {finding.path: finding.kind for finding in findings}
    assert kinds[gone.relative_to(area.folder).as_posix()] is FindingKind.MISSING
    assert kinds["CT_flat.dcm"] is FindingKind.UNINDEXED
    assert all(finding.sop_instance_uid for finding in findings)


def damage(file: Path) -> None:
    """Change the last byte."""
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def test_contents_are_compared_where_that_is_asked_for(settings: ArchiveSettings, area: Area) -> None:
    assert check_area(settings, area, fail_on, is_deep=True) == FileCheckReport(files=3, entries=3)
    damaged, unknown, _ = stored(area)
    damage(damaged)
    damage(unknown)
    engine = create_engine(sqlite_url(StorageArea(area.folder).index_path))
    path = unknown.relative_to(area.folder).as_posix()
    with engine.begin() as connection:
        connection.execute(text("UPDATE instance SET checksum = '' WHERE path = :path"), {"path": path})
    engine.dispose()
    assert check_area(settings, area, fail_on).is_right
    findings: list[Finding] = []
    found = check_area(settings, area, findings.append, is_deep=True)
    assert found == FileCheckReport(files=3, entries=3, damaged=1, unknown=1)
    assert not found.is_right
    (finding,) = findings
    assert (finding.kind, finding.path) == (FindingKind.DAMAGED, damaged.relative_to(area.folder).as_posix())


def test_checksums_are_known_after_the_index_was_made_again(settings: ArchiveSettings, area: Area) -> None:
    damaged, cut, _ = stored(area)
    damage(damaged)
    cut.write_bytes(cut.read_bytes()[:-2])
    reindex_area(settings, area, Seen())
    findings: list[Finding] = []
    found = check_area(settings, area, findings.append, is_deep=True)
    assert found == FileCheckReport(files=3, entries=3, damaged=1, unknown=1)


def test_wrong_counts_are_told(settings: ArchiveSettings, area: Area) -> None:
    engine = create_engine(sqlite_url(StorageArea(area.folder).index_path))
    with engine.begin() as connection:
        connection.execute(text("UPDATE study SET instance_count = 77"))
    engine.dispose()
    told: list[Finding] = []
    assert check_area(settings, area, told.append).wrong_counts >= 1
    assert all("77" in str(one) or "should be" in str(one) for one in told)


def test_conflicts_are_counted_and_nothing_wrong(settings: ArchiveSettings, area: Area) -> None:
    index = Index(sqlite_url(StorageArea(area.folder).index_path))
    assert list(index.conflicts(AREA)) == []
    index.close()
    assert check_area(settings, area, fail_on).conflicts == 0


def test_an_archive_may_be_at_work_meanwhile(settings: ArchiveSettings, area: Area) -> None:
    with Archive(settings):
        assert check_area(settings, area, fail_on).is_right
