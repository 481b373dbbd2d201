"""Desk of an archive: all that somebody who looks at an archive and works on it asks for, in one place.

It is for a view, or whatever else stays open while servers go on. What changes something is planned first and shown,
then done as planned. Whatever takes long tells how far it is, and ends when its watch says so.
"""

import contextlib
import shutil
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, Self

from dicomdesk.archive.administration.details import Details, find_details, selection_of
from dicomdesk.archive.administration.keeping.exporting import (
    ExportItem,
    ExportResult,
    export_instances,
    find_export,
)
from dicomdesk.archive.administration.keeping.importing import ImportedItem, import_inputs
from dicomdesk.archive.administration.keeping.removal import (
    Removal,
    RemovalPlan,
    plan_removal,
    remove_planned,
    settle_trash,
)
from dicomdesk.archive.administration.keeping.sending import send_request
from dicomdesk.archive.administration.listing import Listed, default_attributes, find_conflicts, list_area
from dicomdesk.archive.administration.opening import OpenedArea, opened_areas, working_on
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.search.orders import BY_RECEIVED, Order
from dicomdesk.archive.administration.search.searching import FoundPatient, StudySearch, merged
from dicomdesk.archive.administration.selection import Selection, read_attribute
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.backup.backup import BackupReport, back_up, prune
from dicomdesk.archive.corrections.corrector import Corrector
from dicomdesk.archive.corrections.record import CorrectionKind, CorrectionRecord, new_origin
from dicomdesk.archive.corrections.remedies import Remedy, correction, merge
from dicomdesk.archive.corrections.selection import Selection as CorrectedSelection
from dicomdesk.archive.file_check import FileCheckReport, Finding, check_area
from dicomdesk.archive.index_entries import ConflictCounts, IndexStatistics, StoredInstance
from dicomdesk.archive.matching.study_texts import StudyText
from dicomdesk.dicom.query.attributes import Attribute, Level
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import StorageError
from dicomdesk.records import dataclass

__all__ = ["ArchiveDesk", "AreaUsage", "FoundRows", "PlannedRemoval", "Watch"]

_BELOW: Final = {Level.PATIENT: Level.STUDY, Level.STUDY: Level.SERIES, Level.SERIES: Level.IMAGE}


class Watch(Protocol):
    """Watch over something that takes long; called on the thread that does it."""

    def progressed(self, done: int, total: int) -> None:
        """Take note that so many are done; a total of 0 is not known."""

    def check(self) -> None:
        """Say whether it is to go on: what this raises, CancelledError for one, ends it in order."""


class _Unwatched:
    """Watch of nobody."""

    def progressed(self, done: int, total: int) -> None:
        """See ``Watch``."""

    def check(self) -> None:
        """See ``Watch``."""


_NOBODY: Final = _Unwatched()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRows:
    """Studies that a search has found."""

    rows: Sequence[Listed]
    """As many as were wanted, in the order that was."""
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaUsage:
    """What a storage area holds and takes."""

    area: str
    totals: IndexStatistics
    conflicts: ConflictCounts
    free_bytes: int
    """On its disk."""
    trash_bytes: int
    is_writable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRemoval:
    """What would go of one area."""

    area: str
    plan: RemovalPlan


