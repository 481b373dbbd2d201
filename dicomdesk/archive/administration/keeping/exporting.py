"""Exports what is selected to a folder or ZIP archive with a DICOMDIR (PS3.10), which appears whole or not at all.

Files are copied as they are stored, byte for byte, under names that any medium takes (PS3.10 8.2). The directory is
made by pydicom's ``FileSet``; keys that its records need and an instance lacks are invented for the directory only.
What no record can be made for lies in the folder ``OTHER``, not listed by the directory.
"""

import hashlib
import os
import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.administration.selection import Selection
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.atomic_file import fsync_folder
from dicomdesk.dicom.files.part10 import file_meta_information
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import DataError, StorageError
from dicomdesk.human import error_text
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

    from pydicom.dataset import Dataset, FileDataset
    from pydicom.fileset import FileSet

__all__ = ["ExportFailure", "ExportItem", "ExportResult", "export_instances", "find_export"]

_OTHER: Final = "OTHER"
_COPIED_AT_ONCE: Final = 1 << 20
_PREAMBLE_BYTES: Final = 132
_MAGIC: Final = b"DICM"
_NO_RECORD: Final = (ValueError, AttributeError, KeyError, TypeError, NotImplementedError, OSError)
"""What pydicom raises where no record can be made for a data set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportItem:
    """Instance to be exported, and the area that has it."""

    opened: OpenedArea
    instance: StoredInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFailure:
    """Instance that is missing in the export, and why."""

    item: ExportItem
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What was exported."""

    target: Path
    exported: int
    size_bytes: int
    unlisted: int
    """Of these lie in ``OTHER``: the directory cannot list them."""
    failures: tuple[ExportFailure, ...]


def find_export(areas: Sequence[OpenedArea], selection: Selection) -> list[ExportItem]:
    """Find what is to be exported; raises the errors of the index."""
    return [
        ExportItem(opened=opened, instance=instance)
        for opened in areas
        for instance in opened.index.instances(selection.query(Level.IMAGE), opened.name)
    ]


def export_instances(
    items: Sequence[ExportItem], target: Path, *, is_zip: bool = False, progressed: Callable[[int], None] | None = None
) -> ExportResult:
    """Export instances to a folder, which is new or empty, or to a new ZIP archive.

    ``progressed`` is told the size of each that is done. An instance whose file is gone, cut or of another size than
    the index says is left out, with the reason; where none is left there is no target. Raises StorageError where the
    target cannot be written or is taken; then, and where anything else ends it, nothing is left of it.
    """
    _check_target(target, is_zip=is_zip)
    part = target.parent / f".{target.name[:100]}-{os.urandom(4).hex()}.part"
    try:
        part.mkdir(mode=0o700)
        export = _Export(part / "set" if is_zip else part)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pydicom's, about values that were stored as they came
            export.fill(items, progressed or _ignore)
        if export.exported:
            (_publish_zip if is_zip else _publish_folder)(part, target)
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return ExportResult(
        target=target,
        exported=export.exported,
        size_bytes=export.size_bytes,
        unlisted=export.unlisted,
        failures=tuple(export.failures),
    )


def _check_target(target: Path, *, is_zip: bool) -> None:
    try:
        is_taken = os.path.lexists(target) and (is_zip or not target.is_dir() or any(target.iterdir()))
    except OSError as error:
        raise StorageError(f"{target} cannot be read: {error.strerror}") from error
    if is_taken:
        raise StorageError(f"{target} is there already" + ("" if is_zip or not target.is_dir() else " and not empty"))
    if not target.parent.is_dir():
        raise StorageError(f"There is no folder {target.parent}")


class _Export:
    """A file set that is filled."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.exported = self.size_bytes = self.unlisted = 0
        self.failures: list[ExportFailure] = []

    def fill(self, items: Sequence[ExportItem], progressed: Callable[[int], None]) -> None:
        from pydicom.fileset import FileSet  # noqa: PLC0415 - start-up time: it takes half a second

        self._root.mkdir(mode=0o777, exist_ok=True)
        file_set = FileSet()
        listed: dict[str, ExportItem] = {}
        others: list[ExportItem] = []
        for number, item in enumerate(items, 1):
            uid = item.instance.sop_instance_uid
            try:
                header = _read_header(item, number)
            except (DataError, OSError) as error:
                self.failures.append(ExportFailure(item=item, reason=error_text(error, names_file=False)))
                continue
            try:
                is_listed = uid not in listed and str(file_set.add(header).SOPInstanceUID) == uid
            except _NO_RECORD:
                is_listed = False
            if is_listed:
                listed[uid] = item
            else:
                others.append(item)
        stages = [_stage_of(file_set)]
        if listed:
            file_set.write(self._root)
            stages.append(_stage_of(file_set))
        places = [(listed[str(node.SOPInstanceUID)], str(node.FileID)) for node in file_set]
        for stage in filter(None, stages):
            stage.cleanup()
        for item, place in places:
            self._copy(item, self._root / place, progressed)
        for number, item in enumerate(others, 1):
            self.unlisted += self._copy(item, self._root / _OTHER / f"IM{number:06}", progressed)

    def _copy(self, item: ExportItem, target: Path, progressed: Callable[[int], None]) -> bool:
        try:
            source = open(item.opened.path_of(item.instance.path), "rb")  # noqa: SIM115 - its own errors are the instance's
        except OSError as error:
            self.failures.append(ExportFailure(item=item, reason=error_text(error, names_file=False)))
            target.unlink(missing_ok=True)
            return False
        with source:
            target.parent.mkdir(exist_ok=True)
            with open(target, "wb") as file:
                file.writelines(_stored_file(source.fileno(), item.instance))
        self.exported += 1
        self.size_bytes += item.instance.size_bytes
        progressed(item.instance.size_bytes)
        return True


def _stage_of(file_set: "FileSet") -> "TemporaryDirectory[str] | None":
    """pydicom's folder of what is to be written, which it leaves to the garbage collector and a warning."""
    stage: TemporaryDirectory[str] | None = getattr(file_set, "_stage", {}).get("t")
    return stage


