import os
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.dicom.data_sets.element_walk import StepKind, walk
from dicomdesk.dicom.data_sets.rewriting import Rewriting, rewrite
from dicomdesk.dicom.data_sets.structure_check import (
    StructureFindings,
    check_data_set,
    check_window,
)
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance, InputFormat, InputSelection
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import CancelledError, DataError
from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT, ITEM, ITEM_END, UNDEFINED, Builder
from tests.helpers.data.odd_structures import NATIVE, SEQUENCES, data_sets, nested_items

LOOKS_PER_BYTE = 1.0
searching = settings(max_examples=300)


def encoding_of(uid: str) -> Encoding:
    syntax = find_transfer_syntax(uid)
    assert syntax is not None
    return Encoding.of(is_explicit_vr=syntax.is_explicit_vr, is_little_endian=syntax.is_little_endian)


class NarrowView:
    """A view of so many bytes that only ever moves on, and that nobody looks at too often."""

    def __init__(self, data: bytes, width: int) -> None:
        self._data = data
        self._width = width
        self._looks = 0
        self.size = len(data)
        self.base = 0
        self.buffer = data[:width]

    def available(self, offset: int) -> int:
        assert offset >= self.base
        return max(0, self.base + len(self.buffer) - offset)

    def show(self, offset: int, size: int) -> bool:
        assert offset >= self.base, "the walk went back"
        self._looks += 1
        assert self._looks <= 10 + LOOKS_PER_BYTE * self.size, "too many looks"
        if offset + size > self.base + len(self.buffer):
            self.base, self.buffer = offset, self._data[offset : offset + max(size, self._width)]
        return self.available(offset) >= size


def outcome(data: bytes, uid: str, *, takes_rest: bool = False) -> StructureFindings | str:
    """What is found, or why the data set is refused."""
    encoding = encoding_of(uid)
    try:
        return check_data_set(
            data,
            is_explicit_vr=encoding.is_explicit_vr,
            is_little_endian=encoding.is_little_endian,
            takes_rest=takes_rest,
        )
    except DataError as error:
        return str(error)


def outcome_in_view(data: bytes, uid: str, width: int) -> StructureFindings | str:
    try:
        return check_window(NarrowView(data, width), 0, encoding_of(uid))
    except DataError as error:
        return str(error)


@pytest.fixture(scope="module")
def descriptor() -> Iterator[int]:
    with tempfile.TemporaryFile() as file:
        yield file.fileno()


