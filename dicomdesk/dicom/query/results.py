"""Matches of a query as values: what a response says, whatever a peer has made of it."""

from collections.abc import Mapping
from types import MappingProxyType

from dicomdesk.dicom.query.attributes import QUERY_RETRIEVE_LEVEL, UNIQUE_KEYS, Level
from dicomdesk.dicom.query.identifier_reader import KeyFault, read_identifier
from dicomdesk.records import dataclass

__all__ = ["QueryResult", "read_result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """One match, decoded; text is without padding and otherwise as hostile as it came."""

    values: Mapping[int, str]
    """By tag, of the top level; "" for what cannot be decoded, and what is no attribute of the models."""
    items: Mapping[int, Mapping[int, str]]
    """By tag of a sequence: the elements of its first item."""
    level: Level | None
    """Query/Retrieve Level as it is told; None where there is none, or one that the models have not."""
    faults: Mapping[int, KeyFault]
    """Why values are not known."""

    def value(self, tag: int) -> str:
        """The value of a tag, "" where there is none."""
        return self.values.get(tag, "")

    def unique_value(self, level: Level) -> str:
        """The unique key of a level: patient ID, or UID of the study, the series or the instance."""
        return self.values.get(UNIQUE_KEYS[level], "")


def read_result(identifier: bytes, transfer_syntax_uid: str) -> QueryResult:
    """Read a match in the transfer syntax of its presentation context; raises DataError where it cannot be followed."""
    read = read_identifier(identifier, transfer_syntax_uid)
    told = read.values.get(QUERY_RETRIEVE_LEVEL, "")
    return QueryResult(
        values=MappingProxyType(read.values),
        items=MappingProxyType(read.items),
        level=next((level for level in Level if level.value == told), None),
        faults=MappingProxyType(dict(read.faults)),
    )
