"""Each cause is told alike in events, log lines, JSON and reports; nothing that a peer says breaks a line."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.cli.query.retrieve_lines import diagnosis_lines
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.retrieve.diagnosis import doctor
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis, DiagnosisKind
from dicomdesk.engine.retrieve.diagnosis.report import report_document, report_lines
from dicomdesk.engine.retrieve.facts import SubOperations
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome
from dicomdesk.engine.retrieve.request import WAYS

TEXTS = st.text(max_size=60)
DIAGNOSES = st.builds(
    Diagnosis,
    kind=st.sampled_from(DiagnosisKind),
    text=TEXTS,
    advice=TEXTS,
    card=TEXTS,
    uids=st.lists(st.text("0123456789.", max_size=64), max_size=30).map(tuple),
    other=st.sampled_from([None, *WAYS]),
)


def outcome(*diagnoses: Diagnosis) -> RetrieveOutcome:
    return RetrieveOutcome(
        outcome=JobOutcome.COMPLETED,
        ended=(),
        announced=None,
        reported=SubOperations(),
        arrived=0,
        stored=0,
        missing=(),
        refused=(),
        diagnoses=diagnoses,
    )


@given(st.lists(DIAGNOSES, max_size=4))
def test_every_rendering_is_made_of_the_same_lines(diagnoses: list[Diagnosis]) -> None:
    made = outcome(*diagnoses)
    lines = [line for diagnosis in diagnoses for line in diagnosis.lines]
    assert diagnosis_lines(diagnoses) == lines
    report = report_lines(made)
    assert report[len(report) - len(lines) :] == lines
    document = json.loads(json.dumps(report_document(made)))
    assert [one["kind"] for one in document["diagnoses"]] == [diagnosis.kind.value for diagnosis in diagnoses]
    for diagnosis, told in zip(diagnoses, document["diagnoses"], strict=True):
        assert " ".join(filter(None, (told["text"], told["advice"]))) == diagnosis.sentence
        assert [diagnosis.sentence, *told["card"]] == list(diagnosis.lines[: 1 + len(told["card"])])
        assert len(told["uids"]) == len(diagnosis.uids)


@given(DIAGNOSES)
def test_no_line_has_anything_that_is_not_printable(diagnosis: Diagnosis) -> None:
    assert all(line.isprintable() and "\n" not in line for line in diagnosis.lines)
    assert len(diagnosis.lines) <= 1 + len(diagnosis.card.splitlines()) + 21


def test_every_kind_is_made_by_the_doctor() -> None:
    """A kind that nobody names would be one that no test can provoke."""
    source = Path(doctor.__file__).read_text(encoding="utf-8")
    assert [kind.name for kind in DiagnosisKind if f"DiagnosisKind.{kind.name}" not in source] == []


def test_every_kind_is_in_the_documentation() -> None:
    page = (Path(doctor.__file__).parents[4] / "docs" / "retrieving.md").read_text(encoding="utf-8")
    assert [kind.value for kind in DiagnosisKind if f"| `{kind.value}` |" not in page] == []
