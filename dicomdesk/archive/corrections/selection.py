"""Selects the stored instances that a correction is about, with what their files say."""

from collections.abc import Iterator
from pathlib import Path

from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.index_entries import IndexEntry, StoredInstance
from dicomdesk.dicom.query.attributes import PATIENT_ID, Level, find_attribute
from dicomdesk.dicom.query.query import Key, Model, Query
from dicomdesk.errors import DataError, SettingsError
from dicomdesk.records import dataclass

__all__ = ["Selection", "read_own_entry", "select_instances", "selection_of"]

_ISSUER = 0x00100021


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What all must be true of an instance that is selected."""

    query: Query
    """What the index has to say of it."""
    patient_id: str | None = None
    """What the instance itself has to say, exactly; None is not asked for."""
    issuer: str | None = None
    """The same for Issuer of Patient ID."""

    def check(self) -> None:
        """Raise SettingsError where it would select the whole archive."""
        if not self.query.restricting_tags:
            raise SettingsError("What is to be corrected must be said: a study, a patient or an accession number")


def selection_of(level: Level, tag: int, value: str) -> Selection:
    """Return the selection of all that has a value in an attribute that can be a key."""
    attribute = find_attribute(tag)
    if attribute is None:
        raise SettingsError("This attribute can be no key")
    keys = (Key(attribute=attribute, value=value),)
    return Selection(query=Query(model=Model.PATIENT_ROOT, level=level, keys=keys, is_relational=True))


def select_instances(keeper: Keeper, selection: Selection) -> Iterator[tuple[StoredInstance, IndexEntry]]:
    """Yield what is selected, with what its file says. Raises DataError where a file cannot be read."""
    selection.check()
    for stored in keeper.index.instances(selection.query, keeper.name):
        try:
            entry = read_own_entry(keeper, stored)
        except FileNotFoundError:
            continue  # it was removed, or came again, meanwhile
        except OSError as error:
            raise DataError(f"{stored.path}: {error.strerror}") from error
        except DataError as error:
            raise type(error)(f"{stored.path}: {error}") from error
        wanted = ((PATIENT_ID, selection.patient_id), (_ISSUER, selection.issuer))
        if all(value is None or entry.values.get(tag, "") == value for tag, value in wanted):
            yield stored, entry


def read_own_entry(keeper: Keeper, stored: StoredInstance) -> IndexEntry:
    """Read the entry of a stored instance from its file. Raises DataError or OSError."""
    file = keeper.storage.path_of(stored.path)
    return read_entry(file, area=keeper.name, path=stored.path, received=Path(file).stat().st_mtime)
