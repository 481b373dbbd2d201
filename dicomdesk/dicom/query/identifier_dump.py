"""Identifiers as text, for those who are to see what was asked for. They may tell who a patient is."""

from dicomdesk.dicom.query.attributes import CHARACTER_SET, QUERY_RETRIEVE_LEVEL, find_attribute
from dicomdesk.dicom.query.identifier_reader import read_identifier
from dicomdesk.dicom.transfer_syntaxes import transfer_syntax_name
from dicomdesk.errors import DataError
from dicomdesk.human import printable

__all__ = ["identifier_lines", "identifier_values"]

_LONGEST_VALUE = 64
_MOST_LINES = 200
_KEYWORDS = {CHARACTER_SET: "SpecificCharacterSet", QUERY_RETRIEVE_LEVEL: "QueryRetrieveLevel"}
"""Of elements that are no keys."""


def identifier_values(data: bytes, transfer_syntax_uid: str) -> dict[str, str]:
    """The elements of an identifier, by tag as eight hexadecimal digits; those of sequences follow theirs after a dot.

    Values are cut. Raises DataError for what is none.
    """
    identifier = read_identifier(data, transfer_syntax_uid)
    values = {}
    for tag in sorted(identifier.values.keys() | identifier.items.keys()):
        values[f"{tag:08x}"] = _cut(identifier.values.get(tag, ""))
        for inner, text in sorted(identifier.items.get(tag, {}).items()):
            values[f"{tag:08x}.{inner:08x}"] = _cut(text)
    return values


def identifier_lines(data: bytes, transfer_syntax_uid: str) -> list[str]:
    """An identifier line by line, in the manner of DCMTK's dumps."""
    head = ["", "# Dicom-Data-Set", f"# Used TransferSyntax: {transfer_syntax_name(transfer_syntax_uid)}"]
    try:
        values = identifier_values(data, transfer_syntax_uid)
    except DataError as error:
        return [*head, f"# cannot be read: {printable(str(error))}", ""]
    lines = []
    for tag, value in list(values.items())[:_MOST_LINES]:
        own, _, inner = tag.partition(".")
        shown = f"[{printable(value)}]" if value else "(no value available)"
        where = inner or own
        keyword = _keyword(int(where, 16))
        text = f"{'  ' if inner else ''}({where[:4]},{where[4:]}) {shown}"
        lines.append(f"{text:<60} # {keyword}" if keyword else text)
    if len(values) > _MOST_LINES:
        lines.append(f"# and {len(values) - _MOST_LINES} more")
    return [*head, *lines, ""]


def _keyword(tag: int) -> str:
    if tag in _KEYWORDS:
        return _KEYWORDS[tag]
    found = find_attribute(tag)
    return found.keyword if found is not None else ""


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}..."
