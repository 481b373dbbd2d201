"""Says whether two DICOM files hold the same data set, whatever lengths and byte order they are encoded with."""

import io
import re
import subprocess
import zlib
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from tests.helpers.dcmtk.programs import dcmtk_program

MEANINGLESS = {0xFFFCFFFC, 0x7FE00001, 0x7FE00002}
"""DCMTK drops trailing padding when it converts, and keeps offset tables of fragments that it has decompressed."""


def data_set_bytes(path: Path) -> bytes:
    """What follows the file meta information of a Part 10 file."""
    data = path.read_bytes()
    assert data[128:132] == b"DICM"
    length = int.from_bytes(data[140:144], "little")
    return data[144 + length :]


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.rstrip(b"\0 ")
    return value


def _is_same(one: object, other: object) -> bool:
    if isinstance(one, bytes) and isinstance(other, bytes):
        return one == other
    return str(one) == str(other)


def _differences(left: Dataset, right: Dataset, path: str) -> list[str]:
    found = []
    for tag in sorted({*left.keys(), *right.keys()}):
        name = f"{path}{BaseTag(tag)}"
        if BaseTag(tag).element == 0 or tag in MEANINGLESS:
            continue
        if tag not in left or tag not in right:
            found.append(f"{name} only in {'the first' if tag in left else 'the second'}")
            continue
        one, other = left[tag], right[tag]
        if one.VR == "SQ" and other.VR == "SQ":
            if len(one.value) != len(other.value):
                found.append(f"{name} has {len(one.value)} and {len(other.value)} items")
            for index, (first, second) in enumerate(zip(one.value, other.value, strict=False)):
                found += _differences(first, second, f"{name}[{index}].")
        elif not _is_same(_plain(one.value), _plain(other.value)):
            found.append(f"{name} is {str(one.value)[:60]!r} and {str(other.value)[:60]!r}")
    return found


def _read(data: bytes) -> Dataset:
    return pydicom.dcmread(io.BytesIO(data), force=True)


def differences(left: bytes, right: bytes) -> list[str]:
    """Where the data sets of two Part 10 files differ; group lengths do not count."""
    return _differences(_read(left), _read(right), "")


def inflated(data_set: bytes) -> bytes:
    """A deflated data set as explicit little endian."""
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data_set)


_TOLD_BY_DCMTK = re.compile(
    r"^ *\((?!fffe,e0[0d]d|fffc,fffc|....,0000)....,....\) .*?(?= +# +(?:\d+|u/l), *\d+ |$)", re.MULTILINE
)
_ENCODING = re.compile(r"\((?:Sequence|Item) with [^#]*")


def dumped(path: Path) -> list[str]:
    """The elements of a data set as DCMTK reads them, for files that pydicom cannot read or reads otherwise.

    Lengths, delimiters and padding are left out.
    """
    done = subprocess.run([dcmtk_program("dcmdump"), "-q", "+L", str(path)], capture_output=True, check=False)
    text = done.stdout.decode("latin-1").partition("# Dicom-Data-Set")[2]
    return [_ENCODING.sub("(", line) for line in _TOLD_BY_DCMTK.findall(text)]
