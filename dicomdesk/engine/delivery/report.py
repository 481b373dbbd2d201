"""Report on a transfer: the outcome of each instance, in DCMTK's text layout or as JSON Lines.

It is written for every job that had instances, also after failure, abort or cancel. It holds only what happened: an
instance without an answer of the peer has no status, and is ``<not sent>`` in the text.

JSON Lines: one object per instance, then one summary object. Keys of an instance: ``type`` ("instance"), ``number``
(from 1), ``path``, ``sop_instance_uid``, ``sop_class_uid``, ``sop_class_name``, ``transfer_syntax_uid``,
``transfer_syntax_name`` (of the file), ``data_set_bytes``, ``association`` (0: none), ``presentation_context_id``
(0: none), ``network_transfer_syntax_uid``, ``network_transfer_syntax_name``, ``status`` (number, or null without an
answer), ``status_text``, ``outcome`` (the values of ``ItemOutcome``), ``reason``, ``attempts``. Keys of an input that
was not taken, after the instances: ``type`` ("skipped"), ``path``, ``reason``, ``is_failure``. Keys of the summary:
``type`` ("summary"), ``at`` (ISO 8601 with offset), ``peer_host``, ``peer_port``, ``calling_ae_title``,
``called_ae_title``, ``associations``, ``presentation_contexts_proposed``, ``instances``, ``skipped`` (inputs that were
not taken), ``sent`` (answered by the peer), ``not_sent``, ``no_acceptable_presentation_context``, ``with_status``
(counts by class of status), ``outcomes`` (counts by outcome), ``job_outcome`` (the values of ``JobOutcome``),
``failure`` (why the job ended early, or "").
"""

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from dicomdesk.dicom.sop_classes import uid_symbol
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.engine.events import InputSkipped, ItemOutcome, JobOutcome
from dicomdesk.errors import ReportError
from dicomdesk.named_files import open_to_write
from dicomdesk.network.status import classify_status, status_text

__all__ = [
    "ItemRecord",
    "Report",
    "ReportFormat",
    "format_json_lines",
    "format_text",
    "summary_lines",
    "write_content",
    "write_report",
]

_NO_CONTEXT = "<no acceptable presentation context>"
_NOT_SENT = "<not sent>"


class ReportFormat(Enum):
    """Format of a report."""

    TEXT = "text"
    """DCMTK's layout, byte for byte."""
    JSON_LINES = "json"
    """One JSON object per line, see the module's description."""


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
    """Inputs that were not taken; appear in JSON Lines only, the text layout has no place for them."""
    failure: str = ""
    """Why the job ended early; appears in JSON Lines only, the text layout has no place for it."""

    @property
    def is_all_stored(self) -> bool:
        """Whether the peer has stored every instance, and no input was left out that may hold others."""
        return all(item.outcome in _STORED for item in self.items) and not any(
            input_.is_missed for input_ in self.skipped
        )


def format_text(report: Report, at: datetime) -> str:
    """Return the report in DCMTK's layout; ``at`` is local time. There is no newline at the end, as in DCMTK's."""
    title = "Detailed Report on the Transfer of Instances"
    lines = [
        title,
        "=" * len(title),
        "",
        f"Communication Peer : {report.peer_host}:{report.peer_port}",
        f"AE Titles used     : {report.calling_ae_title} -> {report.called_ae_title}",
        f"Current Date/Time  : {at:%Y-%m-%d %H:%M:%S}",
        "",
        "",
    ]
    for item in report.items:
        lines += _item_lines(item)
    lines.append("")
    lines += summary_lines(report)
    return "\n".join(lines)


