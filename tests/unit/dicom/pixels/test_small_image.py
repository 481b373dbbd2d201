from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.pixels.small_image import SmallImage, draw_small_image
from dicomdesk.dicom.transcode import convert_data_set
from dicomdesk.errors import ConversionError, DataError
from tests.helpers.data.encoded import explicit, image_module


def grey(pixels: bytes, rows: int, columns: int, *, bits: int = 8, frames: int = 1, before: bytes = b"") -> bytes:
    module = image_module(rows=rows, columns=columns, bits=bits, frames=frames)
    return module + before + explicit(0x7FE00010, b"OW", pixels)


def draw(data: bytes, side: int = 64) -> SmallImage:
    return draw_small_image(data, ts.EXPLICIT_VR_LITTLE_ENDIAN, side)


def window(center: bytes, width: bytes, slope: bytes = b"", intercept: bytes = b"") -> bytes:
    values = ((0x00281050, center), (0x00281051, width), (0x00281052, intercept), (0x00281053, slope))
    return b"".join(explicit(tag, b"DS", value + b" " * (len(value) % 2)) for tag, value in values if value)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 50), st.randoms())
def test_a_picture_is_no_larger_than_asked_for_nor_than_the_image(
    rows: int, columns: int, side: int, random: object
) -> None:
    image = draw(
        grey(bytes(number % 251 for number in range(rows * columns)) + b"\0" * (rows * columns % 2), rows, columns),
        side,
    )
    assert max(image.width, image.height) <= max(1, min(side, max(rows, columns)))
    assert len(image.pixels) == image.width * image.height
    if side >= max(rows, columns):
        assert (image.width, image.height) == (columns, rows)


def test_without_a_window_the_least_is_black_and_the_greatest_white() -> None:
    assert draw(grey(pack("<4H", 100, 200, 300, 200), 2, 2, bits=16)).pixels == bytes((0, 127, 255, 127))


def test_a_window_counts_after_rescaling() -> None:
    pixels = pack("<4H", 1024, 1074, 1124, 0)
    shown = draw(grey(pixels, 2, 2, bits=16, before=window(b"50", b"100", b"1", b"-1024"))).pixels
    assert shown == bytes((0, 127, 255, 0))


def test_the_middle_frame_is_shown() -> None:
    image = draw(grey(bytes((0, 9)) * 2 + bytes((9, 0)) * 2 + bytes((7, 7)) * 2, 2, 2, frames=3))
    assert (image.frame, image.frames, image.pixels) == (2, 3, bytes((255, 0, 255, 0)))


@pytest.mark.parametrize("photometric", [b"RGB ", b"YBR_FULL"])
def test_colours_by_pixel_and_by_plane_are_the_same(photometric: bytes) -> None:
    by_pixel = bytes((76, 85, 255, 255, 255, 255, 0, 0, 0, 10, 20, 30))
    by_plane = bytes(by_pixel[start] for plane in range(3) for start in range(plane, 12, 3))
    made = [
        draw(
            image_module(rows=2, columns=2, samples=3, photometric=photometric, planar=planar)
            + explicit(0x7FE00010, b"OW", pixels)
        )
        for planar, pixels in ((0, by_pixel), (1, by_plane))
    ]
    assert made[0].pixels == made[1].pixels
    assert made[0].is_colour
    if photometric == b"RGB ":
        assert made[0].pixels == by_pixel
    else:
        assert made[0].pixels[:3] == bytes((254, 0, 0))


def test_a_palette_gives_the_colours() -> None:
    palette = b"".join(
        explicit(0x00281101 + number, b"US", pack("<3H", 2, 5, 16))
        + explicit(0x00281201 + number, b"OW", pack("<2H", 0, (number + 1) << 12))
        for number in range(3)
    )
    module = image_module(rows=1, columns=4, photometric=b"PALETTE COLOR ")
    image = draw(module + palette + explicit(0x7FE00010, b"OW", bytes((5, 6, 4, 9))))
    assert image.pixels == bytes((0, 0, 0, 16, 32, 48, 0, 0, 0, 16, 32, 48))


@pytest.mark.parametrize(
    "syntax", [ts.RLE_LOSSLESS, ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, ts.IMPLICIT_VR_LITTLE_ENDIAN]
)
def test_encodings_show_the_same(syntax: str) -> None:
    data = grey(bytes(range(64)) * 2, 8, 8, frames=2)
    converted = convert_data_set(data, source=ts.EXPLICIT_VR_LITTLE_ENDIAN, target=syntax)
    assert draw_small_image(converted, syntax, 64) == draw(data)


@pytest.mark.parametrize(
    ("data", "syntax", "words"),
    [
        (b"", ts.EXPLICIT_VR_LITTLE_ENDIAN, "it is no image"),
        (grey(b"\1\2", 2, 2), ts.EXPLICIT_VR_LITTLE_ENDIAN, "shorter than it says"),
        (grey(b"\1\2\3\4", 2, 2), ts.EXPLICIT_VR_BIG_ENDIAN, "big endian"),
        (grey(b"\1\2\3\4", 2, 2), "1.2.3", "not known"),
        (grey(b"\1\2\3\4", 2, 2, bits=1), ts.EXPLICIT_VR_LITTLE_ENDIAN, "single bits"),
    ],
)
def test_what_cannot_be_drawn_says_why(data: bytes, syntax: str, words: str) -> None:
    with pytest.raises(ConversionError, match=words):
        draw_small_image(data, syntax, 64)


def test_a_data_set_that_is_cut_off_is_refused() -> None:
    with pytest.raises(DataError):
        draw(grey(bytes(64), 8, 8)[:40])
