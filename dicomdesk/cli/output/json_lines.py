"""Events as JSON Lines (``--json``): one object per line on stdout, with keys that stay.

Every object has ``event`` and ``at`` (when it was written, ISO 8601 with offset). The events and their further keys:

======================  ================================================================================================
``job-started``         ``job``
``notice``              ``level`` (debug, info, warning, error), ``text``, ``peer_host`` (of a connection that did not
                        become an association, or null); of an error ``cause``, ``advice``
``input-skipped``       ``path``, ``reason``, ``cause``, ``advice``
``scan-finished``       ``items``, ``bytes``, ``skipped``
``association-requested``  ``association``, ``peer``, ``calling_ae_title``, ``presentation_contexts``,
                        ``extended_negotiation``, ``user_identity`` (or null)
``association-received``   ``association``, ``peer_host``, ``peer_address`` (IP address, or null),
                        ``calling_ae_title``, ``called_ae_title``, ``presentation_contexts``, ``extended_negotiation``,
                        ``user_identity`` (or null)
``association-accepted``   ``association``, ``is_requestor``, ``calling_ae_title``, ``called_ae_title``, ``peer_host``,
                        ``peer_port``, ``peer_implementation_class_uid``, ``peer_implementation_version``,
                        ``peer_max_pdu_bytes``, ``max_send_pdv_bytes``, ``presentation_contexts``,
                        ``extended_negotiation``, ``user_identity`` (or null), ``tls`` (or null)
``association-failed``  ``association``, ``reason``, ``cause``, ``advice``
``association-released``   ``association``
``association-aborted``    ``association``, ``by_peer``, ``reason``, ``cause``, ``advice``
``item-started``        ``association``, ``index``, ``message_id``, ``sop_class_uid``, ``sop_instance_uid``,
                        ``converted_from``, ``converted_to``
``item-finished``       ``association``, ``index``, ``message_id``, ``path``, ``outcome`` (stored, warning, refused,
                        not-sent, failed), ``status`` (number or null), ``reason``, ``bytes``, ``attempts``, and where
                        known ``sop_class_uid``, ``sop_instance_uid``, ``transfer_syntax_uid``, ``study_instance_uid``,
                        ``series_instance_uid``; where instances are received ``arrival`` (new, repeated, overwritten,
                        kept-both, refused-again, refused, lost); where not all is well ``cause``, ``advice``
``retry-scheduled``     ``items``, ``attempt``, ``next_try_at``, ``reason``
``listener-started``    ``address``, ``port``
``study-settled``       ``study_instance_uid``, ``folder``, ``items``, ``command_exit_code`` (number or null), ``here``
                        (distinct instances), ``again``, ``refused``, ``expected`` (number or null), ``modalities``,
                        ``senders``
``storage-changed``     ``state`` (ok, low, full, gone, read-only), ``folder``, ``free_bytes`` (number or null),
                        ``full_in_s`` (number or null), ``text``, ``advice``
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
``job-finished``        ``outcome`` (completed, failed, cancelled), ``counts`` (by outcome of an item), ``error``;
                        where instances were received ``arrivals`` (by what they were); where it failed ``cause``,
                        ``advice``
``exit``                ``exit_code``, ``error`` (the first line of the log at ERROR or above, or ""), ``cause``,
                        ``advice``: the last line wherever the exit code is not 0, also where no job began, and
                        where nothing else tells what failed; not after a signal
======================  ================================================================================================

A presentation context has ``id``, ``abstract_syntax``, ``transfer_syntaxes`` and, once negotiated, ``result``
(accepted, user-rejection, no-reason, abstract-syntax-not-supported, transfer-syntaxes-not-supported) and
``transfer_syntax`` (or null); where roles were selected also ``proposed_role`` and ``accepted_role`` (scu, scp, both,
none, or null for the default). An extended negotiation has ``sop_class_uid``, ``proposed`` and, once negotiated,
``accepted`` (hexadecimal digits, or null). A user identity has ``type`` (1 to 5, PS3.7 D.3.3.7), ``user_name``,
``wants_response``, ``has_response``. TLS has ``version``, ``cipher``, ``has_peer_certificate``,
``peer_subject``, ``peer_issuer``, ``peer_expires`` (ISO 8601, or null where there is no certificate or it cannot be
read), ``is_peer_verified``. A sender has ``calling_ae_title``, ``called_ae_title``, ``host``, ``address``. Patient
names and identifiers do not appear, unless a peer puts them into the comment that ``reason`` ends with, nor do
passcodes and tokens. ``cause`` is why something happened as far as is known, ``advice`` what to do; both are "" where
there is nothing to say. A byte of a file name that is not UTF-8 is written as ``\\xe9``: each line is valid JSON.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from dicomdesk.cli.output.explaining import explain_fact
from dicomdesk.cli.output.standard_streams import Written, write_stdout
from dicomdesk.engine import events
from dicomdesk.human import printable, valid_json
from dicomdesk.logs import Explanation

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


def keys(words: str, **converted: Callable[[Any], Value]) -> Callable[[Any], Fields]:
    """Return what makes a JSON object of something: its keys in order, and the attributes that they come from.

    ``words`` are names of attributes that are values already, or ``key=attribute.of.attribute``; those ``converted``
    are made values by a function.
    """
    pairs = [(key, path or key) for key, _, path in (word.partition("=") for word in words.split())]
    names, read = tuple(key for key, _ in pairs), attrgetter(*(path for _, path in pairs))
    if len(names) == 1:
        return lambda source: {names[0]: read(source)}
    if not converted:
        return lambda source: dict(zip(names, read(source), strict=False))

    def make(source: object) -> Fields:
        fields: Fields = dict(zip(names, read(source), strict=False))
        for name, convert in converted.items():
            fields[name] = convert(fields[name])
        return fields

    return make


def each(convert: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """Return the conversion of all elements of a sequence."""
    return lambda elements: [convert(element) for element in elements]


def optional(convert: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """Return the conversion of a value that may be None."""
    return lambda value: None if value is None else convert(value)


def rounded(digits: int) -> Callable[[Any], Value]:
    """Return the conversion of a number to one with so many digits after the point."""
    return lambda number: round(number, digits)


def _no_words(_event: events.Event) -> Sequence[events.Notice]:
    return ()


class JsonLinesReporter:
    """Writes events and gauges to stdout, as far as that can be written. Used by the main thread only."""

    def __init__(self, words: Words = _no_words) -> None:
        self._words = words
        self.is_lost = False
        """Whether some could not be written."""

    def show(self, batch: Sequence[events.Event]) -> None:
        """Write a line for each event, and for the notices that word it."""
        self.write([described for event in batch for described in describe_with_words(event, self._words)])

    def write(self, described: Sequence[tuple[str, Fields]]) -> None:
        """Write a line for each of these names and keys."""
        at = _now()
        self._write([{"event": name, "at": at, **fields} for name, fields in described])

    def show_progress(self, progress: "Progress") -> None:
        """Write how far the job is."""
        self._write([{"event": "progress", "at": _now(), **describe_progress(progress)}])

    def _write(self, objects: Sequence[Mapping[str, Value]]) -> None:
        lines = "".join(valid_json(json.dumps(each, separators=(",", ":"))) + "\n" for each in objects)
        if not write_stdout(lines, Written.EVENTS):
            self.is_lost = True


def write_exit(exit_code: int, error: str, explanation: Explanation) -> None:
    """Write that the tool ends with this exit code; ``error`` is what it has told first of all that failed, or ""."""
    fields: Fields = {"exit_code": exit_code, "error": printable(error), **explanation._asdict()}
    JsonLinesReporter().write([("exit", fields)])


def write_warning(text: str) -> None:
    """Write a notice that is no event of a job."""
    JsonLinesReporter().write([describe(events.Notice(job_id="", level=events.NoticeLevel.WARNING, text=text))])


def describe_with_words(event: events.Event, words: Words) -> Iterator[tuple[str, Fields]]:
    """Describe the notices that word the event, and the event itself where it has a name."""
    yield from map(describe, words(event))
    if not isinstance(event, events.WordedEvent):
        yield describe(event)


def describe(event: events.NamedEvent) -> tuple[str, Fields]:
    """Describe an event by its name and its keys, as the module's table says."""
    name, make = _EVENTS[type(event)]
    return name, make(event)