def summary_lines(report: Report) -> list[str]:
    """Return the status summary, as in the report and in the verbose log; lines with a count of 0 are left out."""
    sent = [item for item in report.items if item.status is not None]
    classes = _count_status_classes(report)
    no_context = sum(item.no_acceptable_context and item.status is None for item in report.items)
    counted = [
        ("- sent to the peer       : ", len(sent)),
        ("  * with status SUCCESS  : ", classes["success"]),
        ("  * with status WARNING  : ", classes["warning"]),
        ("  * with status ERROR    : ", classes["error"]),
        ("  * with status REFUSED  : ", classes["refused"]),
        ("  * with unknown status  : ", classes["unknown"]),
        ("- NOT sent to the peer   : ", len(report.items) - len(sent)),
        ("  * no acceptable pres.  : ", no_context),
    ]
    return [
        "Status Summary",
        "--------------",
        f"Number of associations   : {report.associations}",
        f"Number of pres. contexts : {report.contexts_proposed}",
        f"Number of SOP instances  : {len(report.items)}",
        *(f"{label}{count}" for label, count in counted if count),
    ]


def format_json_lines(report: Report, at: datetime) -> str:
    """Return the report as JSON Lines, each line ended; ``at`` is an aware time."""
    import json  # noqa: PLC0415 - only where asked for: start-up time

    lines = [json.dumps(_item_object(item)) for item in report.items]
    lines += [json.dumps(_skipped_object(skipped)) for skipped in report.skipped]
    lines.append(json.dumps(_summary_object(report, at)))
    return "\n".join(lines) + "\n"


def write_report(
    path: str | os.PathLike[str],
    report: Report,
    report_format: ReportFormat = ReportFormat.TEXT,
    *,
    at: datetime | None = None,
) -> None:
    """Write the report to a file; what is there already is replaced as a whole or not at all.

    A file in a folder where nothing can be created, or something that is no regular file (a pipe, a device), is
    written in place. ``at`` is the time shown, None takes the present. Raises ReportError.
    """
    at = at or datetime.now().astimezone()
    text = format_text(report, at) if report_format is ReportFormat.TEXT else format_json_lines(report, at)
    write_content(path, text.encode("utf-8", "surrogateescape"), "detailed report")


def write_content(path: str | os.PathLike[str], content: bytes, name: str) -> None:
    """Write a report of any kind, as ``write_report`` does; ``name`` is what it is called in the ReportError."""
    target = os.path.realpath(path)
    try:
        if not _replace_file(target, content):
            _write_file(target, content, os.O_TRUNC)
    except OSError as error:
        raise ReportError(f"cannot write {name} to file '{os.fspath(path)}': {error.strerror}") from error


def _item_lines(item: ItemRecord) -> Iterator[str]:
    yield f"Number        : {item.number}"
    yield f"Filename      : {_one_line(item.path)}"
    yield f"SOP Instance  : {_one_line(item.sop_instance_uid)}"
    yield f"SOP Class     : {_one_line(item.sop_class_uid)} = {_sop_class_name(item.sop_class_uid)}"
    yield f"Original Xfer : {_transfer_syntax(item.transfer_syntax_uid)}"
    yield f"Dataset Size  : {item.data_set_bytes} bytes"
    yield f"Association   : {item.association}"
    yield f"Pres. Context : {item.context_id}"
    yield f"Network Xfer  : {_transfer_syntax(item.network_transfer_syntax_uid)}"
    yield f"DIMSE Status  : {_status(item)}"
    yield ""


def _status(item: ItemRecord) -> str:
    if item.status is not None:
        return f"0x{item.status:04x} ({status_text(item.status)})"
    return _NO_CONTEXT if item.no_acceptable_context else _NOT_SENT


def _one_line(text: str) -> str:
    """Return the text with control characters escaped, so that a name cannot forge lines of the report."""
    if text.isprintable():
        return text
    return "".join(c if c >= " " and c != "\x7f" else repr(c)[1:-1] for c in text)


def _transfer_syntax(uid: str) -> str:
    return f"{_one_line(uid)} = {_transfer_syntax_words(uid)}" if uid else ""


