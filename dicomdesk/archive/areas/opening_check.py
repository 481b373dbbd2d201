"""Tells of a storage area that shows less than its folder has, each time when it is opened.

The comparison is cheap: of numbers of studies, and of files that lie in the area's folder itself.
"""

import logging
from typing import Final

from dicomdesk.archive.areas.folder_notes import LeftOut
from dicomdesk.archive.areas.keeper import Keeper

__all__ = ["find_left_out", "tell_left_out"]

logger = logging.getLogger(__name__)

_WHAT_TO_DO: Final = "dcmqrscp --reindex takes them in, --leave-out says that it is meant"


def find_left_out(keeper: Keeper, *, is_own_index: bool) -> LeftOut:
    """Count what the folder has and the index does not show, roughly: whole studies, and files of DCMTK's archive."""
    index, storage, name = keeper.index, keeper.storage, keeper.name
    counts = index.count_studies_by_area() if is_own_index else {}
    flat_files = storage.count_flat_files()
    return LeftOut(
        studies=max(storage.count_study_folders() - index.count_study_uids(name), 0),
        flat_files=max(flat_files - index.count_flat_files(name), 0) if flat_files else 0,
        other_names=sum(count for other, count in counts.items() if other != name),
    )


def tell_left_out(keeper: Keeper, ae_title: str, *, is_own_index: bool) -> None:
    """Warn where the index shows less than the folder has, and nobody has said that this is meant."""
    found = find_left_out(keeper, is_own_index=is_own_index)
    if not found.exceeds(keeper.storage.notes.left_out()):
        return
    if (found.studies or found.flat_files) and not keeper.index.count_studies(keeper.name):
        text = "has files and its index is empty: they are not found"
    elif found.other_names:
        text = f"shows less than its folder has: its index has {found.other_names} studies under other AE titles"
    elif found.studies:
        text = f"shows less than its folder has: {found.studies} studies are not in the index"
    else:
        text = f"shows less than its folder has: {found.flat_files} files are not in the index"
    logger.warning("The storage area %s %s; %s", ae_title, text, _WHAT_TO_DO)