class ArchiveDesk:
    """Desk of one archive. Its methods are for worker threads, any number at a time; none is for a thread that paints.

    They raise the errors of the index, StorageError, SettingsError, and what a watch raises.
    """

    def __init__(self, place: ArchivePlace) -> None:
        """Open the areas that are meant; nothing of their folders is changed."""
        self._closing = contextlib.ExitStack()
        areas = self._closing.enter_context(opened_areas(place))
        self._areas = {opened.name: opened for opened in areas}
        self._searches = {name: StudySearch(opened) for name, opened in self._areas.items()}

    def close(self) -> None:
        """Close the indexes, when no method is at work any more."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def areas(self) -> tuple[str, ...]:
        """The storage areas, by the names that the index knows them by."""
        return tuple(self._areas)

    # -- looking

    def refresh(self) -> bool:
        """Follow what the indexes say; whether there is anything new to be searched."""
        changed = [search.refresh() for search in self._searches.values()]
        return any(changed)

    def search(
        self,
        text: str,
        most: int = 500,
        *,
        order: Order = BY_RECEIVED,
        start: int = 0,
        among: Container[str] | None = None,
    ) -> FoundRows:
        """Find the studies that have each word of the text, as somebody types it; see ``StudySearch.find``.

        ``start`` of them are passed over.
        """
        end = start + most
        found = {name: search.find(text, end, order, among) for name, search in self._searches.items()}
        ordered = merged([(name, of_area.studies) for name, of_area in found.items()], order)
        rows = self._rows(list(islice(ordered, start, end)))
        return FoundRows(rows=rows, total=sum(of_area.total for of_area in found.values()))

    def search_patients(
        self,
        text: str,
        most: int = 500,
        *,
        order: Order = BY_RECEIVED,
        start: int = 0,
        among: Container[str] | None = None,
    ) -> FoundRows:
        """Find the patients a study of whom ``search`` finds; each row counts all studies of its patient."""
        end, total = start + most, 0
        patients: dict[tuple[str, int], FoundPatient] = {}
        for name, search in self._searches.items():
            found, of_area = search.find_patients(text, end, order, among)
            patients |= {(name, one.study.key): one for one in found}
            total += of_area
        named = [
            (name, [one.study for (area, _key), one in patients.items() if area == name]) for name in self._searches
        ]
        shown = list(islice(merged(named, order), start, end))
        studies = {_identity(row): row for row in self._rows(shown)}
        rows = []
        for name, study in shown:
            key = (name, study.study_instance_uid, study.patient_id, study.issuer_of_patient_id)
            if key in studies:
                rows.append(_patient_row(studies[key], patients[name, study.key]))
        return FoundRows(rows=rows, total=total)

    def _rows(self, found: Sequence[tuple[str, StudyText]]) -> list[Listed]:
        """The rows of studies in their order; those that have gone meanwhile are left out."""
        rows: dict[tuple[object, ...], list[Listed]] = {}
        for name, opened in self._areas.items():
            uids = sorted({one.study_instance_uid for area, one in found if area == name})
            if uids:
                values = {read_attribute("StudyInstanceUID"): "\\".join(uids)}
                selection = Selection(level=Level.STUDY, values=values)
                for row in list_area(opened, selection, _columns(Level.STUDY)):
                    rows.setdefault(_identity(row), []).append(row)
        keys = ((name, one.study_instance_uid, one.patient_id, one.issuer_of_patient_id) for name, one in found)
        return [row for key in dict.fromkeys(keys) for row in rows.get(key, ())]

    def below(self, row: Listed) -> list[Listed]:
        """List the studies of a patient, the series of a study, the instances of a series."""
        below = _BELOW.get(row.level)
        if below is None:
            return []
        found = list_area(self._areas[row.area], Selection(level=below, values=_selected(row).values), _columns(below))
        return [one for one in found if _patient_of(one) == _patient_of(row)]

    def details(self, row: Listed) -> Details | None:
        """Return all that is known of what a row stands for; None where it has gone meanwhile."""
        found = find_details(self._areas[row.area], _selected(row))
        return next((one for one in found if _patient_of(one.listed) == _patient_of(row)), None)

    def conflicts(self) -> list[Listed]:
        """List what contradicts something else; see ``find_conflicts``."""
        return [row for opened in self._areas.values() for row in find_conflicts(opened)]

    def usage(self) -> list[AreaUsage]:
        """Count what the areas hold, from kept counts: quick."""
        return [self._usage(opened) for opened in self._areas.values()]

    @staticmethod
    def _usage(opened: OpenedArea) -> AreaUsage:
        folder = opened.area.folder
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            raise StorageError(f"The storage area {folder} cannot be reached: {error.strerror}") from error
        return AreaUsage(
            area=opened.name,
            totals=opened.index.statistics(opened.name),
            conflicts=opened.index.conflict_counts(opened.name),
            free_bytes=free,
            trash_bytes=sum(entry.size_bytes for entry in Trash(folder).entries()),
            is_writable=opened.area.is_writable,
        )

    # -- removing

    def plan_removal(self, rows: Iterable[Listed]) -> list[PlannedRemoval]:
        """Find what would go with these rows; nothing is changed."""
        planned = []
        for row in rows:
            plan = plan_removal(self._areas[row.area], _selected(row), partial(_belongs_to, row))
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
        watch: Watch = _NOBODY,
    ) -> list[Removal]:
        """Remove what was planned into the trash; see ``remove_planned``. Between two rows it can be ended."""
        removals = []
        for number, one in enumerate(planned):
            watch.check()
            with working_on(self._areas[one.area]) as keeper:
                settle_trash(keeper)
                removals.append(remove_planned(keeper, one.plan, by=by, why=why, keep_days=keep_days))
            watch.progressed(number + 1, len(planned))
        return removals

    # -- correcting

    def preview_correction(self, row: Listed, values: Mapping[int, str | None]) -> CorrectionRecord:
        """Return what a correction of these attributes, by tag, would change; nothing is."""
        return self._corrected(row.area, CorrectionKind.CORRECT, _correcting(row, values), "", _NOBODY, is_real=False)

    def correct(
        self, row: Listed, values: Mapping[int, str | None], *, reason: str, watch: Watch = _NOBODY
    ) -> CorrectionRecord:
        """Give values to all instances of what a row stands for; see ``Corrector``."""
        return self._corrected(row.area, CorrectionKind.CORRECT, _correcting(row, values), reason, watch, is_real=True)

    def preview_merge(self, area: str, patient_id: str, surviving_id: str) -> CorrectionRecord:
        """Return what a merge would change; nothing is."""
        make = _merging(patient_id, surviving_id)
        return self._corrected(area, CorrectionKind.MERGE, make, "", _NOBODY, is_real=False)

    def merge(
        self, area: str, patient_id: str, surviving_id: str, *, reason: str, watch: Watch = _NOBODY
    ) -> CorrectionRecord:
        """Make all studies of one patient another's; see ``remedies.merge``."""
        make = _merging(patient_id, surviving_id)
        return self._corrected(area, CorrectionKind.MERGE, make, reason, watch, is_real=True)

    def _corrected(
        self,
        area: str,
        kind: CorrectionKind,
        make: "_MakeRemedy",
        reason: str,
        watch: Watch,
        *,
        is_real: bool,
    ) -> CorrectionRecord:
        with working_on(self._areas[area]) as keeper:
            remedy, origin = make(keeper), new_origin(kind, reason=reason)
            corrector = Corrector(keeper, watch)
            work = corrector.correct if is_real else corrector.preview
            return work(remedy.find, origin, remedy.uids)

    # -- bringing in and out

    def import_inputs(
        self, area: str, inputs: Sequence[str], take: Callable[[ImportedItem], None], *, watch: Watch = _NOBODY
    ) -> None:
        """Take files, folders and archives into an area; ``take`` is told of each. See ``import_inputs``."""
        with working_on(self._areas[area]) as keeper:
            for number, item in enumerate(import_inputs(keeper, inputs)):
                take(item)
                watch.progressed(number + 1, 0)
                watch.check()

    def find_instances(self, rows: Iterable[Listed]) -> list[ExportItem]:
        """Find the instances of rows, each once, to be exported or sent."""
        found: dict[tuple[str, str], ExportItem] = {}
        for row in rows:
            for item in find_export([self._areas[row.area]], _selected(row)):
                if _belongs_to(row, item.instance):
                    found.setdefault((row.area, item.instance.path), item)
        return list(found.values())

    @staticmethod
    def export(
        items: Sequence[ExportItem], target: Path, *, is_zip: bool = False, watch: Watch = _NOBODY
    ) -> ExportResult:
        """Export instances with a DICOMDIR; see ``export_instances``. Ended, it leaves nothing."""
        done = 0

        def progressed(_size_bytes: int) -> None:
            nonlocal done
            done += 1
            watch.progressed(done, len(items))
            watch.check()

        return export_instances(items, target, is_zip=is_zip, progressed=progressed)

    def send_request(self, items: Sequence[ExportItem], peer: str, book: Path) -> SendRequest:
        """Make the request that sends instances to a peer; see ``send_request``."""
        return send_request(items, peer, book, calling_ae_title=items[0].opened.area.ae_title)

    # -- upkeep

    def verify(
        self, tell: Callable[[str, Finding], None], *, is_deep: bool = False, watch: Watch = _NOBODY
    ) -> dict[str, FileCheckReport]:
        """Compare files and indexes; ``tell`` is told of what is wrong, with the area. See ``check_area``."""
        reports = {}
        for name, opened in self._areas.items():
            reports[name] = check_area(
                opened.settings,
                opened.area,
                partial(tell, name),
                lambda done: watch.progressed(done, 0),
                is_deep=is_deep,
                check=watch.check,
            )
        return reports

    def back_up(self, target: Path, *, keep: int | None = None, watch: Watch = _NOBODY) -> dict[str, BackupReport]:
        """Back up all areas, and remove all but the newest so many backups; see ``back_up``."""
        reports = {}
        for name, opened in self._areas.items():
            reports[name] = back_up(name, opened.area.folder, opened.index, target, _BackupWatch(watch))
            if keep is not None:
                prune(target, name, keep)
        return reports


