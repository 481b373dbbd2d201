"""Remedies: what a correction, a merge, a split or an undo makes of the instances that each is about."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Final

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.corrections.corrector import Wanted
from dicomdesk.archive.corrections.record import CorrectionRecord
from dicomdesk.archive.corrections.selection import Selection, read_own_entry, select_instances, selection_of
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.dicom.dictionary import find_tag
from dicomdesk.dicom.query.attributes import (
    CHARACTER_SET,
    PATIENT_ID,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
    find_attribute,
)
from dicomdesk.dicom.query.query import Key, Match, Model, Query
from dicomdesk.dicom.uids import new_uid
from dicomdesk.errors import SettingsError
from dicomdesk.records import dataclass

__all__ = ["Remedy", "correction", "merge", "split", "undo"]

_ISSUER: Final = 0x00100021
_PATIENT_TAGS: Final = (0x00100010, PATIENT_ID, _ISSUER, 0x00100030, 0x00100040)
"""Who a patient is: name, ID and its issuer, birth date, sex."""
_STUDY_TAGS: Final = (0x00080020, 0x00080030, 0x00080050, 0x00080090, 0x00081030, 0x00200010)
"""What a study is: date, time, accession number, referring physician, description, ID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What is to be done; ``find`` and ``uids`` are for ``Corrector``."""

    find: Callable[[], Iterator[Wanted]]
    uids: dict[str, str] = field(default_factory=dict)
    """UIDs that become others; ``find`` adds those that it meets."""


def correction(keeper: Keeper, selection: Selection, values: Mapping[int, str | None]) -> Remedy:
    """Give values to all that is selected."""
    selection.check()

    def find() -> Iterator[Wanted]:
        for stored, entry in select_instances(keeper, selection):
            yield Wanted(stored=stored, entry=entry, values=values)

    return Remedy(find=find)


def merge(
    keeper: Keeper,
    patient_id: str,
    surviving_id: str,
    values: Mapping[int, str | None],
    *,
    issuer: str | None = None,
) -> Remedy:
    """Make all of one patient another's, with what the archive knows of that one, and ``values`` above all.

    With ``issuer`` only what has that Issuer of Patient ID goes. Raises SettingsError where the archive has no patient
    of the surviving ID.
    """
    if not patient_id or not surviving_id or patient_id == surviving_id:
        raise SettingsError("Two different patient IDs must be said: whose studies go, and whose they become")
    query = selection_of(Level.PATIENT, PATIENT_ID, patient_id).query
    selection = Selection(query=query, patient_id=patient_id, issuer=issuer)
    found = _surviving(keeper, surviving_id, values)
    return correction(keeper, selection, _values_of(found, _PATIENT_TAGS) | {PATIENT_ID: surviving_id} | dict(values))


def _surviving(keeper: Keeper, patient_id: str, values: Mapping[int, str | None]) -> Match:
    """Return the one patient of an ID, and of an issuer where that is given; raises SettingsError."""
    found = _matches(keeper, Level.PATIENT, PATIENT_ID, patient_id, _PATIENT_TAGS)
    if _ISSUER in values:
        found = [one for one in found if one.values.get(_ISSUER, "") == values[_ISSUER]]
    if not found:
        raise SettingsError("The archive has no patient of the ID whose the studies are to become")
    if len(found) > 1:
        issuers = ", ".join(f'"{one.values.get(_ISSUER, "")}"' for one in found)
        raise SettingsError(f"Several patients have that ID, of the issuers {issuers}: say which, by IssuerOfPatientID")
    return found[0]


def split(
    keeper: Keeper,
    selection: Selection,
    values: Mapping[int, str | None],
    *,
    into: str = "",
    keeps_uids: bool = False,
) -> Remedy:
    """Bring what is selected to another study: a new one, or that of the UID ``into``, whose values it takes.

    Series and instances get new UIDs, as what is known elsewhere under the old ones belongs to the old study there;
    ``keeps_uids`` leaves them as they are. Raises SettingsError where there is no such study.
    """
    selection.check()
    wanted: dict[int, str | None] = {}
    if into:
        tags = (*_PATIENT_TAGS, *_STUDY_TAGS)
        found = _matches(keeper, Level.STUDY, STUDY_INSTANCE_UID, into, tags)
        if not found:
            raise SettingsError("The archive has no study of the UID to which the instances are to go")
        if len(found) > 1:
            raise SettingsError("Several patients have a study of the UID to which the instances are to go")
        wanted = dict(_values_of(found[0], tags))
    wanted |= values
    uids: dict[str, str] = {}
    target = into or new_uid()

    def find() -> Iterator[Wanted]:
        for stored, entry in select_instances(keeper, selection):
            if stored.study_instance_uid == target:
                continue
            uids[stored.study_instance_uid] = target
            identity = {STUDY_INSTANCE_UID: target}
            if not keeps_uids:
                identity[SERIES_INSTANCE_UID] = uids.setdefault(stored.series_instance_uid, new_uid())
                identity[SOP_INSTANCE_UID] = uids.setdefault(stored.sop_instance_uid, new_uid())
            yield Wanted(stored=stored, entry=entry, values={**wanted, **identity})

    return Remedy(find=find, uids=uids)


def undo(keeper: Keeper, record: CorrectionRecord) -> Remedy:
    """Give back what was there before a correction, in as far as it is still what the correction has made of it.

    A character set that had to become UTF-8 stays so: the text is what it was.
    """
    uids = {new: old for old, new in record.uids.items()}  # of studies the changes tell, as several can become one

    def find() -> Iterator[Wanted]:
        for change in record.changes:
            named = {tag: keyword for keyword in change.before if (tag := find_tag(keyword)) is not None}
            tags = {tag: keyword for tag, keyword in named.items() if tag != CHARACTER_SET}
            found = keeper.index.find_instances(keeper.name, sop_instance_uids=change.instances)
            for stored in found:
                values = _restored(keeper, stored, change.before, change.after, tags, uids)
                if values is not None:
                    yield values

    return Remedy(find=find, uids=uids)


def _restored(
    keeper: Keeper,
    stored: StoredInstance,
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
    tags: Mapping[int, str],
    uids: Mapping[str, str],
) -> Wanted | None:
    try:
        entry = read_own_entry(keeper, stored)
    except FileNotFoundError:
        return None
    values: dict[int, str | None] = {
        tag: before[keyword]
        for tag, keyword in tags.items()
        if entry.values.get(tag, "") == (after[keyword] or "") or find_attribute(tag) is None
    }
    for tag in (SERIES_INSTANCE_UID, SOP_INSTANCE_UID):
        old = uids.get(entry.values.get(tag, ""))
        if old is not None:
            values[tag] = old
    return Wanted(stored=stored, entry=entry, values=values) if values else None


def _matches(keeper: Keeper, level: Level, unique: int, value: str, tags: tuple[int, ...]) -> list[Match]:
    """Return what the index says of patients or studies that have exactly this value of the unique key."""
    keys = [
        Key(attribute=attribute, value=value if tag == unique else "")
        for tag in sorted({*tags, unique})
        if (attribute := find_attribute(tag)) is not None
    ]
    model = Model.PATIENT_ROOT if level is Level.PATIENT else Model.STUDY_ROOT
    query = Query(model=model, level=level, keys=tuple(keys))
    return [one for one in keeper.index.find(query, keeper.name) if one.values.get(unique) == value]


def _values_of(match: Match, tags: tuple[int, ...]) -> dict[int, str | None]:
    return {tag: match.values.get(tag, "") for tag in tags}
