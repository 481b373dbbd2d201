"""Outcome of a proposal by the A-ASSOCIATE-AC, context by context and item by item (PS3.7 D.3.3)."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dicomdesk.errors import UserIdentityError
from dicomdesk.network.negotiation import (
    ContextResult,
    NegotiatedContext,
    NegotiatedExtension,
    Negotiation,
    ProposedContext,
    Role,
    UserIdentityExchange,
)
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation
from dicomdesk.network.requestor.request_items import ProposedItems, ae_title_field, send_limits
from dicomdesk.network.upper_layer.associate_accepts import AssociateAccept
from dicomdesk.network.upper_layer.association_items import (
    EXTENDED_NEGOTIATION,
    USER_IDENTITY_RESPONSE,
    read_extended_negotiation,
    read_identity_response,
    shown_identity,
)
from dicomdesk.network.upper_layer.pdu_reader import PduError
from dicomdesk.settings import (
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    AssociationSettings,
    Peer,
    UserIdentity,
    UserIdentityType,
)

_CONFIRMED_KINDS = frozenset((UserIdentityType.USER_NAME, UserIdentityType.USER_NAME_AND_PASSCODE))
"""The kinds of identity whose confirmation DCMTK's storescu waits for; that of a ticket or token may stay out."""


def negotiated_contexts(accept: AssociateAccept, contexts: Sequence[ProposedContext]) -> tuple[NegotiatedContext, ...]:
    """Outcome of each proposed context, in the order of the proposal.

    An answer for a role that was not proposed is ignored (PS3.7 D.3.3.4).
    """
    return tuple(_negotiated(context, accept) for context in contexts)


def _negotiated(context: ProposedContext, accept: AssociateAccept) -> NegotiatedContext:
    answer = accept.contexts.get(context.context_id)
    accepted = answer.transfer_syntaxes if answer is not None else ()
    outcome = NegotiatedContext(
        context_id=context.context_id,
        abstract_syntax=context.abstract_syntax,
        proposed_transfer_syntaxes=context.transfer_syntaxes,
        result=ContextResult.NO_REASON if answer is None else answer.result,
        accepted_transfer_syntax="\\".join(accepted) or None,
        proposed_role=context.role,
    )
    return replace(outcome, accepted_role=_accepted_role(context, accept.roles)) if outcome.is_accepted else outcome


def _accepted_role(context: ProposedContext, answers: Mapping[str, Role]) -> Role | None:
    """None is the default role: also where nothing was proposed, or nothing answered."""
    proposed, answered = context.role, answers.get(context.abstract_syntax)
    if proposed is None or answered is None:
        return None
    return Role(scu=proposed.scu and answered.scu, scp=proposed.scp and answered.scp)


def oddities(accept: AssociateAccept, contexts: Sequence[ProposedContext]) -> tuple[str, ...]:
    """Sentences about what is wrong in the answers to presentation contexts, and costs no more than itself."""
    proposed = {context.context_id: context.transfer_syntaxes for context in contexts}
    accepted = {
        context_id: "\\".join(answer.transfer_syntaxes)
        for context_id, answer in accept.contexts.items()
        if answer.result is ContextResult.ACCEPTED
    }
    unusable = {context_id for context_id, uids in accepted.items() if uids not in proposed.get(context_id, (uids,))}
    found = (
        ("answers presentation contexts that were not proposed: ignored", accept.contexts.keys() - proposed),
        ("answers presentation contexts several times: the first answer counts", accept.repeated_contexts),
        ("accepts presentation contexts in none of the transfer syntaxes that were proposed: not used", unusable),
    )
    return tuple(f"The peer {words} (ID {', '.join(map(str, sorted(ids)))})" for words, ids in found if ids)


