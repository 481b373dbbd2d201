"""A-ASSOCIATE-AC as the requestor reads it (PS3.8 9.3.3, PS3.7 D.3.3), and as pynetdicom is to see it. Pure.

What is odd costs no more than itself: an item that is unknown, empty, damaged or there twice is left out, a context
answered with what was never proposed cannot be used, one that was not proposed at all is ignored, as DCMTK does;
``answered_items.oddities`` has words for it. Only where lengths do not fit there is nothing to be read.
"""

from collections.abc import Mapping, Sequence
from struct import Struct

from dicomdesk.network.negotiation import ContextResult, Role
from dicomdesk.network.upper_layer.association_items import (
    APPLICATION_CONTEXT,
    APPLICATION_CONTEXT_NAME,
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    MAXIMUM_LENGTH,
    OPERATIONS_WINDOW,
    PRESENTATION_CONTEXT_AC,
    ROLE_SELECTION,
    TRANSFER_SYNTAX,
    USER_INFORMATION,
    invalid_value,
    read_items,
    read_text,
    read_uid_and_rest,
    write_item,
    write_pdu,
)
from dicomdesk.network.upper_layer.pdu_reader import PduError, PduType
from dicomdesk.records import dataclass

__all__ = ["AnsweredContext", "AssociateAccept", "read_associate_accept", "write_plain_accept"]

MAX_PDU_WHERE_DAMAGED = 16384
"""What every peer takes, where it said something that cannot be read."""

_NAME = "A-ASSOCIATE-AC"
_LONGEST_UID, _LONGEST_NAME = 64, 16
_FIXED_BYTES = 74
"""With the header of the PDU."""
_TITLES = b"-".ljust(16) * 2
"""Not to be tested (PS3.8 9.3.3)."""
_LENGTH = Struct(">L")
_WINDOW = Struct(">HH")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredContext:
    """Answer to one presentation context."""

    result: ContextResult
    transfer_syntaxes: tuple[str, ...]
    """One, if the peer is right; printable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociateAccept:
    """A-ASSOCIATE-AC as values; of items that must not be there twice the first counts, of lengths the last."""

    contexts: Mapping[int, AnsweredContext]
    """By context ID, proposed or not."""
    repeated_contexts: frozenset[int] = frozenset()
    """IDs of contexts that are answered several times."""
    max_pdu_bytes: int
    """0 is unlimited, also when the peer did not say."""
    implementation_class_uid: str
    """"" where there is none, or none that can be shown."""
    implementation_version: str
    operations_window: int | None
    """Operations that may be outstanding, 0 for any number; None where the peer did not say."""
    roles: Mapping[str, Role]
    """By SOP class."""
    user_items: Sequence[tuple[int, bytes]]
    """Types and values of all user information, in the order in which they came."""


def read_associate_accept(pdu: bytes) -> AssociateAccept:
    """Decode a whole A-ASSOCIATE-AC; raises PduError where lengths do not fit."""
    if len(pdu) < _FIXED_BYTES:
        raise invalid_value(f"{_NAME} PDU of {len(pdu)} bytes")
    contexts: dict[int, AnsweredContext] = {}
    repeated: set[int] = set()
    user_items: list[tuple[int, bytes]] = []
    for kind, value in read_items(pdu[_FIXED_BYTES:], _NAME):
        if kind == USER_INFORMATION:
            user_items += read_items(value, _NAME)
        elif kind == PRESENTATION_CONTEXT_AC and len(value) >= 4:
            context_id, answer = value[0], _read_context(value)
            if contexts.setdefault(context_id, answer) is not answer:
                repeated.add(context_id)
    return AssociateAccept(
        contexts=contexts,
        repeated_contexts=frozenset(repeated),
        max_pdu_bytes=_read_max_pdu(user_items),
        implementation_class_uid=_read_notice(user_items, IMPLEMENTATION_CLASS_UID, _LONGEST_UID),
        implementation_version=_read_notice(user_items, IMPLEMENTATION_VERSION_NAME, _LONGEST_NAME),
        operations_window=_read_window(user_items),
        roles=_read_roles(user_items),
        user_items=user_items,
    )


def _read_context(value: bytes) -> AnsweredContext:
    try:
        result = ContextResult(value[2])
    except ValueError:
        result = ContextResult.NO_REASON
    if result is not ContextResult.ACCEPTED:  # what follows is not to be tested (PS3.8 9.3.3.2)
        return AnsweredContext(result=result, transfer_syntaxes=())
    uids = [read_text(uid) for kind, uid in read_items(value[4:], _NAME) if kind == TRANSFER_SYNTAX]
    return AnsweredContext(result=result, transfer_syntaxes=tuple(dict.fromkeys(uids)))


def _read_max_pdu(user_items: Sequence[tuple[int, bytes]]) -> int:
    values = [value for kind, value in user_items if kind == MAXIMUM_LENGTH]
    whole = [value for value in values if len(value) >= _LENGTH.size]
    if not whole:
        return MAX_PDU_WHERE_DAMAGED if values else 0
    (length,) = _LENGTH.unpack_from(whole[-1])
    return int(length)


def _read_notice(user_items: Sequence[tuple[int, bytes]], wanted: int, longest: int) -> str:
    for kind, value in user_items:
        text = value.strip(b"\0 ")
        if kind == wanted and text.isascii() and len(value) <= longest and text.decode("ascii").isprintable():
            return text.decode("ascii")
    return ""


def _read_window(user_items: Sequence[tuple[int, bytes]]) -> int | None:
    for kind, value in user_items:
        if kind == OPERATIONS_WINDOW and len(value) >= _WINDOW.size:
            return int(_WINDOW.unpack_from(value)[0])
    return None


def _read_roles(user_items: Sequence[tuple[int, bytes]]) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for kind, value in user_items:
        if kind == ROLE_SELECTION:
            try:
                uid, rest = read_uid_and_rest(value)
            except PduError:
                continue
            if len(rest) >= 2 and max(rest[:2]) <= 1:
                roles.setdefault(uid, Role(scu=rest[0] == 1, scp=rest[1] == 1))
    return roles


def write_plain_accept(accepted: Mapping[int, str], refused: Mapping[int, str], max_pdu_bytes: int) -> bytes:
    """A whole A-ASSOCIATE-AC with nothing in it that anybody could trip over.

    Both are transfer syntaxes by context ID; those of contexts that are refused mean nothing.
    """
    parts = [b"\0\1\0\0", _TITLES, bytes(32), write_item(APPLICATION_CONTEXT, APPLICATION_CONTEXT_NAME.encode())]
    for syntaxes, result in ((accepted, ContextResult.ACCEPTED), (refused, ContextResult.NO_REASON)):
        for context_id, uid in syntaxes.items():
            value = bytes((context_id, 0, result, 0)) + write_item(TRANSFER_SYNTAX, uid.encode("latin-1"))
            parts.append(write_item(PRESENTATION_CONTEXT_AC, value))
    parts.append(write_item(USER_INFORMATION, write_item(MAXIMUM_LENGTH, _LENGTH.pack(max_pdu_bytes))))
    body = b"".join(parts)
    return write_pdu(PduType.ASSOCIATE_AC, body)
