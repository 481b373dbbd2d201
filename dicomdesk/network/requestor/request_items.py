"""Items of the A-ASSOCIATE-RQ that we send: given to pynetdicom, or written where it has none for them.

Names the A-ASSOCIATE items of pynetdicom that we use (public classes; ``pynetdicom_internals`` has the rest).
"""

from collections.abc import Sequence
from typing import NamedTuple

from pydicom.uid import UID
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation,
    SCP_SCU_RoleSelectionNegotiation,
)
from pynetdicom.presentation import PresentationContext

from dicomdesk.errors import IllegalAeTitleError, PduLimitError, SettingsError
from dicomdesk.human import printable
from dicomdesk.network.negotiation import (
    MAX_CONTEXTS,
    ExtendedNegotiation,
    ProposedContext,
)
from dicomdesk.network.requestor.pynetdicom_internals import PumpedAssociation
from dicomdesk.network.upper_layer.association_items import (
    EXTENDED_NEGOTIATION,
    LONGEST_ITEM_BYTES,
    USER_IDENTITY,
    write_extended_negotiation,
    write_user_identity,
)
from dicomdesk.network.upper_layer.data_pdus import DCMTK_OVERHEAD_BYTES, PDV_HEADER_BYTES
from dicomdesk.records import dataclass
from dicomdesk.settings import (
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    LARGE_MAX_PDU_BYTES,
    AssociationSettings,
    Peer,
    UserIdentity,
)

_LONGEST_AE_TITLE = 16
_LONGEST_UID = 64


class ProposedItems(NamedTuple):
    """Contexts and extensions that are proposed."""

    contexts: Sequence[ProposedContext]
    extensions: Sequence[ExtendedNegotiation] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimits:
    """Limits of the PDUs that we send."""

    max_pdu_bytes: int
    """Length field of the largest P-DATA-TF: everything behind its header."""

    @property
    def max_fragment_bytes(self) -> int:
        """Largest data of one PDV alone in its PDU, even (PS3.8 annex D.1, E.1)."""
        return (self.max_pdu_bytes - PDV_HEADER_BYTES) & ~1

    @property
    def dcmtk_max_send_pdv_bytes(self) -> int:
        """Limit of a PDV as DCMTK counts it."""
        return self.max_pdu_bytes - DCMTK_OVERHEAD_BYTES


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


def user_items(identity: UserIdentity | None, proposed: ProposedItems) -> list[tuple[int, bytes]]:
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


def send_limits(peer_max_pdu_bytes: int, settings: AssociationSettings) -> SendLimits:
    """Limits of PDUs: what the peer takes (0 is unlimited), our cap, and never above 131072."""
    limits = [LARGE_MAX_PDU_BYTES]
    if peer_max_pdu_bytes:
        limits.append(peer_max_pdu_bytes)
    if settings.max_send_pdu_bytes:
        limits.append(settings.max_send_pdu_bytes)
    if min(limits) <= DCMTK_OVERHEAD_BYTES:
        raise PduLimitError(
            f"The peer takes PDUs of at most {peer_max_pdu_bytes} bytes, too short for any message",
            condition=f"DUL Cannot send P-DATA PDU because receiver's max PDU size of {peer_max_pdu_bytes} "
            "is illegal (must be > 12)",
        )
    return SendLimits(max_pdu_bytes=min(limits))
