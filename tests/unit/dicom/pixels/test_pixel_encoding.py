import pytest

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.data_sets.element_walk import PIXEL_DATA
from dicomdesk.dicom.data_sets.rewriting import DataSetEdit
from dicomdesk.dicom.pixels.frame_encoding import EncodingOptions
from dicomdesk.dicom.pixels.pixel_encoding import encode_pixel_data
from dicomdesk.errors import ConversionError
from tests.helpers.data.encoded import explicit, image_module, item


def encoded(data: bytes, uid: str) -> DataSetEdit:
    (edit,) = encode_pixel_data(data, uid, EncodingOptions()).values()
    return edit


def image(pixels: bytes, *, rows: int = 32, photometric: bytes = b"MONOCHROME2 ", samples: int = 1) -> bytes:
    module = image_module(
        rows=rows,
        columns=32,
        samples=samples,
        photometric=photometric,
        planar=1 if samples > 1 else None,
        frames=len(pixels) // (rows * 32 * samples),
    )
    return module + explicit(PIXEL_DATA, b"OW", pixels)


def test_data_set_without_pixel_data_needs_no_change() -> None:
    assert encode_pixel_data(explicit(0x00080060, b"CS", b"SR"), ts.RLE_LOSSLESS, EncodingOptions()) == {}


def test_icons_stay_as_they_are() -> None:
    data = explicit(0x00880200, b"SQ", item(image(bytes(1024))))
    assert encode_pixel_data(data, ts.RLE_LOSSLESS, EncodingOptions()) == {}


def test_each_frame_is_a_fragment_and_the_offset_table_says_where() -> None:
    edit = encoded(image(bytes(3 * 1024)), ts.ENCAPSULATED_UNCOMPRESSED)
    table, *frames = edit.fragments[PIXEL_DATA]
    assert frames == [bytes(1024)] * 3
    assert bytes(table) == b"\0\0\0\0\x08\x04\0\0\x10\x08\0\0"


def test_colour_by_plane_becomes_colour_by_pixel() -> None:
    data = image(b"R" * 1024 + b"G" * 1024 + b"B" * 1024, samples=3, photometric=b"RGB ")
    edit = encoded(data, ts.RLE_LOSSLESS)
    assert edit.replaced == {0x00280006: (b"US", b"\0\0")}
    assert encoded(data, ts.ENCAPSULATED_UNCOMPRESSED).replaced == {}


def test_colour_transform_is_said() -> None:
    data = image(bytes(3072), samples=3, photometric=b"RGB ")
    assert encoded(data, ts.JPEG_2000_LOSSLESS).replaced[0x00280004] == (b"CS", b"YBR_RCT")
    assert encoded(data, ts.JPEG_2000).replaced[0x00280004] == (b"CS", b"YBR_ICT")


def test_loss_is_said_after_earlier_losses() -> None:
    before = explicit(0x00282112, b"DS", b"5 ") + explicit(0x00282114, b"CS", b"ISO_10918_1 ")
    replaced = encoded(before + image(bytes(range(256)) * 4), ts.JPEG_LS_NEAR_LOSSLESS).replaced
    assert replaced[0x00282110] == (b"CS", b"01")
    assert bytes(replaced[0x00282112][1]).startswith(b"5\\")
    assert replaced[0x00282114] == (b"CS", b"ISO_10918_1\\ISO_14495_1")


@pytest.mark.parametrize(
    ("data", "uid"),
    [
        (image_module(rows=32, columns=32) + explicit(PIXEL_DATA, b"OW", bytes(100)), ts.RLE_LOSSLESS),
        (image_module(rows=3, columns=3, bits=1) + explicit(PIXEL_DATA, b"OW", bytes(2)), ts.DEFLATED_IMAGE_FRAME),
        (image(bytes(1024), photometric=b"PALETTE COLOR "), ts.JPEG_2000),
        (explicit(PIXEL_DATA, b"OW", bytes(2)), ts.RLE_LOSSLESS),
    ],
    ids=["too short", "bits", "palette", "no module"],
)
def test_pixel_data_that_cannot_be_compressed_is_an_error(data: bytes, uid: str) -> None:
    with pytest.raises(ConversionError):
        encode_pixel_data(data, uid, EncodingOptions())
