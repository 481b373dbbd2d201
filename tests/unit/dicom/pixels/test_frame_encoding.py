from dataclasses import replace

import numpy as np
import pytest

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.pixels.codecs import CODECS, find_encoder
from dicomdesk.dicom.pixels.frame_decoding import decode_frame, find_frame_decoder
from dicomdesk.dicom.pixels.frame_encoding import EncodingOptions, encode_frame, find_frame_encoder
from dicomdesk.dicom.pixels.image_pixel import ImagePixel
from dicomdesk.errors import ConversionError

GREY = ImagePixel(
    rows=40,
    columns=34,
    samples_per_pixel=1,
    bits_allocated=16,
    bits_stored=12,
    is_signed=False,
    is_planar=False,
    photometric_interpretation="MONOCHROME2",
    frame_count=1,
)
BYTE = replace(GREY, bits_allocated=8, bits_stored=8)
COLOUR = replace(BYTE, samples_per_pixel=3, photometric_interpretation="RGB")
LOSSLESS = (
    ts.RLE_LOSSLESS,
    ts.JPEG_LS_LOSSLESS,
    ts.JPEG_2000_LOSSLESS,
    ts.DEFLATED_IMAGE_FRAME,
    ts.ENCAPSULATED_UNCOMPRESSED,
)


def picture(image: ImagePixel, low: int = 0, high: int | None = None) -> bytes:
    """Smooth with some noise, so that lossy encodings stay close."""
    top = (1 << image.bits_stored) if high is None else high
    y, x, s = np.mgrid[0 : image.rows, 0 : image.columns, 0 : image.samples_per_pixel]
    ramp = (x + 2 * y + 5 * s) / (image.columns + 2 * image.rows + 5 * image.samples_per_pixel)
    noise = np.random.default_rng(1).uniform(0, 0.02, ramp.shape)
    samples = low + (ramp * 0.97 + noise) * (top - 1 - low)
    words = samples.astype(f"<i{max(2, image.bytes_per_sample)}").astype(f"<u{image.bytes_per_sample}")
    return bytes(words.tobytes())


def there_and_back(uid: str, frame: bytes, image: ImagePixel, options: EncodingOptions | None = None) -> bytes:
    if find_encoder(uid) is None:
        pytest.skip(f"no encoder for {uid} is installed")
    encoded = encode_frame(find_frame_encoder(uid), frame, image, options or EncodingOptions())
    return decode_frame(find_frame_decoder(uid), encoded, image)


@pytest.mark.parametrize("uid", LOSSLESS)
@pytest.mark.parametrize("image", [GREY, BYTE, COLOUR], ids=["16 bits", "8 bits", "colour"])
def test_lossless_encoding_keeps_every_bit(uid: str, image: ImagePixel) -> None:
    frame = picture(image)
    assert there_and_back(uid, frame, image) == frame


@pytest.mark.parametrize("uid", LOSSLESS)
def test_bits_outside_the_bits_stored_survive(uid: str) -> None:
    frame = picture(GREY, high=1 << 16)
    assert there_and_back(uid, frame, GREY) == frame
    frame = np.frombuffer(picture(GREY), "<u2").byteswap().tobytes()
    assert there_and_back(uid, frame, GREY) == frame


@pytest.mark.parametrize("uid", LOSSLESS)
def test_signed_samples_survive(uid: str) -> None:
    image = replace(GREY, is_signed=True)
    frame = picture(image, low=-2000, high=2000)
    assert there_and_back(uid, frame, image) == frame


@pytest.mark.parametrize("uid", LOSSLESS)
def test_few_bits_in_many_survive(uid: str) -> None:
    for image in (replace(GREY, bits_stored=7), replace(BYTE, bits_stored=5)):
        frame = picture(image)
        assert there_and_back(uid, frame, image) == frame


def test_near_lossless_stays_within_its_error() -> None:
    frame = picture(GREY)
    back = there_and_back(ts.JPEG_LS_NEAR_LOSSLESS, frame, GREY, EncodingOptions(near_lossless_error=3))
    difference = np.abs(np.frombuffer(frame, "<u2").astype(int) - np.frombuffer(back, "<u2").astype(int))
    assert 0 < difference.max() <= 3


def test_lossy_jpeg_2000_is_smaller_and_close() -> None:
    image = replace(COLOUR, rows=200, columns=200)
    frame = picture(image)
    encoded = encode_frame(find_frame_encoder(ts.JPEG_2000), frame, image, EncodingOptions(compression_ratio=8))
    assert len(encoded) < len(frame) / 7
    back = decode_frame(find_frame_decoder(ts.JPEG_2000), encoded, image)
    difference = np.abs(np.frombuffer(frame, "u1").astype(int) - np.frombuffer(back, "u1").astype(int))
    assert difference.mean() < 2


@pytest.mark.parametrize(
    ("uid", "image"),
    [
        (ts.JPEG_LS_LOSSLESS, replace(GREY, bits_allocated=32, bits_stored=32)),
        (ts.JPEG_2000_LOSSLESS, replace(GREY, bits_allocated=32, bits_stored=32)),
        (ts.JPEG_2000_LOSSLESS, replace(BYTE, rows=10)),
        (ts.JPEG_2000_LOSSLESS, replace(BYTE, bits_allocated=1, bits_stored=1)),
        (ts.RLE_LOSSLESS, replace(BYTE, bits_allocated=1, bits_stored=1)),
        (ts.RLE_LOSSLESS, replace(GREY, bits_allocated=64, samples_per_pixel=3)),
    ],
)
def test_what_an_encoding_cannot_hold_is_an_error(uid: str, image: ImagePixel) -> None:
    frame = bytes(image.frame_bytes)
    with pytest.raises(ConversionError):
        encode_frame(find_frame_encoder(uid), frame, image, EncodingOptions())


def test_every_encoder_of_the_table_is_there() -> None:
    for codec in CODECS:
        for uid in set(codec.encodes) - {ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN}:
            assert callable(find_frame_encoder(uid))
    with pytest.raises(ConversionError, match="no encoder for JPEG Baseline"):
        find_frame_encoder(ts.JPEG_BASELINE)
