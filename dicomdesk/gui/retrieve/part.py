"""What the Query/Retrieve view has below its results: the bar that retrieves, the retrieves, and what came of each."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QSizePolicy, QSplitter, QWidget

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui import wording
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.details import Action
from dicomdesk.gui.questions.file_dialogs import ask_files, ask_folder
from dicomdesk.gui.retrieve.bar import BarState, RetrieveBar
from dicomdesk.gui.retrieve.command_line import command_lines
from dicomdesk.gui.retrieve.errand import nameless_level, plan_errands
from dicomdesk.gui.retrieve.flow import RetrieveFlow
from dicomdesk.gui.retrieve.here.already import HereAlready
from dicomdesk.gui.retrieve.here.local_archive import USUAL_CONFIGURATION
from dicomdesk.gui.retrieve.job_nodes import JobNode, LackingNode, Stage, method_word
from dicomdesk.gui.retrieve.listening import ListenerSource
from dicomdesk.gui.retrieve.look.look_dialog import LookDialog
from dicomdesk.gui.retrieve.retrieve_panel import RetrievePanel
from dicomdesk.gui.retrieve.words import Told, can_retry, report, tell
from dicomdesk.gui.security.credentials import SecurityAccess
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.gui.window_state import WindowState

_JOBS_HEIGHT, _LEAST_JOBS_HEIGHT = 290, 190
_LEAST_LIST, _LEAST_PANEL = 380, 400


class RetrievePart(QWidget):
    """Bar, list and panel. ``show_selection`` says what the button would retrieve."""

    state_changed = Signal()
    """Something worth remembering has changed."""
    changed = Signal()
    """A retrieve began, went on or ended."""

    def __init__(
        self,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        state: WindowState,
        access: SecurityAccess,
        source: ListenerSource,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._session = session
        self._tasks = tasks
        self._entities: tuple[FoundEntity, ...] = ()
        self._notice: Told | None = None
        self._told_of_archive = ""
        folder = state.retrieve_folder or state.listen_folder
        self.bar = RetrieveBar(
            theme,
            access.peers,
            BarState(to_here=state.retrieve_here, folder=folder, destination=state.retrieve_destination),
        )
        self.here = HereAlready(tasks, parent=self)
        self.flow = RetrieveFlow(session, tasks, source, self.here, access.peers, self)
        self.view = OutlineView(theme, self.flow.model)
        self.panel = RetrievePanel(theme)
        self.jobs = _Jobs()
        self._lay_out()
        self._connect(session)
        self._archive = state.archive_configuration
        self._looked_at = state.archive_view
        self.here.look_at(self.bar.folder_path())
        self._open_archive()
        self._show_all()

    @property
    def running(self) -> int:
        """How many retrieves are not over."""
        return self.flow.running

    @property
    def bytes_per_s(self) -> float:
        """Of what comes by C-GET now."""
        return self.flow.bytes_per_s

    @property
    def problems(self) -> int:
        """How many ended without everything."""
        return self.flow.problems

    def show_selection(self, entities: Sequence[FoundEntity]) -> None:
        """Say what the button would retrieve."""
        self._entities = tuple(entities)
        self.bar.show_selection(self._entities)

    def retrieve(self) -> None:
        """Retrieve what is selected."""
        target = self.bar.target() if self._entities else None
        if target is None:
            return
        nameless = next((one for one in self._entities if nameless_level(one) is not None), None)
        if nameless is not None:
            self._tell_nameless(nameless)
            return
        errands = plan_errands(self._entities, target, self.bar.chosen_method(), takes_again=self.bar.again.isChecked())
        rows = self.flow.begin(errands)
        self._notice = None
        self.bar.jobs.setChecked(True)
        if rows:
            self.view.select_node(rows[-1])
        self.state_changed.emit()

    def look_at(self, entity: FoundEntity) -> LookDialog | None:
        """Show one image of a series, or an instance; None for what is neither."""
        if entity.level not in {Level.SERIES, Level.IMAGE}:
            return None
        dialog = LookDialog(self._theme, self._session, self._tasks, entity, self)
        dialog.retrieve_wanted.connect(self._on_look_liked)
        dialog.show()
        dialog.begin()
        return dialog

    def copy_command(self) -> None:
        """Copy the commands that retrieve what is selected."""
        target = self.bar.target() if self._entities else None
        if target is None:
            return
        listen_as = self.flow.listener.listen_as()
        errands = plan_errands(self._entities, target, self.bar.chosen_method())
        _copy("\n".join(command_lines(errand, _wire_method(errand.method), listen_as) for errand in errands))

    def show_job(self, node: JobNode) -> None:
        """Show a retrieve among the others."""
        self.bar.jobs.setChecked(True)
        self.view.select_node(node)

    def remember(self, state: WindowState) -> WindowState:
        """Return the window's state with what is to be remembered."""
        said = self.bar.state()
        return replace(
            state,
            retrieve_here=said.to_here,
            retrieve_folder=said.folder,
            retrieve_destination=said.destination,
            archive_configuration=self._archive,
        )

    # -- building

    def _lay_out(self) -> None:
        self.view.setAccessibleName(self.tr("Retrieves"))
        self.view.setMinimumWidth(_LEAST_LIST)
        self.panel.setMinimumWidth(_LEAST_PANEL)
        self.jobs.setChildrenCollapsible(False)
        self.jobs.setHandleWidth(1)
        self.jobs.addWidget(self.view)
        self.jobs.addWidget(self.panel)
        self.jobs.setStretchFactor(0, 3)
        self.jobs.setStretchFactor(1, 2)
        self.jobs.hide()
        column_of(self.bar, self.jobs, inside=self)

    def _connect(self, session: Session) -> None:
        self.bar.retrieve_wanted.connect(self.retrieve)
        QShortcut(QKeySequence("Ctrl+R"), self, self.retrieve)
        self.bar.clear_wanted.connect(self._on_clear)
        self.bar.folder_wanted.connect(lambda: self._tasks.start(self._choose_folder()))
        self.bar.folder_changed.connect(self._on_folder)
        self.bar.archive_wanted.connect(lambda: self._tasks.start(self._choose_archive()))
        self.bar.archive_unwanted.connect(lambda: self._keep_archive(""))
        self.here.archive.changed.connect(self._on_archive)
        self.bar.shows_jobs.connect(self._show_all)
        self.bar.state_changed.connect(self.state_changed)
        self.flow.changed.connect(self._show_all)
        self.flow.ended.connect(self._on_ended)
        self.view.node_selected.connect(self._on_selected)
        self.view.menu_wanted.connect(self._on_menu)
        self.flow.measured.connect(self._show_panel)

    # -- showing

    def _show_all(self) -> None:
        nodes = self.flow.nodes
        waiting = sum(node.stage is Stage.WAITING for node in nodes)
        self.bar.show_jobs(self.flow.running - waiting, self.flow.problems, len(nodes), waiting=waiting)
        self.jobs.setVisible(self.bar.jobs.isChecked() and bool(nodes or self._notice))
        self._show_panel()
        self.changed.emit()

    def _show_panel(self) -> None:
        if not self.jobs.isVisible():
            return
        node = self._selected()
        if self._notice is not None:
            self.panel.show_told(self._notice)
        elif node is None:
            title = self.tr("Select a retrieve to see what came of it")
            self.panel.show_told(Told(title=title, icon="info", tone=Tone.QUIET))
        else:
            self.panel.show_told(tell(node), self._actions(node), lambda: report(node))

    def _selected(self) -> JobNode | None:
        node: Node | None = self.view.selected_node()
        if isinstance(node, LackingNode):
            node = node.parent
        return node if isinstance(node, JobNode) else None

    def _actions(self, node: JobNode) -> list[Action]:
        """What can be done with a retrieve, the likeliest first."""
        actions = []
        if not node.is_over:
            word = self.tr("Abort") if node.is_cancel_wanted else self.tr("Cancel")
            actions.append(Action(word=word, run=lambda: self.flow.cancel(node), icon="stop"))
        if can_retry(node):
            actions += self._remedies(node)
        if node.is_over and node.errand.target.is_here and node.done:
            actions.append(Action(word=self.tr("Open folder"), run=lambda: self._open_folder(node), icon="folder"))
        return actions

    def _remedies(self, node: JobNode) -> list[Action]:
        other = self._other_method(node)
        remedies = []
        if other is not None:
            word = self.tr("Retrieve by {method}").format(method=method_word(other))
            remedies.append(Action(word=word, run=lambda: self._again(node, method=other), icon="retry"))
        word = self.tr("Retrieve what is missing") if node.done else self.tr("Try again")
        remedies.append(Action(word=word, run=lambda: self._again(node), icon="retry"))
        return remedies + [self._from_another(node, asked) for asked in node.errand.others()[:1]]

    def _from_another(self, node: JobNode, asked: AskedPeer) -> Action:
        word = self.tr("From {peer}").format(peer=asked.word)
        return Action(word=word, run=lambda: self._again(node, asked=asked), icon="retry")

    def _other_method(self, node: JobNode) -> RetrieveMethod | None:
        """The method that the diagnosis offers."""
        if node.outcome is None or not node.errand.target.is_here:
            return None
        return next((one.other for one in node.outcome.diagnoses if one.other is not None), None)

    # -- doing

    def _again(self, node: JobNode, *, method: RetrieveMethod | None = None, asked: AskedPeer | None = None) -> None:
        self.view.select_node(self.flow.retry(node, method=method, asked=asked))

    def _on_selected(self, _node: object) -> None:
        self._notice = None
        self._show_panel()

    def _on_ended(self, node: object) -> None:
        """What went wrong is shown, unless another retrieve is being looked at."""
        if isinstance(node, JobNode) and can_retry(node) and self._selected() is None:
            self.view.select_node(node)

    def _on_folder(self) -> None:
        self.here.look_at(self.bar.folder_path())
        self.state_changed.emit()

    async def _choose_folder(self) -> None:
        title = self.tr("Folder that instances come to")
        folder = await ask_folder(self._tasks, self, title, self.bar.folder.value())
        if folder:
            self.bar.folder.setText(folder)
            self._on_folder()

    def count_archive(self, path: str) -> None:
        """Count what the archive has that the Archive view looks at, unless another one was chosen here."""
        self._looked_at = path
        self._open_archive()

    async def _choose_archive(self) -> None:
        title = self.tr("Configuration file of an archive of this machine (dcmqrscp.cfg)")
        files = await ask_files(self._tasks, self, title)
        if files:
            self._keep_archive(files[0])

    def _keep_archive(self, configuration: str) -> None:
        self._archive = configuration
        self._open_archive()
        self.state_changed.emit()

    def _open_archive(self) -> None:
        wanted = self._archive
        if wanted == str(USUAL_CONFIGURATION) and self._looked_at:  # nobody has said another one
            wanted = self._looked_at
        path = Path(wanted) if wanted else None
        self.here.archive.open(path, is_usual=path == USUAL_CONFIGURATION)

    def _on_archive(self) -> None:
        """Say why an archive cannot be asked; once for each reason."""
        problem = self.here.archive.problem
        if problem and problem != self._told_of_archive:
            self._notice = Told(
                title=self.tr("What the archive has is not counted"),
                icon="warning",
                tone=Tone.WARNING,
                lines=(
                    wording.sentence(wording.capitalised(problem)),
                    self.tr("Choose its configuration file again, or count what is in the folder only."),
                ),
            )
            self.bar.jobs.setChecked(True)
            self._show_all()
        self._told_of_archive = problem

    def _on_menu(self, node: object, place: QPoint) -> None:
        menu = QMenu(self)
        job = node.parent if isinstance(node, LackingNode) else node
        if isinstance(job, JobNode):
            for action in self._actions(job):
                menu.addAction(action.word, action.run)
            menu.addAction(self.tr("Copy report"), lambda: _copy(report(job)))
            menu.addAction(self.tr("Copy as command"), lambda: _copy(self._command(job)))
            if job.lacking:
                menu.addAction(
                    self.tr("Copy UIDs of what did not arrive"),
                    lambda: _copy("\n".join(each.shown_uid for each in job.lacking)),
                )
        menu.addAction(self.tr("Take finished retrieves off the list"), self._on_clear)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _command(self, node: JobNode) -> str:
        return command_lines(node.errand, _wire_method(node.method), self.flow.listener.listen_as())

    def _on_look_liked(self, entity: object) -> None:
        if isinstance(entity, FoundEntity):
            selected = self._entities
            self.show_selection([entity])
            self.retrieve()
            self.show_selection(selected)

    def _on_clear(self) -> None:
        self.flow.clear_finished()

    def _open_folder(self, node: JobNode) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(node.errand.target.folder)))

    def _tell_nameless(self, entity: FoundEntity) -> None:
        level = nameless_level(entity) or Level.STUDY
        names = {
            Level.PATIENT: self.tr("Patient ID"),
            Level.STUDY: self.tr("Study Instance UID"),
            Level.SERIES: self.tr("Series Instance UID"),
            Level.IMAGE: self.tr("SOP Instance UID"),
        }
        self._notice = Told(
            title=self.tr("This cannot be asked for"),
            subject=entity.title,
            icon="warning",
            tone=Tone.WARNING,
            lines=(
                self.tr("{peer} did not tell the {key}, by which it is retrieved.").format(
                    peer=entity.places[0].asked.word, key=names[level]
                ),
                self.tr("Open the row above and retrieve what is below, or query by another model."),
            ),
        )
        self.bar.jobs.setChecked(True)
        self._show_all()


class _Jobs(QSplitter):
    """List and panel side by side: as high as is good, and lower where the window is."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _JOBS_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), _LEAST_JOBS_HEIGHT)


def _wire_method(method: RetrieveMethod) -> RetrieveMethod:
    """The method of a command, which is never chosen automatically: C-GET needs nothing but the peer."""
    return RetrieveMethod.GET if method is RetrieveMethod.AUTOMATIC else method


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
