"""Harnesses of what reads compressed pixel data: headers of codestreams, frames in fragments, decoders."""

import resource
from collections.abc import Callable
from functools import cache
from random import Random
from struct import pack
from typing import Any

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.codestreams.codestream_headers import read_jpeg_header, require_few_scans, require_jpeg_end
from dicomdesk.dicom.codestreams.jpeg_2000 import find_jpeg_2000_codestream, read_jpeg_2000_header, require_few_packets
from dicomdesk.dicom.codestreams.jpeg_xl import find_jpeg_xl_codestream, read_jpeg_xl_header
from dicomdesk.dicom.pixels.codecs import can_decode, can_encode
from dicomdesk.dicom.pixels.pixel_decoding import decoded_limit
from dicomdesk.dicom.pixels.small_image import draw_small_image
from dicomdesk.dicom.transcode import convert_data_set
from dicomdesk.errors import ConversionError, DataError
from tests.fuzz.properties import attempt, require
from tests.helpers.data.encoded import explicit, fragments, image_module
from tests.helpers.data.inputs import rle_frame

MOST_RESIDENT_BYTES = 384 << 20
"""What libraries in C may take for one input beyond what the process had before."""
_SIDE = 32


def read_codestream(data: bytes) -> None:
    """The header of a codestream is read, or it is none."""
    for read in (read_jpeg_header, require_jpeg_end, require_few_scans, _read_jpeg_2000, _read_jpeg_xl):
        attempt(lambda: read(data), ConversionError)  # noqa: B023 - called at once


def _read_jpeg_2000(data: bytes) -> None:
    codestream = find_jpeg_2000_codestream(data)
    read_jpeg_2000_header(codestream)
    require_few_packets(codestream)


def _read_jpeg_xl(data: bytes) -> None:
    read_jpeg_xl_header(find_jpeg_xl_codestream(data))


SYNTAXES = (
    ts.RLE_LOSSLESS,
    ts.JPEG_BASELINE,
    ts.JPEG_LOSSLESS_FIRST_ORDER,
    ts.JPEG_LS_LOSSLESS,
    ts.JPEG_2000_LOSSLESS,
    ts.JPEG_XL_LOSSLESS,
    ts.DEFLATED_IMAGE_FRAME,
    ts.ENCAPSULATED_UNCOMPRESSED,
    ts.HTJ2K_LOSSLESS,
)


def decompress(data: bytes) -> None:
    """Compressed pixel data becomes what its data set says, or is refused: a byte for the syntax, then the data set."""
    syntax, content = SYNTAXES[data[0] % len(SYNTAXES) if data else 0], data[1:]
    if not can_decode(syntax):
        return
    before = _peak_bytes()
    made = attempt(lambda: convert_data_set(content, source=syntax, target=ts.EXPLICIT_VR_LITTLE_ENDIAN), DataError)
    grown = _peak_bytes() - before
    require(grown <= MOST_RESIDENT_BYTES, "memory of libraries is bounded", grown)
    _draw(content, syntax)
    if made.value is not None:
        _draw(bytes(made.value), ts.EXPLICIT_VR_LITTLE_ENDIAN)
        most = decoded_limit(len(content)) + 2 * len(content)
        require(len(made.value) <= most, "pixels are in proportion to their codestreams", len(made.value))


def _draw(content: bytes, syntax: str) -> None:
    """A picture has what it says, or there is none."""
    drawn = attempt(lambda: draw_small_image(content, syntax, 16), DataError).value
    if drawn is not None:
        require(max(drawn.width, drawn.height) <= 16, "a picture is small", drawn.width)
        samples = drawn.width * drawn.height * (3 if drawn.is_colour else 1)
        require(len(drawn.pixels) == samples, "a picture has all its pixels", len(drawn.pixels))


