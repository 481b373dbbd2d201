import os
import struct
import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.pixels import codecs
from dicomdesk.dicom.pixels.codecs import decodable_transfer_syntaxes
from dicomdesk.dicom.transcode import (
    can_convert,
    convert_data_set,
    convert_without_pixel_data,
    make_lengths_explicit,
)
from dicomdesk.errors import CancelledError, ConversionError, DataError, TruncatedError
from tests.helpers.data.datasets import Builder
from tests.helpers.data.encoded import (
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    fragments,
    image_module,
    implicit,
    item,
    open_item,
)

ILE = ts.IMPLICIT_VR_LITTLE_ENDIAN
ELE = ts.EXPLICIT_VR_LITTLE_ENDIAN
EBE = ts.EXPLICIT_VR_BIG_ENDIAN
DEFLATED = ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN

HEAD = explicit(0x00080018, b"UI", b"1.2.3\0") + explicit(
    0x00081140, b"SQ", item(explicit(0x00081150, b"UI", b"1.2\0"))
)
PIXELS = bytes(range(250)) * 5
DATA_SET = HEAD + image_module(rows=25, columns=25, bits=16) + explicit(0x7FE00010, b"OW", PIXELS)


def converted(data: bytes, source: str, target: str) -> bytes:
    return bytes(convert_data_set(data, source=source, target=target))


@pytest.mark.parametrize("target", [ILE, EBE, DEFLATED, ts.RLE_LOSSLESS, ts.ENCAPSULATED_UNCOMPRESSED])
def test_there_and_back_is_the_same(target: str) -> None:
    if not can_convert(ELE, target):
        pytest.skip("no encoder is installed")
    there = converted(DATA_SET, ELE, target)
    assert there != DATA_SET
    assert converted(there, target, ELE) == DATA_SET


@pytest.mark.parametrize("direction", ["compressed", "uncompressed"])
def test_conversion_of_many_frames_can_be_broken_off_after_each(direction: str) -> None:
    data = HEAD + image_module(rows=5, columns=5, bits=16, frames=50) + explicit(0x7FE00010, b"OW", bytes(50 * 50))
    source, target = ELE, ts.ENCAPSULATED_UNCOMPRESSED
    if direction == "uncompressed":
        data, source, target = converted(data, source, target), target, source
    calls: list[None] = []

    def stop() -> None:
        calls.append(None)
        if len(calls) == 30:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        convert_data_set(data, source=source, target=target, moving=stop)


def test_same_transfer_syntax_changes_nothing_at_all() -> None:
    assert convert_data_set(b"anything", source="1.2.3", target="1.2.3") == b"anything"
    assert can_convert("1.2.3", "1.2.3")


def test_any_bytes_like_object_is_taken() -> None:
    assert convert_data_set(memoryview(DATA_SET), source=ELE, target=ILE) == converted(DATA_SET, ELE, ILE)
    assert convert_data_set(bytearray(DATA_SET), source=ELE, target=ILE) == converted(DATA_SET, ELE, ILE)


def test_compression_level_is_used() -> None:
    stored = convert_data_set(DATA_SET, source=ELE, target=DEFLATED, compression_level=0)
    packed = convert_data_set(DATA_SET, source=ELE, target=DEFLATED, compression_level=9)
    assert len(stored) > len(DATA_SET) > len(packed)
    assert inflate(stored) == inflate(packed) == DATA_SET


def test_one_compression_becomes_another() -> None:
    if not can_convert(ts.ENCAPSULATED_UNCOMPRESSED, ts.RLE_LOSSLESS):
        pytest.skip("no encoder is installed")
    there = converted(
        converted(DATA_SET, ELE, ts.ENCAPSULATED_UNCOMPRESSED), ts.ENCAPSULATED_UNCOMPRESSED, ts.RLE_LOSSLESS
    )
    assert converted(there, ts.RLE_LOSSLESS, ELE) == DATA_SET


def test_pixels_of_the_private_ge_syntax_change_byte_order() -> None:
    data = implicit(0x00280010, b"\x05\0") + implicit(0x7FE00010, b"\x01\x02")
    expected = explicit(0x00280010, b"US", b"\x05\0") + explicit(0x7FE00010, b"OW", b"\x02\x01")
    assert converted(data, ts.PRIVATE_GE_IMPLICIT, ELE) == expected


