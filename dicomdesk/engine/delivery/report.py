"""Report on a transfer: the outcome of each instance, as values and in DCMTK's text layout.

There is one for every job that had instances, also after failure, abort or cancel. It holds only what happened: an
instance that was not sent has no status, and is ``<not sent>`` in the text; one that was sent and not answered has none
either, and is told apart. Where the peer was asked to commit to what it has stored, sent, stored and committed are told
apart; else the text is DCMTK's byte for byte.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.sop_classes import uid_symbol
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.events import InputSkipped, ItemOutcome, JobOutcome
from dicomdesk.logs import UNEXPLAINED, Explanation
from dicomdesk.network.status import classify_status, status_text
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.commit.deletion import Deletion
    from dicomdesk.engine.commit.states import Commitment, CommitmentState

__all__ = [
    "ItemRecord",
    "Report",
    "count_status_classes",
    "format_text",
    "sop_class_name",
    "summary_lines",
    "text_lines",
    "transfer_syntax_name",
    "with_cause",
]

_NO_CONTEXT = "<no acceptable presentation context>"
_NOT_SENT = "<not sent>"
_UNANSWERED = "<no answer, may be stored>"
"""Which DCMTK does not know: it takes it for not sent."""
_COMMITMENT_LABELS = {
    "committed": "committed by the peer  ",
    "not-committed": "NOT committed          ",
    "unanswered": "no word on commitment  ",
    "asked": "asked for commitment   ",
    "not-asked": "NOT asked to commit    ",
}
_STORED = (ItemOutcome.STORED, ItemOutcome.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRecord:
    """Outcome of one instance of the transfer list."""

    number: int
    """Position in the transfer list, from 1."""
    path: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    """Of the file."""
    data_set_bytes: int = 0
    """In the encoding of the file; 0 where it was never loaded."""
    association: int = 0
    """Number of the association, 0 where none was assigned."""
    context_id: int = 0
    """Presentation context assigned by the plan, 0 for none."""
    network_transfer_syntax_uid: str = ""
    """As negotiated; for a refused context that of the file; "" without an association."""
    status: int | None = None
    """DIMSE status of the peer's answer; None where no answer came."""
    no_acceptable_context: bool = False
    """Not sent because the peer took no presentation context for it, or none could be proposed."""
    outcome: ItemOutcome = ItemOutcome.NOT_SENT
    reason: str = ""
    """Plain words; "" for a plain success."""
    attempts: int = 0
    instance_id: int = 0
    """See ``FoundInstance``; not written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Outcome of a whole transfer."""

    peer_host: str
    """As given by the user."""
    peer_port: int
    calling_ae_title: str
    called_ae_title: str
    associations: int
    """How many associations were begun."""
    contexts_proposed: int
    """Presentation contexts proposed over all associations."""
    items: tuple[ItemRecord, ...]
    job_outcome: JobOutcome = JobOutcome.COMPLETED
    skipped: tuple[InputSkipped, ...] = ()
    """Inputs that were not taken."""
    failure: str = ""
    """Why the job ended early."""
    failure_cause: str = ""
    """The likely cause of that."""
    failure_advice: str = ""
    """What to do about it."""
    remark: str = ""
    """What went wrong after all was answered."""
    commitments: "Mapping[Reference, Commitment] | None" = None
    """What the peer has said of keeping what it has stored; None where it was not to be asked."""
    deletions: "Mapping[str, Deletion] | None" = None
    """What became of files that were to be deleted once committed, by ``ItemRecord.path``; None where none was."""

    @property
    def is_all_stored(self) -> bool:
        """Whether the peer has stored every instance, and no input was left out that may hold others."""
        return all(item.outcome in _STORED for item in self.items) and not any(
            input_.is_missed for input_ in self.skipped
        )

    @property
    def stored(self) -> int:
        """How many instances the peer has stored."""
        return sum(item.outcome in _STORED for item in self.items)

    @property
    def unanswered(self) -> int:
        """How many instances were sent, or begun, and not answered: the peer may have stored them, or not."""
        return sum(item.outcome is ItemOutcome.FAILED for item in self.items)

    def explain(self, item: ItemRecord) -> Explanation:
        """Why the peer has not simply stored an instance, and what to do; nothing where it has."""
        if self.failure and item.outcome is ItemOutcome.NOT_SENT and self.failure in item.reason:
            return Explanation(self.failure_cause, self.failure_advice)
        if not item.reason and not item.status:
            return UNEXPLAINED
        from dicomdesk.engine.explain.items import explain_instance  # noqa: PLC0415 - only after a failure: start-up time

        return explain_instance(item.status, item.reason, is_unanswered=item.outcome is ItemOutcome.FAILED)

    def commitment_of(self, item: ItemRecord) -> "Commitment | None":
        """What the peer has said of keeping an instance; None where it was not to be asked."""
        if self.commitments is None:
            return None
        from dicomdesk.engine.commit.states import NOT_ASKED  # noqa: PLC0415 - start-up time of those who do not ask

        if item.outcome not in _STORED:
            return NOT_ASKED
        return self.commitments.get(Reference(item.sop_class_uid, item.sop_instance_uid), NOT_ASKED)

    def count_commitments(self) -> "dict[CommitmentState, int]":
        """How many instances are in which state towards commitment; nothing where the peer was not to be asked."""
        if self.commitments is None:
            return {}
        from dicomdesk.engine.commit.states import count_states  # noqa: PLC0415 - as above

        return count_states(one for item in self.items if (one := self.commitment_of(item)) is not None)

    def is_deleted(self, item: ItemRecord) -> bool:
        """Whether the file of an instance was deleted, as the peer has committed to it."""
        deletion = None if self.deletions is None else self.deletions.get(item.path)
        return deletion is not None and deletion.is_deleted


