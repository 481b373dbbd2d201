"""Report on a transfer as JSON: as lines, or as one document.

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

Where the peer was to be asked to commit to what it stored, an instance has ``commitment`` (the values of
``CommitmentState``), ``commitment_failure_reason`` (number or null; -1 where the peer gives none) and
``commitment_text`` too, and the summary has ``commitments`` (counts by state). Where files were to be deleted then, an
instance has ``file_deleted``, and the summary ``files_deleted``.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from dicomdesk.engine.delivery.report import (
    ItemRecord,
    Report,
    count_status_classes,
    sop_class_name,
    transfer_syntax_name,
)
from dicomdesk.engine.events import InputSkipped, ItemOutcome
from dicomdesk.engine.explain.items import explain_input
from dicomdesk.human import valid_json
from dicomdesk.network.status import status_text

__all__ = ["format_json_lines", "json_document", "json_lines"]

_VERSION: Final = 1
Value = str | int | None | dict[str, int]


def format_json_lines(report: Report, at: datetime) -> str:
    """Return the report as JSON Lines, each line ended; ``at`` is an aware time."""
    return "".join(json_lines(report, at))


def json_lines(report: Report, at: datetime) -> Iterator[str]:
    """Yield the report as JSON Lines, each line ended; ``at`` is an aware time."""
    for described in _objects(report):
        yield f"{valid_json(json.dumps(described))}\n"
    yield f"{valid_json(json.dumps(_summary_object(report, at)))}\n"


def json_document(report: Report, at: datetime) -> Iterator[str]:
    """Yield the pieces of one JSON object with ``version`` (1), ``summary``, ``instances`` and ``skipped``.

    Their objects are those of the JSON Lines; one stands on each line.
    """
    yield f'{{"version": {_VERSION},\n"summary": {valid_json(json.dumps(_summary_object(report, at)))},\n"instances": ['
    yield from _joined(_item_object(report, item) for item in report.items)
    yield '],\n"skipped": ['
    yield from _joined(_skipped_object(skipped) for skipped in report.skipped)
    yield "]}\n"


def _joined(objects: Iterable[Mapping[str, Value]]) -> Iterator[str]:
    separator = "\n"
    for described in objects:
        yield separator + valid_json(json.dumps(described))
        separator = ",\n"


def _objects(report: Report) -> Iterator[Mapping[str, Value]]:
    for item in report.items:
        yield _item_object(report, item)
    for skipped in report.skipped:
        yield _skipped_object(skipped)


def _item_object(report: Report, item: ItemRecord) -> dict[str, Value]:
    network = item.network_transfer_syntax_uid
    explained = report.explain(item)
    described: dict[str, Value] = {
        "type": "instance",
        "number": item.number,
        "path": item.path,
        "sop_instance_uid": item.sop_instance_uid,
        "sop_class_uid": item.sop_class_uid,
        "sop_class_name": sop_class_name(item.sop_class_uid),
        "transfer_syntax_uid": item.transfer_syntax_uid,
        "transfer_syntax_name": transfer_syntax_name(item.transfer_syntax_uid),
        "data_set_bytes": item.data_set_bytes,
        "association": item.association,
        "presentation_context_id": item.context_id,
        "network_transfer_syntax_uid": network,
        "network_transfer_syntax_name": transfer_syntax_name(network) if network else "",
        "status": item.status,
        "status_text": "" if item.status is None else status_text(item.status),
        "outcome": item.outcome.value,
        "reason": item.reason,
        "cause": explained.cause,
        "advice": explained.advice,
        "attempts": item.attempts,
    }
    commitment = report.commitment_of(item)
    if commitment is not None:
        described["commitment"] = commitment.state.value
        described["commitment_failure_reason"] = commitment.failure_reason
        described["commitment_text"] = commitment.text
    if report.deletions is not None:
        described["file_deleted"] = report.is_deleted(item)
    return described


def _skipped_object(skipped: InputSkipped) -> dict[str, Value]:
    explained = explain_input(skipped.reason)
    return {
        "type": "skipped",
        "path": skipped.path,
        "reason": skipped.reason,
        "cause": explained.cause,
        "advice": explained.advice,
        "is_failure": skipped.is_failure,
    }


def _summary_object(report: Report, at: datetime) -> dict[str, Value]:
    outcomes = Counter(item.outcome for item in report.items)
    classes = count_status_classes(report)
    sent = sum(classes.values())
    described: dict[str, Value] = {
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
        "not_sent": len(report.items) - sent - report.unanswered,
        "not_answered": report.unanswered,
        "no_acceptable_presentation_context": sum(
            item.no_acceptable_context and item.status is None for item in report.items
        ),
        "with_status": {name: classes[name] for name in ("success", "warning", "refused", "error", "unknown")},
        "outcomes": {outcome.value: outcomes[outcome] for outcome in ItemOutcome},
        "job_outcome": report.job_outcome.value,
        "failure": report.failure,
        "remark": report.remark,
        "failure_cause": report.failure_cause,
        "failure_advice": report.failure_advice,
    }
    if report.commitments is not None:
        described["commitments"] = {state.value: count for state, count in report.count_commitments().items()}
    if report.deletions is not None:
        described["files_deleted"] = sum(map(report.is_deleted, report.items))
    return described
