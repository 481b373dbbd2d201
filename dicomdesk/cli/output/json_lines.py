"""Events as JSON Lines (``--json``): one object per line on stdout, with keys that stay.

Every object has ``event`` and ``at`` (when it was written, ISO 8601 with offset). The events and their further keys:

======================  ================================================================================================
``job-started``         ``job``
``notice``              ``level`` (debug, info, warning, error), ``text``, ``peer_host`` (of a connection that did not
                        become an association, or null)
``input-skipped``       ``path``, ``reason``
``scan-finished``       ``items``, ``bytes``, ``skipped``
``association-requested``  ``association``, ``peer``, ``calling_ae_title``, ``presentation_contexts``,
                        ``extended_negotiation``, ``user_identity`` (or null)
``association-received``   ``association``, ``peer_host``, ``calling_ae_title``, ``called_ae_title``,
                        ``presentation_contexts``, ``extended_negotiation``, ``user_identity`` (or null)
``association-accepted``   ``association``, ``is_requestor``, ``calling_ae_title``, ``called_ae_title``, ``peer_host``,
                        ``peer_port``, ``peer_implementation_class_uid``, ``peer_implementation_version``,
                        ``peer_max_pdu_bytes``, ``max_send_pdv_bytes``, ``presentation_contexts``,
                        ``extended_negotiation``, ``user_identity`` (or null), ``tls`` (or null)
``association-failed``  ``association``, ``reason``, ``advice``
``association-released``   ``association``
``association-aborted``    ``association``, ``by_peer``, ``reason``
``item-started``        ``association``, ``index``, ``message_id``, ``sop_class_uid``, ``sop_instance_uid``,
                        ``converted_from``, ``converted_to``
``item-finished``       ``association``, ``index``, ``message_id``, ``path``, ``outcome`` (stored, warning, refused,
                        not-sent, failed), ``status`` (number or null), ``reason``, ``bytes``, ``attempts``, and where
                        known ``sop_class_uid``, ``sop_instance_uid``, ``transfer_syntax_uid``, ``study_instance_uid``,
                        ``series_instance_uid``
``retry-scheduled``     ``items``, ``attempt``, ``next_try_at``, ``reason``
``listener-started``    ``address``, ``port``
``study-settled``       ``study_instance_uid``, ``folder``, ``items``, ``command_exit_code`` (number or null)
``check-step-started``  ``stage`` (resolution, tcp, tls, association, echo, capabilities)
``check-step-finished``  ``stage``, ``state`` (ok, warning, failed, skipped), ``text``, ``duration_s`` (number or null),
                        ``cause``, ``advice``, ``details``
``capability-found``    ``group`` (verification, storage, query-retrieve, worklist, procedure-step, storage-commitment,
                        print, other), ``sop_class_uid``, ``name``, ``transfer_syntaxes``, ``is_complete``
``group-forecast``      ``verdict`` (as-is, converted, cannot-go), ``sop_class_uid``, ``sop_class_name``,
                        ``transfer_syntax_uid``, ``converted_to``, ``reason``, ``advice``, ``helps``, ``items``,
                        ``bytes``, ``paths``, ``association``
``progress``            ``items_total``, ``items_done``, ``bytes_total``, ``bytes_done``, ``bytes_per_s``,
                        ``items_per_s``, ``seconds_left`` (number or null), ``associations``; once a second
``job-finished``        ``outcome`` (completed, failed, cancelled), ``counts`` (by outcome of an item), ``error``
======================  ================================================================================================

A presentation context has ``id``, ``abstract_syntax``, ``transfer_syntaxes`` and, once negotiated, ``result``
(accepted, user-rejection, no-reason, abstract-syntax-not-supported, transfer-syntaxes-not-supported) and
``transfer_syntax`` (or null); where roles were selected also ``proposed_role`` and ``accepted_role`` (scu, scp, both,
none, or null for the default). An extended negotiation has ``sop_class_uid``, ``proposed`` and, once negotiated,
``accepted`` (hexadecimal digits, or null). A user identity has ``type`` (1 to 5, PS3.7 D.3.3.7), ``user_name``,
``wants_response``, ``has_response``. TLS has ``version``, ``cipher``, ``has_peer_certificate``,
``peer_subject``, ``peer_issuer``, ``peer_expires`` (ISO 8601, or null where there is no certificate or it cannot be
read), ``is_peer_verified``. Patient names and identifiers do not appear, nor do passcodes and tokens.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from dicomdesk.cli.output.standard_streams import write_stdout
from dicomdesk.engine import events

if TYPE_CHECKING:
    from dicomdesk.engine.stats import Progress

Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]
"""What a JSON document is made of."""


Fields = dict[str, Value]
Words = Callable[[events.Event], Sequence[events.Notice]]
"""What a tool says of a fact, in the words of the tool that it replaces; nothing where the fact speaks for itself."""

_CONTEXT_RESULTS = {
    events.ContextResult.ACCEPTED: "accepted",
    events.ContextResult.USER_REJECTION: "user-rejection",
    events.ContextResult.NO_REASON: "no-reason",
    events.ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED: "abstract-syntax-not-supported",
    events.ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED: "transfer-syntaxes-not-supported",
}


_ROLES = {(True, True): "both", (True, False): "scu", (False, True): "scp", (False, False): "none"}


def _no_words(_event: events.Event) -> Sequence[events.Notice]:
    return ()


class JsonLinesReporter:
    """Writes events and gauges to stdout, as far as that can be written. Used by the main thread only."""

    def __init__(self, words: Words = _no_words) -> None:
        self._words = words
        self.is_lost = False
        """Whether some could not be written."""

    def show(self, batch: Sequence[events.Event]) -> None:
        """Write a line for each event, and for what is said of it."""
        self.write([described for event in batch for described in describe_with_words(event, self._words)])

    def write(self, described: Sequence[tuple[str, Fields]]) -> None:
        """Write a line for each of these names and keys."""
        at = _now()
        self._write([{"event": name, "at": at, **fields} for name, fields in described])

    def show_progress(self, progress: "Progress") -> None:
        """Write how far the job is."""
        self._write([{"event": "progress", "at": _now(), **describe_progress(progress)}])

    def _write(self, objects: Sequence[Mapping[str, Value]]) -> None:
        lines = "".join(json.dumps(each, separators=(",", ":")) + "\n" for each in objects)
        if not write_stdout(lines):
            self.is_lost = True


def describe_with_words(event: events.Event, words: Words) -> Iterator[tuple[str, Fields]]:
    """What is said of the event, as notices, and the event itself where it has a name."""
    yield from map(describe, words(event))
    if not isinstance(event, events.WordedEvent):
        yield describe(event)


def describe(event: events.NamedEvent) -> tuple[str, Fields]:
    """The name of the event and its keys, as the module's table says."""
    match event:
        case events.JobStarted():
            return "job-started", {"job": event.job_id}
        case events.Notice():
            return "notice", {"level": event.level.value, "text": event.text, "peer_host": event.peer_host or None}
        case events.InputSkipped():
            return "input-skipped", {"path": event.path, "reason": event.reason}
        case events.ScanFinished():
            return "scan-finished", {"items": event.items, "bytes": event.size_bytes, "skipped": event.skipped}
        case events.JobFinished():
            counts = {outcome.value: count for outcome, count in event.counts.items()}
            return "job-finished", {"outcome": event.outcome.value, "counts": counts, "error": event.error}
        case (
            events.RetryScheduled()
            | events.ListenerStarted()
            | events.StudySettled()
            | events.ItemStarted()
            | events.ItemFinished()
        ):
            return _describe_item(event)
        case events.CheckStepStarted() | events.CheckStepFinished() | events.CapabilityFound() | events.GroupForecast():
            return _describe_finding(event)
        case _:
            return _describe_association(event)


