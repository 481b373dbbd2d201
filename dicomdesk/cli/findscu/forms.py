"""Responses on stdout: DICOM JSON lines, a table, CSV."""

import json
from collections.abc import Callable, Iterator, Sequence

from dicomdesk.cli.query.options import Form
from dicomdesk.cli.query.rows import RowWriter
from dicomdesk.dicom.documents.data_set import CHARACTER_SET, DataSet, Element, Item
from dicomdesk.dicom.documents.dicom_json import json_object
from dicomdesk.dicom.documents.dump import UNKNOWN_NAME, element_name
from dicomdesk.dicom.documents.element_text import text_values
from dicomdesk.dicom.documents.value_text import STRING_VRS, shown_tag, words_text
from dicomdesk.records import dataclass

__all__ = ["Column", "FormWriter", "columns_of"]

_LEFT_OUT = frozenset((CHARACTER_SET, 0x00080052))
"""Specific Character Set and Query/Retrieve Level: they are the same in every response, or of no use there."""


@dataclass(frozen=True, slots=True)
class Column:
    """One key that was asked for, at the top or in an item."""

    path: tuple[tuple[int, int], ...]
    """Tags of sequences with the number of an item."""
    tag: int
    name: str

    def value_in(self, data_set: DataSet) -> str:
        """Its value in a response, several joined by backslashes; "" where it is not there."""
        item: Item = data_set
        for tag, number in self.path:
            sequence = item.elements.get(tag)
            if sequence is None or sequence.items is None or number >= len(sequence.items):
                return ""
            item = sequence.items[number]
        element = item.elements.get(self.tag)
        return _text(element, data_set.character_set) if element is not None else ""


def columns_of(identifiers: Sequence[DataSet]) -> list[Column]:
    """A column for each key that the identifiers ask for, in the order of their tags."""
    found: dict[tuple[tuple[tuple[int, int], ...], int], Column] = {}
    for identifier in identifiers:
        for column in _columns(identifier, (), ""):
            found.setdefault((column.path, column.tag), column)
    return sorted(found.values(), key=lambda column: (*column.path, (column.tag, -1)))


def _columns(item: Item, path: tuple[tuple[int, int], ...], prefix: str) -> Iterator[Column]:
    for element in item.in_order():
        if element.tag in _LEFT_OUT or not element.tag & 0xFFFF:
            continue
        name = element_name(element)
        name = prefix + (shown_tag(element.tag) if name == UNKNOWN_NAME else name)
        if element.items is None:
            yield Column(path, element.tag, name)
        for number, inner in enumerate(element.items or ()):
            yield from _columns(inner, (*path, (element.tag, number)), f"{name}[{number}].")


def _text(element: Element, character_set: bytes) -> str:
    if element.items is not None:
        return ""
    if element.vr in STRING_VRS:
        return "\\".join(text_values(element, character_set))
    text = words_text(element)
    return element.value.hex() if text is None else text


class FormWriter:
    """Gives responses to ``write`` as text; False from there ends it. For the main thread."""

    def __init__(self, form: Form, columns: Sequence[Column], write: Callable[[str], bool]) -> None:
        self._form = form
        self._columns = columns
        self._rows = RowWriter(form, [column.name for column in columns], write)
        self.flush = self._rows.flush
        """To write what was taken."""
        self.end = self._rows.end
        """To be called at the end."""

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything to write."""
        return self._form is not Form.NONE

    @property
    def is_lost(self) -> bool:
        """Whether some could not be written, and somebody misses them."""
        return self._rows.is_lost

    def take(self, data_set: DataSet) -> None:
        """Take one response; ``flush`` writes it."""
        if self._form is Form.JSON:
            self._rows.take_line(json.dumps(json_object(data_set), ensure_ascii=False, separators=(",", ":")))
        else:
            self._rows.take_row([column.value_in(data_set) for column in self._columns])
