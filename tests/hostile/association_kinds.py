"""What a hostile requestor sends instead of an association request, and requests that lie."""

import struct
from dataclasses import replace

from tests.helpers.peers.requestors import (
    ABORT,
    CT_IMAGE_STORAGE,
    EXPLICIT,
    IMPLICIT,
    P_DATA,
    RELEASE_RQ,
    VERIFICATION,
    Proposal,
    data_pdu,
    echo_command,
    item,
    pdu,
)
from tests.hostile.kinds import OPENED, SENDER, ct_image, kind, rubbish, stored
from tests.hostile.steps import Associate, Drip, HalfClose, Hear, Outlast, Reset, Send

REQUEST = SENDER.encode()
FIXED = REQUEST[6:74]
"""Protocol version, titles and reserved bytes of a request."""
HELLO = bytes.fromhex("16030100c4010000c00303") + rubbish(0xC0 - 2)
"""As long as it says, but no TLS ClientHello inside."""
TITLES = {
    "path separators": b"../../../etc/pas",
    "backslashes": b"..\\..\\windows\\sy",
    "a NUL within": b"ARCHIVE\0../../xy",
    "control characters": b"AR\x1b[31m\r\n\x07\x08\x7f\x9b!",
    "turned text": "\u202eEVIHCRA".encode(),
    "blanks only": b" " * 16,
    "bytes of 0xFF": b"\xff" * 16,
    "format characters": b"%s%n%d{0}{x}%%\\n",
}


def _with_items(items: bytes) -> bytes:
    return pdu(1, FIXED + items)


def _proposing(**changes: object) -> Associate:
    return Associate(replace(SENDER, **changes))  # type: ignore[arg-type] # any field of it


def _user(sub_items: bytes) -> bytes:
    """A request whose user information is this."""
    return Proposal(max_pdu_bytes=None, implementation_class_uid=None, extra_items=sub_items).encode()