def _peak_bytes() -> int:
    """The most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@cache
def _encoded(syntax: str, samples: int, bits: int) -> bytes:
    """A data set with an image of two frames, compressed as it should be."""
    pixels = bytes(number * 7 % 251 for number in range(2 * _SIDE * _SIDE * samples * bits // 8))
    photometric = b"RGB " if samples == 3 else b"MONOCHROME2 "
    planar = 0 if samples == 3 else None
    module = image_module(
        rows=_SIDE, columns=_SIDE, samples=samples, bits=bits, photometric=photometric, frames=2, planar=planar
    )
    data = module + explicit(0x7FE00010, b"OW", pixels)
    if samples == 1 and bits == 8 and (encode := _FOREIGN_ENCODERS.get(syntax)) is not None:
        import imagecodecs  # noqa: PLC0415 - an optional library
        import numpy  # noqa: PLC0415 - as above

        frames = numpy.frombuffer(pixels, numpy.uint8).reshape(2, _SIDE, _SIDE)
        return module + fragments(*(encode(imagecodecs, frame) for frame in frames))
    return bytes(convert_data_set(data, source=ts.EXPLICIT_VR_LITTLE_ENDIAN, target=syntax))


_FOREIGN_ENCODERS: dict[str, Callable[[Any, Any], bytes]] = {
    ts.JPEG_BASELINE: lambda codecs, frame: codecs.jpeg8_encode(frame, level=90),
    ts.JPEG_LOSSLESS_FIRST_ORDER: lambda codecs, frame: codecs.ljpeg_encode(frame),
    ts.JPEG_XL_LOSSLESS: lambda codecs, frame: codecs.jpegxl_encode(frame, lossless=True),
    ts.HTJ2K_LOSSLESS: lambda codecs, frame: codecs.htj2k_encode(frame, reversible=True),
}
"""Of syntaxes that the package does not encode."""


def _jpeg(random: Random) -> bytes:
    frame = pack(">HBHHB", 11, 8, random.choice((2, 2, 40000)), 2, 1) + b"\1\x11\0"
    return (
        b"\xff\xd8"
        + random.choice((b"", b"\xff\xe0\0\x04ab"))
        + b"\xff"
        + random.choice((b"\xc0", b"\xc3", b"\xf7"))
        + frame
        + b"\xff\xd9"
    )


def _jpeg_2000(random: Random) -> bytes:
    side = random.choice((2, 2, 40000))
    size = pack(">HHIIIIIIIIHBBB", 41, 0, side, side, 0, 0, side, side, 0, 0, 1, 7, 1, 1)
    stream = (
        b"\xff\x4f\xff\x51"
        + size
        + b"\xff\x5c\0\4\0\0\xff\x52\0\x0c"
        + bytes(10)
        + b"\xff\x90"
        + bytes(10)
        + b"\xff\xd9"
    )
    if random.random() < 0.4:
        boxes = b"\0\0\0\x0cjP  \r\n\x87\n" + pack(">I", 8 + 16 + len(size)) + b"uuid" + bytes(16) + size
        return boxes + pack(">I", 8 + len(stream)) + b"jp2c" + stream
    return stream


def _jpeg_xl(random: Random) -> bytes:
    stream = b"\xff\x0a" + random.randbytes(random.choice((4, 12)))
    if random.random() < 0.4:
        return b"\0\0\0\x0cJXL \r\n\x87\n" + pack(">I", 8 + len(stream)) + b"jxlc" + stream
    return stream


def build_codestream(random: Random) -> bytes:
    """The beginning of a codestream, bare or in boxes."""
    return random.choice((_jpeg, _jpeg_2000, _jpeg_xl, lambda _random: rle_frame()))(random)


def build_compressed(random: Random) -> bytes:
    """A byte for the syntax and a data set with compressed pixel data, half of them as an encoder makes them."""
    selector = random.randrange(len(SYNTAXES))
    syntax = SYNTAXES[selector]
    if random.random() < 0.5 and can_decode(syntax) and (can_encode(syntax) or syntax in _FOREIGN_ENCODERS):
        is_plain = syntax in _FOREIGN_ENCODERS or random.random() < 0.5
        return bytes((selector,)) + _encoded(syntax, *((1, 8) if is_plain else random.choice(((1, 16), (3, 8)))))
    make = {1: _jpeg, 2: _jpeg, 3: _jpeg, 4: _jpeg_2000, 5: _jpeg_xl, 8: _jpeg_2000}.get(selector)
    frame = make(random) if make else rle_frame() if selector == 0 else b"\1\2\3\4"
    frames = random.choice((None, 1, 2, 3))
    module = image_module(rows=random.choice((2, 2, 2, 40000)), columns=2, frames=frames)
    count = (frames or 1) + random.choice((0, 0, 0, 1))
    table = random.choice((b"", pack(f"<{count}I", *(at * (len(frame) + 8) for at in range(count)))))
    icon = explicit(0x00880200, b"SQ", b"") if random.random() < 0.1 else b""
    return bytes((selector,)) + module + icon + fragments(*[frame] * count, offset_table=table)


CODESTREAM_WORDS = (
    b"\xff\xd8\xff",
    b"\xff\xd9",
    b"\xff\x4f\xff\x51",
    b"\xff\x0a",
    b"jxlc",
    b"jxlp",
    b"jp2c",
    b"\xff\xc0\0\x0b\x08\0\2\0\2\1\1\x11\0",
    b"\xff\xff\xff\xff",
    pack("<16I", 1, 64, *[0] * 14),
    pack(">I", 40000),
)
