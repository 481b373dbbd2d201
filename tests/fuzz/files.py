"""Harnesses of what reads files that hold or name others: DICOMDIR, ZIP archives, folders that are scanned."""

import os
import tempfile
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from struct import pack

from dicomdesk.dicom.files.dicomdir import read_dicomdir
from dicomdesk.dicom.files.part10 import file_meta_information
from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.files.zip_files import ArchiveReader, scan_archive
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection, InstanceHeader
from dicomdesk.errors import DataError
from tests.fuzz.generating import build_part10
from tests.fuzz.properties import attempt, require, require_same
from tests.helpers.data.datasets import Builder, part10

DICOMDIR_CLASS = "1.2.840.10008.1.3.10"
_MOST_MEMBERS = 64


@cache
def _folder() -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """A folder for this process; it goes when the process ends."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-")
    return made, Path(made.name)


def _file(name: str, data: bytes) -> str:
    path = os.path.join(_folder()[1], name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def list_dicomdir(data: bytes) -> None:
    """Every file that a DICOMDIR names is inside of its folder."""
    path = _file("DICOMDIR", data)
    folder = os.path.dirname(path)
    listed = attempt(lambda: read_dicomdir(path), DataError)
    for file in listed.value or ():
        inside = (
            not file.path
            or os.path.normpath(file.path).startswith(folder + os.sep)
            or os.path.normpath(file.path) == folder
        )
        require(inside, "a DICOMDIR names files of its own folder", file.path)


def list_archive(data: bytes) -> None:
    """Members of a ZIP archive are listed, and each that is listed is read or refused."""
    path = _file("inputs.zip", data)
    listed = attempt(
        lambda: [
            found
            for _, found in zip(
                range(_MOST_MEMBERS), scan_archive(path, InputFormat.FILE_OR_DATA_SET, bool), strict=False
            )
        ],
        DataError,
    )
    reader = ArchiveReader()
    for name, header in listed.value or ():
        member = attempt(lambda: reader.open(path, name), DataError).value  # noqa: B023 - called at once
        if isinstance(member, int):
            os.close(member)
        elif member is not None and isinstance(header, InstanceHeader):
            end = header.data_set_offset + header.data_set_length
            require_same(end, len(member), "a member's header fits the member")


@cache
def _neighbours() -> tuple[str, Path]:
    """A folder with two good files, and the path between them."""
    folder = _folder()[1] / "scanned"
    folder.mkdir()
    for name in ("a", "z"):
        (folder / name).write_bytes(part10(Builder().instance(sop_instance_uid=f"1.2.{ord(name)}")))
    return str(folder), folder / "m"


def scan_folder(data: bytes) -> None:
    """Whatever a file is, its neighbours are found, and nothing but files of the folder."""
    folder, between = _neighbours()
    between.write_bytes(data)
    for input_format in (InputFormat.FILE_ONLY, InputFormat.FILE_OR_DATA_SET):
        selection = InputSelection(
            paths=(folder,),
            format=input_format,
            read_dicomdir=True,
            scan_directories=True,
            open_archives=True,
            check_uids=False,
        )
        results = attempt(lambda: list(scan(selection))).value or []  # noqa: B023 - called at once
        good = [found.path[-1] for found in results if isinstance(found, FoundInstance) and not found.archive_member]
        require({"a", "z"} <= set(good), "one bad file does not cost its neighbours", results)
        is_list = data.startswith(b"PK") or DICOMDIR_CLASS.encode() in data  # there may be nothing in it
        is_told = len(results) >= 3 or is_list
        require(is_told, "every input is found or skipped with a reason", results)


def build_dicomdir(random: Random) -> bytes:
    """A DICOMDIR with some records, linked as they should be or not."""
    builder = Builder()
    meta = file_meta_information(
        sop_class_uid=DICOMDIR_CLASS, sop_instance_uid="1.2.3", transfer_syntax_uid="1.2.840.10008.1.2.1"
    )
    head = builder.element(0x00041130, "CS", "SET") + builder.element(
        0x00041200, "UL", random.choice((0, 0x176, 0x19E))
    )
    items = []
    names = ("IMAGES\\I1", "a", "..\\..\\x", "C:\\y", "/etc/passwd", "IMAGES/I2.DCM;1", "i\0j", "", "\xe4")
    for _ in range(random.randint(0, 5)):
        record = b"".join(
            (
                builder.element(0x00041400, "UL", random.choice((0, 0x176, 0x200))),
                builder.element(0x00041410, "US", 0xFFFF),
                builder.element(0x00041420, "UL", random.choice((0, 0x176, 0x300))),
                builder.element(0x00041430, "CS", random.choice(("PATIENT", "STUDY", "IMAGE"))),
                builder.element(0x00041500, "CS", random.choice(names)) if random.random() < 0.6 else b"",
                builder.element(0x00041510, "UI", "1.2.840.10008.5.1.4.1.1.2"),
                builder.element(0x00041511, "UI", "1.2.3.4"),
                builder.element(0x00041512, "UI", "1.2.840.10008.1.2.1"),
            )
        )
        items.append(builder.item(record, is_defined=random.random() < 0.7))
    return meta + head + builder.sequence(0x00041220, *items, is_defined=random.random() < 0.7)


def build_archive(random: Random) -> bytes:
    """A ZIP archive with some members, odd names among them."""
    made = BytesIO()
    names = ("a.dcm", "b/c.dcm", "b/", "../x", "/y", "a.dcm", "\xe4", "x" * 300, "DICOMDIR", ".")
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    with zipfile.ZipFile(made, "w") as archive:
        chosen = random.sample(names, random.randint(0, 4))
        for name in dict.fromkeys(chosen):
            content = build_part10(random) if random.random() < 0.8 else bytes(random.choice((0, 10, 5000)))
            archive.writestr(zipfile.ZipInfo(name), content, random.choice(methods))
    return made.getvalue() + random.choice((b"", b"", b"x"))


ZIP_WORDS = (
    b"PK\1\2",
    b"PK\3\4",
    b"PK\5\6",
    b"PK\6\6",
    b"PK\6\7",
    b"\1\0",
    pack("<HH", 0, 0),
    pack("<HHQ", 1, 8, 1 << 40),
    pack("<HHQQ", 1, 16, 1, 1),
    b"up" + pack("<HB", 5, 1),
)
