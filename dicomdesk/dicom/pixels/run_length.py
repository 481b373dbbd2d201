"""RLE Lossless (PS3.5 annex G), decoded without any library: one that is fast enough and fears no input."""

from itertools import pairwise
from struct import unpack_from

from dicomdesk.dicom.pixels.image_pixel import ImagePixel
from dicomdesk.errors import ConversionError

_LARGEST_RATIO = 64
"""Two bytes of PackBits become 128 at most."""


def decode_run_length(frame: bytes, image: ImagePixel) -> bytes:
    """Decode one frame, in the image's planar configuration. Raises ConversionError when it is not whole."""
    plane = image.rows * image.columns
    planes = image.samples_per_pixel * image.bytes_per_sample
    if plane * planes > _LARGEST_RATIO * len(frame):
        raise ConversionError("an RLE frame is too short for its image")
    starts = _segment_starts(frame, planes)
    out = bytearray(plane * planes)
    for index in range(planes):
        sample, byte = divmod(index, image.bytes_per_sample)
        significance = image.bytes_per_sample - 1 - byte
        segment = _unpack(frame, starts[index], starts[index + 1], plane)
        if image.is_planar:
            first = sample * plane * image.bytes_per_sample + significance
            out[first : first + plane * image.bytes_per_sample : image.bytes_per_sample] = segment
        else:
            out[sample * image.bytes_per_sample + significance :: planes] = segment
    return bytes(out)


def _segment_starts(frame: bytes, wanted: int) -> list[int]:
    if len(frame) < 64:
        raise ConversionError("an RLE frame is cut off in its header")
    count, *offsets = unpack_from("<16I", frame)
    if count != wanted or wanted > 15:
        raise ConversionError(f"an RLE frame has {count} segments where its image needs {wanted}")
    starts = [*offsets[:count], len(frame)]
    if starts[0] < 64 or any(first > after for first, after in pairwise(starts)):
        raise ConversionError("an RLE frame has a wrong segment table")
    return starts


def _unpack(frame: bytes, position: int, end: int, size: int) -> bytearray:
    """Undo PackBits (PS3.5 G.3.2) until there is enough; what pads a segment is not read."""
    out = bytearray()
    while len(out) < size and position < end:
        control = frame[position]
        if control < 128:
            out += frame[position + 1 : min(position + 2 + control, end)]
            position += control + 2
        elif control > 128:
            out += frame[position + 1 : min(position + 2, end)] * (257 - control)
            position += 2
        else:
            position += 1
    if len(out) < size:
        raise ConversionError("an RLE frame is cut off")
    del out[size:]
    return out
