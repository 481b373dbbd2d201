"""A report has all that a job counted, for people and for JSON."""

import json

from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis, DiagnosisKind
from dicomdesk.engine.retrieve.diagnosis.report import report_document, report_lines
from dicomdesk.engine.retrieve.facts import RetrieveMethodChosen, SubOperations
from dicomdesk.engine.retrieve.outcome import RetrieveFailure, RetrieveOutcome
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.errors import PeerError

OUTCOME = RetrieveOutcome(
    outcome=JobOutcome.FAILED,
    ended=(),
    announced=5,
    reported=SubOperations(completed=2, failed=1, warning=1),
    arrived=3,
    stored=2,
    missing=("1.2", "1.3"),
    refused=("1.4",),
    unasked=1,
    diagnoses=(Diagnosis(kind=DiagnosisKind.BROKEN_OFF, text="The peer went away.", advice="Retrieve again."),),
    choices=(RetrieveMethodChosen(job_id="r", method=RetrieveMethod.GET, reason="C-GET, for a reason"),),
    failure=RetrieveFailure.ABORTED_BY_PEER,
    error=PeerError("lost\nit"),
)


def test_the_document_has_every_count_and_cause() -> None:
    document = json.loads(json.dumps(report_document(OUTCOME)))
    assert (document["announced"], document["arrived"], document["stored"], document["unasked"]) == (5, 3, 2, 1)
    assert document["reported"] == {"completed": 2, "failed": 1, "warning": 1}
    assert (document["missing"], document["refused"]) == (["1.2", "1.3"], ["1.4"])
    assert document["methods"] == [{"method": "get", "reason": "C-GET, for a reason", "is_retry": False}]
    assert document["diagnoses"][0]["kind"] == "broken-off"
    assert (document["failure"], document["error"]) == ("aborted-by-peer", "lost\\nit")


def test_the_lines_are_for_people() -> None:
    assert report_lines(OUTCOME) == [
        "lost\\nit",
        "announced:       5 instances",
        "reported sent:   3 instances",
        "reported failed: 1 instance",
        "arrived:         3 instances",
        "stored:          2 instances",
        "missing:         2 instances",
        "not asked for:   1 instance",
        "C-GET, for a reason",
        "The peer went away. Retrieve again.",
    ]
