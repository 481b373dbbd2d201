"""Adds entries to the index within one transaction, and keeps the counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    Table,
    Update,
    bindparam,
    case,
    delete,
    exists,
    insert,
    literal_column,
    select,
    text,
    update,
)

from dicomdesk.archive.index_entries import NO_CONFLICT, Addition, AdditionOutcome, Conflict, DuplicateRule, IndexEntry
from dicomdesk.archive.tables.counts import drop_classes
from dicomdesk.archive.tables.patients import Owner, Patients, StaleError, insert_one
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.rows import (
    Row,
    is_listed,
    is_same_patient,
    is_stranger,
    item_rows,
    joined,
    patient_identity,
    row_of,
)
from dicomdesk.archive.tables.schema import (
    LONGEST_TEXT,
    TABLES,
    instance,
    patient,
    sequence_item,
    series,
    study,
)
from dicomdesk.dicom.query.attributes import (
    MODALITY,
    SERIES_INSTANCE_UID,
    SOP_CLASS_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
    attributes_of,
)
from dicomdesk.records import dataclass

_MOST_PLACES: Final = 20_000
_MOST_PARAMETERS: Final = 500


class _Place(NamedTuple):
    """Study and series of an instance."""

    study_key: int
    series_key: int


class _Known(NamedTuple):
    """Instance that the index has."""

    key: int
    series_key: int
    study_key: int
    path: str
    size_bytes: int
    sop_class_uid: str
    conflict: int = 0


@dataclass(slots=True)
class _Memory:
    """Remembered rows of the database."""

    places: dict[tuple[str, str, str], _Place] = field(default_factory=dict)
    """By area, Study and Series Instance UID."""
    owners: dict[int, Owner] = field(default_factory=dict)
    """By study; others may have moved a study, see ``patients``."""
    classes: dict[int, str] = field(default_factory=dict)
    """SOP classes as a study lists them; who adds to the study says so, and begins again where others changed them."""

    was_new: bool = True
    """Whether what was added last was new: who sends one instance again sends others again."""

    def clear(self) -> None:
        self.places.clear()
        self.owners.clear()
        self.classes.clear()


@dataclass(slots=True)
class _Changes:
    """Changes of counts by a transaction; those of patients are in ``Patients``."""

    studies: dict[int, Counter[str]] = field(default_factory=dict)
    series: Counter[int] = field(default_factory=Counter)
    classes: dict[int, str] = field(default_factory=dict)
    """SOP classes as a study will list them."""
    gone: dict[int, set[str]] = field(default_factory=dict)
    """SOP classes that instances of a study had before they came again with others."""
    received: dict[int, int] = field(default_factory=dict)
    """When a study got its last instance."""


class Adder:
    """Adder of entries; remembers the rows of studies and series. Belongs to one thread at a time."""

    def __init__(self) -> None:
        self._memory = _Memory()

    def forget(self) -> None:
        """Forget what is remembered, after a transaction that was not committed or a removal."""
        self._memory.clear()

    def add(
        self, connection: Connection, entries: Sequence[IndexEntry], rule: DuplicateRule, now: int
    ) -> list[Addition]:
        """Add the entries, ``now`` being in microseconds since 1970; the caller commits.

        Raises StaleError when others removed or moved what was remembered.
        """
        return _Batch(connection, self._memory, rule, now).add(entries)


class _Batch:
    """Additions of one transaction."""

    def __init__(self, connection: Connection, memory: _Memory, rule: DuplicateRule, now: int) -> None:
        self._connection = connection
        self._memory = memory
        self._patients = Patients(connection, memory.owners)
        self._rule = rule
        self._now = now
        self._changes = _Changes()
        self._known: dict[tuple[str, str], list[_Known]] = {}
        self._new_instances: list[Row] = []
        self._new_items: list[Row] = []

    def add(self, entries: Sequence[IndexEntry]) -> list[Addition]:
        if len(self._memory.places) > _MOST_PLACES:
            self._memory.clear()
        addition = self._add_unknown(entries[0]) if len(entries) == 1 and self._memory.was_new else None
        if addition is not None:
            return [addition]
        order = sorted(range(len(entries)), key=lambda index: _series_of(entries[index]))
        places = {index: self._place(entries[index]) for index in order}
        self._find_known(entries)
        additions = [self._add_one(entry, places[index]) for index, entry in enumerate(entries)]
        self._apply_changes()  # first: it notices what others removed
        self._flush()
        for study_key, uids in sorted(self._changes.gone.items()):
            self._memory.classes[study_key] = drop_classes(self._connection, study_key, sorted(uids))
        self._memory.was_new = additions[-1].outcome is AdditionOutcome.ADDED
        return additions

    def _add_unknown(self, entry: IndexEntry) -> Addition | None:
        """Add an instance of a remembered series if it is new in its area and changes counts only; else None.

        That is what comes most: the statement that counts the instance also asks whether it is new.
        """
        place = self._memory.places.get(_series_of(entry))
        if place is None or _has_items(entry):
            return None
        classes, sop_class_uid = self._memory.classes[place.study_key], _value(entry, SOP_CLASS_UID)
        owner = self._patients.owner_of(place.study_key)
        is_plain = is_same_patient(patient_identity(entry.values), owner.identity)
        if not is_plain or (is_listed(sop_class_uid) and joined(classes, sop_class_uid) != classes):
            return None
        self._changes.received[place.study_key] = self._now
        changes = self._changes_of(place.study_key, {"instance_count": 1, "bytes": entry.size_bytes}, classes)
        asked = {"area": entry.area, "uid": _value(entry, SOP_INSTANCE_UID)}
        if _COUNT_UNKNOWN.run(self._connection, {**changes, **asked}).rowcount != 1:
            return None
        _expect_one(_ADD_TO_SERIES.run(self._connection, {"which": place.series_key, "instance_count": 1}).rowcount)
        self._connection.execute(insert(instance), [self._instance_row(entry, place, NO_CONFLICT)])
        return Addition(outcome=AdditionOutcome.ADDED, conflict=NO_CONFLICT)

    # -- patient, study and series

    def _place(self, entry: IndexEntry) -> _Place:
        uids = _series_of(entry)
        place = self._memory.places.get(uids)
        if place is None:
            place = self._memory.places[uids] = self._find_or_make(entry, uids)
        return place

    def _find_or_make(self, entry: IndexEntry, uids: tuple[str, str, str]) -> _Place:
        area, study_uid, series_uid = uids
        found = self._connection.execute(
            select(study.c.key, study.c.patient_key, patient.c.identity, study.c.modalities, study.c.sop_classes)
            .join(patient, patient.c.key == study.c.patient_key)
            .where(study.c.area == area, study.c.study_instance_uid == study_uid)
            .with_for_update(of=study)
        ).first()
        if found is None:
            owner = self._patients.find_or_make(entry, patient_identity(entry.values))
            study_key, modalities, classes = self._make_study(entry, owner.key), "", ""
        else:
            study_key, modalities, classes, owner = found[0], found[3], found[4], Owner(found[1], found[2])
            self._fill_blanks(self._entities(entry, study_key, owner), entry)
        self._patients.remember(study_key, owner)
        self._memory.classes[study_key] = classes
        return _Place(study_key, self._find_or_make_series(entry, study_key, series_uid, modalities))

    @staticmethod
    def _entities(entry: IndexEntry, study_key: int, owner: Owner) -> dict[Level, int]:
        """Return what an entry may tell of: its study, and the patient of that if the entry is the same one's."""
        keys = {Level.STUDY: study_key}
        if is_same_patient(patient_identity(entry.values), owner.identity):
            keys[Level.PATIENT] = owner.key
        return keys

    def _fill_blanks(self, keys: Mapping[Level, int], entry: IndexEntry, *, overwrites: bool = False) -> set[str]:
        """Give entities the values that they have none of yet; what they have stays unless overwritten.

        The entities belong to each other. Return which columns were changed.
        """
        given = {level: {name: value for name, value in row_of(level, entry).items() if value} for level in keys}
        columns = [TABLES[level].c[name] for level, row in given.items() for name in row]
        if not columns:
            return set()
        chosen = [TABLES[level].c.key == key for level, key in keys.items()]
        belonging = [is_of for part, whole, is_of in _BELONGING if part in keys and whole in keys]
        kept = self._connection.execute(select(*columns).where(*chosen, *belonging)).first()
        if kept is None:
            raise StaleError
        olds = iter(kept)
        changed: set[str] = set()
        for level, row in given.items():
            pairs = [(name, value, next(olds)) for name, value in row.items()]
            missing = {name: value for name, value, old in pairs if not old or (overwrites and old != value)}
            if missing:
                table = TABLES[level]
                self._connection.execute(update(table).where(table.c.key == keys[level]).values(**missing))
                changed |= missing.keys()
        return changed

    def _make_study(self, entry: IndexEntry, patient_key: int) -> int:
        row = row_of(Level.STUDY, entry)
        row |= {
            "area": entry.area,
            "patient_key": patient_key,
            "character_set": entry.character_set[:LONGEST_TEXT],
        }
        key = insert_one(self._connection, study.insert().values(**row))
        self._patients.count(patient_key, 1)
        self._new_items += item_rows(Level.STUDY, entry, key)
        return key

    def _find_or_make_series(self, entry: IndexEntry, study_key: int, series_uid: str, modalities: str) -> int:
        key = self._connection.execute(
            select(series.c.key).where(series.c.study_key == study_key, series.c.series_instance_uid == series_uid)
        ).scalar()
        if key is not None:
            return int(key)
        row = row_of(Level.SERIES, entry)
        row |= {"study_key": study_key, "character_set": entry.character_set[:LONGEST_TEXT]}
        key = insert_one(self._connection, series.insert().values(**row))
        self._count_study(study_key, "series_count", 1)
        self._new_items += item_rows(Level.SERIES, entry, key)
        more = joined(modalities, _value(entry, MODALITY))
        if more != modalities:
            self._connection.execute(update(study).where(study.c.key == study_key).values(modalities=more))
        return key

    # -- instances

    def _find_known(self, entries: Sequence[IndexEntry]) -> None:
        """Learn which of the instances are there already, anywhere in their area."""
        by_area: dict[str, list[str]] = {}
        for entry in entries:
            by_area.setdefault(entry.area, []).append(_value(entry, SOP_INSTANCE_UID))
        for area, uids in by_area.items():
            for start in range(0, len(uids), _MOST_PARAMETERS):
                for uid, known in self._select_known(area, uids[start : start + _MOST_PARAMETERS]):
                    self._known.setdefault((area, uid), []).append(known)

    def _select_known(self, area: str, uids: list[str]) -> list[tuple[str, _Known]]:
        rows: Iterable[Any]
        if len(uids) == 1:
            rows = _KNOWN_ONE.run(self._connection, {"area": area, "uid": uids[0]})
        else:
            rows = self._connection.execute(_KNOWN, {"area": area, "uids": uids})
        return [(row[0], _Known._make(row[1:])) for row in rows]

    def _add_one(self, entry: IndexEntry, place: _Place) -> Addition:
        uid = _value(entry, SOP_INSTANCE_UID)
        known = self._known.setdefault((entry.area, uid), [])
        same = next((one for one in known if one.series_key == place.series_key), None)
        if same is not None and self._rule is DuplicateRule.KEEP_FIRST:
            return Addition(outcome=AdditionOutcome.KEPT_FIRST)
        if same is not None and self._is_contradicted(entry, place, same):
            return Addition(outcome=AdditionOutcome.CONTRADICTED)
        conflict = self._conflict_of_patient(entry, place, same) | _conflict(place, known)
        row = self._instance_row(entry, place, conflict)
        if same is not None:
            known.remove(same)
        known.append(self._write(entry, place, row, same))
        self._count(entry, place, same)
        if same is None:
            return Addition(outcome=AdditionOutcome.ADDED, conflict=conflict)
        return Addition(outcome=AdditionOutcome.REPLACED, replaced_path=same.path, conflict=conflict)

    def _conflict_of_patient(self, entry: IndexEntry, place: _Place, same: _Known | None) -> Conflict:
        """Whether the entry is of another patient than its study, once the study is whose it should be.

        An instance that was another patient's before it came again says nothing about its study.
        """
        identity = patient_identity(entry.values)
        owner = self._patients.owner_of(place.study_key)
        if is_same_patient(identity, owner.identity):
            return NO_CONFLICT
        is_correction = same is not None and not same.conflict & Conflict.OTHER_PATIENT
        settled = self._patients.settle(place.study_key, entry, identity, is_correction=is_correction)
        if not is_same_patient(identity, settled.identity):
            return Conflict.OTHER_PATIENT
        if settled != owner:
            self._fill_blanks({Level.PATIENT: settled.key}, entry)
        return NO_CONFLICT

    def _is_contradicted(self, entry: IndexEntry, place: _Place, same: _Known) -> bool:
        """Whether an instance that comes again is not the same, but another patient's of the same UIDs."""
        owner = self._patients.owner_of(place.study_key)
        return not same.conflict & Conflict.OTHER_PATIENT and is_stranger(
            patient_identity(entry.values), owner.identity
        )

    def _instance_row(self, entry: IndexEntry, place: _Place, conflict: Conflict) -> Row:
        row = row_of(Level.IMAGE, entry)
        row["series_key"] = place.series_key
        row["transfer_syntax_uid"] = entry.transfer_syntax_uid
        row["path"] = entry.path
        row["bytes"] = entry.size_bytes
        row["received"] = round(entry.received * 1e6) if entry.received else self._now
        row["conflict"] = int(conflict)
        return row

    def _write(self, entry: IndexEntry, place: _Place, row: Row, same: _Known | None) -> _Known:
        """Write the row now or at the end; returns how the instance is known from now on."""
        sop_class_uid = str(row["sop_class_uid"])
        conflict = int(row["conflict"])
        known = _Known(0, place.series_key, place.study_key, entry.path, entry.size_bytes, sop_class_uid, conflict)
        if same is None and not _has_items(entry):
            self._new_instances.append(row)
            return known
        if same is not None and same.key == 0:
            self._flush()
            found = self._select_known(entry.area, [_value(entry, SOP_INSTANCE_UID)])
            same = next(one for _uid, one in found if one.series_key == place.series_key)
        if same is None:
            series_key = {"which": place.series_key, "instance_count": 0}
            _expect_one(_ADD_TO_SERIES.run(self._connection, series_key).rowcount)
            key = insert_one(self._connection, instance.insert().values(**row))
        else:
            key = same.key
            _REPLACE.run(self._connection, {**row, "which": key})
            for attribute in _INSTANCE_SEQUENCES:
                _DROP_ITEMS.run(self._connection, {"which": attribute.tag, "holder": key})
            self._refresh(entry, place)
        self._new_items += item_rows(Level.IMAGE, entry, key)
        return known._replace(key=key)

    def _refresh(self, entry: IndexEntry, place: _Place) -> None:
        """Refresh study and series from an instance that came again: it may have been corrected."""
        keys = self._entities(entry, place.study_key, self._patients.owner_of(place.study_key))
        changed = self._fill_blanks({Level.SERIES: place.series_key, **keys}, entry, overwrites=True)
        if series.c.modality.name not in changed:
            return
        modalities = self._connection.execute(
            select(series.c.modality)
            .where(series.c.study_key == place.study_key, series.c.modality != "")
            .distinct()
            .order_by(series.c.modality)
        ).scalars()
        self._connection.execute(
            update(study).where(study.c.key == place.study_key).values(modalities="\\".join(modalities))
        )

    def _flush(self) -> None:
        if self._new_instances:
            self._connection.execute(insert(instance), self._new_instances)
            self._new_instances = []
        if self._new_items:
            self._connection.execute(insert(sequence_item), self._new_items)
            self._new_items = []

    # -- counts

    def _count(self, entry: IndexEntry, place: _Place, same: _Known | None) -> None:
        sop_class_uid = _value(entry, SOP_CLASS_UID)
        self._changes.received[place.study_key] = self._now
        if same is None:
            self._count_study(place.study_key, "instance_count", 1)
            self._changes.series[place.series_key] += 1
        elif same.sop_class_uid != sop_class_uid:
            self._changes.gone.setdefault(place.study_key, set()).add(same.sop_class_uid)
        self._count_study(place.study_key, "bytes", entry.size_bytes - (same.size_bytes if same else 0))
        if is_listed(sop_class_uid):
            listed = self._changes.classes.get(place.study_key) or self._memory.classes[place.study_key]
            self._changes.classes[place.study_key] = joined(listed, sop_class_uid)

    def _count_study(self, key: int, column: str, number: int) -> None:
        self._changes.studies.setdefault(key, Counter())[column] += number

    def _apply_changes(self) -> None:
        self._patients.apply_counts()
        for key, counts in sorted(self._changes.studies.items()):
            self._change_study(key, counts)
        for key, number in sorted(self._changes.series.items()):
            _expect_one(_ADD_TO_SERIES.run(self._connection, {"which": key, "instance_count": number}).rowcount)
        self._patients.drop_empty()

    def _change_study(self, key: int, counts: Mapping[str, int]) -> None:
        """Add to the counts of a study and to its SOP classes, if it is whose it is remembered to be, and has those."""
        remembered = self._memory.classes[key]
        classes = self._changes.classes.get(key, remembered)
        _expect_one(_CHANGE_STUDY.run(self._connection, self._changes_of(key, counts, classes)).rowcount)
        if classes != remembered:
            new = set(classes.split("\\")).difference(remembered.split("\\"))
            self._connection.execute(_ADD_CLASS, [{"study_key": key, "sop_class_uid": uid} for uid in sorted(new)])
            self._memory.classes[key] = classes

    def _changes_of(self, key: int, counts: Mapping[str, int], classes: str) -> dict[str, str | int]:
        """Parameters of the statement that changes a study."""
        return {
            **_NO_STUDY,
            **counts,
            "received": self._changes.received.get(key, 0),
            "sop_classes": classes,
            "which": key,
            "owner": self._patients.owner_of(key).key,
            "remembered": self._memory.classes[key],
        }


