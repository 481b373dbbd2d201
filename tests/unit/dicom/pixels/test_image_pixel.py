from dataclasses import replace

import pytest

from dicomdesk.dicom.pixels.image_pixel import (
    BITS_ALLOCATED,
    COLUMNS,
    NUMBER_OF_FRAMES,
    PHOTOMETRIC_INTERPRETATION,
    PLANAR_CONFIGURATION,
    ROWS,
    SAMPLES_PER_PIXEL,
    ImagePixel,
    read_image_pixel,
)
from dicomdesk.errors import ConversionError

GREY = {ROWS: b"\x04\0", COLUMNS: b"\x03\0", BITS_ALLOCATED: b"\x10\0"}


def test_grey_image_is_described_with_defaults() -> None:
    image = read_image_pixel(GREY)
    assert image == ImagePixel(
        rows=4,
        columns=3,
        samples_per_pixel=1,
        bits_allocated=16,
        bits_stored=16,
        is_signed=False,
        is_planar=False,
        photometric_interpretation="",
        frame_count=1,
    )
    assert image.frame_bytes == 24


def test_colour_image_is_described() -> None:
    image = read_image_pixel(
        {
            **GREY,
            BITS_ALLOCATED: b"\x08\0",
            SAMPLES_PER_PIXEL: b"\x03\0",
            PLANAR_CONFIGURATION: b"\x01\0",
            PHOTOMETRIC_INTERPRETATION: b"RGB ",
            NUMBER_OF_FRAMES: b"12 ",
        }
    )
    assert (image.samples_per_pixel, image.is_planar, image.photometric_interpretation) == (3, True, "RGB")
    assert (image.frame_count, image.frame_bytes) == (12, 36)


def test_single_bits_are_counted_in_bits() -> None:
    image = read_image_pixel({**GREY, BITS_ALLOCATED: b"\x01\0"})
    assert (image.frame_bits, image.frame_bytes) == (12, 2)
    assert replace(image, rows=5).frame_bytes == 2


@pytest.mark.parametrize(
    "values",
    [
        {},
        {key: value for key, value in GREY.items() if key != ROWS},
        {**GREY, ROWS: b"\0\0"},
        {**GREY, ROWS: b"\x01"},
        {**GREY, BITS_ALLOCATED: b"\x0c\0"},
        {**GREY, SAMPLES_PER_PIXEL: b"\0\0"},
        {**GREY, NUMBER_OF_FRAMES: b"many"},
        {**GREY, NUMBER_OF_FRAMES: b"-1"},
        {**GREY, NUMBER_OF_FRAMES: b"9" * 5000},
    ],
)
def test_impossible_image_cannot_be_converted(values: dict[int, bytes]) -> None:
    with pytest.raises(ConversionError):
        read_image_pixel(values)


def test_no_frames_means_one() -> None:
    assert read_image_pixel({**GREY, NUMBER_OF_FRAMES: b"0 "}).frame_count == 1
