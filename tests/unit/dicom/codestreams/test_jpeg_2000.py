from struct import pack, pack_into

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openjpeg.utils import decode_pixel_data, encode_buffer

from dicomdesk.dicom.codestreams.codestream_headers import CodestreamHeader
from dicomdesk.dicom.codestreams.jpeg_2000 import (
    ALWAYS_PRECINCTS,
    MOST_TILES,
    find_jpeg_2000_codestream,
    read_jpeg_2000_header,
    require_few_packets,
)
from dicomdesk.errors import ConversionError

START = b"\0\0\0\x0cjP  \r\n\x87\n"
WHOLE = bytes((0xFF,) * 6)


def box(kind: bytes, content: bytes) -> bytes:
    return pack(">I4s", 8 + len(content), kind) + content


def size(columns: int, rows: int, *, tile: int = 1 << 31, components: int = 1, depth: int = 7) -> bytes:
    siz = pack(">HH8IH", 38 + 3 * components, 0, columns, rows, 0, 0, tile, tile, 0, 0, components)
    return b"\xff\x4f\xff\x51" + siz + bytes((depth, 1, 1)) * components


def coding_style(exponents: bytes = WHOLE, layers: int = 1) -> bytes:
    return (
        pack(">HHBBHBBBBBB", 0xFF52, 12 + len(exponents), 1, 0, layers, 0, len(exponents) - 1, 4, 4, 0, 1) + exponents
    )


def component_style(exponents: bytes) -> bytes:
    return pack(">HHBBBBBBB", 0xFF53, 9 + len(exponents), 0, 1, len(exponents) - 1, 4, 4, 0, 1) + exponents


def tile_part(header: bytes, data: bytes, claimed: int | None = None) -> bytes:
    length = 14 + len(header) + len(data)
    start = pack(">HHHIBB", 0xFF90, 10, 0, length if claimed is None else claimed, 0, 1)
    return start + header + b"\xff\x93" + data


def test_codestream_says_how_large_it_is() -> None:
    codestream = b"\xff\x4f\xff\x51" + pack(">HH8IHBBB", 41, 0, 210, 110, 10, 10, 200, 100, 0, 0, 1, 0x8B, 1, 1)
    expected = CodestreamHeader(rows=100, columns=200, components=1, precision=12)
    assert read_jpeg_2000_header(codestream) == expected


@pytest.mark.parametrize("frame", [b"", b"\xff\x4f\xff\x51", size(9, 9)[:-1], b"x" + size(9, 9), START, START + b"abc"])
def test_frame_without_size_cannot_be_converted(frame: bytes) -> None:
    with pytest.raises(ConversionError):
        read_jpeg_2000_header(find_jpeg_2000_codestream(frame))


def test_only_the_codestream_that_is_decoded_counts() -> None:
    true, false = size(9, 9) + b"true", size(7, 7) + b"false"
    header = box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(b"jp2h", box(b"ihdr", b"x" * 14))
    files = (
        START + header + box(b"uuid", false) + box(b"jp2c", true),
        START + header + box(b"uuid", box(b"jp2c", false)) + box(b"jp2c", true) + box(b"jp2c", false),
        START + header + box(b"xml ", false) + pack(">I4s", 0, b"jp2c") + true,
        START + header + pack(">I4sQ", 1, b"jp2c", 16 + len(true)) + true + false,
        START + header + pack(">I4s", 1 << 20, b"jp2c") + true,
        true,
    )
    assert all(find_jpeg_2000_codestream(file) == true for file in files)
    for file in (START + header + box(b"uuid", false), START + header + box(b"jp2c", b"x" + true)):
        with pytest.raises(ConversionError, match="holds no JPEG 2000 codestream"):
            find_jpeg_2000_codestream(file)


def test_codestream_out_of_a_file_is_decoded_to_the_same_samples() -> None:
    array = np.arange(64 * 48, dtype="u1").reshape(64, 48)
    file = bytes(imagecodecs.jpeg2k_encode(array, codecformat="JP2"))
    assert file.startswith(START)
    codestream = find_jpeg_2000_codestream(file)
    assert decode_pixel_data(codestream, version=2) == decode_pixel_data(file, version=2)


