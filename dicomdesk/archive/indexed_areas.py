"""Storage areas and their indexes: which database, under which AE title, and the entries that are read from files."""

import contextlib
from collections.abc import Callable
from dataclasses import replace

from dicomdesk.archive.area_names import area_as_indexed, name_in_index
from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.archive.areas.folder_notes import LeftOut, read_name
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.objects.object_area import open_storage
from dicomdesk.archive.areas.opening_check import find_left_out
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Durability, Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import IndexDamagedError

__all__ = [
    "area_as_indexed",
    "check_index_exists",
    "durability",
    "entry_reader",
    "index_url",
    "name_in_index",
    "note_left_out",
    "open_index",
    "settle_name",
]


def index_url(settings: ArchiveSettings, storage: StorageArea) -> str:
    """Return the URL of an area's index: in the database that all share, or in its folder."""
    return settings.configuration.database_url or sqlite_url(storage.index_path)


def open_index(settings: ArchiveSettings, storage: StorageArea) -> Index:
    """Open the index of an area; raises the LocalErrors of the index."""
    is_frozen = storage.is_read_only and not settings.configuration.database_url
    return Index(index_url(settings, storage), durability=durability(settings), is_frozen=is_frozen)


def durability(settings: ArchiveSettings) -> Durability:
    """Return the durability of the indexes."""
    return Durability.POWER if settings.fsync else Durability.PROCESS


def settle_name(settings: ArchiveSettings, area: Area, storage: StorageArea, index: Index) -> Area:
    """The area with the name by which the index knows it, from now on.

    A folder that notes none yet gets that under which its own index has most studies.
    """
    indexed = area_as_indexed(settings.configuration, area)
    if read_name(storage.state_folder):
        return indexed
    name = indexed.ae_title
    if not settings.configuration.database_url:
        counts = index.count_studies_by_area()
        name = max(counts, key=lambda one: (counts[one], one == name), default=name)
    return replace(indexed, ae_title=storage.notes.claim_name(name))


def note_left_out(settings: ArchiveSettings, area: Area) -> LeftOut:
    """Note that what the index does not show of an area's folder is meant; returns how much that is.

    Raises OSError, StorageError and the LocalErrors of the index.
    """
    storage = open_storage(area)
    check_index_exists(settings, storage)
    with contextlib.closing(open_index(settings, storage)) as index:
        keeper = Keeper(settle_name(settings, area, storage, index), storage, index)
        found = find_left_out(keeper, is_own_index=not settings.configuration.database_url)
    storage.notes.note_left_out(found)
    return found


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
        return read_entry(file, area=area.ae_title, path=path, received=None)

    return read
