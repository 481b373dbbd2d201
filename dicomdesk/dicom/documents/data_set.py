"""Small data sets in memory: read from bytes, changed element by element, written again.

Whatever the bytes are, reading takes time linear in their number. Values are kept as they are, in little endian order.
"""

from collections.abc import Iterator
from dataclasses import field

from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.data_sets.element_walk import DataSetBytes, Step, StepKind, walk
from dicomdesk.dicom.data_sets.element_writer import ElementWriter
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, LONG_VRS, SHORT_VRS, UNDEFINED_LENGTH, Encoding
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, find_transfer_syntax
from dicomdesk.dicom.value_representations import US_OR_SS, WORD_BYTES, swap_words
from dicomdesk.errors import DataError
from dicomdesk.records import dataclass

__all__ = ["CHARACTER_SET", "UNKNOWN_VR", "DataSet", "Element", "Item", "read_data_set", "write_data_set"]

CHARACTER_SET = 0x00080005
LARGEST_BYTES = 64 << 20
MOST_ELEMENTS = 200_000
_DEEPEST = 64
UNKNOWN_VR = b"??"
"""Of an element whose VR nobody knows; it is written as UN."""
_VRS = SHORT_VRS | LONG_VRS | {US_OR_SS}


@dataclass(slots=True)
class Element:
    """One element, with a value or with items."""

    tag: int
    vr: bytes
    """As written, or by the dictionary: "xs" where that says US or SS, "??" where it says nothing."""
    value: bytes = b""
    """Padded to even length, its words in little endian order."""
    items: "list[Item] | None" = None
    """None for what is no sequence."""
    length: int | None = None
    """Of a sequence, as it was read, perhaps undefined; None for one that was made here."""
    creator: str = ""
    """Private creator of a private element, "" where there is none."""
    own_bytes: int | None = None
    """Of a value that was made here: its length without padding; None where nobody knows what is padding."""


@dataclass(slots=True)
class Item:
    """An item of a sequence; a data set is one too."""

    elements: dict[int, Element] = field(default_factory=dict)
    length: int | None = None
    """As that of an element."""

    def in_order(self) -> Iterator[Element]:
        """Its elements in the order of their tags."""
        for tag in sorted(self.elements):
            yield self.elements[tag]

    def find_creator(self, tag: int) -> str:
        """The private creator of a tag, "" where it has none or is not private."""
        block = tag >> 8 & 0xFF
        if not tag & 0x10000 or block < 0x10:
            return ""
        found = self.elements.get(tag & 0xFFFF0000 | block)
        return found.value.decode("latin-1").strip(" \0") if found is not None else ""


@dataclass(slots=True)
class DataSet(Item):
    """A data set, and how it was written."""

    transfer_syntax_uid: str = EXPLICIT_VR_LITTLE_ENDIAN

    @property
    def character_set(self) -> bytes:
        """The raw value of (0008,0005), b"" where it is absent."""
        found = self.elements.get(CHARACTER_SET)
        return found.value if found is not None else b""


def read_data_set(data: DataSetBytes, transfer_syntax_uid: str) -> DataSet:
    """Read a data set in this transfer syntax; of elements of one tag the first counts.

    Raises DataError where it cannot be followed, is too large, or has too many elements or levels.
    """
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is not None and syntax.is_deflated:
        data = inflate(data, LARGEST_BYTES)
    if len(data) > LARGEST_BYTES:
        raise DataError(f"it is longer than {LARGEST_BYTES} bytes")
    made = DataSet(transfer_syntax_uid=transfer_syntax_uid)
    _Reader(data, made).read(Encoding.of_transfer_syntax(transfer_syntax_uid))
    return made


class _Reader:
    def __init__(self, data: DataSetBytes, target: DataSet) -> None:
        self._data = data
        self._open: list[Item | Element] = [target]

    def read(self, encoding: Encoding) -> None:
        for count, step in enumerate(walk(self._data, encoding, find_vr)):
            if count > MOST_ELEMENTS:
                raise DataError(f"it has more than {MOST_ELEMENTS} elements and items")
            self._take(step)

    def _take(self, step: Step) -> None:
        match step.kind:
            case StepKind.ELEMENT:
                self._add(element_of(step, bytes(self._data[step.start : step.start + step.length])))
            case StepKind.SEQUENCE | StepKind.FRAGMENTS:
                made = element_of(step, b"")
                if step.kind is StepKind.SEQUENCE:
                    made.vr, made.items, made.length = b"SQ", [], step.length
                self._open_level(self._add(made))
            case StepKind.ITEM:
                item = Item(length=step.length)
                sequence = self._open[-1]
                if isinstance(sequence, Element) and sequence.items is not None:
                    sequence.items.append(item)
                self._open_level(item)
            case StepKind.SEQUENCE_END | StepKind.ITEM_END | StepKind.FRAGMENTS_END:
                self._open.pop()
            case StepKind.FRAGMENT:
                pass

    def _open_level(self, level: Item | Element) -> None:
        if len(self._open) > _DEEPEST:
            raise DataError(f"it has more than {_DEEPEST} levels of sequences")
        self._open.append(level)

    def _add(self, element: Element) -> Element:
        holder = self._open[-1]
        if isinstance(holder, Item):
            if element.tag & 0x10000:
                element.creator = holder.find_creator(element.tag)
            holder.elements.setdefault(element.tag, element)
        return element


def element_of(step: Step, value: bytes) -> Element:
    vr = step.vr
    if vr not in _VRS or (vr == b"UN" and not step.encoding.is_explicit_vr):
        vr = UNKNOWN_VR
    if not step.encoding.is_little_endian and vr in WORD_BYTES:
        value = swap_words(value, WORD_BYTES[vr])
    return Element(step.tag, vr, value)


def write_data_set(item: Item, *, has_only_old_vrs: bool = False) -> bytes:
    """Encode a data set in explicit VR little endian, with explicit lengths.

    ``has_only_old_vrs`` writes OB for VRs younger than the standard of 1993.
    """
    writer = ElementWriter(EXPLICIT_LITTLE, has_only_old_vrs=has_only_old_vrs)
    _write(writer, item)
    return writer.to_bytes()


def _write(writer: ElementWriter, item: Item) -> None:
    for element in item.in_order():
        if element.items is None:
            writer.write_element(element.tag, written_vr(element.vr), element.value)
            continue
        writer.start_sequence(element.tag)
        for inner in element.items:
            writer.start_item()
            _write(writer, inner)
            writer.end_item()
        writer.end_sequence()


def written_vr(vr: bytes) -> bytes:
    """The VR to write for one that is known to the dictionary only."""
    return {US_OR_SS: b"US", UNKNOWN_VR: b"UN"}.get(vr, vr)


def is_undefined(length: int | None) -> bool:
    """Whether a length is the undefined one."""
    return length == UNDEFINED_LENGTH
