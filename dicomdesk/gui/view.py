"""Views as the main window knows them: word, badge, rows with problems, figures, and state to remember."""

from collections.abc import Callable, Hashable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.panels.status_strip import Figures
from dicomdesk.gui.preferences.preferences import Preferences
from dicomdesk.gui.window_state import WindowState
from dicomdesk.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """The count beside a view's word in the sidebar."""

    count: int = 0
    """0 shows none."""
    is_alarming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAssociation:
    """An association that is to be shown; the latest in its direction where it is not known."""

    is_requestor: bool
    """Whether we asked for it, or a peer."""
    job_id: str = ""
    number: int = 0
    """Within the job; 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerUse:
    """What a view does with a peer of the address book."""

    word: str
    icon: str
    run: Callable[[KnownPeer], None]


class View(QWidget):
    """One view of the window. For the Qt thread; the window asks at each tick, so nothing here may be slow.

    What can be done in it whatever is selected is offered as commands (``commands.command``): the menu bar shows them.
    A new view is a subclass and one more entry in ``frame.views``: nothing else of the window names all views.
    """

    state_changed = Signal()
    """Something worth remembering has changed."""
    association_wanted = Signal(object)
    """A ``WantedAssociation`` is to be shown."""
    sending_wanted = Signal(list, object)
    """Files, by their paths, are to be sent to a ``KnownPeer``."""
    peers_wanted = Signal()
    """The address book is to be shown."""

    key = ""
    """Name of the icon; also what is kept of which view is open."""

    def badge(self) -> Badge:
        """Return what the sidebar shows."""
        return Badge()

    def show_problem(self, row: Hashable) -> None:
        """Show a row that was reported to ``session.problems.shelf(key)``, whatever is filtered or folded."""

    def end(self) -> None:
        """The window closes: end what nobody waits for any more. May be called twice."""

    def closing_words(self) -> str:
        """Return what closing the window would break off or leave waiting, and what becomes of it; "" for nothing."""
        return ""

    def add_figures(self, figures: Figures) -> Figures:
        """Return the figures of the status line with what this view knows of them."""
        return figures

    def take_peer(self, peer: KnownPeer) -> None:
        """Choose a peer of the address book."""

    def prefer(self, preferences: Preferences) -> None:
        """Take what the user prefers: told once when the view is there, and at each change."""

    def adopt(self, state: WindowState) -> None:
        """Take what of the state was changed in the settings of the program."""

    def remember(self, state: WindowState) -> WindowState:
        """Return the window's state with what this view wants to remember."""
        return state
