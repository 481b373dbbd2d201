"""Options of ``resume``, and what they ask for."""

from datetime import datetime
from enum import Enum
from pathlib import Path

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Tool, group, option
from dicomdesk.engine.journal.records import ErrandState, HistoryQuery, InstanceState
from dicomdesk.records import dataclass

__all__ = ["TOOL", "Deed", "ResumeOptions", "read_options"]

_DEFAULT_RETRIES = 2
_MOST_RETRIES = 1000
_MOST_PEERS = 64
_DEFAULT_LIMIT = 100
_DEFAULT_AE_TITLE = "DICOMDESK"

_WHAT = group(
    "journal options",
    option("--journal", "take up the journal in file f", argument="[f]ilename: string"),
    option("--errand", "only errand n, also if it is held (repeatable)", argument="[n]umber: integer"),
    option("--retry-failed", "try once more too what was refused", "or could not be sent"),
    group(
        "instead of taking it up",
        option("--list", "show what is not finished"),
        option("--history", "show all errands, the newest first"),
        option("--instances", "with --history, each instance and its attempts"),
        option("--search", "with --history, only what has text t", argument="[t]ext: string"),
        option(
            "--state",
            f"with --history, only this state ({', '.join(each.value for each in ErrandState)})",
            argument="[s]tate: string",
        ),
        option(
            "--outcome",
            f"with --history, only with an instance so ({', '.join(each.value for each in InstanceState)})",
            argument="[s]tate: string",
        ),
        option("--since", "with --history, only added at time t or later", argument="[t]ime: YYYY-MM-DD[THH:MM]"),
        option("--until", "with --history, only added before time t", argument="[t]ime: YYYY-MM-DD[THH:MM]"),
        option(
            "--limit", "with --history, n errands at most", argument=f"[n]umber: integer (default: {_DEFAULT_LIMIT})"
        ),
        option("--forget", "delete what has ended more than n days ago", argument="[n]umber: integer"),
    ),
)
_NETWORK = group(
    "network options",
    option(
        "-aet --aetitle",
        "call peers of the address book that have none",
        f"of their own as this AE title (default: {_DEFAULT_AE_TITLE})",
        argument="[a]etitle: string",
    ),
    option("--peers", "address book (default: the window's)", argument="[f]ilename: string"),
    option("--peers-at-once", "send to n peers at once (default: 4)", argument="[n]umber: integer"),
    option(
        "--retry",
        "try a peer n times more before what is for it",
        f"is left for another time (default: {_DEFAULT_RETRIES})",
        argument="[n]umber: integer",
    ),
)
_OUTPUT = group(
    "output options",
    option("--report-file", "write to file f what became of each instance", argument="[f]ilename: string"),
    option("--report-format", "(text, jsonl) write the report in this format", argument="[f]ormat: string constant"),
    shared.JSON,
    option("--progress", "show progress even in quiet mode, if stderr", "is a terminal"),
    option("--no-progress", "never show progress"),
)

TOOL = Tool(
    name="resume",
    description="Take up what a journal has not finished",
    parameters=(),
    groups=(shared.general_options(own=()), _WHAT, _NETWORK, _OUTPUT),
    notes=(
        (
            "resume sends what is left in a journal: what dcmsend --journal, route or the window have not sent, "
            "whatever has ended them. What was under way may be sent twice, nothing else is, and nothing is left out. "
            "Then it takes up the retrieves and lists that getscu --journal and movescu --journal have left, from "
            "where they were: what is here is not fetched again."
        ),
        (
            "An errand of a command line goes as that command line said; one that names a peer of the address book "
            "goes as that says now. Secrets are in no journal: the pass phrase of a key is asked for, and a peer that "
            "wants a passcode is left to the window."
        ),
        (
            "Where a peer cannot be reached, or asks to be tried again, it is, after a pause that grows. What is still "
            "left then, and what is held, stays in the journal. What a peer refuses for good is not tried again, but "
            "with --retry-failed."
        ),
        (
            "The exit code is 0 where peers have all that was to be sent and all that was to be fetched is here, and "
            "80 where not; 87 where there is no such journal, or another process works with it."
        ),
        (
            "The first SIGINT or SIGTERM lets the present instance finish and releases the associations, the second "
            "aborts them; the exit code is then 130 or 143, and what is left stays in the journal."
        ),
    ),
)