class _BackupWatch:
    """Observer of a backup for a watch; what is told of files is in the report, too."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def progressed(self, done: int, total: int) -> None:
        """See ``BackupObserver``."""
        self._watch.progressed(done, total)
        self._watch.check()

    def found(self, path: str, text: str) -> None:
        """See ``BackupObserver``."""


_MakeRemedy = Callable[[Keeper], Remedy]
_NAME: Final = read_attribute("PatientName")
_ISSUER: Final = read_attribute("IssuerOfPatientID")
_WHO: Final = (_NAME, _ISSUER, read_attribute("PatientBirthDate"), read_attribute("PatientSex"))
_OF_PATIENT: Final = ("patient_id", *(attribute.column for attribute in _WHO))


def _columns(level: Level) -> tuple[Attribute, ...]:
    """What rows show, whose they are among it."""
    return tuple(dict.fromkeys((*default_attributes(level), *_WHO)))


def _identity(study: Listed) -> tuple[str, str, str, str]:
    """Which study a row is."""
    return study.area, str(study.values["study_instance_uid"]), *_patient_of(study)


def _patient_row(study: Listed, found: FoundPatient) -> Listed:
    """The row of a patient who has a study."""
    values = {name: study.values[name] for name in _OF_PATIENT}
    counts = {"studies": found.studies, "instances": found.instances, "bytes": found.size_bytes}
    of_patient = {**values, **counts, "last_received": found.last_received / 1e6}
    return Listed(area=study.area, level=Level.PATIENT, values=of_patient)


def _patient_of(row: Listed) -> tuple[str, str]:
    """Patient ID and its issuer."""
    return str(row.values.get("patient_id", "")), str(row.values.get("issuer_of_patient_id", ""))


def _selected(row: Listed) -> Selection:
    """The selection of a row: where its patient has no ID, of the name."""
    selection = selection_of(row)
    name = str(row.values.get("patient_name", ""))
    if _patient_of(row)[0] or not name:
        return selection
    return Selection(level=selection.level, values={**selection.values, _NAME: name})


def _belongs_to(row: Listed, instance: StoredInstance) -> bool:
    """Whether an instance that was selected is of the row's patient: others may have the same UIDs, or a like ID."""
    return (instance.patient_id, instance.issuer_of_patient_id) == _patient_of(row)


def _correcting(row: Listed, values: Mapping[int, str | None]) -> _MakeRemedy:
    patient_id, issuer = _patient_of(row)
    selection = CorrectedSelection(query=_selected(row).query(), patient_id=patient_id, issuer=issuer)
    return lambda keeper: correction(keeper, selection, values)


def _merging(patient_id: str, surviving_id: str) -> _MakeRemedy:
    return lambda keeper: merge(keeper, patient_id, surviving_id, {})
