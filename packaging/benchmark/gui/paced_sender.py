"""A modality that sends small objects at a pace: python -m benchmark.gui.paced_sender PORT COUNT RATE NUMBER [BYTES].

All of it is encoded before it begins, so that it costs the machine next to nothing while it sends. It prints how many
were stored in which time.
"""

import hashlib
import socket
import struct
import sys
import time
from collections.abc import Iterator

from benchmark.data import EXPLICIT_LITTLE, SECONDARY_CAPTURE, small_data_set

_DEADLINE_S = 120.0
_PER_STUDY, _PER_SERIES = 250, 50
_C_STORE_RQ, _SUCCESS_OR_WARNING = 0x0001, {0x0, 0xB}


def main() -> None:
    """Associate, send, release."""
    port, count, rate, number = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    messages = list(_messages(count, number, int(sys.argv[5]) if len(sys.argv) > 5 else 64 * 64 * 2))
    with socket.create_connection(("127.0.0.1", port), _DEADLINE_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(_associate_request(f"MODALITY{number}"))
        if _read_pdu(connection)[0] != 2:
            raise SystemExit("the association was not accepted")
        started = time.perf_counter()
        stored = 0
        for index, message in enumerate(messages):
            early = started + index / rate - time.perf_counter()
            if early > 0:
                time.sleep(early)
            connection.sendall(message)
            kind, body = _read_pdu(connection)
            stored += kind == 4 and _status(body) >> 12 in _SUCCESS_OR_WARNING
        elapsed = time.perf_counter() - started
        connection.sendall(b"\5\0\0\0\0\4\0\0\0\0")
        _read_pdu(connection)
    print(stored, elapsed, flush=True)


def _messages(count: int, number: int, pixel_bytes: int) -> Iterator[bytes]:
    for index in range(count):
        uid = _uid(number, index)
        data = small_data_set(
            uid, _uid(number, "study", index // _PER_STUDY), _uid(number, "series", index // _PER_SERIES), pixel_bytes
        )
        yield _pdata(3, _command(uid, index % 65535 + 1)) + _pdata(2, data)


def _uid(*parts: object) -> str:
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return "2.25." + str(10**38 + int.from_bytes(digest[:15], "big"))


def _command(uid: str, message_id: int) -> bytes:
    def element(number: int, value: bytes) -> bytes:
        padded = value + b"\0" * (len(value) % 2)
        return struct.pack("<HHI", 0, number, len(padded)) + padded

    body = (
        element(0x0002, SECONDARY_CAPTURE.encode())
        + element(0x0100, struct.pack("<H", _C_STORE_RQ))
        + element(0x0110, struct.pack("<H", message_id))
        + element(0x0700, struct.pack("<H", 0))
        + element(0x0800, struct.pack("<H", 1))
        + element(0x1000, uid.encode())
    )
    return element(0x0000, struct.pack("<I", len(body))) + body


def _pdata(flags: int, fragment: bytes) -> bytes:
    value = struct.pack(">IBB", len(fragment) + 2, 1, flags) + fragment
    return struct.pack(">BBI", 4, 0, len(value)) + value


def _associate_request(calling: str) -> bytes:
    def item(kind: int, value: bytes) -> bytes:
        return struct.pack(">BBH", kind, 0, len(value)) + value

    syntaxes = item(0x30, SECONDARY_CAPTURE.encode()) + item(0x40, EXPLICIT_LITTLE.encode())
    body = (
        struct.pack(">HH", 1, 0)
        + b"DICOMDESK".ljust(16)
        + calling.encode().ljust(16)
        + bytes(32)
        + item(0x10, b"1.2.840.10008.3.1.1.1")
        + item(0x20, b"\1\0\0\0" + syntaxes)
        + item(0x50, item(0x51, struct.pack(">I", 131072)) + item(0x52, b"2.25.1"))
    )
    return struct.pack(">BBI", 1, 0, len(body)) + body


def _read_pdu(connection: socket.socket) -> tuple[int, bytes]:
    kind, _, length = struct.unpack(">BBI", _read(connection, 6))
    return kind, _read(connection, length)


def _read(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise SystemExit("the connection was closed")
        data += piece
    return data


def _status(body: bytes) -> int:
    """Of a C-STORE-RSP: element (0000,0900)."""
    at = body.index(b"\0\0\0\x09\2\0\0\0") + 8
    return int.from_bytes(body[at : at + 2], "little")


if __name__ == "__main__":
    main()