def outcome_in_file(data: bytes, uid: str, descriptor: int) -> StructureFindings | str:
    """The same with the data set behind other bytes of a file."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, b"12345" + data, 0)
    encoding = encoding_of(uid)
    try:
        return check_data_set(
            FileRange(descriptor, 5, len(data)),
            is_explicit_vr=encoding.is_explicit_vr,
            is_little_endian=encoding.is_little_endian,
        )
    except DataError as error:
        return str(error)


@pytest.mark.long
@searching
@given(st.data(), st.sampled_from(NATIVE), st.sampled_from((12, 13, 40, 1000)))
def test_every_view_of_a_data_set_gives_the_same_answer_in_few_looks_without_going_back(
    descriptor: int, draw: st.DataObject, uid: str, width: int
) -> None:
    data = draw.draw(data_sets(uid))
    whole = outcome(data, uid)
    assert outcome_in_view(data, uid, width) == whole
    assert outcome_in_file(data, uid, descriptor) == whole


@pytest.mark.long
@searching
@given(st.data(), st.sampled_from(NATIVE), st.integers(0, 5))
def test_values_longer_than_the_window_change_nothing(
    descriptor: int, draw: st.DataObject, uid: str, place: int
) -> None:
    b = Builder(uid)
    long = b.element(0x7FE00010, "OB", b"\xfe\xff\x00\xe0" * 20_000)
    data = draw.draw(data_sets(uid))
    data = data[: place * 20] + long + data[place * 20 :]
    assert outcome_in_file(data, uid, descriptor) == outcome(data, uid) == outcome_in_view(data, uid, 64)


def findings_plain_and_deflated(data: bytes, *, takes_rest: bool) -> list[StructureFindings | None]:
    stream = zlib.compressobj(wbits=-15)
    deflated = stream.compress(data) + stream.flush()
    found: list[StructureFindings | None] = []
    for content, is_deflated in ((data, False), (deflated, True)):
        try:
            findings = check_data_set(
                content, is_explicit_vr=True, is_little_endian=True, is_deflated=is_deflated, takes_rest=takes_rest
            )
            found.append(findings)
        except DataError:
            found.append(None)
    return found


@searching
@given(st.data(), st.booleans())
def test_deflated_data_sets_are_accepted_and_refused_alike(draw: st.DataObject, takes_rest: bool) -> None:
    plain, deflated = findings_plain_and_deflated(draw.draw(data_sets(EXPLICIT)), takes_rest=takes_rest)
    assert plain == deflated


@pytest.mark.parametrize("length", [19, 20])
def test_a_value_that_is_cut_behind_the_end_of_a_data_set_is_not_of_it(length: int) -> None:
    b = Builder(EXPLICIT)
    data = b.element(0x00080060, "CS", "CT") + b.header(ITEM_END, "", 0) + b.header(0x00100010, "PN", length) + b"a" * 9
    plain, deflated = findings_plain_and_deflated(data, takes_rest=False)
    assert plain is not None
    assert plain == deflated
    assert not plain.has_odd_lengths
    assert plain.rest_bytes == 17


@pytest.mark.parametrize("levels", [2, 20, 40, 4000])
def test_values_that_seem_to_begin_with_items_are_passed_over_at_once(levels: int) -> None:
    data = nested_items(levels) + Builder(IMPLICIT).header(0x00100010, "PN", 100)
    assert outcome_in_view(data, IMPLICIT, 64) == "I/O suspension or premature end of stream"
    assert isinstance(outcome_in_view(nested_items(levels), IMPLICIT, 64), StructureFindings)


@pytest.mark.parametrize("levels", [20, 400])
@pytest.mark.parametrize("uid", NATIVE)
def test_items_that_end_nowhere_are_looked_at_once_inside_an_unknown_of_undefined_length(uid: str, levels: int) -> None:
    b = Builder(uid)
    inside = Builder(IMPLICIT).header(ITEM, "", UNDEFINED) + nested_items(levels)
    data = b.header(0x00091001, "UN", UNDEFINED) + inside
    assert outcome_in_view(data, uid, 64) == "Sequence Delimitation Item missing"


@pytest.mark.parametrize("uid", NATIVE)
def test_nested_sequences_that_all_fail_are_looked_at_once(uid: str) -> None:
    b = Builder(uid)
    data = b.header(ITEM, "", UNDEFINED)
    for level in range(300):
        data = b.header(SEQUENCES[level % 3], "SQ", len(data)) + data
        data = b.header(ITEM, "", len(data)) + data
    assert isinstance(outcome_in_view(data[8:], uid, 64), str | StructureFindings)


def outline(data: bytes, uid: str, *, takes_rest: bool = False) -> list[tuple[StepKind, int, bytes]]:
    """What is in a data set: tags and values, in order; values in little endian text have one form everywhere."""
    return [
        (step.kind, step.tag, data[step.start : step.start + step.length] if step.kind is StepKind.ELEMENT else b"")
        for step in walk(data, encoding_of(uid), find_vr, takes_rest=takes_rest)
    ]


@pytest.mark.long
@searching
@given(st.data(), st.sampled_from(NATIVE), st.booleans())
def test_what_is_accepted_can_be_followed_and_what_is_refused_cannot(
    draw: st.DataObject, uid: str, takes_rest: bool
) -> None:
    data = draw.draw(data_sets(uid))
    if isinstance(outcome(data, uid, takes_rest=takes_rest), str):
        with pytest.raises(DataError):
            outline(data, uid, takes_rest=takes_rest)
    else:
        outline(data, uid, takes_rest=takes_rest)


@pytest.mark.long
@searching
@given(st.data(), st.sampled_from(NATIVE), st.sampled_from(NATIVE))
def test_what_is_accepted_can_be_written_in_every_native_encoding_and_read_again(
    draw: st.DataObject, source: str, target: str
) -> None:
    data = draw.draw(data_sets(source, is_odd=False))
    if isinstance(outcome(data, source, takes_rest=True), str):
        return
    rewriting = Rewriting(source=encoding_of(source), target=encoding_of(target))
    written = bytes(rewrite(data, rewriting))
    found = outcome(written, target)
    assert isinstance(found, StructureFindings)
    assert not any((found.has_undefined_lengths, found.is_irregular, found.rest_bytes))
    assert outline(written, target) == outline(data, source, takes_rest=True)


@pytest.mark.long
@searching
@given(st.data(), st.sampled_from(NATIVE))
def test_what_is_accepted_can_be_written_again_whatever_it_holds(draw: st.DataObject, uid: str) -> None:
    data = draw.draw(data_sets(uid))
    if isinstance(outcome(data, uid, takes_rest=True), str):
        return
    encoding = encoding_of(uid)
    rewriting = Rewriting(source=encoding, target=encoding, may_hold_fragments=True)
    written = bytes(rewrite(data, rewriting))
    assert isinstance(outcome(written, uid), StructureFindings)
    again = rewrite(written, Rewriting(source=encoding, target=encoding, may_hold_fragments=True))
    assert again == written


def test_big_and_little_endian_see_items_alike() -> None:
    for uid in (EXPLICIT, BIG_ENDIAN):
        b = Builder(uid)
        data = b.sequence(SEQUENCES[0], b.item(b.element(0x00100010, "PN", "A^B")), is_defined=False)
        assert [kind for kind, _, _ in outline(data, uid)] == [
            StepKind.SEQUENCE,
            StepKind.ITEM,
            StepKind.ELEMENT,
            StepKind.ITEM_END,
            StepKind.SEQUENCE_END,
        ]


@pytest.mark.parametrize("number", [0x0001, 0xD000, 0xDFFF])
@pytest.mark.parametrize("uid", [EXPLICIT, IMPLICIT])
def test_a_delimiter_is_seen_behind_another_element_of_its_group(uid: str, number: int) -> None:
    b = Builder(uid)
    first = b.element(0x00100010, "UI", "1.20").replace(b"\x10\0\x10\0", b"\xfe\xff" + number.to_bytes(2, "little"))
    last = b.element(0x00100010, "PN", "A^B")
    length = b"UI\0\0" if uid == EXPLICIT else bytes(4)  # what could be read as the length of an element
    found = outcome(first + b"\xfe\xff\x0d\xe0" + length + last, uid)
    assert isinstance(found, StructureFindings)
    assert found.element_count == 2
    assert found.is_irregular
    assert outcome(first + b"\xfe\xff\xdd\xe0" + length + last, uid) == "Item Delimitation Item missing"


class Cancelled:
    """Asks for the end after so many parts."""

    def __init__(self, parts: int) -> None:
        self.parts = parts

    def require_going_on(self) -> None:
        self.parts -= 1
        if self.parts < 0:
            raise CancelledError("The job was cancelled")


@pytest.mark.parametrize("is_deflated", [False, True])
def test_a_check_of_a_long_file_can_be_broken_off(descriptor: int, *, is_deflated: bool) -> None:
    data = Builder().element(0x00080060, "CS", "CT") * 400_000
    if is_deflated:
        stream = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
        data = stream.compress(data) + stream.flush()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, data, 0)
    cancelled = Cancelled(10)
    with pytest.raises(CancelledError):
        check_data_set(
            FileRange(descriptor, 0, len(data)),
            is_explicit_vr=True,
            is_little_endian=True,
            is_deflated=is_deflated,
            moving=cancelled.require_going_on,
        )
    assert cancelled.parts == -1


@pytest.mark.long
def test_a_scan_of_a_long_bare_data_set_can_be_broken_off(tmp_path: Path) -> None:
    path = tmp_path / "bare"
    path.write_bytes(Builder().instance() + Builder().element(0x00080060, "CS", "CT") * 400_000)
    cancelled = Cancelled(10)
    selection = InputSelection(paths=(str(path),), format=InputFormat.FILE_OR_DATA_SET)
    with pytest.raises(CancelledError):
        list(scan(selection, cancelled.require_going_on))
    assert cancelled.parts == -1
    (found,) = scan(selection)
    assert isinstance(found, FoundInstance)
