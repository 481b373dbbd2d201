"""Decodes the encapsulated pixel data of a data set, its icons included.

What else changes with the pixels changes as in DCMTK's decoders: Photometric Interpretation where colour was converted,
Planar Configuration where the order was, Lossy Image Compression after near-lossless JPEG-LS. The rest stays.
"""

from collections.abc import Callable, Iterable, Iterator

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.data_sets.element_walk import PIXEL_DATA, DataSetBytes, Step, StepKind, walk
from dicomdesk.dicom.data_sets.rewriting import DataSetEdit
from dicomdesk.dicom.data_sets.spool_file import joined, watched
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE
from dicomdesk.dicom.pixels.frame_decoding import FrameDecoder, decode_frame, find_frame_decoder
from dicomdesk.dicom.pixels.frames import EncapsulatedPixels, split_frames
from dicomdesk.dicom.pixels.image_pixel import (
    ENCAPSULATED_PIXEL_DATA_LENGTH,
    EXTENDED_OFFSET_TABLE,
    EXTENDED_OFFSET_TABLE_LENGTHS,
    IMAGE_TAGS,
    LOSSY_IMAGE_COMPRESSION,
    PHOTOMETRIC_INTERPRETATION,
    PLANAR_CONFIGURATION,
    ImagePixel,
    read_image_pixel,
)
from dicomdesk.errors import ConversionError

_REMOVED = frozenset((EXTENDED_OFFSET_TABLE, EXTENDED_OFFSET_TABLE_LENGTHS, ENCAPSULATED_PIXEL_DATA_LENGTH))
_MAXIMUM_VALUE_BYTES = 0xFFFFFFFE

ALWAYS_DECODED_BYTES = 1 << 29
"""What all frames together may become whatever they are compressed to: so do a thousand black CTs."""

BELIEVABLE_RATIO = 5000
"""How many times the frames may grow beyond that."""

MOST_FRAGMENTS = 2_000_000
"""Of encapsulated pixel data; far more than any slide has tiles."""


def decoded_limit(compressed_bytes: int) -> int:
    """Most bytes that encapsulated pixel data of this length may become."""
    return min(_MAXIMUM_VALUE_BYTES, max(ALWAYS_DECODED_BYTES, BELIEVABLE_RATIO * compressed_bytes))


class _Image:
    """What one data set or item says about its image."""

    __slots__ = ("fragments", "start", "values")

    def __init__(self, start: int) -> None:
        self.start = start
        self.values: dict[int, DataSetBytes] = {}
        self.fragments: list[DataSetBytes] | None = None


def decode_pixel_data(
    data: DataSetBytes, transfer_syntax_uid: str, moving: Callable[[], None] | None = None
) -> dict[int, DataSetEdit]:
    """The changes that make a data set of an encapsulated transfer syntax an uncompressed one, for ``rewrite``.

    Empty when it holds no encapsulated pixel data. Raises ConversionError when a frame cannot be decoded, and, before
    any is, when they would become more than ``decoded_limit``. ``moving`` is called before each frame; what it raises
    passes.
    """
    decoder: FrameDecoder | None = None
    believed = _ClaimedSize()
    edits = {}
    for image in _find_images(memoryview(data)):
        decoder = decoder or find_frame_decoder(transfer_syntax_uid)
        edits[image.start] = _decode(image, decoder, transfer_syntax_uid, believed, moving)
    return edits


def _find_images(data: memoryview) -> Iterator[_Image]:
    """Every data set and item with encapsulated Pixel Data (7FE0,0010)."""
    levels = [_Image(0)]
    for step in walk(data, EXPLICIT_LITTLE, find_vr, takes_rest=True):
        if step.kind is StepKind.ITEM:
            levels.append(_Image(step.start))
        elif step.kind is StepKind.ITEM_END:
            image = levels.pop()
            if image.fragments is not None:
                yield image
        else:
            _collect(levels[-1], step, data)
    if levels[0].fragments is not None:
        yield levels[0]


