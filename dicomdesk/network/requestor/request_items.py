"""Between the values of ``contexts`` and what pynetdicom negotiates with, for the requestor.

Names the A-ASSOCIATE items of pynetdicom that we use (public classes; the internals are in ``transport``).
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pydicom.uid import UID
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation,
    SCP_SCU_RoleSelectionNegotiation,
)
from pynetdicom.presentation import PresentationContext

from dicomdesk.errors import IllegalAeTitleError, PeerProtocolError, SettingsError, UserIdentityError
from dicomdesk.human import printable
from dicomdesk.network.negotiation import (
    MAX_CONTEXTS,
    ContextResult,
    ExtendedNegotiation,
    NegotiatedContext,
    NegotiatedExtension,
    Negotiation,
    ProposedContext,
    Role,
    TlsSession,
    UserIdentityExchange,
)
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation
from dicomdesk.network.upper_layer.associate_accepts import AssociateAccept
from dicomdesk.network.upper_layer.association_items import (
    EXTENDED_NEGOTIATION,
    LONGEST_ITEM_BYTES,
    USER_IDENTITY,
    USER_IDENTITY_RESPONSE,
    read_extended_negotiation,
    read_identity_response,
    shown_identity,
    write_extended_negotiation,
    write_user_identity,
)
from dicomdesk.network.upper_layer.data_pdus import PDV_HEADER_BYTES
from dicomdesk.network.upper_layer.pdu_reader import PduError
from dicomdesk.settings import (
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    LARGE_MAX_PDU_BYTES,
    AssociationSettings,
    Peer,
    UserIdentity,
    UserIdentityType,
)

_DCMTK_OVERHEAD_BYTES = 12
"""What DCMTK subtracts from a maximum PDU length for its "Max Send PDV"."""
_LONGEST_AE_TITLE = 16
_LONGEST_UID = 64
_CONFIRMED_KINDS = frozenset((UserIdentityType.USER_NAME, UserIdentityType.USER_NAME_AND_PASSCODE))
"""The kinds of identity whose confirmation DCMTK's storescu waits for; that of a ticket or token may stay out."""


class Proposed(NamedTuple):
    """What is proposed for the SOP classes."""

    contexts: Sequence[ProposedContext]
    extensions: Sequence[ExtendedNegotiation] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimits:
    """How large the PDUs are that we send."""

    max_pdu_bytes: int
    """Length field of the largest P-DATA-TF: everything behind its header."""

    @property
    def max_fragment_bytes(self) -> int:
        """Largest data of one PDV alone in its PDU, even (PS3.8 annex D.1, E.1)."""
        return (self.max_pdu_bytes - PDV_HEADER_BYTES) & ~1

    @property
    def dcmtk_max_send_pdv_bytes(self) -> int:
        """The same limit as DCMTK counts it."""
        return self.max_pdu_bytes - _DCMTK_OVERHEAD_BYTES


def ae_title_field(title: str, whose: str) -> str:
    """An AE title as it goes out: at most 16 characters, the rest dropped as DCMTK does; blank is an error."""
    field = title[:_LONGEST_AE_TITLE]
    if not field.strip():
        raise IllegalAeTitleError(
            f"The {whose.lower()} AE title is empty", condition=f"Illegal service parameter: {whose} AP Title"
        )
    if not field.isascii() or not field.isprintable() or "\\" in field:
        raise IllegalAeTitleError(
            f"The {whose.lower()} AE title has characters other than printable ASCII, or a backslash",
            condition=f"Illegal service parameter: {whose} AP Title",
        )
    return field


def propose(
    association: PumpedAssociation,
    peer: Peer,
    settings: AssociationSettings,
    contexts: Sequence[ProposedContext],
    operations_window: int,
) -> None:
    """Give pynetdicom what the A-ASSOCIATE-RQ is made of."""
    if not 1 <= len(contexts) <= MAX_CONTEXTS:
        raise SettingsError(f"An association proposes 1 to {MAX_CONTEXTS} presentation contexts, not {len(contexts)}")
    requestor = association.requestor
    association.acceptor.ae_title = ae_title_field(peer.ae_title, "Called")
    requestor.ae_title = ae_title_field(settings.calling_ae_title, "Calling")
    requestor.maximum_length = settings.max_pdu_bytes
    requestor.implementation_class_uid = UID(IMPLEMENTATION_CLASS_UID)
    requestor.implementation_version_name = IMPLEMENTATION_VERSION_NAME
    requestor.requested_contexts = [_presentation_context(context) for context in contexts]
    roles = {context.abstract_syntax: context.role for context in contexts if context.role is not None}
    for abstract_syntax, role in roles.items():
        item = SCP_SCU_RoleSelectionNegotiation()
        item.sop_class_uid = abstract_syntax
        item.scu_role = role.scu
        item.scp_role = role.scp
        requestor.add_negotiation_item(item)
    if operations_window != 1:
        window = AsynchronousOperationsWindowNegotiation()
        window.maximum_number_operations_invoked = operations_window
        window.maximum_number_operations_performed = 1
        requestor.add_negotiation_item(window)


