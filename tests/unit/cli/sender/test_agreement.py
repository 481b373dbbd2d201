"""What JSON, report and exit code say of a transfer never contradicts: over generated outcomes of both senders."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dicomdesk.cli.dcmsend import options as dcmsend_options
from dicomdesk.cli.dcmsend.outcome import EXIT_CODES, SendOutcome
from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.output.json_lines import describe
from dicomdesk.cli.sender.delivery import DeliveryOutcome
from dicomdesk.cli.storescu import options as storescu_options
from dicomdesk.cli.storescu.outcome import StoreOutcome
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.delivery.report_json import json_lines
from dicomdesk.engine.events import InputSkipped, ItemOutcome, JobFinished, JobOutcome
from dicomdesk.errors import PeerError
from dicomdesk.logs import Level, console_log
from tests.helpers.jobs.sample_events import send_result

STORED = (ItemOutcome.STORED, ItemOutcome.WARNING)
SKIPPED = InputSkipped(job_id="j", path="f", reason="not a DICOM file", is_failure=False)
PASSED_OVER = replace(SKIPPED, is_missed=False)
OUTCOMES = st.lists(st.sampled_from(ItemOutcome), max_size=6).map(tuple)
INPUTS = st.lists(st.sampled_from([SKIPPED, PASSED_OVER]), max_size=3).map(tuple)
ENDS = st.sampled_from([None, *SendFailure])
STATUSES = st.sampled_from([0x0001, 0x0099, 0x0110, 0xA700, 0xC000])


def outcome_of(tool: str, words: tuple[str, ...], result: SendResult) -> DeliveryOutcome:
    log = console_log(Level.OFF)
    command_line = [*words, "peer", "104", "f"]
    if tool == "dcmsend":
        options = dcmsend_options.read_options(parse(dcmsend_options.TOOL, command_line))
        return SendOutcome(options, result, log)
    asked = storescu_options.read_options(parse(storescu_options.TOOL, command_line), lambda _profile: None)
    return StoreOutcome(asked, result, log)


@given(
    tool=st.sampled_from(["dcmsend", "storescu"]),
    is_strict=st.booleans(),
    outcomes=OUTCOMES,
    skipped=INPUTS,
    failure=ENDS,
    status=STATUSES,
    last_signal=st.sampled_from([0, 2, 15]),
)
@example(tool="storescu", is_strict=False, outcomes=(), skipped=(), failure=SendFailure.STATUS, status=1, last_signal=0)
@settings(max_examples=200, deadline=None)
def test_json_report_and_exit_code_agree(
    *,
    tool: str,
    is_strict: bool,
    outcomes: tuple[ItemOutcome, ...],
    skipped: tuple[InputSkipped, ...],
    failure: SendFailure | None,
    status: int,
    last_signal: int,
) -> None:
    if tool == "dcmsend" and failure not in EXIT_CODES:
        failure = None
    error = PeerError("The peer went away") if failure else None
    job_outcome = JobOutcome.CANCELLED if last_signal else None
    made = send_result(*outcomes, failure=failure, error=error, status=status, outcome=job_outcome)
    report = replace(made.report, skipped=skipped, job_outcome=made.outcome, failure=str(error or ""))
    result = replace(made, report=report)

    words = ("--json", "--strict") if is_strict else ("--json",)
    code = outcome_of(tool, words, result).exit_code(last_signal=last_signal, is_report_written=True)
    counts = {each: sum(item.outcome is each for item in report.items) for each in ItemOutcome}
    finished = JobFinished(job_id="j", outcome=result.outcome, counts=counts, error=report.failure)
    _, told = describe(finished)
    *_, summary = map(json.loads, json_lines(report, datetime(2026, 1, 1, tzinfo=UTC)))

    assert told["outcome"] == summary["job_outcome"]
    assert told["counts"] == summary["outcomes"]
    assert told["error"] == summary["failure"]
    if told["outcome"] != "completed":
        assert code != 0
    if is_strict:
        is_everything_stored = all(each in STORED for each in outcomes) and not any(one.is_missed for one in skipped)
        assert (code == 0) == (is_everything_stored and told["outcome"] == "completed")
