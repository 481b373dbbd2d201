"""Decodes one frame by the library for its transfer syntax.

Every frame's header is compared with the data set before a decoder sees it, and what comes out is compared again, so
that a wrong or hostile codestream becomes a ConversionError and never a wrong image. Decoders are given the codestream
whose header was read, never the boxes that it may be in, so that both look at the same one; where that does not tell
what decoding takes, it is done in a process with limits. Libraries are imported on first use.
"""

import zlib
from collections.abc import Callable
from dataclasses import replace

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.codestreams.codestream_headers import (
    CodestreamHeader,
    read_jpeg_header,
    require_few_scans,
    require_jpeg_end,
)
from dicomdesk.dicom.codestreams.jpeg_2000 import find_jpeg_2000_codestream, read_jpeg_2000_header, require_few_packets
from dicomdesk.dicom.codestreams.jpeg_xl import find_jpeg_xl_codestream, has_one_whole_frame, read_jpeg_xl_header
from dicomdesk.dicom.pixels.image_pixel import ImagePixel, resized
from dicomdesk.dicom.pixels.limited_decoding import can_decode_limited, decode_jpeg_xl_limited
from dicomdesk.dicom.pixels.run_length import decode_run_length
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass

LIBRARY_ERRORS = (RuntimeError, ValueError, TypeError, OSError, IndexError, KeyError, OverflowError, MemoryError)
"""All that codec libraries raise on data that they do not like."""


ALWAYS_DECODED_SAMPLES = 1 << 26
"""Up to here any ratio is believed: a blank frame of 8192 x 8192 takes 340 bytes in JPEG 2000."""

BELIEVABLE_SAMPLES_PER_BYTE = 5000
"""Beyond that, a frame that claims more samples than this for each of its bytes is taken for an attack on memory."""


