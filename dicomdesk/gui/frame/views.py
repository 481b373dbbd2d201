"""The views of the window, each of which is built when it is first asked for."""

from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from dicomdesk.gui.view import View
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.gui.archive.pane import ArchivePane
    from dicomdesk.gui.panes.associations import AssociationsPane
    from dicomdesk.gui.panes.receive import ReceivePane
    from dicomdesk.gui.panes.send import SendPane
    from dicomdesk.gui.peers.pane import PeersPane
    from dicomdesk.gui.query.pane import QueryPane
    from dicomdesk.gui.rules.pane import RulesPane
    from dicomdesk.gui.security.credentials import SecurityAccess
    from dicomdesk.gui.session import Session
    from dicomdesk.gui.tasks import Tasks
    from dicomdesk.gui.theme import Theme
    from dicomdesk.gui.window_state import WindowState

ViewT = TypeVar("ViewT", bound=View)

KEYS = ("send", "receive", "query", "archive", "associations", "peers", "rules")
"""Of all views, in the order of the sidebar."""
_MODULES = {
    "send": "dicomdesk.gui.panes.send",
    "receive": "dicomdesk.gui.panes.receive",
    "query": "dicomdesk.gui.query.pane",
    "archive": "dicomdesk.gui.archive.pane",
    "associations": "dicomdesk.gui.panes.associations",
    "peers": "dicomdesk.gui.peers.pane",
    "rules": "dicomdesk.gui.rules.pane",
}
"""Of all views."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewName:
    """What the window says of a view before the view is there."""

    key: str
    word: str
    peer_word: str = ""
    """What the view does with a peer of the address book: "Send to it"; "" for nothing."""
    is_tool: bool = False
    """Whether its commands stand in the Tools menu, and not in that of what is transferred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What views are built with."""

    theme: "Theme"
    session: "Session"
    tasks: "Tasks"
    state: "WindowState"
    access: "SecurityAccess"


class Views(QObject):
    """Builds each view once, and what it needs of others before it. For the Qt thread.

    A new view is a subclass of ``View``, its key, its name and a function here: nothing else of the window names all.
    """

    built = Signal(object)
    """A ``View`` is there."""

    def __init__(self, surroundings: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._around = surroundings
        self._views: dict[str, View] = {}

    def __iter__(self) -> Iterator[View]:
        """Go through the views that have been built, in the order of the sidebar."""
        return iter([self._views[key] for key in KEYS if key in self._views])

    def names(self) -> list[ViewName]:
        """Return what all views are called, in the order of the sidebar."""
        return [
            ViewName(key="send", word=self.tr("Send"), peer_word=self.tr("Send to it")),
            ViewName(key="receive", word=self.tr("Receive")),
            ViewName(key="query", word=self.tr("Query/Retrieve"), peer_word=self.tr("Query it")),
            ViewName(key="archive", word=self.tr("Archive")),
            ViewName(key="associations", word=self.tr("Associations"), is_tool=True),
            ViewName(key="peers", word=self.tr("Peers"), is_tool=True),
            ViewName(key="rules", word=self.tr("Rules"), is_tool=True),
        ]

    def lacking(self) -> list[str]:
        """Return the keys of the views that have not been built."""
        return [key for key in KEYS if key not in self._views]

    def load(self, key: str) -> None:
        """Load what the view with a key is made of; half of what it takes to build it."""
        import_module(_MODULES[key])

    def find(self, key: str) -> View:
        """Return the view with a key, one of ``KEYS``."""
        return getattr(self, key)  # type: ignore[no-any-return] # each key is the name of one

    @cached_property
    def send(self) -> "SendPane":
        """The Send view."""
        from dicomdesk.gui.panes.send import SendPane  # noqa: PLC0415 - loaded when it is built

        around = self._around
        return self._told(SendPane(around.theme, around.session, around.tasks, around.state, around.access))

    @cached_property
    def receive(self) -> "ReceivePane":
        """The Receive view."""
        from dicomdesk.gui.panes.receive import ReceivePane  # noqa: PLC0415 - loaded when it is built

        around = self._around
        return self._told(ReceivePane(around.theme, around.session, around.tasks, around.state, around.access))

    @cached_property
    def query(self) -> "QueryPane":
        """The Query/Retrieve view."""
        from dicomdesk.gui.query.pane import QueryPane  # noqa: PLC0415 - loaded when it is built

        around, source = self._around, self.receive
        return self._told(QueryPane(around.theme, around.session, around.tasks, around.state, around.access, source))

    @cached_property
    def archive(self) -> "ArchivePane":
        """The Archive view."""
        from dicomdesk.gui.archive.pane import ArchivePane  # noqa: PLC0415 - loaded when it is built

        around = self._around
        pane = ArchivePane(around.theme, around.session, around.tasks, around.state, around.access)
        pane.archive_chosen.connect(self._count_archive)
        return self._told(pane)

    def _count_archive(self, path: str) -> None:
        if "query" in self._views:  # else it reads what is remembered
            self.query.retrieve.count_archive(path)

    @cached_property
    def associations(self) -> "AssociationsPane":
        """The Associations view."""
        from dicomdesk.gui.panes.associations import AssociationsPane  # noqa: PLC0415 - loaded when it is built

        return self._told(AssociationsPane(self._around.theme, self._around.session, self._around.tasks))

    @cached_property
    def peers(self) -> "PeersPane":
        """The Peers view."""
        from dicomdesk.gui.peers.pane import PeersPane  # noqa: PLC0415 - loaded when it is built

        around = self._around
        return self._told(PeersPane(around.theme, around.session, around.tasks, around.access))

    @cached_property
    def rules(self) -> "RulesPane":
        """The Rules view."""
        from dicomdesk.gui.rules.pane import RulesPane  # noqa: PLC0415 - loaded when it is built

        around, folder = self._around, self.receive.folder
        return self._told(RulesPane(around.theme, around.session, around.tasks, around.access, folder.value))

    def _told(self, view: ViewT) -> ViewT:
        """Take a view that has just been built, and tell of it."""
        self._views[view.key] = self.__dict__[view.key] = view  # whoever is told may ask for it
        self.built.emit(view)
        return view
