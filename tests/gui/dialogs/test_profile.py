from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton
from pytestqt.qtbot import QtBot

from dicomdesk.gui.dialogs.profile import ProfileDialog
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme

WaitUntil = Callable[[Callable[[], bool]], None]

PROFILE = """
[[TransferSyntaxes]]
[Usual]
TransferSyntax1 = LittleEndianExplicit
[[PresentationContexts]]
[Echo]
PresentationContext1 = VerificationSOPClass\\Usual
[[Profiles]]
[Default]
PresentationContexts = Echo
"""


def ok_of(dialog: ProfileDialog) -> QPushButton:
    (box,) = dialog.findChildren(QDialogButtonBox)
    return box.button(QDialogButtonBox.StandardButton.Ok)


def test_both_file_and_name_are_needed(
    theme: Theme, tasks: Tasks, qtbot: QtBot, wait_until: WaitUntil, tmp_path: Path
) -> None:
    (tmp_path / "storescp.cfg").write_text(PROFILE)
    dialog = ProfileDialog(theme, tasks, "", "")
    qtbot.addWidget(dialog)
    ok_of(dialog).click()
    assert dialog.result() != QDialog.DialogCode.Accepted
    dialog.file.setText(str(tmp_path / "storescp.cfg"))
    dialog.name.setText("Default")
    ok_of(dialog).click()
    wait_until(lambda: dialog.result() == QDialog.DialogCode.Accepted)


@pytest.mark.parametrize(
    "case",
    [
        ("gone.cfg", "Default", "Unable to open configuration file: {file}."),
        ("storescp.cfg", "Other", "Invalid or non-existing SCP Association Profile."),
        ("", "Default", "Cannot find section [[TRANSFERSYNTAXES]] in config file."),
    ],
)
def test_profile_that_cannot_be_used_is_not_taken(
    theme: Theme, tasks: Tasks, qtbot: QtBot, wait_until: WaitUntil, tmp_path: Path, case: tuple[str, str, str]
) -> None:
    file, name, said = case
    (tmp_path / "storescp.cfg").write_text(PROFILE)
    dialog = ProfileDialog(theme, tasks, str(tmp_path / file), name)
    qtbot.addWidget(dialog)
    ok_of(dialog).click()
    wait_until(lambda: bool(dialog.message.text()))
    assert dialog.message.text() == said.format(file=tmp_path / file)
    assert dialog.result() != QDialog.DialogCode.Accepted
    dialog.name.setText("Typed since")
    assert dialog.message.text() == ""