def test_honest_codestreams_have_few_enough_packets() -> None:
    for side in (32, 512, 2048):
        blank = bytes(side * side)
        require_few_packets(bytes(encode_buffer(blank, side, side, 1, 8, False, photometric_interpretation=0)))
    for tile in (64, 256):
        parts = tile_part(b"", bytes(18)) * (1024 // tile) ** 2
        require_few_packets(size(1024, 1024, tile=tile, components=3) + coding_style() + parts)
    require_few_packets(size(40_000, 40_000, components=3) + coding_style(bytes((0x88,) * 6)) + bytes(4_000_000))


@pytest.mark.parametrize(
    ("codestream", "what"),
    [
        (size(2040, 2040, tile=8) + coding_style(), "claims 65025 tiles"),
        (size(65_535, 65_535, tile=1) + bytes(9_000_000), "tiles"),
        (size(4096, 4096, tile=256, components=1000) + bytes(9_000_000), "claims 256 tiles"),
        (size(4000, 4000) + coding_style(bytes((0x11,) * 6)), "precincts"),
        (size(4000, 4000) + coding_style() + component_style(bytes((0x11,) * 6)), "precincts"),
        (size(4000, 4000) + coding_style() + tile_part(component_style(bytes((0x11,) * 6)), b""), "precincts"),
        (
            size(4000, 4000)
            + coding_style()
            + tile_part(b"", b"data")
            + tile_part(coding_style(bytes((0x11,) * 6)), b""),
            "precincts",
        ),
        (size(512, 512) + coding_style(layers=65_535), "packets"),
        (size(512, 512) + coding_style(bytes((0x77,) * 33) + b"\x77"), "33 decomposition levels"),
        (size(512, 512) + b"\xff\x30\0\x14" + coding_style(), "unknown marker FF30"),
        (size(512, 512) + coding_style()[:-3], "cut off in its header"),
        (size(512, 512) + b"\xff\x52\0\x0c\0", "cut off in its header"),
        (size(0, 512) + coding_style(), "impossible size"),
        (size(512, 512, tile=0) + coding_style(), "impossible size"),
        (size(512, 512, components=0) + bytes(3) + coding_style(), "impossible size"),
    ],
)
def test_absurd_codestreams_are_refused(codestream: bytes, what: str) -> None:
    with pytest.raises(ConversionError, match=what):
        require_few_packets(codestream)


def test_bounds_are_met_exactly() -> None:
    side = int(MOST_TILES**0.5)
    require_few_packets(size(side, side, tile=1) + bytes(14 * MOST_TILES))
    with pytest.raises(ConversionError, match="tiles"):
        require_few_packets(size(side + 1, side, tile=1) + bytes(20 * MOST_TILES))
    one = size(1, 1) + coding_style(b"\xff", layers=ALWAYS_PRECINCTS)
    require_few_packets(one)
    codestream = bytearray(one)
    pack_into(">H", codestream, codestream.index(b"\xff\x52") + 6, ALWAYS_PRECINCTS + len(one) + 1)
    with pytest.raises(ConversionError, match="packets"):
        require_few_packets(bytes(codestream))


SEGMENTS = (
    coding_style(),
    component_style(b"\xff"),
    tile_part(b"", b"ab"),
    tile_part(b"", b"ab", 0),
    tile_part(component_style(b"\xff"), b"", 14),
    tile_part(b"", b"", 0xFFFFFFFF),
    b"\xff\x64\0\x04ab",
    b"\xff\xd9",
)


@given(st.lists(st.one_of(st.sampled_from(SEGMENTS), st.binary(max_size=6)), max_size=12))
def test_random_segments_raise_only_conversion_errors_and_end(parts: list[bytes]) -> None:
    try:
        require_few_packets(size(512, 512) + b"".join(parts))
    except ConversionError:
        return
