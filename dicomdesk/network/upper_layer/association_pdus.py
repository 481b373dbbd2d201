"""The acceptor's association PDUs (PS3.8 9.3.2 to 9.3.8) as values and bytes. Pure.

pynetdicom 3.0.4 is not used here because as an acceptor it fails where the standard or practice asks to go on: it ends
the association at any sub-item that it does not know (PS3.8 9.3.1: shall be ignored) and at blank AE titles, and it
cannot answer a role with 0/0. It is the oracle of the tests.
"""

from collections.abc import Mapping
from dataclasses import field
from struct import Struct

from dicomdesk.network.negotiation import ExtendedNegotiation, NegotiatedContext, ProposedContext, Role
from dicomdesk.network.upper_layer.association_items import (
    ABSTRACT_SYNTAX,
    APPLICATION_CONTEXT,
    APPLICATION_CONTEXT_NAME,
    EXTENDED_NEGOTIATION,
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    MAXIMUM_LENGTH,
    MOST_ITEMS,
    PRESENTATION_CONTEXT_AC,
    PRESENTATION_CONTEXT_RQ,
    ROLE_SELECTION,
    TRANSFER_SYNTAX,
    USER_IDENTITY,
    USER_IDENTITY_RESPONSE,
    USER_INFORMATION,
    PresentedIdentity,
    invalid_value,
    read_extended_negotiation,
    read_items,
    read_text,
    read_uid_and_rest,
    read_user_identity,
    write_extended_negotiation,
    write_identity_response,
    write_item,
    write_pdu,
    write_uid,
)
from dicomdesk.network.upper_layer.pdu_reader import PduType
from dicomdesk.records import dataclass

ABORT_SOURCE_USER = 0
ABORT_SOURCE_PROVIDER = 2

RELEASE_RP = write_pdu(PduType.RELEASE_RP, bytes(4))

_LENGTH_32 = Struct(">L")
_FIXED_FIELDS_BYTES = 68
_REQUEST = "A-ASSOCIATE-RQ"
_MOST_CONTEXTS = 256
"""More than there are numbers for them; the standard has 128."""
_DEFAULT_TRANSFER_SYNTAX = "1.2.840.10008.1.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateRequest:
    """An A-ASSOCIATE-RQ (PS3.8 9.3.2); text is unpadded and printable, but otherwise as it came."""

    protocol_version: int
    called_ae_title: str
    calling_ae_title: str
    echoed_fields: bytes
    """The 64 bytes that the answer repeats: both AE titles and the reserved field (PS3.8 9.3.3)."""
    application_context: str
    contexts: tuple[ProposedContext, ...]
    max_pdu_bytes: int
    """0 is unlimited, also when the peer did not say."""
    implementation_class_uid: str
    implementation_version: str
    extended_negotiation: Mapping[str, bytes]
    """SOP Class UID to service class application information (PS3.7 D.3.3.5)."""
    user_identity: PresentedIdentity | None
    """None where none was presented."""


@dataclass(slots=True)
class _UserInformation:
    """User information of an A-ASSOCIATE-RQ, while it is collected."""

    max_pdu_bytes: int = 0
    implementation_class_uid: str = ""
    implementation_version: str = ""
    user_identity: PresentedIdentity | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    extended_negotiation: dict[str, bytes] = field(default_factory=dict)


def read_associate_request(body: bytes) -> AssociateRequest:
    """Decode an A-ASSOCIATE-RQ without its PDU header; unknown items are ignored (PS3.8 9.3.1).

    Raises PduError where lengths do not fit.
    """
    if len(body) < _FIXED_FIELDS_BYTES:
        raise invalid_value(f"A-ASSOCIATE-RQ PDU of {len(body)} bytes")
    application_context = ""
    contexts: list[tuple[int, str, tuple[str, ...]]] = []
    syntaxes = 0
    user = _UserInformation()
    for kind, value in read_items(body[_FIXED_FIELDS_BYTES:], _REQUEST):
        if kind == APPLICATION_CONTEXT:
            application_context = read_text(value)
        elif kind == PRESENTATION_CONTEXT_RQ:
            contexts.append(_read_context(value))
            syntaxes += len(contexts[-1][2])
            if len(contexts) > _MOST_CONTEXTS or syntaxes > MOST_ITEMS:
                raise invalid_value(f"{_REQUEST} PDU with more than {_MOST_CONTEXTS} contexts or {MOST_ITEMS} items")
        elif kind == USER_INFORMATION:
            for sub_kind, sub_value in read_items(value, _REQUEST):
                _read_user_item(user, sub_kind, sub_value)
    return AssociateRequest(
        protocol_version=body[0] << 8 | body[1],
        called_ae_title=read_text(body[4:20]),
        calling_ae_title=read_text(body[20:36]),
        echoed_fields=body[4:_FIXED_FIELDS_BYTES],
        application_context=application_context,
        contexts=tuple(
            ProposedContext(
                context_id=context_id,
                abstract_syntax=abstract_syntax,
                transfer_syntaxes=transfer_syntaxes,
                role=user.roles.get(abstract_syntax),
            )
            for context_id, abstract_syntax, transfer_syntaxes in contexts
        ),
        max_pdu_bytes=user.max_pdu_bytes,
        implementation_class_uid=user.implementation_class_uid,
        implementation_version=user.implementation_version,
        extended_negotiation=user.extended_negotiation,
        user_identity=user.user_identity,
    )


