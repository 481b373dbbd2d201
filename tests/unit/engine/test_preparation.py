import gc
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.dicom.data_sets import deflate
from dicomdesk.dicom.data_sets.editing import DataSetChanges
from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection, InstanceHeader
from dicomdesk.dicom.transcode import convert_data_set, put_in_order
from dicomdesk.engine.preparation import InstancePreparer, Shape, failure_reason
from dicomdesk.errors import CancelledError, ChangedError, ConversionError, DataError, InvalidUidError
from tests.helpers.data.datasets import DEFLATED, EXPLICIT, IMPLICIT, Builder, part10
from tests.helpers.data.inputs import RLE, image, rle_frame
from tests.helpers.data.memory import peak_in_child
from tests.helpers.data.replacing import data_set_of, instance_file, put_in_place

SOP_CLASS = Builder().element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
SOP_INSTANCE = Builder().element(0x00080018, "UI", "1.2.3.4")
PREPARING = InstancePreparer(InputFormat.FILE_ONLY, 6)


def pixel_data(size: int) -> bytes:
    return b"\xe0\x7f\x10\0OW\0\0" + size.to_bytes(4, "little") + bytes(size)


def find(path: Path, **options: bool) -> FoundInstance:
    (found,) = scan(InputSelection(paths=(str(path),), **options))  # type: ignore[arg-type] # options are bools
    assert isinstance(found, FoundInstance)
    return found


def content(data: object) -> bytes:
    if isinstance(data, FileRange):
        return os.pread(data.file_descriptor, data.length, data.offset)
    assert isinstance(data, bytes | memoryview)
    return bytes(data)


@pytest.mark.parametrize("size", [0, 1000, 2 << 20])
def test_data_set_goes_as_it_is(tmp_path: Path, size: int) -> None:
    data_set = Builder().instance() + pixel_data(size)
    (tmp_path / "a").write_bytes(part10(data_set))
    prepared = PREPARING.prepare(find(tmp_path / "a"), EXPLICIT)
    assert content(prepared.data) == data_set
    assert prepared.size_bytes == len(data_set)
    assert isinstance(prepared.data, FileRange) is (size > 1 << 20)
    prepared.close()
    prepared.close()


@pytest.mark.parametrize("size", [1000, 2 << 20])
def test_data_set_is_converted(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance() + pixel_data(size)))
    before = len(os.listdir("/proc/self/fd"))
    prepared = PREPARING.prepare(find(tmp_path / "a"), IMPLICIT)
    gc.collect()  # the rewriter is a cycle of references
    assert len(os.listdir("/proc/self/fd")) == before
    assert content(prepared.data).startswith(Builder(IMPLICIT).instance()[:20])
    assert prepared.transfer_syntax_uid == EXPLICIT


@pytest.mark.parametrize("size", [1000, 2 << 20])
def test_odd_values_are_padded(tmp_path: Path, size: int) -> None:
    odd = Builder().header(0x00400253, "SH", 3) + b"123"
    (tmp_path / "a").write_bytes(part10(Builder().instance() + odd + pixel_data(size)))
    prepared = PREPARING.prepare(find(tmp_path / "a"), EXPLICIT)
    even = Builder().element(0x00400253, "SH", "123")
    assert content(prepared.data) == Builder().instance() + even + pixel_data(size)
    assert prepared.size_bytes == len(Builder().instance() + odd + pixel_data(size))


LATE = Builder().element(0x00080070, "LO", "late")
IN_ITEM = Builder().sequence(0x00400275, Builder().item(Builder().element(0x00200010, "SH", "1") + LATE))
TWICE = Builder().element(0x00400253, "SH", "first1") + Builder().element(0x00400253, "SH", "second")


