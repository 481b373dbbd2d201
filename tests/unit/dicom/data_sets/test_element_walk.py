import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.data_sets.element_walk import PIXEL_DATA, Step, StepKind, describe, walk
from dicomdesk.dicom.dictionary import dictionary
from dicomdesk.dicom.encodings import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Encoding
from dicomdesk.errors import DataError, TruncatedError
from tests.helpers.data.encoded import (
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    fragments,
    implicit,
    item,
    open_item,
)

SEQUENCE = 0x00081140
NAME = explicit(0x00100010, b"PN", b"A^B ")


def steps(data: bytes, encoding: Encoding = EXPLICIT_LITTLE) -> list[Step]:
    return list(walk(data, encoding, dictionary().find_vr))


def outline(data: bytes, encoding: Encoding = EXPLICIT_LITTLE) -> str:
    """What is met, in short: e element, ( sequence, [ item, < fragments, . fragment."""
    signs = dict(zip(StepKind, "e()[]<.>", strict=True))
    return "".join(signs[step.kind] for step in steps(data, encoding))


def test_element_is_met_with_its_tag_vr_and_place() -> None:
    assert steps(NAME) == [Step(StepKind.ELEMENT, 0x00100010, b"PN", 8, 4, EXPLICIT_LITTLE)]


def test_implicit_element_has_the_vr_of_the_dictionary() -> None:
    (step,) = steps(implicit(0x00100010, b"A^B "), IMPLICIT_LITTLE)
    assert (step.vr, step.start, step.length) == (b"PN", 8, 4)


def test_big_endian_is_read() -> None:
    (step,) = steps(explicit(0x00280010, b"US", b"\x01\x00", order=">"), EXPLICIT_BIG)
    assert (step.tag, step.vr, step.length) == (0x00280010, b"US", 2)


@pytest.mark.parametrize(
    "data",
    [
        explicit(SEQUENCE, b"SQ", item(NAME)),
        explicit(SEQUENCE, b"SQ", open_item(NAME)),
        explicit(SEQUENCE, b"SQ", item(NAME) + SEQUENCE_END, length=UNDEFINED),
        explicit(SEQUENCE, b"SQ", open_item(NAME) + SEQUENCE_END, length=UNDEFINED),
    ],
    ids=["both-defined", "item-undefined", "sequence-undefined", "both-undefined"],
)
def test_sequence_is_the_same_whatever_its_lengths(data: bytes) -> None:
    assert outline(data + NAME) == "([e])e"


def test_empty_sequences_and_items_are_met() -> None:
    assert outline(explicit(SEQUENCE, b"SQ")) == "()"
    assert outline(explicit(SEQUENCE, b"SQ", item() + open_item())) == "([][])"


def test_unknown_of_undefined_length_holds_implicit_little_endian() -> None:
    content = open_item(implicit(0x00100010, b"A^B ")) + SEQUENCE_END
    found = steps(explicit(0x00091001, b"UN", content, length=UNDEFINED) + NAME)
    assert [step.encoding for step in found if step.kind is StepKind.ELEMENT] == [IMPLICIT_LITTLE, EXPLICIT_LITTLE]


def test_encapsulated_pixel_data_is_fragments() -> None:
    data = fragments(b"1234", b"56", offset_table=b"\0\0\0\0")
    assert outline(data + NAME) == "<...>e"
    assert [data[step.start : step.start + step.length] for step in steps(data) if step.kind is StepKind.FRAGMENT] == [
        b"\0\0\0\0",
        b"1234",
        b"56",
    ]


def test_delimiter_within_a_fragment_is_data() -> None:
    assert outline(fragments(SEQUENCE_END + b"12")) == "<..>"


def test_implicit_pixel_data_of_undefined_length_is_fragments() -> None:
    data = implicit(PIXEL_DATA, item() + item(b"12") + SEQUENCE_END, length=UNDEFINED)
    assert outline(data, IMPLICIT_LITTLE) == "<..>"


