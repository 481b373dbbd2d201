"""Selects the stored instances that a correction is about: by study, series, instance or patient.

The patient is the one whom the instance itself names, whoever else's the study is.
"""

from collections.abc import Iterator
from pathlib import Path

from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.index_entries import IndexEntry, StoredInstance
from dicomdesk.dicom.query.attributes import PATIENT_ID, Level, find_attribute
from dicomdesk.dicom.query.query import Key, Model, Query
from dicomdesk.errors import DataError, SettingsError
from dicomdesk.records import dataclass

__all__ = ["Selection", "read_own_entry", "select_instances"]

_ISSUER = 0x00100021
_ACCESSION_NUMBER = 0x00080050


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What all must be true of an instance that is selected; what is empty is not asked for."""

    study_instance_uid: str = ""
    series_instance_uids: frozenset[str] = frozenset()
    sop_instance_uids: frozenset[str] = frozenset()
    """Of these series or instances any; where both are given, either is enough."""
    patient_id: str | None = None
    """"" asks for those without."""
    issuer: str | None = None
    """Issuer of Patient ID."""
    accession_number: str = ""

    def check(self) -> None:
        """Raise SettingsError where it would select the whole archive."""
        named = self.study_instance_uid or self.series_instance_uids or self.sop_instance_uids
        if not (named or self.patient_id or self.accession_number):
            raise SettingsError("What is to be corrected must be said: a study, a patient or an accession number")


def select_instances(keeper: Keeper, selection: Selection) -> Iterator[tuple[StoredInstance, IndexEntry]]:
    """Yield what is selected, with what its file says. Raises DataError where a file cannot be read."""
    selection.check()
    for stored in _candidates(keeper, selection):
        if selection.series_instance_uids or selection.sop_instance_uids:
            is_named = (
                stored.series_instance_uid in selection.series_instance_uids
                or stored.sop_instance_uid in selection.sop_instance_uids
            )
            if not is_named:
                continue
        try:
            entry = read_own_entry(keeper, stored)
        except FileNotFoundError:
            continue  # it was removed, or came again, meanwhile
        except OSError as error:
            raise DataError(f"{stored.path}: {error.strerror}") from error
        except DataError as error:
            raise type(error)(f"{stored.path}: {error}") from error
        if _is_wanted(entry, selection):
            yield stored, entry


def read_own_entry(keeper: Keeper, stored: StoredInstance) -> IndexEntry:
    """Read the entry of a stored instance from its file. Raises DataError or OSError."""
    file = keeper.storage.path_of(stored.path)
    return read_entry(file, area=keeper.name, path=stored.path, received=Path(file).stat().st_mtime)


def _candidates(keeper: Keeper, selection: Selection) -> Iterator[StoredInstance]:
    if selection.study_instance_uid:
        return keeper.index.find_instances(keeper.name, study_instance_uid=selection.study_instance_uid)
    if selection.sop_instance_uids and not selection.series_instance_uids:
        return keeper.index.find_instances(keeper.name, sop_instance_uids=sorted(selection.sop_instance_uids))
    if selection.series_instance_uids:
        return (
            stored
            for uid in sorted(selection.series_instance_uids)
            for stored in keeper.index.find_instances(keeper.name, series_instance_uid=uid)
        )
    keys = ((PATIENT_ID, selection.patient_id), (_ACCESSION_NUMBER, selection.accession_number))
    query = Query(
        model=Model.STUDY_ROOT,
        level=Level.STUDY,
        keys=tuple(
            Key(attribute=attribute, value=value)
            for tag, value in keys
            if value and (attribute := find_attribute(tag)) is not None
        ),
    )
    return keeper.index.instances(query, keeper.name)


def _is_wanted(entry: IndexEntry, selection: Selection) -> bool:
    values = entry.values
    wanted = (
        (PATIENT_ID, selection.patient_id),
        (_ISSUER, selection.issuer),
        (_ACCESSION_NUMBER, selection.accession_number or None),
    )
    return all(value is None or values.get(tag, "") == value for tag, value in wanted)
