"""What changes the archive, each shown before it is done: corrections, merges, splits, removals, and their undoing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.archive.administration.listing import Listed
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import CancelledError, DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.archive.access import ArchiveAccess
from dicomdesk.gui.archive.dialogs.plan_dialog import Entry, Plan, PlanDialog
from dicomdesk.gui.archive.nodes import EntryNode
from dicomdesk.gui.archive.plans import (
    REASON,
    changed_words,
    correction_entries,
    correction_plan,
    reason_entry,
    removal_plan,
)
from dicomdesk.gui.archive.words import rows_text, title_of
from dicomdesk.gui.archive.works import Works, WorkWatch
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Theme, Tone
from dicomdesk.human import error_text

if TYPE_CHECKING:
    from dicomdesk.archive.administration.desk.changing import PlannedRemoval
    from dicomdesk.archive.administration.desk.desk import ArchiveDesk
    from dicomdesk.archive.administration.keeping.removal import Removal
    from dicomdesk.archive.corrections.record import CorrectionRecord

__all__ = ["Changes"]

KEEP_DAYS: Final = 30
"""How long the trash keeps what was removed."""

_Correct = Callable[["ArchiveDesk", Mapping[str, str], WorkWatch], "CorrectionRecord"]


class Changes(QObject):
    """Changes what rows stand for, when it was seen and confirmed. For the Qt thread."""

    told = Signal(object)
    """``Details`` that are to be read now."""
    changed = Signal()
    """The archive was changed."""
    trash_wanted = Signal()
    """The trash is to be shown."""

    def __init__(self, theme: Theme, tasks: Tasks, access: ArchiveAccess, works: Works, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tasks = tasks
        self._access = access
        self._works = works
        self._widget = parent

    def correct(self, node: EntryNode) -> None:
        """Give other values to what a row stands for."""
        row = node.listed
        entries = correction_entries(row)
        if not entries:
            text = self.tr("Values are corrected of a patient, a study or a series as a whole.")
            self.told.emit(Details(title=self.tr("An instance is not corrected alone"), text=text, tone=Tone.QUIET))
            return

        async def make(values: dict[str, str]) -> Plan:
            words = changed_words(row, values)
            if not words:
                return correction_plan(None)
            return correction_plan(await self._access.ask(_preview_correction, row, words))

        def carry_out(desk: "ArchiveDesk", values: Mapping[str, str], watch: WorkWatch) -> "CorrectionRecord":
            found = _read_values(changed_words(row, values))
            return desk.correct(row, found, reason=values[REASON], watch=watch)

        title = self.tr("Correct {what}").format(what=title_of(node))
        self._tasks.start(self._change(title, entries, make, carry_out))

    def merge(self, nodes: Sequence[EntryNode]) -> None:
        """Make all studies of one patient another's."""
        going = nodes[0].listed
        patient_id = str(going.values.get("patient_id", ""))
        surviving = str(nodes[1].listed.values.get("patient_id", "")) if len(nodes) > 1 else ""
        entries = [
            Entry(name="going", word=self.tr("Patient ID that goes"), text=patient_id),
            Entry(name="surviving", word=self.tr("Patient ID that stays"), text=surviving),
            reason_entry(),
        ]

        async def make(values: dict[str, str]) -> Plan:
            area, ids = going.area, (values["going"], values["surviving"])
            return correction_plan(await self._access.ask(lambda desk: desk.preview_merge(area, *ids)))

        def carry_out(desk: "ArchiveDesk", values: Mapping[str, str], watch: WorkWatch) -> "CorrectionRecord":
            ids = values["going"], values["surviving"]
            return desk.merge(going.area, *ids, reason=values[REASON], watch=watch)

        self._tasks.start(self._change(self.tr("Merge two patients"), entries, make, carry_out))

    def split(self, node: EntryNode) -> None:
        """Bring what a row stands for to another study."""
        row = node.listed
        entries = [
            Entry(name="into", word=self.tr("Into the study (UID; empty for a new one)")),
            Entry(name="PatientID", word=self.tr("Patient ID"), text=str(row.values.get("patient_id", ""))),
            Entry(name="PatientName", word=self.tr("Patient name"), text=str(row.values.get("patient_name", ""))),
            reason_entry(),
        ]

        def words_of(values: Mapping[str, str]) -> list[str]:
            first = {"PatientID": "patient_id", "PatientName": "patient_name"}
            return [f"{key}={values[key]}" for key, name in first.items() if values[key] != row.values.get(name, "")]

        async def make(values: dict[str, str]) -> Plan:
            into, words = values["into"].strip(), words_of(values)
            return correction_plan(
                await self._access.ask(lambda desk: desk.preview_split(row, _read_values(words), into))
            )

        def carry_out(desk: "ArchiveDesk", values: Mapping[str, str], watch: WorkWatch) -> "CorrectionRecord":
            found, into = _read_values(words_of(values)), values["into"].strip()
            return desk.split(row, found, into, reason=values[REASON], watch=watch)

        title = self.tr("Bring {what} to another study").format(what=title_of(node))
        self._tasks.start(self._change(title, entries, make, carry_out))

    async def _change(
        self,
        title: str,
        entries: Sequence[Entry],
        make: Callable[[dict[str, str]], Awaitable[Plan]],
        carry_out: _Correct,
    ) -> None:
        dialog = PlanDialog(self._theme, self._tasks, title, entries, make, self._widget)
        is_wanted = await self._tasks.ask(dialog)
        values = dialog.values()
        if is_wanted:
            await self.do(title, lambda desk, watch: carry_out(desk, values, watch))

    async def do(self, title: str, function: "Callable[[ArchiveDesk, WorkWatch], CorrectionRecord]") -> None:
        """Have something corrected, and say what has come of it."""
        try:
            record = await self._works.carry_out(title, function)
        except CancelledError:
            self._tell(self.tr("Nothing was changed"), self.tr("It was ended before it was done."), Tone.QUIET)
        except (DicomdeskError, OSError) as error:
            self._tell(self.tr("It was not changed"), wording.explained(error_text(error)), Tone.BAD)
        else:
            count = wording.plural(
                record.instance_count, self.tr("{count} instance changed"), self.tr("{count} instances changed")
            )
            text = self.tr("Corrections that were made can be taken back: see Corrections.")
            self._tell(count, text, Tone.GOOD)
        self.changed.emit()

    def remove(self, nodes: Sequence[EntryNode]) -> None:
        """Remove what rows stand for into the trash."""
        self._tasks.start(self._remove(list(nodes)))

    async def _remove(self, nodes: list[EntryNode]) -> None:
        rows = [node.listed for node in nodes]
        titles = _titles(nodes)
        planned: list[PlannedRemoval] = []

        async def make(_values: dict[str, str]) -> Plan:
            found = await self._access.ask(lambda desk: desk.plan_removal(rows))
            planned[:] = found
            return removal_plan(found, titles, KEEP_DAYS)

        title = self.tr("Remove {what}").format(what=_what(nodes))
        entries = [Entry(name=REASON, word=self.tr("Why"), is_remark=True)]
        dialog = PlanDialog(self._theme, self._tasks, title, entries, make, self._widget)
        is_wanted = await self._tasks.ask(dialog)
        why = dialog.values()[REASON]
        if not is_wanted:
            return
        try:
            removals = await self._works.carry_out(title, partial(_carry_out_removal, planned=planned, why=why))
        except CancelledError:
            self._tell(self.tr("The removal was ended"), self.tr("What is gone is in the trash."), Tone.QUIET)
        except (DicomdeskError, OSError) as error:
            self._tell(self.tr("It was not removed"), wording.explained(error_text(error)), Tone.BAD)
        else:
            gone = sum(len(removal.removed) for removal in removals)
            said = wording.plural(gone, self.tr("{count} instance removed"), self.tr("{count} instances removed"))
            held = sum(len(removal.held) for removal in removals)
            text = self.tr("They are in the trash, and can be put back from there.")
            if held:
                text += " " + wording.plural(
                    held,
                    self.tr("{count} study stays: it is on hold."),
                    self.tr("{count} studies stay: they are on hold."),
                )
            back = Action(word=self.tr("Trash…"), run=self.trash_wanted.emit, icon="retry")
            self.told.emit(Details(title=said, text=text, icon="remove", tone=Tone.PLAIN, actions=(back,)))
        self.changed.emit()

    def _tell(self, title: str, text: str, tone: Tone) -> None:
        icon = {Tone.BAD: "failed", Tone.GOOD: "stored"}.get(tone, "info")
        self.told.emit(Details(title=title, text=text, icon=icon, tone=tone, can_copy=tone is Tone.BAD))


def _read_values(words: Sequence[str]) -> dict[int, str | None]:
    from dicomdesk.archive.corrections.values import read_values  # noqa: PLC0415 - on a worker

    return read_values(words)


def _preview_correction(desk: "ArchiveDesk", row: Listed, words: Sequence[str]) -> "CorrectionRecord":
    return desk.preview_correction(row, _read_values(words))


def _carry_out_removal(
    desk: "ArchiveDesk", watch: WorkWatch, *, planned: "Sequence[PlannedRemoval]", why: str
) -> "list[Removal]":
    from dicomdesk.archive.corrections.record import operating_user  # noqa: PLC0415 - on a worker

    return desk.remove(planned, by=operating_user(), why=why, keep_days=KEEP_DAYS, watch=watch)


def _titles(nodes: Sequence[EntryNode]) -> dict[str, str]:
    """What rows are called, by their Study Instance UIDs."""
    return {
        str(node.listed.values["study_instance_uid"]): title_of(node)
        for node in nodes
        if node.listed.level is not Level.PATIENT
    }


def _what(nodes: Sequence[EntryNode]) -> str:
    """What rows are: one by its name, several by their number."""
    return title_of(nodes[0]) if len(nodes) == 1 else rows_text(nodes)
