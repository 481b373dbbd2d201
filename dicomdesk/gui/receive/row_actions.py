"""What can be done with received studies, series and instances: by buttons, a menu and keys."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from dicomdesk import human
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.engine.receive.book.completeness import CountSource
from dicomdesk.gui import wording
from dicomdesk.gui.models.received_nodes import ReceivedGroup, ReceivedInstance, ReceivedSeries, ReceivedStudy
from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.peers.choice import PeerPopup
from dicomdesk.gui.receive.deletion import DeletionDialog, delete_parts, describe_deletions, find_files, parts_of
from dicomdesk.gui.receive.elements_dialog import ElementsDialog
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone

__all__ = ["RowActions", "study_of"]

MOST_EXPECTED = 10_000_000


def _say(text: str) -> str:
    return QCoreApplication.translate("row_actions", text)


class RowActions(QWidget):
    """Acts on the rows that are selected. A widget for its dialogs; it is never shown."""

    clearing_wanted = Signal()
    """Finished studies are to be taken off the list."""
    told = Signal(Details)
    """Something has come of a wish."""
    sending_wanted = Signal(list, object)
    """Paths that are to be sent, and the ``KnownPeer`` that they go to."""
    book_wanted = Signal()
    """The address book is to be shown."""
    files_gone = Signal(list)
    """Paths of files that are there no longer."""

    def __init__(
        self, theme: Theme, tasks: Tasks, studies: ReceivedStudies, view: OutlineView, peers: PeerStore
    ) -> None:
        super().__init__(view)
        self._peers = peers
        self._theme = theme
        self._tasks = tasks
        self._studies = studies
        self._view = view
        self.hide()
        view.node_activated.connect(self.activate)
        view.menu_wanted.connect(self._on_menu)
        self._is_deleting = False
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = event if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) else None
        if pressed is not None and pressed.matches(QKeySequence.StandardKey.Delete):
            self.delete_selected()
            return True
        return super().eventFilter(watched, event)

    def offered(self, node: Node) -> list[Action]:
        """Return the buttons for a selected row."""
        actions = [Action(word=self.tr("Open folder"), run=lambda: self.open_folder(node), icon="folder")]
        if self._path_of(node):
            actions.append(Action(word=self.tr("Elements"), run=lambda: self.activate_first(node), icon="file"))
            actions.append(Action(word=self.tr("Send on…"), run=self.send_on, icon="send"))
        return actions

    def describe_many(self, nodes: Sequence[Node]) -> Details:
        """Return what is told of several rows, with what can be done with all of them."""
        groups = [node for node in nodes if isinstance(node, ReceivedGroup)]
        count = sum(group.instances for group in groups) + len(nodes) - len(groups)
        size = sum(group.size_bytes for group in groups)
        said = wording.instances_text(count)
        return Details(
            title=self.tr("{rows} selected").format(rows=_words_of(nodes)),
            text=f"{said}, {human.size_text(size)}" if size else "",
            icon="receive",
            actions=[
                Action(word=self.tr("Send on…"), run=self.send_on, icon="send"),
                Action(word=self.tr("Delete files…"), run=self.delete_selected, icon="remove"),
            ],
        )

    def activate(self, node: object) -> None:
        """Open an instance's elements; open or close what has rows below it."""
        if isinstance(node, ReceivedInstance):
            self.show_elements(node)
        elif isinstance(node, ReceivedGroup):
            if self._view.is_open(node):
                self._view.collapse_node(node)
            else:
                self._view.expand_node(node)

    def open_folder(self, node: object) -> None:
        """Show the folder of a study, a series or an instance in the desktop's file manager."""
        path = self._path_of(node)
        folder = path.replace("\\", "/").rpartition("/")[0] if path else ""
        study = study_of(node)
        folder = folder or (study.folder if study is not None else "")
        if folder:
            QDesktopServices.openUrl(QUrl.fromLocalFile(folder))

    def activate_first(self, node: Node) -> None:
        """Show the elements of an instance, or of the first one below a row."""
        self.show_elements(node)

    def show_elements(self, node: object) -> ElementsDialog | None:
        """Show the elements of an instance, or of the first one of a series or a study."""
        path = self._path_of(node)
        if not path or not isinstance(node, Node):
            return None
        title = node.text(0)
        if isinstance(node, ReceivedInstance):
            study = study_of(node)
            title = f"{study.words.patient_name}   {title}" if study is not None else title
        dialog = ElementsDialog(self._theme, self._tasks, title, path, self.window())
        dialog.begin()
        return dialog

    def expect(self, study: ReceivedStudy) -> None:
        """Ask how many instances a study has, so that it can be said whether it is complete."""
        self._tasks.start(self._expect(study))

    async def _expect(self, study: ReceivedStudy) -> None:
        dialog = QInputDialog(self)
        dialog.setWindowTitle(self.tr("Instances of {title}").format(title=study.text(0)))
        dialog.setLabelText(
            self.tr("How many instances does the study have at its source? 0 for not known. {here} are here.").format(
                here=human.count_text(study.instances, self.tr("instance"))
            )
        )
        dialog.setInputMode(QInputDialog.InputMode.IntInput)
        dialog.setIntRange(0, MOST_EXPECTED)
        dialog.setIntValue(study.record.expected or study.instances)
        if await self._tasks.ask(dialog):
            self._studies.book.expect(study.record.uid, dialog.intValue() or None, CountSource.USER)
            self._studies.look_again(study)

    def send_on(self) -> None:
        """Let a peer be chosen that the rows which are selected are sent to."""
        nodes = widest(self._view.selected_nodes())
        if not nodes:
            return
        popup = PeerPopup(self._theme, self._peers, self.window())
        popup.chosen.connect(lambda peer: self._tasks.start(self._send(nodes, peer)))
        popup.book_wanted.connect(self.book_wanted)
        popup.open_below(self._view)

    async def _send(self, nodes: list[Node], peer: KnownPeer) -> None:
        files = await self._tasks.run(find_files, self._studies.book, parts_of(nodes))
        latest = {(file.series_instance_uid, file.sop_instance_uid): file.path for file in files}
        if latest:
            self.sending_wanted.emit(list(latest.values()), peer)
        said = self.tr("The Send view shows how far they are.")
        nothing = self.tr("It is not known any more which files were received: add their folder in the Send view.")
        count = wording.instances_text(len(latest))
        title = self.tr("{instances} are to go to {peer}").format(instances=count, peer=peer.name)
        self.told.emit(Details(title=title, text=said if latest else nothing, icon="send"))

    def delete_selected(self) -> None:
        """Delete the files of the rows that are selected, when that is confirmed."""
        nodes = widest(self._view.selected_nodes())
        if nodes and not self._is_deleting:
            self._is_deleting = True
            self._tasks.start(self._delete(nodes))

    async def _delete(self, nodes: list[Node]) -> None:
        try:
            book, parts = self._studies.book, parts_of(nodes)
            files = await self._tasks.run(find_files, book, parts)
            if not files:
                text = self.tr("It is not known any more which files were received: delete them in their folder.")
                self.told.emit(Details(title=self.tr("Nothing to delete"), text=text, tone=Tone.QUIET))
                return
            dialog = DeletionDialog(files, _words_of(nodes), self.window())
            await self._tasks.ask(dialog)
            if dialog.shall_delete():
                done = await self._tasks.run(delete_parts, book, parts)
                self.files_gone.emit([file.path for each in done.done for file in each.deleted])
                kept = {file.path for each in done.done for file in each.kept}
                gone = {file.sop_instance_uid for each in done.done for file in each.deleted}
                gone -= {file.sop_instance_uid for file in files if file.path in kept}
                for study in filter(None, {study_of(node) for node in nodes}):
                    self._studies.settle(study, gone)
                self.told.emit(describe_deletions(done))
        finally:
            self._is_deleting = False

    def _path_of(self, node: object) -> str:
        """Of an instance, or of the first one below a row."""
        if isinstance(node, ReceivedInstance):
            return node.file.path
        if isinstance(node, ReceivedSeries):
            return node.first_path()
        if isinstance(node, ReceivedStudy):
            return next((path for series in node.series.values() if (path := series.first_path())), "")
        return ""

    def _on_menu(self, node: object, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu, node)
        menu.popup(place)

    def fill_menu(self, menu: QMenu, node: object) -> None:
        """Offer what can be done with the rows that are selected; ``node`` is the one under the pointer."""
        study = study_of(node)
        if isinstance(node, Node) and study is not None:
            menu.addAction(self.tr("Open folder"), lambda: self.open_folder(node))
            if self._path_of(node):
                is_first = not isinstance(node, ReceivedInstance)
                word = self.tr("Elements of its first instance…") if is_first else self.tr("Elements…")
                menu.addAction(word, lambda: self.show_elements(node))
            menu.addAction(self.tr("Send on…"), self.send_on)
            menu.addAction(self.tr("Instances at its source…"), lambda: self.expect(study))
            menu.addAction(self.tr("Copy UID"), lambda: self.copy_uid(node))
            menu.addSeparator()
            menu.addAction(
                self.tr("Delete files…"), QKeySequence(QKeySequence.StandardKey.Delete), self.delete_selected
            )
        menu.addAction(self.tr("Take finished studies off the list"), self.clearing_wanted.emit)

    def copy_uid(self, node: Node) -> None:
        """Copy the UID of a study, a series or an instance."""
        uid = node.file.sop_instance_uid if isinstance(node, ReceivedInstance) else ""
        if isinstance(node, ReceivedGroup):
            uid = node.record.uid
        QGuiApplication.clipboard().setText(human.printable(uid))


