"""Flow of receiving, without widgets: the listener, the studies that arrive, the free disk."""

import shutil
from functools import partial
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from dicomdesk import human
from dicomdesk.engine.events import (
    AssociationAccepted,
    AssociationFailed,
    AssociationReceived,
    Event,
    ItemFinished,
    Notice,
    NoticeLevel,
    RequestFailed,
    StudySettled,
)
from dicomdesk.engine.facts.arrivals import ReceptionSum
from dicomdesk.engine.facts.reception import StorageChanged, StorageState
from dicomdesk.engine.reach.calling_card import find_own_addresses
from dicomdesk.engine.receive.book.day_totals import TotalsFile
from dicomdesk.engine.receive.request import ReceiveRequest
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.models.received_nodes import ReceivedSeries, receive_columns
from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes import receive_details
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.view import WantedAssociation

if TYPE_CHECKING:
    from dicomdesk.engine.host.engine_host import HostFact

LOOK_AT_DISK_EVERY_S = 5
KEEP_TOTALS_EVERY_S = 30
DISK = "disk"
"""Row of the problem of a disk."""


class ReceiveFlow(QObject):
    """Listens, and owns the received studies. For the Qt thread."""

    changed = Signal()
    failed = Signal(Exception)
    """Listening could not be begun, or ended by an error: a DicomdeskError or an OSError."""
    refused = Signal(Details, WantedAssociation)
    """A peer was not let in, or could not be served; and over which association."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._seconds = 0
        self._has_news = False
        """Whether something came since the last tick."""
        self._is_looking = False
        self.model = OutlineModel(receive_columns(), self)
        ask_page = self._ask_page if session.host is not None else None
        self.studies = ReceivedStudies(self.model, session.problems.shelf("receive"), session.book, ask_page)
        self.folder = ""
        """Whose disk is watched."""
        self.free_bytes: int | None = None
        self.addresses: tuple[str, ...] = ()
        """Of this machine, () until they are known."""
        self.storage: StorageChanged | None = None
        """What the listener has told last of its folder."""
        self._totals: TotalsFile | None = None
        self._problems = session.problems.shelf("receive")
        self._asking: dict[int, str] = {}
        """Peers by association that wait for an answer."""
        self._refusals = 0
        self._is_listening = False
        """From the user's wish to listen until that is over."""
        session.received.arrived.connect(self.take)
        session.ticked.connect(self._on_tick)
        session.second_passed.connect(self._on_second)

    @property
    def is_starting(self) -> bool:
        """Whether a listener is wished for that does not listen yet."""
        return self._is_listening and not self._session.is_receiving

    @property
    def is_wanted(self) -> bool:
        """Whether a listener is wished for here, and not by a retrieve alone."""
        return self._is_listening

    def listen(self, request: ReceiveRequest) -> None:
        """Listen, making the folder where it is missing."""
        if not self._is_listening:
            self._is_listening = True
            self._asking.clear()
            self._refusals = 0
            self.changed.emit()
            self._tasks.start(self._listen(request))

    def stop(self) -> None:
        """First call: let associations end. Second call: abort them."""
        self._session.stop_listening()

    def watch_folder(self, folder: str) -> None:
        """Look at the disk of another folder."""
        if folder != self.folder:
            self.folder = folder
            self.look_at_disk()

    def look_at_disk(self) -> None:
        """Learn how much is free, soon."""
        if self.folder and not self._is_looking:
            self._tasks.start(self._look_at_disk(), is_routine=True)

    def take(self, arrivals: "list[Arrival[Event | HostFact]]") -> None:
        """Take note of a batch of events."""
        for arrival in arrivals:
            self.studies.apply(arrival.event, arrival.at)
            if isinstance(arrival.event, ReceptionSum):
                self._take_faults(arrival.event)
            else:
                self._take_refusal(arrival.event)
        self._has_news = True

    def _take_faults(self, told: ReceptionSum) -> None:
        """Tell of instances that our machine kept from being stored, the latest of each study."""
        for study in told.studies:
            if study.fault:
                self._refuse(receive_details.describe_not_stored(study.fault), told.job_id, study.associations[-1])

    def _take_refusal(self, event: "Event | HostFact") -> None:
        """Tell of a peer that did not get an association, or not even as far as asking for one."""
        match event:
            case AssociationReceived(association=association, calling_ae_title=title, peer_host=host):
                self._asking[association] = f"{title}@{host}"
            case AssociationAccepted(association=association):
                self._asking.pop(association, None)
            case AssociationFailed(association=association, reason=reason, advice=advice):
                self._refusals += 1
                peer = self._asking.pop(association, "")
                details = receive_details.describe_refusal(peer, reason, advice, self._refusals)
                self._refuse(details, event.job_id, association)
            case Notice(level=NoticeLevel.ERROR, text=text, peer_host=host):
                self._refuse(receive_details.describe_trouble(text, host), event.job_id)
            case RequestFailed(reason=reason, peer_host=host) if not event.is_bare_connection:
                self._refuse(receive_details.describe_request_failure(reason, host), event.job_id)
            case ItemFinished(fault=fault, association=association) if fault:
                self._refuse(receive_details.describe_not_stored(fault), event.job_id, association)
            case StorageChanged():
                self._on_storage(event)
            case StudySettled(command_exit_code=code) if code:
                self._refuse(receive_details.describe_command_failure(code), event.job_id)
            case _:
                pass

    def _on_storage(self, event: StorageChanged) -> None:
        """Remember how the folder is; what asks for attention is a problem until it is over."""
        self.storage = event
        if event.state is StorageState.OK:
            self._problems.mend(DISK)
        else:
            said = f"{wording.sentence(wording.capitalised(event.text))} {wording.capitalised(event.advice)}"
            self._problems.report(DISK, human.printable(event.folder), human.printable(wording.sentence(said.strip())))

    def keep_totals(self, path: Path) -> None:
        """Go on with the totals of the day that a file has, and keep them there."""
        if self._session.host is not None:
            self._session.host.keep_totals(path)
            return
        self._totals = TotalsFile(path)
        self._tasks.start(self._tasks.run(self._totals.load, self.studies.book))

    def save_totals(self) -> None:
        """Keep the totals of the day, soon."""
        if self._totals is not None:
            self._tasks.start(self._tasks.run(self._totals.save, self.studies.book), is_routine=True)

    def _ask_page(self, series: ReceivedSeries, start: int, most: int) -> None:
        if self._session.host is not None:
            show = partial(self.studies.show_page, series)
            self._session.host.ask_page(series.record, start, most, show)

    def _refuse(self, details: Details, job_id: str, association: int = 0) -> None:
        self.refused.emit(details, WantedAssociation(is_requestor=False, job_id=job_id, number=association))

    async def _listen(self, request: ReceiveRequest) -> None:
        try:
            await self._tasks.run(_make_folder, request.storage.folder)
            self._tasks.start(self._look_at_addresses())
            await self._session.listen(request)
        except (DicomdeskError, OSError) as error:
            self.failed.emit(error)
        finally:
            self._is_listening = False
            self.storage = None
            self._problems.mend(DISK)
            self.changed.emit()

    async def _look_at_addresses(self) -> None:
        self.addresses = await self._tasks.run(find_own_addresses)
        self.changed.emit()

    async def _look_at_disk(self) -> None:
        self._is_looking = True
        try:
            self.free_bytes = await self._tasks.run(_free_bytes, self.folder)
        finally:
            self._is_looking = False
        self.changed.emit()

    def _on_tick(self) -> None:
        self.model.flush()
        if self._has_news:
            self._has_news = False
            self.changed.emit()

    def _on_second(self) -> None:
        self._seconds += 1
        self.studies.measure(time())
        if self._seconds % LOOK_AT_DISK_EVERY_S == 0:
            self.look_at_disk()
        if self._seconds % KEEP_TOTALS_EVERY_S == 0:
            self.save_totals()


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def _free_bytes(folder: str) -> int | None:
    """Free bytes on the disk of the folder, or of the nearest folder above that exists."""
    for path in (Path(folder).absolute(), *Path(folder).absolute().parents):
        try:
            return shutil.disk_usage(path).free
        except OSError:
            continue
    return None
