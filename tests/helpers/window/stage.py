"""A window that is shown in one state after the other, fed with events and gauges instead of jobs."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Generic, NoReturn, TypeVar

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import Event, ItemOutcome
from dicomdesk.engine.stats import Progress
from dicomdesk.gui.event_bridge import Arrival, Bridge
from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.security.credentials import Credentials, SecurityAccess
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.security.security_store import SecurityStore
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme
from dicomdesk.gui.window_state import WindowState
from tests.helpers.window import scenes


class StagedSession(Session):
    """A session whose gauges are told to it."""

    sending: Progress | None = None
    receiving: Progress | None = None
    port = 0

    async def begin(self, request: object, sink: object) -> NoReturn:
        raise asyncio.CancelledError  # nothing is begun on a stage

    @property
    def is_sending(self) -> bool:
        return self.sending is not None

    @property
    def is_receiving(self) -> bool:
        return self.receiving is not None

    @property
    def listening_port(self) -> int:
        return self.port

    @property
    def open_associations(self) -> int:
        return sum(progress.associations for progress in (self.sending, self.receiving) if progress is not None)

    def send_progress(self) -> Progress | None:
        return self.sending

    def receive_progress(self) -> Progress | None:
        return self.receiving


SessionT = TypeVar("SessionT", bound=Session)


class AnyStage(Generic[SessionT]):
    """A window that is shown in one state after the other, with a session of some kind."""

    builds_all = True
    """Whether views are there that nobody has looked at yet."""
    gives_sizes = True
    """Whether a dialog is as large as in its picture, whatever the screen has room for."""

    def __init__(self, application: QApplication, theme: Theme, loop: asyncio.AbstractEventLoop) -> None:
        self._application = application
        self._loop = loop
        self.theme = theme
        self.tasks = Tasks(loop)
        self.session = self._make_session()
        state = WindowState(
            peer_ae_title="PACS",
            peer_host="pacs.example",
            calling_ae_title="WS1",
            listen_ae_title="WS1",
            listen_folder="/home/ws1/DICOM",
        )
        self.state = state
        self.store = SecurityStore()
        self.peers = PeerStore()
        self.window = self._make_window(state)
        self.shown: QWidget | None = None
        """A dialog that is shown instead of the window."""

    def _make_session(self) -> SessionT:
        raise NotImplementedError

    def _make_window(self, state: WindowState) -> MainWindow:
        access = SecurityAccess(store=self.store, peers=self.peers, credentials=Credentials(self.tasks))
        window = MainWindow(self.theme, self.session, self.tasks, state, access)
        if self.builds_all:
            window.build_all()
        window.receive.flow.free_bytes = 81_000_000_000
        window.receive.flow.addresses = ("10.1.4.9",)
        return window

    def show(self, size: tuple[int, int]) -> None:
        """Show the window in a size."""
        self.window.resize(*size)
        self.window.show()

    def settle(self) -> None:
        """Let everything be drawn."""
        self.session.ticked.emit()
        self._application.processEvents()
        self.session.ticked.emit()
        self._application.processEvents()

    def shoot(self, path: Path) -> None:
        """Write what the window looks like."""
        self.settle()
        if not (self.shown or self.window).grab().save(str(path)):
            raise OSError(f"cannot write {path}")

    def close(self) -> None:
        """End the window."""
        if self.shown is not None:
            self.shown.close()
        self.window.leave()
        self._loop.run_until_complete(self.tasks.finish(1.0))
        for owner in (self.window, self.session):
            owner.deleteLater()
            QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete.value)


class Stage(AnyStage[StagedSession]):
    """A window whose gauges are told to it."""

    def _make_session(self) -> StagedSession:
        return StagedSession(Engine(), Bridge(self._loop), self.tasks)


def just_now(events: list[Event]) -> list[Arrival[Event]]:
    """The events as the bridge delivers them, one after the other until now."""
    now = time.time()
    return [Arrival(now - 0.01 * number, event) for number, event in enumerate(reversed(events), 1)][::-1]


def progress(done: int, total: int, size_done: int, size_total: int, rate: float = 41e6) -> Progress:
    """Gauges of a job."""
    return Progress(
        items_total=total,
        items_done=done,
        bytes_total=size_total,
        bytes_done=size_done,
        bytes_per_s=rate,
        items_per_s=80.0,
        seconds_left=(size_total - size_done) / rate if size_total else None,
        associations=1,
    )


Shown = TypeVar("Shown", bound=QWidget)


def show_dialog(stage: Stage, dialog: Shown, size: tuple[int, int] | None = None) -> Shown:
    """Show a dialog instead of the window, in a size where one is given and the stage gives sizes."""
    stage.shown = dialog
    if size is not None and stage.gives_sizes:
        dialog.resize(*size)
    dialog.show()
    return dialog


def show_received(stage: Stage) -> None:
    """Two studies come in, and a few of their instances are refused."""
    now = time.time()
    headers = [h for h in scenes.usual_headers() if h.patient_name in {"DOE^JANE", "IVANOV^PETR"}]
    events = [*scenes.incoming(1), *scenes.incoming(2, calling="MR2", host="mr2.example")]
    for index, item in enumerate(headers[:300]):
        events.append(
            scenes.finished(item, index, path=f"/home/ws1/DICOM/CT.{index}", association=1, job_id=scenes.RECEIVE_JOB)
        )
    for index, item in enumerate(headers[-120:]):
        is_refused = index >= 117
        events.append(
            scenes.finished(
                item,
                index,
                ItemOutcome.REFUSED if is_refused else ItemOutcome.STORED,
                path="" if is_refused else f"/home/ws1/DICOM/MR.{index}",
                association=2,
                job_id=scenes.RECEIVE_JOB,
                status=0xA700 if is_refused else 0,
                reason="The disk has less room left than is kept free" if is_refused else "",
            )
        )
    arrivals = [Arrival(now - 12 + 0.01 * n, event) for n, event in enumerate(events)]
    arrivals.append(Arrival(now - 1, scenes.released(scenes.RECEIVE_JOB, 2)))
    stage.session.received.arrived.emit(arrivals)
    stage.session.port = 11112
    stage.session.receiving = replace(progress(420, 0, 190_000_000, 0, 12.4e6), associations=1)
    stage.session.second_passed.emit()
    stage.session.changed.emit()
