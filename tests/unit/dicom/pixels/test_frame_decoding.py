import struct
import zlib
from dataclasses import replace

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jpeg_ls.CharLS import encode_buffer

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.codestreams.jpeg_xl import find_jpeg_xl_codestream, has_one_whole_frame
from dicomdesk.dicom.pixels.codecs import CODECS
from dicomdesk.dicom.pixels.frame_decoding import (
    ALWAYS_DECODED_SAMPLES,
    BELIEVABLE_SAMPLES_PER_BYTE,
    arrange,
    decode_frame,
    find_frame_decoder,
    sample_limit,
)
from dicomdesk.dicom.pixels.frame_encoding import EncodingOptions, encode_frame, find_frame_encoder
from dicomdesk.dicom.pixels.image_pixel import ImagePixel
from dicomdesk.errors import ConversionError
from tests.helpers.data.memory import measured, peak_in_child

GREY = ImagePixel(
    rows=40,
    columns=34,
    samples_per_pixel=1,
    bits_allocated=8,
    bits_stored=8,
    is_signed=False,
    is_planar=False,
    photometric_interpretation="MONOCHROME2",
    frame_count=1,
)
COLOUR = replace(GREY, samples_per_pixel=3, photometric_interpretation="RGB")
WIDE = replace(GREY, bits_allocated=16, bits_stored=12)


def samples(image: ImagePixel) -> "np.ndarray[tuple[int, ...], np.dtype[np.unsignedinteger]]":
    y, x = np.mgrid[0 : image.rows, 0 : image.columns]
    grey = ((x * 3 + y * 2) << (image.bits_stored - 8)).astype("u1" if image.bits_allocated == 8 else "<u2")
    return grey if image.samples_per_pixel == 1 else np.stack([grey, grey[::-1], 255 - grey], axis=2)


def jpeg(
    array: "np.ndarray[tuple[int, ...], np.dtype[np.unsignedinteger]]",
    *,
    level: int | None = None,
    bits: int = 8,
    is_lossless: bool = False,
    colours: tuple[str | None, str | None] = (None, None),
    subsampling: str | None = None,
) -> bytes:
    encoded = imagecodecs.jpeg8_encode(
        array,
        level=level,
        bitspersample=bits,
        lossless=is_lossless,
        colorspace=colours[0],
        outcolorspace=colours[1],
        subsampling=subsampling,
    )
    return bytes(encoded)


def decoded(uid: str, frame: bytes, image: ImagePixel) -> bytes:
    return decode_frame(find_frame_decoder(uid), frame, image)


def described(uid: str, frame: bytes, image: ImagePixel) -> ImagePixel:
    return find_frame_decoder(uid).describe(frame, image)


@pytest.mark.parametrize("image", [GREY, WIDE, COLOUR], ids=["8 bits", "12 bits", "colour"])
def test_jpeg_lossless_is_decoded_exactly(image: ImagePixel) -> None:
    array = samples(image)
    frame = jpeg(array, is_lossless=True, bits=image.bits_stored, colours=(None if array.ndim == 2 else "RGB", None))
    assert decoded(ts.JPEG_LOSSLESS_FIRST_ORDER, frame, image) == array.tobytes()


@pytest.mark.parametrize(("image", "uid"), [(GREY, ts.JPEG_BASELINE), (WIDE, ts.JPEG_EXTENDED)])
def test_lossy_jpeg_is_decoded_closely(image: ImagePixel, uid: str) -> None:
    array = samples(image)
    frame = jpeg(array, level=98, bits=image.bits_stored)
    back = np.frombuffer(decoded(uid, frame, image), array.dtype).reshape(array.shape)
    assert np.abs(back.astype(int) - array.astype(int)).max() <= 8


def test_ybr_becomes_rgb_after_lossy_jpeg_only() -> None:
    image = replace(COLOUR, photometric_interpretation="YBR_FULL_422")
    array = samples(COLOUR)
    frame = jpeg(array, level=98, colours=("RGB", "YCBCR"), subsampling="422")
    assert described(ts.JPEG_BASELINE, frame, image).photometric_interpretation == "RGB"
    back = np.frombuffer(decoded(ts.JPEG_BASELINE, frame, image), "u1").reshape(array.shape)
    assert np.abs(back.astype(int) - array.astype(int)).mean() < 4
    frame = jpeg(array, is_lossless=True)
    assert described(ts.JPEG_LOSSLESS, frame, image).photometric_interpretation == "YBR_FULL"
    assert decoded(ts.JPEG_LOSSLESS, frame, image) == array.tobytes()


