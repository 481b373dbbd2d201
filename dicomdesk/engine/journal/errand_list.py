"""The errands of a journal that were not put away, in their order; kept in memory by every journal."""

from collections.abc import Iterable
from dataclasses import replace

from dicomdesk.engine.journal.records import ErrandRecord, ErrandState

__all__ = ["ErrandList", "settled"]

_STEP = 1024.0
"""Between the positions of errands that were added one after the other."""


class ErrandList:
    """Errands by id. Its owner sees to that one thread at a time calls it."""

    def __init__(self, errands: Iterable[ErrandRecord] = (), *, last_id: int = 0) -> None:
        self._errands = {errand.id: errand for errand in errands}
        self.last_id = max(last_id, *self._errands, 0)
        """The highest id that was given."""
        self._last_position = max((errand.position for errand in self._errands.values()), default=0.0)
        self._in_order: tuple[ErrandRecord, ...] | None = None

    def add(self, errand: ErrandRecord) -> ErrandRecord:
        """Add it with an id of its own, and the last position where it has none; return it as it is then."""
        self.last_id += 1
        added = replace(errand, id=self.last_id, position=errand.position or self._last_position + _STEP)
        self._set(added)
        return added

    def change(self, errand: ErrandRecord) -> ErrandRecord:
        """Replace it; return what it was. Raises KeyError."""
        before = self._errands[errand.id]
        self._set(replace(errand, added_at=before.added_at))
        return before

    def remove(self, errand_id: int) -> ErrandRecord:
        """Take it away; raises KeyError."""
        self._in_order = None
        return self._errands.pop(errand_id)

    def get(self, errand_id: int) -> ErrandRecord:
        """Raises KeyError."""
        return self._errands[errand_id]

    def has(self, errand_id: int) -> bool:
        """Whether it is there."""
        return errand_id in self._errands

    def in_order(self) -> tuple[ErrandRecord, ...]:
        """All, the one with the lowest position first."""
        if self._in_order is None:
            self._in_order = tuple(sorted(self._errands.values(), key=lambda errand: (errand.position, errand.id)))
        return self._in_order

    def _set(self, errand: ErrandRecord) -> None:
        self._in_order = None
        self._errands[errand.id] = errand
        self._last_position = max(self._last_position, errand.position)


def settled(errand: ErrandRecord, *, unfinished: int, total: int) -> ErrandRecord:
    """An errand as it is where no program works at it any more: what was running is done, or waits again.

    One without instances waits: the program ended before it had found them.
    """
    if errand.state is not ErrandState.RUNNING:
        return errand
    state = ErrandState.DONE if total and not unfinished else ErrandState.WAITING
    return replace(errand, state=state)
