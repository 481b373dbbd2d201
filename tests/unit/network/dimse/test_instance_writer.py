"""C-STORE requests as PDUs: what pynetdicom reads back."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from pynetdicom.dsutils import decode

from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.errors import TruncatedError
from dicomdesk.network.dimse.instance_writer import InstanceWriter, MoveOriginator, StoreItem
from dicomdesk.network.wire.connection import Buffer

CT = "1.2.840.10008.5.1.4.1.1.2"


class Wire:
    """Takes everything."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.is_prepared = False

    def send(self, data: bytes) -> None:
        self.data += data

    def send_buffers(self, buffers: Sequence[Buffer], size: int, *, heeds_input: bool = False) -> None:
        joined = b"".join(bytes(buffer) for buffer in buffers)
        assert len(joined) == size
        self.data += joined

    def prepare_for_large_data(self) -> None:
        self.is_prepared = True

    def message(self, max_pdu_bytes: int) -> tuple[bytes, bytes]:
        """Command set and data set out of the PDUs."""
        parts = [bytearray(), bytearray()]
        position = 0
        while position < len(self.data):
            assert self.data[position] == 4
            length = int.from_bytes(self.data[position + 2 : position + 6], "big")
            assert length <= max_pdu_bytes
            control = self.data[position + 11]
            parts[0 if control & 1 else 1] += self.data[position + 12 : position + 6 + length]
            position += 6 + length
        return bytes(parts[0]), bytes(parts[1])


@pytest.mark.parametrize("max_pdu_bytes", [64, 4096, 131072])
@pytest.mark.parametrize("size", [0, 10, 200_000])
def test_a_message_is_what_was_meant(max_pdu_bytes: int, size: int) -> None:
    wire, data = Wire(), bytes(range(256)) * (size // 256) + bytes(size % 256)
    InstanceWriter(wire, max_pdu_bytes).write(StoreItem(5, CT, "1.2.3", data, None), 513)
    command, received = wire.message(max_pdu_bytes)
    assert received == data
    elements = decode(BytesIO(command), True, True)
    assert (elements.AffectedSOPClassUID, elements.AffectedSOPInstanceUID) == (CT, "1.2.3")
    assert (elements.CommandField, elements.MessageID, elements.Priority) == (1, 513, 0)
    assert elements.CommandGroupLength == len(command) - 12
    assert "MoveOriginatorMessageID" not in elements


def test_the_originator_of_a_move_is_named() -> None:
    wire = Wire()
    writer = InstanceWriter(wire, 16384, MoveOriginator(ae_title="WS1", message_id=7, priority=1))
    writer.write(StoreItem(1, CT, "1.2.34", b"data", None), 1)
    elements = decode(BytesIO(wire.message(16384)[0]), True, True)
    assert (elements.MoveOriginatorApplicationEntityTitle, elements.MoveOriginatorMessageID) == ("WS1", 7)
    assert elements.Priority == 1
    assert elements.CommandGroupLength == len(wire.message(16384)[0]) - 12


def test_a_file_is_sent_from_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "data"
    path.write_bytes(b"head" + bytes(9_000_000))
    wire = Wire()
    with open(path, "rb") as file:
        item = StoreItem(1, CT, "1.2", FileRange(file.fileno(), 4, 9_000_000), None)
        InstanceWriter.check(item)
        InstanceWriter(wire, 131072).write(item, 1)
        too_long = StoreItem(1, CT, "1.2", FileRange(file.fileno(), 4, 9_000_001), None)
        with pytest.raises(TruncatedError):
            InstanceWriter.check(too_long)
    assert wire.message(131072)[1] == bytes(9_000_000)
    assert wire.is_prepared


def test_uids_that_are_too_long_are_cut_in_the_command_only() -> None:
    wire = Wire()
    InstanceWriter(wire, 16384).write(StoreItem(1, CT, "1" * 70, b"", None), 1)
    assert decode(BytesIO(wire.message(16384)[0]), True, True).AffectedSOPInstanceUID == "1" * 64