def test_rgb_stays_rgb_whatever_the_codestream_says() -> None:
    array = samples(COLOUR)
    frame = jpeg(array, level=100, colours=("RGB", "RGB"), subsampling="444")
    assert described(ts.JPEG_BASELINE, frame, COLOUR).photometric_interpretation == "RGB"
    back = np.frombuffer(decoded(ts.JPEG_BASELINE, frame, COLOUR), "u1").reshape(array.shape)
    assert np.abs(back.astype(int) - array.astype(int)).max() <= 3


def test_jpeg_and_jpeg_2000_give_colour_by_pixel() -> None:
    planar = replace(COLOUR, is_planar=True)
    frame = jpeg(samples(COLOUR), level=90)
    assert not described(ts.JPEG_BASELINE, frame, planar).is_planar
    assert not described(ts.JPEG_2000, b"", planar).is_planar


@pytest.mark.parametrize("is_planar", [False, True])
@pytest.mark.parametrize("interleave", [0, 1, 2])
def test_jpeg_ls_keeps_the_planar_configuration_of_the_data_set(*, is_planar: bool, interleave: int) -> None:
    image = replace(COLOUR, is_planar=is_planar)
    by_pixel = samples(COLOUR).tobytes()
    by_plane = arrange(by_pixel, COLOUR, to_planes=True)
    frame = bytes(encode_buffer(by_pixel if interleave else by_plane, 40, 34, 3, 8, 0, interleave))
    assert described(ts.JPEG_LS_LOSSLESS, frame, image) == image
    assert decoded(ts.JPEG_LS_LOSSLESS, frame, image) == (by_plane if is_planar else by_pixel)


def test_jpeg_2000_colour_transform_is_undone() -> None:
    image = replace(COLOUR, photometric_interpretation="YBR_RCT")
    frame = encode_frame(
        find_frame_encoder(ts.JPEG_2000_LOSSLESS), samples(COLOUR).tobytes(), COLOUR, EncodingOptions()
    )
    assert described(ts.JPEG_2000_LOSSLESS, frame, image).photometric_interpretation == "RGB"
    assert decoded(ts.JPEG_2000_LOSSLESS, frame, image) == samples(COLOUR).tobytes()
    full = replace(COLOUR, photometric_interpretation="YBR_FULL")
    assert described(ts.JPEG_2000_LOSSLESS, frame, full).photometric_interpretation == "YBR_FULL"


def test_samples_of_few_bits_are_widened_to_the_bits_allocated() -> None:
    image = replace(GREY, bits_allocated=16)
    frame = jpeg(samples(GREY), is_lossless=True)
    assert decoded(ts.JPEG_LOSSLESS, frame, image) == samples(GREY).astype("<u2").tobytes()


def test_arranging_twice_changes_nothing() -> None:
    image = replace(COLOUR, rows=2, columns=2, bits_allocated=16)
    by_pixel = bytes(range(24))
    by_plane = arrange(by_pixel, image, to_planes=True)
    assert by_plane[:8] == bytes((0, 1, 6, 7, 12, 13, 18, 19))
    assert arrange(by_plane, image, to_planes=False) == by_pixel


def test_deflated_frame_is_inflated_and_bounded() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    frame = stream.compress(samples(GREY).tobytes()) + stream.flush()
    assert decoded(ts.DEFLATED_IMAGE_FRAME, frame, GREY) == samples(GREY).tobytes()
    with pytest.raises(ConversionError):
        decoded(ts.DEFLATED_IMAGE_FRAME, frame, replace(GREY, rows=20))


