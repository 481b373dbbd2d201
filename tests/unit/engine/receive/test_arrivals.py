import itertools
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import pydicom
import pytest

from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.dicom.transfer_syntaxes import IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.receive import instance_file
from dicomdesk.engine.receive.arrivals import Arrival, ArrivalHandler
from dicomdesk.engine.receive.placement import Placement
from dicomdesk.engine.receive.request import DuplicatePolicy, Storage, StorageMode
from dicomdesk.errors import CancelledError
from dicomdesk.network.dimse.store_reception import IncomingStore, InstanceSink
from dicomdesk.network.status import Status
from tests.helpers.data.datasets import CT_IMAGE, DEFLATED, EXPLICIT, Builder
from tests.helpers.data.disagreeing import disagreeing
from tests.helpers.data.odd_structures import NATIVE

UID = "1.2.3.4"


class Received:
    """An ``ArrivalHandler`` and what it told."""

    def __init__(
        self, folder: Path, mode: StorageMode, storing_format: StoringFormat | None = None, **options: bool
    ) -> None:
        placement = Placement(
            Storage(folder=folder, on_duplicate=DuplicatePolicy.REFUSE, storing_format=storing_format)
        )
        self.begun: list[Arrival] = []
        self.discarded: list[Arrival] = []
        self.storing = ArrivalHandler(
            placement, mode, begun=self.begun.append, discarded=self.discarded.append, **options
        )

    def begin(self, uid: str = UID, transfer_syntax_uid: str = EXPLICIT) -> InstanceSink:
        return self.storing.begin(
            IncomingStore(
                association=1,
                message_id=1,
                context_id=1,
                sop_class_uid=CT_IMAGE,
                sop_instance_uid=uid,
                transfer_syntax_uid=transfer_syntax_uid,
                calling_ae_title="MR1",
                peer_host="localhost",
            )
        )

    def store(self, pieces: Sequence[bytes], uid: str = UID, transfer_syntax_uid: str = EXPLICIT) -> int:
        sink = self.begin(uid, transfer_syntax_uid)
        for piece in pieces:
            scratch = bytearray(piece)
            sink.write([memoryview(scratch)])
            scratch[:] = bytes(len(scratch))  # the memory is not ours any more
        return sink.finish().status


def written(folder: Path) -> bytes:
    (path,) = folder.iterdir()
    file = path.read_bytes()
    return file[144 + int.from_bytes(file[140:144], "little") :]


