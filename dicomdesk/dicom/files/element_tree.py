"""The elements of one file as a tree of texts, for people to look at; of long values the beginning only.

Whatever the file contains, reading takes bounded time and memory: after ``MOST_ROWS`` elements and items it ends, and
of no value is more than ``MOST_VALUE_BYTES`` read. What cannot be followed ends the tree, and is said.
"""

import os
from collections.abc import Iterator
from dataclasses import field

from dicomdesk.dicom.data_sets.character_sets import decode_text
from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.data_sets.element_walk import ITEM, Step, StepKind, walk_view
from dicomdesk.dicom.data_sets.file_windows import Window, read_at
from dicomdesk.dicom.data_sets.walk_rule import View, WholeView
from dicomdesk.dicom.dictionary import find_name, find_vr
from dicomdesk.dicom.documents.data_set import CHARACTER_SET, Element, element_of, written_vr
from dicomdesk.dicom.documents.value_text import STRING_VRS, bytes_text, shown_tag, words_text
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, Encoding
from dicomdesk.dicom.files.part10 import read_open_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.dicom.sop_classes import uid_symbol
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import ConversionError, DataError
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = ["MOST_LEVELS", "MOST_ROWS", "MOST_VALUE_BYTES", "ElementRow", "ElementTree", "read_element_tree"]

MOST_ROWS = 100_000
MOST_LEVELS = 128
"""Of sequences and items."""
MOST_VALUE_BYTES = 2048
_MOST_BINARY_BYTES = 32
_MOST_DEFLATED_BYTES = 64 << 20
_MOST_INFLATED_BYTES = 256 << 20
_UNLIMITED = 1 << 62
_PREAMBLE_END = 132
_MOST_META_BYTES = 1 << 20


@dataclass(slots=True)
class ElementRow:
    """One element, or one item of a sequence."""

    tag: int
    """(FFFE,E000) for an item."""
    vr: str
    """"" for an item."""
    name: str
    """Keyword of the dictionary, "" where it has none; the number of an item, from 1."""
    value: str = ""
    """In one harmless line, cut where it is long; for what holds others how many they are."""
    is_cut: bool = False
    size_bytes: int = 0
    """Of the value in the file; 0 for what holds others."""
    children: "list[ElementRow]" = field(default_factory=list)

    @property
    def is_item(self) -> bool:
        """Whether it is an item of a sequence."""
        return self.tag == ITEM

    @property
    def shown_tag(self) -> str:
        """As people write it: "0010,0020"; "" for an item."""
        return "" if self.is_item else shown_tag(self.tag)


@dataclass(slots=True)
class ElementTree:
    """All that was read of one file."""

    rows: list[ElementRow]
    """Those of the file meta information first."""
    count: int
    """Elements and items, at all levels."""
    problem: str = ""
    """Why there may be more than this, "" where there is not."""