def _value(entry: IndexEntry, tag: int) -> str:
    return entry.values.get(tag, "")[:LONGEST_TEXT]


def _has_items(entry: IndexEntry) -> bool:
    """Whether the entry has items that belong to the instance."""
    return any(attribute.tag in entry.items for attribute in _INSTANCE_SEQUENCES)


def _series_of(entry: IndexEntry) -> tuple[str, str, str]:
    """Area, Study and Series Instance UID; writers that lock in this order do not wait for each other in circles."""
    return entry.area, _value(entry, STUDY_INSTANCE_UID), _value(entry, SERIES_INSTANCE_UID)


def _conflict(place: _Place, known: Sequence[_Known]) -> Conflict:
    conflict = NO_CONFLICT
    for one in known:
        if one.study_key != place.study_key:
            conflict |= Conflict.OTHER_STUDY
        elif one.series_key != place.series_key:
            conflict |= Conflict.OTHER_SERIES
    return conflict


def _expect_one(count: int) -> None:
    if count != 1:
        raise StaleError


def _adding(table: Table, *columns: str) -> Update:
    """An update that adds to these columns of the row ``which``."""
    return (
        update(table)
        .where(table.c.key == bindparam("which"))
        .values({column: table.c[column] + bindparam(column) for column in columns})
    )


