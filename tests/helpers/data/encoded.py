"""Data sets written byte by byte, right or wrong as a test needs them."""

import struct

UNDEFINED = 0xFFFFFFFF
LONG = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
SEQUENCE_END = b"\xfe\xff\xdd\xe0\0\0\0\0"
ITEM_END = b"\xfe\xff\x0d\xe0\0\0\0\0"


def explicit(tag: int, vr: bytes, value: bytes = b"", *, length: int | None = None, order: str = "<") -> bytes:
    """An element in explicit VR; ``length`` is what it says when that is not the truth."""
    said = len(value) if length is None else length
    if vr in LONG:
        return struct.pack(order + "HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, said) + value
    return struct.pack(order + "HH2sH", tag >> 16, tag & 0xFFFF, vr, said) + value


def implicit(tag: int, value: bytes = b"", *, length: int | None = None) -> bytes:
    """An element in implicit VR little endian."""
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(value) if length is None else length) + value


def item(value: bytes = b"", *, length: int | None = None, order: str = "<") -> bytes:
    """An item or fragment of defined length."""
    return struct.pack(order + "HHI", 0xFFFE, 0xE000, len(value) if length is None else length) + value


def open_item(value: bytes = b"") -> bytes:
    """An item of undefined length, little endian."""
    return item(value, length=UNDEFINED) + ITEM_END


def fragments(*values: bytes, tag: int = 0x7FE00010, vr: bytes = b"OB", offset_table: bytes = b"") -> bytes:
    """Encapsulated pixel data, explicit VR little endian."""
    pieces = b"".join(item(value) for value in (offset_table, *values))
    return explicit(tag, vr, pieces + SEQUENCE_END, length=UNDEFINED)


def image_module(
    *,
    rows: int,
    columns: int,
    samples: int = 1,
    bits: int = 8,
    stored: int | None = None,
    photometric: bytes = b"MONOCHROME2 ",
    frames: int | None = None,
    planar: int | None = None,
) -> bytes:
    """The Image Pixel Module, explicit VR little endian."""

    def number(tag: int, value: int) -> bytes:
        return explicit(tag, b"US", struct.pack("<H", value))

    text = b"" if frames is None else str(frames).encode()
    return b"".join(
        (
            number(0x00280002, samples),
            explicit(0x00280004, b"CS", photometric),
            b"" if planar is None else number(0x00280006, planar),
            b"" if frames is None else explicit(0x00280008, b"IS", text + b" " * (len(text) % 2)),
            number(0x00280010, rows),
            number(0x00280011, columns),
            number(0x00280100, bits),
            number(0x00280101, stored or bits),
            number(0x00280102, (stored or bits) - 1),
            number(0x00280103, 0),
        )
    )