@pytest.fixture(params=[StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
def mode(request: pytest.FixtureRequest) -> StorageMode:
    assert isinstance(request.param, StorageMode)
    return request.param


@pytest.mark.parametrize(
    ("size", "piece"),
    [(0, 7), (5000, 7), *itertools.product((0, 5000, 1 << 20, 3 << 20), (16372, 131060, 8 << 20))],
)
@pytest.mark.parametrize("identify", [True, False])
def test_pieces_of_all_sizes_become_the_file(
    tmp_path: Path, mode: StorageMode, size: int, piece: int, identify: bool
) -> None:
    pixels = b"\xe0\x7f\x10\0OW\0\0" + size.to_bytes(4, "little") + os.urandom(size)
    data = Builder().instance(sop_instance_uid=UID) + pixels
    received = Received(tmp_path, mode, identify=identify)
    assert received.store([data[start : start + piece] for start in range(0, len(data), piece)]) == 0
    assert written(tmp_path) == data
    (arrival,) = received.begun
    assert arrival.size_bytes == len(data)
    header = arrival.header()
    assert (header is not None) is identify
    if header is not None:
        assert (header.patient_id, header.study_instance_uid) == ("P1", "1.2.3")
        assert header.data_set_length == len(data)


def test_ignored_instances_can_be_identified(tmp_path: Path) -> None:
    received = Received(tmp_path, StorageMode.IGNORE, identify=True)
    data = Builder().instance(sop_instance_uid=UID)
    assert received.store([data[start : start + 7] for start in range(0, len(data), 7)]) == 0
    header = received.begun[0].header()
    assert header is not None
    assert header.patient_id == "P1"
    assert os.listdir(tmp_path) == []


def test_discarded_instance_leaves_nothing(tmp_path: Path, mode: StorageMode) -> None:
    received = Received(tmp_path, mode)
    sink = received.begin()
    sink.write([memoryview(bytes(2 << 20))])
    sink.discard()
    assert received.discarded == received.begun
    assert os.listdir(tmp_path) == []


def test_duplicate_is_refused_and_the_first_kept(tmp_path: Path, mode: StorageMode) -> None:
    received = Received(tmp_path, mode)
    data = Builder().instance(sop_instance_uid=UID)
    assert received.store([data]) == 0
    assert received.store([data + b"\x28\0\x10\0US\x02\0\x10\0"]) == Status.DUPLICATE_HERE
    assert written(tmp_path) == data
    assert received.begun[1].path == ""


def test_read_error_of_the_folder_is_out_of_resources(tmp_path: Path, mode: StorageMode) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    received = Received(folder, mode)
    folder.rmdir()
    assert received.store([Builder().instance(sop_instance_uid=UID)]) == Status.OUT_OF_RESOURCES
    assert received.begun[0].error == "No such file or directory"


def test_deflated_data_set_is_stored_as_it_came(tmp_path: Path, mode: StorageMode) -> None:
    from dicomdesk.dicom.data_sets.deflate import deflate  # noqa: PLC0415 - one test

    data = deflate(Builder().instance(sop_instance_uid=UID), 6)
    received = Received(tmp_path, mode, identify=True)
    assert received.store([data], transfer_syntax_uid=DEFLATED) == 0
    assert written(tmp_path) == data
    header = received.begun[0].header()
    assert header is not None
    assert header.patient_id == "P1"


def test_unknown_transfer_syntax_is_stored_bit_preserving(tmp_path: Path) -> None:
    received = Received(tmp_path, StorageMode.BIT_PRESERVING)
    assert received.store([b"whatever this is"], transfer_syntax_uid="1.2.3.4.5") == 0
    assert written(tmp_path) == b"whatever this is"


def test_memory_of_an_association_is_given_back(tmp_path: Path) -> None:
    received = Received(tmp_path, StorageMode.NORMAL)
    received.store([Builder().instance(sop_instance_uid=UID)])
    buffer = received.storing._buffers.of(1)
    assert received.storing._buffers.of(1) is buffer
    received.storing.forget(1)
    assert received.storing._buffers.of(1) is not buffer


def test_instances_are_numbered(tmp_path: Path) -> None:
    received = Received(tmp_path, StorageMode.IGNORE)
    for number in range(3):
        received.store([b"x"], uid=f"1.{number}")
    assert [arrival.index for arrival in received.begun] == [0, 1, 2]


@pytest.mark.parametrize("uid", NATIVE)
@pytest.mark.parametrize("kind", disagreeing(EXPLICIT))
def test_lengths_that_disagree_are_made_right_with_a_warning(tmp_path: Path, uid: str, kind: str) -> None:
    case = disagreeing(uid)[kind]
    received = Received(tmp_path, StorageMode.NORMAL)
    assert received.store([case.data], transfer_syntax_uid=uid) == 0
    assert written(tmp_path) == case.right
    (warning,) = received.begun[0].warnings
    assert warning == f"{case.words}: {received.begun[0].path}"


@pytest.mark.parametrize("kind", disagreeing(EXPLICIT))
def test_lengths_that_disagree_are_kept_where_bits_are_preserved(tmp_path: Path, kind: str) -> None:
    data = disagreeing(EXPLICIT)[kind].data
    assert Received(tmp_path, StorageMode.BIT_PRESERVING).store([data]) == 0
    assert written(tmp_path) == data


@pytest.mark.parametrize("size", [2_000_000, 40_000_000])
@pytest.mark.parametrize("rest", [b"\0" * 2, b"\0" * 7])
def test_what_is_behind_a_long_data_set_is_left_out(tmp_path: Path, size: int, rest: bytes) -> None:
    builder = Builder()
    data = builder.instance() + builder.element(0x7FE00010, "OW", bytes(size))
    received = Received(tmp_path, StorageMode.NORMAL)
    assert received.store([data, rest]) == 0
    assert written(tmp_path) == data
    assert len(received.begun[0].warnings) == 1


@pytest.mark.long
def test_what_cannot_be_written_again_is_stored_as_received_with_a_warning(tmp_path: Path) -> None:
    builder = Builder()
    data = builder.instance() + builder.element(0x7FE00010, "OW", bytes(70_000_000))
    data += builder.sequence(0xFFFA_FFFA, builder.item(builder.header(0xFFFEE00D, "", 0)))
    received = Received(tmp_path, StorageMode.NORMAL)
    assert received.store([data]) == 0
    assert written(tmp_path) == data
    (warning,) = received.begun[0].warnings
    assert "stored as received" in warning


def test_the_check_of_a_long_instance_can_be_broken_off_and_leaves_nothing(tmp_path: Path) -> None:
    def abort() -> None:
        raise CancelledError("The job was aborted")

    received = Received(tmp_path, StorageMode.NORMAL)
    received.storing.moving = abort
    data = Builder().instance() + Builder().element(0x00080060, "CS", "CT") * 200_000
    assert received.store([data]) == Status.OUT_OF_RESOURCES
    assert list(tmp_path.iterdir()) == []


def empty_items(count: int) -> bytes:
    builder = Builder()
    items = builder.header(0x00081140, "SQ", 0xFFFFFFFF) + count * builder.item() + builder.header(0xFFFEE0DD, "", 0)
    return builder.element(0x00080018, "UI", "1.2.3") + items


def deflated(data: bytes) -> bytes:
    compressor = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = compressor.compress(data) + compressor.flush()
    return packed + b"\0" * (len(packed) % 2)


@pytest.mark.long
@pytest.mark.parametrize("uid", [EXPLICIT, DEFLATED])
def test_data_set_that_is_too_much_work_for_its_length_is_stored_as_received(tmp_path: Path, uid: str) -> None:
    data = empty_items(140_000)
    sent = deflated(data) if uid == DEFLATED else data
    received = Received(tmp_path, StorageMode.NORMAL)
    assert received.store([sent], transfer_syntax_uid=uid) == 0
    assert written(tmp_path) == sent
    assert received.begun[0].warnings == []


@pytest.mark.long
def test_data_set_that_is_too_much_work_and_irregular_is_stored_as_received_with_a_warning(tmp_path: Path) -> None:
    sent = deflated(empty_items(140_000) + b"\xfe\xff\x0d\xe0\0\0\0\0")
    received = Received(tmp_path, StorageMode.NORMAL)
    assert received.store([sent], transfer_syntax_uid=DEFLATED) == 0
    assert written(tmp_path) == sent
    (warning,) = received.begun[0].warnings
    assert "stored as received" in warning


@pytest.mark.parametrize("uid", [EXPLICIT, DEFLATED])
def test_rewriting_can_be_broken_off_and_leaves_nothing(tmp_path: Path, uid: str) -> None:
    def abort() -> None:
        raise CancelledError("The job was aborted")

    data = empty_items(3)
    received = Received(tmp_path, StorageMode.NORMAL)
    received.storing.moving = abort
    sent = deflated(data) if uid == DEFLATED else data
    assert received.store([sent], transfer_syntax_uid=uid) == Status.OUT_OF_RESOURCES
    assert list(tmp_path.iterdir()) == []


def test_short_data_set_does_not_wait_for_the_rewriting_of_a_long_one(tmp_path: Path) -> None:
    received = Received(tmp_path, StorageMode.NORMAL)
    with instance_file._one_rewriting:
        assert received.store([empty_items(3)]) == 0
    assert written(tmp_path) != empty_items(3)


def shaping(folder: Path, wanted: StoringFormat, mode: StorageMode = StorageMode.NORMAL) -> Received:
    return Received(folder, mode, storing_format=wanted)


@pytest.mark.parametrize("size", [100, 3 << 20])
def test_instance_is_in_the_format_that_is_asked_for_before_it_is_answered(tmp_path: Path, size: int) -> None:
    pixels = b"\xe0\x7f\x10\0OW\0\0" + size.to_bytes(4, "little") + os.urandom(size)
    received = shaping(tmp_path, StoringFormat(transfer_syntax_uid=IMPLICIT_VR_LITTLE_ENDIAN))
    assert received.store([Builder().instance(sop_instance_uid=UID) + pixels]) == 0
    (path,) = tmp_path.iterdir()
    read = pydicom.dcmread(path)
    assert (read.file_meta.TransferSyntaxUID, read.SOPInstanceUID) == (IMPLICIT_VR_LITTLE_ENDIAN, UID)
    assert read.PixelData == pixels[12:]
    assert received.begun[0].warnings == []


def test_meta_information_can_be_left_out(tmp_path: Path, mode: StorageMode) -> None:
    wanted = StoringFormat(is_file_format=False, is_bit_preserving=mode is StorageMode.BIT_PRESERVING)
    data = Builder().instance(sop_instance_uid=UID)
    assert shaping(tmp_path, wanted, mode).store([data]) == 0
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [data]


def test_what_cannot_be_converted_is_stored_as_it_came_with_a_warning(tmp_path: Path) -> None:
    data = Builder().instance(sop_instance_uid=UID) + Builder().fragments(b"no image")
    received = shaping(tmp_path, StoringFormat(transfer_syntax_uid=IMPLICIT_VR_LITTLE_ENDIAN))
    assert received.store([data], transfer_syntax_uid="1.2.840.10008.1.2.4.90") == 0
    assert written(tmp_path) == data
    (warning,) = received.begun[0].warnings
    assert warning.startswith("stays as it came, since it cannot be converted")
