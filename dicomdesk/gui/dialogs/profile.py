"""Question for an association negotiation profile: its file and its name."""

from pathlib import Path

from PySide6.QtWidgets import QDialog, QFormLayout, QPushButton, QWidget

from dicomdesk.engine.receive.receive import check_profile
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui.controls.buttons import ok_box
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, row_of
from dicomdesk.gui.questions.file_dialogs import ask_files
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import MARGIN, Theme, Tone
from dicomdesk.gui.wording import capitalised, sentence
from dicomdesk.human import error_text
from dicomdesk.settings import ProfileSelection


class ProfileDialog(QDialog):
    """Asks for a profile; accepted when file and name are given, and associations can be accepted by it."""

    def __init__(self, theme: Theme, tasks: Tasks, file: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.setWindowTitle(self.tr("Acceptance profile"))
        self.setMinimumWidth(480)
        self.file = Field(self.tr("Profile file"), self._problem, text=file, hint=self.tr("storescp.cfg"))
        self.name = Field(self.tr("Name of the profile"), self._problem, text=name, hint=self.tr("Default"))
        choose = QPushButton(self.tr("Choose…"))
        choose.clicked.connect(lambda: self._tasks.start(self._choose()))
        form = QFormLayout()
        form.addRow(self.tr("File"), row_of((self.file, 1), choose))
        form.addRow(self.tr("Profile"), self.name)
        self.message = MessageLine(theme)
        self.file.checked.connect(self._on_typed)
        self.name.checked.connect(self._on_typed)
        column_of(
            form, self.message, ok_box(self._on_ok, self.reject), inside=self, margins=DIALOG_MARGINS, spacing=MARGIN
        )

    def _problem(self, text: str) -> str:
        return "" if text.strip() else self.tr("This is needed.")

    def _on_ok(self) -> None:
        if self.file.insist() and self.name.insist():
            self._tasks.start(self._check(self._typed()), owner=self)

    def _typed(self) -> ProfileSelection:
        return ProfileSelection(file=Path(self.file.value()).expanduser(), name=self.name.value())

    def _on_typed(self) -> None:
        self.message.say("")

    async def _check(self, profile: ProfileSelection) -> None:
        """Accept the profile, or say why it cannot be used."""
        try:
            await self._tasks.run(check_profile, profile)
        except (DicomdeskError, OSError) as error:
            if profile == self._typed():
                self.message.say(sentence(capitalised(error_text(error))), "failed", Tone.BAD)
        else:
            if profile == self._typed():
                self.accept()

    async def _choose(self) -> None:
        files = await ask_files(self._tasks, self, self.tr("Profile file"))
        if files:
            self.file.setText(files[0])
