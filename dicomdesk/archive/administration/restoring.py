"""Restores a backup into a storage area that a configuration names, or a folder: with its index, ready to be served."""

import contextlib

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.backup.backup import BackupObserver
from dicomdesk.archive.backup.manifest import BackupPlace, Manifest
from dicomdesk.archive.backup.restore import RestoreReport, prepare_restore, restore
from dicomdesk.archive.indexed_areas import entry_reader, open_index, settle_name
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.archive.setup.settings import ArchiveSettings

__all__ = ["restore_area"]


def restore_area(
    settings: ArchiveSettings, area: Area, place: BackupPlace, manifest: Manifest, observer: BackupObserver
) -> RestoreReport:
    """Restore a backup into the folder of an area, which must be empty, and its index.

    Raises StorageError, KeptFileError for a backup that is damaged or of a newer version, and the errors of the index.
    """
    prepare_restore(area.folder, manifest)
    storage = StorageArea(area.folder, fsync=settings.fsync)
    storage.mark_running()
    try:
        with contextlib.closing(open_index(settings, storage)) as index:
            named = settle_name(settings, area, storage, index)
            return restore(place, manifest, storage, index, entry_reader(named), observer)
    finally:
        storage.mark_ended()
