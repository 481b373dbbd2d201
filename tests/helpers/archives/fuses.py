"""Ends of a process at any step of an archive: a fuse counts what is done to files and index, and then nothing is."""

from collections.abc import Callable
from typing import Any, Final

from dicomdesk.archive.areas.keeper import Keeper

_STORAGE: Final = ("place", "place_at", "remove", "note_removal", "complete_removal")
_INDEX: Final = ("add", "remove", "remove_listed", "remove_surplus_study", "exchange")


class Killed(BaseException):
    """End of a process, which does nothing any more."""


class Fuse:
    """Kills at the start or end of one of the next steps of an archive; nothing is done after that."""

    def __init__(self, keeper: Keeper, steps: int) -> None:
        self.left = steps
        for owner, names in ((keeper.storage, _STORAGE), (keeper.index, _INDEX)):
            for name in names:
                setattr(owner, name, self._burning(getattr(owner, name)))

    def _burning(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def burn(*arguments: Any, **named: Any) -> Any:
            self._count()
            result = step(*arguments, **named)
            self._count()
            return result

        return burn

    def _count(self) -> None:
        self.left -= 1
        if self.left <= 0:
            raise Killed
