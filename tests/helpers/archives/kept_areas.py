"""Storage areas with their index, and instances of a few words in them."""

from pathlib import Path

import pytest

from dicomdesk.archive.areas.keeper import Keeper, StoredFile
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.setup.configuration import Area, Quota
from dicomdesk.errors import DataError

STUDY, SERIES, INSTANCE = 0x0020000D, 0x0020000E, 0x00080018


def entry(study: str = "1.2", series: str = "1.2.3", instance: str = "1.2.3.4", *, size: int = 4) -> IndexEntry:
    return IndexEntry(
        area="ARCHIVE",
        path="",
        size_bytes=size,
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        character_set="",
        values={
            0x00100020: f"PID {study}",
            STUDY: study,
            SERIES: series,
            INSTANCE: instance,
            0x00080016: "1.2.840.10008.5.1.4.1.1.2",
        },
    )


def read_entry(path: str, relative: str) -> IndexEntry:
    """What ``put`` has written into the file."""
    content = Path(path).read_text()
    if not content.startswith("instance "):
        raise DataError("no instance")
    study, series, instance = content.split()[1:]
    made = entry(study, series, instance, size=len(content))
    return IndexEntry(**{**{name: getattr(made, name) for name in made.__slots__}, "path": relative})


def make(tmp_path: Path, index: Index, quota: Quota | None = None) -> Keeper:
    area = Area(ae_title="ARCHIVE", folder=tmp_path / "area", is_writable=True, quota=quota or Quota())
    return Keeper(area, StorageArea(area.folder), index)


def put(keeper: Keeper, study: str, series: str, instance: str, *, size: int = 4) -> StoredFile:
    file = keeper.storage.open()
    file.write([f"instance {study} {series} {instance}".encode()])
    return keeper.keep(file, entry(study, series, instance, size=size))


def indexed(keeper: Keeper) -> set[str]:
    return {found.path for found in keeper.index.find_instances("ARCHIVE")}


def files(keeper: Keeper) -> set[str]:
    return set(keeper.storage.files())


def fail_on(finding: object) -> None:
    """Told of anything that is wrong, where nothing should be."""
    pytest.fail(str(finding))
