"""What was done to the archive, and how it is taken back: the trash, and the trail of corrections."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk import human
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import ArchiveAccess
from dicomdesk.gui.archive.cells import moment
from dicomdesk.gui.archive.changes import Changes
from dicomdesk.gui.archive.dialogs.list_dialog import ListDialog, ListRow
from dicomdesk.gui.archive.dialogs.plan_dialog import Plan, PlanDialog
from dicomdesk.gui.archive.plans import REASON, correction_plan, reason_entry, record_lines
from dicomdesk.gui.outline.model import Column, Mark
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.human import error_text

if TYPE_CHECKING:
    from dicomdesk.archive.administration.desk.changing import MadeCorrection, Trashed
    from dicomdesk.archive.administration.desk.desk import ArchiveDesk
    from dicomdesk.archive.administration.keeping.removal import Restoration

__all__ = ["Undoing"]


class Undoing(QObject):
    """Lists what was removed and corrected, and has it taken back. For the Qt thread."""

    changed = Signal()
    """The archive was changed."""

    def __init__(self, theme: Theme, tasks: Tasks, access: ArchiveAccess, changes: Changes, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tasks = tasks
        self._access = access
        self._changes = changes
        self._widget = parent

    def show_trash(self) -> None:
        """List what is in the trash, and have it put back."""
        columns = (
            Column(title=self.tr("What"), width=240),
            Column(title=self.tr("Removed"), width=132),
            Column(title=self.tr("By"), width=90),
            Column(title=self.tr("Why"), width=160, grows=2),
            Column(title=self.tr("Instances"), width=84, is_number=True),
            Column(title=self.tr("Size"), width=84, is_number=True),
            Column(title=self.tr("Kept until"), width=132),
        )
        sentence = self.tr("What was removed lies here until its time is over. What is put back is as it was.")
        dialog = ListDialog(self._theme, self.tr("Trash"), columns, sentence, self._widget, self.tr("&Put back"))
        dialog.wanted.connect(lambda row: self._tasks.start(self._restore(dialog, row), owner=dialog))
        self._tasks.start(self._fill_trash(dialog), owner=dialog)
        self._tasks.start(self._show(dialog))

    async def _show(self, dialog: ListDialog) -> None:
        await self._tasks.ask(dialog)

    async def _fill_trash(self, dialog: ListDialog) -> None:
        try:
            found = await self._access.ask(lambda desk: desk.trash())
        except (DicomdeskError, OSError) as error:
            dialog.sentence.setText(wording.explained(error_text(error)))
            return
        dialog.show_rows([_trash_row(one) for one in found])
        dialog.view.say_when_empty(self.tr("The trash is empty."))

    async def _restore(self, dialog: ListDialog, row: ListRow) -> None:
        try:
            done = await self._access.ask(_restore, row)
        except (DicomdeskError, OSError) as error:
            dialog.sentence.setText(wording.explained(error_text(error)))
            return
        said = [
            wording.plural(done.restored, self.tr("{count} instance put back."), self.tr("{count} instances put back."))
        ]
        if done.present:
            said.append(
                wording.plural(
                    len(done.present),
                    self.tr("{count} is in the archive again already."),
                    self.tr("{count} are in the archive again already."),
                )
            )
        said += [wording.sentence(human.printable(reason)) for _one, reason in done.failed[:2]]
        dialog.sentence.setText(" ".join(said))
        await self._fill_trash(dialog)
        self.changed.emit()

    def show_corrections(self) -> None:
        """List what was corrected, and have it taken back."""
        columns = (
            Column(title=self.tr("What was changed"), width=280),
            Column(title=self.tr("When"), width=152),
            Column(title=self.tr("By"), width=90),
            Column(title=self.tr("Why"), width=160, grows=2),
            Column(title=self.tr("Instances"), width=84, is_number=True),
            Column(title=self.tr("State"), width=130),
        )
        sentence = self.tr("Each correction that was made, the last first. One that is taken back stays in the list.")
        dialog = ListDialog(
            self._theme, self.tr("Corrections"), columns, sentence, self._widget, self.tr("&Take it back…")
        )
        dialog.can = lambda row: not _made(row).undone_by
        dialog.wanted.connect(lambda row: self._tasks.start(self._undo(dialog, _made(row)), owner=dialog))
        self._tasks.start(self._fill_corrections(dialog), owner=dialog)
        self._tasks.start(self._show(dialog))

    async def _fill_corrections(self, dialog: ListDialog) -> None:
        try:
            found = await self._access.ask(lambda desk: desk.corrections())
        except (DicomdeskError, OSError) as error:
            dialog.sentence.setText(wording.explained(error_text(error)))
            return
        dialog.show_rows([self._correction_row(one) for one in found])
        dialog.view.say_when_empty(self.tr("Nothing was corrected in this archive."))

    def _correction_row(self, made: "MadeCorrection") -> ListRow:
        origin, record = made.record.origin, made.record
        lines = [line.strip() for line in record_lines(record) if line.startswith("    ")]
        mark = Mark("retry", self.tr("Taken back"), Tone.QUIET) if made.undone_by else None
        mark = mark or Mark("stored", self.tr("In force"), Tone.GOOD)
        when, count = moment(origin.when.timestamp()), wording.count_text(record.instance_count)
        texts = (
            "; ".join(dict.fromkeys(lines)) or origin.kind.value,
            when,
            origin.user,
            origin.reason,
            count,
            mark.word,
        )
        values = (texts[0], origin.when.timestamp(), origin.user, origin.reason, record.instance_count, mark.word)
        return ListRow(made, texts, mark, values)

    async def _undo(self, dialog: ListDialog, made: "MadeCorrection") -> None:
        async def make(_values: dict[str, str]) -> Plan:
            return correction_plan(await self._access.ask(lambda desk: desk.preview_undo(made)))

        title = self.tr("Take the correction back")
        question = PlanDialog(self._theme, self._tasks, title, [reason_entry()], make, dialog)
        is_wanted = await self._tasks.ask(question)
        reason = question.values()[REASON]
        if is_wanted:
            await self._changes.do(title, lambda desk, watch: desk.undo(made, reason=reason, watch=watch))
            await self._fill_corrections(dialog)


def _trash_row(trashed: "Trashed") -> ListRow:
    entry = trashed.entry
    until = moment(entry.kept_until) if entry.kept_until is not None else ""
    count, size = wording.count_text(entry.instances), human.size_text(entry.size_bytes)
    texts = (entry.what, moment(entry.removed_at), entry.by, entry.why, count, size, until)
    values = (
        entry.what,
        entry.removed_at,
        entry.by,
        entry.why,
        entry.instances,
        entry.size_bytes,
        entry.kept_until or 0,
    )
    return ListRow(trashed, texts, values=values)


def _restore(desk: "ArchiveDesk", row: ListRow) -> "Restoration":
    from dicomdesk.archive.administration.desk.changing import Trashed  # noqa: PLC0415 - on a worker

    if not isinstance(row.what, Trashed):
        raise TypeError("a row of the trash")
    return desk.restore(row.what)


def _made(row: ListRow) -> "MadeCorrection":
    made: MadeCorrection = row.what  # type: ignore[assignment] # rows of corrections stand for nothing else
    return made
