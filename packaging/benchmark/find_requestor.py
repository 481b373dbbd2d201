"""A requestor of C-FIND that does nothing but read: seconds to the first and to the last response."""

import socket
import time
from dataclasses import dataclass
from struct import Struct
from types import TracebackType
from typing import Self

from dicomdesk.network.dimse.command_sets import read_command_set, write_command_set
from dicomdesk.network.upper_layer.data_pdus import message_pdus

STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
_IMPLICIT = "1.2.840.10008.1.2"
_PDU = Struct(">BxL")
_PDV = Struct(">LBB")
_ITEM = Struct(">BxH")
_DEADLINE_S = 60.0
_PENDING = 0xFF00


@dataclass(frozen=True, kw_only=True)
class Answered:
    """How a query went."""

    first_s: float
    """To the first match, or to the final response where there is none."""
    last_s: float
    matches: int
    status: int


def _item(kind: int, value: bytes) -> bytes:
    return _ITEM.pack(kind, len(value)) + value


class FindRequestor:
    """One association."""

    def __init__(self, port: int, called_ae_title: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), _DEADLINE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._stream = self._socket.makefile("rb", buffering=1 << 18)
        self._message_id = 0
        context = _item(0x20, b"\1\0\0\0" + _item(0x30, STUDY_ROOT_FIND.encode()) + _item(0x40, _IMPLICIT.encode()))
        user = _item(0x50, _item(0x51, (131072).to_bytes(4, "big")) + _item(0x52, b"1.2.3"))
        titles = called_ae_title.encode().ljust(16) + b"BENCH".ljust(16)
        body = b"\0\1\0\0" + titles + bytes(32) + _item(0x10, b"1.2.840.10008.3.1.1.1") + context + user
        self._socket.sendall(_PDU.pack(1, len(body)) + body)
        kind, _ = self._read_pdu()
        if kind != 2:
            raise RuntimeError(f"the association was not accepted: PDU type {kind}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._socket.sendall(_PDU.pack(5, 4) + bytes(4))
        self._stream.close()
        self._socket.close()

    def find(self, keys: dict[int, str]) -> Answered:
        """Ask for what the keys say, and read all."""
        started = time.perf_counter()
        self.ask(keys)
        first, matches = 0.0, 0
        while True:
            status = self._read_response()
            first = first or time.perf_counter() - started
            if status & _PENDING != _PENDING:
                return Answered(first_s=first, last_s=time.perf_counter() - started, matches=matches, status=status)
            matches += 1

    def ask(self, keys: dict[int, str]) -> None:
        """Ask for what the keys say, implicit VR little endian, and read nothing."""
        self._message_id += 1
        identifier = b"".join(
            (tag >> 16).to_bytes(2, "little")
            + (tag & 0xFFFF).to_bytes(2, "little")
            + (len(value) + len(value) % 2).to_bytes(4, "little")
            + value
            + b" " * (len(value) % 2)
            for tag, value in sorted((tag, text.encode()) for tag, text in keys.items())
        )
        command = write_command_set(
            {0x0002: STUDY_ROOT_FIND.encode(), 0x0100: 0x20, 0x0110: self._message_id, 0x0700: 0, 0x0800: 1}
        )
        self._socket.sendall(
            message_pdus(1, command, is_command=True, max_pdu_bytes=16384)
            + message_pdus(1, identifier, is_command=False, max_pdu_bytes=16384)
        )

    def _read_response(self) -> int:
        """Status of the next command set; data sets are passed over."""
        command = bytearray()
        while True:
            kind, body = self._read_pdu()
            if kind != 4:
                raise RuntimeError(f"PDU of type {kind} while waiting for a response")
            position = 0
            while position < len(body):
                length, _, control = _PDV.unpack_from(body, position)
                if control & 1:
                    command += body[position + 6 : position + 4 + length]
                    if control & 2:
                        return read_command_set(bytes(command)).number(0x0900)
                position += 4 + length

    def _read_pdu(self) -> tuple[int, bytes]:
        kind, length = _PDU.unpack(self._stream.read(6))
        return kind, self._stream.read(length)
