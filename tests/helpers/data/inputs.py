"""A folder of small files to send, good and bad ones, built in code."""

import struct
import zlib
from pathlib import Path

from tests.helpers.data.datasets import BIG_ENDIAN, CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT, PIXEL_DATA, Builder, part10

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
VERIFICATION = "1.2.840.10008.1.1"
UNKNOWN_STORAGE = "1.2.840.10008.5.1.4.1.1.9999"
PRIVATE_CLASS = "1.2.826.0.1.3680043.9.9999.77"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
JPEG_2000_LOSSLESS = "1.2.840.10008.1.2.4.90"
JPEG_2000 = "1.2.840.10008.1.2.4.91"
MPEG2 = "1.2.840.10008.1.2.4.100"
RLE = "1.2.840.10008.1.2.5"
UNKNOWN_SYNTAX = "1.2.840.10008.1.2.77"
MANY = 130


def instance(
    name: str, *, sop_class_uid: str = CT_IMAGE, transfer_syntax_uid: str = EXPLICIT, after_series: bytes = b""
) -> bytes:
    """Return a Part 10 file whose SOP Instance UID comes from the name."""
    uid = f"1.2.826.0.1.3680043.9.9999.{zlib.crc32(name.encode())}"
    data_set = Builder(transfer_syntax_uid).instance(sop_class_uid=sop_class_uid, sop_instance_uid=uid) + after_series
    if transfer_syntax_uid == DEFLATED:
        deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        data_set = deflate.compress(data_set) + deflate.flush()
        data_set += b"\0" * (len(data_set) % 2)
    return part10(data_set, transfer_syntax_uid, sop_class_uid=sop_class_uid, sop_instance_uid=uid)


def image(
    name: str, transfer_syntax_uid: str = EXPLICIT, *, sop_class_uid: str = CT_IMAGE, frame: bytes = b""
) -> bytes:
    """Return an image of 2 by 2 bytes; compressed with the frame given, which nobody needs to be able to decode."""
    builder = Builder(transfer_syntax_uid)
    pixels = (
        builder.fragments(frame)
        if frame
        else builder.header(PIXEL_DATA, "OW", 4) + (b"\1\2\3\4" if transfer_syntax_uid != BIG_ENDIAN else b"\2\1\4\3")
    )
    module = b"".join(
        (
            builder.element(0x00280002, "US", 1),
            builder.element(0x00280004, "CS", "MONOCHROME2"),
            builder.element(0x00280008, "IS", "1"),
            builder.element(0x00280010, "US", 2),
            builder.element(0x00280011, "US", 2),
            builder.element(0x00280100, "US", 8),
            builder.element(0x00280101, "US", 8),
            builder.element(0x00280102, "US", 7),
            builder.element(0x00280103, "US", 0),
            pixels,
        )
    )
    return instance(name, sop_class_uid=sop_class_uid, transfer_syntax_uid=transfer_syntax_uid, after_series=module)


def rle_frame() -> bytes:
    """Return the four bytes 1 2 3 4 as one RLE segment (PS3.5 annex G)."""
    return struct.pack("<16I", 1, 64, *(0 for _ in range(14))) + b"\3\1\2\3\4\x80"


def write_inputs(folder: Path) -> None:
    """Fill the folder; the names are those in the tables of the differential tests."""
    compressed = {
        "rle": (RLE, rle_frame()),
        "jpeg": (JPEG_BASELINE, b"\xff\xd8\xff\xd9"),
        "lossless": (JPEG_LOSSLESS, b"\xff\xd8\xff\xd9"),
        "j2k-lossless": (JPEG_2000_LOSSLESS, b"\xff\x4f\xff\xd9"),
        "j2k": (JPEG_2000, b"\xff\x4f\xff\xd9"),
        "mpeg": (MPEG2, b"\0\0\1\xb7"),
        "unknown-syntax": (UNKNOWN_SYNTAX, b"\0\0"),
    }
    files = {
        "ct1.dcm": image("ct1"),
        "ct2.dcm": image("ct2", IMPLICIT),
        "ct3.dcm": image("ct3", BIG_ENDIAN),
        "ct4.dcm": image("ct4", DEFLATED),
        "mr.dcm": image("mr", sop_class_uid=MR_IMAGE),
        "sc.dcm": image("sc", IMPLICIT, sop_class_uid=SECONDARY_CAPTURE),
        "private.dcm": instance("private", sop_class_uid=PRIVATE_CLASS),
        "new.dcm": instance("new", sop_class_uid=UNKNOWN_STORAGE),
        "verification.dcm": instance("verification", sop_class_uid=VERIFICATION),
        **{f"{name}.dcm": image(name, syntax, frame=frame) for name, (syntax, frame) in compressed.items()},
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    _write_bad_files(folder)
    _write_folders(folder)


def _write_bad_files(folder: Path) -> None:
    whole = instance("bad")
    explicit, implicit = Builder(EXPLICIT), Builder(IMPLICIT)
    identified = explicit.instance(sop_instance_uid="1.2.826.0.1.3680043.9.9999.5")
    files = {
        "empty.dcm": b"",
        "text.txt": b"This is no DICOM file, however long one looks at it.\n" * 20,
        "preamble.dcm": whole[:132],
        "meta.dcm": whole[: 144 + int.from_bytes(whole[140:144], "little")],
        "cut-header.dcm": whole[:-150],
        "cut-pixels.dcm": image("cut")[:-3],
        "no-class.dcm": part10(explicit.element(0x00080018, "UI", "1.2.3") + explicit.element(0x00100020, "LO", "P")),
        "no-instance.dcm": part10(
            explicit.element(0x00080016, "UI", CT_IMAGE) + explicit.element(0x00100020, "LO", "P")
        ),
        "bad-class.dcm": instance("bad-class", sop_class_uid="1.2.x"),
        "bad-instance.dcm": part10(explicit.instance(sop_instance_uid="1.2..3"), sop_instance_uid="1.2.3"),
        "bare-explicit": identified,
        "bare-implicit": implicit.instance(sop_instance_uid="1.2.826.0.1.3680043.9.9999.6"),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)


def _write_folders(folder: Path) -> None:
    (folder / "series" / "deep").mkdir(parents=True)
    (folder / "void").mkdir()
    (folder / "many").mkdir()
    (folder / "series" / "a.dcm").write_bytes(image("series/a"))
    (folder / "series" / "b.ima").write_bytes(image("series/b"))
    (folder / "series" / "notes.txt").write_text("no DICOM\n" * 30)
    (folder / "series" / "deep" / "c.dcm").write_bytes(image("series/deep/c"))
    (folder / "with space.dcm").write_bytes(image("with space"))
    for number in range(MANY):
        data = instance(f"many/{number}", sop_class_uid=f"{PRIVATE_CLASS}.{number}")
        (folder / "many" / f"{number:03}.dcm").write_bytes(data)
    (folder / "arguments.txt").write_text('-v --no-halt\n"ct1.dcm" ct2.dcm\n')
