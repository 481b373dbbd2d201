import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.data_sets.character_sets import decode_text, decode_text_checked

SETS = (b"", b"ISO_IR 192", b"\\ISO 2022 IR 87", b"GBK", b"ISO_IR 13", b"ISO_IR 126", b"\xff")
ESCAPES = (b"\x1b", b"\x1bx", b"\x1b(B", b"\x1b-F\xe9^", b"\x1b$B;3", b"\x1b$)C\xfb", b"\x1b(", b"\x1b$")


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
        (b"a\x1bxb", b"", "a\ufffdxb"),
        (b"\x1b$B;3\x1bx;3\x1b(Bb", b"", "山\ufffdx;3b"),
        (b"\xff\xc4", b"ISO_IR 126", "\ufffdΔ"),
        (b"\xff\xa1", b"ISO_IR 166", "\ufffdก"),
    ],
)
def test_text_is_decoded_by_its_character_set(value: bytes, character_set: bytes, text: str) -> None:
    assert decode_text(value, character_set) == text


@pytest.mark.parametrize(
    ("value", "character_set"),
    [
        (b"\x1b\x1b\x1b", b""),
        (b"a\x1bxb", b"ISO_IR 192"),
        (b"\x1b$B;3\x1bx\x1b(B", b"\\ISO 2022 IR 87"),
        (b"\x1b$B\xff\xff\x1b(B", b"\\ISO 2022 IR 87"),
        (b"J\xe9r", b"ISO_IR 192"),
        (b"\xff", b"GB18030"),
        (b"\xff", b"ISO_IR 126"),
        (b"J\xe9r", b"ISO_IR 999"),
        (b"\x1b(B" * 16_384 + b"\x1b$B;3\x1b(B", b"\\ISO 2022 IR 87"),
    ],
)
def test_what_cannot_be_decoded_is_said_to_be_so(value: bytes, character_set: bytes) -> None:
    decoded = decode_text_checked(value, character_set)
    assert not decoded.is_certain
    assert decoded.text == decode_text(value, character_set) != ""


@pytest.mark.parametrize(
    ("value", "character_set"),
    [
        (b"", b""),
        (b"J\xe9r", b""),
        ("Jér\ufffd".encode(), b"ISO_IR 192"),
        (b"Doe", b"ISO_IR 999"),
        (b"\x1b-F\xd3^\xe9", b"ISO 2022 IR 100\\ISO 2022 IR 126"),
        (b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", b"\\ISO 2022 IR 87"),
    ],
)
def test_what_can_be_decoded_is_certain(value: bytes, character_set: bytes) -> None:
    assert decode_text_checked(value, character_set).is_certain


@given(st.lists(st.one_of(st.sampled_from(ESCAPES), st.binary(max_size=9)), max_size=9), st.sampled_from(SETS))
def test_decoding_never_raises(parts: list[bytes], character_set: bytes) -> None:
    value = b"".join(parts)
    assert isinstance(decode_text(value, character_set), str)
    assert isinstance(decode_text(b"\x1b$B" + value, value), str)


@given(st.lists(st.sampled_from(ESCAPES), min_size=1, max_size=5), st.sampled_from(SETS))
def test_text_of_something_is_never_certain_to_be_nothing(parts: list[bytes], character_set: bytes) -> None:
    value = b"".join(parts)
    decoded = decode_text_checked(value, character_set)
    assert decoded.text or not decoded.is_certain or not value.replace(b"\x1b(B", b"").strip(b" \0")


@pytest.mark.long
@pytest.mark.parametrize("part", [*ESCAPES, b"\xff"])
@pytest.mark.parametrize("character_set", [b"", b"ISO_IR 192", b"ISO_IR 126"])
def test_memory_of_decoding_is_a_small_multiple_of_the_value(part: bytes, character_set: bytes) -> None:
    value = part * ((1 << 20) // len(part))
    tracemalloc.start()
    decode_text(value, character_set)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * len(value)
