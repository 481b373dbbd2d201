"""What comes into the archive and goes out of it: import, export, transfer to a peer; and what keeps it well."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from dicomdesk import human
from dicomdesk.archive.administration.listing import Listed
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.errors import CancelledError, DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import ArchiveAccess
from dicomdesk.gui.archive.dialogs.list_dialog import ListDialog, ListRow
from dicomdesk.gui.archive.nodes import EntryNode
from dicomdesk.gui.archive.words import rows_text, title_of
from dicomdesk.gui.archive.works import Works, WorkWatch
from dicomdesk.gui.outline.model import Column
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.peers.choice import PeerPopup
from dicomdesk.gui.questions.file_dialogs import ask_files, ask_folder, ask_new_file
from dicomdesk.gui.security.peer_store import PeerStore
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.human import error_text

if TYPE_CHECKING:
    from dicomdesk.archive.administration.desk.desk import ArchiveDesk
    from dicomdesk.archive.administration.keeping.exporting import ExportResult
    from dicomdesk.archive.administration.keeping.importing import ImportedItem
    from dicomdesk.archive.backup.backup import BackupReport

__all__ = ["Carrying"]

_MOST_TOLD: Final = 5000
"""Findings that are listed."""


class _Came:
    """What has come of an import."""

    def __init__(self) -> None:
        self.stored = 0
        self.skipped = 0
        self.missed: list[tuple[str, str]] = []
        """Names of what was not taken, and why."""


class Carrying(QObject):
    """Carries instances in and out, verifies and backs up. For the Qt thread."""

    told = Signal(object)
    """``Details`` that are to be read now."""
    changed = Signal()
    """The archive was changed."""
    sending_wanted = Signal(list, object)
    """Paths that are to be sent, and the ``KnownPeer`` that they go to."""
    book_wanted = Signal()
    """The address book is to be shown."""

    def __init__(
        self, theme: Theme, tasks: Tasks, access: ArchiveAccess, works: Works, peers: PeerStore, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tasks = tasks
        self._access = access
        self._works = works
        self._peers = peers
        self._widget = parent

    # -- to a peer

    def send(self, nodes: Sequence[EntryNode], below: QWidget) -> None:
        """Let a peer be chosen that rows are sent to."""
        rows = [node.listed for node in nodes]
        if rows:
            popup = PeerPopup(self._theme, self._peers, self._widget.window())
            popup.chosen.connect(lambda peer: self._tasks.start(self.send_to(rows, peer)))
            popup.book_wanted.connect(self.book_wanted)
            popup.open_below(below)

    async def send_to(self, rows: Sequence[Listed], peer: KnownPeer) -> None:
        """Hand what rows stand for to the send queue."""
        try:
            paths = await self._access.ask(_paths, rows, peer)
        except (DicomdeskError, OSError) as error:
            self._fail(self.tr("It cannot be sent"), error)
            return
        if paths:
            self.sending_wanted.emit(paths, peer)
        count = wording.instances_text(len(paths))
        title = self.tr("{instances} are to go to {peer}").format(instances=count, peer=human.printable(peer.name))
        said = self.tr("The Send view shows how far they are.")
        nothing = self.tr("Nothing of it is in the archive any more.")
        self.told.emit(Details(title=title, text=said if paths else nothing, icon="send"))

    # -- in

    def import_folder(self) -> None:
        """Have a folder chosen that is taken in."""
        self._tasks.start(self._choose_import(is_folder=True))

    def import_files(self) -> None:
        """Have files, a DICOMDIR or ZIP archives chosen that are taken in."""
        self._tasks.start(self._choose_import(is_folder=False))

    async def _choose_import(self, *, is_folder: bool) -> None:
        if is_folder:
            folder = await ask_folder(self._tasks, self._widget, self.tr("Folder to be imported"))
            found = [folder] if folder else []
        else:
            title = self.tr("Files, DICOMDIR or ZIP archives to be imported")
            found = await ask_files(self._tasks, self._widget, title)
        if found:
            await self.take_in(found)

    async def take_in(self, paths: Sequence[str]) -> None:
        """Import files, folders and archives into an area."""
        area = await self._choose_area()
        if not area:
            return
        came = _Came()
        work = partial(_import, area=area, paths=list(paths), came=came)
        title = self.tr("Importing into {area}").format(area=human.printable(area))
        try:
            await self._works.carry_out(title, work)
        except CancelledError:
            self._tell_import(came, self.tr("The import was ended"))
        except (DicomdeskError, OSError) as error:
            self._fail(self.tr("The import was broken off"), error)
        else:
            self._tell_import(came, self.tr("Imported"))
        self.changed.emit()

    async def _choose_area(self) -> str:
        areas = self._access.areas
        if len(areas) < 2:
            return areas[0] if areas else ""
        dialog = QInputDialog(self._widget)
        dialog.setWindowTitle(self.tr("Storage area"))
        dialog.setLabelText(self.tr("Which storage area is it to go into?"))
        dialog.setComboBoxItems(list(areas))
        return dialog.textValue() if await self._tasks.ask(dialog) else ""

    def _tell_import(self, came: _Came, title: str) -> None:
        stored = wording.plural(came.stored, self.tr("{count} instance stored"), self.tr("{count} instances stored"))
        parts = (
            [
                wording.plural(
                    came.skipped, self.tr("{count} file is no instance."), self.tr("{count} files are no instances.")
                )
            ]
            if came.skipped
            else []
        )
        if not came.missed:
            text = " ".join([*parts, self.tr("The originals are where they were.")])
            self.told.emit(Details(title=f"{title}: {stored}", text=text, icon="stored", tone=Tone.GOOD))
            return
        missed = wording.plural(len(came.missed), self.tr("{count} not taken"), self.tr("{count} not taken"))
        name, reason = came.missed[0]
        parts.append(f"{human.printable(name)}: {wording.explained(human.printable(reason))}")
        rows = [ListRow(None, (name, reason)) for name, reason in came.missed[:_MOST_TOLD]]
        show = Action(word=self.tr("Show all…"), run=lambda: self._list(self.tr("Not imported"), rows), icon="report")
        text = " ".join(parts)
        self.told.emit(
            Details(
                title=f"{title}: {stored}, {missed}",
                text=text,
                icon="warning",
                tone=Tone.WARNING,
                actions=(show,),
                can_copy=True,
            )
        )

    # -- out

    def export(self, nodes: Sequence[EntryNode], *, is_zip: bool) -> None:
        """Write what rows stand for to a folder or a ZIP archive, with a DICOMDIR."""
        if nodes:
            self._tasks.start(self._choose_export(list(nodes), is_zip=is_zip))

    async def _choose_export(self, nodes: list[EntryNode], *, is_zip: bool) -> None:
        if is_zip:
            target = await ask_new_file(self._tasks, self._widget, self.tr("ZIP archive to be written"), "studies.zip")
        else:
            target = await ask_folder(self._tasks, self._widget, self.tr("New or empty folder for the export"))
        if target:
            await self.export_to(nodes, Path(target), is_zip=is_zip)

    async def export_to(self, nodes: Sequence[EntryNode], target: Path, *, is_zip: bool) -> None:
        """Export to a target that is new, or an empty folder."""
        what = title_of(nodes[0]) if len(nodes) == 1 else rows_text(nodes)
        title = self.tr("Exporting {what}").format(what=what)
        work = partial(_export, rows=[node.listed for node in nodes], target=target, is_zip=is_zip)
        try:
            result = await self._works.carry_out(title, work)
        except CancelledError:
            text = self.tr("Nothing is left of it.")
            self.told.emit(Details(title=self.tr("The export was ended"), text=text, tone=Tone.QUIET))
        except (DicomdeskError, OSError) as error:
            self._fail(self.tr("Nothing was exported"), error)
        else:
            self._tell_export(result)

    def _tell_export(self, result: "ExportResult") -> None:
        count = wording.plural(
            result.exported, self.tr("{count} instance exported"), self.tr("{count} instances exported")
        )
        parts = [f"{human.printable(str(result.target))}, {human.size_text(result.size_bytes)}."]
        if result.unlisted:
            parts.append(
                self.tr("{instances} in the folder OTHER, which the DICOMDIR cannot list.").format(
                    instances=wording.instances_text(result.unlisted)
                )
            )
        if not result.failures:
            self.told.emit(Details(title=count, text=" ".join(parts), icon="stored", tone=Tone.GOOD))
            return
        reason = human.printable(result.failures[0].reason)
        parts.append(
            self.tr("{instances} left out: {reason}").format(
                instances=wording.instances_text(len(result.failures)), reason=wording.explained(reason)
            )
        )
        self.told.emit(Details(title=count, text=" ".join(parts), icon="warning", tone=Tone.WARNING, can_copy=True))

    # -- upkeep

    def verify(self, *, is_deep: bool = False) -> None:
        """Compare files and index; with ``is_deep`` every file is read."""
        self._tasks.start(self._verify(is_deep=is_deep))

    async def _verify(self, *, is_deep: bool) -> None:
        rows: list[ListRow] = []
        title = self.tr("Reading every file") if is_deep else self.tr("Comparing files and index")
        try:
            files, is_right = await self._works.carry_out(title, partial(_verify, rows=rows, is_deep=is_deep))
        except CancelledError:
            text = self.tr("What was looked at until then: {count} wrong.").format(count=wording.count_text(len(rows)))
            self.told.emit(Details(title=self.tr("The verification was ended"), text=text, tone=Tone.QUIET))
            return
        except (DicomdeskError, OSError) as error:
            self._fail(self.tr("The archive cannot be verified"), error)
            return
        count = wording.plural(files, self.tr("{count} file looked at"), self.tr("{count} files looked at"))
        if is_right:
            text = self.tr("Files and index agree.")
            self.told.emit(Details(title=count, text=text, icon="stored", tone=Tone.GOOD))
            return
        show = Action(word=self.tr("Show all…"), run=lambda: self._list(self.tr("What is wrong"), rows), icon="report")
        text = self.tr("{count} wrong. The first: {first} What to do: dicomdesk archive repair mends it.").format(
            count=wording.count_text(len(rows)), first=wording.sentence(rows[0].text(0)) if rows else ""
        )
        self.told.emit(
            Details(title=count, text=text, icon="warning", tone=Tone.WARNING, actions=(show,), can_copy=True)
        )

    def back_up(self) -> None:
        """Have a folder chosen into which the archive is backed up."""
        self._tasks.start(self._choose_backup())

    async def _choose_backup(self) -> None:
        target = await ask_folder(self._tasks, self._widget, self.tr("Folder for backups"))
        if target:
            await self.back_up_to(Path(target))

    async def back_up_to(self, target: Path) -> None:
        """Back up all areas; what an earlier backup there has is not copied again."""
        try:
            reports = await self._works.carry_out(self.tr("Backing up"), partial(_back_up, target=target))
        except CancelledError:
            text = self.tr("Earlier backups are as they were.")
            self.told.emit(Details(title=self.tr("The backup was ended"), text=text, tone=Tone.QUIET))
        except (DicomdeskError, OSError) as error:
            self._fail(self.tr("The archive was not backed up"), error)
        else:
            files = sum(report.files for report in reports)
            copied = human.size_text(sum(report.copied_bytes for report in reports))
            damaged = sum(report.damaged for report in reports)
            title = wording.plural(files, self.tr("{count} file backed up"), self.tr("{count} files backed up"))
            text = self.tr("{size} were new. They are in {folder}.").format(
                size=copied, folder=human.printable(str(target))
            )
            if damaged:
                text = self.tr("{count} missing or damaged: Verify tells which. {rest}").format(
                    count=wording.count_text(damaged), rest=text
                )
            tone = Tone.WARNING if damaged else Tone.GOOD
            self.told.emit(Details(title=title, text=text, icon="warning" if damaged else "stored", tone=tone))

    def _list(self, title: str, rows: Sequence[ListRow]) -> None:
        columns = (Column(title=self.tr("File"), width=300), Column(title=self.tr("Why"), width=340, grows=3))
        dialog = ListDialog(self._theme, title, columns, "", self._widget)
        dialog.show_rows(rows)
        self._tasks.start(self._show(dialog))

    async def _show(self, dialog: ListDialog) -> None:
        await self._tasks.ask(dialog)

    def _fail(self, title: str, error: DicomdeskError | OSError) -> None:
        text = wording.explained(error_text(error))
        self.told.emit(Details(title=title, text=text, icon="failed", tone=Tone.BAD, can_copy=True))


def _paths(desk: "ArchiveDesk", rows: Sequence[Listed], peer: KnownPeer) -> list[str]:
    items = desk.find_instances(rows)
    paths = [str(item.opened.path_of(item.instance.path)) for item in items]
    if items:
        desk.tell_sending(items, peer.ae_title, peer.host)
    return paths


def _import(desk: "ArchiveDesk", watch: WorkWatch, *, area: str, paths: Sequence[str], came: _Came) -> None:
    def take(item: "ImportedItem") -> None:
        if item.is_missed:
            came.missed.append((item.name, item.reason))
        elif item.path:
            came.stored += 1
        else:
            came.skipped += 1

    desk.import_inputs(area, paths, take, watch=watch)


def _export(
    desk: "ArchiveDesk", watch: WorkWatch, *, rows: Sequence[Listed], target: Path, is_zip: bool
) -> "ExportResult":
    return desk.export(desk.find_instances(rows), target, is_zip=is_zip, watch=watch)


def _verify(desk: "ArchiveDesk", watch: WorkWatch, *, rows: list[ListRow], is_deep: bool) -> tuple[int, bool]:
    def tell(_area: str, finding: object) -> None:
        if len(rows) < _MOST_TOLD:
            rows.append(ListRow(None, (getattr(finding, "path", "") or str(finding), str(finding))))

    reports = desk.verify(tell, is_deep=is_deep, watch=watch)
    return sum(report.files for report in reports.values()), all(report.is_right for report in reports.values())


def _back_up(desk: "ArchiveDesk", watch: WorkWatch, *, target: Path) -> "list[BackupReport]":
    return list(desk.back_up(target, watch=watch).values())
