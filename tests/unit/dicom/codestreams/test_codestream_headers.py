import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.codestreams.codestream_headers import (
    MOST_SCANS,
    CodestreamHeader,
    read_jpeg_header,
    require_few_scans,
    require_jpeg_end,
)
from dicomdesk.errors import ConversionError


def jpeg(marker: int = 0xC0, *, before: bytes = b"") -> bytes:
    frame = struct.pack(">HBHHB", 11, 12, 100, 200, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + before + b"\xff" + bytes((marker,)) + frame + b"\xff\xda\0\x02data\xff\xd9"


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


def test_jpeg_has_few_scans() -> None:
    scan = b"\xff\xda\0\x02x"
    require_few_scans(b"\xff\xd8" + MOST_SCANS * scan)
    with pytest.raises(ConversionError, match=f"a JPEG frame of {MOST_SCANS + 1} scans"):
        require_few_scans(b"\xff\xd8" + (MOST_SCANS + 1) * scan)


FRAME_HEADER = jpeg()[2:]


@pytest.mark.parametrize(
    "frame",
    [
        jpeg(0xF7, before=b"\xff\xf8\0\x0d\x04\x04" + bytes(9)),
        b"\xff\xd8" + jpeg(0xF7)[2:15] + b"\xff\xf8\0\x0d\x04\x04" + bytes(9) + b"\xff\xda\0\x02",
        jpeg(before=b"\xff\xdc\0\x04\0\x01"),
    ],
)
def test_size_that_is_said_in_another_way_is_refused(frame: bytes) -> None:
    with pytest.raises(ConversionError, match="more than once"):
        read_jpeg_header(frame)


@pytest.mark.parametrize(
    "before",
    [
        b"\xff\x00\0\x10" + bytes(14),  # decoders look for the next marker
        b"\xff\xda\0\x10" + bytes(14),  # no header may follow a scan
        b"\xff\xd9\0\x10" + bytes(14),  # nor the end
        b"xx",
    ],
)
def test_only_the_header_that_a_decoder_meets_counts(before: bytes) -> None:
    with pytest.raises(ConversionError, match="no frame header"):
        read_jpeg_header(jpeg(before=before))


def test_header_must_be_at_the_beginning() -> None:
    with pytest.raises(ConversionError, match="holds no JPEG codestream"):
        read_jpeg_header(b"\0" + jpeg())


SEGMENTS = (
    FRAME_HEADER[:13],
    b"\xff\xe0\0\x04ab",
    b"\xff\xff",
    b"\xff\xda\0\x02",
    b"\xff\0",
    b"\xff\xf8\0\x02",
    b"\xff\xd0",
)


@pytest.mark.long
@given(st.lists(st.one_of(st.sampled_from(SEGMENTS), st.binary(max_size=6)), max_size=9))
def test_random_segments_raise_only_conversion_errors(parts: list[bytes]) -> None:
    for frame in (b"".join(parts), b"\xff\xd8" + b"".join(parts)):
        try:
            read_jpeg_header(frame)
        except ConversionError:
            continue
