"""Looking at an archive: its studies searched, shown down to their instances, and counted. Nothing is changed."""

import contextlib
import shutil
from collections.abc import Container, Sequence
from itertools import islice
from typing import Final, Protocol, Self

from dicomdesk.archive.administration.details import Details, find_details, selection_of
from dicomdesk.archive.administration.listing import Listed, default_attributes, find_conflicts, list_area
from dicomdesk.archive.administration.opening import OpenedArea, opened_areas
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.search.orders import BY_RECEIVED, Order
from dicomdesk.archive.administration.search.searching import FoundPatient, StudySearch, merged
from dicomdesk.archive.administration.selection import Selection, read_attribute
from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.index_entries import ConflictCounts, IndexStatistics, StoredInstance
from dicomdesk.archive.matching.study_texts import StudyText
from dicomdesk.dicom.query.attributes import Attribute, Level
from dicomdesk.errors import StorageError
from dicomdesk.records import dataclass

__all__ = ["NOBODY", "AreaUsage", "FoundRows", "LookingDesk", "Watch", "belongs_to", "patient_of", "selected"]

_BELOW: Final = {Level.PATIENT: Level.STUDY, Level.STUDY: Level.SERIES, Level.SERIES: Level.IMAGE}


class Watch(Protocol):
    """Watch over something that takes long; called on the thread that does it."""

    def progressed(self, done: int, total: int) -> None:
        """Take note that so many are done; a total of 0 is not known."""

    def check(self) -> None:
        """Say whether it is to go on: what this raises, CancelledError for one, ends it in order."""


class Unwatched:
    """Watch of nobody."""

    def progressed(self, done: int, total: int) -> None:
        """See ``Watch``."""

    def check(self) -> None:
        """See ``Watch``."""


NOBODY: Final = Unwatched()


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


class LookingDesk:
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
        found = list_area(self._areas[row.area], Selection(level=below, values=selected(row).values), _columns(below))
        return [one for one in found if patient_of(one) == patient_of(row)]

    def details(self, row: Listed) -> Details | None:
        """Return all that is known of what a row stands for; None where it has gone meanwhile."""
        found = find_details(self._areas[row.area], selected(row))
        return next((one for one in found if patient_of(one.listed) == patient_of(row)), None)

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


_NAME: Final = read_attribute("PatientName")
_ISSUER: Final = read_attribute("IssuerOfPatientID")
_WHO: Final = (_NAME, _ISSUER, read_attribute("PatientBirthDate"), read_attribute("PatientSex"))
_OF_PATIENT: Final = ("patient_id", *(attribute.column for attribute in _WHO))


def _columns(level: Level) -> tuple[Attribute, ...]:
    """What rows show, whose they are among it."""
    return tuple(dict.fromkeys((*default_attributes(level), *_WHO)))


def _identity(study: Listed) -> tuple[str, str, str, str]:
    """Which study a row is."""
    return study.area, str(study.values["study_instance_uid"]), *patient_of(study)


def _patient_row(study: Listed, found: FoundPatient) -> Listed:
    """The row of a patient who has a study."""
    values = {name: study.values[name] for name in _OF_PATIENT}
    counts = {"studies": found.studies, "instances": found.instances, "bytes": found.size_bytes}
    of_patient = {**values, **counts, "last_received": found.last_received / 1e6}
    return Listed(area=study.area, level=Level.PATIENT, values=of_patient)


def patient_of(row: Listed) -> tuple[str, str]:
    """Patient ID and its issuer."""
    return str(row.values.get("patient_id", "")), str(row.values.get("issuer_of_patient_id", ""))


def selected(row: Listed) -> Selection:
    """The selection of a row: where its patient has no ID, of the name."""
    selection = selection_of(row)
    name = str(row.values.get("patient_name", ""))
    if patient_of(row)[0] or not name:
        return selection
    return Selection(level=selection.level, values={**selection.values, _NAME: name})


def belongs_to(row: Listed, instance: StoredInstance) -> bool:
    """Whether an instance that was selected is of the row's patient: others may have the same UIDs, or a like ID."""
    return (instance.patient_id, instance.issuer_of_patient_id) == patient_of(row)
