"""What is done with chosen rows, and how more of them come."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes.sending import additions
from dicomdesk.gui.panes.sending.additions import Additions
from dicomdesk.gui.panes.sending.chosen import ids_of, is_going, numbers_by_study
from dicomdesk.gui.panes.sending.command_copy import CommandCopy
from dicomdesk.gui.panes.sending.order import Order
from dicomdesk.gui.sending.queue import SendQueue
from tests.helpers.window import scenes
from tests.helpers.window.errands import end, hand_over
from tests.helpers.window.outlines import PlainOutline
from tests.helpers.window.sending import write_studies

WaitUntil = Callable[[Callable[[], bool]], None]


def test_rows_are_known_to_the_outbox_by_errand_and_number() -> None:
    queue = SendQueue(PlainOutline())
    queue.add(scenes.found([scenes.header(scenes.JANE, (str(n // 2), "Axial", "CT"), n) for n in range(4)]))
    (study,) = queue.studies
    assert (ids_of([study]), is_going(study)) == ([], False)
    hand_over(queue)
    assert (ids_of([study]), is_going(study)) == ([study.errand_id], True)
    for number in (1, 2):
        end(queue, study, number, ItemState.FAILED, None, "Lost")
    first, second = study.series.values()
    assert numbers_by_study([first]) == {study.errand_id: {0, 1}}
    assert numbers_by_study([first, second]) == {study.errand_id: {0, 1, 2, 3}}
    assert numbers_by_study([first, study, second]) == {study.errand_id: None}


def test_a_folder_that_is_chosen_is_listed_and_its_studies_moved(
    window: MainWindow, wait_until: WaitUntil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_studies(tmp_path / "out", 1, 1)

    async def answer(*_: object) -> str:
        return str(tmp_path / "out")

    monkeypatch.setattr(additions, "ask_folder", answer)
    actions, queue = window.send.commands, window.send.flow.queue
    assert isinstance(actions.additions, Additions)
    actions.additions.ask_for_folder()
    wait_until(lambda: len(queue.studies) == 2 and not window.send.flow.is_scanning)
    assert isinstance(actions.order, Order)
    assert isinstance(actions._commands, CommandCopy)
    first, second = queue.in_order()
    actions.order.step([first], -1)  # it is the first
    actions.order.step([first], 1)
    wait_until(lambda: queue.in_order() == [second, first])
    actions.order.send_first([first])
    wait_until(lambda: queue.in_order() == [first, second])
