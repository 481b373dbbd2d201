"""Removal takes what was named and nothing else, whatever is left behind."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.archive.index import Index
from tests.helpers.archives.index_entries import AREA, index_entry

Place = tuple[int, str, str, str]

PLACES: list[Place] = [
    (patient, f"1.{patient}.{study}", f"1.{patient}.{study}.{series}", f"1.{patient}.{study}.{series}.{number}")
    for patient, study, series, number in itertools.product((1, 2), repeat=4)
]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(PLACES), depths=st.lists(st.integers(1, 3), min_size=3, max_size=8))
def test_counts_are_right_after_any_removals(empty_index: Index, order: list[Place], depths: list[int]) -> None:
    empty_index.remove(AREA)
    empty_index.add(
        [
            index_entry(
                patient=str(patient), study=study, series=series, instance=uid, modality=f"M{len(uid) % 2}", size=7
            )
            for patient, study, series, uid in order
        ]
    )
    left = {place[3] for place in PLACES}
    for depth, place in zip(depths, order, strict=False):
        gone = {one[3] for one in PLACES if one[depth] == place[depth]} & left
        removed = empty_index.remove(
            AREA,
            study_instance_uid=place[1],
            series_instance_uid=place[2] if depth > 1 else "",
            sop_instance_uid=place[3] if depth > 2 else "",
        )
        assert {one.sop_instance_uid for one in removed} == gone
        left -= gone
    assert {one.sop_instance_uid for one in empty_index.find_instances(AREA)} == left
    assert list(empty_index.wrong_counts()) == []
    found = empty_index.statistics(AREA)
    kept = [place for place in PLACES if place[3] in left]
    assert (found.patients, found.studies, found.series, found.instances, found.size_bytes) == (
        len({place[0] for place in kept}),
        len({place[1] for place in kept}),
        len({place[2] for place in kept}),
        len(kept),
        7 * len(kept),
    )


def test_a_surplus_study_is_removed_as_it_was_seen(empty_index: Index) -> None:
    for uid in ("1.1", "1.2", "1.3"):
        empty_index.add([index_entry(study=uid, series=uid + ".1", instance=uid + ".1.1")])
    (seen,) = empty_index.oldest_studies(AREA, 1)
    assert empty_index.remove_surplus_study(AREA, seen, 3) == []
    empty_index.add([index_entry(study="1.1", series="1.1.1", instance="1.1.1.2")])
    assert empty_index.remove_surplus_study(AREA, seen, 2) == []
    (seen,) = empty_index.oldest_studies(AREA, 1)
    assert [one.sop_instance_uid for one in empty_index.remove_surplus_study(AREA, seen, 2)] == ["1.2.1.1"]
    assert empty_index.remove_surplus_study(AREA, seen, 0) == []
    assert empty_index.count_studies(AREA) == 2
    assert list(empty_index.wrong_counts()) == []


def test_a_whole_study_of_thousands_is_removed_at_once(empty_index: Index) -> None:
    empty_index.add([index_entry(instance=f"1.{number}", series=f"1.2.{number % 5}") for number in range(3000)])
    assert len(empty_index.remove(AREA, study_instance_uid="1.2")) == 3000
    assert empty_index.statistics(AREA).patients == 0


def test_a_path_can_be_what_is_removed(empty_index: Index) -> None:
    empty_index.add([index_entry(instance="1.1", path="a"), index_entry(instance="1.2", path="b")])
    assert [one.path for one in empty_index.remove(AREA, path="b")] == ["b"]
    assert [one.path for one in empty_index.remove(AREA, sop_instance_uid="1.1", path="other")] == []


def test_a_cleared_area_is_empty_and_others_stay(empty_index: Index) -> None:
    empty_index.add([index_entry(instance=f"1.{number}") for number in range(5)])
    empty_index.add([index_entry(area="OTHER")])
    empty_index.clear(AREA)
    assert empty_index.statistics(AREA).patients == 0
    assert empty_index.statistics("OTHER").instances == 1
    assert list(empty_index.wrong_counts()) == []
    empty_index.add([index_entry()])
    assert empty_index.statistics(AREA).instances == 1