def format_text(report: Report, at: datetime) -> str:
    """Return the report in DCMTK's layout; ``at`` is local time. There is no newline at the end, as in DCMTK's."""
    return "\n".join(text_lines(report, at))


def text_lines(report: Report, at: datetime) -> Iterator[str]:
    """Yield the lines of the report in DCMTK's layout, without their ends."""
    title = "Detailed Report on the Transfer of Instances"
    yield title
    yield "=" * len(title)
    yield ""
    yield f"Communication Peer : {report.peer_host}:{report.peer_port}"
    yield f"AE Titles used     : {report.calling_ae_title} -> {report.called_ae_title}"
    yield f"Current Date/Time  : {at:%Y-%m-%d %H:%M:%S}"
    yield ""
    yield ""
    for item in report.items:
        yield from _item_lines(item)
        yield from _explaining_lines(report, item)
        yield from _committed_lines(report, item)
        yield ""
    yield ""
    yield from summary_lines(report)
    yield from _closing_lines(report)


def summary_lines(report: Report) -> list[str]:
    """Return the status summary, as in the report and in the verbose log; lines with a count of 0 are left out."""
    sent = [item for item in report.items if item.status is not None]
    classes = count_status_classes(report)
    no_context = sum(item.no_acceptable_context and item.status is None for item in report.items)
    counted = [
        ("- sent to the peer       : ", len(sent)),
        ("  * with status SUCCESS  : ", classes["success"]),
        ("  * with status WARNING  : ", classes["warning"]),
        ("  * with status ERROR    : ", classes["error"]),
        ("  * with status REFUSED  : ", classes["refused"]),
        ("  * with unknown status  : ", classes["unknown"]),
        ("- sent, NOT answered     : ", report.unanswered),
        ("- NOT sent to the peer   : ", len(report.items) - len(sent) - report.unanswered),
        ("  * no acceptable pres.  : ", no_context),
        *((f"- {_COMMITMENT_LABELS[state.value]}: ", count) for state, count in report.count_commitments().items()),
        ("- file deleted           : ", sum(map(report.is_deleted, report.items))),
    ]
    return [
        "Status Summary",
        "--------------",
        f"Number of associations   : {report.associations}",
        f"Number of pres. contexts : {report.contexts_proposed}",
        f"Number of SOP instances  : {len(report.items)}",
        *(f"{label}{count}" for label, count in counted if count),
    ]