def _describe_item(
    event: events.RetryScheduled
    | events.ListenerStarted
    | events.StudySettled
    | events.ItemStarted
    | events.ItemFinished,
) -> tuple[str, Fields]:
    match event:
        case events.RetryScheduled():
            return "retry-scheduled", _retry(event)
        case events.ListenerStarted():
            return "listener-started", {"address": event.address, "port": event.port}
        case events.StudySettled():
            return "study-settled", _study(event)
        case events.ItemStarted():
            return "item-started", _item_started(event)
        case events.ItemFinished():
            return "item-finished", _item_finished(event)
        case _:
            assert_never(event)


def _describe_finding(
    event: events.CheckStepStarted | events.CheckStepFinished | events.CapabilityFound | events.GroupForecast,
) -> tuple[str, Fields]:
    match event:
        case events.CheckStepStarted():
            return "check-step-started", {"stage": event.stage.value}
        case events.CheckStepFinished():
            return "check-step-finished", _check_step(event)
        case events.CapabilityFound():
            return "capability-found", _capability(event)
        case events.GroupForecast():
            return "group-forecast", _group(event)
        case _:
            assert_never(event)


def describe_progress(progress: "Progress") -> Fields:
    """The keys of the gauges."""
    left = progress.seconds_left
    return {
        "items_total": progress.items_total,
        "items_done": progress.items_done,
        "bytes_total": progress.bytes_total,
        "bytes_done": progress.bytes_done,
        "bytes_per_s": round(progress.bytes_per_s),
        "items_per_s": round(progress.items_per_s, 1),
        "seconds_left": None if left is None else round(left, 1),
        "associations": progress.associations,
    }


