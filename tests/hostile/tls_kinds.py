"""What a hostile peer sends to a port that speaks TLS."""

import struct

from tests.helpers.peers.requestors import P_DATA, data_pdu, echo_command
from tests.hostile.association_kinds import REQUEST
from tests.hostile.kinds import OPENED, kind, rubbish, stored
from tests.hostile.steps import HalfClose, Outlast, Reset, Secure, Send

HANDSHAKE, ALERT, DATA = 22, 21, 23


def record(content: int, data: bytes, *, length: int | None = None) -> bytes:
    """A TLS record; ``length`` is what it says when that is not the truth."""
    return struct.pack(">BHH", content, 0x0301, len(data) if length is None else length) + data


CLIENT_HELLO = bytes.fromhex(
    "010000" + "4b" + "0303" + "11" * 32 + "00" + "0008" + "c02fc030c02bc02c" + "0100" + "001a"
    "000a00060004001d0017" + "000d000c000a04030804040105030805"
)
"""Sound, as far as it goes."""

TLS = [
    kind("plain request", Send(REQUEST), Outlast()),
    kind("plain rubbish", Send(rubbish(2000)), Outlast()),
    kind("silence before the handshake", Outlast()),
    kind("reset before the handshake", Reset()),
    kind("half closed before the handshake", HalfClose(), Outlast()),
    kind("half a record head", Send(record(HANDSHAKE, b"")[:3]), Outlast()),
    kind("half a ClientHello", Send(record(HANDSHAKE, CLIENT_HELLO)[:40]), Outlast()),
    kind("half a ClientHello and a reset", Send(record(HANDSHAKE, CLIENT_HELLO)[:40]), Reset()),
    kind("ClientHello and silence", Send(record(HANDSHAKE, CLIENT_HELLO)), Outlast()),
    kind("ClientHello and a reset", Send(record(HANDSHAKE, CLIENT_HELLO)), Reset()),
    kind("ClientHello and rubbish", Send(record(HANDSHAKE, CLIENT_HELLO) + rubbish(500)), Outlast()),
    kind("ClientHello without end", Send(record(HANDSHAKE, b"\1\xff\xff\xff" + bytes(16000)), times=200)),
    kind("ClientHello of rubbish", Send(record(HANDSHAKE, b"\1\0\1\0" + rubbish(256))), Outlast()),
    kind("record of no length", Send(record(HANDSHAKE, b"")), Outlast()),
    kind("records of no length without end", Send(record(HANDSHAKE, b"") * 1000, times=10)),
    kind("record of 65,535 bytes", Send(record(HANDSHAKE, rubbish(100), length=0xFFFF)), Outlast()),
    kind("data before the handshake", Send(record(DATA, rubbish(100))), Outlast()),
    kind("alert before the handshake", Send(record(ALERT, b"\2\x28"))),
    kind("old hello", Send(b"\x80\x2e\1\0\2\0\x15\0\0\0\x10" + rubbish(40)), Outlast()),
    kind("handshake and a reset", Secure(), Reset()),
    kind("handshake and the end", Secure()),
    kind("handshake and silence", Secure(), Outlast()),
    kind("handshake and rubbish", Secure(), Send(rubbish(2000)), Outlast()),
    kind("association and rubbish", Secure(), OPENED, Send(rubbish(2000)), Outlast()),
    kind("association and a reset", Secure(), OPENED, Send(data_pdu(3, 3, echo_command())[:10]), Reset()),
    kind("association and PDU of 4 GB", Secure(), OPENED, Send(struct.pack(">BxL", P_DATA, 0xFFFFFFFF)), Outlast()),
    kind("association and a store that is cut", Secure(), OPENED, Send(stored("1.2.3.4", rubbish(5000))[:3000])),
]
