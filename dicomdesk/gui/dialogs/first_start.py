"""Asked at the first start: what this machine is called, where it listens, and where received instances go."""

import platform
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QWidget

from dicomdesk.gui.controls.buttons import plain_button, without_icons
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import Form, quiet_label
from dicomdesk.gui.entries.checks import ae_title_problem, folder_problem, port_problem
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, row_of
from dicomdesk.gui.questions.file_dialogs import ask_folder
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import MARGIN, Theme
from dicomdesk.records import dataclass

PORTS = (11112, 11113, 4242, 10104)
"""What is proposed, the first that is free; all can be listened on by any user."""
_LONGEST_TITLE = 16
_USUAL_TITLE = "DICOMDESK"
_WIDTH = 520


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What this machine could be set to."""

    ae_title: str
    port: int
    folder: Path


def proposed_title(host: str) -> str:
    """Return an AE title for a machine of a name (PS3.5 6.2): its first letters and digits, in capitals."""
    kept = "".join(letter for letter in host.partition(".")[0].upper() if letter.isascii() and letter.isalnum())
    return kept[:_LONGEST_TITLE] or _USUAL_TITLE


def propose(home: Path, is_free: Callable[[int], bool]) -> Proposal:
    """Return what suits this machine. Asks whether ports are free: not for the Qt thread."""
    port = next((port for port in PORTS if is_free(port)), PORTS[0])
    return Proposal(ae_title=proposed_title(platform.node()), port=port, folder=home / "DICOM")


def is_port_free(port: int) -> bool:
    """Whether nothing on this machine listens on a port. Not for the Qt thread."""
    from dicomdesk.engine.reach.port_check import is_taken  # noqa: PLC0415 - only at a first start

    return not is_taken("127.0.0.1", port)


class FirstStartDialog(QDialog):
    """Accepted when all fields are well; rejected where the user wants to do that later. Not modal."""

    def __init__(self, theme: Theme, tasks: Tasks, proposal: Proposal, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.setWindowTitle(self.tr("Welcome to dicomdesk"))
        self.setModal(False)
        self.setMinimumWidth(_WIDTH)
        title = QLabel(self.tr("What is this machine called?"))
        title.setProperty("heading", True)  # noqa: FBT003 - Qt's own signature
        said = quiet_label(
            self.tr(
                "Scanners and archives know each other by AE title, address and port. These suit this machine; the "
                "administrator of your archive may want others. All can be changed in Settings."
            )
        )
        self.ae_title = Field(self.tr("Own AE title"), ae_title_problem, text=proposal.ae_title)
        self.port = Field(self.tr("Port to listen on"), port_problem, text=str(proposal.port))
        self.folder = Field(self.tr("Folder for what is received"), folder_problem, text=str(proposal.folder))
        choose = plain_button(theme, "", "folder", self._on_choose, self.tr("Choose the folder"))
        place = QWidget()
        row_of((self.folder, 1), choose, inside=place)
        form = Form()
        form.add(self.tr("AE title"), self.ae_title)
        form.add(self.tr("Port"), self.port)
        form.add(self.tr("Folder"), place)
        buttons = QDialogButtonBox()
        self.use = buttons.addButton(self.tr("&Use these"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.skip = buttons.addButton(self.tr("&Later"), QDialogButtonBox.ButtonRole.RejectRole)
        self.use.setProperty("primary", True)  # noqa: FBT003 - Qt's own signature
        self.use.setDefault(True)
        buttons.accepted.connect(self._on_use)
        buttons.rejected.connect(self.reject)
        without_icons(buttons)
        column_of(title, said, form, 1, buttons, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
        self.ae_title.setFocus()

    def chosen(self) -> Proposal:
        """Return what is entered; only where it was accepted."""
        folder = Path(self.folder.value()).expanduser()
        return Proposal(ae_title=self.ae_title.value(), port=int(self.port.value()), folder=folder)

    def _on_use(self) -> None:
        if all(field.insist() for field in (self.folder, self.port, self.ae_title)):
            self.accept()

    def _on_choose(self) -> None:
        self._tasks.start(self._choose(), owner=self)

    async def _choose(self) -> None:
        folder = await ask_folder(self._tasks, self, self.tr("Folder for what is received"), self.folder.value())
        if folder:
            self.folder.setText(folder)
