"""Runs one command line through DCMTK's program and ours, and tells where they differ."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.helpers.data.comparison import differences
from tests.helpers.data.datasets import part10
from tests.helpers.dcmtk.commands import EXPLANATION
from tests.helpers.dcmtk.programs import dcmtk_program
from tests.helpers.peers.association_requests import SeenRequest, read_request
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.processes import tool_process

DEADLINE_S = 60
ENVIRONMENT = tool_process.environment()

OUR_LINES = (
    r"W: \d+ of \d+ instances? not stored by the peer",
    r"W: not (stored|answered) by the peer: .*",
    r"[IW]: not sent: .*",
    r"E: cannot send SOP instance from file: .*: there is no .*",
    f"{EXPLANATION}.*",
    r"W: .*, line \d+: .*",
    r"W: cancelling in order, a second signal aborts",
    r"W: received object not stored, answered .*",
    r"W: the peer answers message \d+ where only message \d+ waits for an answer, taken as that: .*",
    r"W: the peer answers in presentation context \d+ instead of \d+: .*",
    r"W: SOP Class '.*' stored in presentation context \d+, which was negotiated for '.*'",
)
"""Lines that only our programs have: they say what DCMTK's leave unsaid, and what to do about it."""

THEIR_LINES = (
    r"[WE]: Dcm(Item|Element|UniqueIdentifier): .*",
    r"W: SOP (Class|Instance) UID in dataset differs from the one in the transfer list",
    r"E: Cannot send SOP instance, missing information:",
    r"E:   (SOP Class UID|SOP Instance UID|Transfer Syntax|Pres. Context ID) *: .*",
)
"""Lines that only DCMTK's programs have: they tell the inner life of its parser."""

_UNIMPORTANT = {0x0000: b"length"}
_ALSO_AFTER_FAILURE = "I: creating detailed report on the transfer ..."
_IMPLEMENTATION = re.compile(r"(Our|Their) Implementation (Class UID|Version Name): .*")


@dataclass(frozen=True)
class Outcome:
    """What a program left behind."""

    exit_code: int
    stdout: str
    stderr: list[str]
    """Lines, without what differs from run to run."""
    report: str | None
    contexts: list[dict[int, tuple[str, list[str]]]] = field(default_factory=list)
    """Proposed in each association."""
    titles: list[tuple[str, str]] = field(default_factory=list)
    stores: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    """Association, context, message ID, SOP Class and Instance UID of each request."""
    data_sets: list[bytes] = field(default_factory=list)
    """As Part 10 files."""
    requests: list[SeenRequest] = field(default_factory=list)
    commands: list[dict[int, bytes]] = field(default_factory=list)
    """Command sets of the requests, their lengths apart."""
    ends: list[str] = field(default_factory=list)
    """How the associations ended, of those that were released or aborted."""


