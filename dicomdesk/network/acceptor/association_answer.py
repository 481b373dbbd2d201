"""Answers an A-ASSOCIATE-RQ: acceptance with what, or rejection why. Pure (PS3.8 7.1.1, 9.3.3, 9.3.4)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from dicomdesk.network.acceptor.access_control import Refusal
from dicomdesk.network.acceptor.observers import IncomingAssociation
from dicomdesk.network.negotiation import (
    NegotiatedContext,
    NegotiatedExtension,
    Negotiation,
    ProposedContext,
    TlsSession,
)
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy, decide, role_warnings
from dicomdesk.network.upper_layer.association_items import APPLICATION_CONTEXT_NAME
from dicomdesk.network.upper_layer.association_pdus import (
    AcceptorItems,
    AssociateRequest,
    write_associate_accept,
    write_associate_reject,
)
from dicomdesk.network.upper_layer.data_pdus import DCMTK_OVERHEAD_BYTES
from dicomdesk.records import dataclass
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, LARGE_MAX_PDU_BYTES

_LARGEST_EXTENSIONS_BYTES = 48 * 1024
"""All extended negotiation that is answered: user information has less than 64 KiB, and roles need up to 10 of them."""
_EXTENSION_OVERHEAD_BYTES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportFacts:
    """What is known of the connection before the request is read."""

    peer_host: str
    peer_port: int
    tls: TlsSession | None
    """None for a plain connection."""
    peer_address: str = ""
    """Of the connection, where ``peer_host`` is a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Answer that accepts the association."""

    pdu: bytes
    """The A-ASSOCIATE-AC."""
    negotiation: Negotiation
    warnings: tuple[str, ...] = ()
    """What was odd in the proposal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Answer that rejects the association."""

    pdu: bytes
    """The A-ASSOCIATE-RJ."""
    reason_text: str
    warnings: tuple[str, ...] = ()
    """What was odd in the proposal."""


Judge = Callable[[IncomingAssociation], AcceptancePolicy | Refusal]
"""Decides for each request what is accepted from whom, on the thread of its association; may take its time."""

LOCAL_LIMIT_EXCEEDED = Rejection(pdu=write_associate_reject(2, 3, 2), reason_text="too many associations")
"""Transient, by the service-provider's presentation part."""

_PROTOCOL_VERSION_NOT_SUPPORTED = Rejection(
    pdu=write_associate_reject(1, 2, 2), reason_text="protocol version not supported"
)
_BAD_APPLICATION_CONTEXT = Rejection(pdu=write_associate_reject(2, 1, 2), reason_text="bad application context")
NO_ACCEPTABLE_CONTEXT = Rejection(
    pdu=write_associate_reject(1, 1, 1), reason_text="no acceptable presentation contexts"
)
"""The numbers and words of DCMTK's dcmrecv."""


def check_protocol(request: AssociateRequest) -> Rejection | None:
    """Rejection of a request that cannot be understood, whoever sent it; None where it can."""
    if not request.protocol_version & 1:
        return _PROTOCOL_VERSION_NOT_SUPPORTED
    if request.application_context != APPLICATION_CONTEXT_NAME:
        return _BAD_APPLICATION_CONTEXT
    return None


def answer_request(
    request: AssociateRequest,
    policy: AcceptancePolicy,
    max_pdu_bytes: int,
    facts: TransportFacts,
    *,
    confirms_identity: bool = False,
) -> Acceptance | Rejection:
    """Decide and encode the answer; whom it is given to has been decided before (``access_control``).

    ``confirms_identity`` says that the user identity presented was verified: a positive response is sent where one is
    requested. An identity that nobody verified is not confirmed (PS3.7 D.3.3.7).
    """
    wrong_protocol = check_protocol(request)
    if wrong_protocol is not None:
        return wrong_protocol
    contexts = _unrepeated(decide(request.contexts, policy))
    warnings = (*_id_warnings(request.contexts), *role_warnings(contexts))
    if policy.needs_context and not any(context.is_accepted for context in contexts):
        return replace(NO_ACCEPTABLE_CONTEXT, warnings=warnings)
    accepted_classes = {context.abstract_syntax for context in contexts if context.is_accepted}
    answered = _answered_extensions(policy.extended_negotiation, accepted_classes)
    exchange = request.user_identity.exchange() if request.user_identity else None
    if exchange is not None and confirms_identity and exchange.wants_response:
        exchange = replace(exchange, has_response=True)
    items = AcceptorItems(
        max_pdu_bytes=max_pdu_bytes,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version=IMPLEMENTATION_VERSION_NAME,
        extended_negotiation=answered,
        identity_response=b"" if exchange is not None and exchange.has_response else None,
    )
    negotiation = replace(
        _describe(request, contexts, max_pdu_bytes, facts),
        user_identity=exchange,
        extensions=_extensions(request.extended_negotiation, answered),
    )
    return Acceptance(pdu=write_associate_accept(request, contexts, items), negotiation=negotiation, warnings=warnings)


