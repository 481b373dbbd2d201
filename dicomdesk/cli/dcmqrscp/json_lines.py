"""JSON Lines of an archive: those of ``json_lines``, and these.

======================  ================================================================================================
``instance-stored``     ``association``, ``path``, ``sop_class_uid``, ``sop_instance_uid``, ``study_instance_uid``,
                        ``series_instance_uid``, ``transfer_syntax_uid``, ``bytes``, ``outcome`` (added, replaced,
                        kept-first), ``conflicts`` (other-study, other-series, other-patient, other-name),
                        ``removed`` (paths)
``operation-started``   ``association``, ``service`` (find, move, get), ``message_id``, ``sop_class_uid``,
                        ``destination``, and with ``--json-identifiers`` ``identifier`` (values by tag, or null)
``operation-ended``     ``association``, ``service``, ``message_id``, ``status``, ``comment``, ``model``, ``level``
                        (both null where the identifier was not understood), ``matches``, ``sub_operations``
                        (completed, failed, warning; or null), ``destination``, ``duration_s``
``sub-operation-ended``  ``association``, ``service``, ``message_id``, ``path``, ``sop_class_uid``,
                        ``sop_instance_uid``, ``status`` (or null), ``reason``
``commitment-answered``  ``association``, ``transaction_uid``, ``committed``, ``failed``, ``is_reported``
``kept-move-ended``     ``destination``, ``stored``, ``failed``: of what a move could not send (``--retry-moves``)
``retention-applied``   ``area``, ``studies``, ``instances``, ``bytes`` (that went), ``held`` (studies that stay for a
                        hold), ``missing_bytes`` (to the free space that is wanted)
``shutdown-requested``  ``association``
``upkeep-progress``     ``area``, ``done``, ``total`` (0 where unknown); of ``--reindex`` and ``--verify``
``upkeep-finding``      ``area``, ``text``
``upkeep-finished``     ``area``, ``counts`` (by what was found, or null), ``error``
======================  ================================================================================================
"""

from collections.abc import Iterator, Sequence
from typing import assert_never

from dicomdesk.archive import facts
from dicomdesk.archive.facts import ServingEvent
from dicomdesk.archive.index_entries import Conflict
from dicomdesk.cli.dcmqrscp.lines import archive_words
from dicomdesk.cli.output.json_lines import Fields, JsonLinesReporter, describe_with_words
from dicomdesk.dicom.query.attributes import SERIES_INSTANCE_UID, STUDY_INSTANCE_UID
from dicomdesk.dicom.query.identifier_dump import identifier_values
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DataError

__all__ = ["ArchiveJsonReporter", "describe_fact"]

_CONFLICTS = (
    (Conflict.OTHER_STUDY, "other-study"),
    (Conflict.OTHER_SERIES, "other-series"),
    (Conflict.OTHER_PATIENT, "other-patient"),
    (Conflict.OTHER_NAME, "other-name"),
)


class ArchiveJsonReporter:
    """Writes what an archive reports to stdout, until nobody reads it any more. Used by the main thread only."""

    is_lost = False
    """An archive serves on where nobody reads."""

    def __init__(self, *, shows_identifiers: bool = False) -> None:
        """``shows_identifiers`` writes what is asked for, which may tell who a patient is."""
        self._shows_identifiers = shows_identifiers
        self._reporter = JsonLinesReporter(archive_words)

    def show(self, batch: Sequence[ServingEvent]) -> None:
        """Write a line for each event."""
        self._reporter.write([described for event in batch for described in self._describe(event)])

    def show_progress(self, progress: Progress) -> None:
        """Write nothing: an archive gives its gauges as metrics."""

    def _describe(self, event: ServingEvent) -> Iterator[tuple[str, Fields]]:
        if isinstance(event, facts.ArchiveFact):
            yield describe_fact(event, shows_identifiers=self._shows_identifiers)
        else:
            yield from describe_with_words(event, archive_words)


def describe_fact(fact: facts.ArchiveFact, *, shows_identifiers: bool = False) -> tuple[str, Fields]:
    """Describe a fact by its name and its keys, as the module's table says."""
    match fact:
        case facts.InstanceStored():
            return "instance-stored", _stored(fact)
        case facts.OperationStarted():
            return "operation-started", _started(fact, shows_identifiers=shows_identifiers)
        case facts.OperationEnded():
            return "operation-ended", _ended(fact)
        case facts.SubOperationEnded():
            return "sub-operation-ended", {
                "association": fact.association,
                "service": fact.service.value,
                "message_id": fact.message_id,
                "path": fact.path,
                "sop_class_uid": fact.sop_class_uid,
                "sop_instance_uid": fact.sop_instance_uid,
                "status": fact.status,
                "reason": fact.reason,
            }
        case facts.CommitmentAnswered():
            return "commitment-answered", {
                "association": fact.association,
                "transaction_uid": fact.transaction_uid,
                "committed": fact.committed,
                "failed": fact.failed,
                "is_reported": fact.is_reported,
            }
        case facts.KeptMoveEnded():
            return "kept-move-ended", {"destination": fact.destination, "stored": fact.stored, "failed": fact.failed}
        case facts.RetentionApplied():
            return "retention-applied", {
                "area": fact.area,
                "studies": fact.studies,
                "instances": fact.instances,
                "bytes": fact.size_bytes,
                "held": fact.held,
                "missing_bytes": fact.missing_bytes,
            }
        case facts.ShutdownRequested():
            return "shutdown-requested", {"association": fact.association}
        case _:
            assert_never(fact)


def _stored(fact: facts.InstanceStored) -> Fields:
    request, entry, kept = fact.stored.request, fact.stored.entry, fact.stored.file
    return {
        "association": request.association,
        "path": kept.path,
        "sop_class_uid": request.sop_class_uid,
        "sop_instance_uid": request.sop_instance_uid,
        "study_instance_uid": entry.values.get(STUDY_INSTANCE_UID, ""),
        "series_instance_uid": entry.values.get(SERIES_INSTANCE_UID, ""),
        "transfer_syntax_uid": entry.transfer_syntax_uid,
        "bytes": entry.size_bytes,
        "outcome": kept.addition.outcome.value,
        "conflicts": [name for flag, name in _CONFLICTS if flag in kept.addition.conflict],
        "removed": list(kept.removed),
    }


def _started(fact: facts.OperationStarted, *, shows_identifiers: bool) -> Fields:
    fields: Fields = {
        "association": fact.association,
        "service": fact.service.value,
        "message_id": fact.message_id,
        "sop_class_uid": fact.sop_class_uid,
        "destination": fact.destination,
    }
    if not shows_identifiers:
        return fields
    try:
        return fields | {"identifier": identifier_values(fact.identifier, fact.transfer_syntax_uid)}
    except DataError:
        return fields | {"identifier": None}


def _ended(fact: facts.OperationEnded) -> Fields:
    counts, query = fact.counts, fact.query
    return {
        "association": fact.association,
        "service": fact.service.value,
        "message_id": fact.message_id,
        "status": fact.status,
        "comment": fact.comment,
        "model": None if query is None else query.model.value,
        "level": None if query is None else query.level.name,
        "matches": fact.matches,
        "sub_operations": None
        if counts is None
        else {"completed": counts.completed, "failed": counts.failed, "warning": counts.warning},
        "destination": fact.destination,
        "duration_s": round(fact.elapsed_s, 6),
    }