@pytest.mark.parametrize("size", [5000, 2 << 20])
@pytest.mark.parametrize("wanted", [EXPLICIT, IMPLICIT, DEFLATED])
@pytest.mark.parametrize("odd", [LATE, IN_ITEM, TWICE], ids=["late", "item", "twice"])
def test_data_set_that_receivers_would_cut_out_of_order_goes_in_order(
    tmp_path: Path, size: int, wanted: str, odd: bytes
) -> None:
    data_set = Builder().instance() + odd + pixel_data(size)
    (tmp_path / "a").write_bytes(part10(data_set))
    prepared = PREPARING.prepare(find(tmp_path / "a"), wanted)
    right = put_in_order(data_set, EXPLICIT)
    assert right != data_set
    assert content(prepared.data) == convert_data_set(right, source=EXPLICIT, target=wanted)
    assert prepared.size_bytes == len(data_set)
    prepared.close()


@pytest.mark.parametrize("odd", [LATE, IN_ITEM, TWICE], ids=["late", "item", "twice"])
def test_data_set_that_no_receiver_cuts_goes_as_it_is_in_any_order(tmp_path: Path, odd: bytes) -> None:
    data_set = Builder().instance() + odd + pixel_data(3000)
    (tmp_path / "a").write_bytes(part10(data_set))
    assert content(PREPARING.prepare(find(tmp_path / "a"), EXPLICIT).data) == data_set


def test_writing_again_is_broken_off_with_its_job(tmp_path: Path) -> None:
    def cancelled() -> None:
        raise CancelledError

    (tmp_path / "a").write_bytes(part10(Builder().instance() + LATE + pixel_data(5000)))
    preparer = InstancePreparer(InputFormat.FILE_ONLY, 6, cancelled)
    for wanted in (EXPLICIT, IMPLICIT):
        with pytest.raises(CancelledError):
            preparer.prepare(find(tmp_path / "a"), wanted)


def test_deflated_data_set_of_odd_length_is_padded(tmp_path: Path) -> None:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    deflated = compressor.compress(Builder().instance()) + compressor.flush()
    if len(deflated) % 2 == 0:
        deflated = deflated[:-1] + bytes((deflated[-1],)) + b"\0"
    (tmp_path / "a").write_bytes(part10(deflated, DEFLATED))
    prepared = PREPARING.prepare(find(tmp_path / "a"), DEFLATED)
    assert content(prepared.data) == deflated + b"\0"


@pytest.mark.parametrize("size", [1000, 2 << 20])
def test_file_that_has_grown_is_taken_as_it_is_now(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance()))
    found = find(tmp_path / "a")
    data_set = Builder().instance() + pixel_data(size)
    (tmp_path / "a").write_bytes(part10(data_set))
    prepared = PREPARING.prepare(found, EXPLICIT)
    assert content(prepared.data) == data_set
    prepared.close()


@pytest.mark.parametrize("size", [1000, 2 << 20])
@pytest.mark.parametrize("cut", [1, 900])
def test_truncated_data_set_is_refused_and_closed(tmp_path: Path, size: int, cut: int) -> None:
    whole = part10(Builder().instance() + pixel_data(size))
    (tmp_path / "a").write_bytes(whole[:-cut])
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(DataError) as caught:
        PREPARING.prepare(find(tmp_path / "a"), EXPLICIT)
    assert failure_reason(caught.value)
    assert len(os.listdir("/proc/self/fd")) == before


def test_emptied_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance()))
    found = find(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(DataError):
        PREPARING.prepare(found, EXPLICIT)


@pytest.mark.parametrize(
    ("data_set", "text", "condition"),
    [
        (b"", "there is no data set in the file", "Invalid SOP Class UID"),
        (SOP_INSTANCE, "there is no SOP Class UID in the file", "Invalid SOP Class UID"),
        (SOP_CLASS, "there is no SOP Instance UID in the file", "Invalid SOP Instance UID"),
    ],
)
def test_data_set_without_identifiers_is_refused(tmp_path: Path, data_set: bytes, text: str, condition: str) -> None:
    (tmp_path / "a").write_bytes(part10(data_set))
    with pytest.raises(InvalidUidError) as caught:
        PREPARING.prepare(find(tmp_path / "a"), EXPLICIT)
    assert (str(caught.value), caught.value.condition) == (text, condition)


def test_missing_file_has_the_words_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance()))
    found = find(tmp_path / "a")
    (tmp_path / "a").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        PREPARING.prepare(found, EXPLICIT)
    assert failure_reason(caught.value) == "No such file or directory"


