"""Encodes one uncompressed frame by the library for its transfer syntax.

Lossless means that every bit allocated comes back, those outside the bits stored included. Libraries are imported on
first use.
"""

import zlib
from collections.abc import Callable
from struct import pack

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.pixels.frame_decoding import LIBRARY_ERRORS
from dicomdesk.dicom.pixels.image_pixel import ImagePixel, resized
from dicomdesk.errors import ConversionError
from dicomdesk.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodingOptions:
    """How much a lossy encoding may lose."""

    near_lossless_error: int = 2
    """JPEG-LS near-lossless: how far a sample may be off, at least 1."""
    compression_ratio: float = 10.0
    """JPEG 2000: how many times smaller a frame becomes, more than 1."""


_SMALLEST_JPEG_2000 = 32
"""pylibjpeg-openjpeg always makes six resolutions, each half of the one before."""

Encode = Callable[[bytes, ImagePixel, EncodingOptions], bytes]


def find_frame_encoder(transfer_syntax_uid: str) -> Encode:
    """The encoder for a transfer syntax that ``codecs`` says can be encoded. Raises ConversionError for others."""
    encode = _ENCODERS.get(transfer_syntax_uid)
    if encode is None:
        raise ConversionError(f"no encoder for {ts.transfer_syntax_name(transfer_syntax_uid)}")
    return encode


def encode_frame(encode: Encode, frame: bytes, image: ImagePixel, options: EncodingOptions) -> bytes:
    """Encode a frame in colour by pixel, little endian, as one codestream. Raises ConversionError."""
    try:
        return encode(frame, image, options)
    except LIBRARY_ERRORS as error:
        raise ConversionError(f"the pixel data cannot be compressed: {error}") from error


def _encode_run_length(frame: bytes, image: ImagePixel, _options: EncodingOptions) -> bytes:
    from rle.rle import encode_segment  # noqa: PLC0415  # an optional library

    width = image.bytes_per_sample
    planes = image.samples_per_pixel * width
    if not 0 < planes <= 15:
        raise ConversionError("an RLE frame has at most 15 byte planes")
    segments = []
    for index in range(planes):
        sample, byte = divmod(index, width)
        segment = encode_segment(frame[sample * width + width - 1 - byte :: planes], image.columns)
        segments.append(segment + b"\0" if len(segment) & 1 else segment)
    starts = [64 + sum(map(len, segments[:index])) for index in range(planes)]
    return pack("<16I", planes, *starts, *[0] * (15 - planes)) + b"".join(segments)


def _encode_jpeg_ls(frame: bytes, image: ImagePixel, _options: EncodingOptions) -> bytes:
    return _jpeg_ls(frame, image, lossy_error=0)


def _encode_jpeg_ls_near_lossless(frame: bytes, image: ImagePixel, options: EncodingOptions) -> bytes:
    return _jpeg_ls(frame, image, lossy_error=max(1, options.near_lossless_error))


def _jpeg_ls(frame: bytes, image: ImagePixel, *, lossy_error: int) -> bytes:
    from jpeg_ls.CharLS import encode_buffer  # noqa: PLC0415  # an optional library

    # Fewer than 8 bits are legal, but DCMTK does not decode them.
    precision = image.bits_allocated if image.is_signed else max(8, _precision(frame, image))
    if precision > 16:
        raise ConversionError("JPEG-LS holds at most 16 bits")
    return bytes(
        encode_buffer(
            _narrow(frame, image, precision),
            image.rows,
            image.columns,
            image.samples_per_pixel,
            precision,
            lossy_error,
            0 if image.samples_per_pixel == 1 else 2,
        )
    )


def _encode_jpeg_2000_lossless(frame: bytes, image: ImagePixel, _options: EncodingOptions) -> bytes:
    return _jpeg_2000(frame, image, ratios=None)


def _encode_jpeg_2000(frame: bytes, image: ImagePixel, options: EncodingOptions) -> bytes:
    return _jpeg_2000(frame, image, ratios=[options.compression_ratio])


def _jpeg_2000(frame: bytes, image: ImagePixel, *, ratios: list[float] | None) -> bytes:
    from openjpeg.utils import encode_buffer  # noqa: PLC0415  # an optional library

    precision = _precision(frame, image)
    if precision > 24 or min(image.rows, image.columns) < _SMALLEST_JPEG_2000:
        raise ConversionError("JPEG 2000 takes at most 24 bits, and at least 32 rows and columns")
    encoded = encode_buffer(
        _narrow(frame, image, precision),
        image.columns,
        image.rows,
        image.samples_per_pixel,
        precision,
        image.is_signed,
        photometric_interpretation=1 if image.photometric_interpretation == "RGB" else 0,
        compression_ratios=ratios,
    )
    return bytes(encoded)


def _deflate_frame(frame: bytes, _image: ImagePixel, _options: EncodingOptions) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(frame) + stream.flush()


def _copy_frame(frame: bytes, _image: ImagePixel, _options: EncodingOptions) -> bytes:
    return frame


def _precision(frame: bytes, image: ImagePixel) -> int:
    """Bits stored where all samples fit into them, else bits allocated."""
    from numpy import frombuffer  # noqa: PLC0415  # there whenever the libraries are

    width = image.bytes_per_sample
    if width not in {1, 2, 4} or not 0 < image.bits_stored < image.bits_allocated:
        return image.bits_allocated
    samples = frombuffer(frame, f"<{'i' if image.is_signed else 'u'}{width}")
    bits = image.bits_stored - (1 if image.is_signed else 0)
    fits = int(samples.max()) < 1 << bits and int(samples.min()) >= (-(1 << bits) if image.is_signed else 0)
    return image.bits_stored if fits else image.bits_allocated


def _narrow(frame: bytes, image: ImagePixel, precision: int) -> bytes:
    """Samples in the bytes that the precision needs: 1, 2 or 4."""
    wanted = 1 if precision <= 8 else 2 if precision <= 16 else 4
    width = image.bytes_per_sample
    if width == wanted:
        return frame
    if width < wanted:
        raise ConversionError(f"{image.bits_allocated} bits allocated cannot be compressed")
    return resized(frame, width, wanted)


_ENCODERS: dict[str, Encode] = {
    ts.RLE_LOSSLESS: _encode_run_length,
    ts.JPEG_LS_LOSSLESS: _encode_jpeg_ls,
    ts.JPEG_LS_NEAR_LOSSLESS: _encode_jpeg_ls_near_lossless,
    ts.JPEG_2000_LOSSLESS: _encode_jpeg_2000_lossless,
    ts.JPEG_2000: _encode_jpeg_2000,
    ts.DEFLATED_IMAGE_FRAME: _deflate_frame,
    ts.ENCAPSULATED_UNCOMPRESSED: _copy_frame,
}
