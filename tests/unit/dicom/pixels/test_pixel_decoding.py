import struct

import pytest

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.data_sets.element_walk import PIXEL_DATA
from dicomdesk.dicom.pixels import pixel_decoding
from dicomdesk.dicom.pixels.pixel_decoding import (
    ALWAYS_DECODED_BYTES,
    BELIEVABLE_RATIO,
    decode_pixel_data,
    decoded_limit,
)
from dicomdesk.errors import ConversionError, DataError
from tests.helpers.data.encoded import explicit, fragments, image_module, item

SEQUENCE = 0x00880200


def run_length(*segments: bytes) -> bytes:
    starts = [64 + sum(map(len, segments[:index])) for index in range(len(segments))]
    return struct.pack("<16I", len(segments), *starts, *[0] * (15 - len(segments))) + b"".join(segments)


FRAME = run_length(b"\x03abcd")


def test_data_set_without_pixel_data_needs_no_change() -> None:
    assert decode_pixel_data(explicit(0x00080060, b"CS", b"SR"), ts.RLE_LOSSLESS) == {}
    native = image_module(rows=2, columns=2) + explicit(PIXEL_DATA, b"OW", b"abcd")
    assert decode_pixel_data(native, ts.RLE_LOSSLESS) == {}


def test_frames_become_one_value() -> None:
    data = image_module(rows=2, columns=2, frames=2) + fragments(FRAME, run_length(b"\xfde"))
    (edit,) = decode_pixel_data(data, ts.RLE_LOSSLESS).values()
    assert edit.replaced == {PIXEL_DATA: (b"OW", b"abcdeeee")}


def test_icons_are_decoded_where_they_are() -> None:
    icon = image_module(rows=2, columns=2) + fragments(FRAME)
    before = explicit(SEQUENCE, b"SQ", item(icon))
    main = image_module(rows=1, columns=4) + fragments(FRAME)
    edits = decode_pixel_data(before + main, ts.RLE_LOSSLESS)
    assert set(edits) == {0, 20}
    assert all(edit.replaced[PIXEL_DATA][1] == b"abcd" for edit in edits.values())


def test_offset_tables_are_removed() -> None:
    (edit,) = decode_pixel_data(image_module(rows=2, columns=2) + fragments(FRAME), ts.RLE_LOSSLESS).values()
    assert edit.removed == {0x7FE00001, 0x7FE00002, 0x7FE00003}


def test_planar_configuration_is_said_where_it_was_not() -> None:
    frame = run_length(*[b"\x03abcd"] * 3)
    data = image_module(rows=2, columns=2, samples=3, photometric=b"RGB ") + fragments(frame)
    (edit,) = decode_pixel_data(data, ts.RLE_LOSSLESS).values()
    assert edit.replaced[0x00280006] == (b"US", b"\0\0")
    data = image_module(rows=2, columns=2, samples=3, photometric=b"RGB ", planar=1) + fragments(frame)
    (edit,) = decode_pixel_data(data, ts.RLE_LOSSLESS).values()
    assert edit.replaced == {PIXEL_DATA: (b"OW", b"abcd" * 3)}


def test_frames_of_single_bits_follow_without_gap() -> None:
    data = image_module(rows=3, columns=3, bits=1, frames=3) + fragments(*[b"\xff\x01"] * 3)
    (edit,) = decode_pixel_data(data, ts.ENCAPSULATED_UNCOMPRESSED).values()
    assert edit.replaced[PIXEL_DATA][1] == b"\xff\xff\xff\x07"
    data = image_module(rows=3, columns=3, bits=1, frames=3) + fragments(b"\0\0", b"\xff\x01", b"\0\0")
    (edit,) = decode_pixel_data(data, ts.ENCAPSULATED_UNCOMPRESSED).values()
    assert edit.replaced[PIXEL_DATA][1] == b"\x00\xfe\x03\x00"


def test_odd_frames_lose_their_padding() -> None:
    data = image_module(rows=1, columns=3, frames=2) + fragments(b"abc\0", b"def\0")
    (edit,) = decode_pixel_data(data, ts.ENCAPSULATED_UNCOMPRESSED).values()
    assert edit.replaced[PIXEL_DATA][1] == b"abcdef"


@pytest.mark.parametrize(
    "data",
    [
        fragments(FRAME),
        image_module(rows=2, columns=2) + fragments(),
        image_module(rows=2, columns=2, frames=2) + fragments(FRAME),
        image_module(rows=2, columns=3) + fragments(FRAME),
        image_module(rows=60000, columns=60000, frames=60000) + fragments(FRAME),
    ],
    ids=["no module", "no frame", "frame missing", "too short", "too long"],
)
def test_pixel_data_that_cannot_be_decoded_is_an_error(data: bytes) -> None:
    with pytest.raises(ConversionError):
        decode_pixel_data(data, ts.RLE_LOSSLESS)


def test_every_cut_is_an_error_or_whole() -> None:
    data = image_module(rows=2, columns=2, frames=2) + fragments(FRAME, FRAME)
    whole = decode_pixel_data(data, ts.RLE_LOSSLESS)
    for end in range(len(data)):
        try:
            edits = decode_pixel_data(data[:end], ts.RLE_LOSSLESS)
        except DataError:
            continue
        assert edits in ({}, whole)


def test_frames_that_claim_too_much_together_are_not_decoded() -> None:
    data = image_module(rows=1024, columns=1024, frames=1000) + fragments(*[FRAME] * 1000)
    with pytest.raises(
        ConversionError, match=r"^pixel data of \d+ bytes claims to become 1048576000, where \d+ are bel"
    ):
        decode_pixel_data(data, ts.RLE_LOSSLESS)
    icon = image_module(rows=8000, columns=8000) + fragments(FRAME)
    icons = explicit(SEQUENCE, b"SQ", item(icon) * 9)
    with pytest.raises(ConversionError):
        decode_pixel_data(icons, ts.JPEG_2000)


def test_images_of_a_data_set_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixel_decoding, "ALWAYS_DECODED_BYTES", 1000)
    monkeypatch.setattr(pixel_decoding, "BELIEVABLE_RATIO", 1)
    frame = run_length(b"\x81\0" * 4)
    icon = image_module(rows=16, columns=32) + fragments(frame)
    assert decode_pixel_data(explicit(SEQUENCE, b"SQ", item(icon)), ts.RLE_LOSSLESS)
    with pytest.raises(ConversionError, match="claims to become 1024, where 1000 are believed"):
        decode_pixel_data(explicit(SEQUENCE, b"SQ", item(icon) * 2), ts.RLE_LOSSLESS)


def test_bound_grows_with_the_pixel_data_and_ends() -> None:
    assert decoded_limit(0) == ALWAYS_DECODED_BYTES >= 1000 * 512 * 512 * 2
    assert decoded_limit(200_000) == 200_000 * BELIEVABLE_RATIO
    assert decoded_limit(1 << 40) == 0xFFFFFFFE


def test_fragments_are_bounded_in_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixel_decoding, "MOST_FRAGMENTS", 5)
    data = image_module(rows=2, columns=2, frames=5)
    assert decode_pixel_data(data + fragments(*[FRAME] * 5), ts.RLE_LOSSLESS)
    with pytest.raises(ConversionError, match="more than 5 fragments"):
        decode_pixel_data(data + fragments(*[FRAME] * 6), ts.RLE_LOSSLESS)
