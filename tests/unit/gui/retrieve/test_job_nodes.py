from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.retrieve.facts import RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.outcome import Diagnosis, DiagnosisKind, RetrieveOutcome, Standing
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.retrieve import words
from dicomdesk.gui.retrieve.errand import Errand, Target
from dicomdesk.gui.retrieve.job_nodes import INSTANCES, PROGRESS, STATE, TITLE, JobNode, LackingNode, Stage
from tests.helpers.data.found import asked_peer, found

WHY = Diagnosis(kind=DiagnosisKind.MISSING, text="Some are missing.", advice="Ask again.", card="AE title: WS1")


def job(*, to: str = "") -> JobNode:
    asked = asked_peer()
    return JobNode(Errand(asked=asked, entities=(found(), found(study="1.2.9")), target=Target(destination=to)))


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


def test_what_was_here_before_counts_as_done() -> None:
    node = job()
    node.stage, node.before = Stage.RUNNING, 1
    node.measure(standing(1))
    assert (node.text(INSTANCES), node.text(PROGRESS)) == ("2 / 3", "66 %")
    assert node.text(TITLE) == "Doe, Jane and 1 more   from ARCHIVE"
    assert "1 here before, 3 announced, ARCHIVE reports 1 sent" in words.figures(node)


def test_the_method_is_told_once_it_is_chosen() -> None:
    node = job()
    node.method = RetrieveMethod.GET
    assert node.text(TITLE).endswith("from ARCHIVE by C-GET")


def test_a_total_that_nobody_told_is_not_invented() -> None:
    node = job()
    node.stage = Stage.RUNNING
    node.measure(Standing(arrived=0, stored=0))
    assert (node.text(INSTANCES), node.progress(PROGRESS)) == ("", None)


def test_the_end_says_what_is_missing_and_lists_each_instance_once() -> None:
    node = job()
    failed = RetrieveEnded(job_id="r", association=1, number=0, message_id=1, status=0xB000, failed_uids=("2", "7"))
    node.end(outcome(ended=(failed,), missing=("1", "2", "3"), refused=("3",), diagnoses=(WHY,)), standing(1))
    assert (node.stage, node.text(STATE)) == (Stage.INCOMPLETE, "3 missing")
    rows = [row for row in node.fetch(500) if isinstance(row, LackingNode)]
    assert {row.uid: row.text(STATE) for row in rows} == {"3": "Refused here", "2": "Failed at peer", "1": "Missing"}
    told = words.tell(node)
    assert told.diagnoses == (WHY,)
    copied = words.report(node)
    for line in ("Some are missing. Ask again.", "AE title: WS1", "1  Missing"):
        assert line in copied.split("\n")


def test_all_that_came_is_all_here_and_more_than_announced_is_said() -> None:
    node = job()
    node.end(outcome(), standing(3))
    assert (node.text(STATE), node.progress(PROGRESS)) == ("All here", 1.0)
    grown = job()
    grown.end(outcome(arrived=5, stored=5), standing(5))
    assert grown.stage is Stage.DONE
    assert any("has grown meanwhile" in line for line in words.tell(grown).lines)


def test_nothing_at_all_is_a_failure_and_what_is_sent_elsewhere_is_sent() -> None:
    node = job()
    node.end(outcome(arrived=0, stored=0, missing=("1",), diagnoses=(WHY,), reported=SubOperations()), standing(0))
    assert node.stage is Stage.FAILED
    sent = job(to="OTHER")
    sent.end(outcome(arrived=None, stored=None), Standing(reported=SubOperations(completed=3)))
    assert (sent.text(STATE), sent.text(TITLE)) == ("Sent", "Doe, Jane and 1 more   from ARCHIVE to OTHER")


def test_a_job_that_could_not_begin_says_why() -> None:
    node = job()
    node.fail("the port 11112 is in use")
    assert node.stage is Stage.FAILED
    assert "The port 11112 is in use." in words.tell(node).lines
