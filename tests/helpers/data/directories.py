"""DICOMDIRs: records written byte by byte, and whole media with the files that they name."""

from collections.abc import Sequence
from pathlib import Path

from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder, part10
from tests.helpers.data.replacing import instance_file

DIRECTORY = "1.2.840.10008.1.3.10"


def image_record(file_id: str, uid: str) -> bytes:
    """A directory record that names one file."""
    builder = Builder()
    return builder.item(
        b"".join(
            (
                builder.element(0x00041400, "UL", 0),
                builder.element(0x00041410, "US", 0xFFFF),
                builder.element(0x00041420, "UL", 0),
                builder.element(0x00041430, "CS", "IMAGE"),
                builder.element(0x00041500, "CS", file_id),
                builder.element(0x00041510, "UI", CT_IMAGE),
                builder.element(0x00041511, "UI", uid),
                builder.element(0x00041512, "UI", EXPLICIT),
            )
        )
    )


def dicomdir(file_ids: Sequence[str], *, is_defined: bool = True) -> bytes:
    """A DICOMDIR with a record for each; their instance UIDs are 1.2.3.1, 1.2.3.2 ..."""
    records = [image_record(file_id, f"1.2.3.{number}") for number, file_id in enumerate(file_ids, 1)]
    data_set = Builder().sequence(0x00041220, *records, is_defined=is_defined)
    return part10(data_set, sop_class_uid=DIRECTORY)


def write_medium(folder: Path, files: dict[str, str]) -> Path:
    """A DICOMDIR and files: the names on the disk by their file IDs, "" for a file that is not there."""
    for number, name in enumerate(files.values(), 1):
        if name:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(instance_file(f"1.2.3.{number}"))
    (folder / "DICOMDIR").write_bytes(dicomdir(list(files)))
    return folder / "DICOMDIR"
