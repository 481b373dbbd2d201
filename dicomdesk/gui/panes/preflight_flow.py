"""Flow of a pre-flight, without widgets: run it for what waits, and describe the outcome."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal

from dicomdesk import human
from dicomdesk.engine.events import Event, GroupForecast, JobOutcome
from dicomdesk.engine.forecast import Verdict
from dicomdesk.engine.preflight.request import PreflightRequest
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import AssociationRejectedError, DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.models.forecast_nodes import ForecastNode, forecast_columns
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Tone

if TYPE_CHECKING:
    from dicomdesk.engine.preflight.preflight import PreflightJob, PreflightResult


def _say(text: str) -> str:
    return QCoreApplication.translate("preflight_flow", text)


class PreflightFlow(QObject):
    """Runs one pre-flight at a time. For the Qt thread."""

    changed = Signal()
    """It began, went on or ended; ``details`` says what there is to say."""
    rejected = Signal()
    """The peer would not associate with us."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self._job: PreflightJob | None = None
        self._is_cancelled = False
        self._peer = ""
        self._channel = session.watch()
        self.is_running = False
        self.model = OutlineModel(forecast_columns(), self)
        self.details = Details(title="")
        self._channel.arrived.connect(self.take)
        session.ticked.connect(self._on_tick)

    def start(self, request: SendRequest) -> None:
        """Find out how what is asked for would go; nothing is sent."""
        if not self.is_running:
            self.is_running = True
            self._is_cancelled = False
            self._peer = human.printable(request.peer.ae_title)
            self.model.clear()
            self.details = Details(
                title=_say("Checking how everything would go to {peer}…").format(peer=self._peer),
                text=_say("Nothing is sent."),
                icon="check",
                tone=Tone.ACTIVE,
            )
            self._tasks.start(self._run(request))
            self.changed.emit()

    def cancel(self) -> None:
        """End it at once."""
        self._is_cancelled = True
        if self._job is not None:
            self._tasks.start(self._tasks.run(self._job.cancel))

    def take(self, arrivals: list[Arrival[Event]]) -> None:
        """Take note of a batch of events."""
        groups = [arrival.event.group for arrival in arrivals if isinstance(arrival.event, GroupForecast)]
        self.model.insert(None, [ForecastNode(group) for group in groups])

    async def _run(self, request: SendRequest) -> None:
        try:
            self._job = await self._session.begin(PreflightRequest(send=request), self._channel.sink)
            if self._is_cancelled:
                await self._tasks.run(self._job.cancel)
            result = await self._session.result_of(self._job)
            self.details = describe_preflight(result, self._peer)
            if isinstance(result.error, AssociationRejectedError):
                self.rejected.emit()
        except DicomdeskError as error:
            self.details = Details(title=str(error), icon="failed", tone=Tone.BAD)
        finally:
            self._job = None
            self.is_running = False
            self.changed.emit()

    def _on_tick(self) -> None:
        self.model.flush()
        if self._job is None:
            return
        progress = self._job.progress()
        if progress.items_total:
            done = wording.count_text(progress.items_done)
            text = _say("{done} of {total} looked at. Nothing is sent.").format(
                done=done, total=wording.instances_text(progress.items_total)
            )
            self.details = Details(title=self.details.title, text=text, icon="check", tone=Tone.ACTIVE)
            self.changed.emit()


def describe_preflight(result: "PreflightResult", peer: str) -> Details:
    """Return what is told of a pre-flight that is over."""
    as_is, converted, stuck = (
        result.count(verdict) for verdict in (Verdict.AS_IS, Verdict.CONVERTED, Verdict.CANNOT_GO)
    )
    if result.outcome is JobOutcome.CANCELLED:
        return Details(title=_say("Stopped: not everything was looked at"), icon="stop")
    if not result.groups or (result.error is not None and not as_is + converted):
        text = wording.sentence(str(result.error)) if result.error else _say("There is nothing that could be sent.")
        advice = getattr(result.error, "advice", "")
        return Details(
            title=_say("Nothing could go to {peer}").format(peer=peer),
            text=f"{text} {advice}".strip(),
            icon="failed",
            tone=Tone.BAD,
            can_copy=True,
        )
    parts = [
        _say("{count} as they are").format(count=wording.count_text(as_is)) if as_is else "",
        _say("{count} converted").format(count=wording.count_text(converted)) if converted else "",
    ]
    going = ", ".join(part for part in parts if part)
    if not stuck:
        return Details(
            title=_say("All {instances} can go to {peer}").format(
                instances=wording.instances_text(as_is + converted), peer=peer
            ),
            text=wording.sentence(going),
            icon="stored",
            tone=Tone.GOOD,
        )
    total = wording.instances_text(as_is + converted + stuck)
    title = _say("{count} of {total} cannot go to {peer}").format(
        count=wording.count_text(stuck), total=total, peer=peer
    )
    text = _say("{going} can go. Select a row to see why, and what would help.").format(
        going=going or _say("None of the others")
    )
    return Details(title=title, text=text, icon="failed", tone=Tone.BAD, can_copy=True)
