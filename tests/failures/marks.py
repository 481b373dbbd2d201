"""The nine questions, asked of what a tool left behind.

1. Is it true? 2. Are file, instance and peer named? 3. Is the likely cause said? 4. Is said what to do? 5. Is the exit
code right? 6. Did it end in time? 7. Was a report written that tells it? 8. Do the events in JSON tell the same?
9. Is nothing left behind, no traceback, nothing of the patient?
"""

from tests.failures.case import BOUNDED, CAUSE, CLEAN, CODE, JSON, NAMES, REMEDY, REPORT, TRUE, holds
from tests.failures.running import REPORTING, Outcome

QUESTIONS = range(TRUE, CLEAN + 1)
_NO_REPORT = (1, 87)
"""Exit codes with which nothing was begun that there could be a report on."""
_ENDED_WELL = ("completed",)
_SIGNAL = 128
"""Above are the exit codes of what a signal ended, such as a server, whose job is complete then."""


def marks(outcome: Outcome, *, is_ours: bool = True) -> dict[int, bool]:
    """Which questions are answered with yes."""
    case, said = outcome.case, outcome.shown
    return {
        TRUE: holds(said, outcome.fill(case.what))
        and not any(holds(said, outcome.fill(words)) for words in case.never),
        NAMES: all(holds(said, outcome.fill(name)) for name in case.names),
        CAUSE: holds(said, outcome.fill(case.cause)),
        REMEDY: holds(said, outcome.fill(case.remedy)),
        CODE: outcome.code == case.code,
        BOUNDED: outcome.code is not None,
        REPORT: _has_report(outcome),
        JSON: _has_json(outcome) if is_ours else False,
        CLEAN: not (outcome.has_patient or outcome.debris or "Traceback" in outcome.err + outcome.out),
    }


def missing(outcome: Outcome) -> tuple[int, ...]:
    """Questions answered with no."""
    return tuple(question for question, is_met in marks(outcome).items() if not is_met)


def _has_report(outcome: Outcome) -> bool:
    """Whether there is a report that tells it, where the tool writes any."""
    case = outcome.case
    if (
        not case.is_reported
        or case.tool not in REPORTING
        or (case.code in _NO_REPORT and outcome.report is None and not case.outcome)
    ):
        return True
    if outcome.report is None:
        return False
    told = holds(outcome.report, outcome.fill(case.what)) or holds(outcome.report, outcome.fill(case.cause))
    return told and holds(outcome.report, outcome.fill(case.remedy))


def _has_json(outcome: Outcome) -> bool:
    """Whether all that is said is said in the events too, and they end as the tool did."""
    case, said = outcome.case, outcome.json_text
    if outcome.bad_json or not outcome.events:
        return False
    items = {event["outcome"] for event in outcome.events if event["event"] == "item-finished"}
    ends = [event["outcome"] for event in outcome.events if event["event"] == "job-finished"]
    exits = [event["exit_code"] for event in outcome.events if event["event"] == "exit"]
    was_ended = (outcome.code or 0) > _SIGNAL
    agrees = (
        case.code == 0 or was_ended or not ends or ends[-1] not in _ENDED_WELL or bool(items - {"stored", "warning"})
    )
    agrees = exits[-1] == outcome.code if exits else agrees
    is_said = all(holds(said, outcome.fill(words)) for words in (case.what, case.cause, case.remedy))
    return is_said and agrees and (not case.outcome or case.outcome in items)
