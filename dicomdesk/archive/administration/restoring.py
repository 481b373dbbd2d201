"""Restores a backup into a storage area that a configuration names, or a folder: with its index, ready to be served."""

import contextlib
import os
from pathlib import Path

from dicomdesk.archive.areas.objects.object_area import open_storage
from dicomdesk.archive.backup.backup import BackupObserver
from dicomdesk.archive.backup.manifest import BackupPlace, Manifest
from dicomdesk.archive.backup.restore import RestoreReport, is_begun, prepare_restore, restore
from dicomdesk.archive.index import Index
from dicomdesk.archive.indexed_areas import area_as_indexed, entry_reader, open_index, settle_name
from dicomdesk.archive.setup.accounts import Account, find_account
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import StorageError
from dicomdesk.human import count_text

__all__ = ["restore_area"]


def restore_area(
    settings: ArchiveSettings, area: Area, place: BackupPlace, manifest: Manifest, observer: BackupObserver
) -> RestoreReport:
    """Restore a backup into the folder of an area, which must be empty, and its index.

    Raises StorageError, KeptFileError for a backup that is damaged or of a newer version, and the errors of the index.
    """
    configuration = settings.configuration
    account = find_account(configuration.user_name, configuration.group_name)
    if configuration.database_url and not is_begun(area.folder, manifest):
        _require_no_studies(configuration.database_url, area_as_indexed(configuration, area).ae_title)
    prepare_restore(area.folder, manifest)
    storage = open_storage(area, fsync=settings.fsync)
    storage.mark_running()
    try:
        with contextlib.closing(open_index(settings, storage)) as index:
            named = settle_name(settings, area, storage, index)
            report = restore(place, manifest, storage, index, entry_reader(named), observer)
    finally:
        storage.mark_ended()
    _give(area.folder, account)
    return report


def _require_no_studies(database_url: str, name: str) -> None:
    """Raise StorageError where a database that several areas may share has studies of this one."""
    with contextlib.closing(Index(database_url)) as index:
        count = index.count_studies(name)
    if count:
        studies = count_text(count, "study", "studies")
        raise StorageError(
            f"The database of the index has {studies} of the storage area {name}: a backup is restored into an empty "
            "place only"
        )


def _give(folder: Path, account: Account) -> None:
    """Make what was restored that of the account that serves it, whom backups need not be readable for."""
    if account.user_id is None and account.group_id is None:
        return
    owner = -1 if account.user_id is None else account.user_id
    group = -1 if account.group_id is None else account.group_id
    try:
        for parent, _folders, files in os.walk(folder):
            for path in (parent, *(os.path.join(parent, name) for name in files)):
                os.chown(path, owner, group, follow_symlinks=False)
    except OSError as error:
        raise StorageError(f"What was restored into {folder} cannot be given to its user: {error.strerror}") from error