def _read_header(item: ExportItem, number: int) -> "Dataset":
    """What the directory needs of an instance; raises DataError where its file is not what the index says, OSError."""
    from pydicom import dcmread  # noqa: PLC0415 - as above
    from pydicom.errors import InvalidDicomError  # noqa: PLC0415 - as above

    instance, path = item.instance, item.opened.path_of(item.instance.path)
    size_bytes = os.stat(path).st_size
    if size_bytes != instance.size_bytes:
        raise DataError(f"its file has {size_bytes} bytes, the index says {instance.size_bytes}")
    try:
        header = dcmread(path, stop_before_pixels=True, force=True)
        _complete(header, instance, number)
    except (InvalidDicomError, *_NO_RECORD) as error:
        if isinstance(error, OSError):
            raise
        raise DataError(f"its file cannot be read: {error}") from error
    return header


def _complete(header: "FileDataset", instance: StoredInstance, number: int) -> None:
    """Add what the records of a directory have to have (PS3.3 F.5)."""
    from pydicom.dataset import FileMetaDataset  # noqa: PLC0415 - as above
    from pydicom.uid import UID  # noqa: PLC0415 - as above

    if "TransferSyntaxUID" not in header.file_meta:
        header.file_meta = FileMetaDataset()
    header.file_meta.MediaStorageSOPClassUID = UID(instance.sop_class_uid)
    header.file_meta.MediaStorageSOPInstanceUID = UID(instance.sop_instance_uid)
    header.file_meta.TransferSyntaxUID = UID(instance.transfer_syntax_uid)
    header.SOPClassUID, header.SOPInstanceUID = UID(instance.sop_class_uid), UID(instance.sop_instance_uid)
    digest = hashlib.sha1(instance.study_instance_uid.encode(), usedforsecurity=False).hexdigest()[:8].upper()
    invented = {
        "PatientID": f"NOID-{digest}",
        "PatientName": "",
        "StudyDate": "19000101",
        "StudyTime": "000000",
        "StudyID": digest,
        "StudyInstanceUID": instance.study_instance_uid,
        "Modality": "OT",
        "SeriesInstanceUID": instance.series_instance_uid,
        "SeriesNumber": "0",
        "InstanceNumber": str(number),
    }
    for keyword, value in invented.items():
        if keyword not in header or (value and header[keyword].value in (None, "")):
            setattr(header, keyword, value)


def _stored_file(descriptor: int, instance: StoredInstance) -> Iterator[bytes]:
    """The bytes of a stored file, as a file of PS3.10 where a bare data set was stored."""
    if os.pread(descriptor, _PREAMBLE_BYTES, 0)[-len(_MAGIC) :] != _MAGIC:
        yield file_meta_information(
            sop_class_uid=instance.sop_class_uid,
            sop_instance_uid=instance.sop_instance_uid,
            transfer_syntax_uid=instance.transfer_syntax_uid,
            source_ae_title="",
        )
    position = 0
    while part := os.pread(descriptor, _COPIED_AT_ONCE, position):
        position += len(part)
        yield part


def _publish_folder(part: Path, target: Path) -> None:
    _flush(part)
    part.chmod(0o777 & ~_umask())
    part.rename(target)  # takes the place of an empty folder, never of another
    fsync_folder(str(target.parent))


def _publish_zip(part: Path, target: Path) -> None:
    archive = part / "archive.zip"
    root = part / "set"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(root).as_posix())
                path.unlink()
    with open(archive, "rb+") as written:
        os.fsync(written.fileno())
    if os.path.lexists(target):
        raise StorageError(f"{target} is there already")
    archive.rename(target)
    fsync_folder(str(target.parent))


def _flush(folder: Path) -> None:
    """Have all on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb+") as file:
                os.fsync(file.fileno())
        else:
            fsync_folder(str(path))


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _ignore(_size_bytes: int) -> None:
    """Tell nobody."""
