"""Storage areas and their indexes: which database, under which AE title, and the entries that are read from files."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Durability, Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import IndexDamagedError

__all__ = ["area_as_indexed", "check_index_exists", "durability", "entry_reader", "index_url", "open_index"]


def index_url(settings: ArchiveSettings, storage: StorageArea) -> str:
    """Return the URL of an area's index: in the database that all share, or in its folder."""
    return settings.configuration.database_url or sqlite_url(storage.index_path)


def open_index(settings: ArchiveSettings, storage: StorageArea) -> Index:
    """Open the index of an area; raises the LocalErrors of the index."""
    return Index(index_url(settings, storage), durability=durability(settings))


def durability(settings: ArchiveSettings) -> Durability:
    """Return the durability of the indexes."""
    return Durability.POWER if settings.fsync else Durability.PROCESS


def area_as_indexed(configuration: ArchiveConfiguration, area: Area) -> Area:
    """The area with the AE title by which the index knows it: that of the first one with the same folder.

    Several application entities may share a folder, as with DCMTK's archive; they have the same instances then.
    """
    folder = os.path.realpath(area.folder)
    first = next((one for one in configuration.areas if os.path.realpath(one.folder) == folder), area)
    return replace(area, ae_title=first.ae_title)


def check_index_exists(settings: ArchiveSettings, storage: StorageArea) -> None:
    """Raise IndexDamagedError where an area has files, and the index that is to lie beside them is gone."""
    if settings.configuration.database_url or storage.index_path.exists():
        return
    if next(storage.files(), None) is not None:
        raise IndexDamagedError(
            f"the storage area {storage.folder} has files and no index; it can be made again from them"
        )


def entry_reader(area: Area) -> Callable[[str, str], IndexEntry]:
    """Make the reader of an area's index entries: of a file, and its relative path."""

    def read(file: str, path: str) -> IndexEntry:
        return read_entry(file, area=area.ae_title, path=path, received=Path(file).stat().st_mtime)

    return read
