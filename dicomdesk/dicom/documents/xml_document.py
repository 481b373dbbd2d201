"""Data sets as XML, in the format of DCMTK's tools. What XML has no place for becomes U+FFFD."""

import re
from collections.abc import Iterator
from dataclasses import replace

from dicomdesk.dicom.documents.data_set import CHARACTER_SET, DataSet, Element, Item, is_undefined, written_vr
from dicomdesk.dicom.documents.dump import element_name
from dicomdesk.dicom.documents.element_text import text_values
from dicomdesk.dicom.documents.value_text import STRING_VRS, count_values, shown_tag, words_text
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name

__all__ = ["RESPONSES_END", "RESPONSES_START", "data_set_text", "in_utf_8", "xml_file"]

RESPONSES_START = '<?xml version="1.0" encoding="UTF-8"?>\n<responses type="C-FIND">\n'
RESPONSES_END = "</responses>\n"

_ENCODINGS = {
    "ISO_IR 6": "UTF-8",
    "ISO_IR 100": "ISO-8859-1",
    "ISO_IR 101": "ISO-8859-2",
    "ISO_IR 109": "ISO-8859-3",
    "ISO_IR 110": "ISO-8859-4",
    "ISO_IR 126": "ISO-8859-7",
    "ISO_IR 127": "ISO-8859-6",
    "ISO_IR 138": "ISO-8859-8",
    "ISO_IR 144": "ISO-8859-5",
    "ISO_IR 148": "ISO-8859-9",
    "ISO_IR 192": "UTF-8",
}
"""Defined terms that have an XML encoding of their own; text in others is written as UTF-8."""

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "\r": "&#13;", "\n": "&#10;"}
_SPECIAL = re.compile("[&<>\"'\r\n\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_file(data_set: DataSet) -> bytes:
    """A whole file for one data set, in the encoding of its character set where XML has that.

    Without a character set there is no encoding in its first line, and what is not ASCII is a character reference.
    """
    found = data_set.elements.get(CHARACTER_SET)
    terms = text_values(found, b"") if found is not None else []
    encoding = _ENCODINGS.get("\\".join(terms), "UTF-8") if terms else ""
    declared = f' encoding="{encoding}"' if encoding else ""
    text = f'<?xml version="1.0"{declared}?>\n{data_set_text(data_set)}'
    return text.encode(encoding or "ascii", "xmlcharrefreplace")


def in_utf_8(data_set: DataSet) -> DataSet:
    """The data set with its text in UTF-8, which its character set then says; as it is where it names none."""
    character_set = data_set.character_set
    if not character_set.strip(b" \0"):
        return data_set
    return replace(data_set, elements=_in_utf_8(data_set, character_set))


def _in_utf_8(item: Item, character_set: bytes) -> dict[int, Element]:
    made = {}
    for tag, element in item.elements.items():
        if element.items is not None:
            items = [replace(inner, elements=_in_utf_8(inner, character_set)) for inner in element.items]
            made[tag] = replace(element, items=items)
        elif tag == CHARACTER_SET:
            made[tag] = replace(element, value=b"ISO_IR 192")
        elif element.vr in STRING_VRS and (not element.value.isascii() or b"\x1b" in element.value):
            text = "\\".join(text_values(element, character_set)).encode()
            made[tag] = replace(element, value=text + b" " * (len(text) % 2))
        else:
            made[tag] = element
    return made


def data_set_text(data_set: DataSet) -> str:
    """The element of a data set."""
    uid = data_set.transfer_syntax_uid
    head = f'<data-set xfer="{_escaped(uid)}" name="{_escaped(transfer_syntax_name(uid))}">\n'
    return head + "".join(_elements(data_set, data_set.character_set)) + "</data-set>\n"


def _elements(item: Item, character_set: bytes) -> Iterator[str]:
    for element in item.in_order():
        if element.items is None:
            yield _element(element, character_set)
        else:
            yield from _sequence(element, element.items, character_set)


def _sequence(element: Element, items: list[Item], character_set: bytes) -> Iterator[str]:
    name = _escaped(element_name(element))
    card = f'card="{len(items)}"{_length(element.length)}'
    yield f'<sequence tag="{shown_tag(element.tag)}" vr="SQ" {card} name="{name}">\n'
    for item in items:
        yield f'<item card="{len(item.elements)}"{_length(item.length)}>\n'
        yield from _elements(item, character_set)
        yield "</item>\n"
    yield "</sequence>\n"


def _length(length: int | None) -> str:
    return "" if is_undefined(length) else f' len="{length or 0}"'


def _element(element: Element, character_set: bytes) -> str:
    vr = written_vr(element.vr)
    head = (
        f'<element tag="{shown_tag(element.tag)}" vr="{vr.decode("latin-1")}" vm="{count_values(element)}"'
        f' len="{len(element.value)}" name="{_escaped(element_name(element))}"'
    )
    text = words_text(element)
    if text is None and vr not in STRING_VRS:
        return f'{head} binary="hidden"></element>\n'
    if text is None:  # an age keeps its blanks, as DCMTK has it
        is_age = vr == b"AS" and element.value.isascii()
        text = element.value.decode("ascii") if is_age else "\\".join(text_values(element, character_set))
    return f"{head}>{_escaped(text)}</element>\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPES.get(found[0], "\ufffd"), text)