@pytest.mark.parametrize("uid", [ts.JPEG_BASELINE, ts.JPEG_LS_LOSSLESS, ts.JPEG_2000_LOSSLESS])
def test_codestream_of_another_size_is_refused_before_it_is_decoded(uid: str) -> None:
    if uid == ts.JPEG_BASELINE:
        frame = jpeg(samples(GREY), level=90)
    else:
        frame = encode_frame(find_frame_encoder(uid), samples(GREY).tobytes(), GREY, EncodingOptions())
    for image in (replace(GREY, rows=41), replace(GREY, columns=33), COLOUR):
        with pytest.raises(ConversionError, match="a frame of 34 x 40 x 1 in an image"):
            decoded(uid, frame, image)


def test_jpeg_xl_of_another_size_is_refused_before_it_is_decoded() -> None:
    frame = bytes(imagecodecs.jpegxl_encode(samples(GREY), lossless=True))
    assert decoded(ts.JPEG_XL_LOSSLESS, frame, GREY) == samples(GREY).tobytes()
    with pytest.raises(ConversionError, match="a frame of 34 x 40 x 1 in an image of 33 x 40 x 1"):
        decoded(ts.JPEG_XL_LOSSLESS, frame, replace(GREY, columns=33))


def test_more_bits_than_allocated_are_refused() -> None:
    frame = jpeg(samples(WIDE), is_lossless=True, bits=12)
    with pytest.raises(ConversionError, match="12 bits in 8 bits allocated"):
        decoded(ts.JPEG_LOSSLESS, frame, GREY)


@pytest.mark.parametrize("lossless", [False, True])
def test_jpeg_that_is_cut_off_is_refused(*, lossless: bool) -> None:
    frame = jpeg(samples(GREY), level=90, is_lossless=lossless)
    for end in (len(frame) - 2, len(frame) // 2, 30, 0):
        with pytest.raises(ConversionError):
            decoded(ts.JPEG_BASELINE, frame[:end], GREY)


def test_transfer_syntax_without_decoder_is_named() -> None:
    with pytest.raises(ConversionError, match="no decoder for MPEG2"):
        find_frame_decoder(ts.MPEG2_MAIN_LEVEL)


def test_every_decoder_of_the_table_is_there() -> None:
    for codec in CODECS:
        for uid in set(codec.decodes) - {ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN}:
            assert find_frame_decoder(uid)


STARTS = {
    ts.JPEG_BASELINE: b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, 40, 34, 1) + b"\x01\x11\x00",
    ts.JPEG_LS_LOSSLESS: b"\xff\xd8\xff\xf7" + struct.pack(">HBHHB", 11, 8, 40, 34, 1) + b"\x01\x11\x00",
    ts.JPEG_2000: b"\xff\x4f\xff\x51" + struct.pack(">HH8IHBBB", 41, 0, 34, 40, 0, 0, 34, 40, 0, 0, 1, 7, 1, 1),
    ts.JPEG_XL: b"\xff\x0a",
    ts.RLE_LOSSLESS: struct.pack("<16I", 1, 64, *[0] * 14),
    ts.DEFLATED_IMAGE_FRAME: b"",
}


@pytest.mark.parametrize("uid", STARTS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.binary(max_size=80))
def test_random_bytes_raise_only_conversion_errors(uid: str, noise: bytes) -> None:
    for frame in (noise, STARTS[uid] + noise, STARTS[uid] + noise + b"\xff\xd9"):
        try:
            decoded(uid, frame, GREY)
        except ConversionError:
            continue


HUGE = replace(GREY, rows=40_000, columns=40_000)
HUGE_STARTS = {
    ts.JPEG_BASELINE: b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, 40_000, 40_000, 1) + b"\x01\x11\x00",
    ts.JPEG_EXTENDED: b"\xff\xd8\xff\xc1" + struct.pack(">HBHHB", 11, 8, 40_000, 40_000, 1) + b"\x01\x11\x00",
    ts.JPEG_LOSSLESS: b"\xff\xd8\xff\xc3" + struct.pack(">HBHHB", 11, 8, 40_000, 40_000, 1) + b"\x01\x11\x00",
    ts.JPEG_LS_LOSSLESS: b"\xff\xd8\xff\xf7" + struct.pack(">HBHHB", 11, 8, 40_000, 40_000, 1) + b"\x01\x11\x00",
    ts.JPEG_2000: b"\xff\x4f\xff\x51" + struct.pack(">HH8IHBBB", 41, 0, *[40_000, 40_000, 0, 0] * 2, 1, 7, 1, 1),
    ts.HTJ2K: b"\xff\x4f\xff\x51" + struct.pack(">HH8IHBBB", 41, 1 << 14, *[40_000, 40_000, 0, 0] * 2, 1, 7, 1, 1),
    ts.JPEG_XL: b"\xff\x0a\xfa\x13\x27\x4e\x02",
    ts.RLE_LOSSLESS: struct.pack("<16I", 1, 64, *[0] * 14),
    ts.DEFLATED_IMAGE_FRAME: b"",
}


