"""What a hostile requestor asks of an archive: identifiers, destinations and requests that lie."""

import struct

from dicomdesk.network.dimse.command_sets import write_command_set
from tests.helpers.data.datasets import Builder
from tests.helpers.peers.requestors import data_pdu
from tests.hostile.kinds import COMMITMENT, FIND, GET, MOVE, OPENED, Kind, command, data_values, kind, rubbish
from tests.hostile.steps import Outlast, Reset, Send

FIND_CONTEXT, MOVE_CONTEXT, GET_CONTEXT, COMMITMENT_CONTEXT = 5, 7, 9, 11
BUILDER = Builder()
LEVEL = BUILDER.element(0x00080052, "CS", "STUDY")
STUDY = 0x0020000D
DESTINATIONS = {
    "that is unknown": b"NOBODY",
    "that is a path": b"../../../../tmp",
    "with an escape sequence": b"\x1b[31mX\r\n",
    "that is empty": b"",
    "of 5,000 characters": b"X" * 5000,
    "that is SQL": b"' OR 1=1; --",
}


def _find(identifier: bytes, message_id: int = 1) -> bytes:
    request = command(0x20, sop_class=FIND, data=True, e0110=message_id, e0700=0)
    return data_pdu(FIND_CONTEXT, 3, request) + data_values(FIND_CONTEXT, identifier)


def _move(identifier: bytes, destination: bytes = b"NOBODY") -> bytes:
    request = command(0x21, sop_class=MOVE, data=True, e0700=0, e0600=destination)
    return data_pdu(MOVE_CONTEXT, 3, request) + data_values(MOVE_CONTEXT, identifier)


def _get(identifier: bytes) -> bytes:
    return data_pdu(GET_CONTEXT, 3, command(0x10, sop_class=GET, data=True, e0700=0)) + data_values(
        GET_CONTEXT, identifier
    )


def _action(data: bytes, *, action: int = 1, sop_class: str = COMMITMENT) -> bytes:
    values: dict[int, bytes | int] = {0x0003: sop_class.encode(), 0x0100: 0x130, 0x0110: 1, 0x0800: 1}
    values |= {0x1001: b"1.2.840.10008.1.20.1.1"}
    values[0x1008] = action
    return data_pdu(COMMITMENT_CONTEXT, 3, write_command_set(values)) + data_values(COMMITMENT_CONTEXT, data)


def _asked(name: str, data: bytes) -> Kind:
    return kind(name, OPENED, Send(data))


def _key(tag: int, vr: str, value: str | bytes) -> bytes:
    return LEVEL + BUILDER.element(tag, vr, value)


def _deep(levels: int) -> bytes:
    opened = struct.pack("<HH2sHLHHL", 0x0040, 0x0275, b"SQ", 0, 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFFF)
    closed = struct.pack("<HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
    return opened * levels + closed * levels


IDENTIFIERS = {
    "of rubbish": rubbish(2000),
    "of no bytes": b"",
    "of zeros": bytes(1000),
    "without a level": BUILDER.element(STUDY, "UI", "1.2.3"),
    "of a level that is none": BUILDER.element(0x00080052, "CS", "../STUDY\x1b[31m"),
    "that is cut": LEVEL + BUILDER.header(STUDY, "UI", 500) + b"1.2",
    "with many wildcards": _key(0x00100010, "PN", "*?" * 2000 + "x"),
    "with signs of SQL": _key(0x00100010, "PN", "'; DROP TABLE x; -- %_\\"),
    "with ten thousand UIDs": _key(STUDY, "UI", "\\".join(f"1.2.{n}" for n in range(9000))[:60_000]),
    "with dates that are none": _key(0x00080020, "DA", "99999999-00000000-x"),
    "of escapes": BUILDER.element(0x00080005, "CS", "\\ISO 2022 IR 87") + _key(0x00100010, "PN", b"\x1b" * 60_000),
    "in a character set that is none": BUILDER.element(0x00080005, "CS", "../\x1b[31m") + _key(0x00100010, "PN", "D*"),
    "2,000 deep": LEVEL + _deep(2000),
    "with a sequence of rubbish": LEVEL + BUILDER.header(0x00400275, "SQ", 50) + rubbish(50),
    "with 20,000 keys": LEVEL + b"".join(BUILDER.element(0x00110010 + n, "LO", "x") for n in range(20_000)),
}

ARCHIVE = [
    *[_asked(f"query {name}", _find(identifier)) for name, identifier in IDENTIFIERS.items()],
    *[_asked(f"move {name}", _move(identifier)) for name, identifier in IDENTIFIERS.items()],
    *[_asked(f"retrieval {name}", _get(identifier)) for name, identifier in IDENTIFIERS.items()],
    *[_asked(f"move to a title {name}", _move(_key(STUDY, "UI", ""), title)) for name, title in DESTINATIONS.items()],
    _asked("retrieval of all without contexts for it", _get(_key(STUDY, "UI", "1.2.3"))),
    _asked("query in the context of moves", _find(LEVEL).replace(b"\0\0\0\5", b"\0\0\0\7", 1)),
    _asked("cancels without end", data_pdu(FIND_CONTEXT, 3, command(0xFFF, sop_class=FIND, e0120=1)) * 2000),
    _asked(
        "queries and cancels without end, answers unread",
        b"".join(
            _find(_key(STUDY, "UI", ""), n + 1)
            + data_pdu(FIND_CONTEXT, 3, command(0xFFF, sop_class=FIND, e0120=n + 1)) * 5
            for n in range(100)
        ),
    ),
    kind("query and a reset", OPENED, Send(_find(_key(STUDY, "UI", ""))), Reset()),
    kind("query whose identifier does not come", OPENED, Send(_find(b"")[:-12]), Outlast()),
    kind("query whose identifier is cut", OPENED, Send(_find(LEVEL)[:-10])),
    _asked("commitment of rubbish", _action(rubbish(1000))),
    _asked("commitment of nothing", _action(b"")),
    _asked(
        "commitment of 5,000 instances that are not there",
        _action(
            BUILDER.element(0x00081195, "UI", "1.2.3.9")
            + BUILDER.sequence(
                0x00081199,
                *(
                    BUILDER.item(
                        BUILDER.element(0x00081150, "UI", "1.2") + BUILDER.element(0x00081155, "UI", f"1.2.{n}")
                    )
                    for n in range(5000)
                ),
            )
        ),
    ),
    _asked("commitment with a transaction that is a path", _action(BUILDER.element(0x00081195, "UI", "../../escaped"))),
    _asked("commitment by another action", _action(rubbish(100), action=77)),
    _asked("commitment in another class", _action(rubbish(100), sop_class="1.2.3")),
]
