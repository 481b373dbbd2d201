"""One more instance of a known series is added without a look at anything, and only where it is that and no more."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from dicomdesk.archive.additions.additions import Additions, AdditionTask
from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import AdditionOutcome, Conflict, DuplicateRule, IndexEntry
from dicomdesk.archive.tables.driver import KeptConnection
from tests.helpers.archives.index_entries import AREA, index_entry
from tests.helpers.archives.index_rows import canonical_rows

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"


def entry(instance: str, path: str = "", **said: str) -> IndexEntry:
    return index_entry(AREA, 100, path, 9.0, instance=instance, **said)


def is_one_more(index: Index, entries: Sequence[IndexEntry]) -> list[bool]:
    """Whether each of the entries, added one after the other, was no more than one more."""
    told: list[bool] = []
    found: list[bool] = []

    with pytest.MonkeyPatch.context() as patch:
        write = index.database.write_prepared

        def note(work: Callable[[KeptConnection], bool]) -> bool:
            told.append(write(work))
            return told[-1]

        patch.setattr(index.database, "write_prepared", note)
        for each in entries:
            told.clear()
            index.add([each])
            found.append(told == [True])
    return found


def test_what_says_the_same_of_a_known_series_is_one_more_and_nothing_else_is(empty_index: Index) -> None:
    first = entry("1.1", class_uid=CT)
    entries = [
        first,
        entry("1.2", class_uid=CT),
        entry("1.3", class_uid=MR),
        entry("1.4", class_uid=MR),
        entry("1.5", class_uid=MR, name="Other^Name"),
        entry("1.6", class_uid=MR),
        entry("1.7", series="1.9", class_uid=MR),
        replace(entry("1.8", class_uid=MR), items={0x0040A043: ({0x00080100: "a"},)}),
        entry("1.2", class_uid=CT),
    ]
    assert is_one_more(empty_index, entries) == [False, True, False, True, False, False, False, False, False]
    said = canonical_rows(empty_index)
    assert list(empty_index.wrong_counts()) == []
    empty_index.clear(AREA)
    empty_index.add(entries[:-1])
    empty_index.add(entries[-1:])
    assert canonical_rows(empty_index) == said


def test_what_others_changed_meanwhile_is_noticed(open_index: Callable[[], Index]) -> None:
    index, other = open_index(), open_index()
    for instance in ("1.1", "1.2"):
        index.add([entry(instance)])
    other.remove(AREA, sop_instance_uid="1.1")
    assert is_one_more(index, [entry("1.3")]) == [True]
    other.add([entry("2.1", patient="other")])
    (addition,) = index.add([entry("1.4")])
    assert addition.outcome is AdditionOutcome.ADDED
    (found,) = {one.conflict for one in index.study_conflicts(AREA)}
    assert found is Conflict.OTHER_PATIENT
    other.clear(AREA)
    index.add([entry("1.5")])
    assert [one.sop_instance_uid for one in index.find_instances(AREA)] == ["1.5"]
    assert list(index.wrong_counts()) == []


def test_tasks_that_wait_share_a_transaction_and_an_instance_that_two_of_them_have_is_replaced(
    empty_index: Index,
) -> None:
    additions = Additions(empty_index.database, empty_index.database.write)

    def add(*instances: str) -> list[AdditionOutcome]:
        tasks = [
            AdditionTask([entry(one, path=f"{one}/{n}")], DuplicateRule.REPLACE, refuses_conflicts=False)
            for n, one in enumerate(instances)
        ]
        return [addition.outcome for (addition,) in additions._commit(tasks)]

    added, replaced = AdditionOutcome.ADDED, AdditionOutcome.REPLACED
    assert add("1.1") == [added]
    assert add("1.2", "1.3", "1.4") == [added] * 3
    assert add("1.5", "1.6", "1.5") == [added, added, replaced]
    assert empty_index.statistics(AREA).instances == 6
    assert list(empty_index.wrong_counts()) == []
