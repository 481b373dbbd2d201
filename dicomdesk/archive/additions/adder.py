"""Adds entries to the index within one transaction, and keeps the counts.

What most comes is added by ``one_more``. Here everything is looked up, and may give a study or series another face:
see ``faces``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from dicomdesk.archive.additions.one_more import ONE_MORE, OneMore, has_items, plan_each
from dicomdesk.archive.additions.places import Memory, Place, Places, has_other_name, instance_row, value_of
from dicomdesk.archive.additions.statements import (
    ADD_CLASS,
    ADD_INSTANCES,
    ADD_TO_SERIES,
    CHANGE_STUDY,
    DROP_ITEMS,
    INSTANCE_SEQUENCES,
    KNOWN,
    KNOWN_ONE,
    REPLACE,
    study_changes,
)
from dicomdesk.archive.contents.rows import Row, is_listed, item_rows, joined, patient_identity
from dicomdesk.archive.index_entries import NO_CONFLICT, Addition, AdditionOutcome, Conflict, DuplicateRule, IndexEntry
from dicomdesk.archive.tables.conflicts import conflict_of, is_outnumbered, lock_instances, note_instances
from dicomdesk.archive.tables.counts import LAST_RECEIVED, drop_classes
from dicomdesk.archive.tables.faces import StudyEntity
from dicomdesk.archive.tables.patients import StaleError, insert_one
from dicomdesk.archive.tables.schema import instance, sequence_item, series, study
from dicomdesk.dicom.query.attributes import (
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
)
from dicomdesk.records import dataclass

_MOST_PLACES: Final = 20_000
_MOST_PARAMETERS: Final = 500


class _Added(NamedTuple):
    """What became of an entry; what it contradicts is known at the end."""

    entry: IndexEntry
    outcome: AdditionOutcome
    place: Place | None = None
    replaced_path: str = ""
    conflict: Conflict = NO_CONFLICT


class _Known(NamedTuple):
    """Instance that the index has."""

    key: int
    series_key: int
    study_key: int
    study_instance_uid: str
    path: str
    size_bytes: int
    sop_class_uid: str
    received: int
    study_face: int = 0
    series_face: int = 0


@dataclass(slots=True)
class _Changes:
    """Changes of counts by a transaction; those of patients and faces are in ``Patients`` and ``Faces``."""

    studies: dict[int, Counter[str]] = field(default_factory=dict)
    series: Counter[int] = field(default_factory=Counter)
    classes: dict[int, str] = field(default_factory=dict)
    """SOP classes as a study will list them."""
    gone: dict[int, set[str]] = field(default_factory=dict)
    """SOP classes that instances of a study had before they came again with others."""
    received: dict[int, int] = field(default_factory=dict)
    """When a study got its last instance."""
    older: set[int] = field(default_factory=set)
    """Studies of which an instance came again that had come later before."""
    repeated: dict[str, set[str]] = field(default_factory=dict)
    """By area, UIDs of instances that are at several places."""


class Adder:
    """Adder of entries; remembers the rows of studies and series. Belongs to one thread at a time."""

    def __init__(self) -> None:
        self._memory = Memory()

    def plan_each(self, entries: Sequence[IndexEntry], now: int) -> list[OneMore]:
        """See ``one_more.plan_each``."""
        return plan_each(self._memory, entries, now)

    def forget(self) -> None:
        """Forget what is remembered, after a transaction that was not committed or a removal."""
        self._memory.clear()

    def add(
        self,
        connection: Connection,
        entries: Sequence[IndexEntry],
        rule: DuplicateRule,
        now: int,
        *,
        refuses_conflicts: bool = False,
    ) -> list[Addition]:
        """Add the entries, ``now`` being in microseconds since 1970; the caller commits.

        ``refuses_conflicts`` leaves out what contradicts what is there. Raises StaleError when others removed or
        changed what was remembered.
        """
        batch = _Batch(connection, self._memory, rule, now)
        batch.refuses_conflicts = refuses_conflicts
        return batch.add(entries)


class _Batch:
    """Additions of one transaction."""

    def __init__(self, connection: Connection, memory: Memory, rule: DuplicateRule, now: int) -> None:
        self.refuses_conflicts = False
        self._connection = connection
        self._memory = memory
        self._places = Places(connection, memory)
        self._rule = rule
        self._now = now
        self._changes = _Changes()
        self._known: dict[tuple[str, str], list[_Known]] = {}
        self._new_instances: list[Row] = []
        self._new_items: list[Row] = []

    def add(self, entries: Sequence[IndexEntry]) -> list[Addition]:
        if max(len(self._memory.places), len(self._memory.series), self._memory.varied) > _MOST_PLACES:
            self._memory.clear()
        lock_instances(self._connection, ((entry.area, value_of(entry, SOP_INSTANCE_UID)) for entry in entries))
        if self.refuses_conflicts:
            self._find_known(entries)
        order = sorted(range(len(entries)), key=lambda number: _series_of(entries[number]))
        places = {number: self._place_or_none(entries[number]) for number in order}
        self._new_items += self._places.new_items
        for key, number in self._places.new_series.items():
            self._count_study(key, "series_count", number)
        self._find_known(entries)  # after the places: what is remembered of these is no older then
        added = [self._add_one(entry, places[number]) for number, entry in enumerate(entries)]
        self._apply_changes()  # first: it notices what others changed
        self._flush()
        self._places.faces.apply()
        self._places.patients.apply_counts()  # after all studies, as removals do
        self._places.patients.look_at(self._places.faces.changed_patients)
        self._places.patients.apply_shown()
        if self._changes.older:
            chosen = study.c.key.in_(self._changes.older)
            self._connection.execute(update(study).where(chosen).values(last_received=LAST_RECEIVED))
        for area, uids in self._changes.repeated.items():
            note_instances(self._connection, area, uids)
        for study_key, uids in sorted(self._changes.gone.items()):
            self._memory.studies_by_key[study_key].classes = drop_classes(self._connection, study_key, sorted(uids))
        self._memory.was_new = added[-1].outcome is AdditionOutcome.ADDED
        return [self._addition(one) for one in added]

    def _addition(self, added: _Added) -> Addition:
        place, conflict = added.place, added.conflict
        if place is not None and (place.study.conflict or place.study.faces):
            conflict |= self._conflict_of_study(added.entry, place)
        if added.outcome is AdditionOutcome.ADDED and not conflict:
            return ONE_MORE
        return Addition(outcome=added.outcome, replaced_path=added.replaced_path, conflict=conflict)

    # -- instances

    def _find_known(self, entries: Sequence[IndexEntry]) -> None:
        """Learn which of the instances are there already, anywhere in their area."""
        self._known.clear()
        by_area: dict[str, list[str]] = {}
        for entry in entries:
            by_area.setdefault(entry.area, []).append(value_of(entry, SOP_INSTANCE_UID))
        for area, uids in by_area.items():
            for start in range(0, len(uids), _MOST_PARAMETERS):
                for uid, known in self._select_known(area, uids[start : start + _MOST_PARAMETERS]):
                    self._known.setdefault((area, uid), []).append(known)

    def _select_known(self, area: str, uids: list[str]) -> list[tuple[str, _Known]]:
        rows: Iterable[Any]
        if len(uids) == 1:
            rows = KNOWN_ONE.run(self._connection, {"area": area, "uid": uids[0]})
        else:
            rows = self._connection.execute(KNOWN, {"area": area, "uids": uids})
        return [(row[0], _Known._make(row[1:])) for row in rows]

    def _place_or_none(self, entry: IndexEntry) -> Place | None:
        """Where an entry goes; None for one that contradicts others and is to be refused then."""
        return None if self.refuses_conflicts and self._contradicts(entry) else self._places.place(entry)

    def _contradicts(self, entry: IndexEntry) -> bool:
        """Whether an entry would be of another patient than most of its study, or is another of a known UID."""
        uid, identity = value_of(entry, STUDY_INSTANCE_UID), patient_identity(entry.values)
        owner = self._memory.studies.get((entry.area, uid, identity)) or self._places.find_study(
            entry.area, uid, identity
        )
        if owner is None:
            some = select(study.c.key).where(study.c.area == entry.area, study.c.study_instance_uid == uid)
            is_known = bool(self._known.get((entry.area, value_of(entry, SOP_INSTANCE_UID))))
            return is_known or self._connection.execute(some.limit(1)).first() is not None
        if owner.conflict & Conflict.OTHER_PATIENT and is_outnumbered(self._connection, entry.area, uid, owner.key):
            return True
        return self._is_elsewhere(entry, owner)

    def _is_elsewhere(self, entry: IndexEntry, owner: StudyEntity) -> bool:
        known = self._known.get((entry.area, value_of(entry, SOP_INSTANCE_UID)), [])
        own = self._memory.series.get((owner.key, value_of(entry, SERIES_INSTANCE_UID)))
        key = own.key if own is not None else self._series_key(entry, owner)
        return any(one.series_key != key for one in known)

    def _series_key(self, entry: IndexEntry, owner: StudyEntity) -> int | None:
        uid = value_of(entry, SERIES_INSTANCE_UID)
        return self._connection.execute(
            select(series.c.key).where(series.c.study_key == owner.key, series.c.series_instance_uid == uid)
        ).scalar()

    def _add_one(self, entry: IndexEntry, place: Place | None) -> _Added:
        if place is None:
            return _Added(entry, AdditionOutcome.REFUSED)
        uid = value_of(entry, SOP_INSTANCE_UID)
        known = self._known.setdefault((entry.area, uid), [])
        same = next((one for one in known if one.series_key == place.series.key), None)
        if same is not None and self._rule is DuplicateRule.KEEP_FIRST:
            return _Added(entry, AdditionOutcome.KEPT_FIRST)
        row = instance_row(entry, place, self._now)
        if same is not None:
            known.remove(same)
        conflict = self._conflict_with(entry, place, known)
        known.append(self._write(entry, place, row, same))
        self._count(entry, place, same, int(row["received"]))
        if same is None:
            return _Added(entry, AdditionOutcome.ADDED, place, "", conflict)
        return _Added(entry, AdditionOutcome.REPLACED, place, same.path, conflict)

    def _conflict_with(self, entry: IndexEntry, place: Place, others: Sequence[_Known]) -> Conflict:
        """What the instance is to others of its UID."""
        conflict = NO_CONFLICT
        ours = value_of(entry, STUDY_INSTANCE_UID), place.study.key, place.series.key
        for other in others:
            conflict |= conflict_of(ours, (other.study_instance_uid, other.study_key, other.series_key))
        if others:
            self._changes.repeated.setdefault(entry.area, set()).add(value_of(entry, SOP_INSTANCE_UID))
        return conflict

    def _conflict_of_study(self, entry: IndexEntry, place: Place) -> Conflict:
        """Whether as many instances of the study, or more, are another patient's or name the patient otherwise."""
        conflict, owner = NO_CONFLICT, place.study
        if owner.conflict & Conflict.OTHER_PATIENT:
            uid = value_of(entry, STUDY_INSTANCE_UID)
            if is_outnumbered(self._connection, entry.area, uid, owner.key):
                conflict |= Conflict.OTHER_PATIENT
        if owner.faces and has_other_name(owner, place.content):
            conflict |= Conflict.OTHER_NAME
        return conflict

    def _write(self, entry: IndexEntry, place: Place, row: Row, same: _Known | None) -> _Known:
        """Write the row now or at the end; returns how the instance is known from now on."""
        study_uid, said = value_of(entry, STUDY_INSTANCE_UID), (str(row["sop_class_uid"]), int(row["received"]))
        keys, faces = (0, place.series.key, place.study.key), (place.study_face, place.series_face)
        known = _Known(*keys, study_uid, entry.path, entry.size_bytes, *said, *faces)
        if same is None and not has_items(entry):
            self._new_instances.append(row)
            return known
        if same is not None and (same.key == 0 or self._new_items):
            self._flush()
            found = self._select_known(entry.area, [value_of(entry, SOP_INSTANCE_UID)])
            same = next(one for _uid, one in found if one.series_key == place.series.key)
        if same is None:
            series_key = {"which": place.series.key, "instance_count": 0}
            _expect_one(ADD_TO_SERIES.run(self._connection, series_key).rowcount)
            key = insert_one(self._connection, instance, row)
        else:
            key = same.key
            REPLACE.run(self._connection, {**row, "which": key})
            for attribute in INSTANCE_SEQUENCES:
                DROP_ITEMS.run(self._connection, {"which": attribute.tag, "holder": key})
        self._new_items += item_rows(Level.IMAGE, entry, key)
        return known._replace(key=key)

    def _flush(self) -> None:
        if self._new_instances:
            ADD_INSTANCES.run_all(self._connection, self._new_instances)
            self._new_instances = []
        if self._new_items:
            self._connection.execute(insert(sequence_item), self._new_items)
            self._new_items = []

    # -- counts

    def _count(self, entry: IndexEntry, place: Place, same: _Known | None, received: int) -> None:
        sop_class_uid, key = value_of(entry, SOP_CLASS_UID), place.study.key
        self._changes.received[key] = max(received, self._changes.received.get(key, 0))
        self._places.faces.count(place.study, place.study_face, 1)
        self._places.faces.count(place.series, place.series_face, 1)
        if same is None:
            self._count_study(key, "instance_count", 1)
            self._changes.series[place.series.key] += 1
        else:
            self._places.faces.count(place.study, same.study_face, -1)
            self._places.faces.count(place.series, same.series_face, -1)
            if same.received > received:
                self._changes.older.add(key)
            if same.sop_class_uid != sop_class_uid:
                self._changes.gone.setdefault(key, set()).add(same.sop_class_uid)
        self._count_study(key, "bytes", entry.size_bytes - (same.size_bytes if same else 0))
        if is_listed(sop_class_uid):
            listed = self._changes.classes.get(key) or place.study.classes
            self._changes.classes[key] = joined(listed, sop_class_uid)

    def _count_study(self, key: int, column: str, number: int) -> None:
        counts = self._changes.studies.get(key)
        if counts is None:
            counts = self._changes.studies[key] = Counter()
        counts[column] += number

    def _apply_changes(self) -> None:
        touched = self._places.faces.touched_studies()
        for key in sorted(self._changes.studies.keys() | touched):
            self._change_study(self._memory.studies_by_key[key], int(key in touched))
        for key, number in sorted(self._changes.series.items()):
            _expect_one(ADD_TO_SERIES.run(self._connection, {"which": key, "instance_count": number}).rowcount)

    def _change_study(self, owner: StudyEntity, step: int) -> None:
        """Add to the counts of a study, to its SOP classes and its revision, if it is what it is remembered to be."""
        remembered: str = owner.classes
        counts: Mapping[str, int] = self._changes.studies.get(owner.key, {})
        classes = self._changes.classes.get(owner.key, remembered)
        received = self._changes.received.get(owner.key, 0)
        changes = study_changes(owner, counts, received) | {"sop_classes": classes, "step": step}
        _expect_one(CHANGE_STUDY.run(self._connection, changes).rowcount)
        owner.revision += step
        if classes != remembered:
            new = set(classes.split("\\")).difference(remembered.split("\\"))
            self._connection.execute(ADD_CLASS, [{"study_key": owner.key, "sop_class_uid": uid} for uid in sorted(new)])
            owner.classes = classes


def _series_of(entry: IndexEntry) -> tuple[str, str, str]:
    """Area, Study and Series Instance UID; writers that lock in this order do not wait for each other in circles."""
    return entry.area, value_of(entry, STUDY_INSTANCE_UID), value_of(entry, SERIES_INSTANCE_UID)


def _expect_one(count: int) -> None:
    if count != 1:
        raise StaleError