class Deed(Enum):
    """What is to be done with the journal."""

    RESUME = "resume"
    LIST = "list"
    HISTORY = "history"
    FORGET = "forget"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeOptions:
    """A command line of resume as values."""

    deed: Deed
    journal: str
    errand_ids: frozenset[int]
    tries_failed_again: bool
    query: HistoryQuery
    limit: int
    shows_instances: bool
    forget_days: int
    calling_ae_title: str
    peers: Path | None
    """The address book; None for the window's."""
    peers_at_once: int
    retries: int
    report_file: str
    """"" for none."""
    is_jsonl_report: bool
    writes_json: bool
    shows_progress: bool


def read_options(line: CommandLine) -> ResumeOptions:
    """Read the command line as values; raises CommandLineError."""
    if not line.has("--journal"):
        raise CommandLineError("Missing option --journal")
    progress = line.last_of("--progress", "--no-progress")
    peers = line.text("--peers")
    return ResumeOptions(
        deed=_read_deed(line),
        journal=line.text("--journal"),
        errand_ids=frozenset(line.integers("--errand", 1) or ()),
        tries_failed_again=line.has("--retry-failed"),
        query=_read_query(line),
        limit=line.integer("--limit", 1) or _DEFAULT_LIMIT,
        shows_instances=line.has("--instances"),
        forget_days=line.integer("--forget", 0) or 0,
        calling_ae_title=line.text("--aetitle", _DEFAULT_AE_TITLE),
        peers=Path(peers) if peers else None,
        peers_at_once=line.integer("--peers-at-once", 1, _MOST_PEERS) or 4,
        retries=_or(line.integer("--retry", 0, _MOST_RETRIES), _DEFAULT_RETRIES),
        report_file=line.text("--report-file"),
        is_jsonl_report=line.choice("--report-format", ("text", "jsonl"), "text") == "jsonl",
        writes_json=line.has("--json"),
        shows_progress=progress == "--progress" or (not progress and not shared.is_quiet(line)),
    )


def _read_deed(line: CommandLine) -> Deed:
    deeds = [deed for deed in Deed if deed is not Deed.RESUME and line.has(f"--{deed.value}")]
    for deed in deeds[1:]:
        line.check_conflict(f"--{deed.value}", f"--{deeds[0].value}", is_given=True)
    is_history = deeds[:1] == [Deed.HISTORY]
    for long in ("--instances", "--search", "--state", "--outcome", "--since", "--until", "--limit"):
        if line.has(long):
            line.check_dependency(long, "--history", is_met=is_history)
    return deeds[0] if deeds else Deed.RESUME


def _read_query(line: CommandLine) -> HistoryQuery:
    states, outcomes = [each.value for each in ErrandState], [each.value for each in InstanceState]
    state, outcome = line.choice("--state", states, states[0]), line.choice("--outcome", outcomes, outcomes[0])
    return HistoryQuery(
        text=line.text("--search"),
        states=frozenset({ErrandState(state)} if line.has("--state") else ()),
        instance_states=frozenset({InstanceState(outcome)} if line.has("--outcome") else ()),
        since=_read_time(line, "--since"),
        until=_read_time(line, "--until"),
    )


def _read_time(line: CommandLine, long: str) -> datetime | None:
    text = line.text(long)
    try:
        return datetime.fromisoformat(text).astimezone() if text else None
    except (ValueError, OverflowError) as error:
        raise CommandLineError(f"Invalid value for {long}: not a time such as 2026-11-30T14:00") from error


def _or(given: int | None, default: int) -> int:
    return default if given is None else given
