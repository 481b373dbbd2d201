import threading

import pytest

from dicomdesk.archive.administration.desk.desk import ArchiveDesk
from dicomdesk.archive.administration.desk.looking import FoundRows
from dicomdesk.gui.archive.pane import ArchivePane
from tests.gui.archive.doing import WaitUntil, names

DEADLINE_S = 20.0


def test_an_answer_to_what_is_not_typed_any_more_is_shown_to_nobody(
    pane: ArchivePane, wait_until: WaitUntil, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer, asked, search = threading.Event(), list[str](), ArchiveDesk.search

    def slow(desk: ArchiveDesk, text: str, most: int, **wish: object) -> FoundRows:
        asked.append(text)
        if text == "d":
            may_answer.wait(DEADLINE_S)
        return search(desk, text, most, **wish)  # type: ignore[arg-type] # handed on as it was given

    monkeypatch.setattr(ArchiveDesk, "search", slow)
    shown: list[list[str]] = []
    pane.found.changed.connect(lambda: shown.append(names(pane)))
    before = names(pane)
    pane.filters.search.setText("d")
    wait_until(lambda: asked == ["d"])
    for text in ("do", "doe", "doe j", "doe jane"):
        pane.filters.search.setText(text)
    may_answer.set()
    wait_until(lambda: not pane.found.is_asking)
    assert asked == ["d", "doe jane"]
    assert names(pane) == ["Doe, Jane"]
    assert all(rows in (before, ["Doe, Jane"]) for rows in shown)
