import json

import pytest

from dicomdesk.gui.query.form.form_values import FormValues
from dicomdesk.gui.query.form.saved_queries import (
    LONGEST_NAME,
    MOST_RECENT,
    QueryMemory,
    SavedQuery,
    memory_of_json,
)


def query(name: str, **changes: str) -> SavedQuery:
    return SavedQuery(values=FormValues(**changes), name=name)  # type: ignore[arg-type]  # texts only


def test_the_latest_queries_are_kept_once_each() -> None:
    memory = QueryMemory()
    for number in range(MOST_RECENT + 3):
        memory = memory.with_recent(query("", patient_id=str(number)))
    memory = memory.with_recent(query("", patient_id="5"))
    ids = [known.values.patient_id for known in memory.recent]
    assert (len(ids), ids[:2], len(set(ids))) == (MOST_RECENT, ["5", "14"], MOST_RECENT)


def test_a_saved_query_takes_the_place_of_one_of_its_name() -> None:
    memory = QueryMemory().with_saved(query("b", patient_id="1")).with_saved(query("A")).with_saved(query("B"))
    assert [(known.name, known.values.patient_id) for known in memory.saved] == [("A", ""), ("B", "")]
    assert [known.name for known in memory.without("A").saved] == ["B"]


def test_everything_comes_back_from_json() -> None:
    saved = SavedQuery(values=FormValues(patient_name="Doe"), peers=("PACS",), name="Mine", every_minutes=5)
    memory = QueryMemory(peers=("PACS", "ARCHIVE")).with_saved(saved).with_recent(saved)
    assert memory_of_json(json.loads(json.dumps(memory.as_json()))) == memory


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"recent": "x", "saved": 5, "peers": {}},
        {"recent": [None, 7], "saved": [{"name": ""}], "peers": [1, 2]},
    ],
)
def test_what_is_wrong_in_json_is_left_out(found: dict[str, object]) -> None:
    assert memory_of_json(found) == QueryMemory()


def test_names_and_intervals_from_json_are_bounded() -> None:
    found = memory_of_json({"saved": [{"name": "x" * 500, "every_minutes": 0.001}]})
    assert [(len(known.name), known.every_minutes) for known in found.saved] == [(LONGEST_NAME, 0)]