def read_element_tree(path: str) -> ElementTree:
    """Read a file. Raises DataError where it is not DICOM; OSError passes. Reads the disk."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0))
    try:
        return _read(descriptor, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)


def _read(descriptor: int, size: int) -> ElementTree:
    header = read_open_header(descriptor, size, InputFormat.FILE_OR_DATA_SET, takes_rest=True)
    builder = _Builder(_FileValues(descriptor))
    problem = ""
    meta = read_at(descriptor, min(header.data_set_offset, _MOST_META_BYTES), 0)
    start = meta.find(b"DICM", 0, _PREAMBLE_END) + 4
    if start in {4, _PREAMBLE_END}:
        problem = builder.follow(WholeView(meta), start, EXPLICIT_LITTLE)
    syntax = find_transfer_syntax(header.transfer_syntax_uid)
    encoding = Encoding.of_transfer_syntax(header.transfer_syntax_uid)
    try:
        if syntax is not None and syntax.is_deflated:
            view = _inflated(descriptor, size, header.data_set_offset)
            builder.values = _MemoryValues(view.buffer)
            problem = builder.follow(view, 0, encoding) or problem
        else:
            window = Window.of_file(descriptor, size, _UNLIMITED)
            problem = builder.follow(window, header.data_set_offset, encoding) or problem
    except ConversionError as error:
        problem = str(error)
    return ElementTree(rows=builder.rows, count=builder.count, problem=problem)


def _inflated(descriptor: int, size: int, offset: int) -> WholeView:
    if size - offset > _MOST_DEFLATED_BYTES:
        raise ConversionError(f"it is deflated, and longer than {_MOST_DEFLATED_BYTES >> 20} MiB")
    return WholeView(inflate(read_at(descriptor, size - offset, offset), _MOST_INFLATED_BYTES))


class _FileValues:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, start: int, size: int) -> bytes:
        return read_at(self._descriptor, size, start)


class _MemoryValues:
    def __init__(self, content: bytes | bytearray | memoryview) -> None:
        self._content = content

    def read(self, start: int, size: int) -> bytes:
        return bytes(self._content[start : start + size])


@dataclass(slots=True)
class _Open:
    """What is open: the data set, a sequence, an item, or fragments of pixel data."""

    row: ElementRow
    character_set: bytes
    creators: dict[int, str] = field(default_factory=dict)
    bytes_below: int = 0
    count_below: int = 0


class _Builder:
    """Makes rows of the steps of walks."""

    def __init__(self, values: _FileValues | _MemoryValues) -> None:
        self.values = values
        self.count = 0
        self._whole = ElementRow(0, "", "")
        self._open = [_Open(self._whole, b"")]

    @property
    def rows(self) -> list[ElementRow]:
        return self._whole.children

    def follow(self, view: View, offset: int, encoding: Encoding) -> str:
        """Add what a view has from ``offset`` on; returns why the walk ended before the end, "" where it did not."""
        try:
            for step in walk_view(view, offset, encoding, find_vr):
                if self.count >= MOST_ROWS:
                    return f"it has more than {MOST_ROWS:,} elements and items: the others are not shown"
                if len(self._open) > MOST_LEVELS:
                    return f"its sequences are nested more than {MOST_LEVELS} levels deep: what follows is not shown"
                self._take(step)
        except DataError as error:
            return f"the data set cannot be followed any further: {error}"
        finally:
            while len(self._open) > 1:
                self._close()
        return ""

    def _take(self, step: Step) -> None:
        match step.kind:
            case StepKind.ELEMENT:
                self._add(self._element_row(step))
                self.count += 1
            case StepKind.SEQUENCE | StepKind.FRAGMENTS:
                vr = "SQ" if step.kind is StepKind.SEQUENCE else _shown_vr(step.vr)
                row = ElementRow(step.tag, vr, self._name(step.tag))
                self._add(row)
                self._open.append(_Open(row, self._open[-1].character_set))
                self.count += 1
            case StepKind.ITEM:
                row = ElementRow(ITEM, "", str(len(self._open[-1].row.children) + 1))
                self._add(row)
                self._open.append(_Open(row, self._open[-1].character_set))
                self.count += 1
            case StepKind.FRAGMENT:
                self._open[-1].count_below += 1
                self._open[-1].bytes_below += step.length
                self.count += 1
            case StepKind.SEQUENCE_END | StepKind.ITEM_END | StepKind.FRAGMENTS_END:
                self._close()

    def _add(self, row: ElementRow) -> None:
        self._open[-1].row.children.append(row)

    def _close(self) -> None:
        closed = self._open.pop()
        row, below = closed.row, len(closed.row.children)
        if closed.count_below:  # the first is the offset table, no fragment of a frame
            row.value = _counted(closed.count_below - 1, "fragment")
            row.size_bytes = closed.bytes_below
        else:
            row.value = _counted(below, "element" if row.is_item else "item")

    def _name(self, tag: int) -> str:
        return find_name(tag, self._creator(tag)).removeprefix("RETIRED_")

    def _creator(self, tag: int) -> str:
        return self._open[-1].creators.get(tag >> 8, "") if tag & 0x10000 else ""

    def _element_row(self, step: Step) -> ElementRow:
        most = MOST_VALUE_BYTES if written_vr(step.vr) in _SHOWN_LONG else _MOST_BINARY_BYTES
        raw = self.values.read(step.start, min(step.length, most))
        level = self._open[-1]
        if step.tag & 0x10000 and 0x10 <= step.tag & 0xFFFF <= 0xFF:
            level.creators[(step.tag >> 16 << 8) | (step.tag & 0xFF)] = raw.decode("latin-1").strip(" \0")
        element = element_of(step, raw)
        element.creator = self._creator(step.tag)
        if step.tag == CHARACTER_SET:
            level.character_set = raw
        text = _text(element, level.character_set)
        return ElementRow(
            step.tag,
            _shown_vr(step.vr),
            self._name(step.tag),
            text,
            is_cut=len(raw) < step.length,
            size_bytes=step.length,
        )


_SHOWN_LONG = STRING_VRS | {b"US", b"SS", b"UL", b"SL", b"UV", b"SV", b"FL", b"FD", b"AT", b"xs"}


def _shown_vr(vr: bytes) -> str:
    return printable(written_vr(vr).decode("latin-1"))


def _text(element: Element, character_set: bytes) -> str:
    if not element.value:
        return ""
    words = words_text(element)
    if words is not None:
        return words
    if element.vr not in STRING_VRS:
        return _plain_text(element.value) or bytes_text(element)
    if element.vr == b"UI":
        uid = element.value.rstrip(b"\0 ").decode("latin-1")
        return printable(f"{uid} ({name})" if (name := uid_symbol(uid)) else uid)
    return printable(" ".join(decode_text(element.value, character_set).splitlines()))


def _plain_text(value: bytes) -> str:
    """Of a value that nobody knows the VR of, where it looks like text."""
    text = value.rstrip(b"\0 ")
    return text.decode("ascii") if len(text) > 1 and text.isascii() and text.decode("ascii").isprintable() else ""


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def walk_rows(rows: list[ElementRow]) -> Iterator[ElementRow]:
    """All rows, each before those below it; nesting costs no stack."""
    waiting = [iter(rows)]
    while waiting:
        row = next(waiting[-1], None)
        if row is None:
            waiting.pop()
            continue
        yield row
        if row.children:
            waiting.append(iter(row.children))
