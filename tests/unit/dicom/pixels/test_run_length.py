import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.pixels.image_pixel import ImagePixel
from dicomdesk.dicom.pixels.run_length import decode_run_length
from dicomdesk.errors import ConversionError


def image(*, samples: int = 1, bits: int = 8, is_planar: bool = False) -> ImagePixel:
    return ImagePixel(
        rows=2,
        columns=3,
        samples_per_pixel=samples,
        bits_allocated=bits,
        bits_stored=bits,
        is_signed=False,
        is_planar=is_planar,
        photometric_interpretation="RGB",
        frame_count=1,
    )


def frame(*segments: bytes) -> bytes:
    starts, position = [], 64
    for segment in segments:
        starts.append(position)
        position += len(segment)
    header = struct.pack("<16I", len(segments), *starts, *[0] * (15 - len(starts)))
    return header + b"".join(segments)


def literal(data: bytes) -> bytes:
    return bytes((len(data) - 1,)) + data


def test_literals_and_runs_are_unpacked() -> None:
    assert decode_run_length(frame(b"\x01ab\x80\xfdc"), image()) == b"abcccc"


def test_what_is_left_over_is_dropped() -> None:
    assert decode_run_length(frame(b"\xf0a\x00"), image()) == b"aaaaaa"


def test_most_significant_bytes_come_first() -> None:
    assert decode_run_length(frame(literal(b"ABCDEF"), literal(b"abcdef")), image(bits=16)) == b"aAbBcCdDeEfF"


def test_colour_is_arranged_as_the_image_says() -> None:
    segments = (literal(b"RRRRRR"), literal(b"GGGGGG"), literal(b"BBBBBB"))
    assert decode_run_length(frame(*segments), image(samples=3)) == b"RGB" * 6
    assert decode_run_length(frame(*segments), image(samples=3, is_planar=True)) == b"RRRRRRGGGGGGBBBBBB"


def test_planes_of_wide_samples_are_arranged_too() -> None:
    segments = [literal(bytes([letter]) * 6) for letter in b"RrGgBb"]
    assert decode_run_length(frame(*segments), image(samples=3, bits=16)) == b"rRgGbB" * 6
    planar = decode_run_length(frame(*segments), image(samples=3, bits=16, is_planar=True))
    assert planar == b"rR" * 6 + b"gG" * 6 + b"bB" * 6


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(63),
        bytes(64),
        frame(b"\x01ab"),
        frame(literal(b"abcdef"))[:-1],
        frame(literal(b"abcdef"), literal(b"abcdef")),
        frame(b"\xff"),
        struct.pack("<16I", 1, 10, *[0] * 14) + literal(b"abcdef"),
        struct.pack("<16I", 1, 1000, *[0] * 14) + literal(b"abcdef"),
    ],
)
def test_frame_that_is_not_whole_cannot_be_converted(data: bytes) -> None:
    with pytest.raises(ConversionError):
        decode_run_length(data, image())


@given(st.binary(max_size=80))
def test_random_segments_give_a_whole_frame_or_an_error(noise: bytes) -> None:
    try:
        decoded = decode_run_length(frame(noise), image())
    except ConversionError:
        return
    assert len(decoded) == 6
