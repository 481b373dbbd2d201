"""A field to search a list with."""

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.wording import plain_tip


def search_field(theme: Theme, hint: str) -> QLineEdit:
    """Return a search field with its icon and a button that clears it."""
    field = QLineEdit()
    field.setPlaceholderText(hint)
    field.setAccessibleName(hint)
    field.setToolTip(plain_tip(hint))
    field.setClearButtonEnabled(True)
    field.setMinimumWidth(110)
    field.setMaximumWidth(280)
    action = QAction(field)

    def draw() -> None:
        action.setIcon(theme.icon("search", Tone.QUIET))

    draw()
    theme.changed.connect(draw)
    field.destroyed.connect(lambda: theme.changed.disconnect(draw))
    field.addAction(action, QLineEdit.ActionPosition.LeadingPosition)
    return field