@pytest.mark.parametrize("uid", HUGE_STARTS)
def test_what_a_short_frame_claims_is_not_believed(uid: str) -> None:
    """Also where the codestream and the data set agree."""
    frame = HUGE_STARTS[uid].ljust(510, b"\0") + b"\xff\xd9"
    with (
        measured() as peak,
        pytest.raises(
            ConversionError, match=r"^a frame of 512 bytes claims 1600000000 samples, where 67108864 are bel"
        ),
    ):
        decoded(uid, frame, HUGE)
    assert peak.size_bytes < 1 << 20


def test_bound_grows_with_the_frame() -> None:
    assert sample_limit(0) == ALWAYS_DECODED_SAMPLES == 8192 * 8192
    assert sample_limit(1 << 20) == BELIEVABLE_SAMPLES_PER_BYTE << 20


@pytest.mark.long
@pytest.mark.parametrize("uid", [ts.JPEG_LS_LOSSLESS, ts.JPEG_2000_LOSSLESS, ts.DEFLATED_IMAGE_FRAME])
def test_blank_frames_are_decoded_whatever_their_ratio(uid: str) -> None:
    mammogram = replace(GREY, rows=5000, columns=4000, bits_allocated=16, bits_stored=16)
    blank = bytes(mammogram.frame_bytes)
    frame = encode_frame(find_frame_encoder(uid), blank, mammogram, EncodingOptions())
    assert len(frame) * 1000 < len(blank)
    assert decoded(uid, frame, mammogram) == blank


@pytest.mark.long
def test_blank_jpeg_xl_is_decoded_whatever_its_ratio() -> None:
    tile = replace(COLOUR, rows=1024, columns=1024)
    frame = bytes(imagecodecs.jpegxl_encode(np.zeros((1024, 1024, 3), "u1"), lossless=True))
    assert len(frame) * 1000 < tile.frame_bytes
    assert decoded(ts.JPEG_XL_LOSSLESS, frame, tile) == bytes(tile.frame_bytes)


@pytest.mark.long
def test_jpeg_xl_of_several_frames_is_decoded_within_limits() -> None:
    """Of signs that repeat, the encoder makes a frame of patches."""
    image = replace(GREY, rows=600, columns=700)
    array = np.full((600, 700), 10, "u1")
    for y, x in np.random.default_rng(1).integers(0, 500, (40, 2)):
        array[y : y + 9 : 2, x : x + 5] = 200
        array[y : y + 9, x : x + 5 : 3] = 200
    frame = bytes(imagecodecs.jpegxl_encode(array, lossless=True, effort=7))
    assert not has_one_whole_frame(find_jpeg_xl_codestream(frame))
    assert decoded(ts.JPEG_XL_LOSSLESS, frame, image) == array.tobytes()


