"""Keeps what studies and series show within one transaction: their faces, and the value that most instances carry.

An entity whose instances all carry the same content is plain: it shows that, has no faces, and its instances have face
0. Once another content comes, each content that is carried becomes a face, with a count; when all but one have gone
again, the entity is plain again. So who stores instances that agree pays nothing for it.

Who changes faces holds the row of the study until the transaction ends, and changes its revision: writers that remember
an older one begin again.
"""

from collections import Counter
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update

from dicomdesk.archive.contents.contents import (
    NAME_PLACE,
    Content,
    Tally,
    content_columns,
    content_row,
    content_sequence_rows,
    patient_part,
)
from dicomdesk.archive.contents.rows import SEQUENCES, folded_name
from dicomdesk.archive.index_entries import Conflict
from dicomdesk.archive.tables.patients import StaleError
from dicomdesk.archive.tables.prepared_statement import PreparedStatement
from dicomdesk.archive.tables.schema import instance, sequence_item, series, series_face, study, study_face
from dicomdesk.dicom.query.attributes import Level

_TABLES: Final = {Level.STUDY: study, Level.SERIES: series}
_FACES: Final = {Level.STUDY: study_face, Level.SERIES: series_face}
_OWNERS: Final = {Level.STUDY: study_face.c.study_key, Level.SERIES: series_face.c.series_key}
_SHOWN: Final[dict[Level, tuple[Any, ...]]] = {
    level: tuple(table.c[name] for name in content_columns(level)) for level, table in _TABLES.items()
}
_OF_FACE: Final[dict[Level, tuple[Any, ...]]] = {
    level: tuple(table.c[name] for name in content_columns(level)) for level, table in _FACES.items()
}
_MODALITY: Final = content_columns(Level.SERIES).index("modality")


class _Book:
    """Faces of one entity."""

    __slots__ = ("contents", "counts", "is_of_study", "numbers", "parts", "tally")

    def __init__(self, level: Level) -> None:
        self.is_of_study = level is Level.STUDY
        self.numbers: dict[Content, int] = {}
        self.contents: dict[int, Content] = {}
        self.counts: dict[int, int] = {}
        self.parts: Counter[Content] = Counter()
        """What the faces of a study say of the patient, and how many say it."""
        self.tally = Tally()

    def add(self, number: int, content: Content, count: int) -> None:
        self.numbers[content] = number
        self.contents[number] = content
        self.counts[number] = count
        self.tally.add(content, count)
        if self.is_of_study:
            self.parts[patient_part(content)] += 1

    def drop(self, number: int) -> None:
        content = self.contents.pop(number)
        del self.numbers[content]
        del self.counts[number]
        if self.is_of_study:
            part = patient_part(content)
            self.parts[part] -= 1
            self.parts += Counter()  # without what no face says any more


class Entity:
    """Study or series as it is remembered."""

    __slots__ = ("_book", "faces", "key", "level", "shown")

    def __init__(self, level: Level, key: int, shown: Content, faces: int) -> None:
        self.level = level
        self.key = key
        self.shown = shown
        self.faces = faces
        """Number of the next face; 0 where it is plain."""
        self._book: _Book | None = None

    def book(self, connection: Connection) -> _Book:
        """Its faces, read where they are not remembered."""
        if self._book is None:
            self._book = _Book(self.level)
            columns = _FACES[self.level].c
            statement = select(columns.number, columns.instance_count, *_OF_FACE[self.level])
            for number, count, *content in connection.execute(statement.where(_OWNERS[self.level] == self.key)):
                self._book.add(number, tuple(content), count)
        return self._book

    def become_plain(self) -> None:
        """Have no faces any more."""
        self.faces = 0
        self._book = None


class StudyEntity(Entity):
    """Study as it is remembered."""

    __slots__ = ("classes", "conflict", "patient_key", "revision")

    def __init__(self, key: int, shown: Content, faces: int, patient_key: int) -> None:
        super().__init__(Level.STUDY, key, shown, faces)
        self.patient_key = patient_key
        self.classes = ""
        """SOP classes as the study lists them."""
        self.revision = 0
        self.conflict = 0


class SeriesEntity(Entity):
    """Series as it is remembered."""

    __slots__ = ("study",)

    def __init__(self, key: int, shown: Content, faces: int, owner: StudyEntity) -> None:
        super().__init__(Level.SERIES, key, shown, faces)
        self.study = owner