def _words_of(nodes: Sequence[Node]) -> str:
    """What rows are: one by its name, several by their number."""
    if len(nodes) == 1:
        return nodes[0].text(0)
    kinds = {type(node) for node in nodes}
    words = {
        ReceivedStudy: (_say("{count} study"), _say("{count} studies")),
        ReceivedSeries: (_say("{count} series"), _say("{count} series")),
        ReceivedInstance: (_say("{count} instance"), _say("{count} instances")),
    }
    one, many = words.get(kinds.pop(), ("", "")) if len(kinds) == 1 else (_say("{count} row"), _say("{count} rows"))
    return wording.plural(len(nodes), one, many)


def study_of(node: object) -> ReceivedStudy | None:
    """Return the study of a row, itself for a study."""
    while isinstance(node, Node) and not isinstance(node, ReceivedStudy):
        node = node.parent
    return node if isinstance(node, ReceivedStudy) else None


def widest(nodes: Sequence[Node]) -> list[Node]:
    """Return rows without those that are below another of them."""
    chosen = set(nodes)
    return [node for node in nodes if not _is_below(node, chosen)]


def _is_below(node: Node, chosen: set[Node]) -> bool:
    above = node.parent
    while above is not None:
        if above in chosen:
            return True
        above = above.parent
    return False
