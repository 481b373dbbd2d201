"""Harnesses of what reads data sets: the check of their structure, conversion, headers of files, the index."""

import contextlib
import os
import warnings
from collections.abc import Iterator
from functools import cache
from io import BytesIO

from pydicom.filereader import data_element_generator

from dicomdesk.archive.areas.entry_reader import entry_of_data_set
from dicomdesk.dicom.data_set_source import FileRange
from dicomdesk.dicom.data_sets.deflate import deflate, inflate
from dicomdesk.dicom.data_sets.editing import DataSetChanges, edit_data_set
from dicomdesk.dicom.data_sets.element_walk import StepKind, describe, walk
from dicomdesk.dicom.data_sets.file_windows import Window
from dicomdesk.dicom.data_sets.inflating_window import InflatingWindow
from dicomdesk.dicom.data_sets.structure_check import (
    StructureFindings,
    check_data_set,
    check_window,
)
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, Encoding
from dicomdesk.dicom.files.part10 import parse_header, read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.transcode import convert_data_set, make_lengths_explicit
from dicomdesk.dicom.value_representations import WORD_BYTES, swap_words
from dicomdesk.errors import ConversionError, DataError, InvalidUidError
from tests.fuzz.generating import SYNTAX_OF
from tests.fuzz.mutations import ENCODINGS
from tests.fuzz.properties import Outcome, attempt, require, require_same


@cache
def _scratch() -> int:
    """A file without a name that each input is written into."""
    return os.memfd_create("fuzz")


def in_file(data: bytes) -> int:
    """The descriptor of a file with these bytes, until the next call."""
    descriptor = _scratch()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, data, 0)
    return descriptor


class _SmallWindow(Window):
    """Shows no more than it must, and forgets what it has passed."""

    __slots__ = ("_data", "_least")

    def __init__(self, data: bytes, least: int) -> None:
        super().__init__(data[:least], len(data), -1, 0)
        self._data = data
        self._least = least

    def show(self, offset: int, size: int) -> bool:
        if not (self.base <= offset and offset + size <= self.base + len(self.buffer)) and offset < self.size:
            self.base, self.buffer = offset, self._data[offset : offset + max(size, self._least)]
        return self.base <= offset and offset + size <= self.base + len(self.buffer)


def _check(data: bytes, encoding: Encoding) -> Outcome[StructureFindings]:
    return attempt(
        lambda: check_data_set(
            data, is_explicit_vr=encoding.is_explicit_vr, is_little_endian=encoding.is_little_endian
        ),
        DataError,
    )


def check_structure(data: bytes) -> None:
    """The check in memory, in a file behind other bytes, and through windows of every size."""
    encoding, content = ENCODINGS[data[0] % 4 if data else 0], data[1:]
    whole = _check(content, encoding)
    for before in (0, 4091):
        descriptor = in_file(bytes(before) + content)
        of_file = attempt(
            lambda: check_data_set(
                FileRange(descriptor, before, len(content)),  # noqa: B023 - called at once
                is_explicit_vr=encoding.is_explicit_vr,
                is_little_endian=encoding.is_little_endian,
            ),
            DataError,
        )
        require_same(of_file.told, whole.told, "a data set in a file is checked as in memory")
    for least in (12, 13, 40, 256):
        window = _SmallWindow(content, least)
        seen = attempt(lambda: check_window(window, 0, encoding), DataError)  # noqa: B023 - called at once
        require_same(seen.told, whole.told, "a data set in small windows is checked as in memory")


_Seen = tuple[StepKind, int, bytes]


def _contents(data: bytes, encoding: Encoding, vrs: Iterator[bytes] | None = None) -> list[_Seen]:
    """What a data set holds whatever its encoding: kinds, tags and values in little endian, padded.

    ``vrs`` are those by which words are swapped, where the encoding's own may be less.
    """
    seen = []
    for step in walk(data, encoding, find_vr, takes_rest=True):  # a header without its value is converted as empty
        value = b""
        if step.kind in {StepKind.ELEMENT, StepKind.FRAGMENT}:
            value = bytes(data[step.start : step.start + step.length])
        is_odd = len(value) % 2 == 1
        if step.kind is StepKind.ELEMENT:
            vr = step.vr if vrs is None else next(vrs, step.vr)
            if not step.encoding.is_little_endian and vr in WORD_BYTES:
                value = swap_words(value + b"\0" * is_odd, WORD_BYTES[vr])
            if not step.tag & 0xFFFF and step.length == 4:
                value = b""  # a group length is made right
        if len(value) % 2:
            value += b" "
        if value.endswith(b"\0"):
            value = value[:-1] + b" "
        seen.append((step.kind, step.tag, value))
    return seen


