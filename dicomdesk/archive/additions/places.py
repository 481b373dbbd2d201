"""Finds or makes the places of entries: their study and series, and the face that they have of each."""

from collections import Counter
from dataclasses import field
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from dicomdesk.archive.contents.contents import (
    Content,
    content_of,
    content_row,
    content_sequence_rows,
    name_of,
    patient_part,
    raw_content,
)
from dicomdesk.archive.contents.rows import LONGEST_TEXT, Row, folded_name, joined, patient_identity, row_of
from dicomdesk.archive.index_entries import Conflict, IndexEntry
from dicomdesk.archive.tables.conflicts import lock_study_uid, note_patients
from dicomdesk.archive.tables.faces import (
    SERIES_READ,
    STUDY_READ,
    Faces,
    SeriesEntity,
    StudyEntity,
    series_entity,
    study_entity,
)
from dicomdesk.archive.tables.patients import Patients, StaleError, insert_one
from dicomdesk.archive.tables.schema import patient, series, study
from dicomdesk.dicom.query.attributes import MODALITY, SERIES_INSTANCE_UID, STUDY_INSTANCE_UID, Level
from dicomdesk.records import dataclass

__all__ = ["Memory", "Place", "Places", "has_other_name", "instance_row", "value_of"]


class Place(NamedTuple):
    """Study and series of an instance, and what it carries of them."""

    study: StudyEntity
    series: SeriesEntity
    content: Content
    """Of the study."""
    study_face: int
    series_face: int
    shown: tuple[Content, Content]
    """What study and series showed when this was looked up."""

    @property
    def is_plain(self) -> bool:
        """Whether study and series show what the instance carries, and all their instances carry that."""
        owner, part = self.study, self.series
        return not (owner.faces or part.faces) and owner.shown is self.shown[0] and part.shown is self.shown[1]


@dataclass(slots=True)
class Memory:
    """Remembered rows of the database."""

    places: dict[tuple[str | None, ...], Place] = field(default_factory=dict)
    """Of plain studies and series, by all that entries say of them."""
    studies: dict[tuple[str, str, str], StudyEntity] = field(default_factory=dict)
    """By area, Study Instance UID and the patient's identity; who adds to a study says what it is remembered to be, and
    begins again where others changed it."""
    studies_by_key: dict[int, StudyEntity] = field(default_factory=dict)
    series: dict[tuple[int, str], SeriesEntity] = field(default_factory=dict)
    """By key of the study, and Series Instance UID."""
    varied: int = 0
    """How many entries had another content than their study or series shows: at most so many faces are remembered."""
    was_new: bool = True
    """Whether what was added last was new: who sends one instance again sends others again."""

    def clear(self) -> None:
        """Forget everything."""
        self.varied = 0
        self.places.clear()
        self.studies.clear()
        self.studies_by_key.clear()
        self.series.clear()