_INSTANCE_SEQUENCES: Final = tuple(one for one in attributes_of(Level.IMAGE) if one.item_tags)
_ALL_KNOWN: Final = (
    select(
        instance.c.sop_instance_uid,
        instance.c.key,
        instance.c.series_key,
        series.c.study_key,
        instance.c.path,
        instance.c.bytes,
        instance.c.sop_class_uid,
        instance.c.conflict,
    )
    .join(series, series.c.key == instance.c.series_key)
    .join(study, study.c.key == series.c.study_key)
    .where(study.c.area.concat(literal_column("''")) == bindparam("area"))
)
_KNOWN: Final = _ALL_KNOWN.where(instance.c.sop_instance_uid.in_(bindparam("uids", expanding=True)))
_KNOWN_ONE: Final = PreparedStatement(_ALL_KNOWN.where(instance.c.sop_instance_uid == bindparam("uid")))
_CHANGING_STUDY: Final = (
    _adding(study, "series_count", "instance_count", "bytes")
    .where(study.c.patient_key == bindparam("owner"), study.c.sop_classes == bindparam("remembered"))
    .values(
        sop_classes=bindparam("sop_classes"),
        last_received=case(
            (study.c.last_received < bindparam("received"), bindparam("received")), else_=study.c.last_received
        ),
    )
)
_CHANGE_STUDY: Final = PreparedStatement(_CHANGING_STUDY)
_OTHER: Final = study.alias("other")
_COUNT_UNKNOWN: Final = PreparedStatement(
    _CHANGING_STUDY.where(
        ~exists(literal_column("1"))
        .select_from(
            instance.join(series, series.c.key == instance.c.series_key).join(
                _OTHER, _OTHER.c.key == series.c.study_key
            )
        )
        .where(
            _OTHER.c.area.concat(literal_column("''")) == bindparam("area"),
            instance.c.sop_instance_uid == bindparam("uid"),
        )
    )
)
"""Only where the area has no instance of this UID."""
_NO_STUDY: Final[Mapping[str, int]] = {"series_count": 0, "instance_count": 0, "bytes": 0}
_ADD_TO_SERIES: Final = PreparedStatement(_adding(series, "instance_count"))
_ADD_CLASS: Final = text(
    "INSERT INTO study_class (study_key, sop_class_uid) VALUES (:study_key, :sop_class_uid) ON CONFLICT DO NOTHING"
)
"""Also where a list that was damaged did not say that it is there."""
_BELONGING: Final = (
    (Level.SERIES, Level.STUDY, series.c.study_key == study.c.key),
    (Level.STUDY, Level.PATIENT, study.c.patient_key == patient.c.key),
)
_REPLACE: Final = PreparedStatement(
    update(instance)
    .where(instance.c.key == bindparam("which"))
    .values({column.name: bindparam(column.name) for column in instance.c if not column.primary_key})
)
_DROP_ITEMS: Final = PreparedStatement(
    delete(sequence_item).where(
        sequence_item.c.sequence == bindparam("which"), sequence_item.c.owner == bindparam("holder")
    )
)
