"""Restores a backup into a storage area that a configuration names, or a folder: with its index, ready to be served."""

import contextlib
import os
from pathlib import Path

from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.backup.backup import BackupObserver
from dicomdesk.archive.backup.manifest import BackupPlace, Manifest
from dicomdesk.archive.backup.restore import RestoreReport, prepare_restore, restore
from dicomdesk.archive.indexed_areas import entry_reader, open_index, settle_name
from dicomdesk.archive.setup.accounts import Account, find_account
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import StorageError

__all__ = ["restore_area"]


def restore_area(
    settings: ArchiveSettings, area: Area, place: BackupPlace, manifest: Manifest, observer: BackupObserver
) -> RestoreReport:
    """Restore a backup into the folder of an area, which must be empty, and its index.

    Raises StorageError, KeptFileError for a backup that is damaged or of a newer version, and the errors of the index.
    """
    configuration = settings.configuration
    account = find_account(configuration.user_name, configuration.group_name)
    _make_folder(area.folder, account)
    with account.acting():
        prepare_restore(area.folder, manifest)
        storage = StorageArea(area.folder, fsync=settings.fsync)
        storage.mark_running()
        try:
            with contextlib.closing(open_index(settings, storage)) as index:
                named = settle_name(settings, area, storage, index)
                return restore(place, manifest, storage, index, entry_reader(named), observer)
        finally:
            storage.mark_ended()


def _make_folder(folder: Path, account: Account) -> None:
    """Make the folder of an area where it is not there, for the account that serves it."""
    if folder.exists():
        return
    try:
        folder.mkdir(parents=True)
        if account.user_id is not None or account.group_id is not None:
            owner = -1 if account.user_id is None else account.user_id
            os.chown(folder, owner, -1 if account.group_id is None else account.group_id)
    except OSError as error:
        raise StorageError(f"The folder {folder} cannot be made: {error.strerror}") from error