DECODE = """
from dicomdesk.dicom.pixels.frame_decoding import decode_frame, find_frame_decoder
from dicomdesk.dicom.pixels.image_pixel import ImagePixel
from dicomdesk.errors import ConversionError
import imagecodecs, numpy, openjpeg.utils
imagecodecs.jpegxl_decode(imagecodecs.jpegxl_encode(numpy.zeros((64, 64), "u1"), lossless=True))
openjpeg.utils.decode_pixel_data(openjpeg.utils.encode_buffer(
    bytes(4096), 64, 64, 1, 8, False, photometric_interpretation=0), version=2)
uid, frame, rows, columns = sys.argv[3], bytes.fromhex(sys.argv[4]), int(sys.argv[5]), int(sys.argv[6])
image = ImagePixel(
    rows=rows, columns=columns, samples_per_pixel=1, bits_allocated=8, bits_stored=8, is_signed=False, is_planar=False,
    photometric_interpretation="MONOCHROME2", frame_count=1)
"""
ATTEMPT = """
try:
    decode_frame(find_frame_decoder(uid), frame, image)
except ConversionError:
    pass
"""
SMALL_2000 = b"\xff\x4f\xff\x51" + struct.pack(">HH8IHBBB", 41, 0, *[34, 40, 0, 0] * 2, 1, 7, 1, 1)
BOXED_2000 = b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 "
BOXED_XL = b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl "


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def huge_2000() -> bytes:
    """A blank codestream that claims more than its image."""
    frame = bytearray(encode_buffer_2000(40, 34))
    struct.pack_into(">8I", frame, 8, *[30_000, 30_000, 0, 0] * 2)
    return bytes(frame)


def encode_buffer_2000(rows: int, columns: int) -> bytes:
    image = replace(GREY, rows=rows, columns=columns)
    return encode_frame(find_frame_encoder(ts.JPEG_2000_LOSSLESS), bytes(image.frame_bytes), image, EncodingOptions())


LIES = {
    "a false size in a box": (
        ts.JPEG_2000,
        BOXED_2000
        + box(b"uuid", SMALL_2000)
        + box(b"jp2h", box(b"ihdr", struct.pack(">IIHBBBB", 30_000, 30_000, 1, 7, 7, 1, 0)))
        + box(b"jp2c", huge_2000()),
    ),
    "a false codestream in a box": (
        ts.JPEG_XL,
        BOXED_XL
        + box(b"uuid", b"jxlc" + bytes(imagecodecs.jpegxl_encode(samples(GREY), lossless=True)))
        + box(b"jxlc", bytes(imagecodecs.jpegxl_encode(np.zeros((6000, 6000), "u1"), lossless=True))),
    ),
    "precincts of two by two": (
        ts.JPEG_2000,
        encode_buffer_2000(40, 34)[:45]
        + struct.pack(">HHBBHBBBBBB", 0xFF52, 18, 1, 0, 1, 0, 5, 4, 4, 0, 1)
        + b"\x11" * 6
        + struct.pack(">HHB", 0xFF5C, 19, 0x40)
        + b"\x40" * 16
        + struct.pack(">HHHIBBH", 0xFF90, 10, 0, 0, 0, 1, 0xFF93)
        + bytes(9000),
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_costs_an_error(lie: str) -> None:
    uid, frame = LIES[lie]
    size = (3000, 3000) if "precincts" in lie else (40, 34)
    if "precincts" in lie:
        changed = bytearray(frame)
        struct.pack_into(">8I", changed, 8, *[3000, 3000, 0, 0] * 2)
        frame = bytes(changed)
    peak = peak_in_child(DECODE, ATTEMPT, uid, frame.hex(), *map(str, size))
    assert peak < 16 << 20


@pytest.mark.long
@pytest.mark.parametrize("uid", [ts.JPEG_2000, ts.JPEG_XL, ts.JPEG_LS_LOSSLESS, ts.JPEG_BASELINE])
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_mutated_codestreams_are_decoded_or_refused(uid: str, data: st.DataObject) -> None:
    if uid == ts.JPEG_XL:
        frame = bytearray(
            imagecodecs.jpegxl_encode(samples(GREY), lossless=True, usecontainer=data.draw(st.booleans()))
        )
    elif uid == ts.JPEG_BASELINE:
        frame = bytearray(jpeg(samples(GREY)))
    else:
        encoder = find_frame_encoder(ts.JPEG_2000_LOSSLESS if uid == ts.JPEG_2000 else uid)
        frame = bytearray(encode_frame(encoder, samples(GREY).tobytes(), GREY, EncodingOptions()))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, min(len(frame), 200) - 1))
        frame[position : position + 2] = data.draw(st.binary(max_size=3))
    try:
        assert len(decoded(uid, bytes(frame), GREY)) == GREY.frame_bytes
    except ConversionError:
        return
