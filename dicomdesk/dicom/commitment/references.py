"""Instances that storage commitment is about (PS3.4 J.3.2), and what both sides must know."""

from typing import Final

from dicomdesk.records import dataclass

__all__ = ["MOST_REFERENCES", "WELL_KNOWN_INSTANCE", "Reference"]

MOST_REFERENCES: Final = 100_000
"""Of one request or report: of the largest studies ten or more."""

WELL_KNOWN_INSTANCE: Final = "1.2.840.10008.1.20.1.1"
"""Storage Commitment Push Model SOP Instance."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Instance that commitment is requested for."""

    sop_class_uid: str
    sop_instance_uid: str
