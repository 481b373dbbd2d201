import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.character_encoding import encode_text
from dicomdesk.dicom.character_sets import decode_text


@pytest.mark.parametrize(
    ("text", "character_set", "encoded"),
    [
        ("Doe", "", b"Doe"),
        ("Müller", "ISO_IR 100", b"M\xfcller"),
        ("Müller", "ISO_IR 192", "Müller".encode()),
        ("Müller", "", None),
        ("Müller", "BOGUS", None),
        ("山田", "ISO_IR 100", None),
        ("ﾔﾏﾀﾞ", "ISO_IR 13", b"\xd4\xcf\xc0\xde"),
        ("山田", "ISO_IR 13", None),
        ("Yamada^Tarou=山田^太郎", "\\ISO 2022 IR 87", b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B"),
        ("Hong=洪^吉洞", "\\ISO 2022 IR 149", b"Hong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7"),
        ("Müller^Дмитрий", "ISO 2022 IR 100\\ISO 2022 IR 144", b"M\xfcller^\x1b-L\xb4\xdc\xd8\xe2\xe0\xd8\xd9"),
        ("Wang^小東", "GB18030", "Wang^小東".encode("gb18030")),
    ],
)
def test_text_is_encoded_or_said_not_to_fit(text: str, character_set: str, encoded: bytes | None) -> None:
    assert encode_text(text, character_set) == encoded


@pytest.mark.parametrize(
    "character_set",
    [
        *("ISO_IR 192", "ISO_IR 100", "ISO_IR 144", "ISO_IR 166", "GB18030", "GBK"),
        *("\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "\\ISO 2022 IR 58", "ISO 2022 IR 100\\ISO 2022 IR 126"),
    ],
)
@given(text=st.text(alphabet="aé ö山田홍길동ДмΑβกข^=\\", max_size=12))
def test_what_can_be_encoded_is_read_again(character_set: str, text: str) -> None:
    encoded = encode_text(text, character_set)
    if encoded is not None:
        assert decode_text(encoded, character_set.encode()) == text.strip(" ")


@given(text=st.text(max_size=20), character_set=st.text(max_size=30))
def test_hostile_terms_never_raise(text: str, character_set: str) -> None:
    encode_text(text, character_set)