@pytest.mark.parametrize("bits", [8, 16, 32, 64])
def test_words_of_ow_have_two_bytes_however_many_bits_are_allocated(bits: int) -> None:
    pixels = bytes(range(64))
    data = image_module(rows=64 * 8 // bits, columns=1, bits=bits) + explicit(0x7FE00010, b"OW", pixels)
    swapped = bytes(index ^ 1 for index in range(64))  # PS3.5 6.2: OW is a string of 16-bit words
    there = converted(data, ELE, EBE)
    assert there.endswith(swapped)
    assert converted(there, EBE, ELE) == data
    assert converted(there, EBE, ILE).endswith(pixels)
    if bits <= 32 and can_convert(EBE, ts.RLE_LOSSLESS):
        assert converted(converted(there, EBE, ts.RLE_LOSSLESS), ts.RLE_LOSSLESS, ELE).endswith(pixels)


def test_encapsulated_syntax_without_pixels_is_only_renamed() -> None:
    assert converted(HEAD, ts.JPEG_BASELINE, ELE) == HEAD
    native = HEAD + explicit(0x7FE00010, b"OW", b"\x01\x02")
    assert converted(native, ts.JPEG_BASELINE, ELE) == native


def test_sop_instance_uid_never_changes() -> None:
    for target in (ILE, EBE, ts.JPEG_LS_NEAR_LOSSLESS, ts.JPEG_2000_LOSSLESS):
        if can_convert(ELE, target):
            data = HEAD + image_module(rows=32, columns=32) + explicit(0x7FE00010, b"OW", bytes(1024))
            assert b"1.2.3\0" in converted(data, ELE, target)


def test_what_can_be_decoded_can_be_converted_to_all_uncompressed() -> None:
    for source in decodable_transfer_syntaxes():
        for target in (ILE, ELE, EBE, DEFLATED):
            assert can_convert(source, target)


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("1.2.3", ELE, r"the transfer syntax 1\.2\.3 is not known"),
        (ELE, "1.2.3", r"the transfer syntax 1\.2\.3 is not known"),
        (ts.MPEG2_MAIN_LEVEL, ELE, "no decoder for MPEG2 Main Profile @ Main Level$"),
        (ELE, ts.JPEG_BASELINE, "no encoder for JPEG Baseline"),
        (ELE, ts.PRIVATE_GE_IMPLICIT, "no encoder for Private GE"),
    ],
)
def test_impossible_conversion_is_named(source: str, target: str, words: str) -> None:
    assert not can_convert(source, target)
    with pytest.raises(ConversionError, match=words):
        converted(DATA_SET, source, target)


def test_missing_codec_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = codecs.Codec(name="pylibjpeg-openjpeg", modules=("no_such_module",), decodes=(ts.JPEG_2000,))
    monkeypatch.setattr(codecs, "CODECS", (codecs.CODECS[0], absent))
    with pytest.raises(
        ConversionError, match=r"no decoder for JPEG 2000.*; install dicomdesk\[codecs\] \(pylibjpeg-op"
    ):
        converted(DATA_SET, ts.JPEG_2000, ELE)


def test_encapsulated_pixels_in_an_uncompressed_syntax_are_refused() -> None:
    with pytest.raises(ConversionError, match="encapsulated"):
        converted(fragments(b"1234"), ELE, ILE)


def test_lengths_become_explicit_in_each_syntax() -> None:
    open_sequence = explicit(0x00081140, b"SQ", open_item(b"") + SEQUENCE_END, length=UNDEFINED)
    closed = explicit(0x00081140, b"SQ", item())
    assert make_lengths_explicit(open_sequence, ELE) == closed
    assert make_lengths_explicit(open_sequence + fragments(b"12"), ts.JPEG_BASELINE) == closed + fragments(b"12")
    assert inflate(make_lengths_explicit(converted(open_sequence, ELE, DEFLATED), DEFLATED)) == closed
    open_implicit = implicit(0x00081140, open_item(b"") + SEQUENCE_END, length=UNDEFINED)
    assert make_lengths_explicit(open_implicit, ILE) == implicit(0x00081140, item())
    assert make_lengths_explicit(open_sequence, "1.2.3") == closed


def test_every_cut_of_a_data_set_is_an_error_or_converted() -> None:
    for end in range(len(DATA_SET)):
        try:
            converted(DATA_SET[:end], ELE, EBE)
        except TruncatedError:
            continue