def _vrs(data: bytes, encoding: Encoding) -> list[bytes]:
    return [step.vr for step in walk(data, encoding, find_vr, takes_rest=True) if step.kind is StepKind.ELEMENT]


def rewrite(data: bytes) -> None:
    """What is accepted can be written in each native encoding, is accepted again, and holds the same."""
    encoding, content = ENCODINGS[data[0] % 4 if data else 0], data[1:]
    if _check(content, encoding).error is not None:
        attempt(
            lambda: convert_data_set(content, source=SYNTAX_OF[encoding], target=SYNTAX_OF[EXPLICIT_LITTLE]), DataError
        )
        return
    made = attempt(lambda: bytes(make_lengths_explicit(content, SYNTAX_OF[encoding])), DataError)
    require(made.error is None, "what is accepted can be written again", made.error)
    before, vrs = _contents(content, encoding), _vrs(content, encoding)
    keeps_sequences = agrees_with_dictionary(content, encoding)
    for target, syntax in SYNTAX_OF.items():
        written = made  # as it came, where nothing is to be converted
        if target is not encoding:
            written = attempt(
                lambda: bytes(convert_data_set(content, source=SYNTAX_OF[encoding], target=syntax)),  # noqa: B023 - called at once
                DataError,
            )
        if isinstance(written.error, ConversionError):
            continue  # encapsulated pixel data, and lengths that no field can hold
        require(written.error is None, "what is accepted can be converted", written.error)
        if not (target.is_explicit_vr or keeps_sequences):
            continue
        result = bytes(written.value or b"")
        again = _check(result, target)
        require(again.error is None, "what was converted is accepted", again.error)
        require(again.value is not None and not again.value.has_odd_lengths, "what was converted has even lengths")
        require_same(_contents(result, target, iter(vrs)), before, "what was converted holds the same")
        _compare_with_pydicom(result, target)


def agrees_with_dictionary(data: bytes, encoding: Encoding) -> bool:
    """Whether a data set is read alike when no VR says what a sequence is: the dictionary does then."""
    return all(
        (step.kind is StepKind.SEQUENCE) == (find_vr(step.tag) == b"SQ")
        for step in walk(data, encoding, find_vr)
        if step.kind in {StepKind.SEQUENCE, StepKind.ELEMENT}
    )


def _compare_with_pydicom(data: bytes, encoding: Encoding) -> None:
    """pydicom meets the same elements outside of sequences, as far as it gets."""
    depth = 0
    ours: list[tuple[str, bytes | None]] = []
    for step in walk(data, encoding, find_vr):
        if step.kind in {StepKind.SEQUENCE, StepKind.FRAGMENTS}:
            if not depth:
                ours.append((describe(step.tag), None))
            depth += 1
        elif step.kind in {StepKind.SEQUENCE_END, StepKind.FRAGMENTS_END}:
            depth -= 1
        elif step.kind is StepKind.ELEMENT and not depth:
            ours.append((describe(step.tag), bytes(data[step.start : step.start + step.length])))
    for found, (tag, value) in zip(ours, _seen_by_pydicom(data, encoding), strict=False):
        require_same(describe(tag), found[0], "pydicom finds the same elements")
        if found[1] is not None and isinstance(value, bytes | None):
            require_same(value or b"", found[1], "pydicom finds the same values")


def _seen_by_pydicom(data: bytes, encoding: Encoding) -> Iterator[tuple[int, object]]:
    """Tag and value of elements; sequences that pydicom cannot follow end it."""
    with warnings.catch_warnings(), contextlib.suppress(Exception):  # it raises what it likes at character sets
        warnings.simplefilter("ignore")
        for element in data_element_generator(BytesIO(data), not encoding.is_explicit_vr, encoding.is_little_endian):
            yield int(element.tag), element.value


_NEW_VALUES = {0x00080018: "1.2.3.4.5", 0x00100020: "PATIENT", 0x00280010: "7"}


def edit(data: bytes) -> None:
    """What is accepted can be given other values, and has them then."""
    encoding, content = ENCODINGS[data[0] % 4 if data else 0], data[1:]
    changes = DataSetChanges(values=_NEW_VALUES, has_only_old_vrs=bool(data) and data[0] >= 128)
    edited = attempt(lambda: edit_data_set(content, SYNTAX_OF[encoding], changes, compression_level=1), DataError)
    if edited.value is None:
        is_number_refused = isinstance(edited.error, ConversionError)
        require(is_number_refused or _check(content, encoding).error, "what is accepted can be edited", edited.error)
        return
    result = bytes(edited.value.data)
    require(_check(result, encoding).error is None, "what was edited is accepted")
    values: dict[int, bytes] = {}
    depth = 0
    for step in walk(result, encoding, find_vr):
        depth += (step.kind is StepKind.SEQUENCE) - (step.kind is StepKind.SEQUENCE_END)
        if not depth and step.kind is StepKind.ELEMENT:
            values.setdefault(step.tag, result[step.start : step.start + step.length])
    if 0x00080018 in edited.value.replaced:
        found = values[0x00080018].strip(b"\0 ")
        require_same(found, b"1.2.3.4.5", "an edited value is there")


