"""Makes the load: synthetic objects, from one template each, with UIDs patched into copies of the bytes."""

import hashlib
import os
import struct
from pathlib import Path

CT = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ULTRASOUND_MULTIFRAME = "1.2.840.10008.5.1.4.1.1.3.1"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"

_LONG = {"OB", "OW", "SQ", "UN", "UT"}
_PLACEHOLDER = "2.25." + "9" * 39


def _element(group: int, number: int, vr: str, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        value = struct.pack("<H", value)
    if isinstance(value, str):
        value = value.encode()
    if len(value) % 2:
        value += b"\0" if vr == "UI" else b" "
    head = struct.pack("<HH2s", group, number, vr.encode())
    return head + (struct.pack("<HI", 0, len(value)) if vr in _LONG else struct.pack("<H", len(value))) + value


def _uid(*parts: object) -> str:
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return "2.25." + str(10**38 + int.from_bytes(digest[:15], "big"))


def _header(sop_class: str, modality: str, study: str, series: str) -> bytes:
    values: list[tuple[int, int, str, bytes | str | int]] = [
        (0x0008, 0x0005, "CS", "ISO_IR 192"),
        (0x0008, 0x0008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
        (0x0008, 0x0016, "UI", sop_class),
        (0x0008, 0x0018, "UI", _PLACEHOLDER),
        (0x0008, 0x0020, "DA", "20260102"),
        (0x0008, 0x0021, "DA", "20260102"),
        (0x0008, 0x0030, "TM", "101112"),
        (0x0008, 0x0050, "SH", "A1"),
        (0x0008, 0x0060, "CS", modality),
        (0x0008, 0x0070, "LO", "SYNTHETIC"),
        (0x0008, 0x0090, "PN", "Referrer^Test"),
        (0x0008, 0x1030, "LO", "Load study"),
        (0x0008, 0x103E, "LO", "Load series"),
        (0x0010, 0x0010, "PN", "Load^Test"),
        (0x0010, 0x0020, "LO", "LOAD-1"),
        (0x0010, 0x0030, "DA", "19700101"),
        (0x0010, 0x0040, "CS", "O"),
        (0x0018, 0x0050, "DS", "1.0"),
        (0x0020, 0x000D, "UI", study),
        (0x0020, 0x000E, "UI", series),
        (0x0020, 0x0010, "SH", "1"),
        (0x0020, 0x0011, "IS", "1"),
        (0x0020, 0x0013, "IS", "1"),
        (0x0020, 0x0032, "DS", "0\\0\\0"),
        (0x0020, 0x0052, "UI", series),
    ]
    return b"".join(_element(*value) for value in values)


def _pixels(rows: int, columns: int, bits: int, samples: int, frames: int) -> bytes:
    module = [
        (0x0028, 0x0002, "US", samples),
        (0x0028, 0x0004, "CS", "RGB" if samples == 3 else "MONOCHROME2"),
        *([(0x0028, 0x0006, "US", 0)] if samples == 3 else []),
        *([(0x0028, 0x0008, "IS", str(frames))] if frames > 1 else []),
        (0x0028, 0x0010, "US", rows),
        (0x0028, 0x0011, "US", columns),
        (0x0028, 0x0100, "US", bits),
        (0x0028, 0x0101, "US", bits),
        (0x0028, 0x0102, "US", bits - 1),
        (0x0028, 0x0103, "US", 0),
    ]
    return b"".join(_element(*value) for value in module)


def _meta(sop_class: str) -> bytes:
    values = b"".join(
        (
            _element(2, 1, "OB", b"\0\1"),
            _element(2, 2, "UI", sop_class),
            _element(2, 3, "UI", _PLACEHOLDER),
            _element(2, 0x10, "UI", EXPLICIT_LITTLE),
            _element(2, 0x12, "UI", "2.25.1"),
        )
    )
    return bytes(128) + b"DICM" + _element(2, 0, "UL", struct.pack("<I", len(values))) + values


def _write(folder: Path, count: int, head: bytes, pixel_bytes: int, vr: str, series: int = 1) -> None:
    """``series`` is in how many they are, as many in each."""
    folder.mkdir(parents=True)
    noise = os.urandom(min(pixel_bytes, 1 << 20))
    pixels = (noise * (pixel_bytes // len(noise) + 1))[:pixel_bytes]
    tail = struct.pack("<HH2sHI", 0x7FE0, 0x0010, vr.encode(), 0, pixel_bytes)
    placeholder = _PLACEHOLDER.encode()
    for index in range(count):
        uid = _uid(folder.name, index).encode().ljust(len(placeholder), b"\0")
        own = head.replace(placeholder, uid)
        if series > 1:
            number = index * series // count
            own = own.replace(_uid("series").encode(), _uid("series", number).encode())
        with open(folder / f"{index:06d}.dcm", "wb") as file:
            file.writelines((own, tail, pixels))


def make_ct(folder: Path, count: int, series: int = 1) -> None:
    """CT slices of 512 x 512 x 16 bit, about 525 KB each."""
    head = _meta(CT) + _header(CT, "CT", _uid("study"), _uid("series")) + _pixels(512, 512, 16, 1, 1)
    _write(folder, count, head, 512 * 512 * 2, "OW", series)


def make_small(folder: Path, count: int, series: int = 1) -> None:
    """Secondary captures of 64 x 64 x 16 bit, about 9 KB each."""
    head = (
        _meta(SECONDARY_CAPTURE)
        + _header(SECONDARY_CAPTURE, "OT", _uid("study"), _uid("series"))
        + _pixels(64, 64, 16, 1, 1)
    )
    _write(folder, count, head, 64 * 64 * 2, "OW", series)


def small_data_set(uid: str, study: str, series: str, pixel_bytes: int) -> bytes:
    """The data set of one secondary capture, as it goes over the network."""
    rows = max(pixel_bytes // 128, 1)
    head = _header(SECONDARY_CAPTURE, "OT", study, series) + _pixels(rows, 64, 16, 1, 1)
    own = head.replace(_PLACEHOLDER.encode(), uid.encode().ljust(len(_PLACEHOLDER), b"\0"))
    return own + struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, rows * 128) + bytes(rows * 128)


def make_many(folder: Path, count: int, per_study: int = 250) -> None:
    """So many instances of 2 KB in studies of 250, for lists that are long."""
    folder.mkdir(parents=True)
    for index in range(count):
        study, uid = _uid("many", index // per_study), _uid("many", "instance", index)
        (folder / f"{index:06d}.dcm").write_bytes(small_file(uid, study, _uid("many", "series", index // 50)))


def small_file(uid: str, study: str, series: str) -> bytes:
    """A file of 1 KB."""
    meta = _meta(SECONDARY_CAPTURE).replace(_PLACEHOLDER.encode(), uid.encode().ljust(len(_PLACEHOLDER), b"\0"))
    return meta + small_data_set(uid, study, series, 128)


def make_multiframe(folder: Path) -> None:
    """One ultrasound multi-frame object of about 470 MB."""
    head = _meta(ULTRASOUND_MULTIFRAME) + _header(ULTRASOUND_MULTIFRAME, "US", _uid("study"), _uid("series"))
    _write(folder, 1, head + _pixels(768, 1024, 8, 3, 200), 768 * 1024 * 3 * 200, "OB")
