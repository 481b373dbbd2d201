from dataclasses import replace

from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.retrieve.facts import SubOperations
from dicomdesk.engine.retrieve.outcome import Diagnosis, DiagnosisKind, RetrieveOutcome, Standing
from dicomdesk.gui.retrieve import words
from dicomdesk.gui.retrieve.errand import Errand, Target
from dicomdesk.gui.retrieve.job_nodes import JobNode
from tests.helpers.data.found import asked_peer, found

WHY = Diagnosis(kind=DiagnosisKind.MISSING, text="Some are missing.", advice="Ask again.", card="AE title: WS1")


def job() -> JobNode:
    asked = asked_peer()
    return JobNode(Errand(asked=asked, entities=(found(), found(study="1.2.9")), target=Target()))


def outcome(**changes: object) -> RetrieveOutcome:
    values: dict[str, object] = {
        "outcome": JobOutcome.COMPLETED,
        "ended": (),
        "announced": 3,
        "reported": SubOperations(completed=3),
        "arrived": 3,
        "stored": 3,
        "missing": (),
        "refused": (),
        "diagnoses": (),
    }
    return RetrieveOutcome(**(values | changes))  # type: ignore[arg-type]  # any field of it


def standing(stored: int, announced: int | None = 3) -> Standing:
    return Standing(
        announced=announced, reported=SubOperations(completed=stored), arrived=stored, stored=stored, bytes_stored=10
    )


def test_figures_name_who_reports_them() -> None:
    node = job()
    node.before = 1
    node.measure(standing(1))
    assert words.figures(node) == "1 here before, 3 announced, ARCHIVE reports 1 sent, 1 arrived, 1 stored"


def test_a_report_has_causes_advice_card_and_uids() -> None:
    node = job()
    node.end(outcome(missing=("1",), diagnoses=(WHY,)), standing(1))
    assert words.tell(node).diagnoses == (WHY,)
    copied = words.report(node)
    for line in ("Some are missing. Ask again.", "AE title: WS1", "1  Missing"):
        assert line in copied.split("\n")


def test_what_a_peer_says_stays_harmless_in_a_report() -> None:
    node = job()
    node.end(outcome(diagnoses=(replace(WHY, text="\x1b[31m bad"),)), standing(1))
    assert "\x1b" not in words.report(node)


def test_more_than_was_announced_is_said() -> None:
    grown = job()
    grown.end(outcome(arrived=5, stored=5), standing(5))
    assert any("has grown meanwhile" in line for line in words.tell(grown).lines)
