import struct
from collections.abc import Callable

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.codestreams import (
    CodestreamHeader,
    read_jpeg_2000_header,
    read_jpeg_header,
    read_jpeg_xl_size,
    require_jpeg_end,
)
from dicomdesk.errors import ConversionError


def jpeg(marker: int = 0xC0, *, before: bytes = b"") -> bytes:
    frame = struct.pack(">HBHHB", 11, 12, 100, 200, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + before + b"\xff" + bytes((marker,)) + frame + b"\xff\xda\0\x02data\xff\xd9"


def jpeg_2000(depth: int = 11) -> bytes:
    size = struct.pack(">HH8IHBBB", 41, 0, 210, 110, 10, 10, 200, 100, 0, 0, 1, depth, 1, 1)
    return b"\xff\x4f\xff\x51" + size + b"\xff\x52"


@pytest.mark.parametrize("marker", [0xC0, 0xC1, 0xC2, 0xC3, 0xC7, 0xF7])
def test_jpeg_says_how_large_it_is(marker: int) -> None:
    app = b"\xff\xe0\0\x04ab\xff\xff\xff\xc4\0\x04ab"
    expected = CodestreamHeader(
        rows=100, columns=200, components=1, precision=12, is_lossless_process=marker in {0xC3, 0xC7}
    )
    assert read_jpeg_header(jpeg(marker)) == expected
    assert read_jpeg_header(jpeg(marker, before=app)) == expected


@pytest.mark.parametrize("frame", [b"", b"abcdef", jpeg()[:8], b"\xff\xd8\xff\xe0\xff\xff", b"\xff\xd8abcdefgh"])
def test_jpeg_without_frame_header_cannot_be_converted(frame: bytes) -> None:
    with pytest.raises(ConversionError):
        read_jpeg_header(frame)


def test_jpeg_must_have_its_end() -> None:
    require_jpeg_end(jpeg() + b"\0")
    with pytest.raises(ConversionError, match="cut off"):
        require_jpeg_end(jpeg()[:-1])


def test_jpeg_2000_says_how_large_it_is() -> None:
    expected = CodestreamHeader(rows=100, columns=200, components=1, precision=12)
    assert read_jpeg_2000_header(jpeg_2000()) == expected
    assert read_jpeg_2000_header(b"\0\0\0\x0cjP  boxes" + jpeg_2000(0x8B)) == expected


@pytest.mark.parametrize("frame", [b"", b"\xff\x4f\xff\x51", jpeg_2000()[:-10]])
def test_jpeg_2000_without_size_cannot_be_converted(frame: bytes) -> None:
    with pytest.raises(ConversionError):
        read_jpeg_2000_header(frame)


@pytest.mark.parametrize("is_in_container", [False, True])
@pytest.mark.parametrize(
    ("columns", "rows"),
    [(1, 1), (8, 8), (24, 16), (512, 512), (120, 100), (400, 300), (3, 1000), (512, 513)],
)
def test_jpeg_xl_says_how_large_it_is(columns: int, rows: int, is_in_container: bool) -> None:
    frame = imagecodecs.jpegxl_encode(np.zeros((rows, columns), np.uint8), lossless=True, usecontainer=is_in_container)
    assert read_jpeg_xl_size(bytes(frame)) == (columns, rows)


@pytest.mark.parametrize("frame", [b"", b"\xff", b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\njxlc"])
def test_jpeg_xl_without_size_cannot_be_converted(frame: bytes) -> None:
    with pytest.raises(ConversionError):
        read_jpeg_xl_size(frame)


@given(st.binary(max_size=100))
def test_random_bytes_raise_only_conversion_errors(noise: bytes) -> None:
    reads: list[tuple[Callable[[bytes], object], bytes]] = [
        (read_jpeg_header, b"\xff\xd8"),
        (read_jpeg_2000_header, b"\xff\x4f\xff\x51"),
        (read_jpeg_xl_size, b"\xff\x0a"),
    ]
    for read, start in reads:
        for frame in (noise, start + noise):
            try:
                read(frame)
            except ConversionError:
                continue
