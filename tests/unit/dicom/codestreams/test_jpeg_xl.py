from struct import pack

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.codestreams.codestream_headers import CodestreamHeader
from dicomdesk.dicom.codestreams.jpeg_xl import find_jpeg_xl_codestream, has_one_whole_frame, read_jpeg_xl_header
from dicomdesk.errors import ConversionError

START = b"\0\0\0\x0cJXL \r\n\x87\n"
FTYP = b"\0\0\0\x14ftypjxl \0\0\0\0jxl "


def box(kind: bytes, content: bytes) -> bytes:
    return pack(">I4s", 8 + len(content), kind) + content


def part(number: int, content: bytes, *, is_last: bool = False) -> bytes:
    return box(b"jxlp", pack(">I", number | is_last << 31) + content)


def encoded(array: object, **options: object) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(array, **options))  # type: ignore[arg-type]  # whatever it takes


def burned_in() -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """An image with signs that repeat, of which the encoder makes a frame of patches."""
    array = np.full((600, 700), 10, "u1")
    for y, x in np.random.default_rng(1).integers(0, 500, (40, 2)):
        array[y : y + 9 : 2, x : x + 5] = 200
        array[y : y + 9, x : x + 5 : 3] = 200
    return array


@pytest.mark.parametrize("is_in_container", [False, True])
@pytest.mark.parametrize(("dtype", "components"), [("u1", 1), ("u1", 3), ("u2", 1), ("u2", 3)])
@pytest.mark.parametrize(
    ("columns", "rows"),
    [(1, 1), (8, 8), (24, 16), (512, 512), (120, 100), (400, 300), (3, 1000), (512, 513)],
)
@pytest.mark.parametrize("lossless", [False, True])
def test_codestream_says_what_image_it_is(
    columns: int, rows: int, dtype: str, components: int, *, is_in_container: bool, lossless: bool
) -> None:
    array = np.zeros((rows, columns) if components == 1 else (rows, columns, 3), dtype)
    frame = encoded(array, lossless=lossless, usecontainer=is_in_container)
    header = read_jpeg_xl_header(find_jpeg_xl_codestream(frame))
    precision = 8 * array.dtype.itemsize
    assert header == CodestreamHeader(rows=rows, columns=columns, components=components, precision=precision)


@pytest.mark.parametrize("bits", [9, 10, 12, 14])
def test_precision_is_read(bits: int) -> None:
    frame = encoded(np.zeros((20, 30), "u2"), lossless=True, bitspersample=bits)
    assert read_jpeg_xl_header(find_jpeg_xl_codestream(frame)).precision == bits


@pytest.mark.parametrize("frame", [b"", b"\xff", b"\xff\x0a", b"\xff\x0a\0\0", START + b"jxlc", START + FTYP])
def test_frame_without_header_cannot_be_converted(frame: bytes) -> None:
    with pytest.raises(ConversionError):
        read_jpeg_xl_header(find_jpeg_xl_codestream(frame))


def test_only_the_codestream_that_is_decoded_counts() -> None:
    true, false = b"\xff\x0atrue", b"\xff\x0afalse"
    files = (
        START + FTYP + box(b"uuid", false) + box(b"jxlc", true),
        START + FTYP + box(b"Exif", box(b"jxlc", false)) + box(b"jxlc", true) + box(b"jxlc", false),
        START + FTYP + pack(">I4s", 0, b"jxlc") + true,
        START + FTYP + pack(">I4sQ", 1, b"jxlc", 16 + len(true)) + true,
        START + FTYP + part(0, true[:1]) + box(b"uuid", false) + part(1, b"") + part(2, true[1:], is_last=True),
        START + FTYP + part(0, true, is_last=True) + part(1, false),
        true,
    )
    assert all(find_jpeg_xl_codestream(file) == true for file in files)
    with pytest.raises(ConversionError, match="not in order"):
        find_jpeg_xl_codestream(START + part(0, true) + part(2, b""))
    with pytest.raises(ConversionError, match="holds no JPEG XL codestream"):
        find_jpeg_xl_codestream(START + box(b"uuid", true))


