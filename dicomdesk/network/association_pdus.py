"""The acceptor's association PDUs (PS3.8 9.3.2 to 9.3.8) as values and bytes. Pure.

pynetdicom 3.0.4 is not used here because as an acceptor it fails where the standard or practice asks to go on: it ends
the association at any sub-item that it does not know (PS3.8 9.3.1: shall be ignored) and at blank AE titles, and it
cannot answer a role with 0/0. It is the oracle of the tests.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from struct import Struct

from dicomdesk.network.contexts import NegotiatedContext, ProposedContext, Role, UserIdentityExchange
from dicomdesk.network.pdu_reader import AbortReason, PduError, PduType

APPLICATION_CONTEXT_NAME = "1.2.840.10008.3.1.1.1"

ABORT_SOURCE_USER = 0
ABORT_SOURCE_PROVIDER = 2

RELEASE_RP = bytes((PduType.RELEASE_RP, 0, 0, 0, 0, 4, 0, 0, 0, 0))

_APPLICATION_CONTEXT = 0x10
_PRESENTATION_CONTEXT_RQ = 0x20
_PRESENTATION_CONTEXT_AC = 0x21
_ABSTRACT_SYNTAX = 0x30
_TRANSFER_SYNTAX = 0x40
_USER_INFORMATION = 0x50
_MAXIMUM_LENGTH = 0x51
_IMPLEMENTATION_CLASS_UID = 0x52
_ROLE_SELECTION = 0x54
_IMPLEMENTATION_VERSION_NAME = 0x55
_EXTENDED_NEGOTIATION = 0x56
_USER_IDENTITY = 0x58

_ITEM = Struct(">BxH")
_LENGTH_16 = Struct(">H")
_LENGTH_32 = Struct(">L")
_PDU = Struct(">BxL")
_FIXED_FIELDS_BYTES = 68
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
    user_identity: UserIdentityExchange | None
    """Which kind of user identity was presented, never its secret; None for none."""


@dataclass(slots=True)
class _UserInformation:
    """What the user information item says, collected."""

    max_pdu_bytes: int = 0
    implementation_class_uid: str = ""
    implementation_version: str = ""
    user_identity: UserIdentityExchange | None = None
    roles: dict[str, Role] = field(default_factory=dict)
    extended_negotiation: dict[str, bytes] = field(default_factory=dict)


def read_associate_request(body: bytes) -> AssociateRequest:
    """Decode an A-ASSOCIATE-RQ without its PDU header; unknown items are ignored (PS3.8 9.3.1).

    Raises PduError where lengths do not fit.
    """
    if len(body) < _FIXED_FIELDS_BYTES:
        raise _invalid(f"A-ASSOCIATE-RQ PDU of {len(body)} bytes")
    application_context = ""
    contexts: list[tuple[int, str, tuple[str, ...]]] = []
    user = _UserInformation()
    for kind, value in _items(body[_FIXED_FIELDS_BYTES:]):
        if kind == _APPLICATION_CONTEXT:
            application_context = _text(value)
        elif kind == _PRESENTATION_CONTEXT_RQ:
            contexts.append(_read_context(value))
        elif kind == _USER_INFORMATION:
            for sub_kind, sub_value in _items(value):
                _read_user_item(user, sub_kind, sub_value)
    return AssociateRequest(
        protocol_version=body[0] << 8 | body[1],
        called_ae_title=_text(body[4:20]),
        calling_ae_title=_text(body[20:36]),
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


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(data):
        if len(data) - position < 4:
            raise _invalid("A-ASSOCIATE-RQ PDU ends in the middle of an item")
        kind, length = _ITEM.unpack_from(data, position)
        position += 4
        if length > len(data) - position:
            raise _invalid(f"item of type {kind:02X}H with {length} bytes exceeds what contains it")
        yield kind, data[position : position + length]
        position += length


def _read_context(value: bytes) -> tuple[int, str, tuple[str, ...]]:
    if len(value) < 4:
        raise _invalid("presentation context item without its fixed fields")
    abstract_syntax = ""
    transfer_syntaxes = []
    for kind, name in _items(value[4:]):
        if kind == _ABSTRACT_SYNTAX:
            abstract_syntax = _text(name)
        elif kind == _TRANSFER_SYNTAX:
            transfer_syntaxes.append(_text(name))
    return value[0], abstract_syntax, tuple(transfer_syntaxes)


def _read_user_item(user: _UserInformation, kind: int, value: bytes) -> None:
    if kind == _MAXIMUM_LENGTH:
        if len(value) != 4:
            raise _invalid(f"maximum length item of {len(value)} bytes")
        user.max_pdu_bytes = _LENGTH_32.unpack(value)[0]
    elif kind == _IMPLEMENTATION_CLASS_UID:
        user.implementation_class_uid = _text(value)
    elif kind == _IMPLEMENTATION_VERSION_NAME:
        user.implementation_version = _text(value)
    elif kind == _ROLE_SELECTION:
        uid, rest = _uid_and_rest(value)
        if len(rest) != 2:
            raise _invalid("role selection item without its two roles")
        user.roles.setdefault(uid, Role(scu=rest[0] == 1, scp=rest[1] == 1))
    elif kind == _EXTENDED_NEGOTIATION:
        uid, rest = _uid_and_rest(value)
        user.extended_negotiation[uid] = rest
    elif kind == _USER_IDENTITY and value:
        user.user_identity = UserIdentityExchange(kind=value[0], wants_response=value[1:2] == b"\1")


def _uid_and_rest(value: bytes) -> tuple[str, bytes]:
    if len(value) < 2 or (length := _LENGTH_16.unpack_from(value)[0]) > len(value) - 2:
        raise _invalid("user information sub-item with a UID that exceeds it")
    return _text(value[2 : 2 + length]), value[2 + length :]


def _text(value: bytes) -> str:
    """Text without padding and with nothing in it that does not belong in a line of a log."""
    text = value.decode("latin-1").strip("\0 ")
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def _invalid(message: str) -> PduError:
    return PduError(message, AbortReason.INVALID_PDU_PARAMETER_VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptorItems:
    """What we say about ourselves in an A-ASSOCIATE-AC."""

    max_pdu_bytes: int
    implementation_class_uid: str
    implementation_version: str
    extended_negotiation: Mapping[str, bytes] = field(default_factory=dict)
    """SOP Class UID to service class application information, as it goes out."""


def write_associate_accept(
    request: AssociateRequest, contexts: tuple[NegotiatedContext, ...], items: AcceptorItems
) -> bytes:
    """The A-ASSOCIATE-AC (PS3.8 9.3.3): both AE titles echoed, a result for each context, a role for each class."""
    parts = [b"\0\1\0\0", request.echoed_fields, _item(_APPLICATION_CONTEXT, APPLICATION_CONTEXT_NAME.encode())]
    roles: dict[str, Role] = {}
    for context in contexts:
        name = context.accepted_transfer_syntax or next(
            iter(context.proposed_transfer_syntaxes), _DEFAULT_TRANSFER_SYNTAX
        )
        value = bytes((context.context_id, 0, context.result, 0)) + _item(_TRANSFER_SYNTAX, name.encode("latin-1"))
        parts.append(_item(_PRESENTATION_CONTEXT_AC, value))
        if context.accepted_role is not None:
            roles.setdefault(context.abstract_syntax, context.accepted_role)
    user = _item(_MAXIMUM_LENGTH, _LENGTH_32.pack(items.max_pdu_bytes))
    user += _item(_IMPLEMENTATION_CLASS_UID, items.implementation_class_uid.encode())
    for uid, role in roles.items():
        user += _item(_ROLE_SELECTION, _counted(uid) + bytes((role.scu, role.scp)))
    user += _item(_IMPLEMENTATION_VERSION_NAME, items.implementation_version.encode())
    for uid, information in items.extended_negotiation.items():
        user += _item(_EXTENDED_NEGOTIATION, _counted(uid) + information)
    parts.append(_item(_USER_INFORMATION, user))
    body = b"".join(parts)
    return _PDU.pack(PduType.ASSOCIATE_AC, len(body)) + body


def _item(kind: int, value: bytes) -> bytes:
    return _ITEM.pack(kind, len(value)) + value


def _counted(uid: str) -> bytes:
    value = uid.encode("latin-1")
    return _LENGTH_16.pack(len(value)) + value


def write_associate_reject(result: int, source: int, reason: int) -> bytes:
    """The A-ASSOCIATE-RJ (PS3.8 9.3.4)."""
    return _PDU.pack(PduType.ASSOCIATE_RJ, 4) + bytes((0, result, source, reason))


def write_abort(source: int, reason: int) -> bytes:
    """The A-ABORT (PS3.8 9.3.8)."""
    return _PDU.pack(PduType.ABORT, 4) + bytes((0, 0, source, reason))
