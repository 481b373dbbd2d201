from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from dicomdesk.gui.entries.path_entry import PathField, PathList, RowList
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme


def test_path_is_typed(theme: Theme, tasks: Tasks, qtbot: QtBot) -> None:
    field = PathField(theme, tasks, "Own certificate", Path("/etc/ws1.pem"))
    qtbot.addWidget(field)
    changes: list[bool] = []
    field.changed.connect(lambda: changes.append(True))
    assert field.path() == Path("/etc/ws1.pem")
    field.field.setText("  ")
    assert field.path() is None
    assert changes == [True]
    (choose,) = field.findChildren(QPushButton)
    assert choose.accessibleName() == "Choose: Own certificate"


def test_files_and_folders_are_listed_and_taken_away(theme: Theme, tasks: Tasks, qtbot: QtBot) -> None:
    paths = PathList(theme, tasks, "Trusted authorities", takes_folders=True)
    qtbot.addWidget(paths)
    paths.show()
    empty = paths.rows.height()
    assert not paths.remove_button.isVisible()
    paths.add_paths([Path("a.pem"), Path("b.pem")], [Path("folder")])
    assert paths.rows.height() > empty
    assert (paths.files(), paths.folders()) == ((Path("a.pem"), Path("b.pem")), (Path("folder"),))
    assert not paths.remove_button.isEnabled()
    paths.rows.setCurrentRow(0)
    paths.remove_button.click()
    assert paths.files() == (Path("b.pem"),)
    theme.follow(theme._application.styleHints().colorScheme())
    assert not paths.grab().isNull()


def test_rows_carry_values(theme: Theme, qtbot: QtBot) -> None:
    rows = RowList(theme, "Users", QPushButton())
    qtbot.addWidget(rows)
    rows.add_row("ws1", "patient", "hash")
    assert (rows.texts(), rows.data()) == (["ws1"], ["hash"])
    rows._on_remove()
    assert rows.texts() == ["ws1"]  # nothing was chosen
