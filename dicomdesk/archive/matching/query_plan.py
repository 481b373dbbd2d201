"""Compiles queries to SQL and reads matches (PS3.4 C.2.2.2, C.4.1).

What differs from DCMTK's archive: person names match without case and accents and by component group, and components at
their end may be left out; ``?`` is one character; lists match any of their values for all attributes; a time of less
precision means all moments in it; integer strings match by their number; counts, modalities and SOP classes of a study
and the items of some sequences can be keys; a value of an attribute of several values is enough. A key without ``=``
that is plain ASCII when folded is compared with the alphabetic group only, another with all groups.
"""

from array import array
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager
from dataclasses import field
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    FromClause,
    Row,
    Select,
    Table,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)

from dicomdesk.archive.matching.key_conditions import (
    combined_condition,
    count_condition,
    needs_comparison,
    text_condition,
    value_condition,
)
from dicomdesk.archive.matching.value_comparison import has_match
from dicomdesk.archive.matching.views import (
    CARRIED,
    SHOWN,
    View,
    asks_of_studies,
    face_views,
    is_carried,
    shown_view,
)
from dicomdesk.archive.tables.schema import (
    TABLES,
    instance,
    patient,
    sequence_item,
    series,
    study,
    study_class,
    study_face,
)
from dicomdesk.dicom.query.attributes import Attribute, Level, Source
from dicomdesk.dicom.query.query import ItemKey, Key, Match, Query
from dicomdesk.records import dataclass

_FIRST_PAGE: Final = 64
_PAGE = 512
_MOST_HELD = 16_384
Reading = Callable[[], AbstractContextManager[Connection]]
"""Begins and ends a transaction that reads."""
_PAIRS: Final = {0x00080020: 0x00080030, 0x00080021: 0x00080031, 0x00100030: 0x00100032, 0x00400244: 0x00400245}
"""Dates and the times that go with them."""


@dataclass(slots=True)
class _Plan:
    """Query in SQL."""

    statement: Select[Any]
    """With the key of each match at the end of its row."""
    key: ColumnElement[int]
    returned: list[Attribute] = field(default_factory=list)
    """Attributes whose values are in the columns of the statement, in their order."""
    sequences: list[tuple[Key, int]] = field(default_factory=list)
    """Sequences to be returned, and which column holds the key of their owner."""
    compared: list[tuple[int, Key]] = field(default_factory=list)
    """Columns that are to be compared with keys before a row counts."""
    more: int = 0
    """How many columns beside the keys stand before the key of the match."""


def find_matches(reading: Reading, dialect: Dialect, query: Query, area: str) -> Generator[Match]:
    """Yield what matches; see ``find_rows``."""
    return (match for match, _more in find_rows(reading, dialect, query, area))


Found = tuple[Match, tuple[Any, ...]]
"""What matches, with the values of columns that were asked for beside."""


def find_rows(
    reading: Reading, dialect: Dialect, query: Query, area: str, more: Sequence[ColumnElement[Any]] = ()
) -> Generator[Found]:
    """Yield what matches, with the values of these columns of its level or of one above.

    No transaction is held while the caller is busy with what was yielded. The first few are read at once. Where there
    are more, all are read: some thousand rows are held, of the others their keys, eight bytes each, and then page by
    page what these stand for. What is removed meanwhile, or matches no more, may be left out. At the end come those
    that match by what some of their instances carry, and not by what they show.
    """
    by_face = face_views(query) if asks_of_studies(query) else ()
    some = select(patient.c.key).where(patient.c.varies != literal_column("0"))
    some = some if query.level is Level.PATIENT else select(study_face.c.number)
    with reading() as connection:
        is_varied = bool(by_face) and connection.execute(some.limit(1)).first() is not None
    shown = _plan(query, area, dialect, more)
    yield from _find(reading, dialect, shown)
    if not is_varied:
        return
    told: set[int] = set()
    if query.level in {Level.PATIENT, Level.STUDY}:
        told = _told(reading, shown, patient.c.varies if query.level is Level.PATIENT else study.c.faces)
    for view in by_face:
        plan = _plan(query, area, dialect, more, view)
        if query.level is Level.IMAGE:
            yield from _find(reading, dialect, plan)
        else:
            yield from _find_once(reading, plan, told)


def _told(reading: Reading, plan: _Plan, varies: ColumnElement[int]) -> set[int]:
    """Keys of those that match by what they show, though some of their instances carry something else."""
    with reading() as connection:
        return {row[-1] for row in connection.execute(plan.statement.where(varies != 0)) if _is_match(plan, row)}


def _find_once(reading: Reading, plan: _Plan, told: set[int]) -> Generator[Found]:
    """Yield of several rows of one key the first that matches."""
    rows = []
    with reading() as connection:
        for row in connection.execute(plan.statement):
            if row[-1] not in told and _is_match(plan, row):
                told.add(row[-1])
                rows.append(row)
    for start in range(0, len(rows), _PAGE):
        with reading() as connection:
            found = _read_matches(connection, plan, rows[start : start + _PAGE])
        yield from found