def _unrepeated(contexts: Iterable[NegotiatedContext]) -> tuple[NegotiatedContext, ...]:
    """Answers, one for each ID: of several the first that accepts, as DCMTK's storescp has it, else the first."""
    answers: dict[int, NegotiatedContext] = {}
    for context in contexts:
        answer = answers.setdefault(context.context_id, context)
        if context.is_accepted and not answer.is_accepted:
            answers[context.context_id] = context
    return tuple(answers.values())


def _id_warnings(contexts: Iterable[ProposedContext]) -> list[str]:
    """Warnings of IDs of contexts, which are odd and there once (PS3.8 9.3.2.2); DCMTK bears with others too."""
    counts = Counter(context.context_id for context in contexts)
    even = [str(context_id) for context_id in counts if context_id % 2 == 0]
    repeated = [str(context_id) for context_id, count in counts.items() if count > 1]
    warnings = []
    if even:
        warnings.append(f"the peer proposes presentation contexts with even IDs: {', '.join(even)}")
    if repeated:
        warnings.append(
            f"the peer proposes several presentation contexts with one ID: {', '.join(repeated)}; each is answered once"
        )
    return warnings


def _answered_extensions(configured: Mapping[str, bytes], accepted_classes: set[str]) -> dict[str, bytes]:
    """Extensions answered for accepted classes, as many as fit beside the other user information."""
    answered = {}
    left_bytes = _LARGEST_EXTENSIONS_BYTES
    for uid, information in configured.items():
        size_bytes = len(uid) + len(information) + _EXTENSION_OVERHEAD_BYTES
        if uid in accepted_classes and size_bytes <= left_bytes:
            answered[uid] = information
            left_bytes -= size_bytes
    return answered


def refuse(refusal: Refusal) -> Rejection:
    """The answer to a peer that is not served."""
    return Rejection(pdu=write_associate_reject(*refusal.numbers), reason_text=refusal.text)


def _extensions(proposed: Mapping[str, bytes], answered: Mapping[str, bytes]) -> tuple[NegotiatedExtension, ...]:
    """Extensions proposed, in their order, then those answered without having been asked."""
    return tuple(
        NegotiatedExtension(sop_class_uid=uid, proposed=proposed.get(uid, b""), accepted=answered.get(uid))
        for uid in dict.fromkeys([*proposed, *answered])
    )


def _describe(
    request: AssociateRequest, contexts: tuple[NegotiatedContext, ...], max_pdu_bytes: int, facts: TransportFacts
) -> Negotiation:
    largest = min(request.max_pdu_bytes or LARGE_MAX_PDU_BYTES, LARGE_MAX_PDU_BYTES)
    return Negotiation(
        is_requestor=False,
        calling_ae_title=request.calling_ae_title,
        called_ae_title=request.called_ae_title,
        responding_ae_title=request.called_ae_title,
        peer_host=facts.peer_host,
        peer_port=facts.peer_port,
        our_implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        our_implementation_version=IMPLEMENTATION_VERSION_NAME,
        peer_implementation_class_uid=request.implementation_class_uid,
        peer_implementation_version=request.implementation_version,
        our_max_pdu_bytes=max_pdu_bytes,
        peer_max_pdu_bytes=request.max_pdu_bytes,
        max_send_pdv_bytes=max(largest - DCMTK_OVERHEAD_BYTES, 0),
        contexts=contexts,
        application_context=request.application_context,
        tls=facts.tls,
        peer_address=facts.peer_address,
    )
