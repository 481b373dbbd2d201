"""What an archive of this machine has of a study, read from its index beside a server that may run; nothing is changed.

An index that is not there, of another version or not readable for this user tells nothing, and why.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import select

from dicomdesk.archive.areas.storage_area import STATE_FOLDER
from dicomdesk.archive.indexed_areas import area_as_indexed
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area, read_configuration
from dicomdesk.archive.tables.database import Database, sqlite_url
from dicomdesk.archive.tables.migrations import read_version
from dicomdesk.archive.tables.schema import VERSION, instance, series, study
from dicomdesk.errors import DicomdeskError

__all__ = ["ArchivePresence", "StudyContent"]

_AT_ONCE: Final = 200

StudyContent = dict[str, frozenset[str]]
"""SOP Instance UIDs by Series Instance UID."""


class ArchivePresence:
    """Indexes of all areas of one archive. For one thread at a time."""

    def __init__(self, configuration: Path | ArchiveConfiguration) -> None:
        """Read the configuration of a file; raises SettingsError where it is wrong, LocalError where it cannot be."""
        if isinstance(configuration, Path):
            configuration = read_configuration(configuration)
        self._configuration = configuration
        self.problem = ""
        """Why an index tells nothing, "" where all do."""

    def find_studies(self, study_instance_uids: Sequence[str]) -> dict[str, StudyContent]:
        """What all areas together have of the studies, by Study Instance UID; {} for one that none has."""
        found: dict[str, dict[str, set[str]]] = {uid: {} for uid in study_instance_uids}
        self.problem = ""
        for url, titles in _indexes(self._configuration).items():
            try:
                self._read(url, sorted(titles), list(found), found)
            except DicomdeskError as error:
                self.problem = self.problem or str(error)
        return {
            uid: {series_uid: frozenset(uids) for series_uid, uids in content.items()} for uid, content in found.items()
        }

    def _read(self, url: str, titles: list[str], uids: list[str], found: dict[str, dict[str, set[str]]]) -> None:
        columns = (study.c.study_instance_uid, series.c.series_instance_uid, instance.c.sop_instance_uid)
        joined = study.join(series, series.c.study_key == study.c.key).join(
            instance, instance.c.series_key == series.c.key
        )
        database = Database(url)
        try:
            with database.reading() as connection:
                if read_version(connection) != VERSION:
                    return
                for start in range(0, len(uids), _AT_ONCE):
                    some = uids[start : start + _AT_ONCE]
                    statement = select(*columns).select_from(joined)
                    statement = statement.where(study.c.area.in_(titles), study.c.study_instance_uid.in_(some))
                    for study_uid, series_uid, uid in connection.execute(statement):
                        found[study_uid].setdefault(series_uid, set()).add(uid)
        finally:
            database.close()


def _indexes(configuration: ArchiveConfiguration) -> dict[str, set[str]]:
    """URLs of the indexes that are there, with the AE titles by which they know the areas."""
    urls: dict[str, set[str]] = {}
    for area in configuration.areas:
        url = configuration.database_url or _url_of(area)
        if url:
            urls.setdefault(url, set()).add(area_as_indexed(configuration, area).ae_title)
    return urls


def _url_of(area: Area) -> str:
    """Of the index in the area's own folder; "" where there is none: to open it would make one."""
    path = Path(os.path.abspath(area.folder)) / STATE_FOLDER / "index.sqlite"
    return sqlite_url(path) if os.access(path, os.R_OK | os.W_OK) else ""