INSTEAD = [
    kind("nothing at all"),
    kind("reset without a word", Reset()),
    kind("one byte", Send(b"\1")),
    kind("rubbish", Send(rubbish(4096))),
    kind("a request for a page", Send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")),
    kind("the banner of another protocol", Send(b"SSH-2.0-OpenSSH_9.2\r\n"), Outlast()),
    kind("TLS to a port without", Send(HELLO), Outlast()),
    kind("first byte of TLS only", Send(b"\x16")),
    kind("five bytes that are nearly TLS", Send(b"\x16\x04\x01\x00\x05"), Outlast()),
    kind("request of length zero", Send(pdu(1, b"")), Outlast()),
    kind("request below its least length", Send(pdu(1, FIXED[:67])), Outlast()),
    kind("request of 4 GB", Send(b"\1\0\xff\xff\xff\xff" + FIXED), Outlast()),
    kind("request of 4 GB that begins to come", Send(b"\1\0\xff\xff\xff\xff"), Send(rubbish(65536), times=64)),
    kind("half a request and the end", Send(REQUEST[: len(REQUEST) // 2])),
    kind("half a request and a reset", Send(REQUEST[: len(REQUEST) // 2]), Reset()),
    kind("half a request and silence", Send(REQUEST[: len(REQUEST) // 2]), Outlast()),
    kind("silence", Outlast()),
    kind("request that drips", Drip(REQUEST[:40])),
    kind("request byte by byte and in a whole way", Drip(REQUEST[:300], pause_s=0), Send(REQUEST[300:]), Hear()),
    kind("data before an association", Send(data_pdu(3, 3, echo_command())), Outlast()),
    kind("release before an association", Send(pdu(RELEASE_RQ, bytes(4))), Outlast()),
    kind("abort before an association", Send(pdu(ABORT, bytes(4)))),
    kind("acceptance from a requestor", Send(pdu(2, FIXED)), Outlast()),
    kind("rejection from a requestor", Send(pdu(3, bytes((0, 1, 1, 1)))), Outlast()),
    *[kind(f"PDU of type {number}", Send(pdu(number, bytes(68))), Outlast()) for number in (0, 8, 0x80, 0xFF)],
]

LYING = [
    kind("request without items", Send(_with_items(b"")), Outlast()),
    kind("item longer than its PDU", Send(_with_items(item(0x10, b"1.2")[:-1])), Outlast()),
    kind("item of 65535 bytes that is not there", Send(_with_items(b"\x20\0\xff\xff")), Outlast()),
    kind("sub-item longer than its item", Send(_with_items(item(0x20, b"\1\0\0\0\x30\0\xff\xff1.2"))), Outlast()),
    kind("ten thousand items without meaning", Send(_with_items(item(0x77, b"") * 10_000)), Outlast()),
    kind("no application context", Send(_with_items(REQUEST[74 + 25 :])), Hear()),
    kind("two application contexts", Send(_with_items(REQUEST[74 : 74 + 25] + REQUEST[74:])), Hear()),
    kind("another application context", _proposing(application_context="1.2.3")),
    kind("protocol version 0", _proposing(protocol_version=0)),
    kind("no contexts", _proposing(contexts=())),
    kind("contexts without syntaxes", _proposing(contexts=[(1, CT_IMAGE_STORAGE, ())])),
    kind("even context IDs", _proposing(contexts=[(2, CT_IMAGE_STORAGE, (EXPLICIT,))])),
    kind("context ID 0", _proposing(contexts=[(0, CT_IMAGE_STORAGE, (EXPLICIT,))])),
    kind("one context ID for all", _proposing(contexts=[(1, VERIFICATION, (IMPLICIT,))] * 200)),
    kind("five thousand contexts", _proposing(contexts=[(1, VERIFICATION, (IMPLICIT,))] * 5000)),
    kind("context with 500 syntaxes", _proposing(contexts=[(1, VERIFICATION, (IMPLICIT,) * 500)])),
    kind("empty UIDs", _proposing(contexts=[(1, "", ("",))])),
    kind("UIDs of 30,000 characters", _proposing(contexts=[(1, "1." + "2" * 30_000, ("1." + "2" * 30_000,))])),
    kind("UIDs with escape sequences", _proposing(contexts=[(1, "1.2\x1b[31m\n3", ("1.2\0.3",))])),
    kind("no largest PDU", _proposing(max_pdu_bytes=None), Send(data_pdu(3, 3, echo_command())), Hear()),
    *[
        kind(f"largest PDU of {count}", _proposing(max_pdu_bytes=count), Send(data_pdu(3, 3, echo_command())))
        for count in (1, 6, 7, 0xFFFFFFFF)
    ],
    kind("user identity that lies", Send(_user(item(0x58, b"\2\1\xff\xffWhoever^Jane")))),
    kind("user identity of an unknown type", Send(_user(item(0x58, b"\xff\1\0\1x\0\0")))),
    kind("roles that lie", Send(_user(item(0x54, b"\xff\xff1.2\1\1")))),
    kind("extended negotiation that lies", Send(_user(item(0x56, b"\xff\xff1.2")))),
    kind("window of nothing", Send(_user(item(0x53, b"\0"))), Hear()),
    kind("largest PDU of two bytes", Send(_user(item(0x51, b"\1\1")))),
    *[kind(f"called title of {name}", _proposing(called=title)) for name, title in TITLES.items()],
    *[
        kind(f"calling title of {name}", _proposing(calling=title), Send(stored("1.2.3.4.5", ct_image("1.2.3.4.5"))))
        for name, title in TITLES.items()
    ],
]

LEAVING = [
    kind("half closed after connecting", HalfClose(), Outlast()),
    kind("half closed after the request", Send(REQUEST), HalfClose(), Outlast()),
    kind("reset after the request", Send(REQUEST), Reset()),
    kind("half closed once associated", OPENED, HalfClose(), Outlast()),
    kind("reset once associated", OPENED, Reset()),
    kind("silence once associated", OPENED, Outlast()),
    kind("release and silence", OPENED, Send(pdu(RELEASE_RQ, bytes(4))), Hear(), Outlast()),
    kind("release and reset", OPENED, Send(pdu(RELEASE_RQ, bytes(4))), Reset()),
    kind("release twice", OPENED, Send(pdu(RELEASE_RQ, bytes(4)), times=2)),
    kind("data after the release", OPENED, Send(pdu(RELEASE_RQ, bytes(4)) + data_pdu(3, 3, echo_command()))),
    kind("request after the release", OPENED, Send(pdu(RELEASE_RQ, bytes(4)) + REQUEST)),
    kind("data after the abort", OPENED, Send(pdu(ABORT, bytes(4)) + data_pdu(3, 3, echo_command()) * 100)),
    kind("abort of length zero", OPENED, Send(pdu(ABORT, b""))),
    kind("release of 4 GB", OPENED, Send(b"\5\0\xff\xff\xff\xff"), Send(bytes(65536), times=16)),
    kind("second request at once", Send(REQUEST * 2)),
    kind("second request once associated", OPENED, Send(REQUEST), Outlast()),
    kind("acceptance once associated", OPENED, Send(pdu(2, FIXED)), Outlast()),
    kind("rejection once associated", OPENED, Send(pdu(3, bytes((0, 1, 1, 1)))), Outlast()),
    kind("release answered unasked", OPENED, Send(pdu(6, bytes(4))), Outlast()),
    kind("unknown PDU once associated", OPENED, Send(pdu(9, rubbish(100))), Outlast()),
    kind("rubbish once associated", OPENED, Send(rubbish(4096)), Outlast()),
    kind("PDU header that is cut", OPENED, Send(struct.pack(">BB", P_DATA, 0))),
]
