"""Image Pixel Module of a data set or icon, as values (PS3.3 C.7.6.3)."""

from collections.abc import Mapping
from struct import unpack_from
from typing import Final

from dicomdesk.dicom.data_sets.element_walk import DataSetBytes, describe
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

SAMPLES_PER_PIXEL: Final = 0x00280002
PHOTOMETRIC_INTERPRETATION: Final = 0x00280004
PLANAR_CONFIGURATION: Final = 0x00280006
NUMBER_OF_FRAMES: Final = 0x00280008
ROWS: Final = 0x00280010
COLUMNS: Final = 0x00280011
BITS_ALLOCATED: Final = 0x00280100
BITS_STORED: Final = 0x00280101
PIXEL_REPRESENTATION: Final = 0x00280103
LOSSY_IMAGE_COMPRESSION: Final = 0x00282110
LOSSY_IMAGE_COMPRESSION_RATIO: Final = 0x00282112
LOSSY_IMAGE_COMPRESSION_METHOD: Final = 0x00282114
EXTENDED_OFFSET_TABLE: Final = 0x7FE00001
EXTENDED_OFFSET_TABLE_LENGTHS: Final = 0x7FE00002
ENCAPSULATED_PIXEL_DATA_LENGTH: Final = 0x7FE00003

IMAGE_TAGS: Final = frozenset(
    (
        SAMPLES_PER_PIXEL,
        PHOTOMETRIC_INTERPRETATION,
        PLANAR_CONFIGURATION,
        NUMBER_OF_FRAMES,
        ROWS,
        COLUMNS,
        BITS_ALLOCATED,
        BITS_STORED,
        PIXEL_REPRESENTATION,
        EXTENDED_OFFSET_TABLE,
    )
)
"""What must be collected to describe an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePixel:
    """Layout of the pixels of one image."""

    rows: int
    columns: int
    samples_per_pixel: int
    bits_allocated: int
    bits_stored: int
    is_signed: bool
    is_planar: bool
    """Colour by plane; colour by pixel otherwise."""
    photometric_interpretation: str
    frame_count: int

    @property
    def bytes_per_sample(self) -> int:
        """Only where ``bits_allocated`` is a multiple of eight."""
        return self.bits_allocated // 8

    @property
    def frame_samples(self) -> int:
        """Samples of one frame, all components counted."""
        return self.rows * self.columns * self.samples_per_pixel

    @property
    def frame_bits(self) -> int:
        """Bits of one uncompressed frame."""
        return self.frame_samples * self.bits_allocated

    @property
    def frame_bytes(self) -> int:
        """Bytes of one uncompressed frame, alone."""
        return (self.frame_bits + 7) // 8


def read_image_pixel(values: Mapping[int, DataSetBytes]) -> ImagePixel:
    """Describe an image by its little endian values. Raises ConversionError when a value is missing or impossible."""
    bits_allocated = _number(values, BITS_ALLOCATED)
    image = ImagePixel(
        rows=_number(values, ROWS),
        columns=_number(values, COLUMNS),
        samples_per_pixel=_number(values, SAMPLES_PER_PIXEL, 1),
        bits_allocated=bits_allocated,
        bits_stored=_number(values, BITS_STORED, bits_allocated),
        is_signed=_number(values, PIXEL_REPRESENTATION, 0) == 1,
        is_planar=_number(values, PLANAR_CONFIGURATION, 0) == 1,
        photometric_interpretation=_text(values, PHOTOMETRIC_INTERPRETATION),
        frame_count=_frame_count(values),
    )
    if not image.frame_bits:
        raise ConversionError("an image of no rows, columns, samples or bits")
    if image.bits_allocated not in {1, 8, 16, 24, 32, 64}:
        raise ConversionError(f"{image.bits_allocated} bits allocated are not supported")
    return image


def _number(values: Mapping[int, DataSetBytes], tag: int, default: int | None = None) -> int:
    value = values.get(tag)
    if value is None or len(value) < 2:
        if default is None:
            raise ConversionError(f"{describe(tag)} is missing, so the pixels cannot be understood")
        return default
    return int(unpack_from("<H", value)[0])


def _text(values: Mapping[int, DataSetBytes], tag: int) -> str:
    return bytes(values.get(tag, b"")).decode("latin-1").strip(" \0").upper()


def _frame_count(values: Mapping[int, DataSetBytes]) -> int:
    text = _text(values, NUMBER_OF_FRAMES)
    if not text:
        return 1
    if len(text) > 12 or not text.lstrip("+").isascii() or not text.lstrip("+").isdigit():
        raise ConversionError(f"{describe(NUMBER_OF_FRAMES)} is no number of frames")
    return max(1, int(text))


def resized(samples: bytes, item_bytes: int, wanted: int) -> bytes:
    """Little endian samples in another width: filled up with zero bits, or without their highest bytes."""
    result = bytearray(len(samples) // item_bytes * wanted)
    for byte in range(min(item_bytes, wanted)):
        result[byte::wanted] = samples[byte::item_bytes]
    return bytes(result)
