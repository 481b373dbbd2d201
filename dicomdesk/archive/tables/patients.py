"""Assigns studies to patients within one transaction of additions: finds, makes, names and removes patients.

Patients are one by ``rows.patient_identity``. A study has the patient of its first instance, until that patient gets a
name or an instance that comes again corrects who it is; then the study moves.

Others may move a study at the same time. Whoever counts in a study so says whose it believes the study to be, and
begins again where it is another's. Names are given to patients in place; who remembers one without a name looks again.
"""

from collections import Counter
from typing import Final, NamedTuple

from sqlalchemy import Connection, Insert, bindparam, delete, select, update

from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.rows import is_same_patient, names_patient, row_of
from dicomdesk.archive.tables.schema import LONGEST_TEXT, patient, study
from dicomdesk.dicom.query.attributes import Level


class StaleError(Exception):
    """Remembered row that is no longer there: begin again."""


class Owner(NamedTuple):
    """Patient that a study belongs to."""

    key: int
    identity: str


class Patients:
    """Patients of one transaction; ``owners`` is what is remembered of studies, by key, and outlives it."""

    def __init__(self, connection: Connection, owners: dict[int, Owner]) -> None:
        self._connection = connection
        self._owners = owners
        self._changes: Counter[int] = Counter()
        self._left: set[int] = set()

    def owner_of(self, study_key: int) -> Owner:
        """Return the owner of a study, as far as it is remembered."""
        return self._owners[study_key]

    def remember(self, study_key: int, owner: Owner) -> None:
        """A study that was found or made is this patient's."""
        self._owners[study_key] = owner

    def count(self, key: int, number: int) -> None:
        """Have a number added to how many studies a patient has."""
        self._changes[key] += number

    def find_or_make(self, entry: IndexEntry, identity: str) -> Owner:
        """The patient of an identity; its row stays until the transaction ends."""
        key = self._connection.execute(
            select(patient.c.key)
            .where(patient.c.area == entry.area, patient.c.identity == identity)
            .with_for_update(read=True, key_share=True)
        ).scalar()
        if key is None:
            row = row_of(Level.PATIENT, entry)
            row |= {"area": entry.area, "identity": identity, "character_set": entry.character_set[:LONGEST_TEXT]}
            key = insert_one(self._connection, patient.insert().values(**row))
        return Owner(int(key), identity)

    def settle(self, study_key: int, entry: IndexEntry, identity: str, *, is_correction: bool) -> Owner:
        """Return the owner of a study after an entry of it came that seems to be another patient's.

        A correction, and the name of a patient that had none, move the study or name its patient; for anything else it
        is only looked up whether others did that meanwhile. Raises StaleError where the study is no longer there.
        """
        owner = self._owners[study_key] = self._read_owner(study_key)
        is_named = names_patient(identity, owner.identity)
        if is_same_patient(identity, owner.identity) or not (is_named or is_correction):
            return owner
        if is_named and self._has_one_study(owner) and not self._is_there(entry.area, identity):
            self._connection.execute(update(patient).where(patient.c.key == owner.key).values(identity=identity))
            moved = Owner(owner.key, identity)
        else:
            moved = self.find_or_make(entry, identity)
            self._move(study_key, owner, moved)
        self._owners[study_key] = moved
        return moved

    def _read_owner(self, study_key: int) -> Owner:
        found = self._connection.execute(
            select(patient.c.key, patient.c.identity)
            .join(study, study.c.patient_key == patient.c.key)
            .where(study.c.key == study_key)
        ).first()
        if found is None:
            raise StaleError
        return Owner(*found)

    def _has_one_study(self, owner: Owner) -> bool:
        """Whether a patient has one study only; nobody gives it another until the transaction ends."""
        found = self._connection.execute(
            select(patient.c.study_count)
            .where(patient.c.key == owner.key, patient.c.identity == owner.identity)
            .with_for_update()
        ).scalar()
        if found is None:
            raise StaleError
        return int(found) + self._changes[owner.key] == 1

    def _is_there(self, area: str, identity: str) -> bool:
        return (
            self._connection.execute(
                select(patient.c.key).where(patient.c.area == area, patient.c.identity == identity)
            ).first()
            is not None
        )

    def _move(self, study_key: int, old: Owner, new: Owner) -> None:
        locked = list(
            self._connection.execute(
                select(patient.c.key)
                .where(patient.c.key.in_((old.key, new.key)))
                .order_by(patient.c.key)
                .with_for_update()
            )
        )
        found = self._connection.execute(
            select(study.c.key).where(study.c.key == study_key, study.c.patient_key == old.key).with_for_update()
        ).first()
        if found is None or len(locked) != 2:
            raise StaleError
        self._connection.execute(update(study).where(study.c.key == study_key).values(patient_key=new.key))
        self.count(old.key, -1)
        self.count(new.key, 1)
        self._left.add(old.key)

    def apply_counts(self) -> None:
        """Add the counts to the rows. Raises StaleError where a patient is gone."""
        for key, number in sorted(self._changes.items()):
            if number and _ADD_STUDIES.run(self._connection, {"number": number, "which": key}).rowcount != 1:
                raise StaleError

    def drop_empty(self) -> None:
        """Remove patients that no study is left of; after ``apply_counts``."""
        for key in sorted(self._left):
            self._connection.execute(delete(patient).where(patient.c.key == key, patient.c.study_count <= 0))


def insert_one(connection: Connection, statement: Insert) -> int:
    """Insert a row and return the key that the database gave it."""
    key = connection.execute(statement).inserted_primary_key
    if key is None:
        raise AssertionError("the database gives each row a key")
    return int(key[0])


_ADD_STUDIES: Final = PreparedStatement(
    update(patient)
    .where(patient.c.key == bindparam("which"))
    .values(study_count=patient.c.study_count + bindparam("number"))
)
