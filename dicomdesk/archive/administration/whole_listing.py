"""Lists all patients, studies, series or instances of an archive at once: see ``matching.whole_levels``."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from dicomdesk.archive.administration.listing import Listed, default_attributes, listed
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.selection import Selection
from dicomdesk.archive.area_names import area_as_indexed
from dicomdesk.archive.areas.storage_area import INDEX_NAME, STATE_FOLDER
from dicomdesk.archive.matching.whole_levels import WholeLevels
from dicomdesk.archive.setup.configuration import Area
from dicomdesk.dicom.query.attributes import Attribute

__all__ = ["WholeListing", "opened_whole"]


class WholeListing:
    """All that a level of some areas has."""

    def __init__(self, selection: Selection, attributes: Sequence[Attribute] | None) -> None:
        self._level = level = selection.level
        shown = default_attributes(level) if attributes is None else attributes
        self._shown = [attribute for attribute in shown if not level.is_above(attribute.level)]
        self._areas: dict[tuple[str, str], WholeLevels] = {}
        """By the name that the index knows, and folder."""

    @property
    def area_count(self) -> int:
        """How many areas are listed."""
        return len(self._areas)

    def has_opened(self, areas: Sequence[Area]) -> bool:
        """Open the areas, which have the names that indexes know; whether all of them can be read so."""
        try:
            return all(self._add(area) for area in areas)
        except sqlite3.Error:  # told by who looks more closely
            return False

    def _add(self, area: Area) -> bool:
        state = Path(os.path.abspath(area.folder), STATE_FOLDER)
        file, key = state / INDEX_NAME, (area.ae_title, os.path.realpath(area.folder))
        if key in self._areas:
            return True
        if not area.ae_title or area.objects is not None or not os.access(state, os.W_OK) or not file.exists():
            return False
        self._areas[key] = reader = WholeLevels(file)
        return reader.can_read(self._level, self._shown)

    def close(self) -> None:
        """Close all."""
        for reader in self._areas.values():
            reader.close()

    def rows(self) -> Iterator[Listed]:
        """Yield the rows; see ``listing.list_area``."""
        for (name, _folder), reader in self._areas.items():
            for texts, more in reader.rows(name, self._level, self._shown):
                yield listed(name, self._level, self._shown, texts, more)


@contextlib.contextmanager
def opened_whole(
    place: ArchivePlace, selection: Selection, attributes: Sequence[Attribute] | None
) -> Iterator[WholeListing | None]:
    """Inside, the areas that are meant are open to be listed; None where something has to be looked at more closely.

    Raises SettingsError and LocalError as ``opening.opened_areas``.
    """
    configuration = place.settings().configuration
    listing = None
    if not (selection.values or configuration.database_url):
        areas = [area_as_indexed(configuration, area) for area in place.chosen_areas(configuration)]
        listing = WholeListing(selection, attributes)
        if not listing.has_opened(areas):
            listing.close()
            listing = None
    try:
        yield listing
    finally:
        if listing is not None:
            listing.close()