def test_codestream_out_of_boxes_is_decoded_to_the_same_samples() -> None:
    array = np.arange(64 * 48, dtype="u1").reshape(64, 48)
    jpeg = imagecodecs.jpeg8_encode(array, level=90)
    for file in (encoded(array, usecontainer=True), bytes(imagecodecs.jpegxl_encode_jpeg(jpeg, usecontainer=True))):
        assert file.startswith(START)
        codestream = find_jpeg_xl_codestream(file)
        assert (imagecodecs.jpegxl_decode(codestream) == imagecodecs.jpegxl_decode(file)).all()


def test_what_no_image_of_dicom_is_is_refused() -> None:
    with pytest.raises(ConversionError, match="extra channels"):
        read_jpeg_xl_header(encoded(np.zeros((20, 30, 4), "u1"), photometric="RGB", lossless=True))
    with pytest.raises(ConversionError, match="no integers"):
        read_jpeg_xl_header(find_jpeg_xl_codestream(encoded(np.zeros((20, 30), "f4"), lossless=True)))
    with pytest.raises(ConversionError, match="animation"):
        read_jpeg_xl_header(encoded(np.zeros((3, 20, 30), "u1"), lossless=True))


@given(st.binary(max_size=80), st.lists(st.sampled_from((b"jxlc", b"jxlp", b"uuid", b"brob")), max_size=4))
def test_random_bytes_raise_only_conversion_errors(noise: bytes, kinds: list[bytes]) -> None:
    for frame in (
        noise,
        b"\xff\x0a" + noise,
        START + b"".join(box(kind, b"\0\0\0\0\xff\x0a" + noise) for kind in kinds),
    ):
        try:
            read_jpeg_xl_header(find_jpeg_xl_codestream(frame))
        except ConversionError:
            continue


@pytest.mark.long
@pytest.mark.parametrize("effort", [1, 3, 7])
@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("shape", [(40, 30), (300, 301, 3)])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_usual_codestreams_are_known_to_have_one_whole_frame(
    shape: tuple[int, ...], dtype: str, effort: int, *, lossless: bool
) -> None:
    array = np.random.default_rng(1).integers(0, 200, shape).astype(dtype)
    assert has_one_whole_frame(find_jpeg_xl_codestream(encoded(array, lossless=lossless, effort=effort)))


def test_recompressed_jpeg_is_known_to_have_one_whole_frame() -> None:
    jpeg = imagecodecs.jpeg8_encode(np.zeros((64, 48, 3), "u1"), level=90)
    assert has_one_whole_frame(find_jpeg_xl_codestream(bytes(imagecodecs.jpegxl_encode_jpeg(jpeg))))


def test_frames_of_patches_are_not_taken_for_one_frame() -> None:
    assert not has_one_whole_frame(find_jpeg_xl_codestream(encoded(burned_in(), lossless=True, effort=7)))


def test_cropped_frame_is_not_taken_for_a_whole_one() -> None:
    """After a header of 8 x 8 RGB: a regular modular frame, not the default, with a crop."""
    header = 0b1 | 0b00000 << 1 | 0b001 << 6 | 0b1 << 9 | 0b1 << 10
    whole, cropped = (
        b"\xff\x0a" + (header | (frame << 16)).to_bytes(12, "little")
        for frame in (0b1_00_0_00_00_00_00_1_00_0, 0b1_00_1_00_00_00_00_1_00_0)
    )
    assert read_jpeg_xl_header(whole) == CodestreamHeader(rows=8, columns=8, components=3, precision=8)
    assert has_one_whole_frame(whole)
    assert not has_one_whole_frame(cropped)


@given(st.binary(max_size=80))
def test_random_frames_are_judged_without_an_error(noise: bytes) -> None:
    try:
        read_jpeg_xl_header(b"\xff\x0a" + noise)
    except ConversionError:
        return
    assert has_one_whole_frame(b"\xff\x0a" + noise) in {False, True}
