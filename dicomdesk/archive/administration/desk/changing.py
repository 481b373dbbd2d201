"""Changing what an archive has: removal into the trash and back, corrections and their undoing; each seen before."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from dicomdesk.archive.administration.desk.looking import NOBODY, LookingDesk, Watch, belongs_to, patient_of, selected
from dicomdesk.archive.administration.keeping.removal import (
    Removal,
    RemovalPlan,
    Restoration,
    plan_removal,
    remove_planned,
    restore_from_trash,
    settle_trash,
)
from dicomdesk.archive.administration.listing import Listed
from dicomdesk.archive.administration.opening import working_on
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.trash import Trash, TrashEntry
from dicomdesk.archive.audit.changes import change_messages, opened_trail
from dicomdesk.archive.audit.messages import AuditMessage, EventId
from dicomdesk.archive.audit.settings import AuditSettings
from dicomdesk.archive.corrections.corrector import Corrector
from dicomdesk.archive.corrections.record import CorrectionKind, CorrectionRecord, Origin, new_origin
from dicomdesk.archive.corrections.remedies import Remedy, correction, merge, split, undo
from dicomdesk.archive.corrections.selection import Selection
from dicomdesk.archive.corrections.trail import Trail
from dicomdesk.errors import SettingsError
from dicomdesk.records import dataclass

__all__ = ["ChangingDesk", "MadeCorrection", "PlannedRemoval", "Trashed"]

_REMOVED: Final = "archive view, remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRemoval:
    """What would go of one area."""

    area: str
    plan: RemovalPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCorrection:
    """A correction of the trail."""

    area: str
    record: CorrectionRecord
    undone_by: str = ""
    """The correction that took it back, "" for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trashed:
    """What one removal of an area has put into the trash."""

    area: str
    entry: TrashEntry


