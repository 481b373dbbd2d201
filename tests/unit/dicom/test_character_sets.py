import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.character_sets import decode_text


@pytest.mark.parametrize(
    ("value", "character_set", "text"),
    [
        (b"Buc^J\xe9r\xf4me ", b"ISO_IR 100", "Buc^Jérôme"),
        (b"\xc4\xeb\xe5\xed", b"ISO_IR 126", "Δλεν"),
        (b"\xbb\xee\xda\x63\x65\xdc", b"ISO_IR 144", "Люкceм"),
        ("Wang^XiaoDong=王^小東".encode(), b"ISO_IR 192", "Wang^XiaoDong=王^小東"),
        (b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab", b"GB18030", "Wang^XiaoDong=王^小东"),
        (b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", b"\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎"),
        (b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3", b"ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        (b"Hong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce", b"\\ISO 2022 IR 149", "Hong=洪^吉"),
        (b"\x1b$)A\xcd\xf5", b"\\ISO 2022 IR 58", "王"),
        (b"\x1b-F\xc4\xe9", b"ISO 2022 IR 6\\ISO 2022 IR 126", "Δι"),
        (b"\x1b-F\xd3^\xe9", b"ISO 2022 IR 100\\ISO 2022 IR 126", "Σ^é"),
        (b"\x1b$B;3\x1b(B\xe9", b"ISO 2022 IR 126\\ISO 2022 IR 87", "山ι"),
        (b"J\xc3\xa9r", b"", "Jér"),
        (b"J\xe9r", b"", "Jér"),
        (b"Doe\0", b"ISO_IR 999", "Doe"),
        (b"a\x1bxb", b"", "axb"),
    ],
)
def test_text_is_decoded_by_its_character_set(value: bytes, character_set: bytes, text: str) -> None:
    assert decode_text(value, character_set) == text


@given(
    st.binary(max_size=60), st.sampled_from((b"", b"ISO_IR 192", b"\\ISO 2022 IR 87", b"GBK", b"ISO_IR 13", b"\xff"))
)
def test_decoding_never_raises(value: bytes, character_set: bytes) -> None:
    assert isinstance(decode_text(value, character_set), str)
    assert isinstance(decode_text(b"\x1b$B" + value, value), str)
