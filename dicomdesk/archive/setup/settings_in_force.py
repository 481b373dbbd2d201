"""Settings in force: they may be replaced while an archive runs, and an association keeps those it began with."""

import threading

from dicomdesk.archive.setup.configuration import ArchiveConfiguration
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import ConfigurationError

__all__ = ["SettingsInForce", "check_replacement"]

_FIXED = (
    ("port", "NetworkTCPPort"),
    ("max_pdu_bytes", "MaxPDUSize"),
    ("max_associations", "MaxAssociations"),
    ("user_name", "UserName"),
    ("group_name", "GroupName"),
    ("database_url", "DatabaseURL"),
)
"""What counts from the start of a process to its end."""


class SettingsInForce:
    """Settings for new associations, and those of the associations that run. Any thread."""

    def __init__(self, settings: ArchiveSettings) -> None:
        self._lock = threading.Lock()
        self._current = settings
        self._of: dict[int, ArchiveSettings] = {}

    @property
    def current(self) -> ArchiveSettings:
        """What counts for whatever begins now."""
        return self._current

    def begin(self, association: int) -> ArchiveSettings:
        """An association begins, and has these settings to its end."""
        with self._lock:
            return self._of.setdefault(association, self._current)

    def of(self, association: int) -> ArchiveSettings:
        """The settings of an association."""
        with self._lock:
            return self._of.get(association, self._current)

    def end(self, association: int) -> None:
        """An association is over."""
        with self._lock:
            self._of.pop(association, None)

    def replace(self, settings: ArchiveSettings) -> None:
        """These count from now on, for what begins."""
        with self._lock:
            self._current = settings


def check_replacement(old: ArchiveConfiguration, new: ArchiveConfiguration) -> None:
    """Raise ConfigurationError where a configuration cannot take the place of another in a process that runs."""
    problems = [
        f"{word} cannot change while the archive runs: start it anew"
        for name, word in _FIXED
        if getattr(old, name) != getattr(new, name)
    ]
    folders = {area.ae_title: area.folder for area in reversed(old.areas)}
    problems += [
        f"AETable: the folder of {area.ae_title} cannot change while the archive runs: start it anew"
        for area in new.areas
        if folders.get(area.ae_title, area.folder) != area.folder and new.find_area(area.ae_title) is area
    ]
    places = {area.ae_title: area.objects for area in reversed(old.areas)}
    problems += [
        f"ObjectTable: what it says of {area.ae_title} cannot change while the archive runs: start it anew"
        for area in new.areas
        if places.get(area.ae_title, area.objects) != area.objects and new.find_area(area.ae_title) is area
    ]
    if problems:
        raise ConfigurationError(problems[0], problems=tuple(problems))
