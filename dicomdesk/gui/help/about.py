"""What this program is, what it is made of, and what it must not be used for."""

import platform
from importlib.metadata import PackageNotFoundError, version

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QWidget

from dicomdesk import __version__
from dicomdesk.gui.controls.buttons import without_icons
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, row_of
from dicomdesk.gui.theme import GRID, MARGIN, Theme, Tone, title_font

_PARTS = ("PySide6-Essentials", "pynetdicom", "pydicom", "cryptography", "SQLAlchemy")
_ICON = 64
_WIDTH = 460


def versions() -> dict[str, str]:
    """Return the versions of the program and of what it is made of, as far as they are known."""
    found = {"dicomdesk": __version__, "Python": platform.python_version(), "Qt": qVersion()}
    for part in _PARTS:
        try:
            found[part] = version(part)
        except PackageNotFoundError:  # a bundle may have left the papers out
            continue
    return found | {"System": f"{platform.system()} {platform.release()} {platform.machine()}"}


class AboutDialog(QDialog):
    """Says what the program is; its versions can be copied. Not modal."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About dicomdesk"))
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        picture = QLabel()
        picture.setPixmap(theme.pixmap("dicomdesk", Tone.ACTIVE, _ICON, self.devicePixelRatioF()))
        title = QLabel("dicomdesk")
        title.setFont(title_font(self.font()))
        what = QLabel(self.tr("Moves DICOM between machines: a window and command line tools on one engine."))
        self.warning = QLabel(self.tr("Not for clinical diagnosis. Not a medical device."))
        self.warning.setProperty("heading", True)  # noqa: FBT003 - Qt's own signature
        self.versions = QLabel("\n".join(f"{name} {text}" for name, text in versions().items()))
        flags = Qt.TextInteractionFlag
        self.versions.setTextInteractionFlags(flags.TextSelectableByMouse | flags.TextSelectableByKeyboard)
        self.versions.setAccessibleName(self.tr("Versions"))
        licence = QLabel(self.tr("Under the MIT licence, without any warranty. Qt is used under the LGPL."))
        for label in (title, what, self.warning, self.versions, licence):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(label is not self.versions)
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.Close)
        copy = buttons.addButton(self.tr("&Copy versions"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self._on_copy)
        buttons.rejected.connect(self.reject)
        without_icons(buttons)
        words = column_of(title, what, self.warning, self.versions, licence, spacing=GRID)
        top = row_of(column_of(picture, 1), (words, 1), spacing=MARGIN)
        column_of(top, buttons, inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.versions.text())