def test_what_nobody_can_convert_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance()))
    with pytest.raises(ConversionError):
        PREPARING.prepare(find(tmp_path / "a"), "1.2.840.10008.1.2.4.100")


@pytest.mark.parametrize("size", [0, 2 << 20, 6 << 20])
def test_member_of_an_archive_is_prepared(tmp_path: Path, size: int) -> None:
    data_set = Builder().instance() + pixel_data(size)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b.dcm", part10(data_set))
    found = find(tmp_path / "a.zip", open_archives=True)
    prepared = PREPARING.prepare(found, EXPLICIT)
    assert content(prepared.data) == data_set
    assert isinstance(prepared.data, FileRange) is (size > 4 << 20)
    prepared.close()
    converted = PREPARING.prepare(found, IMPLICIT)
    assert content(converted.data).startswith(Builder(IMPLICIT).instance()[:20])
    converted.close()


def test_long_member_that_cannot_be_sent_leaves_no_file_open(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.dcm", part10(Builder().instance() + pixel_data(6 << 20)[:-20]))
    found = find(tmp_path / "a.zip", open_archives=True)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(DataError):
        PREPARING.prepare(found, EXPLICIT)
    assert len(os.listdir("/proc/self/fd")) == before


def test_problem_found_by_the_scan_is_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance()))
    found = find(tmp_path / "a")
    broken = FoundInstance(path=found.path, header=found.header, problem="No such file or directory")
    with pytest.raises(DataError, match="No such file"):
        PREPARING.prepare(broken, EXPLICIT)


@pytest.mark.parametrize("size", [0, 1000, 2 << 20])
@pytest.mark.parametrize("wanted", [EXPLICIT, IMPLICIT])
def test_a_file_is_looked_into_when_it_is_opened(tmp_path: Path, size: int, wanted: str) -> None:
    data_set = Builder().instance() + pixel_data(size)
    (tmp_path / "a").write_bytes(part10(data_set))
    seen = []

    def choose(header: InstanceHeader) -> Shape:
        seen.append(header)
        return Shape(transfer_syntax_uid=wanted)

    prepared = PREPARING.prepare_file(str(tmp_path / "a"), choose)
    assert [header.sop_instance_uid for header in seen] == ["1.2.3.4"]
    assert isinstance(prepared.data, FileRange) is (size > 1 << 20 and wanted == EXPLICIT)
    assert prepared.transfer_syntax_uid == EXPLICIT
    assert content(prepared.data) == data_set or wanted == IMPLICIT
    prepared.close()


@pytest.mark.parametrize("size", [1000, 2 << 20])
@pytest.mark.parametrize("wanted", [EXPLICIT, IMPLICIT])
def test_values_are_changed_in_the_transfer_syntax_wanted(tmp_path: Path, size: int, wanted: str) -> None:
    (tmp_path / "a").write_bytes(part10(Builder().instance() + pixel_data(size)))
    changes = DataSetChanges(values={0x00080018: "1.2.3.4.5.6", 0x00200010: "absent"})
    shape = Shape(transfer_syntax_uid=wanted, changes=changes)
    prepared = PREPARING.prepare_file(str(tmp_path / "a"), lambda _: shape)
    assert prepared.replaced == {0x00080018}
    assert content(prepared.data).startswith(Builder(wanted).instance(sop_instance_uid="1.2.3.4.5.6"))


def test_what_the_choice_raises_passes_and_the_file_is_closed(tmp_path: Path) -> None:
    def refuse(_: InstanceHeader) -> Shape:
        raise ConversionError("no")

    before = len(os.listdir("/proc/self/fd"))
    for size in (1000, 2 << 20):
        (tmp_path / "a").write_bytes(part10(Builder().instance() + pixel_data(size)))
        with pytest.raises(ConversionError):
            PREPARING.prepare_file(str(tmp_path / "a"), refuse)
    for path in (tmp_path, Path("/dev/null")):
        with pytest.raises((DataError, OSError)):
            PREPARING.prepare_file(str(path), refuse)
    assert len(os.listdir("/proc/self/fd")) == before


