import imagecodecs
import numpy as np
import pytest

from dicomdesk.dicom.pixels import limited_decoding
from dicomdesk.dicom.pixels.limited_decoding import can_decode_limited, decode_jpeg_xl_limited
from dicomdesk.errors import ConversionError


def encoded(array: object) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(array, lossless=True, effort=1))  # type: ignore[arg-type]  # whatever it takes


@pytest.mark.parametrize("dtype", ["u1", "<u2"])
def test_samples_are_those_of_the_library(dtype: str) -> None:
    array = np.arange(60 * 50).reshape(60, 50).astype(dtype)
    assert decode_jpeg_xl_limited(encoded(array), array.size) == (array.tobytes(), array.dtype.itemsize)
    assert can_decode_limited()


@pytest.mark.long
def test_what_cannot_be_decoded_is_an_error() -> None:
    frame = encoded(np.arange(6000, dtype="u2").reshape(60, 100))
    for wrong in (b"", frame[: len(frame) // 2], b"\xff\x0a" + bytes(30)):
        with pytest.raises(ConversionError, match="a JPEG XL frame is corrupt"):
            decode_jpeg_xl_limited(wrong, 6000)


def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = encoded(np.zeros((3000, 3000), "u2"))
    monkeypatch.setattr(limited_decoding, "MEMORY_BYTES", 8 << 20)
    with pytest.raises(ConversionError, match="JPEG XL"):
        decode_jpeg_xl_limited(frame, 64)


def test_time_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = encoded(np.zeros((60, 50), "u2"))
    monkeypatch.setattr(limited_decoding, "SECONDS", 0)
    with pytest.raises(ConversionError, match="JPEG XL frame takes"):
        decode_jpeg_xl_limited(frame, 1 << 19)
