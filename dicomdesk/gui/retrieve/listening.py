"""The listener that takes what C-MOVEs bring: the one that runs, or one that is started for as long as it is needed."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject

from dicomdesk.engine.events import Event
from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.engine.retrieve.request import RunningListener
from dicomdesk.errors import CancelledError, DicomdeskError, SettingsError
from dicomdesk.gui.retrieve.errand import OpenListener
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerTerms:
    """How this machine listens, or would listen."""

    ae_title: str
    request: ReceiveRequest


class ListenerSource(Protocol):
    """Who knows how this machine listens: the Receive view."""

    def listener_terms(self) -> ListenerTerms | None:
        """Return what holds now, None where something that was typed is wrong."""
        ...

    def prepare_listener(self) -> Awaitable[ReceiveRequest | None]:
        """Return the request with its secrets, which may be asked for; None where that was given up."""
        ...


class TakesArrivals(Protocol):
    """A job that counts what a listener reports."""

    def note_arrival(self, event: Event) -> None:
        """Take a fact; any thread."""
        ...


class Ear:
    """Hands the listener's facts to a job, those too that came before the job was known. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._job: TakesArrivals | None = None
        self._early: list[Event] = []

    def take(self, event: Event) -> None:
        """Take a fact of the listener."""
        with self._lock:
            if self._job is None:
                self._early.append(event)
            else:
                self._job.note_arrival(event)

    def give_to(self, job: TakesArrivals) -> None:
        """From now on the job is told."""
        with self._lock:
            for event in self._early:
                job.note_arrival(event)
            self._early.clear()
            self._job = job


class SharedListener(QObject):
    """One listener for all C-MOVEs to here. For the Qt thread.

    It is stopped when the last retrieve that needs it is over, unless somebody else has started it.
    """

    def __init__(self, session: Session, tasks: Tasks, source: ListenerSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._source = source
        self._users = 0
        self._own: OpenListener | None = None
        """The one that was started for retrieves."""
        self._turn = asyncio.Lock()
        self._released = asyncio.Event()

    def running(self) -> OpenListener | None:
        """Return the listener that runs, whoever has started it."""
        if not self._session.is_receiving or self._session.is_stopping_receive:
            return None
        terms = self._source.listener_terms()
        if self._own is not None or terms is None:
            return self._own
        return _open_listener(terms.ae_title, terms.request, self._session)

    def listen_as(self) -> tuple[str, int] | None:
        """Return our AE title and the port that we listen on, or would listen on; None where nobody can know."""
        terms = self._source.listener_terms()
        return (terms.ae_title, self._session.listening_port or terms.request.port) if terms is not None else None

    async def acquire(
        self, folder: Path, waits: Callable[[str], object], is_wanted: Callable[[], bool] = lambda: True
    ) -> OpenListener:
        """Return a listener that stores into the folder, starting one where none runs; see ``release``.

        ``waits`` is told why where another retrieve has to end first; ``is_wanted`` is asked again after
        ``look_again``. Raises DicomdeskError where there cannot be one, CancelledError where none is wanted any more.
        """
        async with self._turn:
            while True:
                await self._until_stopped()
                if not is_wanted():
                    raise CancelledError("The retrieve was cancelled")
                found = self.running()
                if found is None:
                    found = await self._start(folder)
                if found.folder == folder:
                    self._users += 1
                    return found
                if self._own is None:
                    raise SettingsError(_other_folder(self, found.folder, folder))
                self._released.clear()
                said = self.tr("Waiting for another retrieve, whose listener stores into {folder}")
                waits(said.format(folder=found.folder))
                await self._released.wait()

    def look_again(self) -> None:
        """Have who waits look whether it is still wanted."""
        self._released.set()

    def release(self) -> None:
        """A retrieve does not need the listener any more."""
        self._users -= 1
        if self._users == 0 and self._own is not None:
            self._own = None
            self._session.stop_listening()
        if self._users == 0:
            self._released.set()

    async def _start(self, folder: Path) -> OpenListener:
        terms = self._source.listener_terms()
        if terms is None:
            raise SettingsError(
                self.tr("Nothing can listen here: mend AE title, port and folder in the Receive view first.")
            )
        request = await self._source.prepare_listener()
        if request is None:
            raise SettingsError(self.tr("Nothing listens here, since the listener's key was not opened."))
        request = replace(request, storage=replace(request.storage, folder=folder))
        begun = self._tasks.promise()
        self._tasks.start(self._listen(request, begun))
        await begun
        self._own = _open_listener(terms.ae_title, request, self._session)
        return self._own

    async def _until_stopped(self) -> None:
        """A listener that is stopping holds the port until it has stopped."""
        stopped = asyncio.Event()

        def look() -> None:
            if not self._session.is_stopping_receive:
                stopped.set()

        self._session.changed.connect(look)
        try:
            look()
            await stopped.wait()
        finally:
            self._session.changed.disconnect(look)

    async def _listen(self, request: ReceiveRequest, begun: "asyncio.Future[None]") -> None:
        def look() -> None:
            if self._session.is_receiving and not begun.done():
                begun.set_result(None)

        self._session.changed.connect(look)
        try:
            await self._session.listen(request)
        except DicomdeskError as error:
            if begun.done():
                raise
            begun.set_exception(error)
        finally:
            self._session.changed.disconnect(look)
            self._own = None


def _open_listener(ae_title: str, request: ReceiveRequest, session: Session) -> OpenListener:
    running = RunningListener(
        port=session.listening_port,
        address=request.address,
        has_tls=request.acceptance.tls is not None,
        catch_up=session.catch_up,
    )
    return OpenListener(ae_title=ae_title, folder=request.storage.folder, running=running)


def _other_folder(owner: QObject, listening: Path, wanted: Path) -> str:
    return owner.tr(
        "The listener of the Receive view stores into {listening}, not into {wanted}. Choose that folder, stop "
        "listening in Receive, or retrieve by C-GET."
    ).format(listening=listening, wanted=wanted)
