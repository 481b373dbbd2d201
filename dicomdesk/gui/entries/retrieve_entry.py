"""How a peer is asked for studies, and how they come from it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from dicomdesk.engine.peers.known_peer import LONGEST_CHARACTER_SET, KnownPeer
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.entries.checks import optional_ae_title_problem
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.theme import Theme

_METHODS = (RetrieveMethod.AUTOMATIC, RetrieveMethod.MOVE, RetrieveMethod.GET)


def method_word(method: RetrieveMethod) -> str:
    """Return what a retrieve method is called; "" for the automatic choice."""
    return {RetrieveMethod.AUTOMATIC: "", RetrieveMethod.MOVE: "C-MOVE", RetrieveMethod.GET: "C-GET"}[method]


class RetrieveEntry(QWidget):
    """Fields for the character set of queries, the retrieve method and the destination of a C-MOVE."""

    changed = Signal()

    def __init__(self, theme: Theme, peer: KnownPeer) -> None:
        super().__init__()
        words = [self.tr("Automatic, by what the peer supports"), method_word(_METHODS[1]), method_word(_METHODS[2])]
        self.method: QComboBox = Combo(theme, words)
        self.method.setAccessibleName(self.tr("Retrieve method"))
        self.method.setCurrentIndex(_METHODS.index(peer.retrieve_method))
        self.destination = Field(
            self.tr("Destination of a C-MOVE, as the peer knows it"),
            optional_ae_title_problem,
            text=peer.move_destination,
            hint=self.tr("our own AE title"),
        )
        self.character_set = Field(
            self.tr("Character set of queries"),
            lambda _text: "",
            text=peer.character_set,
            hint=self.tr("ISO_IR 192, or ISO_IR 100, as the peer wants it"),
        )
        self.character_set.setMaxLength(LONGEST_CHARACTER_SET)
        form = Form(is_in_fold=True)
        form.add(self.tr("Retrieve by"), self.method)
        form.add(self.tr("Move to"), self.destination)
        form.add(self.tr("Character set"), self.character_set)
        column_of(form, inside=self)
        self.method.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.destination.checked.connect(self.changed)
        self.character_set.checked.connect(self.changed)

    def retrieve_method(self) -> RetrieveMethod:
        """Return the method."""
        return _METHODS[self.method.currentIndex()]

    def summary(self) -> str:
        """A few words on what is entered."""
        parts = [method_word(self.retrieve_method()), self.character_set.value()]
        if self.destination.value():
            parts.insert(1, self.tr("to {destination}").format(destination=self.destination.value()))
        return ", ".join(part for part in parts if part) or self.tr("automatic")
