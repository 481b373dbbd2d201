"""A query as values: what a C-FIND, C-MOVE or C-GET identifier asks for, once it has been understood."""

from enum import Enum

from dicomdesk.dicom.query.attributes import Attribute, Level
from dicomdesk.records import dataclass


class Model(Enum):
    """An information model (PS3.4 C.6); the values are symbols of its C-FIND SOP class."""

    PATIENT_ROOT = "patient-root"
    STUDY_ROOT = "study-root"
    PATIENT_STUDY_ONLY = "patient-study-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One attribute of an identifier."""

    attribute: Attribute
    value: str = ""
    """Decoded, without padding; "" matches everything."""
    is_undecodable: bool = False
    """Whether its value cannot be decoded: nothing matches it."""
    items: tuple["ItemKey", ...] = ()
    """Of a sequence: what one of its items has to match, and what is to be returned of those that do."""
    wants_whole_items: bool = False
    """Of a sequence: the key has no item or an empty one, all of each item is to be returned (PS3.4 C.2.2.2.6)."""

    @property
    def restricts(self) -> bool:
        """Whether fewer than all entities match."""
        is_restricting = self.is_undecodable or _is_restricting(self.value)
        return is_restricting or any(item.restricts for item in self.items)

    @property
    def matches_nothing(self) -> bool:
        """Whether a value that takes part cannot be decoded."""
        return self.is_undecodable or any(item.is_undecodable for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKey:
    """One attribute in the item of a sequence of an identifier."""

    tag: int
    vr: bytes
    value: str = ""
    is_undecodable: bool = False
    """Whether its value cannot be decoded: no item matches it."""

    @property
    def restricts(self) -> bool:
        """Whether fewer than all items match: not where a star among the values matches also what is absent."""
        is_any = self.vr != b"UI" and any(one and not one.strip("*") for one in self.value.split("\\"))
        return self.is_undecodable or (_is_restricting(self.value) and not is_any)


def _is_restricting(value: str) -> bool:
    """Whether a value matches fewer than all: a list of nothing is nothing."""
    return value.strip("\\") != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked for, valid for its model."""

    model: Model
    level: Level
    keys: tuple[Key, ...]
    """In the order of their tags; those that are not supported are left out."""
    character_set: str = ""
    """Specific Character Set of the identifier."""
    timezone_offset: str = ""
    """Timezone Offset From UTC of the identifier, "" where absent."""
    is_relational: bool = False
    combines_date_and_time: bool = False
    """Ranges of a date and its time are one range (negotiated)."""
    wants_availability: bool = False
    """Instance Availability is to be returned."""
    unsupported_tags: tuple[int, ...] = ()
    """Keys, also in items, that are neither matched nor returned: pending responses say so with status FF01."""

    def find_key(self, tag: int) -> Key | None:
        """The key of this tag; None when the identifier has none that is supported."""
        return next((key for key in self.keys if key.attribute.tag == tag), None)

    @property
    def warning(self) -> str:
        """Reason why nothing matches, where values cannot be decoded; else ""."""
        names = [key.attribute.keyword for key in self.keys if key.matches_nothing]
        return f"Cannot be decoded, nothing matches: {', '.join(names)}" if names else ""

    @property
    def restricting_tags(self) -> frozenset[int]:
        """Tags of the keys that not everything matches."""
        return frozenset(key.attribute.tag for key in self.keys if key.restricts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One entity that matches, with the values of all keys that are to be returned."""

    values: dict[int, str]
    items: dict[int, tuple[dict[int, str], ...]]
    character_set: str
    """Specific Character Set that the values came in."""
