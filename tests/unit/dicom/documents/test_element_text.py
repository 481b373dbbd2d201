import pytest

from dicomdesk.dicom.documents.data_set import Element
from dicomdesk.dicom.documents.element_text import text_values


@pytest.mark.parametrize(
    ("vr", "raw", "character_set", "values"),
    [
        (b"LO", b"  a \\ b ", b"", ["a", "b"]),
        (b"LT", b" a\\b  ", b"", [" a\\b"]),
        (b"UC", b" a\\ b ", b"", [" a", " b"]),
        (b"UI", b"1.2\\1.3\0", b"", ["1.2", "1.3"]),
        (b"CS", b"", b"", []),
        (b"PN", b"M\xfcller", b"ISO_IR 100", ["Müller"]),
        (b"PN", "王".encode(), b"ISO_IR 192", ["王"]),
        (b"PN", b"M\xfcller", b"", ["Müller"]),
        (b"LT", b"  \xfc ", b"ISO_IR 100", ["  ü"]),
        (b"PN", b"Y=\x1b$B;3ED\x1b(B^x", b"\\ISO 2022 IR 87", ["Y=山田^x"]),
        (b"LO", "表\\b".encode("gb18030"), b"GB18030", ["表", "b"]),
    ],
)
def test_values_are_decoded_and_without_padding(vr: bytes, raw: bytes, character_set: bytes, values: list[str]) -> None:
    assert text_values(Element(0x00100010, vr, raw), character_set) == values