def programs(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The program of DCMTK and ours."""
    return (dcmtk_program(name),), (*tool_process.OURS, name)


def run(program: Sequence[str], arguments: Sequence[str], folder: Path, home: Path, peer: FakePeer | None) -> Outcome:
    """Run in ``folder``; ``{port}`` and ``{home}`` in the arguments are those of this run."""
    port = peer.port if peer else 1
    values = [argument.replace("{port}", str(port)).replace("{home}", str(home)) for argument in arguments]
    done = tool_process.run([*program, *values], cwd=folder, env=ENVIRONMENT, timeout=DEADLINE_S)
    report = home / "report.txt"
    replacements = {str(home): "HOME", f"127.0.0.1:{port}": "127.0.0.1:PORT", f"'{port}'": "'PORT'"}
    outcome = Outcome(
        exit_code=done.returncode,
        stdout=_without(done.stdout.decode(), replacements),
        stderr=log_lines(_without(done.stderr.decode(), replacements)),
        report=plain_report(_without(report.read_text(), replacements)) if report.exists() else None,
    )
    if peer:
        peer.finish()
        _add_arrivals(outcome, peer)
    return outcome


def _without(text: str, replacements: dict[str, str]) -> str:
    for found, replacement in replacements.items():
        text = text.replace(found, replacement)
    return text


def log_lines(text: str) -> list[str]:
    """The lines of a log, without the head of a syntax error that names the program."""
    lines = text.splitlines()
    if lines and lines[0].startswith("$"):
        return lines[3:]
    return [_IMPLEMENTATION.sub(r"\1 Implementation \2", line) for line in lines]


def plain_report(text: str) -> str:
    """The report without its date, and without the lines that only ours has: they stand in blocks of their own."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "DATE TIME", text)
    return re.sub(
        r"\n(Reason|Remedy)        : .*|\n\n(Inputs Not Taken|Remark        : |Ended early   : )(.|\n)*", "", text
    )


def _add_arrivals(outcome: Outcome, peer: FakePeer) -> None:
    for association in peer.associations:
        outcome.contexts.append(association.contexts)
        outcome.titles.append((association.calling_ae_title, association.called_ae_title))
        outcome.requests.append(read_request(association.pdu))
    outcome.ends.extend(event for event in peer.events if event in {"released", "aborted"})
    for store in peer.stores:
        outcome.stores.append(
            (store.association, store.context_id, store.message_id, store.sop_class_uid, store.sop_instance_uid)
        )
        outcome.commands.append({**store.command, **_UNIMPORTANT, 0x0800: _presence(store.command[0x0800])})
        contexts = peer.associations[store.association].contexts
        accept = peer.associate[min(store.association, len(peer.associate) - 1)]
        chosen = getattr(accept, "transfer_syntaxes", {}).get(store.context_id, contexts[store.context_id][1][0])
        outcome.data_sets.append(part10(store.data, chosen))


EXACT = ("requests", "commands", "ends", "stdout")
"""What is compared besides where a tool promises to do everything to the letter."""


def _presence(data_set_type: bytes) -> bytes:
    """Any value but one says that there is a data set (PS3.7 9.3.1.1)."""
    return b"none" if data_set_type == b"\x01\x01" else b"present"


def differing(
    theirs: Outcome, ours: Outcome, *, tolerated: Collection[str] = (), besides: Sequence[str] = ()
) -> list[str]:
    """Say where the outcomes differ; all lines of theirs must be there, and only known ones more.

    Our report may be there where theirs is not. Tolerated may be names of fields, "message IDs" and "order"; names of
    further fields to be compared come as ``besides``.
    """
    if "order" in tolerated:
        theirs, ours = _in_order(_without_message_ids(theirs)), _in_order(_without_message_ids(ours))
    if "message IDs" in tolerated:
        theirs, ours = _without_message_ids(theirs), _without_message_ids(ours)
    found = []
    for name in ("exit_code", "report", "contexts", "titles", "stores", *besides):
        expected, got = getattr(theirs, name), getattr(ours, name)
        is_more = name == "report" and expected is None and theirs.exit_code != 0
        if expected != got and name not in tolerated and not is_more:
            found.append(f"{name}: expected {expected!r}, got {got!r}")
    if "stderr" not in tolerated:
        found += _differing_lines(theirs, ours)
    for index, (left, right) in enumerate(zip(theirs.data_sets, ours.data_sets, strict=False)):
        if "data_sets" not in tolerated and left != right and (different := differences(left, right)):
            found.append(f"data set {index}: {different}")
    return found


def _differing_lines(theirs: Outcome, ours: Outcome) -> list[str]:
    got = ours.stderr
    if ours.report is not None and theirs.report is None and _ALSO_AFTER_FAILURE in got:
        got = [line for line in got if line != _ALSO_AFTER_FAILURE]
    return differing_lines(theirs.stderr, got)


def count_shared(theirs: list[str]) -> int:
    """How many of their lines ours are to have as well."""
    return sum(not _is_one_of(line, THEIR_LINES) for line in theirs)


def differing_lines(theirs: list[str], ours: list[str]) -> list[str]:
    """Say which of their lines is missing, or which of ours is not known."""
    expected = [line for line in theirs if not _is_one_of(line, THEIR_LINES)]
    got = ours
    rest = iter(expected)
    wanted = next(rest, None)
    for line in got:
        if line == wanted:
            wanted = next(rest, None)
        elif not _is_one_of(line, OUR_LINES):
            return [f"stderr: unexpected {line!r}; expected {expected!r}, got {got!r}"]
    return [f"stderr: missing {wanted!r}; expected {expected!r}, got {got!r}"] if wanted is not None else []


def _is_one_of(line: str, patterns: Collection[str]) -> bool:
    return any(re.fullmatch(pattern, line) for pattern in patterns)


def _in_order(outcome: Outcome) -> Outcome:
    """The outcome with everything sorted that depends on the order of files in a folder."""
    by_uid = sorted(range(len(outcome.stores)), key=lambda index: outcome.stores[index][4])
    report = outcome.report
    if report is not None:
        report = "\n".join(sorted(line for line in report.splitlines() if not line.startswith("Number  ")))
    return replace(
        outcome,
        report=report,
        stderr=sorted(outcome.stderr),
        stores=[outcome.stores[index] for index in by_uid],
        data_sets=[outcome.data_sets[index] for index in by_uid],
    )


def _without_message_ids(outcome: Outcome) -> Outcome:
    return replace(
        outcome,
        stderr=[re.sub(r"MsgID \d+", "MsgID", line) for line in outcome.stderr],
        stores=[(association, context, 0, *uids) for association, context, _, *uids in outcome.stores],  # type: ignore[misc] # the star
    )
