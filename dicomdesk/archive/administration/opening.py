"""Opens the storage areas of an archive to look at them, or to work on them, while its servers may run."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.objects.object_area import open_storage
from dicomdesk.archive.areas.storage_area import INDEX_NAME, STATE_FOLDER
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.indexed_areas import area_as_indexed, durability, name_in_index
from dicomdesk.archive.setup.accounts import Account, find_account
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import IndexUnusableError, SettingsError, StorageError
from dicomdesk.records import dataclass

__all__ = ["OpenedArea", "opened_areas", "working_on"]

_UNNAMED = "ARCHIVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedArea:
    """A storage area with its index."""

    area: Area
    """With the AE title by which the index knows it."""
    index: Index
    settings: ArchiveSettings

    @property
    def name(self) -> str:
        """The area, as the index calls it."""
        return self.area.ae_title

    def path_of(self, relative: str) -> Path:
        """Return the file of a relative path of the index, fetched first where only an object store has it.

        Raises OSError where that cannot be asked.
        """
        if self.area.objects is not None:
            return Path(open_storage(self.area, must_write=False).path_of(relative))
        return Path(self.area.folder, *relative.split("/"))


@contextlib.contextmanager
def opened_areas(place: ArchivePlace) -> Iterator[list[OpenedArea]]:
    """Open the areas that are meant, in the order of the configuration; nothing of their folders is changed.

    Raises SettingsError, StorageError and the errors of the index.
    """
    settings = place.settings()
    with contextlib.ExitStack() as closing:
        indexes: dict[str, Index] = {}
        opened: dict[tuple[str, str], OpenedArea] = {}
        for area in place.chosen_areas(settings.configuration):
            url = settings.configuration.database_url or _url_in_folder(area.folder)
            if url not in indexes:
                is_frozen = not (settings.configuration.database_url or _can_write(area.folder))
                indexes[url] = index = Index(url, durability=durability(settings), is_frozen=is_frozen)
                closing.callback(index.close)
            named = _named(settings.configuration, area, indexes[url])
            key = named.ae_title, os.path.realpath(named.folder)
            opened.setdefault(key, OpenedArea(area=named, index=indexes[url], settings=settings))
        yield list(opened.values())


@contextlib.contextmanager
def working_on(opened: OpenedArea) -> Iterator[Keeper]:
    """Keeper of an area, for those who change it; a process that is killed meanwhile leaves what a start repairs.

    Raises StorageError, also where the configuration says that the area is only read.
    """
    if not opened.area.is_writable:
        raise StorageError(f'The storage area "{opened.name}" is only read: nothing in it may be changed')
    with _owner(opened).acting():
        storage = open_storage(opened.area, fsync=opened.settings.fsync)
        storage.mark_running()
        try:
            yield Keeper(opened.area, storage, opened.index)
        finally:
            storage.mark_ended()


def _owner(opened: OpenedArea) -> Account:
    """Whose files those of an area are: where root asks, they are made as the server makes them."""
    configuration = opened.settings.configuration
    if configuration.user_name or configuration.group_name:
        return find_account(configuration.user_name, configuration.group_name)
    try:
        status = os.stat(opened.area.folder)
    except OSError as error:
        raise StorageError(f"The storage area {opened.area.folder} cannot be reached: {error.strerror}") from error
    return Account(user_id=status.st_uid, group_id=status.st_gid)


def _named(configuration: ArchiveConfiguration, area: Area, index: Index) -> Area:
    """The area with the name that the index knows it by."""
    if area.ae_title:
        return area_as_indexed(configuration, area)
    names = index.area_names()
    name = name_in_index(area.folder, names[0] if len(names) == 1 else _UNNAMED if not names else "")
    if not name:
        raise SettingsError(f"The index knows several areas: choose one of {', '.join(names)}")
    return replace(area, ae_title=name)


def _can_write(folder: Path) -> bool:
    return os.access(Path(folder, STATE_FOLDER), os.W_OK)


def _url_in_folder(folder: Path) -> str:
    """URL of the index in an area's own folder; raises where there is none, for to open it would make one."""
    if not folder.is_dir():
        raise StorageError(f"The storage area {folder} is no folder, or does not exist")
    file = Path(os.path.abspath(folder)) / STATE_FOLDER / INDEX_NAME
    if not file.exists():
        raise IndexUnusableError(
            f"the storage area {folder} has no index: a server makes it when it starts, dcmqrscp --reindex from files"
        )
    return sqlite_url(file)
