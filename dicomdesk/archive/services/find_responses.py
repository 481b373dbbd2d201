"""Encodes C-FIND responses: the values of a match in the transfer syntax and character set of the peer.

Returned are Query/Retrieve Level, Retrieve AE Title, all keys that are supported, empty where the entity has no value,
and Instance Availability where it was asked for. Keys that are not supported are neither matched nor returned; unlike
DCMTK's archive, ours says so with the status FF01 (PS3.4 C.4.1.1.4).
"""

from collections.abc import Iterable
from typing import Final

from dicomdesk.archive.contents.folded_names import without_accents
from dicomdesk.archive.setup.configuration import CharacterSetRule
from dicomdesk.dicom.data_sets.character_encoding import encode_text
from dicomdesk.dicom.data_sets.character_sets import find_codec
from dicomdesk.dicom.data_sets.deflate import deflate
from dicomdesk.dicom.data_sets.element_writer import ElementWriter
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.query.attributes import (
    CHARACTER_SET,
    INSTANCE_AVAILABILITY,
    ITEM_VRS,
    QUERY_RETRIEVE_LEVEL,
    RETRIEVE_AE_TITLE,
    Attribute,
    Source,
)
from dicomdesk.dicom.query.identifier_reader import TEXT_VRS
from dicomdesk.dicom.query.query import Key, Match, Query
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.network.status import Status
from dicomdesk.records import dataclass

_UTF_8: Final = "ISO_IR 192"
_ONLINE: Final = "ONLINE"
_LEVEL: Final = 6


def pending_status(query: Query) -> int:
    """The status of each response with a match: FF01 where the query has keys that are not supported."""
    return Status.PENDING_WITH_UNSUPPORTED_KEYS if query.unsupported_tags else Status.PENDING