class ChangingDesk(LookingDesk):
    """See ``LookingDesk``; with what changes the archive."""

    def __init__(self, place: ArchivePlace, audit: AuditSettings | None = None) -> None:
        """``audit`` is where the audit trail goes, None for nowhere."""
        super().__init__(place)
        self._audit = audit

    def _tell(self, messages: Iterable[AuditMessage]) -> None:
        """Tell the audit trail; raises ReportError where it cannot be written, though it was done."""
        if self._audit is not None:
            with opened_trail(self._audit) as trail:
                trail.tell(messages)

    # -- removing

    def plan_removal(self, rows: Iterable[Listed]) -> list[PlannedRemoval]:
        """Find what would go with these rows; nothing is changed."""
        planned = []
        for row in rows:
            plan = plan_removal(self._areas[row.area], selected(row), partial(belongs_to, row))
            if plan.instances:
                planned.append(PlannedRemoval(area=row.area, plan=plan))
        return planned

    def remove(
        self,
        planned: Sequence[PlannedRemoval],
        *,
        by: str,
        why: str = "",
        keep_days: float | None = 30.0,
        watch: Watch = NOBODY,
    ) -> list[Removal]:
        """Remove what was planned into the trash; see ``remove_planned``. Between two rows it can be ended."""
        removals = []
        for number, one in enumerate(planned):
            watch.check()
            with working_on(self._areas[one.area]) as keeper:
                settle_trash(keeper)
                removal = remove_planned(keeper, one.plan, by=by, why=why, keep_days=keep_days)
            removals.append(removal)
            gone = [each for each in one.plan.instances if each.study_instance_uid not in removal.held]
            self._tell(change_messages(EventId.STUDY_DELETED, "D", gone, area=one.area, user=by, description=_REMOVED))
            watch.progressed(number + 1, len(planned))
        return removals

    def trash(self) -> list[Trashed]:
        """List what is in the trash, what went last first."""
        found = [
            Trashed(area=name, entry=entry)
            for name, opened in self._areas.items()
            for entry in Trash(opened.area.folder).entries()
        ]
        return sorted(found, key=lambda one: one.entry.removed_at, reverse=True)

    def restore(self, trashed: Trashed) -> Restoration:
        """Put back what one removal has put into the trash; see ``restore_from_trash``."""
        with working_on(self._areas[trashed.area]) as keeper:
            settle_trash(keeper)
            return restore_from_trash(keeper, Trash(keeper.storage.folder).find(trashed.entry.id))

    # -- correcting

    def preview_correction(self, row: Listed, values: Mapping[int, str | None]) -> CorrectionRecord:
        """Return what a correction of these attributes, by tag, would change; nothing is."""
        return self._preview(row.area, CorrectionKind.CORRECT, _correcting(row, values))

    def correct(
        self, row: Listed, values: Mapping[int, str | None], *, reason: str, watch: Watch = NOBODY
    ) -> CorrectionRecord:
        """Give values to all instances of what a row stands for; see ``Corrector``."""
        return self._correct(
            row.area, new_origin(CorrectionKind.CORRECT, reason=reason), _correcting(row, values), watch
        )

    def preview_merge(self, area: str, patient_id: str, surviving_id: str) -> CorrectionRecord:
        """Return what a merge would change; nothing is."""
        make = _merging(patient_id, surviving_id)
        return self._preview(area, CorrectionKind.MERGE, make)

    def merge(
        self, area: str, patient_id: str, surviving_id: str, *, reason: str, watch: Watch = NOBODY
    ) -> CorrectionRecord:
        """Make all studies of one patient another's; see ``remedies.merge``."""
        make = _merging(patient_id, surviving_id)
        return self._correct(area, new_origin(CorrectionKind.MERGE, reason=reason), make, watch)

    def preview_split(self, row: Listed, values: Mapping[int, str | None], into: str = "") -> CorrectionRecord:
        """Return what would change where a row's instances went to another study; nothing does."""
        make = _splitting(row, values, into)
        return self._preview(row.area, CorrectionKind.SPLIT, make)

    def split(
        self, row: Listed, values: Mapping[int, str | None], into: str = "", *, reason: str, watch: Watch = NOBODY
    ) -> CorrectionRecord:
        """Bring a row's instances to another study, a new one or ``into``; see ``remedies.split``."""
        make = _splitting(row, values, into)
        return self._correct(row.area, new_origin(CorrectionKind.SPLIT, reason=reason), make, watch)

    def corrections(self) -> list[MadeCorrection]:
        """List what was corrected, the last first."""
        found = []
        for name, opened in self._areas.items():
            trail = Trail.of_folder(str(opened.area.folder))
            undone = trail.undone()
            for record in trail.records():
                by = undone.get(record.origin.correction_id, "")
                found.append(MadeCorrection(area=name, record=record, undone_by=by))
        return sorted(found, key=lambda one: one.record.origin.when, reverse=True)

    def preview_undo(self, made: MadeCorrection) -> CorrectionRecord:
        """Return what would become as it was before a correction; nothing does."""
        return self._preview(made.area, CorrectionKind.UNDO, _undoing(made))

    def undo(self, made: MadeCorrection, *, reason: str, watch: Watch = NOBODY) -> CorrectionRecord:
        """Take a correction back; see ``remedies.undo``. Raises SettingsError where it was before."""
        undoes = made.record.origin.correction_id
        make = _undoing(made)
        return self._correct(made.area, new_origin(CorrectionKind.UNDO, reason=reason, undoes=undoes), make, watch)

    def _preview(self, area: str, kind: CorrectionKind, make: "_MakeRemedy") -> CorrectionRecord:
        with working_on(self._areas[area]) as keeper:
            corrector = Corrector(keeper, NOBODY)
            remedy = make(keeper, corrector)
            return corrector.preview(remedy.find, new_origin(kind), remedy.uids)

    def _correct(self, area: str, origin: Origin, make: "_MakeRemedy", watch: Watch) -> CorrectionRecord:
        with working_on(self._areas[area]) as keeper:
            corrector = Corrector(keeper, watch)
            remedy = make(keeper, corrector)
            record = corrector.correct(remedy.find, origin, remedy.uids)
        uids = [uid for change in record.changes for uid in change.instances]
        instances = self._areas[area].index.find_instances(area, sop_instance_uids=uids)
        words = f"{origin.kind.value}, correction {origin.correction_id}: {origin.reason}"
        event = EventId.INSTANCES_ACCESSED
        self._tell(change_messages(event, "U", instances, area=area, user=origin.user, description=words))
        return record


_MakeRemedy = Callable[[Keeper, Corrector], Remedy]


def _correcting(row: Listed, values: Mapping[int, str | None]) -> _MakeRemedy:
    patient_id, issuer = patient_of(row)
    selection = Selection(query=selected(row).query(), patient_id=patient_id, issuer=issuer)
    return lambda keeper, _corrector: correction(keeper, selection, values)


def _merging(patient_id: str, surviving_id: str) -> _MakeRemedy:
    return lambda keeper, _corrector: merge(keeper, patient_id, surviving_id, {})


def _splitting(row: Listed, values: Mapping[int, str | None], into: str) -> _MakeRemedy:
    patient_id, issuer = patient_of(row)
    selection = Selection(query=selected(row).query(), patient_id=patient_id, issuer=issuer)
    return lambda keeper, _corrector: split(keeper, selection, values, into=into)


def _undoing(made: MadeCorrection) -> _MakeRemedy:
    name = made.record.origin.correction_id

    def make(keeper: Keeper, corrector: Corrector) -> Remedy:
        by = corrector.trail.undone().get(name)
        if by is not None:
            raise SettingsError(f"The correction {name} was taken back before, by {by}")
        return undo(keeper, made.record)

    return make
