from collections.abc import Callable

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes.send_list import accepts
from dicomdesk.gui.sending.nodes import InstanceNode, StudyNode
from dicomdesk.gui.sending.skipped import SkippedGroupNode
from tests.helpers.window import scenes
from tests.helpers.window.errands import hand_over

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
    (study,) = hand_over(window.send.flow.queue)
    window.send.list.filters.chips.choose(3)
    assert window.send.list.view.visible_rows() == 0
    window.send.show_problem((study.errand_id, 1199))
    shown = window.send.list.view.selected_node()
    assert isinstance(shown, InstanceNode)
    assert shown.number == 1199


def test_what_the_filter_hides_is_said_and_shown_again(window: MainWindow) -> None:
    shown = window.send.list
    headers = [scenes.header(study, ("1", "", "CT"), 1) for study in (scenes.JANE, scenes.PETR, scenes.YUKI)]
    window.send.flow.queue.add(scenes.found(headers))
    window.send._show_all()
    assert shown._hidden_line.isHidden()
    shown.filters.search.setText("jane")
    assert shown.hidden.text() == "2 studies are hidden by the filter"
    assert not shown._hidden_line.isHidden()
    shown.show_all_button.click()
    assert shown._hidden_line.isHidden()
    assert shown.view.visible_rows() == 3