def read_header(data: bytes) -> None:
    """The header of a file in every format: whole, from its beginning, briefly; what it says fits the file."""
    descriptor = in_file(data)
    for input_format in InputFormat:
        read = attempt(lambda: read_open_header(descriptor, len(data), input_format), DataError)  # noqa: B023 - called at once
        parsed = attempt(lambda: parse_header(data, len(data), input_format), DataError)  # noqa: B023 - as above
        require_same(parsed.told, read.told, "a file's header is the same in memory")
        for size in (0, 131, 144, 500):
            attempt(lambda: parse_header(data[:size], len(data), input_format), DataError)  # noqa: B023 - as above
        brief = attempt(lambda: read_open_header(descriptor, len(data), input_format, is_brief=True), DataError)  # noqa: B023 - as above
        if read.value is None or brief.value is None:
            continue
        header, short = read.value, brief.value
        extent = (header.data_set_offset, header.data_set_length)
        require(min(extent) >= 0 and sum(extent) == len(data), "the data set lies within its file", extent)
        require_same(
            (short.sop_class_uid, short.sop_instance_uid, short.transfer_syntax_uid, short.data_set_offset),
            (header.sop_class_uid, header.sop_instance_uid, header.transfer_syntax_uid, header.data_set_offset),
            "a brief look finds the same instance",
        )


def read_archive_entry(data: bytes) -> None:
    """What the index keeps of a data set, whole or its beginning."""
    encoding, content = ENCODINGS[data[0] % 4 if data else 0], data[1:]
    for part in (content, content[: len(content) // 2]):
        entry = attempt(
            lambda: entry_of_data_set(part, SYNTAX_OF[encoding], area="A", path="p", size_bytes=len(part)),  # noqa: B023 - called at once
            InvalidUidError,
        )
        if entry.value is not None:
            texts = [
                *entry.value.values.values(),
                *(text for items in entry.value.items.values() for one in items for text in one.values()),
            ]
            require(not any("\0" in text for text in texts), "no database gets NUL", texts)


LARGEST_INFLATED = 1 << 20


def inflate_bytes(data: bytes) -> None:
    """Inflating whole, and as a view that is read byte by byte; the check of what comes out."""
    whole = attempt(lambda: inflate(data, LARGEST_INFLATED), DataError)
    pieces = iter([data[at : at + 1] for at in range(len(data))])
    window = InflatingWindow(lambda: next(pieces, b""))
    viewed = attempt(lambda: _read_view(window), DataError)
    if whole.value is None:
        attempt(lambda: check_data_set(data, is_explicit_vr=True, is_little_endian=True, is_deflated=True), DataError)
        return
    require_same(viewed.value, whole.value, "what is inflated in pieces is the same")
    require_same(inflate(deflate(whole.value, 6)), whole.value, "what was deflated is inflated to the same")
    descriptor = in_file(data)
    plain = attempt(lambda: check_data_set(whole.value or b"", is_explicit_vr=True, is_little_endian=True), DataError)
    memory = attempt(
        lambda: check_data_set(data, is_explicit_vr=True, is_little_endian=True, is_deflated=True), DataError
    )
    file = attempt(
        lambda: check_data_set(
            FileRange(descriptor, 0, len(data)), is_explicit_vr=True, is_little_endian=True, is_deflated=True
        ),
        DataError,
    )
    told = [_without_rest(outcome.value) for outcome in (memory, plain)]
    require_same(told[0], told[1], "a deflated data set is checked as what it becomes")
    require_same(file.told, memory.told, "a deflated data set in a file is checked as in memory")


def _without_rest(findings: StructureFindings | None) -> StructureFindings | None:
    """Findings without what bytes behind the last element add: their end is not known while they are inflated."""
    if findings is None or not findings.is_irregular:
        return findings
    return findings._replace(has_odd_lengths=False, rest_bytes=0)


def inflated_size(data: bytes) -> int:
    """How much there is to be read in a deflated data set."""
    whole = attempt(lambda: inflate(data, LARGEST_INFLATED), DataError).value
    return len(data) + (LARGEST_INFLATED if whole is None else len(whole))


def _read_view(window: InflatingWindow) -> bytes:
    """All that a view shows, in steps of a few bytes."""
    read = bytearray()
    while len(read) < LARGEST_INFLATED:
        window.show(len(read), 4096)
        available = window.available(len(read))
        if not available:
            break
        start = len(read) - window.base
        read += window.buffer[start : start + min(available, 4096)]
    return bytes(read)
