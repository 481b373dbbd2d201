from collections.abc import Callable

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.models.send_nodes import SkippedGroupNode, StudyNode
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes.send_list import accepts
from tests.helpers.window import scenes

WaitUntil = Callable[[Callable[[], bool]], None]


def test_filters_take_state_and_words() -> None:
    study = StudyNode(scenes.header(scenes.JANE, ("1", "", "CT"), 1))
    study.counts[ItemState.REFUSED] = 1
    assert accepts(study, (), [])
    assert accepts(study, (ItemState.REFUSED,), ["jane", "123"])
    assert not accepts(study, (ItemState.STORED,), [])
    assert not accepts(study, (), ["peter"])
    assert not accepts(SkippedGroupNode(), (), ["x"])


def test_instance_is_shown_where_asked_for_though_it_is_folded_filtered_and_not_made_yet(window: MainWindow) -> None:
    headers = [scenes.header(scenes.JANE, ("1", "", "CT"), n) for n in range(1200)]
    window.send.flow.queue.add(scenes.found(headers))
    last = window.send.flow.queue.waiting()[-1]
    window.send.list.filters.chips.choose(3)
    assert window.send.list.view.visible_rows() == 0
    window.send.show_problem(last)
    assert window.send.list.view.selected_node() is last
