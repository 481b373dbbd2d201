"""Peers that take storage commitment reports, byte by byte: they can leave together with their answer."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dicomdesk.network.dimse.command_sets import MESSAGE_ID, read_command_set, write_command_set
from tests.helpers.peers.requestors import (
    ASSOCIATE_AC,
    DEADLINE_S,
    EXPLICIT,
    P_DATA,
    RELEASE_RP,
    RELEASE_RQ,
    Requestor,
    data_pdu,
    item,
    pdu,
)

COMMITMENT = "1.2.840.10008.1.20.1"
WELL_KNOWN = "1.2.840.10008.1.20.1.1"


def report_answer(message_id: int, status: int) -> bytes:
    """An N-EVENT-REPORT response."""
    values: dict[int, bytes | int] = {
        0x0002: COMMITMENT.encode(),
        0x0100: 0x8100,
        0x0120: message_id,
        0x0800: 0x0101,
        0x0900: status,
        0x1000: WELL_KNOWN.encode(),
    }
    return write_command_set(values)


def kept_reports(folder: Path) -> list[Path]:
    """The reports that a storage area keeps."""
    return sorted((folder / ".dicomdesk").glob("report-*"))


class ReportTaker:
    """Accepts associations, one after the other, and answers the first report on each with Success and a farewell."""

    def __init__(self, farewell: bytes) -> None:
        self._farewell = farewell
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.reports = 0
        self._thread = threading.Thread(target=self._run, name="report taker")
        self._thread.start()

    def close(self) -> None:
        """End; what was taken is counted."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(DEADLINE_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            with connection, suppress(OSError):
                self._serve(Requestor(connection))

    def _serve(self, peer: Requestor) -> None:
        _, request = peer.read_pdu()
        user = item(0x51, struct.pack(">L", 0)) + item(0x52, b"1.2.3") + item(0x54, _role())
        context = item(0x21, b"\1\0\0\0" + item(0x40, EXPLICIT.encode()))
        names = item(0x10, b"1.2.840.10008.3.1.1.1")
        peer.send(pdu(ASSOCIATE_AC, b"\0\1\0\0" + request[4:68] + names + context + item(0x50, user)))
        command = b""
        while True:
            number, body = peer.read_pdu()
            if number != P_DATA:
                return
            if body[5] & 1:
                command = body[6:]
            if body[5] & 2 and not body[5] & 1:
                break
        self.reports += 1
        answer = report_answer(read_command_set(command).number(MESSAGE_ID), 0)
        peer.send(data_pdu(1, 3, answer) + self._farewell)
        while (number := peer.read_pdu()[0]) in (P_DATA, RELEASE_RQ):
            if number == RELEASE_RQ:
                peer.send(pdu(RELEASE_RP, bytes(4)))


def _role() -> bytes:
    return struct.pack(">H", len(COMMITMENT)) + COMMITMENT.encode() + b"\0\1"


@contextmanager
def taking_and_leaving(farewell: bytes) -> Iterator[ReportTaker]:
    """A peer that takes reports and sends the farewell with its answer."""
    taker = ReportTaker(farewell)
    try:
        yield taker
    finally:
        taker.close()
