"""What is searched of studies is read in pages, whole, and after a stamp only what is new."""

import pytest

from dicomdesk.archive.index import Index
from dicomdesk.archive.matching import study_texts
from tests.helpers.archives.index_entries import AREA, index_entry


def add(index: Index, number: int, **values: str) -> None:
    uid = f"1.2.{number}"
    known = {"study": uid, "series": f"{uid}.1", "instance": f"{uid}.1.1", "name": "Dœ^Jörg"} | values
    index.add([index_entry(AREA, 100, f"{number}/{known['instance']}", 0.0, **known)])


@pytest.mark.parametrize("page", [1, 3, 100])
def test_all_studies_are_read_once_and_after_a_stamp_those_that_are_new_or_got_something(
    empty_index: Index, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(study_texts, "_PAGE", page)
    for number in range(6):
        add(empty_index, number)
    found = list(empty_index.study_texts(AREA))
    assert [one.study_instance_uid for one in found] == [f"1.2.{number}" for number in range(6)]
    assert all("DOE^JORG" in one.text for one in found)
    assert list(empty_index.study_texts("OTHER")) == []
    stamp = empty_index.study_stamp(AREA)
    assert (stamp.studies, stamp.revisions) == (6, sum(one.revision for one in found))
    assert list(empty_index.study_texts(AREA, stamp)) == []
    add(empty_index, 2, instance="1.9", accession="SECOND")
    add(empty_index, 9)
    assert empty_index.study_stamp(AREA) != stamp
    again = list(empty_index.study_texts(AREA, stamp))
    assert [one.study_instance_uid for one in again] == ["1.2.2", "1.2.9"]
    assert "SECOND" in again[0].text
