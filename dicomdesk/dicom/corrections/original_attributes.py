"""Item of the Original Attributes Sequence (0400,0561): what values were before, who changed them, and why.

PS3.3 C.12.1.1.9: one item for each change, the newest last; in it the attributes that were changed or removed, with
their values as they were written. An attribute that was not there before is not among them.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from struct import pack
from typing import Final

from dicomdesk.dicom.corrections.patches import element_bytes
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.records import dataclass

__all__ = ["ORIGINAL_ATTRIBUTES", "Modification", "ReasonCode", "original_attributes_item"]

ORIGINAL_ATTRIBUTES: Final = 0x04000561
_MODIFIED: Final = 0x04000550
_DATE_TIME: Final = 0x04000562
_SYSTEM: Final = 0x04000563
_SOURCE: Final = 0x04000564
_REASON: Final = 0x04000565
_ITEM: Final = 0xFFFEE000
_LONGEST_NAME: Final = 64


class ReasonCode(Enum):
    """Defined terms of Reason for the Attribute Modification (0400,0565)."""

    COERCE = "COERCE"
    """Values were brought in line with another source, as a master patient index."""
    CORRECT = "CORRECT"
    """Values were wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """When, by whom and why values were changed."""

    when: datetime
    """Aware."""
    system: str
    """That made the change; ASCII."""
    reason: ReasonCode = ReasonCode.CORRECT

    @property
    def date_time(self) -> str:
        """Attribute Modification DateTime, unlike that of any other change by the same system."""
        return self.when.strftime("%Y%m%d%H%M%S.%f%z")


def original_attributes_item(
    modification: Modification, source: str, previous: Mapping[int, tuple[bytes, bytes]], encoding: Encoding
) -> bytes:
    """Return an encoded item; ``previous`` are VR and value, by tag, ``source`` who had sent the instance, or ""."""
    modified = b"".join(element_bytes(tag, vr, value, encoding) for tag, (vr, value) in sorted(previous.items()))
    texts = (
        (_DATE_TIME, b"DT", modification.date_time),
        (_SYSTEM, b"LO", modification.system),
        (_SOURCE, b"LO", source),
        (_REASON, b"CS", modification.reason.value),
    )
    content = element_bytes(_MODIFIED, b"SQ", _item(modified, encoding), encoding)
    for tag, vr, text in texts:
        content += element_bytes(tag, vr, text.encode("ascii", "replace")[:_LONGEST_NAME], encoding)
    return _item(content, encoding)


def _item(content: bytes, encoding: Encoding) -> bytes:
    order = "<" if encoding.is_little_endian else ">"
    return pack(order + "HHI", _ITEM >> 16, _ITEM & 0xFFFF, len(content)) + content
