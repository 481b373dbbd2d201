"""Empties the trash of storage areas now and then, of what has been there for its time."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Final

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.upkeep.retention import ClockWatch

__all__ = ["TrashEmptying"]

logger = logging.getLogger(__name__)

_EVERY_S: Final = 3600.0


class TrashEmptying:
    """A chore: at the first call, and then once an hour. For one thread; several processes may share the areas."""

    def __init__(
        self,
        keepers: Mapping[str, Keeper],
        clock: ClockWatch | None = None,
        *,
        wall_s: Callable[[], float] = time.time,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """``keepers`` are by AE title, and may become others."""
        self._keepers = keepers
        self._clock = clock or ClockWatch()
        self._wall_s = wall_s
        self._steady_s = steady_s
        self._due_s = steady_s()

    def __call__(self) -> None:
        """Delete what is over, where it is time to look; raises StorageError."""
        if self._steady_s() < self._due_s or not self._clock.is_right():
            return
        self._due_s = self._steady_s() + _EVERY_S
        folders = {keeper.storage.folder for keeper in self._keepers.values() if not keeper.storage.is_read_only}
        for folder in sorted(folders):
            for entry in Trash(folder).delete_over(self._wall_s()):
                logger.info("Of the trash %d instances were deleted, whose time is over: %s", entry.instances, entry.id)
