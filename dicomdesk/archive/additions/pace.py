"""Watches how long the database takes for what is added, and says so once where that is long."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

__all__ = ["Pace"]

logger = logging.getLogger(__name__)

SLOW_S: Final = 3.0
_SLOW_EACH_S: Final = 0.005


class Pace:
    """Pace of one database; for one thread at a time."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._is_told = False

    @contextmanager
    def watched(self, count: int) -> Iterator[None]:
        """Watch the block, which adds so many instances in one transaction."""
        begun = self._clock()
        yield
        taken = self._clock() - begun
        longest = SLOW_S + count * _SLOW_EACH_S
        if taken > longest and not self._is_told:
            self._is_told = True
            logger.warning(
                "The database of the index answers slowly: it took %.1f s for what came; peers wait for it", taken
            )
        elif taken < longest / 4 and self._is_told:
            self._is_told = False
            logger.info("The database of the index answers quickly again")
