"""What a line asks, which answers fit it, and what is retrieved of them."""

import pytest

from dicomdesk.dicom.lists.columns import ACCESSION_NUMBER
from dicomdesk.dicom.lists.entries import EntryValue, ListEntry
from dicomdesk.dicom.query.attributes import (
    PATIENT_ID,
    QUERY_RETRIEVE_LEVEL,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    STUDY_INSTANCE_UID,
    Level,
)
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.engine.lists.questions import announced_instances, level_of, plan_question, plan_retrieval, sort_answers
from dicomdesk.engine.query.request import Identifier, QueryModel
from tests.helpers.data.datasets import Builder

ISSUER = 0x00100021
STUDY_DATE = 0x00080020


def entry(**values: str) -> ListEntry:
    return ListEntry(
        number=1, line=2, cells=(), values=tuple(EntryValue(TAGS[name], value) for name, value in values.items())
    )


TAGS = {
    "accession": ACCESSION_NUMBER,
    "patient": PATIENT_ID,
    "study": STUDY_INSTANCE_UID,
    "series": SERIES_INSTANCE_UID,
    "instance": SOP_INSTANCE_UID,
    "issuer": ISSUER,
    "date": STUDY_DATE,
}


def result(**values: str) -> QueryResult:
    return QueryResult(
        values={TAGS[name]: value for name, value in values.items()}, items={}, level=Level.STUDY, faults={}
    )


def told(identifier: Identifier | None) -> dict[int, str]:
    assert identifier is not None
    return {key.tag: key.value for key in identifier.keys}


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ({"accession": "A"}, Level.STUDY),
        ({"patient": "P"}, Level.STUDY),
        ({"study": "1.2"}, Level.STUDY),
        ({"study": "1.2", "series": "1.3"}, Level.SERIES),
        ({"instance": "1.4"}, Level.IMAGE),
    ],
)
def test_a_line_asks_at_the_level_of_its_lowest_key(values: dict[str, str], level: Level) -> None:
    asked = entry(**values)
    keys = told(plan_question(asked, Identifier(), QueryModel.STUDY_ROOT))
    assert level_of(asked) is level
    assert keys[QUERY_RETRIEVE_LEVEL] == level.value
    assert STUDY_INSTANCE_UID in keys
    assert all(keys[TAGS[name]] == value for name, value in values.items())


def test_further_keys_come_behind_those_of_the_line() -> None:
    base = Builder().element(STUDY_DATE, "DA", "20260101")
    further = Identifier(keys=(QueryKey(tag=ISSUER, value="X"),), data_set=base)
    planned = plan_question(entry(accession="A"), further, QueryModel.STUDY_ROOT)
    assert (planned.data_set, planned.keys[-1]) == (base, further.keys[0])
    assert STUDY_DATE not in told(planned)


def test_an_answer_counts_once_however_often_it_comes() -> None:
    answers = sort_answers(entry(accession="A"), [result(study="1.2", accession="A")] * 3)
    assert (len(answers.fitting), answers.others, answers.is_ambiguous) == (1, 0, False)


def test_answers_of_peers_that_pass_over_keys_do_not_fit() -> None:
    answers = sort_answers(
        entry(accession="A"),
        [result(study="1.1", accession="B"), result(study="1.2", accession=" a "), result(study="1.3", accession="")],
    )
    assert [one.unique_value(Level.STUDY) for one in answers.fitting] == ["1.2", "1.3"]
    assert answers.others == 1


@pytest.mark.parametrize("uid", ["*", "1.2.?", "1.2\\1.3"])
def test_answers_that_name_more_than_one_thing_do_not_fit(uid: str) -> None:
    assert sort_answers(entry(accession="A"), [result(study=uid, accession="A")]).fitting == ()


def test_what_studies_are_said_to_hold_is_added_up() -> None:
    answers = [
        QueryResult(values={0x00201208: text}, items={}, level=None, faults={})
        for text in ("3", " 4 ", "", "x", "9" * 30)
    ]
    assert announced_instances(answers) == 7


def test_answers_without_a_uid_are_nothing_to_retrieve() -> None:
    assert sort_answers(entry(accession="A"), [result(accession="A")]).fitting == ()


def test_two_studies_are_ambiguous_unless_a_patient_is_asked_for() -> None:
    two = [result(study="1.1", patient="P"), result(study="1.2", patient="P")]
    assert sort_answers(entry(accession="A"), two).is_ambiguous
    assert sort_answers(entry(patient="P", date="2026"), two).is_ambiguous
    assert not sort_answers(entry(patient="P"), two).is_ambiguous


def test_one_patient_id_of_two_issuers_is_ambiguous() -> None:
    two = [result(study="1.1", patient="P", issuer="X"), result(study="1.2", patient="P", issuer="Y")]
    assert sort_answers(entry(patient="P"), two).is_ambiguous


def test_what_is_retrieved_has_the_unique_keys_down_to_its_level() -> None:
    answer = result(study="1.2", patient="P", accession="A")
    assert told(plan_retrieval(entry(accession="A"), answer, QueryModel.STUDY_ROOT)) == {
        QUERY_RETRIEVE_LEVEL: "STUDY",
        STUDY_INSTANCE_UID: "1.2",
    }
    assert told(plan_retrieval(entry(accession="A"), answer, QueryModel.PATIENT_ROOT)) == {
        QUERY_RETRIEVE_LEVEL: "STUDY",
        PATIENT_ID: "P",
        STUDY_INSTANCE_UID: "1.2",
    }


def test_the_uids_of_the_line_serve_where_a_peer_does_not_repeat_them() -> None:
    asked = entry(study="1.2", series="1.3")
    assert told(plan_retrieval(asked, result(), QueryModel.STUDY_ROOT))[SERIES_INSTANCE_UID] == "1.3"
    assert plan_retrieval(entry(series="1.3"), result(series="1.3"), QueryModel.STUDY_ROOT) is None
