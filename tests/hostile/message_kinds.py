"""What a hostile requestor sends over an association that stands: PDUs, PDVs, command sets and data sets that lie."""

import struct

from dicomdesk.network.dimse.command_sets import write_command_set
from tests.helpers.data.encoded import UNDEFINED, explicit, item
from tests.helpers.peers.requestors import CT_IMAGE_STORAGE, P_DATA, data_pdu, echo_command, pdu, pdv, store_command
from tests.hostile.kinds import OPENED, Kind, command, ct_image, data_values, kind, raw_command, rubbish, stored
from tests.hostile.steps import Drip, HalfClose, Hear, Outlast, Reset, Send

ECHO = data_pdu(3, 3, echo_command())
IMAGE = ct_image()
STORE = stored("1.2.3.4", IMAGE)
STORE_COMMAND = data_pdu(1, 3, store_command("1.2.3.4"))
UIDS = {
    "that goes up": b"../../../escaped",
    "that is a path": b"/tmp/dicomdesk-hostile-escaped",
    "of two dots": b"..",
    "of one dot": b".",
    "with a NUL": b"1.2\0/../3",
    "with line ends": b"1.2\r\n3\n",
    "with an escape sequence": b"1.2\x1b[31m3",
    "with turned text": "1.2\u202e3.4".encode(),
    "with backslashes": b"1\\2\\..\\3",
    "of 65 digits": b"1." + b"2" * 63,
    "of 300 digits": b"1." + b"2" * 298,
    "of 60,000 digits": b"1." + b"2" * 59_998,
    "of format characters": b"%s%n{0}${HOME}`id`",
    "that is empty": b"",
    "of blanks": b"    ",
    "of no characters of a set": b"\xff\xfe\xfd\xfc",
    "that looks temporary": b".1.2.3.part",
}


def _associated(name: str, *data: bytes, times: int = 1) -> Kind:
    """Associate, send, and see whether more is possible."""
    return kind(name, OPENED, *(Send(part, times) for part in data))


def _refused(name: str, data: bytes) -> Kind:
    """Associate, send what ends an association, and wait for that."""
    return kind(name, OPENED, Send(data), Outlast())


def _store(data: bytes, sop_class: str = CT_IMAGE_STORAGE) -> bytes:
    return stored("1.2.3.4", data, sop_class=sop_class)