CHANGED = "changed since it was listed"
WAYS = {"in place": Path.write_bytes, "by another file": put_in_place}
EACH_WAY = pytest.mark.parametrize("write", WAYS.values(), ids=WAYS)


@EACH_WAY
@pytest.mark.parametrize("pixels", [4, 2 << 20])
@pytest.mark.parametrize("wanted", [EXPLICIT, IMPLICIT])
@pytest.mark.parametrize(
    "other",
    [{"uid": "1.2.3.5"}, {"uid": "1.2.3.55"}, {"uid": "1.2.3.4", "sop_class": "1.2.840.10008.5.1.4.1.1.4"}],
    ids=["instance-of-the-same-size", "instance", "class"],
)
def test_another_instance_in_the_place_of_a_file_is_refused(
    tmp_path: Path, other: dict[str, str], pixels: int, wanted: str, write: Callable[[Path, bytes], object]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(instance_file("1.2.3.4", pixels=pixels))
    found = find(path)
    write(path, instance_file(**other, pixels=pixels))
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ChangedError, match=CHANGED):
        PREPARING.prepare(found, wanted)
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("pixels", [4, 2 << 20])
def test_another_instance_in_the_place_of_a_member_is_refused(tmp_path: Path, pixels: int) -> None:
    def write(uid: str) -> None:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("b.dcm", instance_file(uid, pixels=pixels))

    write("1.2.3.4")
    found = find(tmp_path / "a.zip", open_archives=True)
    write("1.2.3.5")
    with pytest.raises(ChangedError, match=CHANGED):
        PREPARING.prepare(found, EXPLICIT)