def _find(reading: Reading, dialect: Dialect, plan: _Plan) -> Generator[Found]:
    with reading() as connection:
        rows = connection.execute(plan.statement.limit(_FIRST_PAGE)).all()
        found = _read_matches(connection, plan, rows)
    yield from found
    if len(rows) < _FIRST_PAGE:
        return
    told = {row[-1] for row in rows}
    with reading() as connection:
        result = connection.execute(plan.statement)
        held = [row for row in result.fetchmany(_MOST_HELD) if row[-1] not in told]
        keys = array("q", (row[-1] for row in result))
    for start in range(0, len(held), _PAGE):
        with reading() as connection:
            found = _read_matches(connection, plan, held[start : start + _PAGE])
        yield from found
    del held
    page = plan.statement.where(_is_one_of(plan.key, dialect))
    for start in range(0, len(keys), _PAGE):
        chosen = [key for key in keys[start : start + _PAGE] if key not in told]
        with reading() as connection:
            found = _read_matches(connection, plan, connection.execute(page, {"chosen": chosen}).all())
        yield from found


def _is_one_of(key: ColumnElement[int], dialect: Dialect) -> ColumnElement[bool]:
    """The condition that a key is one of the parameter ``chosen``: one parameter, however many they are."""
    if dialect.name == "sqlite":
        chosen = func.json_each(bindparam("chosen", type_=JSON)).table_valued("value")
        return key.in_(select(chosen.c.value))
    return key == any_(bindparam("chosen", type_=ARRAY(BigInteger)))


def _read_matches(connection: Connection, plan: _Plan, rows: Sequence[Row[Any]]) -> list[tuple[Match, tuple[Any, ...]]]:
    kept = [row for row in rows if _is_match(plan, row)]
    items = [_read_items(connection, key, {row[column] for row in kept}) for key, column in plan.sequences]
    return [(_match(plan, row, items), tuple(row[-1 - plan.more : -1])) for row in kept]


