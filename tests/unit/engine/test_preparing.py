import gc
import os
import zipfile
import zlib
from pathlib import Path

import pytest

from dicomdesk.dicom.editing import DataSetChanges
from dicomdesk.dicom.instance import InputFormat, InputSelection, InstanceHeader
from dicomdesk.dicom.scan import FoundInstance, scan
from dicomdesk.dicom.source import FileRange
from dicomdesk.engine.preparing import Preparing, Shape, failure_reason
from dicomdesk.errors import ConversionError, DataError, InvalidUidError
from tests.helpers.datasets import DEFLATED, EXPLICIT, IMPLICIT, Builder, part10

SOP_CLASS = Builder().element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2")
SOP_INSTANCE = Builder().element(0x00080018, "UI", "1.2.3.4")
PREPARING = Preparing(InputFormat.FILE_ONLY, 6)


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
    odd = Builder().header(0x00100020, "LO", 3) + b"123"
    (tmp_path / "a").write_bytes(part10(Builder().instance() + odd + pixel_data(size)))
    prepared = PREPARING.prepare(find(tmp_path / "a"), EXPLICIT)
    even = Builder().element(0x00100020, "LO", "123")
    assert content(prepared.data) == Builder().instance() + even + pixel_data(size)
    assert prepared.size_bytes == len(Builder().instance() + odd + pixel_data(size))


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
