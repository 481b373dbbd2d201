"""Data sets whose elements are in any order, put in ascending order as DCMTK does."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.ascending_order import ascending
from dicomdesk.dicom.data_sets.structure_check import check_data_set
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.errors import CancelledError, ConversionError
from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT, Builder

ENCODINGS = pytest.mark.parametrize("uid", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
Content = list[tuple[int, "bytes | list[Content]"]]
"""Elements by tag: a value, or items."""

_VALUES = {0x00080060: "CS", 0x00100010: "PN", 0x00200010: "SH", 0x00204000: "UT", 0x00281203: "OW"}
_SEQUENCES = (0x00081140, 0x00400275)


def write(content: Content, build: Builder, *, is_defined: bool = True) -> bytes:
    pieces = []
    for tag, held in content:
        if isinstance(held, bytes):
            pieces.append(build.element(tag, _VALUES[tag], held))
        else:
            items = [build.item(write(one, build, is_defined=is_defined), is_defined=is_defined) for one in held]
            pieces.append(build.sequence(tag, *items, is_defined=is_defined))
    return b"".join(pieces)


def in_order(content: Content) -> Content:
    first: dict[int, bytes | list[Content]] = {}
    for tag, held in content:
        first.setdefault(tag, held)
    return [
        (tag, held if isinstance(held, bytes) else [in_order(one) for one in held])
        for tag, held in sorted(first.items())
    ]


def is_ordered(content: Content) -> bool:
    below = [one for _, held in content if not isinstance(held, bytes) for one in held]
    return all(left[0] < right[0] for left, right in pairwise(content)) and all(map(is_ordered, below))


def _contents() -> st.SearchStrategy[Content]:
    values = st.tuples(st.sampled_from(sorted(_VALUES)), st.binary(max_size=6).map(lambda value: 2 * value))
    return st.recursive(
        st.lists(values, max_size=6),
        lambda inner: st.lists(
            st.one_of(values, st.tuples(st.sampled_from(_SEQUENCES), st.lists(inner, max_size=3))), max_size=6
        ),
        max_leaves=20,
    )


@pytest.mark.long
@given(content=_contents(), uid=st.sampled_from([EXPLICIT, IMPLICIT, BIG_ENDIAN]), is_defined=st.booleans())
def test_elements_ascend_at_all_levels_and_of_those_that_are_there_twice_the_first_stays(
    content: Content, uid: str, *, is_defined: bool
) -> None:
    build, encoding = Builder(uid), Encoding.of_transfer_syntax(uid)
    data = write(content, build, is_defined=is_defined)
    assert bytes(ascending(data, encoding)) == write(in_order(content), build)
    findings = check_data_set(data, is_explicit_vr=uid != IMPLICIT, is_little_endian=uid != BIG_ENDIAN)
    assert findings.is_ordered is is_ordered(content)


@ENCODINGS
def test_encapsulated_pixel_data_changes_its_place_as_a_whole(uid: str) -> None:
    build = Builder(uid)
    pixels = build.header(0x7FE00010, "OB", 0xFFFFFFFF) + build.item() + build.item(b"frame1") + build.item(b"frame2")
    pixels += build.header(0xFFFEE0DD, "", 0)
    patient = build.element(0x00100010, "PN", "A^B")
    study = build.element(0x00200010, "SH", "1")
    data = pixels + study + patient
    assert bytes(ascending(data, Encoding.of_transfer_syntax(uid))) == patient + study + pixels


def test_group_lengths_become_those_of_the_groups_in_order() -> None:
    build = Builder()
    late = build.element(0x00080060, "CS", "CT")
    data = (
        build.element(0x00080000, "UL", 10)
        + build.element(0x00080070, "LO", "AB")
        + build.element(0x00100010, "PN", "A^B ")
        + late
    )
    right = build.element(0x00080000, "UL", 20) + late + data[12:22] + data[22:-10]
    assert bytes(ascending(data, Encoding.of_transfer_syntax(EXPLICIT))) == right


@pytest.mark.long
def test_deep_items_out_of_order_are_put_in_order_without_the_stack() -> None:
    build = Builder()
    depth = 5000
    late = build.element(0x00080060, "CS", "CT")
    opening = build.header(0x00081140, "SQ", 0xFFFFFFFF) + build.header(0xFFFEE000, "", 0xFFFFFFFF)
    closing = build.header(0xFFFEE00D, "", 0) + build.header(0xFFFEE0DD, "", 0) + late
    written = ascending(depth * opening + depth * closing, Encoding.of_transfer_syntax(EXPLICIT))
    findings = check_data_set(written, is_explicit_vr=True, is_little_endian=True)
    assert findings.is_ordered
    assert findings.element_count == 2 * depth


def test_bound_and_cancel_are_those_of_rewriting() -> None:
    build = Builder()
    data = build.sequence(0x00081140, *10_000 * [build.item()]) + build.element(0x00080060, "CS", "CT")
    encoding = Encoding.of_transfer_syntax(EXPLICIT)
    with pytest.raises(ConversionError, match="more than 5000 elements, items and ends"):
        ascending(data, encoding, most_steps=5000)

    def cancelled() -> None:
        raise CancelledError

    with pytest.raises(CancelledError):
        ascending(data, encoding, moving=cancelled)


def test_zeros_behind_a_data_set_are_no_reason_to_change_its_order_and_do_not_come_first() -> None:
    build = Builder(IMPLICIT)
    study, patient = build.element(0x00200010, "SH", "1"), build.element(0x00100010, "PN", "A^B")
    zeros = bytes(16)
    assert check_data_set(patient + study + zeros, is_explicit_vr=False, is_little_endian=True).is_ordered
    assert bytes(ascending(study + patient + zeros, Encoding.of_transfer_syntax(IMPLICIT))) == patient + study