def retrieval_condition(query: Query, dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition for a retrieval, in the tables instance, series and study joined.

    Instances of a study that carry something else than it shows are found by that.
    """
    keys = [key for key in query.keys if key.restricts]
    shown = and_(true(), *(_key_condition(key, query, dialect, SHOWN) for key in keys))
    if not any(is_carried(key.attribute) for key in keys):
        return shown
    own = and_(study_face.c.study_key == study.c.key, study_face.c.number == instance.c.study_face)
    carried = [_key_condition(key, query, dialect, CARRIED) for key in keys if is_carried(key.attribute)]
    others = [_key_condition(key, query, dialect, SHOWN) for key in keys if not is_carried(key.attribute)]
    by_face = exists(literal_column("1")).select_from(study_face).where(own, *carried).correlate(study, instance)
    return or_(and_(study.c.faces == 0, shown), and_(study.c.faces != 0, *others, by_face))


def _is_match(plan: _Plan, row: Row[Any]) -> bool:
    return all(has_match(key.attribute, row[column], key.value) for column, key in plan.compared)


def _match(plan: _Plan, row: Row[Any], items: Sequence[dict[int, dict[int, dict[int, str]]]]) -> Match:
    values = {attribute.tag: str(row[1 + number]) for number, attribute in enumerate(plan.returned)}
    of_sequences: dict[int, tuple[dict[int, str], ...]] = {}
    for (key, column), found in zip(plan.sequences, items, strict=True):
        of_sequences[key.attribute.tag] = tuple(found.get(row[column], {}).values())
    return Match(values=values, items=of_sequences, character_set=row[0])


def _read_items(connection: Connection, key: Key, owners: set[int]) -> dict[int, dict[int, dict[int, str]]]:
    """Read the items of a sequence that match the key, by owner and number."""
    found: dict[int, dict[int, dict[int, str]]] = {}
    if not owners:
        return found
    columns = sequence_item.c
    conditions = [columns.sequence == key.attribute.tag, columns.owner.in_(owners)]
    if key.restricts:
        conditions += [
            _same_item_condition(item, sequence_item, f"own_{number}", connection.dialect)
            for number, item in enumerate(_restricting(key))
        ]
    statement = (
        select(columns.owner, columns.item, columns.tag, columns.value)
        .where(*conditions)
        .order_by(columns.owner, columns.item, columns.tag)
    )
    for owner, item, tag, value in connection.execute(statement):
        found.setdefault(owner, {}).setdefault(item, {})[tag] = value
    return found


def _plan(
    query: Query, area: str, dialect: Dialect, more: Sequence[ColumnElement[Any]] = (), view: View | None = None
) -> _Plan:
    """The query in SQL, by what entities show; or by what instances carry, as a view says."""
    table = TABLES[query.level]
    key_column = table.c.key
    view = view or shown_view(query)
    plan = _Plan(select(view.character_set(query.level)), key_column, more=len(more))
    columns: list[ColumnElement[Any]] = []
    for key in query.keys:
        if key.attribute.source is not Source.ITEMS:
            columns.append(_value_of(key.attribute, view))
            plan.returned.append(key.attribute)
            if key.restricts and needs_comparison(key.attribute):
                plan.compared.append((len(columns), key))
    for key in query.keys:
        if key.attribute.source is Source.ITEMS:
            columns.append(TABLES[key.attribute.level].c.key)
            plan.sequences.append((key, len(columns)))
    conditions = [view.area_condition(query, area), *view.conditions, *_conditions(query, dialect, view)]
    joined = view.joined(table, needs_patient=_needs_patient(query))
    statement = plan.statement.add_columns(*columns, *more, key_column).select_from(joined).where(*conditions)
    if view.weight is not None:
        statement = statement.order_by(key_column, view.weight.desc(), *columns)
    plan.statement = statement
    return plan


def _needs_patient(query: Query) -> bool:
    return any(key.attribute.level is Level.PATIENT and key.attribute.source is not Source.COLUMN for key in query.keys)


def _conditions(query: Query, dialect: Dialect, view: View) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    paired: set[int] = set()
    for key in query.keys:
        time_key = query.find_key(_PAIRS.get(key.attribute.tag, 0)) if query.combines_date_and_time else None
        if time_key is None or not (key.restricts and time_key.restricts):
            continue
        table = view.table_of(key.attribute)
        combined = combined_condition(key.attribute, key.value, time_key.value, table)
        if combined is not None:
            conditions.append(combined)
            paired |= {key.attribute.tag, time_key.attribute.tag}
    conditions += [
        _key_condition(key, query, dialect, view)
        for key in query.keys
        if key.restricts and key.attribute.tag not in paired
    ]
    return conditions


def _key_condition(key: Key, query: Query, dialect: Dialect, view: View) -> ColumnElement[bool]:
    attribute = key.attribute
    table = view.table_of(attribute)
    if key.matches_nothing:
        return false()
    if attribute.source in {Source.COUNT, Source.SUM}:
        return count_condition(key.value, _value_of(attribute, view))
    if attribute.source is Source.SERIES_MODALITIES:
        return _modality_condition(key.value, dialect)
    if attribute.source is Source.SOP_CLASSES:
        condition = text_condition(b"UI", key.value, study_class.c.sop_class_uid, dialect)
        return exists(literal_column("1")).where(study_class.c.study_key == study.c.key, condition)
    if attribute.source is Source.ITEMS:
        return _items_condition(key, TABLES[attribute.level], dialect)
    return value_condition(attribute, key.value, table, dialect, query.timezone_offset)


def _value_of(attribute: Attribute, view: View) -> ColumnElement[Any]:
    if attribute.source is not Source.SUM:
        return view.table_of(attribute).c[attribute.column]
    some = study.alias("some_study")
    total = cast(func.coalesce(func.sum(some.c[attribute.column]), 0), BigInteger)
    return select(total).where(some.c.patient_key == patient.c.key).correlate(patient).scalar_subquery()


def _modality_condition(value: str, dialect: Dialect) -> ColumnElement[bool]:
    some = series.alias("some_series")
    condition = text_condition(b"CS", value, some.c.modality, dialect)
    return exists(literal_column("1")).select_from(some).where(some.c.study_key == study.c.key, condition)


def _items_condition(key: Key, table: Table, dialect: Dialect) -> ColumnElement[bool]:
    """One item matches all keys in the item (PS3.4 C.2.2.2.6)."""
    first_key, *others = _restricting(key)
    first = sequence_item.alias("item_0")
    conditions = [
        first.c.sequence == key.attribute.tag,
        first.c.owner == table.c.key,
        _item_value_condition(first_key, first, dialect),
        *(_same_item_condition(item, first, f"item_{number}", dialect) for number, item in enumerate(others, 1)),
    ]
    return exists(literal_column("1")).select_from(first).where(*conditions).correlate(table)


def _restricting(key: Key) -> list[ItemKey]:
    return [item for item in key.items if item.restricts]


def _same_item_condition(item: ItemKey, row: FromClause, name: str, dialect: Dialect) -> ColumnElement[bool]:
    """Return the condition that the item of a row has a value that matches."""
    other = sequence_item.alias(name)
    is_same = and_(other.c.sequence == row.c.sequence, other.c.owner == row.c.owner, other.c.item == row.c.item)
    condition = _item_value_condition(item, other, dialect)
    return exists(literal_column("1")).select_from(other).where(is_same, condition).correlate(row)


def _item_value_condition(item: ItemKey, row: FromClause, dialect: Dialect) -> ColumnElement[bool]:
    return and_(row.c.tag == item.tag, text_condition(item.vr, item.value, row.c.value, dialect))
