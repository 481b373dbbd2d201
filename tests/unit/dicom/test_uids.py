import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.uids import is_valid_uid, new_uid, safe_file_name_part


@pytest.mark.parametrize("uid", ["1", "1.2.3", "0.0", "2.25.1", "1." + "9" * 62])
def test_valid_uids(uid: str) -> None:
    assert is_valid_uid(uid)


@pytest.mark.parametrize(
    "uid",
    [
        "",
        ".",
        "1.",
        ".1",
        "1..2",
        "01.2",
        "1.02",
        "1.2 ",
        "1.2\0",
        "1.2\n",
        "a",
        "1.2a",
        "1." + "9" * 63,
        "\u0661.\u0662",
    ],
)
def test_invalid_uids(uid: str) -> None:
    assert not is_valid_uid(uid)


def test_new_uids_are_valid_and_different() -> None:
    uids = {new_uid() for _ in range(100)}
    assert len(uids) == 100
    assert all(is_valid_uid(uid) and uid.startswith("2.25.") for uid in uids)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("CT.1.2.3", "CT.1.2.3"),
        ("../../x", "_._.._x"),
        ("a/b\\c:d*e", "a_b_c_d_e"),
        ("..", "__"),
        (".", "_"),
        ("con", "_con"),
        ("Lpt1.txt", "_Lpt1.txt"),
        ("-rf", "_rf"),
        ("naïve", "na_ve"),
        ("a.", "a_"),
        ("", ""),
        ("x" * 300, "x" * 64),
    ],
)
def test_file_name_parts_are_made_harmless(text: str, safe: str) -> None:
    assert safe_file_name_part(text) == safe


@given(st.text(max_size=100), st.integers(1, 80))
def test_safe_file_name_part_never_leads_elsewhere(text: str, limit: int) -> None:
    safe = safe_file_name_part(text, limit)
    assert len(safe) <= limit
    assert safe.isascii()
    assert not set(safe) & set('/\\:*?"<>|\0\n ')
    assert safe not in (".", "..")
    assert bool(safe) == bool(text)