def _describe_association(
    event: events.AssociationRequested
    | events.AssociationReceived
    | events.AssociationAccepted
    | events.AssociationFailed
    | events.AssociationReleased
    | events.AssociationAborted,
) -> tuple[str, Fields]:
    fields: Fields = {"association": event.association}
    match event:
        case events.AssociationRequested():
            fields |= {"peer": event.peer, "calling_ae_title": event.calling_ae_title}
            return "association-requested", fields | _proposal(event)
        case events.AssociationReceived():
            fields |= {"peer_host": event.peer_host, "calling_ae_title": event.calling_ae_title}
            fields |= {"called_ae_title": event.called_ae_title}
            return "association-received", fields | _proposal(event)
        case events.AssociationAccepted():
            return "association-accepted", fields | _negotiation(event.negotiation)
        case events.AssociationFailed():
            return "association-failed", fields | {"reason": event.reason, "advice": event.advice}
        case events.AssociationReleased():
            return "association-released", fields
        case events.AssociationAborted():
            return "association-aborted", fields | {"by_peer": event.by_peer, "reason": event.reason}
        case _:
            assert_never(event)


def _check_step(event: events.CheckStepFinished) -> Fields:
    step = event.step
    return {
        "stage": step.stage.value,
        "state": step.state.value,
        "text": step.text,
        "duration_s": None if step.duration_s is None else round(step.duration_s, 6),
        "cause": step.cause,
        "advice": step.advice,
        "details": list(step.details),
    }


def _capability(event: events.CapabilityFound) -> Fields:
    capability = event.capability
    return {
        "group": capability.group.value,
        "sop_class_uid": capability.sop_class_uid,
        "name": capability.name,
        "transfer_syntaxes": list(capability.transfer_syntaxes),
        "is_complete": capability.is_complete,
    }


def _group(event: events.GroupForecast) -> Fields:
    group = event.group
    return {
        "verdict": group.verdict.value,
        "sop_class_uid": group.sop_class_uid,
        "sop_class_name": group.sop_class_name,
        "transfer_syntax_uid": group.transfer_syntax_uid,
        "converted_to": group.converted_to,
        "reason": group.reason,
        "advice": group.advice,
        "helps": [each.value for each in group.helps],
        "items": group.items,
        "bytes": group.size_bytes,
        "paths": list(group.paths),
        "association": group.association,
    }


def _retry(event: events.RetryScheduled) -> Fields:
    return {
        "items": event.items,
        "attempt": event.attempt,
        "next_try_at": event.at.isoformat(),
        "reason": event.reason,
    }


def _study(event: events.StudySettled) -> Fields:
    return {
        "study_instance_uid": event.study_instance_uid,
        "folder": event.folder,
        "items": event.items,
        "command_exit_code": event.command_exit_code,
    }


