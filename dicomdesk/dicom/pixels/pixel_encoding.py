"""Encodes the Pixel Data (7FE0,0010) of a data set in an encapsulated transfer syntax.

Only the data set's own pixel data is compressed; icons in sequences stay as they are, which every syntax allows.
"""

from collections.abc import Callable, Iterator
from struct import pack

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.data_sets.element_walk import PIXEL_DATA, DataSetBytes, StepKind, walk
from dicomdesk.dicom.data_sets.rewriting import DataSetEdit
from dicomdesk.dicom.data_sets.spool_file import watched
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE
from dicomdesk.dicom.pixels.frame_decoding import arrange
from dicomdesk.dicom.pixels.frame_encoding import EncodingOptions, encode_frame, find_frame_encoder
from dicomdesk.dicom.pixels.image_pixel import (
    IMAGE_TAGS,
    LOSSY_IMAGE_COMPRESSION,
    LOSSY_IMAGE_COMPRESSION_METHOD,
    LOSSY_IMAGE_COMPRESSION_RATIO,
    PHOTOMETRIC_INTERPRETATION,
    PLANAR_CONFIGURATION,
    ImagePixel,
    read_image_pixel,
)
from dicomdesk.errors import ConversionError

_LOSSY_METHODS = {ts.JPEG_LS_NEAR_LOSSLESS: "ISO_14495_1", ts.JPEG_2000: "ISO_15444_1"}
_JPEG_2000_COLOURS = {ts.JPEG_2000_LOSSLESS: b"YBR_RCT", ts.JPEG_2000: b"YBR_ICT"}
_COLLECTED = IMAGE_TAGS | {PIXEL_DATA, LOSSY_IMAGE_COMPRESSION_METHOD, LOSSY_IMAGE_COMPRESSION_RATIO}
_LAST_OFFSET = 0xFFFFFFFF

Replaced = dict[int, tuple[bytes, DataSetBytes]]


def encode_pixel_data(
    data: DataSetBytes,
    transfer_syntax_uid: str,
    options: EncodingOptions,
    moving: Callable[[], None] | None = None,
) -> dict[int, DataSetEdit]:
    """The changes that compress a data set in explicit VR little endian, for ``rewrite``.

    Empty when it holds no pixel data. Raises ConversionError when the pixel data does not suit the transfer syntax.
    ``moving`` is called before each frame; what it raises passes.
    """
    values = _collect(memoryview(data))
    pixels = values.pop(PIXEL_DATA, None)
    if pixels is None:
        return {}
    image = read_image_pixel(values)
    frames = [*watched(_compressed(pixels, image, transfer_syntax_uid, options), moving)]
    replaced = _describe(image, transfer_syntax_uid)
    if transfer_syntax_uid in _LOSSY_METHODS:
        replaced |= _lossy_attributes(values, _LOSSY_METHODS[transfer_syntax_uid], len(pixels) / sum(map(len, frames)))
    return {0: DataSetEdit(replaced=replaced, fragments={PIXEL_DATA: [_offset_table(frames), *frames]})}


def _collect(data: memoryview) -> dict[int, DataSetBytes]:
    values: dict[int, DataSetBytes] = {}
    depth = 0
    for step in walk(data, EXPLICIT_LITTLE, find_vr):
        if step.kind is StepKind.ITEM:
            depth += 1
        elif step.kind is StepKind.ITEM_END:
            depth -= 1
        elif step.kind is StepKind.ELEMENT and depth == 0 and step.tag in _COLLECTED:
            values[step.tag] = data[step.start : step.start + step.length]
    return values


def _compressed(
    pixels: DataSetBytes, image: ImagePixel, transfer_syntax_uid: str, options: EncodingOptions
) -> Iterator[DataSetBytes]:
    """Frame by frame."""
    if image.frame_bits % 8:
        raise ConversionError("frames that do not end at a byte are not compressed")
    if len(pixels) not in {image.frame_bytes * image.frame_count, image.frame_bytes * image.frame_count + 1}:
        raise ConversionError(f"{len(pixels)} bytes of pixel data are not {image.frame_count} x {image.frame_bytes}")
    if image.photometric_interpretation == "PALETTE COLOR" and transfer_syntax_uid in _LOSSY_METHODS:
        raise ConversionError("a palette image cannot be compressed with loss")
    encode = find_frame_encoder(transfer_syntax_uid)
    for index in range(image.frame_count):
        frame = bytes(pixels[index * image.frame_bytes : (index + 1) * image.frame_bytes])
        if image.is_planar and transfer_syntax_uid not in _KEEPS_PLANES:
            frame = arrange(frame, image, to_planes=False)
        yield encode_frame(encode, frame, image, options)


_KEEPS_PLANES = frozenset((ts.DEFLATED_IMAGE_FRAME, ts.ENCAPSULATED_UNCOMPRESSED))


def _describe(image: ImagePixel, transfer_syntax_uid: str) -> Replaced:
    replaced: Replaced = {}
    if image.samples_per_pixel > 1 and transfer_syntax_uid not in _KEEPS_PLANES:
        replaced[PLANAR_CONFIGURATION] = (b"US", b"\0\0")
    if image.photometric_interpretation == "RGB" and transfer_syntax_uid in _JPEG_2000_COLOURS:
        replaced[PHOTOMETRIC_INTERPRETATION] = (b"CS", _JPEG_2000_COLOURS[transfer_syntax_uid])
    return replaced


def _lossy_attributes(values: dict[int, DataSetBytes], method: str, ratio: float) -> Replaced:
    """Attributes of a lossy compression, after those of earlier ones (PS3.3 C.7.6.1.1.5)."""
    replaced: Replaced = {LOSSY_IMAGE_COMPRESSION: (b"CS", b"01")}
    for tag, vr, text in (
        (LOSSY_IMAGE_COMPRESSION_RATIO, b"DS", f"{ratio:.4f}"),
        (LOSSY_IMAGE_COMPRESSION_METHOD, b"CS", method),
    ):
        earlier = bytes(values.get(tag, b"")).strip(b" \0")
        replaced[tag] = (vr, earlier + b"\\" + text.encode("ascii") if earlier else text.encode("ascii"))
    return replaced


def _offset_table(frames: list[DataSetBytes]) -> bytes:
    """The Basic Offset Table, empty when an offset would not fit."""
    offsets = [0]
    for frame in frames[:-1]:
        offsets.append(offsets[-1] + 8 + len(frame) + len(frame) % 2)
    return pack(f"<{len(offsets)}I", *offsets) if offsets[-1] <= _LAST_OFFSET else b""
