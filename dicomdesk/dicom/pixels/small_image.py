"""A small picture of one frame of a data set, in 8 bits, for a first look: not for diagnosis.

The middle frame is taken; of the whole image only the samples that are shown are looked at.
"""

import sys
from array import array
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from struct import unpack_from
from typing import Final

from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.data_sets.element_walk import PIXEL_DATA, DataSetBytes, Step, StepKind, walk
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.pixels.frame_decoding import decode_frame, find_frame_decoder
from dicomdesk.dicom.pixels.frames import EncapsulatedPixels, split_frames
from dicomdesk.dicom.pixels.image_pixel import IMAGE_TAGS, PHOTOMETRIC_INTERPRETATION, ImagePixel, read_image_pixel
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

__all__ = ["SmallImage", "draw_small_image"]

_WINDOW_CENTER: Final = 0x00281050
_WINDOW_WIDTH: Final = 0x00281051
_INTERCEPT: Final = 0x00281052
_SLOPE: Final = 0x00281053
_PALETTES: Final = ((0x00281101, 0x00281201), (0x00281102, 0x00281202), (0x00281103, 0x00281203))
_WANTED: Final = IMAGE_TAGS | {_WINDOW_CENTER, _WINDOW_WIDTH, _INTERCEPT, _SLOPE, PHOTOMETRIC_INTERPRETATION}
_WANTED_TOO: Final = frozenset(tag for pair in _PALETTES for tag in pair)
_MOST_INFLATED_BYTES = 1 << 28
_MOST_FRAGMENTS = 200_000
_CODES: Final = {(8, False): "B", (8, True): "b", (16, False): "H", (16, True): "h", (32, False): "I", (32, True): "i"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallImage:
    """A picture of 8 bits a sample, rows from the top without padding between them."""

    width: int
    height: int
    is_colour: bool
    """Red, green, blue; else grey, 0 being black."""
    pixels: bytes
    rows: int
    """Of the image itself, as the following."""
    columns: int
    frame: int
    """That is shown, from 1."""
    frames: int


@dataclass(slots=True)
class _Found:
    """What a data set says at its top level."""

    values: dict[int, DataSetBytes] = field(default_factory=dict)
    plain: DataSetBytes | None = None
    """Pixel data that is not encapsulated."""
    fragments: list[DataSetBytes] | None = None


def draw_small_image(data: DataSetBytes, transfer_syntax_uid: str, most_side: int) -> SmallImage:
    """Draw the middle frame of a data set, at most ``most_side`` pixels wide and high, never larger than it is.

    Raises ConversionError, with the reason in words for people, where there is nothing to be drawn or not by us;
    DataError where the data set cannot be followed.
    """
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is None:
        raise ConversionError(f"the transfer syntax {transfer_syntax_uid} is not known here")
    encoding = Encoding.of_transfer_syntax(transfer_syntax_uid)
    if not encoding.is_little_endian:
        raise ConversionError("pictures of big endian data sets are not drawn")
    found = _read(inflate(data, _MOST_INFLATED_BYTES) if syntax.is_deflated else data, encoding)
    image = read_image_pixel(found.values)
    number = image.frame_count // 2
    image, frame = _frame(found, image, transfer_syntax_uid, number)
    width, height = _size(image, most_side)
    places = _places(image, width, height)
    if image.photometric_interpretation in {"MONOCHROME1", "MONOCHROME2"}:
        is_colour, pixels = False, _grey(frame, image, places, found.values)
    elif image.photometric_interpretation == "PALETTE COLOR":
        is_colour, pixels = True, _palette(frame, image, places, found.values)
    else:
        is_colour, pixels = True, _colour(frame, image, places)
    return SmallImage(
        width=width,
        height=height,
        is_colour=is_colour,
        pixels=pixels,
        rows=image.rows,
        columns=image.columns,
        frame=number + 1,
        frames=image.frame_count,
    )


def _read(data: DataSetBytes, encoding: Encoding) -> _Found:
    view, found, depth = memoryview(data), _Found(), 0
    for step in walk(data, encoding, find_vr, takes_rest=True):
        if step.kind is StepKind.SEQUENCE:
            depth += 1
        elif step.kind is StepKind.SEQUENCE_END:
            depth -= 1
        elif depth == 0:
            _collect(found, step, view)
    if found.plain is None and not found.fragments:
        raise ConversionError("it has no pixel data: it is no image")
    return found


def _collect(found: _Found, step: Step, view: memoryview) -> None:
    value = view[step.start : step.start + step.length]
    if step.kind is StepKind.ELEMENT and step.tag == PIXEL_DATA:
        found.plain = value
    elif step.kind is StepKind.ELEMENT and (step.tag in _WANTED or step.tag in _WANTED_TOO):
        found.values[step.tag] = value
    elif step.kind is StepKind.FRAGMENTS and step.tag == PIXEL_DATA:
        found.fragments = []
    elif step.kind is StepKind.FRAGMENT and found.fragments is not None:
        if len(found.fragments) > _MOST_FRAGMENTS:
            raise ConversionError(f"more than {_MOST_FRAGMENTS} fragments of pixel data")
        found.fragments.append(value)


def _frame(found: _Found, image: ImagePixel, transfer_syntax_uid: str, number: int) -> tuple[ImagePixel, DataSetBytes]:
    """One frame without compression, and the image that it is."""
    if found.plain is not None:
        if image.bits_allocated == 1:
            raise ConversionError("pictures of single bits are not drawn")
        start = number * image.frame_bytes
        frame = found.plain[start : start + image.frame_bytes]
        if len(frame) < image.frame_bytes:
            raise ConversionError("the pixel data is shorter than it says")
        return image, frame
    fragments = found.fragments or []
    pixels = EncapsulatedPixels(offset_table=fragments[0], fragments=fragments[1:])
    frames = split_frames(pixels, image.frame_count)
    decoder = find_frame_decoder(transfer_syntax_uid)
    described = decoder.describe(frames[number], image)
    return replace(described, frame_count=image.frame_count), decode_frame(decoder, frames[number], image)


def _size(image: ImagePixel, most_side: int) -> tuple[int, int]:
    scale = min(1.0, most_side / max(image.rows, image.columns))
    return max(1, round(image.columns * scale)), max(1, round(image.rows * scale))


def _places(image: ImagePixel, width: int, height: int) -> list[int]:
    """Numbers of the pixels that are shown, by rows."""
    columns = [(2 * x + 1) * image.columns // (2 * width) for x in range(width)]
    rows = [(2 * y + 1) * image.rows // (2 * height) * image.columns for y in range(height)]
    return [row + column for row in rows for column in columns]


def _samples(frame: DataSetBytes, bits: int, *, is_signed: bool) -> Sequence[int]:
    code = _CODES.get((bits, is_signed))
    if code is None:
        raise ConversionError(f"pictures of {bits} bits a sample are not drawn")
    view = memoryview(frame)
    if sys.byteorder == "little" or bits == 8:
        return view.cast("B").cast(code)  # type: ignore[call-overload,no-any-return]  # the codes are in a table
    samples = array(code, bytes(view))
    samples.byteswap()
    return samples


def _stored(frame: DataSetBytes, image: ImagePixel) -> Callable[[int], int]:
    """The value of a pixel, without what may stand in the bits that are not stored."""
    bits, allocated = image.bits_stored, image.bits_allocated
    if not 0 < bits < allocated:
        return _samples(frame, allocated, is_signed=image.is_signed).__getitem__
    samples, mask, sign = _samples(frame, allocated, is_signed=False), (1 << bits) - 1, 1 << (bits - 1)
    if not image.is_signed:
        return lambda place: samples[place] & mask
    return lambda place: ((samples[place] & mask) ^ sign) - sign


def _grey(frame: DataSetBytes, image: ImagePixel, places: list[int], values: dict[int, DataSetBytes]) -> bytes:
    if image.samples_per_pixel != 1:
        raise ConversionError("a grey image has one sample a pixel, and this one has more")
    shown = list(map(_stored(frame, image), places))
    lowest, highest = _window(values) or (min(shown), max(shown))
    span = highest - lowest
    table = {value: _level(value - lowest, span) for value in set(shown)}
    if image.photometric_interpretation == "MONOCHROME1":
        table = {value: 255 - level for value, level in table.items()}
    return bytes(map(table.__getitem__, shown))


def _level(above: float, span: float) -> int:
    if span <= 0:
        return 255 if above > 0 else 0
    return max(0, min(255, int(above * 255 / span)))


def _window(values: dict[int, DataSetBytes]) -> tuple[float, float] | None:
    """The least and the greatest stored value that are told apart, by the first window; None for none that is one."""
    center, width = _number(values, _WINDOW_CENTER), _number(values, _WINDOW_WIDTH)
    slope, intercept = _number(values, _SLOPE), _number(values, _INTERCEPT)
    if center is None or width is None or width < 1:
        return None
    slope = 1.0 if slope is None or slope <= 0 else slope
    middle = (center - (intercept or 0.0)) / slope
    return middle - width / slope / 2, middle + width / slope / 2


def _number(values: dict[int, DataSetBytes], tag: int) -> float | None:
    text = bytes(values.get(tag, b"")).split(b"\\")[0].strip(b" \0")
    try:
        number = float(text) if len(text) <= 16 else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e9 else None


def _colour(frame: DataSetBytes, image: ImagePixel, places: list[int]) -> bytes:
    name = image.photometric_interpretation
    if image.samples_per_pixel != 3 or image.bits_allocated != 8 or name not in {"RGB", "YBR_FULL"}:
        raise ConversionError(f"pictures of {name or 'no'} photometric interpretation are not drawn")
    samples = memoryview(frame).cast("B")
    plane = image.rows * image.columns
    drawn = bytearray(3 * len(places))
    for sample in range(3):
        start, step = (sample * plane, 1) if image.is_planar else (sample, 3)
        drawn[sample::3] = bytes(samples[start + place * step] for place in places)
    return bytes(drawn) if name == "RGB" else _red_green_blue(drawn)


def _red_green_blue(drawn: bytearray) -> bytes:
    """From luminance and chrominance (PS3.3 C.7.6.3.1.2)."""
    made = bytearray(len(drawn))
    for start in range(0, len(drawn), 3):
        y, cb, cr = drawn[start], drawn[start + 1] - 128, drawn[start + 2] - 128
        for place, value in enumerate((y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb)):
            made[start + place] = max(0, min(255, round(value)))
    return bytes(made)


def _palette(frame: DataSetBytes, image: ImagePixel, places: list[int], values: dict[int, DataSetBytes]) -> bytes:
    shown = list(map(_stored(frame, image), places))
    drawn = bytearray(3 * len(shown))
    for number, (descriptor, data) in enumerate(_PALETTES):
        entries, first, bits = _descriptor(values.get(descriptor, b""))
        table = _table(values.get(data, b""), entries, bits)
        drawn[number::3] = bytes(table[max(0, min(entries - 1, value - first))] for value in shown)
    return bytes(drawn)


def _descriptor(value: DataSetBytes) -> tuple[int, int, int]:
    if len(value) < 6:
        raise ConversionError("the palette is missing")
    entries, first, bits = unpack_from("<HHH", value)
    return entries or 65536, first, bits


def _table(value: DataSetBytes, entries: int, bits: int) -> bytes:
    """The entries of a palette in 8 bits."""
    if len(value) >= 2 * entries:
        return bytes(memoryview(value)[1 if bits > 8 else 0 : 2 * entries : 2])
    if bits <= 8 and len(value) >= entries:
        return bytes(memoryview(value)[:entries])
    raise ConversionError("the palette is shorter than it says")