def test_nothing_heavy_is_imported_for_plain_conversions() -> None:
    code = (
        "import sys; from dicomdesk.dicom.transcode import convert_data_set;"
        f"convert_data_set(b'', source={ELE!r}, target={ILE!r});"
        "assert not {'numpy', 'pydicom', 'imagecodecs', 'openjpeg', 'jpeg_ls', 'rle'} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


@st.composite
def data_sets(draw: st.DrawFn, depth: int = 2) -> bytes:
    """Explicit little endian data sets that are right, of standard and private elements and sequences."""
    pieces = []
    for tag, vr in draw(
        st.lists(
            st.sampled_from(
                [
                    (0x00080060, b"CS"),
                    (0x00091001, b"UN"),
                    (0x00100010, b"PN"),
                    (0x00280106, b"SS"),
                    (0x00209165, b"AT"),
                    (0x00404010, b"UT"),
                    (0x00420011, b"OB"),
                    (0x7FE00010, b"OW"),
                    (0x00081140, b"SQ"),
                    (0x00189087, b"FD"),
                ]
            ),
            max_size=5,
        )
    ):
        if vr == b"SQ":
            items = draw(st.lists(data_sets(depth=depth - 1), max_size=2)) if depth else []
            pieces.append(explicit(tag, vr, b"".join(item(value) for value in items)))
        else:
            value = draw(st.binary(max_size=20))
            pieces.append(explicit(tag, vr, value[: len(value) // 2 * 2]))
    return b"".join(pieces)


@given(data_sets())
@settings(max_examples=60, deadline=None)
def test_any_data_set_survives_big_endian_and_back(data: bytes) -> None:
    assert converted(converted(data, ELE, EBE), EBE, ELE) == data
    assert make_lengths_explicit(data, ELE) == data
    there = converted(data, ELE, ILE)
    assert converted(converted(there, ILE, ELE), ELE, ILE) == there


@given(
    data=st.binary(max_size=120),
    source=st.sampled_from([syntax.uid for syntax in ts.TRANSFER_SYNTAXES]),
    target=st.sampled_from([ILE, ELE, EBE, DEFLATED, ts.ENCAPSULATED_UNCOMPRESSED]),
)
@settings(deadline=None)
def test_random_bytes_raise_only_data_errors(data: bytes, source: str, target: str) -> None:
    for candidate in (data, MODULE + fragments(data)):
        with suppress(DataError):
            convert_data_set(candidate, source=source, target=target)
        with suppress(DataError):
            make_lengths_explicit(candidate, source)


MODULE = image_module(rows=2, columns=2) + struct.pack("<HH2sH", 0x0028, 0x2110, b"CS", 2) + b"00"


@pytest.mark.parametrize("source", [ELE, ILE, ts.JPEG_BASELINE])
@pytest.mark.parametrize("target", [ELE, ILE, ts.JPEG_BASELINE])
def test_without_pixel_data_everything_can_be_converted(source: str, target: str) -> None:
    data = Builder(source).instance()
    assert convert_without_pixel_data(data, source=source, target=target) == Builder(target).instance()


@pytest.mark.parametrize("is_nested", [True, False])
@pytest.mark.parametrize(
    ("source", "target"), [(ELE, ts.JPEG_BASELINE), (ts.JPEG_BASELINE, ELE), (ILE, ts.JPEG_BASELINE)]
)
def test_pixel_data_stands_in_the_way(source: str, target: str, *, is_nested: bool) -> None:
    build = Builder(source)
    pixels = build.fragments(b"\xff\xd8") if source == ts.JPEG_BASELINE else build.element(0x7FE00010, "OW", b"12")
    data = build.sequence(0x00880200, build.item(pixels)) if is_nested else pixels
    with pytest.raises(ConversionError):
        convert_without_pixel_data(data, source=source, target=target)


def test_what_refers_to_pixel_data_elsewhere_can_be_converted() -> None:
    data = Builder().instance()
    assert convert_without_pixel_data(data, source=ts.JPIP_REFERENCED, target=ILE) == Builder(ILE).instance()
    there = convert_without_pixel_data(data, source=ELE, target=ts.JPIP_REFERENCED_DEFLATE)
    assert inflate(there) == data
    assert convert_without_pixel_data(there, source=ts.JPIP_REFERENCED_DEFLATE, target=ELE) == data