def _item_started(event: events.ItemStarted) -> Fields:
    return {
        "association": event.association,
        "index": event.index,
        "message_id": event.message_id,
        "sop_class_uid": event.sop_class_uid,
        "sop_instance_uid": event.sop_instance_uid,
        "converted_from": event.converted_from,
        "converted_to": event.converted_to,
    }


def _item_finished(event: events.ItemFinished) -> Fields:
    fields: Fields = {
        "association": event.association,
        "index": event.index,
        "message_id": event.message_id,
        "path": event.path,
        "outcome": event.outcome.value,
        "status": event.status,
        "reason": event.reason,
        "bytes": event.size_bytes,
        "attempts": event.attempts,
    }
    if event.header is not None:
        fields |= {
            "sop_class_uid": event.header.sop_class_uid,
            "sop_instance_uid": event.header.sop_instance_uid,
            "transfer_syntax_uid": event.header.transfer_syntax_uid,
            "study_instance_uid": event.header.study_instance_uid,
            "series_instance_uid": event.header.series_instance_uid,
        }
    return fields


def _negotiation(negotiation: events.Negotiation) -> Fields:
    return {
        "is_requestor": negotiation.is_requestor,
        "calling_ae_title": negotiation.calling_ae_title,
        "called_ae_title": negotiation.called_ae_title,
        "peer_host": negotiation.peer_host,
        "peer_port": negotiation.peer_port,
        "peer_implementation_class_uid": negotiation.peer_implementation_class_uid,
        "peer_implementation_version": negotiation.peer_implementation_version,
        "peer_max_pdu_bytes": negotiation.peer_max_pdu_bytes,
        "max_send_pdv_bytes": negotiation.max_send_pdv_bytes,
        "presentation_contexts": [_negotiated(context) for context in negotiation.contexts],
        "extended_negotiation": [
            {
                "sop_class_uid": each.sop_class_uid,
                "proposed": each.proposed.hex() if each.proposed else None,
                "accepted": None if each.accepted is None else each.accepted.hex(),
            }
            for each in negotiation.extensions
        ],
        "user_identity": _identity(negotiation.user_identity),
        "tls": _tls(negotiation.tls),
    }


def _proposal(event: events.AssociationRequested | events.AssociationReceived) -> Fields:
    return {
        "presentation_contexts": [_proposed(context) for context in event.contexts],
        "extended_negotiation": [
            {"sop_class_uid": each.sop_class_uid, "proposed": each.information.hex()} for each in event.extensions
        ],
        "user_identity": _identity(event.user_identity),
    }


def _identity(identity: events.UserIdentityExchange | None) -> Value:
    if identity is None:
        return None
    return {
        "type": identity.kind,
        "user_name": identity.user_name,
        "wants_response": identity.wants_response,
        "has_response": identity.has_response,
    }


def _tls(session: events.TlsSession | None) -> Value:
    if session is None:
        return None
    return {
        "version": session.version,
        "cipher": session.cipher,
        "has_peer_certificate": session.has_peer_certificate,
        "peer_subject": session.peer_subject,
        "peer_issuer": session.peer_issuer,
        "peer_expires": None if session.peer_expires is None else session.peer_expires.isoformat(),
        "is_peer_verified": session.is_peer_verified,
    }


def _role(role: events.Role | None) -> Value:
    return None if role is None else _ROLES[role.scu, role.scp]


def _proposed(context: events.ProposedContext) -> Fields:
    fields: Fields = {
        "id": context.context_id,
        "abstract_syntax": context.abstract_syntax,
        "transfer_syntaxes": list(context.transfer_syntaxes),
    }
    return fields if context.role is None else fields | {"proposed_role": _role(context.role)}


def _negotiated(context: events.NegotiatedContext) -> Fields:
    fields: Fields = {
        "id": context.context_id,
        "abstract_syntax": context.abstract_syntax,
        "transfer_syntaxes": list(context.proposed_transfer_syntaxes),
        "result": _CONTEXT_RESULTS[context.result],
        "transfer_syntax": context.accepted_transfer_syntax,
    }
    if context.proposed_role is not None:
        fields |= {"proposed_role": _role(context.proposed_role), "accepted_role": _role(context.accepted_role)}
    return fields


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")
