import os
import subprocess
import sys

import pytest

from dicomdesk.dicom import transfer_syntaxes as ts
from dicomdesk.dicom.pixels import codecs


def test_all_that_dcmtk_decodes_is_decoded() -> None:
    of_dcmtk = {
        ts.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
        *(ts.JPEG_BASELINE, ts.JPEG_EXTENDED, ts.JPEG_SPECTRAL_SELECTION, ts.JPEG_FULL_PROGRESSION),
        *(ts.JPEG_LOSSLESS, ts.JPEG_LOSSLESS_FIRST_ORDER, ts.JPEG_LS_LOSSLESS, ts.JPEG_LS_NEAR_LOSSLESS),
        ts.RLE_LOSSLESS,
    }
    assert of_dcmtk <= set(codecs.decodable_transfer_syntaxes())


def test_decodable_are_in_the_order_of_the_table_without_the_uncompressed() -> None:
    order = [syntax.uid for syntax in ts.TRANSFER_SYNTAXES]
    found = [order.index(uid) for uid in codecs.decodable_transfer_syntaxes()]
    assert found == sorted(found)
    assert not ts.UNCOMPRESSED & set(codecs.decodable_transfer_syntaxes())


@pytest.mark.parametrize("syntax", ts.TRANSFER_SYNTAXES, ids=lambda syntax: syntax.uid)
def test_table_names_only_known_transfer_syntaxes_and_video_is_not_decoded(syntax: ts.TransferSyntax) -> None:
    is_video = "MPEG" in syntax.name or "HEVC" in syntax.name
    is_there = any(syntax.uid in codec.decodes for codec in codecs.CODECS)
    assert not (is_video and is_there)
    assert codecs.can_decode(syntax.uid) == (is_there or syntax.uid in ts.UNCOMPRESSED)


def test_every_uid_of_the_table_is_known() -> None:
    for codec in codecs.CODECS:
        for uid in codec.decodes + codec.encodes:
            assert ts.find_transfer_syntax(uid) is not None


def test_uncompressed_is_always_read_and_written() -> None:
    for uid in ts.UNCOMPRESSED:
        assert codecs.can_decode(uid)
        assert codecs.can_encode(uid)


def test_unknown_transfer_syntax_is_neither_read_nor_written() -> None:
    assert not codecs.can_decode("1.2.3")
    assert not codecs.can_encode("1.2.3")
    assert codecs.missing_packages("1.2.3") == ()


def test_absent_package_is_not_used_and_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = codecs.Codec(name="future-codec", modules=("no_such_module_here",), decodes=("1.2.3",), encodes=("1.2.3",))
    monkeypatch.setattr(codecs, "CODECS", (*codecs.CODECS, absent))
    assert not codecs.can_decode("1.2.3")
    assert not codecs.can_encode("1.2.3")
    assert codecs.missing_packages("1.2.3") == ("future-codec",)


def test_asking_imports_no_codec() -> None:
    code = (
        "import sys; from dicomdesk.dicom.pixels import codecs; codecs.decodable_transfer_syntaxes();"
        "assert not {'numpy', 'pydicom', 'imagecodecs', 'openjpeg', 'jpeg_ls', 'rle'} & set(sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
