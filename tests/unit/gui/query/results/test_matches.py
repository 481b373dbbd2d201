from dicomdesk.dicom.query.attributes import STUDY_INSTANCE_UID
from dicomdesk.engine.events import JobFinished, JobOutcome
from dicomdesk.engine.query.facts import QueryAnswered
from dicomdesk.engine.query.request import Identifier
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.query.asking import Asking, Question
from dicomdesk.gui.query.results.matches import Match, reading_sink
from dicomdesk.settings import AssociationSettings, Peer

IMPLICIT = "1.2.840.10008.1.2"
ASKING = Asking(
    question=Question(identifier=Identifier()),
    asked=AskedPeer(peer=Peer(host="127.0.0.1", port=104, ae_title="PACS"), association=AssociationSettings()),
)


def answered(identifier: bytes) -> QueryAnswered:
    return QueryAnswered("query-1", 1, 0, 1, 1, 1, 0xFF00, identifier, IMPLICIT)


def test_answers_are_read_and_other_facts_handed_on() -> None:
    taken: list[object] = []
    sink = reading_sink(ASKING, taken.append, lambda: None)
    over = JobFinished(job_id="query-1", outcome=JobOutcome.COMPLETED, counts={})
    sink(answered(b"\x20\0\x0d\0\4\0\0\x001.2\0"))
    sink(over)
    match, other = taken
    assert isinstance(match, Match)
    assert match.result is not None
    assert (match.asking, match.result.value(STUDY_INSTANCE_UID), other) == (ASKING, "1.2", over)


def test_an_answer_that_is_no_data_set_is_one_that_cannot_be_read() -> None:
    taken: list[object] = []
    reading_sink(ASKING, taken.append, lambda: None)(answered(b"\x20\0\x0d\0\xff\0\0\x00"))
    (match,) = taken
    assert isinstance(match, Match)
    assert match.result is None


def test_only_the_first_answer_hurries() -> None:
    told: list[str] = []
    sink = reading_sink(ASKING, lambda _fact: told.append("taken"), lambda: told.append("hurry"))
    sink(JobFinished(job_id="query-1", outcome=JobOutcome.COMPLETED, counts={}))
    for _ in range(3):
        sink(answered(b""))
    assert told == ["taken", "taken", "hurry", "taken", "taken"]