@EACH_WAY
@pytest.mark.parametrize("pixels", [4, 2 << 20])
@pytest.mark.parametrize("wanted", [EXPLICIT, IMPLICIT])
def test_the_same_instance_in_another_shape_goes_as_it_is_now(
    tmp_path: Path, pixels: int, wanted: str, write: Callable[[Path, bytes], object]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(instance_file("1.2.3.4"))
    found = find(path)
    write(path, instance_file("1.2.3.4", syntax=IMPLICIT, pixels=pixels))
    prepared = PREPARING.prepare(found, wanted)
    assert content(prepared.data) == data_set_of(instance_file("1.2.3.4", syntax=wanted, pixels=pixels))
    assert prepared.header.transfer_syntax_uid == IMPLICIT
    assert prepared.header.data_set_length == len(data_set_of(instance_file("1.2.3.4", syntax=IMPLICIT, pixels=pixels)))
    prepared.close()


def test_what_was_compressed_meanwhile_is_not_decompressed_against_the_plan(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(image("a"))
    found = find(path)
    path.write_bytes(image("a", RLE, frame=rle_frame()))
    with pytest.raises(ConversionError, match=CHANGED):
        PREPARING.prepare(found, EXPLICIT)
    assert PREPARING.prepare(found, RLE).header.transfer_syntax_uid == RLE


def become_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def become_a_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("pixels", [4, 2 << 20])
@pytest.mark.parametrize(
    "become",
    [
        lambda path: path.write_bytes(b"no DICOM file, whatever one thinks " * 80_000),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes()[:200]),
        become_a_folder,
        become_a_fifo,
        lambda path: path.unlink(),
    ],
    ids=["text", "empty", "shorter", "much-shorter", "folder", "fifo", "nothing"],
)
def test_what_is_no_instance_any_more_is_told_and_closed(
    tmp_path: Path, pixels: int, become: Callable[[Path], object]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(instance_file("1.2.3.4", pixels=pixels))
    found = find(path)
    become(path)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises((DataError, OSError)) as caught:
        PREPARING.prepare(found, EXPLICIT)
    assert isinstance(caught.value, DataError | OSError)
    assert failure_reason(caught.value)
    assert len(os.listdir("/proc/self/fd")) == before


CUT_WHILE_CONVERTED = """
import os, sys
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.preparation import InstancePreparer
class Cutting:
    transfer_syntax_uid = "1.2.840.10008.1.2"
    changes = None
    @property
    def converts_pixel_data(self):
        os.truncate(sys.argv[1], 0)
        return True
prepared = InstancePreparer(InputFormat.FILE_ONLY, 6).prepare_file(sys.argv[1], lambda header: Cutting())
print(len(prepared.data))
"""


@pytest.mark.long
def test_a_file_that_is_cut_while_it_is_converted_does_not_end_the_process(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(instance_file("1.2.3.4", pixels=2 << 20))
    done = subprocess.run(
        [sys.executable, "-c", CUT_WHILE_CONVERTED, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) == len(data_set_of(instance_file("1.2.3.4", syntax=IMPLICIT, pixels=2 << 20)))


def test_a_file_that_is_cut_before_it_is_converted_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(instance_file("1.2.3.4", pixels=2 << 20))

    def cut(_: InstanceHeader) -> Shape:
        os.truncate(path, 1 << 20)
        return Shape(transfer_syntax_uid=IMPLICIT)

    with pytest.raises(DataError, match="shorter than it was"):
        PREPARING.prepare_file(str(path), cut)


def write_deflated(path: Path, mebibytes: int) -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    header = Builder().instance() + b"\xe0\x7f\x10\0OW\0\0" + (mebibytes << 20).to_bytes(4, "little")
    parts = [stream.compress(header), *(stream.compress(bytes(1 << 20)) for _ in range(mebibytes)), stream.flush()]
    data_set = b"".join(parts)
    path.write_bytes(part10(data_set + bytes(len(data_set) % 2), transfer_syntax_uid=DEFLATED))


PREPARE = """
import dicomdesk.dicom.files.zip_files, dicomdesk.dicom.transcode
from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.dicom.files.scan import scan
from dicomdesk.engine.preparation import InstancePreparer
"""
SEND = """
(found,) = scan(InputSelection(paths=(sys.argv[3],), open_archives=True))
prepared = InstancePreparer(InputFormat.FILE_ONLY, 1).prepare(found, sys.argv[4])
assert prepared.data
"""


@pytest.mark.long
@pytest.mark.parametrize("target", [DEFLATED, EXPLICIT, IMPLICIT])
def test_memory_does_not_follow_what_a_deflated_file_becomes(tmp_path: Path, target: str) -> None:
    write_deflated(tmp_path / "a", 300)
    assert peak_in_child(PREPARE, SEND, str(tmp_path / "a"), target) < (4 << 20 if target == DEFLATED else 80 << 20)


@pytest.mark.long
def test_memory_does_not_follow_the_size_of_an_archive_member(tmp_path: Path) -> None:
    data_set = Builder().instance() + b"\xe0\x7f\x10\0OW\0\0" + (300 << 20).to_bytes(4, "little")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("1", "w") as member:
        member.write(part10(data_set))
        for _ in range(300):
            member.write(bytes(1 << 20))
    assert peak_in_child(PREPARE, SEND, str(tmp_path / "a.zip"), EXPLICIT) < 40 << 20
    assert peak_in_child(PREPARE, SEND, str(tmp_path / "a.zip"), IMPLICIT) < 120 << 20


def test_deflated_file_that_grows_beyond_its_bound_is_sent_but_not_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_deflated(tmp_path / "a", 3)
    monkeypatch.setattr(deflate, "ALWAYS_INFLATED_BYTES", 1 << 20)
    PREPARING.prepare(find(tmp_path / "a"), DEFLATED).close()
    with pytest.raises(ConversionError, match=r"of \d+ bytes grows beyond the 1048576 bytes that are believed"):
        PREPARING.prepare(find(tmp_path / "a"), EXPLICIT)
