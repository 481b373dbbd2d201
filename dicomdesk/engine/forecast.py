"""What a pre-flight finds, as values: how instances would go if they were sent."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["ForecastGroup", "Verdict"]


class Verdict(Enum):
    """How an instance would go."""

    AS_IS = "as-is"
    """Byte for byte as in the file."""
    CONVERTED = "converted"
    """In another transfer syntax."""
    CANNOT_GO = "cannot-go"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastGroup:
    """Instances that would go in the same way for the same reason."""

    verdict: Verdict
    sop_class_uid: str
    """"" for inputs that could not be read."""
    sop_class_name: str
    """In words: "CT Image Storage"."""
    transfer_syntax_uid: str
    """Of the files; "" for inputs that could not be read."""
    converted_to: str
    """Transfer syntax UID where the verdict is CONVERTED, else ""."""
    reason: str
    """Why it is not AS_IS, plain words; "" where it is."""
    advice: str
    """What would help, where we know."""
    items: int
    size_bytes: int
    """Of their data sets in the files."""
    paths: tuple[str, ...]
    """Of the first few."""
    association: int
    """Number of the planned association, from 1; 0 where none was planned for them."""
