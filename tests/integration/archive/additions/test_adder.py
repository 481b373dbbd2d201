"""What a transaction of additions does, and what it remembers."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, event

from dicomdesk.archive.additions.adder import Adder
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import NO_CONFLICT, Addition, AdditionOutcome, Conflict, DuplicateRule, IndexEntry
from dicomdesk.archive.tables.patients import StaleError
from dicomdesk.archive.tables.prepared_statement import Cursor, Parameters, PreparedStatement
from dicomdesk.dicom.query.attributes import Level, find_attribute
from dicomdesk.dicom.query.query import ItemKey, Key, Model, Query
from tests.helpers.archives.index_entries import AREA, TAGS, index_entry, study_query

REQUEST = 0x00400275


def add(index: Index, adder: Adder, *entries: IndexEntry) -> list[Addition]:
    def work(connection: Connection) -> list[Addition]:
        return adder.add(connection, entries, DuplicateRule.REPLACE, 1)

    return index._database.write(work)


def test_what_is_remembered_and_gone_is_noticed(empty_index: Index) -> None:
    adder = Adder()
    add(empty_index, adder, index_entry())
    empty_index.remove(AREA)
    with pytest.raises(StaleError):
        add(empty_index, adder, index_entry())
    with pytest.raises(StaleError):
        add(empty_index, adder, with_items("1.1", {0x00080100: "code"}, tag=0x0040A043))
    assert empty_index.statistics(AREA).instances == 0
    adder.forget()
    add(empty_index, adder, index_entry())
    assert empty_index.statistics(AREA).instances == 1


def with_items(instance: str, *items: dict[int, str], tag: int = REQUEST, series: str = "1.2.3") -> IndexEntry:
    plain = index_entry(instance=instance, series=series)
    return IndexEntry(
        area=plain.area, path=instance, size_bytes=1, transfer_syntax_uid="", character_set="",
        values=plain.values, items={tag: items},
    )  # fmt: skip


def series_query(*items: ItemKey) -> Query:
    keys = []
    for tag, value in ((0x0020000D, "1.2"), (0x0020000E, "")):
        attribute = find_attribute(tag)
        assert attribute is not None
        keys.append(Key(attribute=attribute, value=value))
    sequence = find_attribute(REQUEST)
    assert sequence is not None
    return Query(model=Model.STUDY_ROOT, level=Level.SERIES, keys=(*keys, Key(attribute=sequence, items=items)))


def test_one_item_of_a_sequence_has_to_match_all_of_its_keys(empty_index: Index) -> None:
    procedure, step = 0x00401001, 0x00400009
    empty_index.add(
        [
            with_items("1.1", {procedure: "P1", step: "S1"}, {procedure: "P2", step: "S2"}),
            with_items("1.2", {procedure: "P1", step: "S2"}, series="1.2.4"),
            with_items("1.3", series="1.2.5"),
        ]
    )

    def found(*items: ItemKey) -> set[str]:
        return {match.values[0x0020000E] for match in empty_index.find(series_query(*items), AREA)}

    p1, s2 = ItemKey(tag=procedure, vr=b"SH", value="P1"), ItemKey(tag=step, vr=b"SH", value="S?")
    assert found() == {"1.2.3", "1.2.4", "1.2.5"}
    assert found(p1) == {"1.2.3", "1.2.4"}
    assert found(p1, ItemKey(tag=step, vr=b"SH", value="S2")) == {"1.2.4"}
    assert found(p1, s2) == {"1.2.3", "1.2.4"}
    (first, *_rest) = [
        match for match in empty_index.find(series_query(p1), AREA) if match.values[0x0020000E] == "1.2.3"
    ]
    assert first.items[REQUEST] == ({procedure: "P1", step: "S1"},)


def test_items_of_a_replaced_or_removed_instance_go_with_it(empty_index: Index) -> None:
    title = 0x0040A043
    empty_index.add([with_items("1.1", {0x00080100: "old"}, tag=title)])
    empty_index.add([with_items("1.1", {0x00080100: "new"}, tag=title)])
    assert items(empty_index) == [("new", title)]
    empty_index.remove(AREA, sop_instance_uid="1.1")
    assert items(empty_index) == []


def items(index: Index) -> list[tuple[str, int]]:
    with index._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT value, tag, sequence FROM sequence_item").all()
    return [(row[0], row[2]) for row in rows]


def test_a_study_shows_what_most_of_its_instances_carry(empty_index: Index) -> None:
    keys = {"study": "", "description": "", "accession": "", "name": "", "date": "", "study_id": ""}

    def shown() -> dict[str, str]:
        (match,) = empty_index.find(study_query({**keys, "patient": "P1"}), AREA)
        return {name: match.values[TAGS[name]] for name in keys if name != "study" and match.values[TAGS[name]]}

    empty_index.add([index_entry(instance="1.1", description="b", date="20200101")])
    empty_index.add([index_entry(instance="1.2", series="1.9", description="a", accession="A", name="Doe")])
    empty_index.add([index_entry(instance="1.3", series="1.10", patient="other", name="Roe", study_id="S")])
    assert shown() == {"description": "a", "accession": "A", "name": "Doe", "date": "20200101"}
    empty_index.add([index_entry(instance="1.4", series="1.9", description="b", accession="A", name="DOE")])
    assert shown() == {"description": "b", "accession": "A", "name": "DOE", "date": "20200101"}
    empty_index.remove(AREA, sop_instance_uid="1.1")
    assert shown() == {"description": "a", "accession": "A", "name": "DOE"}


def test_a_series_shows_what_most_of_its_instances_carry_and_a_study_their_modalities(empty_index: Index) -> None:
    def modality() -> tuple[str, str]:
        keys = {"study": "1.2", "series": "", "modality": "", "modalities": ""}
        (match,) = empty_index.find(study_query(keys, level="SERIES"), AREA)
        return match.values[TAGS["modality"]], match.values[TAGS["modalities"]]

    for number, name in enumerate(("MR", "CT", "CT"), 1):
        empty_index.add([index_entry(instance=f"1.{number}", modality=name)])
    assert modality() == ("CT", "CT")
    empty_index.add([index_entry(instance="1.2", modality="MR")])
    assert modality() == ("MR", "MR")
    assert list(empty_index.wrong_counts()) == []


def test_an_instance_that_comes_again_brings_its_corrections(empty_index: Index) -> None:
    empty_index.add([index_entry(name="Dow^Jane", description="CT", modality="CT", accession="A")])
    empty_index.add([index_entry(name="Doe^Jane", description="MR", modality="MR")])
    keys = {"study": "", "name": "doe*", "description": "", "accession": "", "modalities": "MR"}
    (match,) = empty_index.find(study_query(keys), AREA)
    assert {name: match.values[TAGS[name]] for name in keys if name != "study"} == {
        "name": "Doe^Jane",
        "description": "MR",
        "accession": "",
        "modalities": "MR",
    }
    assert list(empty_index.wrong_counts()) == []
    assert list(empty_index.find(study_query({"study": "", "name": "dow*"}), AREA)) == []


def test_the_oldest_time_of_receipt_given_is_kept(empty_index: Index) -> None:
    empty_index.add([index_entry(received=1234.5)])
    assert [found.received for found in empty_index.find_instances(AREA)] == [1234.5]


def statements(index: Index, *entries: IndexEntry) -> list[str]:
    """Add the entries, and return what statements that took."""
    told: list[str] = []

    def note(*arguments: Any) -> None:
        told.append(arguments[2].split()[0])

    run, run_all = PreparedStatement.run, PreparedStatement.run_all

    def note_run(statement: PreparedStatement, connection: Connection, parameters: Parameters) -> Cursor:
        told.append(type(statement._statement).__name__.upper())
        return run(statement, connection, parameters)

    def note_all(statement: PreparedStatement, connection: Connection, rows: Sequence[Parameters]) -> None:
        told.append(type(statement._statement).__name__.upper())
        run_all(statement, connection, rows)

    engine = index._database._engine
    event.listen(engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PreparedStatement, "run", note_run)
        patch.setattr(PreparedStatement, "run_all", note_all)
        index.add(entries)
    event.remove(engine, "before_cursor_execute", note)
    return [one for one in told if one != "BEGIN"]


def test_one_more_instance_of_a_known_series_takes_few_statements(empty_index: Index) -> None:
    empty_index.add([index_entry(instance="1.1")])
    assert statements(empty_index, index_entry(instance="1.2")) == ["UPDATE", "UPDATE", "INSERT"]
    two = [index_entry(instance="1.3"), index_entry(instance="1.4")]
    assert statements(empty_index, *two) == ["SELECT", "UPDATE", "UPDATE", "INSERT"]


def test_the_next_instance_that_comes_again_is_looked_up_at_once(empty_index: Index) -> None:
    empty_index.add([index_entry(instance=uid) for uid in ("1.1", "1.2")])
    first, second = (statements(empty_index, index_entry(instance=uid)) for uid in ("1.1", "1.2"))
    assert first == ["UPDATE", *second]
    assert second[0] == "SELECT"
    assert statements(empty_index, index_entry(instance="1.3"))[0] == "SELECT"
    assert statements(empty_index, index_entry(instance="1.4"))[0] == "UPDATE"


def test_an_instance_that_another_place_has_is_flagged_whoever_added_it(open_index: Callable[[], Index]) -> None:
    one, other = open_index(), open_index()
    one.add([index_entry(instance="1.1")])

    def add_again(instance: str) -> tuple[AdditionOutcome, Conflict]:
        (addition,) = one.add([index_entry(instance=instance)])
        return addition.outcome, addition.conflict

    other.add([index_entry(instance="2.1", study="1.9"), index_entry(instance="2.2", series="1.2.9")])
    for uid, conflict in (("2.1", Conflict.OTHER_STUDY), ("2.2", Conflict.OTHER_SERIES)):
        assert add_again(uid) == (AdditionOutcome.ADDED, conflict)
        assert add_again(f"3.{uid}") == (AdditionOutcome.ADDED, NO_CONFLICT)
    other.add([index_entry(instance="4.1")])
    assert add_again("4.1") == (AdditionOutcome.REPLACED, NO_CONFLICT)
    other.add([index_entry("OTHER", instance="5.1")])
    assert add_again("5.1") == (AdditionOutcome.ADDED, NO_CONFLICT)
    assert list(one.wrong_counts()) == []