def _item_lines(item: ItemRecord) -> Iterator[str]:
    yield f"Number        : {item.number}"
    yield f"Filename      : {_one_line(item.path)}"
    yield f"SOP Instance  : {_one_line(item.sop_instance_uid)}"
    yield f"SOP Class     : {_one_line(item.sop_class_uid)} = {sop_class_name(item.sop_class_uid)}"
    yield f"Original Xfer : {_transfer_syntax(item.transfer_syntax_uid)}"
    yield f"Dataset Size  : {item.data_set_bytes} bytes"
    yield f"Association   : {item.association}"
    yield f"Pres. Context : {item.context_id}"
    yield f"Network Xfer  : {_transfer_syntax(item.network_transfer_syntax_uid)}"
    yield f"DIMSE Status  : {_status(item)}"


def _explaining_lines(report: Report, item: ItemRecord) -> Iterator[str]:
    """Why an instance was not stored, or stored with a remark, and what to do; DCMTK's reports have no such lines."""
    if not item.reason:
        return
    yield from _told("Reason        : ", item.reason, report.explain(item))


def _told(label: str, reason: str, explained: Explanation) -> Iterator[str]:
    yield f"{label}{_one_line(with_cause(reason, explained))}"
    if explained.advice:
        yield f"Remedy        : {_one_line(explained.advice)}"


def with_cause(reason: str, explained: Explanation) -> str:
    """A reason with its likely cause, without the advice where that is in it."""
    reason = reason.replace(f" {explained.advice}", "", 1) if explained.advice else reason
    return (
        reason if not explained.cause or explained.cause in reason else f"{reason.removesuffix('.')}. {explained.cause}"
    )


def _closing_lines(report: Report) -> Iterator[str]:
    """What was not taken, and why the job ended early; nothing where all went its way, as in DCMTK's reports."""
    if report.skipped:
        from dicomdesk.engine.explain.items import explain_input  # noqa: PLC0415 - only after a failure: start-up time

        yield from ("", "Inputs Not Taken", "----------------")
        for skipped in report.skipped:
            explained = explain_input(skipped.reason)
            yield f"{_one_line(skipped.path)}: {_one_line(with_cause(skipped.reason, explained))}"
            if explained.advice:
                yield f"  {_one_line(explained.advice)}"
    if report.remark:
        from dicomdesk.engine.explain.items import explain_failure  # noqa: PLC0415 - as above

        yield from ("", *_told("Remark        : ", report.remark, explain_failure("Association Release Failed")))
    if report.failure:
        explained = Explanation(report.failure_cause, report.failure_advice)
        yield from ("", *_told("Ended early   : ", report.failure, explained))


def _committed_lines(report: Report, item: ItemRecord) -> Iterator[str]:
    commitment = report.commitment_of(item)
    if commitment is not None:
        words = commitment.state.value.replace("-", " ")
        yield f"Commitment    : {words}{f' ({_one_line(commitment.text)})' if commitment.text else ''}"
    if report.is_deleted(item):
        yield "File          : deleted"


def _status(item: ItemRecord) -> str:
    if item.status is not None:
        return f"0x{item.status:04x} ({status_text(item.status)})"
    if item.outcome is ItemOutcome.FAILED:
        return _UNANSWERED
    return _NO_CONTEXT if item.no_acceptable_context else _NOT_SENT


def _one_line(text: str) -> str:
    """Return the text with control characters escaped, so that a name cannot forge lines of the report."""
    if text.isprintable():
        return text
    return "".join(c if c >= " " and c != "\x7f" else repr(c)[1:-1] for c in text)


def _transfer_syntax(uid: str) -> str:
    return f"{_one_line(uid)} = {transfer_syntax_name(uid)}" if uid else ""


def sop_class_name(uid: str) -> str:
    """Return the name of a SOP class as DCMTK has it."""
    return uid_symbol(uid) or "unknown"


def transfer_syntax_name(uid: str) -> str:
    """Return the name of a transfer syntax as DCMTK has it."""
    found = find_transfer_syntax(uid)
    return found.name if found else "Unknown Transfer Syntax"


def count_status_classes(report: Report) -> Counter[str]:
    """Count the answers by class of status: success, warning, refused, error, unknown."""
    statuses = Counter(item.status for item in report.items if item.status is not None)
    counts: Counter[str] = Counter()
    for status, count in statuses.items():
        counts[classify_status(status).name.lower()] += count
    return counts
