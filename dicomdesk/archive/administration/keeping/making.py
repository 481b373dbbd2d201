"""Makes a new archive in a folder: one storage area with an empty index, ready to be served and worked on."""

import contextlib
import os
from pathlib import Path

from dicomdesk.archive.areas.objects.object_area import open_storage
from dicomdesk.archive.areas.storage_area import STATE_FOLDER
from dicomdesk.archive.indexed_areas import open_index, settle_name
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import StorageError

__all__ = ["make_archive"]


def make_archive(folder: Path, ae_title: str = "ARCHIVE") -> None:
    """Make a storage area; raises StorageError where the folder has something in it, and the errors of the index."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if Path(folder, STATE_FOLDER).exists():
            raise StorageError(f"An archive is there already, in {folder}")
        if os.listdir(folder):
            raise StorageError(f"The folder {folder} is not empty: an archive is made in a new or empty one")
    except OSError as error:
        raise StorageError(f"The folder {folder} cannot be made: {error.strerror}") from error
    area = Area(ae_title=ae_title, folder=folder, is_writable=True)
    settings = ArchiveSettings(configuration=ArchiveConfiguration(areas=(area,)))
    storage = open_storage(area, fsync=settings.fsync)
    storage.mark_running()
    try:
        with contextlib.closing(open_index(settings, storage)) as index:
            settle_name(settings, area, storage, index)
    finally:
        storage.mark_ended()