def describe_progress(progress: "Progress") -> Fields:
    """The keys of the gauges."""
    return _PROGRESS(progress)


def _item_finished(event: events.ItemFinished) -> Fields:
    fields = _ITEM(event) if event.header is None else _IDENTIFIED_ITEM(event)
    if event.header is None and event.asked_uid:
        fields = fields | {"sop_instance_uid": event.asked_uid}
    if event.outcome is not events.ItemOutcome.STORED:
        fields = fields | _explained(event)
    return fields if event.arrival is None else fields | {"arrival": event.arrival.value}


def _explained(event: events.NamedEvent) -> Fields:
    cause, advice = explain_fact(event)
    return {"cause": cause, "advice": advice}


def explaining(make: Callable[[Any], Fields]) -> Callable[[Any], Fields]:
    """Return what makes a JSON object of an event: as ``make`` does, with why it happened and what to do."""
    return lambda event: make(event) | _explained(event)


def _notice(event: events.Notice) -> Fields:
    fields = _NOTICE(event)
    if event.level is events.NoticeLevel.ERROR:
        return fields | _explained(event)
    words = _explained(event) if event.level is events.NoticeLevel.WARNING else {}
    return fields | words if words.get("advice") else fields


def _job_finished(event: events.JobFinished) -> Fields:
    fields = _FINISHED(event)
    if event.error:
        fields |= _explained(event)
    if event.arrivals:
        fields["arrivals"] = {kind.value: count for kind, count in event.arrivals.items()}
    return fields


