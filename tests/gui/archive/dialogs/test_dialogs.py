from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from dicomdesk.errors import SettingsError
from dicomdesk.gui.archive.dialogs.list_dialog import ListDialog, ListRow
from dicomdesk.gui.archive.dialogs.plan_dialog import Entry, Plan, PlanDialog
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.outline.model import Column
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone

WaitUntil = Callable[[Callable[[], bool]], None]


def test_a_plan_that_cannot_be_made_says_why_and_is_not_carried_out(
    theme: Theme, tasks: Tasks, window: MainWindow, wait_until: WaitUntil
) -> None:
    async def make(values: dict[str, str]) -> Plan:
        if not values["id"]:
            raise SettingsError("Two different patient IDs must be said: whose studies go, and whose they become")
        return Plan(lines=[f"line {number}" for number in range(1000)], word="Do it")

    dialog = PlanDialog(theme, tasks, "Title", [Entry(name="id", word="ID")], make, window)
    dialog.begin()
    wait_until(lambda: dialog.message.tone() is Tone.BAD)
    assert not dialog.confirm.isEnabled()
    dialog.fields["id"].setText("1")
    dialog.begin()
    wait_until(dialog.confirm.isEnabled)
    assert dialog.confirm.accessibleName() == "Do it"
    assert dialog.plan.toPlainText().endswith("and 500 lines more")
    dialog.deleteLater()


def test_a_row_of_a_list_is_chosen_for_what_can_be_done_with_it(theme: Theme, window: QWidget) -> None:
    columns = (Column(title="Name", width=200), Column(title="Number", width=80, is_number=True))
    dialog = ListDialog(theme, "List", columns, "Some rows.", window, "Take")
    rows = [ListRow(number, (f"row\n{number}", str(number)), values=(f"{number}", number)) for number in range(3)]
    dialog.show_rows(rows)
    dialog.can = lambda row: row.what != 1
    taken: list[object] = []
    dialog.wanted.connect(lambda row: taken.append(row.what))
    for row in rows:
        dialog.view.select_node(row)
        dialog._on_wanted()
        assert dialog.button.isEnabled() is (row.what != 1)
    assert taken == [0, 2]
    assert rows[0].text(0) == "row\\n0"
    dialog.show_rows(rows[:1])
    assert dialog.selected() is None or dialog.selected() is rows[0]
    dialog.deleteLater()