def _read_context(value: bytes) -> tuple[int, str, tuple[str, ...]]:
    if len(value) < 4:
        raise invalid_value("presentation context item without its fixed fields")
    abstract_syntax = ""
    transfer_syntaxes = []
    for kind, name in read_items(value[4:], _REQUEST):
        if kind == ABSTRACT_SYNTAX:
            abstract_syntax = read_text(name)
        elif kind == TRANSFER_SYNTAX:
            transfer_syntaxes.append(read_text(name))
    return value[0], abstract_syntax, tuple(transfer_syntaxes)


def _read_user_item(user: _UserInformation, kind: int, value: bytes) -> None:
    if kind == MAXIMUM_LENGTH:
        if len(value) != 4:
            raise invalid_value(f"maximum length item of {len(value)} bytes")
        user.max_pdu_bytes = _LENGTH_32.unpack(value)[0]
    elif kind == IMPLEMENTATION_CLASS_UID:
        user.implementation_class_uid = read_text(value)
    elif kind == IMPLEMENTATION_VERSION_NAME:
        user.implementation_version = read_text(value)
    elif kind == ROLE_SELECTION:
        uid, rest = read_uid_and_rest(value)
        if len(rest) != 2:
            raise invalid_value("role selection item without its two roles")
        user.roles.setdefault(uid, Role(scu=rest[0] == 1, scp=rest[1] == 1))
    elif kind == EXTENDED_NEGOTIATION:
        extension = read_extended_negotiation(value)
        user.extended_negotiation.setdefault(extension.sop_class_uid, extension.information)
    elif kind == USER_IDENTITY and user.user_identity is None:
        user.user_identity = read_user_identity(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptorItems:
    """Items about ourselves in an A-ASSOCIATE-AC."""

    max_pdu_bytes: int
    implementation_class_uid: str
    implementation_version: str
    extended_negotiation: Mapping[str, bytes] = field(default_factory=dict)
    """SOP Class UID to service class application information, as it goes out."""
    identity_response: bytes | None = None
    """What confirms the user identity (PS3.7 D.3.3.7.2), b"" for user names; None confirms nothing."""


def write_associate_accept(
    request: AssociateRequest, contexts: tuple[NegotiatedContext, ...], items: AcceptorItems
) -> bytes:
    """The A-ASSOCIATE-AC (PS3.8 9.3.3): both AE titles echoed, a result for each context, a role for each class."""
    parts = [b"\0\1\0\0", request.echoed_fields, write_item(APPLICATION_CONTEXT, APPLICATION_CONTEXT_NAME.encode())]
    roles: dict[str, Role] = {}
    for context in contexts:
        name = context.accepted_transfer_syntax or next(
            iter(context.proposed_transfer_syntaxes), _DEFAULT_TRANSFER_SYNTAX
        )
        value = bytes((context.context_id, 0, context.result, 0)) + write_item(TRANSFER_SYNTAX, name.encode("latin-1"))
        parts.append(write_item(PRESENTATION_CONTEXT_AC, value))
        if context.accepted_role is not None:
            roles.setdefault(context.abstract_syntax, context.accepted_role)
    user = write_item(MAXIMUM_LENGTH, _LENGTH_32.pack(items.max_pdu_bytes))
    user += write_item(IMPLEMENTATION_CLASS_UID, items.implementation_class_uid.encode())
    for uid, role in roles.items():
        user += write_item(ROLE_SELECTION, write_uid(uid) + bytes((role.scu, role.scp)))
    user += write_item(IMPLEMENTATION_VERSION_NAME, items.implementation_version.encode())
    for uid, information in items.extended_negotiation.items():
        extension = ExtendedNegotiation(sop_class_uid=uid, information=information)
        user += write_item(EXTENDED_NEGOTIATION, write_extended_negotiation(extension))
    if items.identity_response is not None:
        user += write_item(USER_IDENTITY_RESPONSE, write_identity_response(items.identity_response))
    parts.append(write_item(USER_INFORMATION, user))
    body = b"".join(parts)
    return write_pdu(PduType.ASSOCIATE_AC, body)


def write_associate_reject(result: int, source: int, reason: int) -> bytes:
    """The A-ASSOCIATE-RJ (PS3.8 9.3.4)."""
    return write_pdu(PduType.ASSOCIATE_RJ, bytes((0, result, source, reason)))


def write_abort(source: int, reason: int) -> bytes:
    """The A-ABORT (PS3.8 9.3.8)."""
    return write_pdu(PduType.ABORT, bytes((0, 0, source, reason)))
