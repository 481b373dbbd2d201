"""Associations to be handed on, as text for people and as JSON for programs: who, when, what was agreed, what was said.

Both have what the view shows and no more: of messages the latest that are kept, and how many there were.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from dicomdesk import human
from dicomdesk.engine.events import NegotiatedContext, ProposedContext
from dicomdesk.gui import wording
from dicomdesk.gui.models.association_log import AssociationRecord, Message, association_word

__all__ = ["as_json", "as_text", "write_associations"]

_INDENT = "  "


def write_associations(path: Path, records: Sequence[AssociationRecord]) -> None:
    """Write them as the file's name says: as JSON for ``.json``, else as text. For any thread; OSError passes."""
    text = as_json(records) if path.suffix.casefold() == ".json" else as_text(records)
    path.write_text(text, encoding="utf-8")


def as_json(records: Iterable[AssociationRecord]) -> str:
    """Return an array of one object an association; times are of UTC (ISO 8601), statuses four hexadecimal digits."""
    return json.dumps([_values(record) for record in records], indent=1, ensure_ascii=False) + "\n"


def as_text(records: Iterable[AssociationRecord]) -> str:
    """Return one paragraph an association: its line, the reason, its contexts, its messages."""
    return "\n".join("\n".join(_lines(part)) + "\n" for record in records for part in record.whole)


def _values(record: AssociationRecord) -> dict[str, object]:
    agreed = record.negotiation
    contexts = agreed.contexts if agreed else record.contexts
    return {
        "direction": "outgoing" if record.is_requestor else "incoming",
        "calling_ae_title": record.calling_ae_title,
        "called_ae_title": record.called_ae_title,
        "peer": record.peer,
        "state": record.state.name.lower(),
        "started_at": _utc(record.started_at),
        "ended_at": None if record.ended_at is None else _utc(record.ended_at),
        "reason": record.reason,
        "advice": record.advice,
        "tls": record.security_word() or None,
        "peer_implementation_version": human.printable(agreed.peer_implementation_version) if agreed else "",
        "peer_max_pdu_bytes": agreed.peer_max_pdu_bytes if agreed else None,
        "our_max_pdu_bytes": agreed.our_max_pdu_bytes if agreed else None,
        "presentation_contexts": [_context_values(context, record) for context in contexts],
        "message_count": record.message_count,
        "stored": record.stored,
        "problems": record.problems,
        "size_bytes": record.size_bytes,
        "messages": [_message_values(message) for message in list(record.messages)],
        "further": [_values(part) for part in record.whole[1:]],
    }


def _context_values(context: NegotiatedContext | ProposedContext, record: AssociationRecord) -> dict[str, object]:
    values: dict[str, object] = {"id": context.context_id, "abstract_syntax": context.abstract_syntax}
    if isinstance(context, ProposedContext):
        return {**values, "proposed": list(context.transfer_syntaxes), "is_accepted": None}
    return {
        **values,
        "proposed": list(context.proposed_transfer_syntaxes),
        "is_accepted": context.is_accepted,
        "accepted": context.accepted_transfer_syntax,
        "reason": wording.context_reason(context, by_us=not record.is_requestor),
    }


def _message_values(message: Message) -> dict[str, object]:
    return {
        "at": _utc(message.at),
        "name": _name(message),
        "message_id": message.message_id,
        "sop_class_uid": message.sop_class_uid,
        "sop_instance_uid": message.sop_instance_uid,
        "status": None if message.status is None else f"{message.status:04X}",
        "outcome": message.outcome.name.lower() if message.outcome is not None else message.status_words,
        "reason": message.reason,
        "size_bytes": message.size_bytes,
    }


def _lines(record: AssociationRecord) -> Iterator[str]:
    started = datetime.fromtimestamp(record.started_at).astimezone()
    yield " ".join(
        part
        for part in (
            f"{started:%Y-%m-%d %H:%M:%S %z}",
            f"{record.direction_word()}: {record.peer}",
            f"({record.calling_ae_title} -> {record.called_ae_title})" if record.calling_ae_title else "",
            record.security_word(),
            f"{association_word(record.state)}, {wording.elapsed_text(record.lasted_s)}",
        )
        if part
    )
    for text in (record.reason, record.advice):
        if text:
            yield _INDENT + wording.sentence(wording.capitalised(text))
    for context in record.negotiation.contexts if record.negotiation else ():
        syntax = context.accepted_transfer_syntax
        end = wording.transfer_syntax_text(syntax) if syntax else ""
        why = "" if context.is_accepted else wording.context_reason(context, by_us=not record.is_requestor)
        said = " ".join(part for part in (wording.context_result_word(context), end, why) if part)
        yield f"{_INDENT}{context.context_id:3} {wording.sop_class_text(context.abstract_syntax)}: {said}"
    messages = list(record.messages)
    left_out = record.message_count - len(messages)
    if left_out > 0:
        yield f"{_INDENT}({left_out} messages are not kept)"
    for message in messages:
        parts = (
            f"+{max(message.at - record.started_at, 0.0):.3f} s",
            _name(message),
            message.sop_instance_uid,
            wording.status_code_text(message.status),
            message.status_words,
            message.reason,
        )
        yield _INDENT + " ".join(part for part in parts if part)


def _name(message: Message) -> str:
    return message.name or "C-STORE"


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
