import asyncio
from collections.abc import Callable, Coroutine

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from dicomdesk.gui.frame import first_paint
from dicomdesk.gui.layouts import column_of


def test_the_end_is_told_when_what_is_inside_has_been_painted_too(
    qtbot: QtBot, finish: Callable[[Coroutine[object, object, None]], None]
) -> None:
    painted: list[str] = []

    class Inside(QLabel):
        def paintEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
            painted.append("inside")

    window = QWidget()
    column_of(Inside("words"), inside=window)
    qtbot.addWidget(window)

    async def wait() -> None:
        seen = asyncio.ensure_future(first_paint.painted(window))
        done, _ = await asyncio.wait({seen}, timeout=0.01)
        assert not done
        window.show()
        await seen
        painted.append("told")

    finish(wait())
    assert painted == ["inside", "told"]


def test_a_window_that_is_never_painted_is_not_waited_for(
    qtbot: QtBot, finish: Callable[[Coroutine[object, object, None]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_paint, "MOST_S", 0.01)
    window = QWidget()
    qtbot.addWidget(window)
    finish(first_paint.painted(window))