PDUS = [
    _refused("PDU of no length", pdu(P_DATA, b"")),
    _refused("PDU of 4 GB", struct.pack(">BxL", P_DATA, 0xFFFFFFFF) + rubbish(1000)),
    _refused("PDU of 300 MB", struct.pack(">BxL", P_DATA, 300 << 20) + rubbish(1000)),
    _associated("PDU of 300 MB that begins to come", struct.pack(">BxL", P_DATA, 300 << 20), bytes(1 << 20), times=8),
    _refused("value of no length", pdu(P_DATA, bytes(4))),
    _refused("value of length one", pdu(P_DATA, b"\0\0\0\1\1")),
    _refused("value of 4 GB", pdu(P_DATA, struct.pack(">LBB", 0xFFFFFFFF, 3, 3) + echo_command())),
    _refused("value longer than its PDU", pdu(P_DATA, struct.pack(">LBB", 1000, 3, 3) + echo_command())),
    _refused("three bytes behind a value", pdu(P_DATA, pdv(3, 3, echo_command()) + b"\0\0\0")),
    _refused("PDU that ends in the head of a value", pdu(P_DATA, b"\0\0\0\4\3")),
    _associated("thousands of empty command values", pdu(P_DATA, pdv(3, 1, b"") * 2000), times=20),
    _associated("thousands of empty data values", STORE_COMMAND, pdu(P_DATA, pdv(1, 0, b"") * 2000), times=20),
    _associated("thousands of PDUs with an empty value", STORE_COMMAND, data_pdu(1, 0, b"") * 5000),
    _associated("thousands of values of one byte", STORE_COMMAND, pdu(P_DATA, pdv(1, 0, b"\0") * 2000), times=10),
    _associated("message control header with all bits", pdu(P_DATA, pdv(3, 0xFF, echo_command()))),
    _associated("message control header with unknown bits", pdu(P_DATA, pdv(3, 0x83, echo_command()))),
    _associated("a command twice at once", pdu(P_DATA, pdv(3, 3, echo_command()) * 2)),
    _refused("data without a command", data_pdu(1, 2, IMAGE)),
    _refused("data behind an echo", ECHO + data_pdu(3, 2, rubbish(500))),
    _refused("command within the data", STORE_COMMAND + data_pdu(1, 0, IMAGE[:500]) + ECHO),
    _refused("command within the command", data_pdu(3, 1, echo_command()[:20]) + STORE_COMMAND),
    _refused("data in another context", STORE_COMMAND + data_pdu(3, 2, IMAGE)),
    _refused("a context that was not proposed", data_pdu(77, 3, echo_command())),
    _refused("an even context", data_pdu(2, 3, echo_command())),
    _refused("context 0", data_pdu(0, 3, echo_command())),
    kind("half a command and silence", OPENED, Send(data_pdu(3, 1, echo_command()[:20])), Outlast()),
    kind("half a data set and silence", OPENED, Send(STORE_COMMAND + data_pdu(1, 0, IMAGE[:500])), Outlast()),
    kind("half a PDU and the end", OPENED, Send(ECHO[:20])),
    kind("half a data set and the end", OPENED, Send(STORE[: len(STORE) // 2])),
    kind("half a data set and a reset", OPENED, Send(STORE[: len(STORE) // 2]), Reset()),
    kind("half a command and a reset", OPENED, Send(STORE_COMMAND[:50]), Reset()),
    kind("a store and a reset", OPENED, Send(STORE), Reset()),
    kind("a store and half closed", OPENED, Send(STORE), HalfClose(), Outlast()),
    kind("data set that drips", OPENED, Send(STORE_COMMAND), Drip(data_pdu(1, 2, IMAGE)[:40])),
    kind("command that drips", OPENED, Drip(STORE_COMMAND[:40])),
    kind("echoes without end, answers unread", OPENED, Send(ECHO * 100, times=200)),
]

COMMANDS = [
    _refused("command set that is empty", data_pdu(3, 3, b"")),
    _refused("command set of rubbish", data_pdu(3, 3, rubbish(200))),
    _associated("command set that never ends", data_pdu(3, 1, bytes(16000)), times=1000),
    _associated("command set without group length", data_pdu(3, 3, echo_command()[12:])),
    *[
        _associated(
            f"group length of {length}", data_pdu(3, 3, struct.pack("<HHLL", 0, 0, 4, length) + echo_command()[12:])
        )
        for length in (0, 10, 0xFFFFFFFF)
    ],
    _refused("element longer than the command set", data_pdu(3, 3, raw_command((0x0002, 0xFFFFFFFF, b"1.2")))),
    _refused("element of odd length", data_pdu(3, 3, raw_command((0x0100, 1, b"\x30"), (0x0110, 1, b"\1")))),
    _refused("command set in explicit VR", data_pdu(3, 3, b"\0\0\2\0UI\4\x001.2\0" + b"\0\0\0\1US\2\0\x30\0")),
    _associated("elements of other groups", data_pdu(3, 3, echo_command() + b"\x10\0\x10\0\4\0\0\0Jane")),
    _associated("an element ten thousand times", data_pdu(3, 3, raw_command((0x0902, 2, b"x ")) * 5000), times=2),
    _refused("no command field", data_pdu(3, 3, command(None))),
    _refused("unknown command field", data_pdu(3, 3, command(0x1234))),
    _refused("no message ID", data_pdu(3, 3, raw_command((0x0100, 2, b"\x30\0"), (0x0800, 2, b"\1\1")))),
    _refused("response to nothing", data_pdu(1, 3, command(0x8001, e0900=0, e0120=1))),
    _associated("echo that announces data", data_pdu(3, 3, command(0x30, data=True)), data_pdu(3, 2, rubbish(300))),
    _associated("cancels of nothing", data_pdu(3, 3, command(0x0FFF, e0120=7)), times=500),
    _associated("echo in a storage context", data_pdu(1, 3, echo_command())),
    *[
        _associated(f"operation {number:#06x} here", data_pdu(3, 3, command(number, e1008=1, e1001=b"1.2\0")))
        for number in (0x0100, 0x0110, 0x0120, 0x0130, 0x0140, 0x0150)
    ],
    _associated("store without a data set", data_pdu(1, 3, store_command("1.2.3.4", data_set_type=0x0101))),
    _associated("store of another class", _store(IMAGE, sop_class="1.2.840.10008.5.1.4.1.1.4")),
    _associated("store of a class that is none", _store(IMAGE, sop_class="../\x1b[31m")),
    _associated(
        "store without an instance UID",
        data_pdu(1, 3, write_command_set({0x0002: b"1.2\0", 0x0100: 1, 0x0110: 1, 0x0800: 1})) + data_pdu(1, 2, IMAGE),
    ),
    *[_associated(f"instance UID {name}", stored(uid, IMAGE)) for name, uid in UIDS.items()],
    _associated(
        "move originator of rubbish",
        data_pdu(1, 3, command(1, data=True, e0700=0, e1000=b"1.2.3\0", e1030=b"\x1b[31m/../..", e1031=b"xyz\0")),
        data_pdu(1, 2, IMAGE),
    ),
]


def _presumed(count: int) -> bytes:
    """Private elements in implicit VR, of each of which nobody knows whether it is a sequence."""
    return b"".join(struct.pack("<HHLHHL", 9, 0x1000 + n, 8, 0xFFFE, 0xE000, 0xFFFFFFFF) for n in range(count))


DATA_SETS = [
    _associated(
        "elements that may be sequences", data_pdu(13, 3, store_command("1.2.3.4")), data_values(13, _presumed(40))
    ),
    _associated(
        "thousands of elements that may be sequences",
        data_pdu(13, 3, store_command("1.2.3.4")),
        data_values(13, _presumed(20_000)),
    ),
    _associated(
        "elements that may be sequences within an unknown one",
        _store(IMAGE + explicit(0x00111010, b"UN", item(_presumed(40), length=UNDEFINED), length=UNDEFINED)),
    ),
    _associated("data set of no bytes", STORE_COMMAND + data_pdu(1, 2, b"")),
    _associated("data set of rubbish", _store(rubbish(5000))),
    _associated("data set of zeros", _store(bytes(5000))),
    _associated("data set of 0xFF", _store(b"\xff" * 5000)),
    _associated("data set that is cut", _store(IMAGE[:-100])),
    _associated("data set that is cut in a header", _store(IMAGE[:-9005])),
    _associated("element of 4 GB", _store(IMAGE + b"\x11\0\x10\0UN\0\0\xfe\xff\xff\xff" + rubbish(50))),
    _associated(
        "sequences 20,000 deep",
        _store(
            IMAGE[:100]
            + b"\x40\0\x75\xa0SQ\0\0\xff\xff\xff\xff" * 1
            + (b"\xfe\xff\0\xe0\xff\xff\xff\xff\x40\0\x75\xa0SQ\0\0\xff\xff\xff\xff") * 20_000
        ),
    ),
    _associated(
        "values that look like sequences",
        _store(
            b"".join(
                struct.pack("<HH2sHL", 0x0009, 0x1000 + n, b"UN", 0, 8) + b"\xfe\xff\0\xe0\xff\xff\xff\xff"
                for n in range(40)
            )
        ),
    ),
    _associated("paths in a data set", _store(ct_image("../../escaped"))),
    _associated("a store again and again", b"".join(stored("1.2.3.4", IMAGE, message_id=n + 1) for n in range(20))),
    kind("a store while the answer to another is due", OPENED, Send(STORE * 2), Hear(2)),
]
