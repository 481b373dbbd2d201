"""Question for a pass phrase or a passcode."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLabel, QLineEdit, QWidget

from dicomdesk.gui.controls.buttons import ok_box
from dicomdesk.gui.controls.fields import TextLine
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of
from dicomdesk.gui.theme import GRID

_WIDTH = 420


class SecretDialog(QDialog):
    """Asks for a secret; accepted when something was typed."""

    def __init__(
        self, title: str, text: str, problem: str, parent: QWidget | None = None, *, keep: QCheckBox | None = None
    ) -> None:
        """``problem`` says what was wrong the last time, "" at first; ``keep`` offers a keyring, None where is none."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setFixedWidth(_WIDTH)
        self._field = TextLine()
        self._field.setEchoMode(QLineEdit.EchoMode.Password)
        self._field.setAccessibleName(title)
        self._field.setAccessibleDescription(problem or text)
        self._field.setProperty("problem", bool(problem))
        buttons = ok_box(self.accept, self.reject)
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setEnabled(False)
        self._field.textChanged.connect(lambda typed: self._ok.setEnabled(bool(typed)))
        heading = QLabel(title)
        heading.setProperty("heading", True)  # noqa: FBT003 - Qt's own signature
        said = QLabel(f"{problem} {text}".strip())
        for label in (heading, said):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._keep = keep
        kept = QLabel(
            self.tr("Else it is kept until the window closes.")
            if keep
            else self.tr("There is no keyring here: it is kept until the window closes.")
        )
        kept.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        kept.setWordWrap(True)
        parts = (heading, said, self._field, *([keep] if keep else []), kept)
        layout = column_of(*parts, inside=self, margins=DIALOG_MARGINS, spacing=GRID)
        layout.addSpacing(GRID)
        layout.addWidget(buttons)

    def secret(self) -> str:
        """Return the secret as typed."""
        return self._field.text()

    def is_kept(self) -> bool:
        """Whether the keyring shall keep it."""
        return self._keep is not None and self._keep.isChecked()

    def keep(self) -> None:
        """Choose the keyring as a user does."""
        if self._keep is not None:
            self._keep.setChecked(True)

    def type_secret(self, secret: str) -> None:
        """Type as a user does."""
        self._field.setText(secret)
