"""Flow of sending, without widgets: scan of what was dropped, transfer of what waits."""

from collections import Counter

from PySide6.QtCore import QObject, Signal

from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.events import Event, ItemFinished, ItemOutcome, JobOutcome
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import AssociationRejectedError, DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.input_scan import InputScan, selection_of
from dicomdesk.gui.models.send_nodes import GroupNode, InstanceNode, send_columns
from dicomdesk.gui.models.send_queue import SendQueue, instances_below
from dicomdesk.gui.outline.model import Node, OutlineModel
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Tone
from dicomdesk.settings import AssociationSettings, Decompression, Peer

RETRIES = 2
"""After transient failures, before an instance counts as failed."""


class SendFlow(QObject):
    """Scans, sends, and owns the queue. For the Qt thread."""

    changed = Signal()
    """A scan or a job began, went on or ended."""
    told = Signal(Details)
    """Something that the user should read now."""
    scanned = Signal(int)
    """A scan is over: how many instances wait now."""
    completed = Signal()
    """A job is over that was neither cancelled nor ended by an error."""
    rejected = Signal()
    """The peer would not associate with us."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._scans = 0
        self._ended_bytes = 0
        self.model = OutlineModel(send_columns(), self)
        self.queue = SendQueue(self.model, session.problems.shelf("send"))
        self.report: Report | None = None
        """Of the last job that is over."""
        self.peer_name = ""
        """AE title that was last sent to."""
        self._peers: dict[str, str] = {}
        """AE titles that were sent to, by job."""
        self.parallel = 1
        """Associations at once."""
        session.sent.arrived.connect(self.take)
        session.ticked.connect(self._on_tick)

    @property
    def is_scanning(self) -> bool:
        """Whether something dropped is still being read."""
        return self._scans > 0

    def add(self, paths: list[str]) -> None:
        """List what lies at ``paths``, as it is found."""
        self._scans += 1
        self.changed.emit()
        self._tasks.start(self._scan(tuple(paths)))

    def request(self, peer: Peer, association: AssociationSettings, decompression: Decompression) -> SendRequest | None:
        """Return the request for all that waits, None where nothing waits."""
        waiting = self.queue.waiting()
        if not waiting:
            return None
        return SendRequest(
            peer=peer,
            inputs=selection_of(()),
            found=tuple(instance.found for instance in waiting),
            association=association,
            decompression=decompression,
            halt_on_error=False,
            fallback_contexts=True,
            parallel=self.parallel,
            retries=RETRIES,
        )

    def start(self, peer: Peer, association: AssociationSettings, decompression: Decompression) -> None:
        """Send all that waits."""
        request = self.request(peer, association, decompression)
        if request is not None and not self._session.is_sending:
            self.peer_name = peer.ae_title
            self._tasks.start(self._send(request))

    def cancel(self) -> None:
        """First call: end after the current instance. Second call: abort."""
        self._session.cancel_sending()

    def take(self, arrivals: list[Arrival[Event]]) -> None:
        """Take note of a batch of events."""
        for arrival in arrivals:
            event = arrival.event
            self._peers.setdefault(event.job_id, self.peer_name)
            if isinstance(event, ItemFinished) and event.outcome is not ItemOutcome.NOT_SENT:
                self._ended_bytes += event.size_bytes
            self.queue.apply(event)

    def peer_of(self, node: Node) -> str:
        """Return the AE title of the peer that what is told of a row concerns, "" where it was sent to several."""
        states = (node.state,) if isinstance(node, InstanceNode) else _loudest(node)
        told = (each for each in instances_below(node)[: send_details.MOST_LOOKED_AT] if each.state in states)
        names = {self._peers.get(each.job_id, "") for each in told}
        return names.pop() if len(names) == 1 else ""

    def problems(self) -> int:
        """Return the count of instances that ask for attention."""
        counts = self.queue.counts
        return sum(counts[state] for state in PROBLEMS)

    async def _scan(self, paths: tuple[str, ...]) -> None:
        skipped_before, total_before = self.queue.skipped, self.queue.total
        scanning = InputScan(paths)
        try:
            while True:
                batch = await self._tasks.run(scanning.read)
                if not batch:
                    break
                self.queue.add(batch)
                self.changed.emit()
        finally:
            scanning.cancel()  # where the window closes before the scan is over
            self._scans -= 1
            self.model.flush()
            self.changed.emit()
        if self.queue.total == total_before and self.queue.skipped > skipped_before:
            self.told.emit(_nothing_found(self.queue.skipped - skipped_before))
        if not self.is_scanning:
            self.scanned.emit(len(self.queue.waiting()))

    async def _send(self, request: SendRequest) -> None:
        self._ended_bytes = 0
        try:
            result = await self._session.send(request)
        except DicomdeskError as error:
            self.told.emit(send_details.describe_result({}, error, self.peer_name, is_cancelled=False))
            return
        finally:
            self.model.flush()
            self.changed.emit()
        self.report = result.report
        is_cancelled = result.outcome is JobOutcome.CANCELLED
        failure = result.error if result.outcome is JobOutcome.FAILED else None
        if isinstance(failure, AssociationRejectedError):
            self.rejected.emit()
        counts = Counter(item.outcome for item in result.report.items)
        self.told.emit(send_details.describe_result(counts, failure, self.peer_name, is_cancelled=is_cancelled))
        self.changed.emit()
        if result.outcome is JobOutcome.COMPLETED:
            self.completed.emit()

    def _on_tick(self) -> None:
        progress = self._session.send_progress()
        if progress is not None:
            self.queue.take_gauges(max(progress.bytes_done - self._ended_bytes, 0), progress.bytes_per_s)
        self.model.flush()


def _loudest(node: Node) -> tuple[ItemState, ...]:
    """The state that a row is headed by: its first kind of problem."""
    counts = node.counts if isinstance(node, GroupNode) else {}
    return tuple(state for state in PROBLEMS if counts.get(state))[:1]


def _nothing_found(skipped: int) -> Details:
    title = wording.plural(
        skipped,
        send_details.say("Nothing to send was found: {count} file is not DICOM, or not readable"),
        send_details.say("Nothing to send was found: {count} files are not DICOM, or not readable"),
    )
    return Details(
        title=title,
        text=send_details.say("Open the row of skipped files to see each one with its reason."),
        icon="warning",
        tone=Tone.WARNING,
    )