STUDY_READ: Final = select(
    study.c.key,
    study.c.patient_key,
    study.c.faces,
    study.c.revision,
    study.c.conflict,
    study.c.sop_classes,
    study.c.modalities,
    *_SHOWN[Level.STUDY],
)
"""What ``study_entity`` is made of."""
SERIES_READ: Final = select(series.c.key, series.c.faces, *_SHOWN[Level.SERIES])
"""What ``series_entity`` is made of."""


def study_entity(row: Any) -> StudyEntity:
    """Make a study of a row of ``STUDY_READ``."""
    key, patient_key, faces, revision, conflict, classes, _modalities, *shown = row
    found = StudyEntity(key, tuple(shown), faces, patient_key)
    found.revision, found.conflict, found.classes = revision, conflict, classes
    return found


def series_entity(row: Any, owner: StudyEntity) -> SeriesEntity:
    """Make a series of a row of ``SERIES_READ``."""
    key, faces, *shown = row
    return SeriesEntity(key, tuple(shown), faces, owner)


class Faces:
    """Faces of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._deltas: dict[Entity, Counter[int]] = {}
        self._locked: set[int] = set()
        """Keys of studies whose rows are held."""
        self._changed: set[Entity] = set()
        """Those that have got or lost a face."""
        self.changed_patients: dict[int, None] = {}
        """Keys of patients of whom a study now shows, or carries, something else."""

    def number_of(self, entity: Entity, content: Content) -> int:
        """The number of the face that a content is; raises StaleError where the entity is not as remembered."""
        if not entity.faces:
            if content == entity.shown:
                return 0
            self._split(entity)
        book = entity.book(self._connection)
        number = book.numbers.get(content)
        if number is None:
            self._lock(entity)
            number = entity.faces
            entity.faces += 1
            self._insert(entity, number, content, 0)
            book.add(number, content, 0)
            self._changed.add(entity)
        return number

    def count(self, entity: Entity, number: int, change: int) -> None:
        """Have so many instances more, or fewer, carry a face; ``apply`` writes it."""
        deltas = self._deltas.get(entity)
        if deltas is None:
            deltas = self._deltas[entity] = Counter()
        deltas[number] += change

    def touched_studies(self) -> set[int]:
        """Keys of studies of which something that is remembered changes: their revision has to."""
        touched = {_study_of(entity).key for entity in self._deltas if entity.faces}
        return touched | {_study_of(entity).key for entity in self._changed}

    def apply(self) -> None:
        """Write counts, and what the entities show now; all instances are written."""
        for entity in sorted(self._deltas.keys() | self._changed, key=lambda one: (one.level.depth, one.key)):
            if entity.faces:
                self._apply(entity, self._deltas.get(entity, Counter()))

    def _split(self, entity: Entity) -> None:
        """Give a plain entity its first face, which all its instances have."""
        self._lock(entity)
        table = _TABLES[entity.level]
        count = self._connection.execute(select(table.c.instance_count).where(table.c.key == entity.key)).scalar_one()
        entity.faces = 1
        self._insert(entity, 0, entity.shown, int(count))
        entity.book(self._connection)
        self._changed.add(entity)

    def _lock(self, entity: Entity) -> None:
        """Hold the row of the study; raise StaleError where others have changed what is remembered of it."""
        owner = _study_of(entity)
        if owner.key in self._locked:
            return
        revision = select(study.c.revision).where(study.c.key == owner.key).with_for_update()
        locked = self._connection.execute(revision).scalar()
        if locked is None or int(locked) != owner.revision:
            raise StaleError
        self._locked.add(owner.key)

    def _insert(self, entity: Entity, number: int, content: Content, count: int) -> None:
        row = content_row(entity.level, content)
        row |= {_OWNERS[entity.level].name: entity.key, "number": number, "instance_count": count}
        self._connection.execute(insert(_FACES[entity.level]), [row])

    def _apply(self, entity: Entity, deltas: Counter[int]) -> None:
        book = entity.book(self._connection)
        for number, change in sorted(deltas.items()):
            if not change:
                continue
            book.tally.add(book.contents[number], change)
            book.counts[number] += change
            parameters = {"holder": entity.key, "which": number, "change": change}
            if _COUNT[entity.level].run(self._connection, parameters).rowcount != 1:
                raise StaleError
        for number in [number for number, count in book.counts.items() if count <= 0]:
            _DROP[entity.level].run(self._connection, {"holder": entity.key, "which": number})
            book.drop(number)
            self._changed.add(entity)
        shown = book.tally.shown
        if entity in self._changed and len(book.counts) <= 1:
            self._make_plain(entity)
        if entity in self._changed or shown != entity.shown:
            self._show(entity, shown)

    def _make_plain(self, entity: Entity) -> None:
        """The one face that is left becomes what the entity shows."""
        keys = select(series.c.key).where(series.c.study_key == entity.key)
        chosen = instance.c.series_key.in_(keys) if entity.level is Level.STUDY else instance.c.series_key == entity.key
        column = instance.c[_FACES[entity.level].name]
        self._connection.execute(update(instance).where(chosen, column != 0).values({column: 0}))
        self._connection.execute(delete(_FACES[entity.level]).where(_OWNERS[entity.level] == entity.key))
        entity.become_plain()

    def _show(self, entity: Entity, shown: Content) -> None:
        """Write what an entity shows, and how many faces it has had."""
        old, entity.shown = entity.shown, shown
        table, level = _TABLES[entity.level], entity.level
        row: dict[str, str | int] = {"faces": entity.faces}
        if isinstance(entity, StudyEntity):
            entity.conflict = entity.conflict & ~Conflict.OTHER_NAME | self._conflict_of_names(entity)
            row["conflict"] = entity.conflict
            self._note_patient(entity, old)
        if shown == old:
            _SET_FACES[level].run(self._connection, {"which": entity.key, **row})
            return
        row |= content_row(level, shown)
        write_items(self._connection, level, entity.key, shown)
        self._connection.execute(update(table).where(table.c.key == entity.key).values(**row))
        if isinstance(entity, SeriesEntity) and shown[_MODALITY] != old[_MODALITY]:
            list_modalities(self._connection, entity.study.key)

    def _conflict_of_names(self, entity: StudyEntity) -> int:
        if not entity.faces:
            return 0
        names = {folded_name(name) for name in entity.book(self._connection).tally.values(NAME_PLACE)}
        return int(Conflict.OTHER_NAME) if len(names) > 1 else 0

    def _note_patient(self, entity: StudyEntity, old: Content) -> None:
        """Have the patient looked at where the study says anything else of it than it did."""
        part = patient_part(entity.shown)
        is_other = patient_part(old) != part
        if not is_other and entity in self._changed:
            is_other = not entity.faces or entity.book(self._connection).parts.keys() != {part}
        if is_other:
            self.changed_patients[entity.patient_key] = None


def _study_of(entity: Entity) -> StudyEntity:
    found = entity.study if isinstance(entity, SeriesEntity) else entity
    if not isinstance(found, StudyEntity):
        raise TypeError("only studies and series have faces")
    return found


def write_items(connection: Connection, level: Level, key: int, content: Content) -> None:
    """Have the items of an entity be those of a content."""
    for attribute in SEQUENCES[level]:
        connection.execute(
            delete(sequence_item).where(sequence_item.c.sequence == attribute.tag, sequence_item.c.owner == key)
        )
    rows = content_sequence_rows(level, content, key)
    if rows:
        connection.execute(insert(sequence_item), rows)


def list_modalities(connection: Connection, study_key: int) -> None:
    """Have a study list the modalities that its series show."""
    modalities = connection.execute(
        select(series.c.modality).where(series.c.study_key == study_key, series.c.modality != "").distinct()
    ).scalars()
    listed = "\\".join(sorted(modalities))
    connection.execute(update(study).where(study.c.key == study_key).values(modalities=listed))


def _of_face(level: Level) -> tuple[Table, Any]:
    table = _FACES[level]
    return table, (_OWNERS[level] == bindparam("holder")) & (table.c.number == bindparam("which"))


def _counting(level: Level) -> PreparedStatement:
    table, chosen = _of_face(level)
    return PreparedStatement(
        update(table).where(chosen).values(instance_count=table.c.instance_count + bindparam("change"))
    )


def _dropping(level: Level) -> PreparedStatement:
    table, chosen = _of_face(level)
    return PreparedStatement(delete(table).where(chosen))


_SET_FACES: Final = {
    Level.STUDY: PreparedStatement(
        update(study)
        .where(study.c.key == bindparam("which"))
        .values(faces=bindparam("faces"), conflict=bindparam("conflict"))
    ),
    Level.SERIES: PreparedStatement(
        update(series).where(series.c.key == bindparam("which")).values(faces=bindparam("faces"))
    ),
}
_COUNT: Final = {level: _counting(level) for level in _TABLES}
_DROP: Final = {level: _dropping(level) for level in _TABLES}
