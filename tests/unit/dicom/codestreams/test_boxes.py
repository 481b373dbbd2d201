from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.codestreams.boxes import Box, walk_boxes
from dicomdesk.errors import ConversionError


def box(kind: bytes, content: bytes) -> bytes:
    return pack(">I4s", 8 + len(content), kind) + content


def test_boxes_are_walked_in_order() -> None:
    file = (
        box(b"ftyp", b"abc") + pack(">I4sQ", 1, b"long", 16 + 2) + b"xy" + box(b"free", b"") + pack(">I4s", 0, b"last")
    )
    assert [(kind, (file + b"end")[start:end]) for kind, start, end in walk_boxes(file + b"end")] == [
        (b"ftyp", b"abc"),
        (b"long", b"xy"),
        (b"free", b""),
        (b"last", b"end"),
    ]


def test_nothing_is_looked_for_within_a_box() -> None:
    inner = box(b"jp2c", b"false")
    assert [kind for kind, _, _ in walk_boxes(box(b"uuid", inner) + box(b"jp2c", b""))] == [b"uuid", b"jp2c"]


def test_last_box_may_be_cut_off() -> None:
    assert list(walk_boxes(pack(">I4s", 100, b"jp2c") + b"abc")) == [Box(b"jp2c", 8, 100)]


@pytest.mark.parametrize(
    "file",
    [b"abcdefg", *(pack(">I4s", length, b"jp2c") for length in range(2, 8)), pack(">I4sI", 1, b"jp2c", 0)]
    + [pack(">I4sQ", 1, b"jp2c", length) for length in (0, 1, 15)],
)
def test_impossible_lengths_are_refused(file: bytes) -> None:
    with pytest.raises(ConversionError, match=r"boxes are cut off|impossible length"):
        list(walk_boxes(file))


@pytest.mark.long
@given(st.lists(st.tuples(st.sampled_from((0, 1, 7, 8, 9, 16, 1 << 31)), st.binary(max_size=20)), max_size=9))
def test_random_boxes_are_walked_forward_to_their_end(parts: list[tuple[int, bytes]]) -> None:
    file = b"".join(pack(">I", length) + content for length, content in parts)
    reached = 0
    try:
        for _, start, end in walk_boxes(file):
            assert start <= end
            assert start >= reached + 8
            reached = end
    except ConversionError:
        return
    assert reached >= len(file)