def _collect(image: _Image, step: Step, data: memoryview) -> None:
    if step.kind is StepKind.ELEMENT:
        if step.tag in IMAGE_TAGS:
            image.values[step.tag] = data[step.start : step.start + step.length]
    elif step.kind is StepKind.FRAGMENTS and step.tag == PIXEL_DATA:
        image.fragments = []
    elif step.kind is StepKind.FRAGMENT and step.tag == PIXEL_DATA and image.fragments is not None:
        if len(image.fragments) > MOST_FRAGMENTS:
            raise ConversionError(f"more than {MOST_FRAGMENTS} fragments of pixel data")
        image.fragments.append(data[step.start : step.start + step.length])


def _decode(
    found: _Image,
    decoder: FrameDecoder,
    transfer_syntax_uid: str,
    believed: "_ClaimedSize",
    moving: Callable[[], None] | None,
) -> DataSetEdit:
    image = read_image_pixel(found.values)
    fragments = found.fragments or []
    pixels = EncapsulatedPixels(
        offset_table=fragments[0] if fragments else b"",
        fragments=fragments[1:],
        extended_offset_table=found.values.get(EXTENDED_OFFSET_TABLE, b""),
    )
    believed.take(image, sum(map(len, fragments)))
    frames = split_frames(pixels, image.frame_count)
    decoded = decoder.describe(frames[0], image)
    pixel_bytes = _join((decode_frame(decoder, frame, image) for frame in watched(frames, moving)), image)
    replaced: dict[int, tuple[bytes, DataSetBytes]] = {PIXEL_DATA: (b"OW", pixel_bytes)}
    if decoded.photometric_interpretation != image.photometric_interpretation:
        replaced[PHOTOMETRIC_INTERPRETATION] = (b"CS", decoded.photometric_interpretation.encode("ascii"))
    if image.samples_per_pixel > 1 and (
        decoded.is_planar != image.is_planar or PLANAR_CONFIGURATION not in found.values
    ):
        replaced[PLANAR_CONFIGURATION] = (b"US", bytes((decoded.is_planar, 0)))
    if transfer_syntax_uid == ts.JPEG_LS_NEAR_LOSSLESS and found.start == 0:
        replaced[LOSSY_IMAGE_COMPRESSION] = (b"CS", b"01")
    return DataSetEdit(replaced=replaced, removed=_REMOVED)


class _ClaimedSize:
    """Size that the images of one data set claim, all together."""

    def __init__(self) -> None:
        self._claimed = 0
        self._compressed = 0

    def take(self, image: ImagePixel, compressed_bytes: int) -> None:
        """Raise ConversionError where that is too much with one image more."""
        claimed = (image.frame_bits * image.frame_count + 7) // 8
        if claimed > _MAXIMUM_VALUE_BYTES:
            raise ConversionError("the pixel data would be too long uncompressed")
        self._claimed += claimed
        self._compressed += compressed_bytes
        limit = decoded_limit(self._compressed)
        if self._claimed > limit:
            raise ConversionError(
                f"pixel data of {self._compressed} bytes claims to become {self._claimed}, where {limit} are believed"
            )


def _join(frames: Iterable[bytes], image: ImagePixel) -> DataSetBytes:
    """All frames in one value; frames of single bits follow each other without a gap (PS3.5 8.1.1)."""
    return joined(frames) if image.frame_bits % 8 == 0 else _join_bits(frames, image)


def _join_bits(frames: Iterable[bytes], image: ImagePixel) -> bytearray:
    value = bytearray()
    bits = 0
    for frame in frames:
        shift = bits % 8
        if shift:
            shifted = int.from_bytes(frame, "little") << shift
            moved = shifted.to_bytes(len(frame) + 1, "little")
            value[-1] |= moved[0]
            value += moved[1:]
        else:
            value += frame
        bits += image.frame_bits
        del value[(bits + 7) // 8 :]
    return value
