"""Takes an A-ASSOCIATE-RQ apart, item by item, as the peer that received it sees it (PS3.8 9.3.2, PS3.7 D.3.3)."""

import struct
from dataclasses import dataclass, field

from tests.helpers.peers.fake_peer import read_items

IMPLEMENTATION_ITEMS = (0x52, 0x55)
"""Implementation Class UID and Version Name: each program has its own."""


@dataclass(frozen=True)
class SeenRequest:
    """Everything in a request but who has implemented it."""

    version: int
    called_ae_title: bytes
    """16 bytes, as they came."""
    calling_ae_title: bytes
    application_context: bytes
    contexts: list[tuple[int, bytes, tuple[bytes, ...]]]
    """Context ID, abstract syntax, transfer syntaxes in order."""
    max_pdu_bytes: int
    user_items: list[tuple[str, str]] = field(default_factory=list)
    """All others of the user information: what it is, and what is in it; sorted."""


def read_request(pdu: bytes) -> SeenRequest:
    """The request in a PDU."""
    items = read_items(pdu[74:])
    user = dict(items).get(0x50, b"")
    inner = read_items(user)
    return SeenRequest(
        version=int.from_bytes(pdu[6:8]),
        called_ae_title=pdu[10:26],
        calling_ae_title=pdu[26:42],
        application_context=b"".join(value for number, value in items if number == 0x10),
        contexts=[_read_context(value) for number, value in items if number == 0x20],
        max_pdu_bytes=next(int.from_bytes(value) for number, value in inner if number == 0x51),
        user_items=sorted(
            _read_user_item(number, value) for number, value in inner if number not in (0x51, *IMPLEMENTATION_ITEMS)
        ),
    )


def _read_context(value: bytes) -> tuple[int, bytes, tuple[bytes, ...]]:
    inner = read_items(value[4:])
    abstract = b"".join(part for number, part in inner if number == 0x30)
    return value[0], abstract, tuple(part for number, part in inner if number == 0x40)


def _read_user_item(number: int, value: bytes) -> tuple[str, str]:
    if number == 0x53:
        return "operations window", repr(struct.unpack(">HH", value))
    if number in {0x54, 0x56}:
        length = int.from_bytes(value[:2])
        name = "role selection" if number == 0x54 else "extended negotiation"
        return name, f"{value[2 : 2 + length].decode()} {value[2 + length :].hex()}"
    if number == 0x58:
        length = int.from_bytes(value[2:4])
        primary, rest = value[4 : 4 + length], value[4 + length :]
        return "user identity", f"type {value[0]} response {value[1]} {primary!r} {rest[2:]!r} {len(rest)}"
    return f"item {number:02x}", value.hex()