def test_unknown_vr_in_capitals_has_a_long_length_and_others_a_short_one() -> None:
    long = b"\x09\x00\x10\x10ZZ\0\0\x02\0\0\0ab"
    short = b"\x09\x00\x10\x10\x01\x02\x02\0ab"
    assert [step.length for step in steps(long + short)] == [2, 2]


def test_order_and_duplicates_are_kept() -> None:
    assert [step.tag for step in steps(NAME + explicit(0x00080060, b"CS", b"CT") + NAME)] == [
        0x00100010,
        0x00080060,
        0x00100010,
    ]


@pytest.mark.parametrize("depth", [1, 3000])
def test_nesting_of_any_depth_is_walked(depth: int) -> None:
    head = explicit(SEQUENCE, b"SQ", length=UNDEFINED) + item(length=UNDEFINED)
    data = head * depth + (ITEM_END + SEQUENCE_END) * depth
    assert outline(data) == "([" * depth + "])" * depth


def test_private_creator_is_told_for_implicit_private_elements() -> None:
    asked = []

    def find_vr(tag: int, creator: str) -> bytes:
        asked.append((tag, creator))
        return b"LO"

    data = implicit(0x00090010, b"ACME ") + implicit(0x00091001, b"x ") + implicit(0x00091101, b"y ")
    list(walk(data, IMPLICIT_LITTLE, find_vr))
    assert asked == [(0x00090010, ""), (0x00091001, "ACME"), (0x00091101, "")]


@pytest.mark.parametrize(
    "data",
    [
        NAME[:5],
        NAME[:-1],
        explicit(0x7FE00010, b"OW", b"12")[:11],
        explicit(0x00100010, b"PN", b"A^B ", length=5),
        explicit(SEQUENCE, b"SQ", item(NAME))[:-3],
        explicit(SEQUENCE, b"SQ", item(NAME), length=UNDEFINED),
        fragments(b"1234")[:-8],
        explicit(0x7FE00010, b"OB", item() + item(b"12", length=300) + SEQUENCE_END, length=UNDEFINED),
    ],
)
def test_cut_off_data_is_truncated(data: bytes) -> None:
    with pytest.raises(TruncatedError):
        steps(data)


@pytest.mark.parametrize(
    "data",
    [
        SEQUENCE_END + NAME,
        explicit(SEQUENCE, b"SQ", NAME),
        explicit(SEQUENCE, b"SQ", item(explicit(0x00100010, b"PN", b"A^B ", length=6))),
        explicit(SEQUENCE, b"SQ", NAME + SEQUENCE_END, length=UNDEFINED),
        explicit(0x00104000, b"UT", b"text", length=UNDEFINED),
        explicit(0x7FE00010, b"OB", NAME, length=UNDEFINED),
        explicit(0x7FE00010, b"OB", item(length=UNDEFINED), length=UNDEFINED),
    ],
)
def test_what_cannot_be_followed_is_an_error(data: bytes) -> None:
    with pytest.raises(DataError):
        steps(data)


def test_every_cut_of_a_data_set_is_whole_or_an_error() -> None:
    data = NAME + explicit(SEQUENCE, b"SQ", open_item(NAME) + SEQUENCE_END, length=UNDEFINED) + fragments(b"1234")
    fragments_start = len(data) - len(fragments(b"1234"))
    header_ends = {len(NAME) + 12, fragments_start + 12, fragments_start + 20}
    for end in range(len(data)):
        if end in {0, len(NAME), fragments_start} | header_ends:
            steps(data[:end])
        else:
            with pytest.raises(DataError):
                steps(data[:end])


@given(data=st.binary(max_size=200), encoding=st.sampled_from([IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG]))
def test_random_bytes_raise_only_data_errors(data: bytes, encoding: Encoding) -> None:
    try:
        steps(data, encoding)
    except DataError:
        return


def test_tag_is_described_as_people_write_it() -> None:
    assert describe(0x7FE00010) == "(7FE0,0010)"
