"""Scenes of what belongs to the whole window: the list of problems, and the question before it closes."""

import time
from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox

from dicomdesk.gui.dialogs.first_start import FirstStartDialog, Proposal
from dicomdesk.gui.help.about import AboutDialog
from dicomdesk.gui.questions.closing import ClosingDialog
from dicomdesk.gui.settings.dialog import Kept, SettingsDialog
from dicomdesk.gui.support.fault_dialog import FaultDialog
from tests.helpers.window.stage import Stage, show_dialog

_PROBLEMS = (
    ("send", "DOE^JANE  12345  CT abdomen, IM0007.dcm", "Refused: PACS does not take JPEG 2000 of CT Image Storage"),
    ("send", "DOE^JANE  12345  CT abdomen, IM0008.dcm", "Failed: The file has changed since it was listed"),
    ("receive", "IVANOV^PETR  99871  MR knee", "3 instances not stored: The disk has less room left than is kept free"),
    ("query", "GARCIA^ANA  CT thorax", "Incomplete. PACS reports 118 sent and 2 failed. Its storage does not answer."),
    ("associations", "Outgoing: OLDPACS@10.1.4.7:104", "Not established. The peer does not know our AE title WS1."),
    ("associations", "Incoming: CT1@10.1.4.20", "Aborted. The peer aborted the association in mid-object."),
    ("peers", "Check of Archive", "Nothing listens on archive.example, port 104. Check the port, or start the peer."),
    ("", "Settings are not kept", "window.json cannot be written: No space left on device."),
)


_LINES = (
    (20, "job 7f3a12c0 association 1: WS1 calls PACS@pacs.example:104"),
    (20, "job 7f3a12c0 association 1: 4 of 5 presentation contexts accepted"),
    (30, "job 7f3a12c0 association 1: CT Image refused, status A700"),
    (20, "job 7f3a12c0 association 1: released"),
    (40, "job 90be1d77 association 1: not established: Nothing listens on archive.example, port 104"),
)


def problems(stage: Stage) -> None:
    """A few of each view, the latest selected."""
    noon = time.mktime((2026, 11, 30, 12, 0, 0, 0, 0, -1))
    for number, (view, title, words) in enumerate(_PROBLEMS):
        stage.session.problems.shelf(view).report(number, title, words, at=noon + 47 * number)
    stage.window.problems.open()
    show_dialog(stage, stage.window.problems)


def problems_none(stage: Stage) -> None:
    """All is well."""
    stage.window.problems.open()
    show_dialog(stage, stage.window.problems)


def closing_running(stage: Stage) -> None:
    """Something is under way."""
    words = "3 studies (412 instances) have not been sent completely. They will be there again when dicomdesk starts, "
    words += "and go on by themselves.\nSomebody is sending to this machine."
    show_dialog(stage, ClosingDialog(words, stage.window))


def closing_waiting(stage: Stage) -> None:
    """Nothing runs, and something waits."""
    words = "2 studies (80 instances) are listed and not sent. They will be there again when dicomdesk starts."
    show_dialog(stage, ClosingDialog(words, stage.window, is_running=False))


def _settings(stage: Stage, page: str) -> SettingsDialog:
    window = stage.window
    kept = Kept(state=stage.state, preferences=window.preferences)
    words = {name.key: name.word for name in window.commands.names}
    window.build_all()
    dialog = SettingsDialog(stage.theme, stage.tasks, kept, window.keyboard, words, window)
    dialog.open_page(getattr(dialog, page))
    return show_dialog(stage, dialog)


def settings_general(stage: Stage) -> None:
    """The first page."""
    _settings(stage, "general").general.folder.setText("/home/ws1/.local/state/dicomdesk")


def settings_appearance(stage: Stage) -> None:
    """Colours and size."""
    _settings(stage, "appearance")


def settings_network(stage: Stage) -> None:
    """A field is wrong."""
    dialog = _settings(stage, "network")
    dialog.network.peer_port.setText("104000")
    (box,) = dialog.findChildren(QDialogButtonBox)
    box.button(QDialogButtonBox.StandardButton.Save).click()


def settings_storage(stage: Stage) -> None:
    """Where received instances go."""
    _settings(stage, "storage")


def settings_log(stage: Stage) -> None:
    """What is logged, and what of patients is shown."""
    _settings(stage, "log")


def log(stage: Stage) -> None:
    """A few lines at the foot of the window."""
    for level, text in _LINES:
        stage.window.log.ring.write(level, text)
    stage.window.show_log(is_shown=True)


def settings_keyboard(stage: Stage) -> None:
    """Keys that are taken are refused."""
    page = _settings(stage, "keyboard").keyboard
    page.select("send.check")
    page.press("F12")
    page.select("send.pause")
    page.press("F1")


def about(stage: Stage) -> None:
    """What the program is."""
    show_dialog(stage, AboutDialog(stage.theme, stage.window))


def help_page(stage: Stage) -> None:
    """Help on the view that is shown."""
    stage.window.commands.help.open_at("Query/Retrieve")
    show_dialog(stage, stage.window.commands.help)


def fault(stage: Stage) -> None:
    """Something went wrong the last time."""
    report = (
        "20261130-121407-4711-1\nin a thread (window_0)\nTraceback (most recent call last):\n"
        '  File "dicomdesk/gui/tasks.py", line 68, in run\nZeroDivisionError: [left out]'
    )
    show_dialog(stage, FaultDialog(report, lambda: None, stage.window))


def first_start(stage: Stage) -> None:
    """Nothing is known of this machine yet."""
    proposal = Proposal(ae_title="READING1", port=11112, folder=Path("/home/ws1/DICOM"))
    show_dialog(stage, FirstStartDialog(stage.theme, stage.tasks, proposal, stage.window))
