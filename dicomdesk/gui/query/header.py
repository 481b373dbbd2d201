"""Top of the Query/Retrieve view: the peer, the form, and the button that asks."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.engine.query.form import QueryForm
from dicomdesk.gui.controls.buttons import PrimaryButton
from dicomdesk.gui.controls.fields import Field, line_of_fields
from dicomdesk.gui.entries.peer_entry import PeerEntry
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.panes.peer_setup import PeerSetup
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.window_state import WindowState

__all__ = ["QueryHeader"]


class QueryHeader(QWidget):
    """Tells what is wanted and does nothing of it."""

    primary_wanted = Signal()
    """Ask, or stop: whatever the button says."""

    def __init__(self, theme: Theme, tasks: Tasks, state: WindowState, access: SecurityAccess, view: QWidget) -> None:
        """``view`` is the parent of dialogs."""
        super().__init__()
        self.peer_entry = PeerEntry(state)
        self.peer_setup = PeerSetup(theme, tasks, access, self.peer_entry, view)
        self.patient_name = Field(self.tr("Patient name"), _anything, hint=self.tr("DOE^J or *JANE*"))
        self.patient_id = Field(self.tr("Patient ID"), _anything)
        self.study_date = Field(self.tr("Study date"), _anything, hint="20260101-20261231")
        self.primary = PrimaryButton(theme, self.primary_wanted.emit)
        fields = (
            (self.tr("&Name"), self.patient_name, 120, 260),
            (self.tr("&ID"), self.patient_id, 80, 140),
            (self.tr("&Date"), self.study_date, 120, 180),
        )
        top = row_of((self.peer_entry, 10), self.peer_setup.button, 1, self.primary)
        column_of(top, line_of_fields(fields), inside=self, spacing=8)
        for field in (self.patient_name, self.patient_id, self.study_date):
            field.returnPressed.connect(self.primary_wanted)
        self.show_state(is_asking=False)

    def form(self) -> QueryForm:
        """Return what is asked for."""
        return QueryForm(
            patient_name=self.patient_name.value(),
            patient_id=self.patient_id.value(),
            study_date=self.study_date.value(),
        )

    def show_state(self, *, is_asking: bool) -> None:
        """Say what the button does now."""
        if is_asking:
            self.primary.show_action(self.tr("Stop"), "stop", self.tr("Ask the peer to stop (Escape)"))
        else:
            self.primary.show_action(self.tr("Query"), "query", self.tr("Ask the peer (Ctrl+Return)"))


def _anything(_text: str) -> str:
    return ""
