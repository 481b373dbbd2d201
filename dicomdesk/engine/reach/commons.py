"""What the jobs of one engine share."""

import threading
from typing import TypeVar

__all__ = ["Commons"]

ThingT = TypeVar("ThingT")


class Commons:
    """What the jobs of one engine share, such as bounds: one of each kind. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._things: dict[type, object] = {}

    def get(self, kind: type[ThingT]) -> ThingT:
        """Return the one of a kind; it is made where nobody has asked before."""
        with self._lock:
            if kind not in self._things:
                self._things[kind] = kind()
            found = self._things[kind]
        assert isinstance(found, kind)
        return found