def _role(role: events.Role) -> Value:
    return _ROLES[role.scu, role.scp]


def _proposed(context: events.ProposedContext) -> Fields:
    fields = _PROPOSED(context)
    return fields if context.role is None else fields | {"proposed_role": _role(context.role)}


def _negotiated(context: events.NegotiatedContext) -> Fields:
    fields = _NEGOTIATED(context)
    return fields if context.proposed_role is None else fields | _SELECTED_ROLES(context)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="milliseconds")


_PROGRESS = keys(
    "items_total items_done bytes_total bytes_done bytes_per_s items_per_s seconds_left associations",
    bytes_per_s=round,
    items_per_s=rounded(1),
    seconds_left=optional(rounded(1)),
)
_ITEM_KEYS = "association index message_id path outcome=outcome.value status reason bytes=size_bytes attempts"
_ITEM = keys(_ITEM_KEYS)
_IDENTIFIED_ITEM = keys(
    f"{_ITEM_KEYS} sop_class_uid=header.sop_class_uid sop_instance_uid=header.sop_instance_uid"
    " transfer_syntax_uid=header.transfer_syntax_uid study_instance_uid=header.study_instance_uid"
    " series_instance_uid=header.series_instance_uid"
)
_PROPOSED = keys("id=context_id abstract_syntax transfer_syntaxes", transfer_syntaxes=list)
_NEGOTIATED = keys(
    "id=context_id abstract_syntax transfer_syntaxes=proposed_transfer_syntaxes result"
    " transfer_syntax=accepted_transfer_syntax",
    transfer_syntaxes=list,
    result=_CONTEXT_RESULTS.__getitem__,
)
_SELECTED_ROLES = keys("proposed_role accepted_role", proposed_role=_role, accepted_role=optional(_role))
_IDENTITY = optional(keys("type=kind user_name wants_response has_response"))
_TLS = optional(
    keys(
        "version cipher has_peer_certificate peer_subject peer_issuer peer_expires is_peer_verified",
        peer_expires=optional(datetime.isoformat),
    )
)
_PROPOSAL: Mapping[str, Callable[[Any], Value]] = {
    "presentation_contexts": each(_proposed),
    "extended_negotiation": each(keys("sop_class_uid proposed=information", proposed=bytes.hex)),
    "user_identity": _IDENTITY,
}
_FINISHED = keys(
    "outcome=outcome.value counts error",
    counts=lambda counts: {outcome.value: count for outcome, count in counts.items()},
)
_NOTICE = keys("level=level.value text peer_host", peer_host=lambda host: host or None)
_EVENTS: Mapping[type, tuple[str, Callable[[Any], Fields]]] = {
    events.JobStarted: ("job-started", keys("job=job_id")),
    events.Notice: ("notice", _notice),
    events.InputSkipped: ("input-skipped", explaining(keys("path reason"))),
    events.ScanFinished: ("scan-finished", keys("items bytes=size_bytes skipped")),
    events.AssociationRequested: (
        "association-requested",
        keys(
            "association peer calling_ae_title"
            " presentation_contexts=contexts extended_negotiation=extensions user_identity",
            **_PROPOSAL,
        ),
    ),
    events.AssociationReceived: (
        "association-received",
        keys(
            "association peer_host peer_address calling_ae_title called_ae_title"
            " presentation_contexts=contexts extended_negotiation=extensions user_identity",
            peer_address=lambda address: address or None,
            **_PROPOSAL,
        ),
    ),
    events.AssociationAccepted: (
        "association-accepted",
        keys(
            "association is_requestor=negotiation.is_requestor calling_ae_title=negotiation.calling_ae_title"
            " called_ae_title=negotiation.called_ae_title peer_host=negotiation.peer_host"
            " peer_port=negotiation.peer_port"
            " peer_implementation_class_uid=negotiation.peer_implementation_class_uid"
            " peer_implementation_version=negotiation.peer_implementation_version"
            " peer_max_pdu_bytes=negotiation.peer_max_pdu_bytes max_send_pdv_bytes=negotiation.max_send_pdv_bytes"
            " presentation_contexts=negotiation.contexts extended_negotiation=negotiation.extensions"
            " user_identity=negotiation.user_identity tls=negotiation.tls",
            presentation_contexts=each(_negotiated),
            extended_negotiation=each(
                keys(
                    "sop_class_uid proposed accepted",
                    proposed=lambda proposed: proposed.hex() if proposed else None,
                    accepted=optional(bytes.hex),
                )
            ),
            user_identity=_IDENTITY,
            tls=_TLS,
        ),
    ),
    events.AssociationFailed: ("association-failed", explaining(keys("association reason"))),
    events.AssociationReleased: ("association-released", keys("association")),
    events.AssociationAborted: ("association-aborted", explaining(keys("association by_peer reason"))),
    events.ItemStarted: (
        "item-started",
        keys("association index message_id sop_class_uid sop_instance_uid converted_from converted_to"),
    ),
    events.ItemFinished: ("item-finished", _item_finished),
    events.RetryScheduled: (
        "retry-scheduled",
        keys("items attempt next_try_at=at reason", next_try_at=datetime.isoformat),
    ),
    events.ListenerStarted: ("listener-started", keys("address port")),
    events.StudySettled: (
        "study-settled",
        keys(
            "study_instance_uid folder items command_exit_code here again refused expected modalities senders",
            modalities=list,
            senders=each(keys("calling_ae_title called_ae_title host address")),
        ),
    ),
    events.StorageChanged: (
        "storage-changed",
        keys("state=state.value folder free_bytes full_in_s text advice", full_in_s=optional(rounded(0))),
    ),
    events.CheckStepStarted: ("check-step-started", keys("stage=stage.value")),
    events.CheckStepFinished: (
        "check-step-finished",
        keys(
            "stage=step.stage.value state=step.state.value text=step.text duration_s=step.duration_s cause=step.cause"
            " advice=step.advice details=step.details",
            duration_s=optional(rounded(6)),
            details=list,
        ),
    ),
    events.CapabilityFound: (
        "capability-found",
        keys(
            "group=capability.group.value sop_class_uid=capability.sop_class_uid name=capability.name"
            " transfer_syntaxes=capability.transfer_syntaxes is_complete=capability.is_complete",
            transfer_syntaxes=list,
        ),
    ),
    events.GroupForecast: (
        "group-forecast",
        keys(
            "verdict=group.verdict.value sop_class_uid=group.sop_class_uid sop_class_name=group.sop_class_name"
            " transfer_syntax_uid=group.transfer_syntax_uid converted_to=group.converted_to reason=group.reason"
            " advice=group.advice helps=group.helps items=group.items bytes=group.size_bytes paths=group.paths"
            " association=group.association",
            helps=each(attrgetter("value")),
            paths=list,
        ),
    ),
    events.JobFinished: ("job-finished", _job_finished),
}