def sample_limit(frame_bytes: int) -> int:
    """Most samples, in all components, that a compressed frame of this length may become."""
    return max(ALWAYS_DECODED_SAMPLES, BELIEVABLE_SAMPLES_PER_BYTE * frame_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDecoder:
    """How frames of one transfer syntax are decoded."""

    decode: Callable[[bytes, ImagePixel], bytes]
    """Takes a frame and the data set's image; answers the frame in the layout of ``describe``'s image."""
    describe: Callable[[bytes, ImagePixel], ImagePixel]
    """What the image becomes, judged by its first frame."""


def find_frame_decoder(transfer_syntax_uid: str) -> FrameDecoder:
    """The decoder for a transfer syntax that ``codecs`` says can be decoded. Raises ConversionError for others."""
    decoder = _DECODERS.get(transfer_syntax_uid)
    if decoder is None:
        raise ConversionError(f"no decoder for {ts.transfer_syntax_name(transfer_syntax_uid)}")
    return decoder


def decode_frame(decoder: FrameDecoder, frame: bytes, image: ImagePixel) -> bytes:
    """Decode one frame, to exactly the length that the image needs.

    Raises ConversionError, before it decodes where the frame is too short for an image so large (``sample_limit``).
    """
    limit = sample_limit(len(frame))
    if image.frame_samples > limit:
        raise ConversionError(
            f"a frame of {len(frame)} bytes claims {image.frame_samples} samples, where {limit} are believed"
        )
    try:
        decoded = decoder.decode(frame, image)
    except LIBRARY_ERRORS as error:
        raise ConversionError(f"the compressed pixel data is corrupt: {error}") from error
    if len(decoded) != image.frame_bytes:
        raise ConversionError(f"a frame of {image.frame_bytes} bytes came out as {len(decoded)}")
    return decoded


def _decode_jpeg(frame: bytes, image: ImagePixel) -> bytes:
    from imagecodecs import jpeg8_decode  # noqa: PLC0415  # an optional library, 5 MB

    header = read_jpeg_header(frame)
    _require_same_size(header, image)
    require_jpeg_end(frame)
    require_few_scans(frame)
    if image.samples_per_pixel == 1:
        samples = jpeg8_decode(frame)
    elif _is_converted(header, image):
        samples = jpeg8_decode(frame, colorspace="YCBCR", outcolorspace="RGB")
    else:
        samples = jpeg8_decode(frame, colorspace="RGB", outcolorspace="RGB")
    return _fit(_little_endian_bytes(samples), samples.dtype.itemsize, image)


def _is_converted(header: CodestreamHeader, image: ImagePixel) -> bool:
    """Whether YCbCr becomes RGB. Not after a lossless process, which would lose what it has kept."""
    return image.photometric_interpretation.startswith("YBR") and not header.is_lossless_process


def _describe_jpeg(frame: bytes, image: ImagePixel) -> ImagePixel:
    photometric_interpretation = image.photometric_interpretation
    if image.samples_per_pixel == 3 and photometric_interpretation.startswith("YBR"):
        # Decoders undo subsampling, so nothing stays YBR_FULL_422.
        photometric_interpretation = "RGB" if _is_converted(read_jpeg_header(frame), image) else "YBR_FULL"
    return replace(image, is_planar=False, photometric_interpretation=photometric_interpretation)


def _decode_jpeg_ls(frame: bytes, image: ImagePixel) -> bytes:
    from jpeg_ls.CharLS import decode_pixel_data  # noqa: PLC0415  # an optional library

    _require_same_size(read_jpeg_header(frame), image)
    samples, parameters = decode_pixel_data(frame)
    item_bytes = 1 if parameters["bits_per_sample"] <= 8 else 2
    fitted = _fit(bytes(samples), item_bytes, image)
    is_planar = parameters["interleave_mode"] == 0
    if parameters["components"] == 1 or is_planar == image.is_planar:
        return fitted
    return arrange(fitted, image, to_planes=image.is_planar)


def _decode_jpeg_2000(frame: bytes, image: ImagePixel) -> bytes:
    from openjpeg.utils import decode_pixel_data  # noqa: PLC0415  # an optional library

    codestream = find_jpeg_2000_codestream(frame)
    header = read_jpeg_2000_header(codestream)
    _require_same_size(header, image)
    require_few_packets(codestream)
    item_bytes = 1 if header.precision <= 8 else 2 if header.precision <= 16 else 4
    return _fit(bytes(decode_pixel_data(codestream, version=2)), item_bytes, image)


def _describe_jpeg_2000(_frame: bytes, image: ImagePixel) -> ImagePixel:
    is_transformed = image.photometric_interpretation in {"YBR_RCT", "YBR_ICT"}
    photometric_interpretation = "RGB" if is_transformed else image.photometric_interpretation
    return replace(image, is_planar=False, photometric_interpretation=photometric_interpretation)


def _decode_jpeg_xl(frame: bytes, image: ImagePixel) -> bytes:
    from imagecodecs import jpegxl_decode  # noqa: PLC0415  # an optional library, 5 MB

    codestream = find_jpeg_xl_codestream(frame)
    _require_same_size(read_jpeg_xl_header(codestream), image)
    if not has_one_whole_frame(codestream) and can_decode_limited():
        return _fit(*decode_jpeg_xl_limited(codestream, image.frame_samples), image)
    samples = jpegxl_decode(codestream, keeporientation=True)
    return _fit(_little_endian_bytes(samples), samples.dtype.itemsize, image)


def _describe_jpeg_xl(_frame: bytes, image: ImagePixel) -> ImagePixel:
    photometric_interpretation = "RGB" if image.samples_per_pixel == 3 else image.photometric_interpretation
    return replace(image, is_planar=False, photometric_interpretation=photometric_interpretation)


def _inflate_frame(frame: bytes, image: ImagePixel) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = stream.decompress(frame, image.frame_bytes + 2)
    except zlib.error as error:
        raise ConversionError(f"a deflated frame is corrupt: {error}") from error
    return _without_padding(inflated, image)


def _copy_frame(frame: bytes, image: ImagePixel) -> bytes:
    return _without_padding(frame, image)


def _without_padding(frame: bytes, image: ImagePixel) -> bytes:
    return frame[:-1] if len(frame) == image.frame_bytes + 1 else frame


def _same(_frame: bytes, image: ImagePixel) -> ImagePixel:
    return image


def _require_same_size(header: CodestreamHeader, image: ImagePixel) -> None:
    said = (image.columns, image.rows, image.samples_per_pixel)
    found = (header.columns, header.rows, header.components)
    if said != found:
        raise ConversionError(
            f"a frame of {found[0]} x {found[1]} x {found[2]} in an image of {said[0]} x {said[1]} x {said[2]}"
        )
    if header.precision > image.bits_allocated:
        raise ConversionError(f"a frame of {header.precision} bits in {image.bits_allocated} bits allocated")


def _little_endian_bytes(samples: object) -> bytes:
    from numpy import asarray  # noqa: PLC0415  # there whenever the libraries are

    array = asarray(samples)
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def _fit(samples: bytes, item_bytes: int, image: ImagePixel) -> bytes:
    """Samples in the width that the data set allocates, filled up with zero bits."""
    wanted = image.bytes_per_sample
    if wanted == item_bytes:
        return samples
    if wanted < item_bytes:
        raise ConversionError(f"samples of {item_bytes} bytes in {image.bits_allocated} bits allocated")
    return resized(samples, item_bytes, wanted)


def arrange(samples: bytes, image: ImagePixel, *, to_planes: bool) -> bytes:
    """Colour by pixel from colour by plane, or the other way round."""
    count, width = image.samples_per_pixel, image.bytes_per_sample
    plane = image.rows * image.columns * width
    arranged = bytearray(len(samples))
    for sample in range(count):
        for byte in range(width):
            by_plane = slice(sample * plane + byte, (sample + 1) * plane, width)
            by_pixel = slice(sample * width + byte, None, count * width)
            if to_planes:
                arranged[by_plane] = samples[by_pixel]
            else:
                arranged[by_pixel] = samples[by_plane]
    return bytes(arranged)


_JPEG = FrameDecoder(decode=_decode_jpeg, describe=_describe_jpeg)
_JPEG_LS = FrameDecoder(decode=_decode_jpeg_ls, describe=_same)
_JPEG_2000 = FrameDecoder(decode=_decode_jpeg_2000, describe=_describe_jpeg_2000)
_JPEG_XL = FrameDecoder(decode=_decode_jpeg_xl, describe=_describe_jpeg_xl)

_DECODERS = {
    ts.JPEG_BASELINE: _JPEG,
    ts.JPEG_EXTENDED: _JPEG,
    ts.JPEG_SPECTRAL_SELECTION: _JPEG,
    ts.JPEG_FULL_PROGRESSION: _JPEG,
    ts.JPEG_LOSSLESS: _JPEG,
    ts.JPEG_LOSSLESS_FIRST_ORDER: _JPEG,
    ts.JPEG_LS_LOSSLESS: _JPEG_LS,
    ts.JPEG_LS_NEAR_LOSSLESS: _JPEG_LS,
    ts.JPEG_2000_LOSSLESS: _JPEG_2000,
    ts.JPEG_2000: _JPEG_2000,
    ts.HTJ2K_LOSSLESS: _JPEG_2000,
    ts.HTJ2K_LOSSLESS_RPCL: _JPEG_2000,
    ts.HTJ2K: _JPEG_2000,
    ts.JPEG_XL_LOSSLESS: _JPEG_XL,
    ts.JPEG_XL_RECOMPRESSION: _JPEG_XL,
    ts.JPEG_XL: _JPEG_XL,
    ts.RLE_LOSSLESS: FrameDecoder(decode=decode_run_length, describe=_same),
    ts.DEFLATED_IMAGE_FRAME: FrameDecoder(decode=_inflate_frame, describe=_same),
    ts.ENCAPSULATED_UNCOMPRESSED: FrameDecoder(decode=_copy_frame, describe=_same),
}
