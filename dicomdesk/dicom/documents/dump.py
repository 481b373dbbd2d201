"""Data sets as lines of text, in the manner of DCMTK's dumps. They may tell who a patient is."""

from collections.abc import Iterator

from dicomdesk.dicom.data_sets.character_sets import decode_text
from dicomdesk.dicom.dictionary import find_name
from dicomdesk.dicom.documents.data_set import DataSet, Element, Item, is_undefined
from dicomdesk.dicom.documents.value_text import STRING_VRS, bytes_text, count_values, shown_tag, words_text
from dicomdesk.dicom.sop_classes import uid_symbol
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.human import printable

__all__ = ["UNKNOWN_NAME", "data_set_lines", "element_name"]

UNKNOWN_NAME = "Unknown Tag & Data"
_VALUE_WIDTH = 40
_NO_VALUE = "(no value available)"
_TEXT_VRS = frozenset((b"LO", b"LT", b"PN", b"SH", b"ST", b"UC", b"UT"))


def data_set_lines(data_set: DataSet, *, is_trimmed: bool = False) -> list[str]:
    """A data set line by line, with its heading and empty lines around; ``is_trimmed`` shows text without padding.

    Text is decoded by its character set; what is not printable shows as an escape, the NUL that pads a UID not at all.
    """
    name = transfer_syntax_name(data_set.transfer_syntax_uid)
    lines = _Dump(data_set.character_set, is_trimmed=is_trimmed).lines(data_set, 0)
    return ["", "# Dicom-Data-Set", f"# Used TransferSyntax: {name}", *lines, ""]


def element_name(element: Element) -> str:
    """The name of an element, as the dictionary has it."""
    return find_name(element.tag, element.creator) or UNKNOWN_NAME


class _Dump:
    def __init__(self, character_set: bytes, *, is_trimmed: bool) -> None:
        self._character_set = character_set
        self._is_trimmed = is_trimmed

    def lines(self, item: Item, depth: int) -> Iterator[str]:
        for element in item.in_order():
            if element.items is None:
                yield self._element_line(element, depth)
            else:
                yield from self._sequence_lines(element, element.items, depth)

    def _element_line(self, element: Element, depth: int) -> str:
        value = self._value(element)
        count = count_values(element) if value or not element.value else 0
        remark = _remark(len(element.value), count, element_name(element))
        return _line(depth, element.tag, element.vr.decode("latin-1"), value or _NO_VALUE, remark)

    def _sequence_lines(self, element: Element, items: list[Item], depth: int) -> Iterator[str]:
        kind = f"(Sequence with {_kind(element.length)} length #={len(items)})"
        yield _line(depth, element.tag, "SQ", kind, _remark(element.length, 1, element_name(element)))
        for item in items:
            kind = f"(Item with {_kind(item.length)} length #={len(item.elements)})"
            yield _line(depth + 1, 0xFFFEE000, "na", kind, _remark(item.length, 1, "Item"))
            yield from self.lines(item, depth + 2)
            name = "ItemDelimitationItem"
            end = f"({name})" if is_undefined(item.length) else f"({name} for re-encoding)"
            yield _line(depth + 1, 0xFFFEE00D, "na", end, _remark(0, 0, name))
        name = "SequenceDelimitationItem"
        end = f"({name})" if is_undefined(element.length) else f"({name} for re-encod.)"
        yield _line(depth, 0xFFFEE0DD, "na", end, _remark(0, 0, name))

    def _value(self, element: Element) -> str:
        """The value as it is shown, "" where there is none."""
        if not element.value:
            return ""
        text = words_text(element)
        if text is not None:
            return text
        if element.vr not in STRING_VRS:
            return bytes_text(element)
        text = self._text(element)
        if element.vr == b"UI":
            text = text.rstrip("\0")
            symbol = uid_symbol(text)
            if symbol:
                return f"={symbol}"
        text = text.rstrip(" \0") if self._is_trimmed else text
        return f"[{printable(text)}]" if text else ""

    def _text(self, element: Element) -> str:
        """Decoded with its padding, which ``decode_text`` takes away."""
        value = element.value[: element.own_bytes]
        if value.isascii() and b"\x1b" not in value:
            return value.decode("ascii")
        if element.vr not in _TEXT_VRS:
            return value.decode("latin-1")
        core = value.strip(b" \0")
        before, after = value[: value.index(core)], value[value.index(core) + len(core) :]
        return before.decode("ascii") + decode_text(core, self._character_set) + after.decode("ascii")


def _kind(length: int | None) -> str:
    return "undefined" if is_undefined(length) else "explicit"


def _remark(length: int | None, count: int, name: str) -> str:
    shown = "u/l" if is_undefined(length) else f"{length or 0:3}"
    return f"{shown},{count:2} {name}"


def _line(depth: int, tag: int, vr: str, value: str, remark: str) -> str:
    return f"{'  ' * depth}({shown_tag(tag)}) {vr} {value:<{_VALUE_WIDTH}} # {remark}"
