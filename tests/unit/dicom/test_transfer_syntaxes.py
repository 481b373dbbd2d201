import pytest

from dicomdesk.dicom import transfer_syntaxes
from dicomdesk.dicom.transfer_syntaxes import (
    TRANSFER_SYNTAXES,
    UNCOMPRESSED,
    Compression,
    find_transfer_syntax,
    find_transfer_syntax_by_symbol,
    transfer_syntax_name,
)


def test_41_are_known_to_dcmtk_and_come_first() -> None:
    known = [syntax.known_to_dcmtk for syntax in TRANSFER_SYNTAXES]
    assert known == [True] * 41 + [False] * (len(known) - 41)


def test_uids_and_symbols_are_unique() -> None:
    assert len({syntax.uid for syntax in TRANSFER_SYNTAXES}) == len(TRANSFER_SYNTAXES)
    assert len({syntax.symbol for syntax in TRANSFER_SYNTAXES}) == len(TRANSFER_SYNTAXES)


@pytest.mark.parametrize(
    ("uid", "is_explicit_vr", "is_little_endian", "is_encapsulated", "is_deflated", "compression"),
    [
        (transfer_syntaxes.IMPLICIT_VR_LITTLE_ENDIAN, False, True, False, False, Compression.NONE),
        (transfer_syntaxes.EXPLICIT_VR_LITTLE_ENDIAN, True, True, False, False, Compression.NONE),
        (transfer_syntaxes.EXPLICIT_VR_BIG_ENDIAN, True, False, False, False, Compression.NONE),
        (transfer_syntaxes.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, True, True, False, True, Compression.LOSSLESS),
        (transfer_syntaxes.RLE_LOSSLESS, True, True, True, False, Compression.LOSSLESS),
        (transfer_syntaxes.JPEG_BASELINE, True, True, True, False, Compression.LOSSY),
        (transfer_syntaxes.JPEG_2000, True, True, True, False, Compression.LOSSY),
        (transfer_syntaxes.JPIP_REFERENCED_DEFLATE, True, True, False, True, Compression.LOSSY),
        (transfer_syntaxes.PRIVATE_GE_IMPLICIT, False, True, False, False, Compression.NONE),
        (transfer_syntaxes.ENCAPSULATED_UNCOMPRESSED, True, True, True, False, Compression.NONE),
        (transfer_syntaxes.HTJ2K_LOSSLESS, True, True, True, False, Compression.LOSSLESS),
    ],
)
def test_properties_are_those_of_the_standard(
    uid: str,
    is_explicit_vr: bool,
    is_little_endian: bool,
    is_encapsulated: bool,
    is_deflated: bool,
    compression: Compression,
) -> None:
    syntax = find_transfer_syntax(uid)
    assert syntax is not None
    assert syntax[3:8] == (is_explicit_vr, is_little_endian, is_encapsulated, is_deflated, compression)


def test_uncompressed_ones_are_the_three_native_encodings() -> None:
    assert {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"} == UNCOMPRESSED


def test_symbol_finds_what_uid_finds() -> None:
    for syntax in TRANSFER_SYNTAXES:
        assert find_transfer_syntax(syntax.uid) is syntax
        assert find_transfer_syntax_by_symbol(syntax.symbol) is syntax


def test_unknown_uid_is_its_own_name() -> None:
    assert find_transfer_syntax("1.2.3") is None
    assert find_transfer_syntax_by_symbol("littleendianexplicit") is None
    assert transfer_syntax_name("1.2.3") == "1.2.3"
    assert transfer_syntax_name("1.2.840.10008.1.2.4.70") == "JPEG Lossless, Non-hierarchical, 1st Order Prediction"


def test_constants_are_in_the_table() -> None:
    constants = [value for name, value in vars(transfer_syntaxes).items() if name.isupper() and isinstance(value, str)]
    uids = [value for value in constants if value.startswith("1.2.840.")]
    assert len(uids) > 20
    assert all(find_transfer_syntax(uid) is not None for uid in uids)
