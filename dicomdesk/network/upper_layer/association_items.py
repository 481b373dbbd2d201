"""Items of the association PDUs that both sides read and write (PS3.8 9.3.2, PS3.7 D.3.3) as values and bytes. Pure.

Reading raises PduError where lengths do not fit; text from the wire is made printable.
"""

from collections.abc import Iterator
from dataclasses import field
from struct import Struct

from dicomdesk.human import printable
from dicomdesk.network.negotiation import ExtendedNegotiation, UserIdentityExchange
from dicomdesk.network.upper_layer.pdu_reader import AbortReason, PduError
from dicomdesk.records import dataclass
from dicomdesk.settings import UserIdentity, UserIdentityType

APPLICATION_CONTEXT = 0x10
PRESENTATION_CONTEXT_RQ = 0x20
PRESENTATION_CONTEXT_AC = 0x21
ABSTRACT_SYNTAX = 0x30
TRANSFER_SYNTAX = 0x40
USER_INFORMATION = 0x50
MAXIMUM_LENGTH = 0x51
IMPLEMENTATION_CLASS_UID = 0x52
OPERATIONS_WINDOW = 0x53
ROLE_SELECTION = 0x54
IMPLEMENTATION_VERSION_NAME = 0x55
EXTENDED_NEGOTIATION = 0x56
USER_IDENTITY = 0x58
USER_IDENTITY_RESPONSE = 0x59

APPLICATION_CONTEXT_NAME = "1.2.840.10008.3.1.1.1"

LONGEST_ITEM_BYTES = 0xFFFF
"""The length of an item has two bytes."""

MOST_ITEMS = 16384
"""In one PDU or item; 128 contexts with all transfer syntaxes and their roles are some 10,000 altogether."""

_PDU = Struct(">BxL")
_ITEM = Struct(">BxH")
_LENGTH = Struct(">H")
_IDENTITY_HEAD = Struct(">BBH")
_NAMED_KINDS = frozenset((UserIdentityType.USER_NAME, UserIdentityType.USER_NAME_AND_PASSCODE))
_LONGEST_SHOWN_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedIdentity:
    """A user identity as it came (PS3.7 D.3.3.7.1), secrets included: not to be kept longer than it takes to check."""

    kind: int
    """As in ``UserIdentityType``, or a number that the standard does not know."""
    wants_response: bool
    primary: bytes = field(repr=False)
    """User name, or token."""
    secondary: bytes = field(repr=False)
    """Passcode; b"" where there is none."""

    def exchange(self) -> UserIdentityExchange:
        """Identity as it may be shown."""
        name = ""
        if self.kind in _NAMED_KINDS:
            name = printable(self.primary.decode("utf-8", "backslashreplace"))[:_LONGEST_SHOWN_NAME]
        return UserIdentityExchange(
            kind=self.kind, user_name=name, primary_bytes=len(self.primary), wants_response=self.wants_response
        )


def shown_identity(identity: UserIdentity | None) -> UserIdentityExchange | None:
    """Presented identity, as it may be shown."""
    if identity is None:
        return None
    presented = PresentedIdentity(
        kind=identity.kind,
        wants_response=identity.wants_response,
        primary=identity.primary,
        secondary=identity.secondary,
    )
    return presented.exchange()


def read_items(data: bytes, pdu_name: str) -> Iterator[tuple[int, bytes]]:
    """Type and value of each item; raises PduError, with the name of the PDU, at the first that does not fit."""
    position = 0
    count = 0
    while position < len(data):
        count += 1
        if count > MOST_ITEMS:
            raise invalid_value(f"{pdu_name} PDU with more than {MOST_ITEMS} items")
        if len(data) - position < _ITEM.size:
            raise invalid_value(f"{pdu_name} PDU ends in the middle of an item")
        kind, length = _ITEM.unpack_from(data, position)
        position += _ITEM.size
        if length > len(data) - position:
            raise invalid_value(f"item of type {kind:02X}H with {length} bytes exceeds what contains it")
        yield kind, data[position : position + length]
        position += length


def write_pdu(pdu_type: int, body: bytes) -> bytes:
    """A PDU other than P-DATA-TF, with its header (PS3.8 9.3.1)."""
    return _PDU.pack(pdu_type, len(body)) + body


def write_item(kind: int, value: bytes) -> bytes:
    """An item with its header; the value has at most ``LONGEST_ITEM_BYTES``."""
    return _ITEM.pack(kind, len(value)) + value


def read_uid_and_rest(value: bytes) -> tuple[str, bytes]:
    """A UID with its length before it, and what follows; raises PduError."""
    uid, rest = _read_counted(value, "user information sub-item with a UID that exceeds it")
    return read_text(uid), rest


def write_uid(uid: str) -> bytes:
    """A UID with its length before it."""
    return _counted(uid.encode("latin-1"))


def read_text(value: bytes) -> str:
    """Text without padding and with nothing in it that does not belong in a line of a log.

    It ends at the first NUL, as with all who keep it as a string of C: behind it may stand anything.
    """
    text = value.partition(b"\0")[0].decode("latin-1").strip(" ")
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def invalid_value(message: str) -> PduError:
    """The error for what cannot be right."""
    return PduError(message, AbortReason.INVALID_PDU_PARAMETER_VALUE)


def read_extended_negotiation(value: bytes) -> ExtendedNegotiation:
    """SOP Class Extended Negotiation (PS3.7 D.3.3.5.1), of either PDU; raises PduError."""
    uid, rest = read_uid_and_rest(value)
    return ExtendedNegotiation(sop_class_uid=uid, information=rest)


def write_extended_negotiation(extension: ExtendedNegotiation) -> bytes:
    """The value of the item, of either PDU; whether it fits into one is the caller's to see."""
    return write_uid(extension.sop_class_uid) + extension.information


def read_user_identity(value: bytes) -> PresentedIdentity:
    """User Identity of an A-ASSOCIATE-RQ (PS3.7 D.3.3.7.1); raises PduError.

    A missing secondary field is borne with, and so is what follows it.
    """
    if len(value) < _IDENTITY_HEAD.size:
        raise invalid_value("user identity item without its fixed fields")
    too_long = "user identity item with a field that exceeds it"
    primary, rest = _read_counted(value[2:], too_long)
    secondary = _read_counted(rest, too_long)[0] if rest else b""
    return PresentedIdentity(kind=value[0], wants_response=value[1] == 1, primary=primary, secondary=secondary)


def write_user_identity(identity: UserIdentity) -> bytes:
    """The value of the item of an A-ASSOCIATE-RQ, its fields of at most ``LONGEST_ITEM_BYTES`` each."""
    head = bytes((identity.kind, identity.wants_response))
    return head + _counted(identity.primary) + _counted(identity.secondary)


def read_identity_response(value: bytes) -> bytes:
    """The server's response in an A-ASSOCIATE-AC (PS3.7 D.3.3.7.2), empty for user names; raises PduError."""
    return _read_counted(value, "user identity response that exceeds its item")[0]


def write_identity_response(response: bytes = b"") -> bytes:
    """The value of the item of an A-ASSOCIATE-AC."""
    return _counted(response)


def _counted(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


def _read_counted(value: bytes, message: str) -> tuple[bytes, bytes]:
    if len(value) < _LENGTH.size or (length := _LENGTH.unpack_from(value)[0]) > len(value) - _LENGTH.size:
        raise invalid_value(message)
    end = _LENGTH.size + length
    return value[_LENGTH.size : end], value[end:]