class UnencodableError(Exception):
    """Value that cannot be encoded, where the configuration says that this ends the query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFormat:
    """Format of the responses to one query."""

    transfer_syntax_uid: str
    retrieve_ae_title: str
    character_set: CharacterSetRule


class ResponseEncoder:
    """Encoder of the matches of one query; belongs to one thread."""

    def __init__(self, query: Query, response_format: ResponseFormat) -> None:
        self._query = query
        self._format = response_format
        syntax = find_transfer_syntax(response_format.transfer_syntax_uid)
        self._is_deflated = syntax is not None and syntax.is_deflated
        self._encoding = Encoding.of_transfer_syntax(response_format.transfer_syntax_uid)
        self._order: list[tuple[int, Attribute | None]] = self._plan()
        self._asked = {key.attribute.tag: _asked_of_items(key) for key in query.keys if key.attribute.item_tags}

    def _plan(self) -> list[tuple[int, Attribute | None]]:
        own = [QUERY_RETRIEVE_LEVEL, RETRIEVE_AE_TITLE]
        own += [INSTANCE_AVAILABILITY] if self._query.wants_availability else []
        keys: list[tuple[int, Attribute | None]] = [(key.attribute.tag, key.attribute) for key in self._query.keys]
        return sorted([*keys, *((tag, None) for tag in own)], key=lambda entry: entry[0])

    def encode(self, match: Match) -> bytes:
        """The data set of one response. Raises UnencodableError where the configuration demands it."""
        texts = list(self._texts(match))
        character_set, encoded = self._choose(texts, match.character_set)
        found = dict(zip(texts, encoded, strict=True))
        writer = ElementWriter(self._encoding)
        if character_set:
            writer.write_element(CHARACTER_SET, b"CS", character_set.encode("ascii", "replace"))
        for tag, attribute in self._order:
            if attribute is None:
                writer.write_element(tag, *self._own(tag))
            elif attribute.source is Source.ITEMS:
                self._write_items(writer, attribute, match, found)
            else:
                value = match.values.get(tag, "")
                writer.write_element(tag, attribute.vr, self._value(attribute.vr, value, found))
        data = writer.to_bytes()
        return deflate(data, _LEVEL) if self._is_deflated else data

    def _own(self, tag: int) -> tuple[bytes, bytes]:
        if tag == QUERY_RETRIEVE_LEVEL:
            return b"CS", self._query.level.value.encode("ascii")
        if tag == RETRIEVE_AE_TITLE:
            return b"AE", self._format.retrieve_ae_title.encode("ascii", "replace")
        return b"CS", _ONLINE.encode("ascii")

    def _texts(self, match: Match) -> Iterable[str]:
        """Return the values that are not ASCII, each once."""
        seen: dict[str, None] = {}
        for _tag, attribute in self._order:
            if attribute is not None and attribute.vr in TEXT_VRS:
                value = match.values.get(attribute.tag, "")
                if not value.isascii():
                    seen[value] = None
        for tag, items in match.items.items():
            for item in items:
                seen |= {value: None for inner, value in item.items() if inner in self._asked[tag]}
        return [value for value in seen if not value.isascii()]

    def _choose(self, texts: list[str], own: str) -> tuple[str, list[bytes]]:
        """The character set of a response, and the texts in it."""
        rule = self._format.character_set
        wanted = self._query.character_set
        first, second = (rule.term, wanted) if rule.overrides else (wanted, rule.term)
        if not texts:
            # ASCII needs none, and a term that nobody knows is not repeated.
            is_ascii = find_codec(first.partition("\\")[0].encode("ascii", "replace")) == "ascii"
            return "" if is_ascii else first, []
        candidates = [first, second] if rule.falls_back else [first]
        if rule.discards or rule.transliterates:
            return first, [self._reduce(text, first) for text in texts]
        for character_set in [*candidates, *([] if rule.aborts else [own, _UTF_8])]:
            encoded = [encode_text(text, character_set) for text in texts]
            whole = [one for one in encoded if one is not None]
            if len(whole) == len(texts):
                return character_set, whole
        raise UnencodableError

    def _reduce(self, text: str, character_set: str) -> bytes:
        """The text with what the character set does not have left out, or written similarly."""
        whole = encode_text(text, character_set)
        if whole is not None:
            return whole
        kept = []
        for sign in text:
            if encode_text(sign, character_set) is not None:
                kept.append(sign)
            elif self._format.character_set.transliterates:
                kept += [one if one.isascii() else "?" for one in without_accents(sign)]
        return encode_text("".join(kept), character_set) or b""

    def _value(self, vr: bytes, value: str, found: dict[str, bytes]) -> bytes:
        if vr == b"US":
            order = "<" if self._encoding.is_little_endian else ">"
            return _words(value, order)
        encoded = found.get(value)
        return value.encode("ascii", "replace") if encoded is None else encoded

    def _write_items(self, writer: ElementWriter, attribute: Attribute, match: Match, found: dict[str, bytes]) -> None:
        """The items that match, with what was asked for of each; no items where none of that is supported."""
        key = self._query.find_key(attribute.tag)
        is_whole = key is not None and key.wants_whole_items
        asked = self._asked[attribute.tag]
        writer.start_sequence(attribute.tag)
        for item in match.items.get(attribute.tag, ()) if asked else ():
            writer.start_item()
            for tag in [tag for tag in asked if tag in item] if is_whole else asked:
                writer.write_element(tag, ITEM_VRS[tag], self._value(ITEM_VRS[tag], item.get(tag, ""), found))
            writer.end_item()
        writer.end_sequence()


def _asked_of_items(key: Key) -> tuple[int, ...]:
    """Tags of what is returned of each item, in their order."""
    return tuple(sorted(key.attribute.item_tags if key.wants_whole_items else (item.tag for item in key.items)))


def _words(value: str, order: str) -> bytes:
    from struct import pack  # noqa: PLC0415  # few queries ask for numbers in binary

    numbers = [int(one) & 0xFFFF for one in value.split("\\") if one.isascii() and one.isdigit()]
    return pack(f"{order}{len(numbers)}H", *numbers)
