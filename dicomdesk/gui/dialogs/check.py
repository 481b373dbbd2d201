"""The connection check, live: each step with its time, and what the peer accepts."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFrame, QScrollArea, QWidget

from dicomdesk import human
from dicomdesk.engine.check.requests import CheckRequest
from dicomdesk.engine.check_findings import CheckStage, CheckState, CheckStep
from dicomdesk.engine.events import CapabilityFound, CheckStepFinished, CheckStepStarted, Event, JobOutcome
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui.controls.buttons import plain_button, without_icons
from dicomdesk.gui.controls.fields import search_field
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of
from dicomdesk.gui.models.capability_nodes import (
    NAME,
    CapabilityTree,
    capability_columns,
    matches,
)
from dicomdesk.gui.models.check_steps import check_text, ended_look, running_look, stopped_look
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.heading import Heading, loud_or_plain
from dicomdesk.gui.panels.step_list import StepList
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import GRID, Theme, Tone
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    from dicomdesk.engine.check.check import CheckJob, CheckResult

_SIZE = (820, 380)
_HEIGHT_WITH_TREE = 720
_ROOM_OF_SCREEN = 60
_TREE_HEIGHT = 180
_LEAST_WIDTH, _LEAST_HEIGHT = 340, 200


class CheckDialog(QDialog):
    """Shows a connection check while it runs: up to the echo, and what the peer accepts only when asked for.

    Closed, it ends the check and deletes itself.
    """

    checked = Signal(object)
    """The ``CheckResult`` of a check that has ended."""

    def __init__(self, theme: Theme, session: Session, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._asked: tuple[Peer, AssociationSettings] | None = None
        self._asks_capabilities = False
        self._can_ask = False
        """Whether the peer answered the echo of the last check, so that it can be asked for more."""
        self._job: CheckJob | None = None
        self._is_running = False
        self._is_cancelled = False
        self._is_closed = False
        self._running: tuple[CheckStage, float] | None = None
        """The step under way, and when it began."""
        self._steps: list[CheckStep] = []
        self._said = ("", "test", Tone.ACTIVE)
        self.setWindowTitle(self.tr("Connection check"))
        self.setModal(False)
        self.resize(*_SIZE)
        self.channel = session.watch()
        self._heading = Heading(theme, self)
        self.steps = StepList(theme)
        self._model = OutlineModel(capability_columns(), self)
        self._tree = CapabilityTree(self._model)
        self.view = OutlineView(theme, self._model, stretched=NAME)
        self.search = search_field(theme, self.tr("Search SOP class, encoding, UID"))
        self._lay_out()
        self.channel.arrived.connect(self.take)
        session.ticked.connect(self._on_tick)
        self.search.textChanged.connect(self._on_search)
        self.finished.connect(lambda _result: self._on_closed())
        theme.changed.connect(self._draw_heading)

    def start(self, peer: Peer, association: AssociationSettings, *, asks_capabilities: bool = False) -> None:
        """Begin to check."""
        if self._is_running:
            return
        self._is_running = True
        self.show_asked(peer, association, asks_capabilities=asks_capabilities)
        self._tasks.start(self._check(peer, association))

    def show_asked(self, peer: Peer, association: AssociationSettings, *, asks_capabilities: bool = False) -> None:
        """Show what is to be checked, nothing of it done."""
        self._asked = (peer, association)
        self._asks_capabilities = asks_capabilities
        self._can_ask = False
        self._steps, self._running = [], None
        self._is_cancelled = False
        self._model.clear()
        self._tree = CapabilityTree(self._model)
        self.capabilities.hide()
        skipped = {CheckStage.TLS} if peer.tls is None else set()
        skipped |= set() if asks_capabilities else {CheckStage.CAPABILITIES}
        self.steps.show_stages([stage for stage in CheckStage if stage not in skipped])
        name = human.printable(str(peer))
        self._say(self.tr("Checking {peer}…").format(peer=name), "test", Tone.ACTIVE)
        self._show_buttons()

    def title(self) -> str:
        """The heading."""
        return self._heading.title()

    def is_running(self) -> bool:
        """Whether the check goes on."""
        return self._is_running

    def cancel(self) -> None:
        """End the check at once."""
        self._is_cancelled = True
        if self._job is not None:
            self._tasks.start(self._tasks.run(self._job.cancel))

    def report(self) -> str:
        """The whole check as text."""
        peer = human.printable(str(self._asked[0])) if self._asked else ""
        return check_text(peer, self._steps, self._tree.services)

    def take(self, arrivals: Sequence[Arrival[Event]]) -> None:
        """Take note of a batch of events."""
        for arrival in arrivals:
            self._apply(arrival.event)
        if len(self._tree) and self.capabilities.isHidden():
            self.capabilities.show()
            self._grow(_HEIGHT_WITH_TREE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grow with the sentences of the steps: they wrap, and none may be cut."""
        is_done = super().eventFilter(watched, event)
        layout, inner = self.layout(), self._middle.layout()
        if event.type() == QEvent.Type.LayoutRequest and layout is not None and inner is not None:
            others = layout.totalMinimumSize().height() - self._area.minimumSizeHint().height()
            self._grow(others + inner.totalHeightForWidth(self._area.viewport().width()))
        return is_done

    def _grow(self, height: int) -> None:
        """Be as high as wanted, as far as the screen has room; never lower than before."""
        screen = self.screen()
        most = screen.availableGeometry().height() - _ROOM_OF_SCREEN if screen else height
        if self.height() < min(height, most):
            self.resize(self.width(), min(height, most))

    async def _check(self, peer: Peer, association: AssociationSettings) -> None:
        try:
            request = CheckRequest(peer=peer, association=association, asks_capabilities=self._asks_capabilities)
            self._job = await self._session.begin(request, self.channel.sink)
            if self._is_cancelled:
                await self._tasks.run(self._job.cancel)
            result = await self._session.result_of(self._job)
            self._show_result(result)
            self.checked.emit(result)
        except DicomdeskError as error:
            self._say(str(error), "failed", Tone.BAD)
        finally:
            self._is_running = False
            self._job = None
            self._running = None
            self._show_buttons()
            if self._is_closed:
                self._go()

    def _show_result(self, result: "CheckResult") -> None:
        peer = human.printable(str(self._asked[0])) if self._asked else ""
        if self._running is not None and result.outcome is JobOutcome.CANCELLED:
            self.steps.show_look(stopped_look(self._running[0]))
        warnings = [step for step in result.steps if step.state is CheckState.WARNING]
        self._can_ask = any(step.stage is CheckStage.ECHO and step.state is CheckState.OK for step in result.steps)
        if result.outcome is JobOutcome.CANCELLED:
            self._say(self.tr("Stopped: {peer} was not checked to the end").format(peer=peer), "stop", Tone.PLAIN)
        elif result.outcome is not JobOutcome.COMPLETED:
            self._say(self.tr("{peer} cannot be used as it is").format(peer=peer), "failed", Tone.BAD)
        elif warnings:
            self._say(self.tr("{peer} can be used, with a warning").format(peer=peer), "warning", Tone.WARNING)
        else:
            self._say(self.tr("{peer} can be used").format(peer=peer), "stored", Tone.GOOD)

    def _apply(self, event: Event) -> None:
        match event:
            case CheckStepStarted(stage=stage):
                self._running = (stage, time.monotonic())
                self.steps.show_look(running_look(stage, 0.0))
            case CheckStepFinished(step=step):
                self._steps.append(step)
                self._running = None
                self.steps.show_look(ended_look(step))
            case CapabilityFound(capability=capability):
                is_first = not any(service.group is capability.group for service in self._tree.services)
                self._tree.add(capability)
                if is_first:
                    self.view.expand_node(self._tree.services[-1])
            case _:
                pass

    # Building.

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("What the peer accepts"))
        self.view.setMinimumHeight(_TREE_HEIGHT)
        self.search.setMaximumWidth(1000)
        self.capabilities = QWidget()
        column_of(self.search, (self.view, 1), inside=self.capabilities, margins=(0, GRID, 0, 0), spacing=GRID)
        self.capabilities.hide()
        self._middle = QWidget()
        column_of(self.steps, (self.capabilities, 1), 0, inside=self._middle)
        self._area = _Area(self._middle)
        self._middle.installEventFilter(self)
        parts = (self._heading, (self._area, 1))
        layout = column_of(*parts, inside=self, margins=DIALOG_MARGINS, spacing=GRID)
        layout.addSpacing(GRID)
        layout.addWidget(self._make_buttons())
        QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self, self.search.setFocus)

    def _make_buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.again = plain_button(self._theme, self.tr("Test &again"), "retry", self._on_again)
        self.copy_button = plain_button(self._theme, self.tr("&Copy as text"), "copy", self._on_copy)
        self.stop = plain_button(self._theme, self.tr("&Stop"), "stop", self.cancel)
        self.ask_button = plain_button(self._theme, self.tr("Ask what it acc&epts"), "search", self._on_ask)
        for button in (self.ask_button, self.again, self.copy_button, self.stop):
            box.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        without_icons(box)
        self._theme.keep_icon(self.ask_button, "search")
        self._theme.keep_icon(self.again, "retry")
        self._theme.keep_icon(self.copy_button, "copy")
        self._theme.keep_icon(self.stop, "stop")
        box.rejected.connect(self.reject)
        return box

    def _show_buttons(self) -> None:
        self.stop.setVisible(self._is_running)
        self.again.setVisible(not self._is_running)
        self.ask_button.setVisible(not self._is_running and self._can_ask and not self._asks_capabilities)
        self.copy_button.setEnabled(bool(self._steps))

    def _say(self, text: str, icon: str, tone: Tone) -> None:
        self._said = (text, icon, tone)
        self._draw_heading()

    def _draw_heading(self) -> None:
        text, icon, tone = self._said
        self._heading.say(text, icon, tone, loud_or_plain(tone))

    # Doing.

    def _on_tick(self) -> None:
        self._model.flush()
        if self._running is None:
            return
        stage, since = self._running
        text = ""
        if stage is CheckStage.CAPABILITIES and self._job is not None:
            progress = self._job.progress()
            if progress.items_total:
                text = self.tr("{done} of {total} SOP classes asked for").format(
                    done=progress.items_done, total=progress.items_total
                )
        self.steps.show_look(running_look(stage, time.monotonic() - since, text))

    def _on_search(self, text: str) -> None:
        words = text.casefold().split()
        self.view.set_filter((lambda node: matches(node, words)) if words else None)

    def _on_again(self) -> None:
        if self._asked is not None:
            self.start(*self._asked, asks_capabilities=self._asks_capabilities)

    def _on_ask(self) -> None:
        if self._asked is not None:
            self.start(*self._asked, asks_capabilities=True)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report())

    def _on_closed(self) -> None:
        self._is_closed = True
        self.cancel()
        if not self._is_running:
            self._go()

    def _go(self) -> None:
        self.channel.deleteLater()
        self.deleteLater()


class _Area(QScrollArea):
    """Scrolls what the screen has no room for."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, _LEAST_HEIGHT)
