"""Place of an archive: its configuration file, or the folder of one storage area."""

import os
from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area, read_configuration
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.errors import SettingsError
from dicomdesk.records import dataclass

__all__ = ["ArchivePlace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePlace:
    """Where an archive is: its configuration, or the folder of one storage area; and which areas of it are meant."""

    configuration_file: Path | None = None
    folder: Path | None = None
    """Instead of a configuration."""
    database_url: str = ""
    """Instead of the configuration's, or of the index in the folder."""
    ae_titles: tuple[str, ...] = ()
    """Of the areas; () is all."""

    def settings(self) -> ArchiveSettings:
        """Settings as the archive's server has them.

        A folder is one area, which is named when its index is open. Raises SettingsError and LocalError.
        """
        if self.folder is not None:
            title = self.ae_titles[0] if self.ae_titles else ""
            is_writable = not self.folder.is_dir() or os.access(self.folder, os.W_OK)
            configuration = ArchiveConfiguration(
                areas=(Area(ae_title=title, folder=self.folder, is_writable=is_writable),)
            )
        elif self.configuration_file is not None:
            configuration = read_configuration(self.configuration_file)
        else:
            raise SettingsError("Neither a configuration nor a folder is given")
        if self.database_url:
            configuration = replace(configuration, database_url=self.database_url)
        return ArchiveSettings(configuration=configuration)

    def chosen_areas(self, configuration: ArchiveConfiguration) -> list[Area]:
        """Return the areas that are meant, in the order of the configuration. Raises SettingsError."""
        if self.folder is not None:
            return list(configuration.areas)
        first: dict[str, Area] = {}
        for area in configuration.areas:
            first.setdefault(area.ae_title, area)
        if not first:
            raise SettingsError("The configuration names no storage area (AETable)")
        for title in self.ae_titles:
            if title not in first:
                raise SettingsError(f'The configuration names no storage area "{title}", only {", ".join(first)}')
        return [area for area in first.values() if not self.ae_titles or area.ae_title in self.ae_titles]
