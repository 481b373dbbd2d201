"""What JSON, report and exit code say of a retrieve or a resumed journal never contradicts: over generated outcomes."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.cli.exit_codes import died_of_signal
from dicomdesk.cli.getscu import lines as getscu
from dicomdesk.cli.movescu import lines as movescu
from dicomdesk.cli.query.inputs import Identifiers
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.journal.records import InstanceState
from dicomdesk.engine.resume.kept_work import KeptWork, WorkState
from dicomdesk.engine.resume.resume_job import ResumeResult
from dicomdesk.engine.retrieve.diagnosis.report import report_document
from dicomdesk.engine.retrieve.facts import RetrieveEnded, SubOperations
from dicomdesk.engine.retrieve.outcome import RetrieveFailure, RetrieveOutcome
from dicomdesk.errors import PeerError

STATUSES = st.lists(st.sampled_from([0x0000, 0xB000, 0xFE00, 0x0122, 0xA702, 0xA801, 0xC001]), max_size=4)
COUNTS = st.integers(0, 3)
WORK = KeptWork(
    key="1",
    title="a study",
    state=WorkState.OPEN,
    request="",
    reason="",
    added_at=datetime(2026, 1, 1, tzinfo=UTC),
    ended_at=None,
)
MOVE_SUCCESS = {0x0000, 0xFE00}
"""With which DCMTK's movescu ends with 0."""


def outcome(
    statuses: list[int], counts: SubOperations, stored: int, failure: RetrieveFailure | None, *, is_cancelled: bool
) -> RetrieveOutcome:
    ended = tuple(
        RetrieveEnded(
            job_id="j", association=1, number=number, message_id=1, status=status, counts=counts, comment="",
            failed_uids=(), elements={}, is_cancelled=is_cancelled,
        )
        for number, status in enumerate(statuses)
    )  # fmt: skip
    has_failed = failure not in (None, RetrieveFailure.RELEASE)
    word = JobOutcome.CANCELLED if is_cancelled else JobOutcome.FAILED if has_failed else JobOutcome.COMPLETED
    return RetrieveOutcome(
        outcome=word,
        ended=ended,
        announced=None,
        reported=counts,
        arrived=stored,
        stored=stored,
        missing=(),
        refused=(),
        diagnoses=(),
        failure=failure,
        error=PeerError("The peer went away") if failure is not None else None,
    )


@given(
    statuses=STATUSES,
    counts=st.builds(SubOperations, completed=COUNTS, failed=COUNTS, warning=COUNTS),
    stored=COUNTS,
    failure=st.sampled_from([None, *RetrieveFailure]),
    signal=st.sampled_from([0, 2, 15]),
)
@settings(max_examples=200, deadline=None)
def test_json_and_exit_code_of_a_retrieve_agree(
    *, statuses: list[int], counts: SubOperations, stored: int, failure: RetrieveFailure | None, signal: int
) -> None:
    result = outcome(statuses, counts, stored, failure, is_cancelled=bool(signal))
    codes = {
        "movescu": movescu.exit_code(result, signal, is_any_context_accepted=False),
        "getscu": getscu.exit_code(result, Identifiers(data_sets=()), signal),
    }
    document = report_document(result)
    assert document["outcome"] == result.outcome.value
    assert bool(document["failure"]) == (failure is not None)
    assert document["stored"] == stored
    for tool, code in codes.items():
        if signal:
            assert (code, document["outcome"]) == (died_of_signal(signal), "cancelled"), tool
        elif code == 0:  # DCMTK's movescu ends with 0 too where the association was lost in a request
            assert document["outcome"] == "completed" or (tool == "movescu" and failure is not None), tool
    if not signal and failure is None:
        assert (codes["movescu"] == 0) == (set(statuses) <= MOVE_SUCCESS)


@given(
    states=st.dictionaries(st.sampled_from(InstanceState), COUNTS),
    works=st.lists(st.sampled_from(WorkState), max_size=3),
    has_failed=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_journal_is_all_well_only_where_nothing_is_left(
    *, states: dict[InstanceState, int], works: list[WorkState], has_failed: bool
) -> None:
    result = ResumeResult(
        outcome=JobOutcome.FAILED if has_failed else JobOutcome.COMPLETED,
        counts=states,
        uncommitted=0,
        works=tuple((WORK, state, "") for state in works),
        error=PeerError("gone") if has_failed else None,
    )
    is_stored = all(state in {InstanceState.STORED, InstanceState.WARNING} for state, count in states.items() if count)
    is_done = all(state is WorkState.DONE for state in works)
    assert result.is_all_well == (is_stored and is_done and not has_failed)
