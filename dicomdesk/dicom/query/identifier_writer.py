"""Writes identifiers: a data set with keys put into it, in the transfer syntax of a presentation context."""

from collections.abc import Sequence

from dicomdesk.dicom.data_sets.character_encoding import encode_text
from dicomdesk.dicom.data_sets.deflate import deflate
from dicomdesk.dicom.data_sets.element_walk import describe
from dicomdesk.dicom.data_sets.rewriting import Rewriting, rewrite
from dicomdesk.dicom.documents.data_set import DataSet, Element, Item, read_data_set, write_data_set
from dicomdesk.dicom.documents.key_paths import KeyPathError, open_item, set_value
from dicomdesk.dicom.encodings import EXPLICIT_LITTLE, Encoding
from dicomdesk.dicom.query.attributes import CHARACTER_SET
from dicomdesk.dicom.query.identifier_reader import TEXT_VRS
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, find_transfer_syntax
from dicomdesk.dicom.value_representations import padding_byte
from dicomdesk.errors import DataError

__all__ = ["put_keys", "write_identifier"]


def write_identifier(
    base: bytes,
    keys: Sequence[QueryKey],
    transfer_syntax_uid: str,
    *,
    character_set: str = "",
    compression_level: int = 6,
) -> bytes:
    """The identifier that has everything of the base, with the keys put in or in the place of what is there.

    ``base`` is in explicit VR little endian, and goes out as it is where there are no keys. With ``character_set`` the
    keys' text is encoded in it and (0008,0005) says so; without, text goes out as it came from a command line, and
    nothing is said. Raises DataError where the base cannot be followed, or a value cannot be written.
    """
    written = put_keys(base, keys, character_set) if keys or character_set else base
    target = Encoding.of_transfer_syntax(transfer_syntax_uid)
    if target is not EXPLICIT_LITTLE:
        written = bytes(rewrite(written, Rewriting(source=EXPLICIT_LITTLE, target=target)))
    syntax = find_transfer_syntax(transfer_syntax_uid)
    return deflate(written, compression_level) if syntax is not None and syntax.is_deflated else written


def put_keys(base: bytes, keys: Sequence[QueryKey], character_set: str = "") -> bytes:
    """The base with the keys, both in explicit VR little endian; see ``write_identifier``."""
    data_set = read_data_set(base, EXPLICIT_VR_LITTLE_ENDIAN) if base else DataSet()
    for key in keys:
        try:
            _put(data_set, key, character_set)
        except KeyPathError as error:
            raise DataError(f"{describe(key.tag)} cannot have the value {key.value!r}: {error}") from error
    if character_set:
        set_value(data_set, CHARACTER_SET, character_set)
    return write_data_set(data_set)


def _put(data_set: Item, key: QueryKey, character_set: str) -> None:
    item = data_set
    for step in key.path:
        item = open_item(item, step.tag, step.item)
    set_value(item, key.tag, key.value)
    element = item.elements[key.tag]
    if not character_set or key.value.isascii() or element.vr not in TEXT_VRS:
        return
    encoded = encode_text(key.value, character_set)
    if encoded is None:
        raise DataError(f"The value of {describe(key.tag)} cannot be written in the character set {character_set}")
    padding = padding_byte(element.vr) if len(encoded) % 2 else b""
    item.elements[key.tag] = Element(key.tag, element.vr, encoded + padding, own_bytes=len(encoded))
