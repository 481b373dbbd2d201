"""The SOP classes of a study are those of its instances, whoever of several writers added, replaced or removed one."""

from collections.abc import Callable
from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import DuplicateRule
from tests.helpers.archives.index_entries import AREA, TAGS, index_entry, study_query

CT, MR, PAIR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.4\\1.5"


class Step(NamedTuple):
    """What one of the writers does to an instance of a study; no class removes it."""

    writer: int
    study: str
    number: int
    class_uid: str
    rule: DuplicateRule


STEPS = st.builds(
    Step,
    st.integers(0, 1),
    st.sampled_from(("1.1", "1.2")),
    st.integers(1, 3),
    st.sampled_from((CT, MR, "1.4", PAIR, "", "")),
    st.sampled_from(DuplicateRule),
)


def add(index: Index, class_uid: str, number: int = 1, study: str = "1.2", area: str = AREA) -> None:
    index.add([index_entry(area, study=study, series=f"{study}.1", instance=f"{study}.{number}", class_uid=class_uid)])


def remove(index: Index, number: int, study: str = "1.2") -> None:
    index.remove(AREA, study_instance_uid=study, sop_instance_uid=f"{study}.{number}")


def classes(index: Index, area: str = AREA) -> dict[str, str]:
    found = {
        match.values[TAGS["study"]]: match.values[TAGS["classes"]]
        for match in index.find(study_query({"study": "", "classes": ""}), area)
    }
    for uid in (CT, MR, "1.4", "1.5"):
        matches = index.find(study_query({"study": "", "classes": uid}), area)
        assert {match.values[TAGS["study"]] for match in matches} == {
            study for study, listed in found.items() if uid in listed.split("\\")
        }
    assert list(index.wrong_counts()) == []
    return found


def do(index: Index, step: Step, area: str, there: dict[tuple[str, int], str]) -> None:
    place = step.study, step.number
    uid = f"{step.study}.{step.number}"
    if not step.class_uid:
        index.remove(area, study_instance_uid=step.study, sop_instance_uid=uid)
        there.pop(place, None)
        return
    entry = index_entry(area, study=step.study, series=f"{step.study}.1", instance=uid, class_uid=step.class_uid)
    index.add([entry], on_duplicate=step.rule)
    if step.rule is DuplicateRule.REPLACE or place not in there:
        there[place] = step.class_uid


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=25))
def test_two_writers_leave_the_classes_that_are_there(open_index: Callable[[], Index], steps: list[Step]) -> None:
    writers = open_index(), open_index()
    writers[0].clear(AREA)
    there: dict[tuple[str, int], str] = {}
    for step in steps:
        do(writers[step.writer], step, AREA, there)
    expected: dict[str, set[str]] = {study: set() for study, _number in there}
    for (study, _number), uid in there.items():
        expected[study] |= {uid} - {PAIR}
    assert classes(writers[0]) == {study: "\\".join(sorted(uids)) for study, uids in expected.items()}
    for writer in writers:
        writer.close()


def test_a_class_that_another_writer_removed_comes_back_with_the_next_instance(open_index: Callable[[], Index]) -> None:
    one, other = open_index(), open_index()
    add(one, CT)
    add(other, CT, 2)
    add(other, MR, 3)
    remove(one, 3)
    assert classes(one) == {"1.2": CT}
    add(other, MR, 4)
    assert classes(one) == {"1.2": f"{CT}\\{MR}"}
    add(one, CT, 4)
    assert classes(one) == {"1.2": CT}
    add(other, MR, 5)
    assert classes(other) == {"1.2": f"{CT}\\{MR}"}


def test_a_study_that_another_writer_removed_has_its_classes_when_it_comes_again(
    open_index: Callable[[], Index],
) -> None:
    one, other = open_index(), open_index()
    add(one, MR)
    other.remove(AREA)
    add(one, MR)
    assert classes(other) == {"1.2": MR}


def test_classes_of_one_batch_are_those_that_are_left_at_its_end(empty_index: Index) -> None:
    batch = [
        index_entry(study="1.2", instance=f"1.2.{number}", class_uid=uid)
        for number, uid in ((1, CT), (1, MR), (2, MR), (1, "1.4"), (3, PAIR), (2, CT))
    ]
    empty_index.add(batch)
    assert classes(empty_index) == {"1.2": f"{CT}\\1.4"}


def test_a_damaged_list_is_no_reason_to_refuse_and_made_right(empty_index: Index) -> None:
    add(empty_index, CT)

    def spoil(connection: Connection) -> None:
        connection.exec_driver_sql("UPDATE study SET sop_classes = ''")

    empty_index._database.write(spoil)
    add(empty_index, CT, 2)
    empty_index._database.write(spoil)
    empty_index.recount()
    add(empty_index, MR, 3)
    assert classes(empty_index) == {"1.2": f"{CT}\\{MR}"}
