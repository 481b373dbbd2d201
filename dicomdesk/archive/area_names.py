"""Names by which indexes know storage areas: they are noted in the folders, and outlive other AE titles."""

import os
from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.areas.folder_notes import read_name
from dicomdesk.archive.areas.storage_area import STATE_FOLDER
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area

__all__ = ["area_as_indexed", "name_in_index"]


def area_as_indexed(configuration: ArchiveConfiguration, area: Area) -> Area:
    """The area with the name by which the index knows it, which its folder notes: it outlives other AE titles.

    Before there is one, it is the AE title of the first area with the same folder. Several application entities may
    share a folder, as with DCMTK's archive; they have the same instances then.
    """
    folder = os.path.realpath(area.folder)
    named = (one for one in configuration.areas if one.ae_title)
    first = next((one for one in named if os.path.realpath(one.folder) == folder), area)
    return replace(area, ae_title=name_in_index(area.folder, first.ae_title))


def name_in_index(folder: Path, otherwise: str) -> str:
    """The name by which the index knows a folder, where the folder notes one."""
    return read_name(os.path.join(os.path.abspath(folder), STATE_FOLDER)) or otherwise