def _presentation_context(context: ProposedContext) -> PresentationContext:
    result = PresentationContext()
    try:
        result.context_id = context.context_id
        result.abstract_syntax = context.abstract_syntax
        result.transfer_syntax = list(context.transfer_syntaxes)
    except ValueError as error:
        text = f"Presentation context {context.context_id} cannot be proposed: a UID is empty or too long"
        raise SettingsError(text) from error
    return result


def user_items(identity: UserIdentity | None, proposed: Proposed) -> list[tuple[int, bytes]]:
    """Extended negotiation and user identity as types and values of user information items; raises SettingsError."""
    offered = {context.abstract_syntax for context in proposed.contexts}
    items = []
    for extension in proposed.extensions:
        uid = extension.sop_class_uid
        if uid not in offered or not uid.isascii() or not 0 < len(uid) <= _LONGEST_UID:
            raise SettingsError(f"Extended negotiation for {printable(uid)}, which no presentation context proposes")
        offered.remove(uid)
        items.append((EXTENDED_NEGOTIATION, write_extended_negotiation(extension)))
    if identity is not None:
        if max(len(identity.primary), len(identity.secondary)) > LONGEST_ITEM_BYTES:
            raise SettingsError(f"A user identity has at most {LONGEST_ITEM_BYTES} bytes")
        items.append((USER_IDENTITY, write_user_identity(identity)))
    return items


def negotiated_contexts(accept: AssociateAccept, contexts: Sequence[ProposedContext]) -> tuple[NegotiatedContext, ...]:
    """What became of each proposed context, in the order of the proposal.

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


def negotiated_extensions(
    user_items: Iterable[tuple[int, bytes]], proposed: Proposed
) -> tuple[NegotiatedExtension, ...]:
    """What became of each extension: first those proposed, then what the peer answers for other classes of contexts.

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
    """What was said of the user; a response that is damaged, or for an identity not presented, counts as none."""
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


def send_limits(peer_max_pdu_bytes: int, settings: AssociationSettings) -> SendLimits:
    """How large PDUs may be: what the peer takes (0 is unlimited), our cap, and never above 131072."""
    limits = [LARGE_MAX_PDU_BYTES]
    if peer_max_pdu_bytes:
        limits.append(peer_max_pdu_bytes)
    if settings.max_send_pdu_bytes:
        limits.append(settings.max_send_pdu_bytes)
    if min(limits) <= _DCMTK_OVERHEAD_BYTES:
        raise PeerProtocolError(
            f"The peer takes PDUs of at most {peer_max_pdu_bytes} bytes, too short for any message",
            condition=f"DUL Cannot send P-DATA PDU because receiver's max PDU size of {peer_max_pdu_bytes} "
            "is illegal (must be > 12)",
        )
    return SendLimits(max_pdu_bytes=min(limits))


def describe(
    association: PumpedAssociation,
    peer: Peer,
    settings: AssociationSettings,
    accept: AssociateAccept,
    proposed: Proposed,
) -> Negotiation:
    """Everything that was agreed."""
    acceptor = association.acceptor
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
        tls=_tls_session(association),
        peer_address=str(acceptor.address_info.address) if acceptor.address_info else "",
    )


def _operations_window(association: PumpedAssociation, answered: int | None) -> int:
    """Operations that we may have outstanding, 0 for any number: never more than we proposed (PS3.7 D.3.3.3)."""
    proposed, _ = association.requestor.asynchronous_operations
    if answered is None:
        return 1
    return min(proposed, answered) if proposed and answered else proposed or answered


def _tls_session(association: PumpedAssociation) -> TlsSession | None:
    tls = association.connection.tls
    if tls is None:
        return None
    from dicomdesk.network.wire.tls_session import describe_session  # noqa: PLC0415 - only where TLS is asked for

    return describe_session(tls.session)