def _sop_class_name(uid: str) -> str:
    return uid_symbol(uid) or "unknown"


def _transfer_syntax_words(uid: str) -> str:
    found = find_transfer_syntax(uid)
    return found.name if found else "Unknown Transfer Syntax"


def _count_status_classes(report: Report) -> Counter[str]:
    """Count the answers by class of status: success, warning, refused, error, unknown."""
    statuses = Counter(item.status for item in report.items if item.status is not None)
    counts: Counter[str] = Counter()
    for status, count in statuses.items():
        counts[classify_status(status).name.lower()] += count
    return counts


def _item_object(item: ItemRecord) -> dict[str, str | int | None]:
    network = item.network_transfer_syntax_uid
    return {
        "type": "instance",
        "number": item.number,
        "path": item.path,
        "sop_instance_uid": item.sop_instance_uid,
        "sop_class_uid": item.sop_class_uid,
        "sop_class_name": _sop_class_name(item.sop_class_uid),
        "transfer_syntax_uid": item.transfer_syntax_uid,
        "transfer_syntax_name": _transfer_syntax_words(item.transfer_syntax_uid),
        "data_set_bytes": item.data_set_bytes,
        "association": item.association,
        "presentation_context_id": item.context_id,
        "network_transfer_syntax_uid": network,
        "network_transfer_syntax_name": _transfer_syntax_words(network) if network else "",
        "status": item.status,
        "status_text": "" if item.status is None else status_text(item.status),
        "outcome": item.outcome.value,
        "reason": item.reason,
        "attempts": item.attempts,
    }


def _skipped_object(skipped: InputSkipped) -> dict[str, str | bool]:
    return {
        "type": "skipped",
        "path": skipped.path,
        "reason": skipped.reason,
        "is_failure": skipped.is_failure,
    }


def _summary_object(report: Report, at: datetime) -> dict[str, str | int | dict[str, int]]:
    outcomes = Counter(item.outcome for item in report.items)
    classes = _count_status_classes(report)
    sent = sum(classes.values())
    return {
        "type": "summary",
        "at": at.isoformat(timespec="seconds"),
        "peer_host": report.peer_host,
        "peer_port": report.peer_port,
        "calling_ae_title": report.calling_ae_title,
        "called_ae_title": report.called_ae_title,
        "associations": report.associations,
        "presentation_contexts_proposed": report.contexts_proposed,
        "instances": len(report.items),
        "skipped": len(report.skipped),
        "sent": sent,
        "not_sent": len(report.items) - sent,
        "no_acceptable_presentation_context": sum(
            item.no_acceptable_context and item.status is None for item in report.items
        ),
        "with_status": {name: classes[name] for name in ("success", "warning", "refused", "error", "unknown")},
        "outcomes": {outcome.value: outcomes[outcome] for outcome in ItemOutcome},
        "job_outcome": report.job_outcome.value,
        "failure": report.failure,
    }


def _replace_file(target: str, content: bytes) -> bool:
    """Write beside the target and rename; False where only writing in place is possible."""
    mode = None
    try:
        found = os.stat(target)
        if not stat.S_ISREG(found.st_mode):
            return False
        mode = stat.S_IMODE(found.st_mode)
        os.close(open_to_write(target, 0))  # what may not be written is not replaced either
    except FileNotFoundError:
        pass
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:200]}.{os.getpid()}.tmp")
    try:
        _write_file(temporary, content, os.O_EXCL)
        if mode is not None:
            Path(temporary).chmod(mode)
        os.replace(temporary, target)
    except OSError as error:
        if error.errno != errno.EEXIST:
            _remove_if_there(temporary)
        if mode is not None and error.errno in {errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.EBUSY}:
            return False
        raise
    return True


def _write_file(path: str, content: bytes, flag: int) -> None:
    with os.fdopen(open_to_write(path, os.O_CREAT | flag), "wb") as file:
        file.write(content)


def _remove_if_there(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        return
