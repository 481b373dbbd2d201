"""A peer that answers every C-FIND with responses that were encoded before: python -m benchmark.find_peer COUNT.

It prints its port; with ``--tells`` it sends one response, prints when that was (``time.monotonic``), waits, and ends.
"""

import socket
import sys
import time
from collections.abc import Iterator
from functools import cache
from struct import Struct

from dicomdesk.network.dimse.command_sets import write_command_set
from dicomdesk.network.upper_layer.data_pdus import message_pdus

EXPLICIT_LITTLE = b"1.2.840.10008.1.2.1"
_STUDY_ROOT_FIND = b"1.2.840.10008.5.1.4.1.2.2.1"
_PDU = Struct(">BxL")
_PDV = Struct(">LBB")
_ITEM = Struct(">BxH")
_SHORT = Struct("<HH2sH")
_PENDING, _SUCCESS = 0xFF00, 0x0000
_PAUSE_S = 0.3


def _item(kind: int, value: bytes) -> bytes:
    return _ITEM.pack(kind, len(value)) + value


def _element(tag: int, vr: bytes, value: bytes) -> bytes:
    if len(value) % 2:
        value += b"\0" if vr == b"UI" else b" "
    return _SHORT.pack(tag >> 16, tag & 0xFFFF, vr, len(value)) + value


def _match(number: int) -> bytes:
    """A study as most peers answer it, about 330 bytes."""
    return b"".join(
        (
            _element(0x00080005, b"CS", b"ISO_IR 100"),
            _element(0x00080020, b"DA", b"20260102"),
            _element(0x00080030, b"TM", b"101112"),
            _element(0x00080050, b"SH", b"A%08d" % number),
            _element(0x00080052, b"CS", b"STUDY"),
            _element(0x00080054, b"AE", b"BENCH"),
            _element(0x00080061, b"CS", b"CT\\SR"),
            _element(0x00081030, b"LO", b"Thorax and abdomen"),
            _element(0x00100010, b"PN", b"Load^Test %d" % number),
            _element(0x00100020, b"LO", b"LOAD-%06d" % number),
            _element(0x00100030, b"DA", b"19700101"),
            _element(0x00100040, b"CS", b"O"),
            _element(0x0020000D, b"UI", b"1.2.826.0.1.3680043.10.1.%d" % number),
            _element(0x00200010, b"SH", b"%d" % number),
            _element(0x00201206, b"IS", b"3"),
            _element(0x00201208, b"IS", b"412"),
        )
    )


def _command(message_id: int, status: int) -> bytes:
    kind = 1 if status == _PENDING else 0x0101
    command = write_command_set(
        {0x0002: _STUDY_ROOT_FIND, 0x0100: 0x8020, 0x0120: message_id, 0x0800: kind, 0x0900: status}
    )
    return message_pdus(1, command, is_command=True, max_pdu_bytes=0)


@cache
def responses(count: int, message_id: int) -> bytes:
    """All PDUs of the answer to a message in context 1: so many matches, and the end."""
    pending = _command(message_id, _PENDING)
    matches = (message_pdus(1, _match(number), is_command=False, max_pdu_bytes=0) for number in range(1, count + 1))
    return b"".join(pending + match for match in matches) + _command(message_id, _SUCCESS)


def _accept(request: bytes) -> bytes:
    """The A-ASSOCIATE-AC that accepts context 1 in explicit VR little endian, and nothing else."""
    contexts = _item(0x21, b"\1\0\0\0" + _item(0x40, EXPLICIT_LITTLE))
    user = _item(0x50, _item(0x51, (131072).to_bytes(4, "big")) + _item(0x52, b"1.2.3"))
    body = request[:68] + _item(0x10, b"1.2.840.10008.3.1.1.1") + contexts + user
    return _PDU.pack(2, len(body)) + body


class Peer:
    """Serves one association after the other."""

    def __init__(self, count: int, *, tells: bool) -> None:
        self._count = count
        self._first_bytes = len(responses(1, 1)) - len(responses(0, 1)) if tells else 0
        self.listening = socket.create_server(("127.0.0.1", 0))

    def serve(self) -> None:
        """For ever."""
        while True:
            sock, _ = self.listening.accept()
            with sock:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                try:
                    self._serve(sock)
                except OSError:  # it has gone: the next one, then
                    continue

    def _serve(self, sock: socket.socket) -> None:
        message_id = 0
        for kind, body in _pdus(sock):
            if kind == 1:
                sock.sendall(_accept(body))
            elif kind == 4 and _ends_data_set(body):
                message_id += 1  # as both number their messages
                self._respond(sock, memoryview(responses(self._count, message_id)))
            elif kind == 5:
                sock.sendall(_PDU.pack(6, 4) + bytes(4))

    def _respond(self, sock: socket.socket, answer: memoryview) -> None:
        if self._first_bytes:
            sock.sendall(answer[: self._first_bytes])
            print(time.monotonic(), flush=True)
            time.sleep(_PAUSE_S)
        sock.sendall(answer[self._first_bytes :])


def _pdus(sock: socket.socket) -> Iterator[tuple[int, bytes]]:
    with sock.makefile("rb") as stream:
        while len(head := stream.read(_PDU.size)) == _PDU.size:
            kind, length = _PDU.unpack(head)
            yield kind, stream.read(length)


def _ends_data_set(body: bytes) -> bool:
    """Whether the last fragment of a data set is in the PDU."""
    position = 0
    while position < len(body):
        length, _, control = _PDV.unpack_from(body, position)
        if control == 2:
            return True
        position += 4 + length
    return False


def main() -> None:
    """Serve until it is ended."""
    peer = Peer(int(sys.argv[1]), tells="--tells" in sys.argv[2:])
    print(peer.listening.getsockname()[1], flush=True)
    peer.serve()


if __name__ == "__main__":
    main()
