"""What the peer that is typed is asked: for a sign of life, and for its connection step by step."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk import human
from dicomdesk.engine.check.requests import EchoRequest
from dicomdesk.errors import AssociationRejectedError, DicomdeskError
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.panes.peer_setup import PeerSetup
from dicomdesk.gui.security.credentials import PreparedPeer
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone

__all__ = ["PeerQuestions"]


class PeerQuestions(QObject):
    """Asks, one echo at a time. For the Qt thread."""

    answered = Signal(object)
    """Details of what came of it."""
    changed = Signal()
    """An echo was answered, or not."""

    def __init__(self, theme: Theme, session: Session, tasks: Tasks, setup: PeerSetup, view: QWidget) -> None:
        """``setup`` knows the peer; ``view`` is the parent of dialogs."""
        super().__init__(view)
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._setup = setup
        self._view = view
        self.is_echoing = False
        """Whether an answer is waited for."""

    def test(self) -> None:
        """Check the connection step by step."""
        self._setup.reach(self.test_prepared)

    def echo(self) -> None:
        """Ask the peer for a sign of life."""
        if not self.is_echoing:
            self._setup.reach(self._begin_echo)

    def test_prepared(self, prepared: PreparedPeer) -> None:
        """Check the connection to a peer whose secrets are at hand."""
        from dicomdesk.gui.dialogs.check import CheckDialog  # noqa: PLC0415 - loaded when it is opened

        dialog = CheckDialog(self._theme, self._session, self._tasks, self._view)
        dialog.checked.connect(lambda result: self._setup.keep_check(prepared, result))
        dialog.show()
        dialog.start(prepared.peer, self._setup.association(prepared))

    def _begin_echo(self, prepared: PreparedPeer) -> None:
        self._tasks.start(self._echo(prepared))

    async def _echo(self, prepared: PreparedPeer) -> None:
        name = human.printable(str(prepared.peer))
        self.is_echoing = True
        self.answered.emit(Details(title=self.tr("Asking {peer}…").format(peer=name), icon="echo", tone=Tone.ACTIVE))
        try:
            result = await self._session.echo(
                EchoRequest(peer=prepared.peer, association=self._setup.association(prepared))
            )
            self.answered.emit(send_details.describe_echo(result, name))
            if isinstance(result.error, AssociationRejectedError):
                self._setup.forget_passcode()
        except DicomdeskError as error:
            self.answered.emit(send_details.describe_echo_failure(error, name))
        finally:
            self.is_echoing = False
            self.changed.emit()