class Places:
    """Places of one transaction."""

    def __init__(self, connection: Connection, memory: Memory) -> None:
        self.patients = Patients(connection)
        self.faces = Faces(connection)
        self.new_series: Counter[int] = Counter()
        """How many series studies have got, by key."""
        self.new_items: list[Row] = []
        """Items of new studies and series, to be written."""
        self._connection = connection
        self._memory = memory

    def place(self, entry: IndexEntry) -> Place:
        """Find the place of an entry, or make it. Raises StaleError where others changed what is remembered."""
        raw = raw_content(entry)
        place = self._memory.places.get(raw)
        if place is not None and place.is_plain:
            return place
        content = content_of(Level.STUDY, entry)
        owner = self._study(entry, content)
        part = self._series(entry, owner)
        study_face = self.faces.number_of(owner, content)
        series_face = self.faces.number_of(part, content_of(Level.SERIES, entry))
        place = Place(owner, part, content, study_face, series_face, (owner.shown, part.shown))
        if place.is_plain:
            self._memory.places[raw] = place
        else:
            self._memory.varied += 1
        return place

    def _study(self, entry: IndexEntry, content: Content) -> StudyEntity:
        """The study of an entry, which is made where it is not there."""
        uid, identity = value_of(entry, STUDY_INSTANCE_UID), patient_identity(entry.values)
        which = entry.area, uid, identity
        known = self._memory.studies.get(which)
        if known is None:
            known = self.find_study(entry.area, uid, identity) or self._make_study(entry, uid, identity, content)
            self._memory.studies[which] = self._memory.studies_by_key[known.key] = known
        return known

    def find_study(self, area: str, uid: str, identity: str) -> StudyEntity | None:
        """Read the study of a UID and a patient's identity; its row stays until the transaction ends."""
        found = self._connection.execute(
            STUDY_READ.join(patient, patient.c.key == study.c.patient_key)
            .where(study.c.area == area, study.c.study_instance_uid == uid, patient.c.identity == identity)
            .with_for_update(of=study)
        ).first()
        return study_entity(found) if found is not None else None

    def _make_study(self, entry: IndexEntry, uid: str, identity: str, content: Content) -> StudyEntity:
        lock_study_uid(self._connection, entry.area, uid)
        part = patient_part(content)
        patient_key = self.patients.find_or_make(entry.area, identity, part)
        row = content_row(Level.STUDY, content)
        row |= {"area": entry.area, "patient_key": patient_key, "study_instance_uid": uid}
        key = insert_one(self._connection, study, row)
        made = StudyEntity(key, content, 0, patient_key)
        self.patients.add_study(patient_key, part)
        self.new_items += content_sequence_rows(Level.STUDY, content, key)
        for changed in note_patients(self._connection, entry.area, uid):
            other = made if changed == key else self._memory.studies_by_key.get(changed)
            if other is not None:
                other.conflict |= Conflict.OTHER_PATIENT
                other.revision += 1
        return made

    def _series(self, entry: IndexEntry, owner: StudyEntity) -> SeriesEntity:
        """The series of an entry, which is made where it is not there."""
        uid = value_of(entry, SERIES_INSTANCE_UID)
        known = self._memory.series.get((owner.key, uid))
        if known is None:
            row = self._connection.execute(
                SERIES_READ.where(series.c.study_key == owner.key, series.c.series_instance_uid == uid)
            ).first()
            known = series_entity(row, owner) if row is not None else self._make_series(entry, owner, uid)
            self._memory.series[owner.key, uid] = known
        return known

    def _make_series(self, entry: IndexEntry, owner: StudyEntity, uid: str) -> SeriesEntity:
        modalities = select(study.c.modalities).where(study.c.key == owner.key).with_for_update()
        listed = self._connection.execute(modalities).scalar()
        if listed is None:
            raise StaleError
        content = content_of(Level.SERIES, entry)
        row = content_row(Level.SERIES, content)
        row |= {"study_key": owner.key, "series_instance_uid": uid}
        key = insert_one(self._connection, series, row)
        self.new_series[owner.key] += 1
        self.new_items += content_sequence_rows(Level.SERIES, content, key)
        more = joined(str(listed), value_of(entry, MODALITY))
        if more != listed:
            self._connection.execute(update(study).where(study.c.key == owner.key).values(modalities=more))
        return SeriesEntity(key, content, 0, owner)


def has_other_name(owner: StudyEntity, content: Content) -> bool:
    """Whether a content has a name, and another than a study shows."""
    name, shown = folded_name(name_of(content)), folded_name(name_of(owner.shown))
    return bool(name and shown) and name != shown


def value_of(entry: IndexEntry, tag: int) -> str:
    """A value of an entry, as long as the index keeps it; "" where it has none."""
    return entry.values.get(tag, "")[:LONGEST_TEXT]


def instance_row(entry: IndexEntry, place: Place, now: int) -> Row:
    """The columns of an instance but for its key; ``now`` is in microseconds since 1970."""
    row = row_of(Level.IMAGE, entry)
    row["series_key"] = place.series.key
    row["transfer_syntax_uid"] = entry.transfer_syntax_uid
    row["path"] = entry.path
    row["bytes"] = entry.size_bytes
    row["checksum"] = entry.checksum
    row["received"] = round(entry.received * 1e6) if entry.received else now
    row["conflict"] = 0
    row["study_face"] = place.study_face
    row["series_face"] = place.series_face
    return row
