"""Answers dialogs as a user does: the next one of a kind that is shown."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QApplication, QDialog

Dialog = TypeVar("Dialog", bound=QDialog)
WaitUntil = Callable[[Callable[[], bool]], None]


def shown(kind: type[Dialog]) -> Dialog | None:
    """The dialog of a kind that is shown, None for none."""
    return next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None)


def wait_for(kind: type[Dialog], wait_until: WaitUntil) -> Dialog:
    """The next dialog of a kind, when it is shown."""
    wait_until(lambda: shown(kind) is not None)
    found = shown(kind)
    assert found is not None
    return found
