"""The bar below the results: to where, by which method, and the button that retrieves."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QStackedWidget, QWidget

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import menu_button, plain_button
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field, word_before
from dicomdesk.gui.entries.checks import ae_title_problem, folder_problem
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.models.found_entities import FoundEntity
from dicomdesk.gui.panels.band import Band
from dicomdesk.gui.peers.choice import PeerChoice
from dicomdesk.gui.retrieve.errand import Target
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.theme import MARGIN, Theme
from dicomdesk.records import dataclass

METHODS = (RetrieveMethod.AUTOMATIC, RetrieveMethod.GET, RetrieveMethod.MOVE)
_HERE, _ELSEWHERE = range(2)
_LEAST_FOLDER, _WIDEST_FOLDER = 84, 420


def _say(text: str) -> str:
    return QCoreApplication.translate("retrieve_bar", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarState:
    """What the bar says; the words of a first start."""

    to_here: bool = True
    folder: str = ""
    destination: str = ""


class RetrieveBar(Band):
    """Tells what is wanted and does nothing of it."""

    retrieve_wanted = Signal()
    folder_wanted = Signal()
    """The user wants to choose the folder."""
    folder_changed = Signal()
    """Another folder stands in its field, and is finished."""
    archive_wanted = Signal()
    """The user wants to choose an archive of this machine, whose instances count as here."""
    archive_unwanted = Signal()
    clear_wanted = Signal()
    """Retrieves that are over are to be taken off the list."""
    shows_jobs = Signal(bool)
    """Whether the retrieves are to be shown."""
    state_changed = Signal()

    def __init__(self, theme: Theme, peers: PeerStore, state: BarState) -> None:
        super().__init__(theme)
        self._theme = theme
        self.place = Combo(theme, [self.tr("here, into"), self.tr("to a peer")])
        self.place.setAccessibleName(self.tr("To where"))
        self.folder = Field(
            self.tr("Folder that instances come to"), folder_problem, text=state.folder, hint=self.tr("folder")
        )
        self.folder.setMinimumWidth(_LEAST_FOLDER)
        self.folder.setMaximumWidth(_WIDEST_FOLDER)
        self.destination = Field(
            self.tr("AE title that the peer knows"),
            ae_title_problem,
            text=state.destination,
            hint=self.tr("AE title, as the source knows it"),
        )
        self.destination.setMaximumWidth(220)
        self.known = PeerChoice(theme, peers, keeps_word=False)
        self.again = QAction(self.tr("Fetch again what lies there already"), self)
        self.choose = menu_button(theme, "", "folder", self._folder_menu(), self.tr("Folder, and what counts as here"))
        self.method = Combo(theme, [self.tr("automatic"), "C-GET", "C-MOVE"])
        self.method.setAccessibleName(self.tr("Method"))
        self.button = plain_button(
            theme,
            self.tr("&Retrieve"),
            "receive",
            self.retrieve_wanted.emit,
            self.tr("Retrieve what is selected (Ctrl+R)"),
        )
        self.jobs = plain_button(theme, self.tr("Retrieves"), "chevron-down", lambda: None)
        self.jobs.setCheckable(True)
        self.jobs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.jobs.toggled.connect(self.shows_jobs)
        self.jobs.toggled.connect(self._draw_jobs)
        self.clear = plain_button(
            theme, "", "clear", self.clear_wanted.emit, self.tr("Take finished retrieves off the list")
        )
        self._places = QStackedWidget()
        self._lay_out()
        self.place.setCurrentIndex(_HERE if state.to_here else _ELSEWHERE)
        self.place.currentIndexChanged.connect(self._on_place)
        self.folder.editingFinished.connect(self.folder_changed)
        self.known.chosen.connect(self._on_known)
        for field in (self.folder, self.destination):
            field.checked.connect(self.state_changed)
        self._on_place()
        self.show_selection(())

    def target(self) -> Target | None:
        """Return where to, None where what is typed is wrong; the field shows it then."""
        if self.is_here:
            return Target(folder=self.folder_path()) if self.folder.insist() else None
        return Target(destination=self.destination.value()) if self.destination.insist() else None

    @property
    def is_here(self) -> bool:
        """Whether instances are to come to this machine."""
        return self.place.currentIndex() == _HERE

    def folder_path(self) -> Path:
        """Return the folder as it is typed."""
        return Path(self.folder.value()).expanduser()

    def chosen_method(self) -> RetrieveMethod:
        """Return the method; only C-MOVE sends to others."""
        return METHODS[self.method.currentIndex()] if self.is_here else RetrieveMethod.MOVE

    def state(self) -> BarState:
        """Return what is to be remembered."""
        return BarState(to_here=self.is_here, folder=self.folder.value(), destination=self.destination.value())

    def show_selection(self, entities: Sequence[FoundEntity]) -> None:
        """Say on the button what would be retrieved."""
        self.button.setEnabled(bool(entities))
        counts = [entity.instances for entity in entities]
        known = sum(count for count in counts if count is not None)
        words = wording.instances_text(known) if entities and None not in counts else ""
        tip = self.tr("Retrieve what is selected (Ctrl+R)") if entities else self.tr("Select what is to be retrieved")
        self.button.setToolTip(wording.plain_tip(f"{tip}: {words}" if words else tip))

    def show_jobs(self, running: int, problems: int, total: int, *, waiting: int = 0) -> None:
        """Say how many retrieves there are; those that wait are told apart from those that run."""
        self.jobs.setVisible(total > 0)
        self.clear.setVisible(total > running + waiting)
        if running or waiting:
            counts = ((running, self.tr("{count} running")), (waiting, self.tr("{count} waiting")))
            text = ", ".join(word.format(count=wording.count_text(count)) for count, word in counts if count)
        elif problems:
            text = wording.plural(problems, self.tr("{count} problem"), self.tr("{count} problems"))
        else:
            text = wording.plural(total, self.tr("{count} retrieve"), self.tr("{count} retrieves"))
        if self.jobs.accessibleName() != text:
            self.jobs.setText(f" {text}")
            self.jobs.setAccessibleName(text)

    def _lay_out(self) -> None:
        here = QWidget()
        row_of((self.folder, 10), self.choose, 1, inside=here)
        there = QWidget()
        row_of((self.destination, 10), self.known, 1, inside=there)
        self._places.addWidget(here)
        self._places.addWidget(there)
        self._places.setMaximumHeight(self.folder.sizeHint().height() + 2)
        line = row_of(
            self.button,
            self.place,
            (self._places, 1),
            word_before(self.tr("b&y"), self.method),
            self.method,
            self.jobs,
            self.clear,
        )
        column_of(line, inside=self, margins=(MARGIN, 8, MARGIN, 8))

    def _folder_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(self.tr("Choose the folder…"), self.folder_wanted.emit)
        self.again.setCheckable(True)
        menu.addAction(self.again)
        menu.addSeparator()
        menu.addAction(self.tr("Count as here what an archive has…"), self.archive_wanted.emit)
        menu.addAction(self.tr("Count what is in the folder only"), self.archive_unwanted.emit)
        return menu

    def _on_place(self) -> None:
        self._places.setCurrentIndex(self.place.currentIndex())
        self.method.setEnabled(self.is_here)
        tip = self.tr("Automatic takes what the peer can; a row of the retrieves says which method, and why")
        self.method.setToolTip(
            wording.plain_tip(tip if self.is_here else self.tr("Only C-MOVE has a peer send to others"))
        )
        self.state_changed.emit()

    def _on_known(self, peer: object) -> None:
        if isinstance(peer, KnownPeer):
            self.destination.setText(peer.ae_title)

    def _draw_jobs(self) -> None:
        self._theme.keep_icon(self.jobs, "chevron-down" if self.jobs.isChecked() else "chevron-right")
