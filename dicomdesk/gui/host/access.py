"""Access of the window to the engine's process: everything that may wait happens on a worker thread."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from PySide6.QtCore import QObject, Signal

from dicomdesk.engine.events import Event
from dicomdesk.engine.host.book_mirror import BookMirror
from dicomdesk.engine.host.desk.condenser import KeptMessage
from dicomdesk.engine.host.engine_host import LOOKS_UNTIL_SILENT, EngineHost, HostFact
from dicomdesk.engine.receive.book.book_news import BookLost, BookNews
from dicomdesk.engine.receive.book.records import BookedFile, BookedSeries
from dicomdesk.errors import HostLostError
from dicomdesk.gui.event_bridge import Arrival, Channel
from dicomdesk.gui.tasks import Tasks

__all__ = ["AssociationId", "HostAccess"]

LOOK_EVERY_S = 3
"""How often it is looked whether the process answers."""
_TELL_AGAIN_LOOKS = 20


class AssociationId(NamedTuple):
    """An association of a job of the process."""

    job_id: str
    number: int
    is_requestor: bool


class HostAccess(QObject):
    """Begins and asks the process, and keeps what is known of its arrival book. For the Qt thread, but ``host``."""

    silent = Signal(str)
    """The process does not answer, in words, told anew from time to time; or, "", it does again, or is gone."""

    def __init__(self, channel: Channel, tasks: Tasks, parent: QObject | None = None) -> None:
        """``channel`` carries what the process tells of receiving."""
        super().__init__(parent)
        self._tasks = tasks
        self.host = EngineHost()
        self.host.told = channel.sink
        self.book = BookMirror(self.host)
        self._seconds = 0
        self._is_silent = False
        channel.arrived.connect(self._on_arrived)

    def begin(self) -> None:
        """Have the process begun, before it is needed."""

        async def begin() -> None:
            await self._tasks.run(self.host.begin)

        self._tasks.start(begin())

    def look_after(self) -> None:
        """See now and then whether the process answers; called once a second."""
        self._seconds += 1
        if self._seconds % LOOK_EVERY_S:
            return
        unanswered = self.host.look_after()
        if unanswered >= LOOKS_UNTIL_SILENT:
            self._is_silent = True
            if (unanswered - LOOKS_UNTIL_SILENT) % _TELL_AGAIN_LOOKS == 0:
                self.silent.emit(self._silence_words(LOOK_EVERY_S * unanswered))
        elif self._is_silent:
            self._is_silent = False
            self.silent.emit("")

    def _silence_words(self, seconds: int) -> str:
        return self.tr(
            "The process that sends and receives has not answered for {seconds} seconds. It may be waiting for a disk "
            "or a share that does not answer. If it is begun anew, nothing is lost: what was acknowledged is in the "
            "folder, and what waits is in the journal and goes on."
        ).format(seconds=seconds)

    def begin_anew(self) -> None:
        """End the process, which does not answer; another takes up what it was at.

        Not on a worker thread: all of them may wait for that process.
        """
        self.host.give_up()

    def keep_totals(self, path: Path) -> None:
        """Go on with the totals of the day that a file has, and keep them there."""

        async def keep() -> None:
            await self._tasks.run(self.host.at_begin, "keep_totals", path)

        self._tasks.start(keep())

    def ask_page(self, series: BookedSeries, start: int, most: int, take: Callable[[list[BookedFile]], None]) -> None:
        """Have files of a series given to ``take``, when they are known; see ``ArrivalBook.latest_files``."""

        async def ask() -> None:
            try:
                take(await self._tasks.run(self.book.latest_files, series, start, most))
            except HostLostError:
                take([])

        self._tasks.start(ask())

    def ask_messages(
        self, association: AssociationId, after: int, take: Callable[[int, Sequence[KeptMessage]], None]
    ) -> None:
        """Have ``take`` told how many messages an association had, and those kept after so many; see ``Condenser``."""
        operation = "sent_messages" if association.is_requestor else "messages"

        async def ask() -> None:
            try:
                found = await self._tasks.run(self.host.ask, operation, association.job_id, association.number, after)
            except HostLostError:
                take(0, ())
            else:
                take(*cast(tuple[int, tuple[KeptMessage, ...]], found))

        self._tasks.start(ask())

    def _on_arrived(self, arrivals: "list[Arrival[Event | HostFact]]") -> None:
        for arrival in arrivals:
            if isinstance(arrival.event, BookNews):
                self.book.take_news(arrival.event)
            elif isinstance(arrival.event, BookLost):
                self.book.clear()