def negotiated_extensions(
    user_items: Iterable[tuple[int, bytes]], proposed: ProposedItems
) -> tuple[NegotiatedExtension, ...]:
    """Outcome of each extension: first those proposed, then what the peer answers for other classes of contexts.

    Of several answers for a class the first counts; what is for other classes, or damaged, is ignored (PS3.7 D.3.3.5).
    """
    answers: dict[str, bytes] = {}
    offered = {context.abstract_syntax for context in proposed.contexts}
    for kind, value in user_items:
        if kind == EXTENDED_NEGOTIATION:
            with contextlib.suppress(PduError):
                answer = read_extended_negotiation(value)
                if answer.sop_class_uid in offered:
                    answers.setdefault(answer.sop_class_uid, answer.information)
    outcome = [
        NegotiatedExtension(
            sop_class_uid=extension.sop_class_uid,
            proposed=extension.information,
            accepted=answers.pop(extension.sop_class_uid, None),
        )
        for extension in proposed.extensions
    ]
    outcome += [NegotiatedExtension(sop_class_uid=uid, proposed=b"", accepted=data) for uid, data in answers.items()]
    return tuple(outcome)


def identity_exchange(
    user_items: Iterable[tuple[int, bytes]], identity: UserIdentity | None
) -> UserIdentityExchange | None:
    """Exchange about the user; a response that is damaged, or for an identity not presented, counts as none."""
    exchange = shown_identity(identity)
    if exchange is None:
        return None
    for kind, value in user_items:
        if kind == USER_IDENTITY_RESPONSE:
            with contextlib.suppress(PduError):
                size_bytes = len(read_identity_response(value))
                return replace(exchange, has_response=True, response_bytes=size_bytes)
    return exchange


def check_identity(exchange: UserIdentityExchange | None) -> None:
    """Raise UserIdentityError where a confirmation of the user name was asked for and none came."""
    if exchange is None or exchange.kind not in _CONFIRMED_KINDS:
        return
    if exchange.wants_response and not exchange.has_response:
        raise UserIdentityError(
            "The peer accepted the association but did not confirm the user name, as it was asked to; "
            "it may not support user identities",
            explanation="User Identity Negotiation failed: Positive response requested but none received",
            condition="ASC User Identification Negotiation failed",
        )


def describe(
    association: PumpedAssociation,
    peer: Peer,
    settings: AssociationSettings,
    accept: AssociateAccept,
    proposed: ProposedItems,
) -> Negotiation:
    """Everything that was agreed."""
    acceptor, tls = association.acceptor, association.connection.tls
    called = ae_title_field(peer.ae_title, "Called")
    return Negotiation(
        is_requestor=True,
        calling_ae_title=ae_title_field(settings.calling_ae_title, "Calling"),
        called_ae_title=called,
        responding_ae_title=called,
        peer_host=peer.host,
        peer_port=peer.port,
        our_implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        our_implementation_version=IMPLEMENTATION_VERSION_NAME,
        peer_implementation_class_uid=accept.implementation_class_uid,
        peer_implementation_version=accept.implementation_version,
        our_max_pdu_bytes=settings.max_pdu_bytes,
        peer_max_pdu_bytes=accept.max_pdu_bytes,
        max_send_pdv_bytes=send_limits(accept.max_pdu_bytes, settings).dcmtk_max_send_pdv_bytes,
        contexts=negotiated_contexts(accept, proposed.contexts),
        user_identity=identity_exchange(accept.user_items, settings.user_identity),
        extensions=negotiated_extensions(accept.user_items, proposed),
        max_operations_invoked=_operations_window(association, accept.operations_window),
        oddities=oddities(accept, proposed.contexts),
        tls=None if tls is None else tls.agreed,
        peer_address=str(acceptor.address_info.address) if acceptor.address_info else "",
    )


def _operations_window(association: PumpedAssociation, answered: int | None) -> int:
    """Operations that we may have outstanding, 0 for any number: never more than we proposed (PS3.7 D.3.3.3)."""
    proposed, _ = association.requestor.asynchronous_operations
    if answered is None:
        return 1
    return min(proposed, answered) if proposed and answered else proposed or answered
