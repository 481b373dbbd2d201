"""Storage commitment reports, as values (PS3.4 J.3.3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from dicomdesk.archive.facts import CommitmentAnswered
from dicomdesk.dicom.data_sets.element_writer import ElementWriter

__all__ = ["MOST_REFERENCES", "WELL_KNOWN_INSTANCE", "Reference", "Report"]

MOST_REFERENCES: Final = 100_000
"""Of one request: of the largest studies ten or more."""

WELL_KNOWN_INSTANCE: Final = "1.2.840.10008.1.20.1.1"
"""Storage Commitment Push Model SOP Instance."""

_RETRIEVE_AE_TITLE: Final = 0x00080054
_REFERENCED_CLASS: Final = 0x00081150
_REFERENCED_INSTANCE: Final = 0x00081155
_TRANSACTION_UID: Final = 0x00081195
_FAILURE_REASON: Final = 0x00081197
_FAILED_SOP_SEQUENCE: Final = 0x00081198
_REFERENCED_SOP_SEQUENCE: Final = 0x00081199
_ALL_COMMITTED, _SOME_FAILED = 1, 2


@dataclass(frozen=True, slots=True)
class Reference:
    """Instance that commitment is requested for."""

    sop_class_uid: str
    sop_instance_uid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Report on one transaction."""

    association: int
    """That it was asked on."""
    transaction_uid: str
    outcomes: Mapping[Reference, int]
    """Failure Reason of each reference, 0 for one that is kept."""
    archive_ae_title: str
    peer_ae_title: str
    asked: float
    """When, seconds since 1970."""

    @property
    def event_type(self) -> int:
        """1 where all are kept, else 2 (PS3.4 J.3.3.1)."""
        return _SOME_FAILED if any(self.outcomes.values()) else _ALL_COMMITTED

    def answered(self, *, is_reported: bool) -> CommitmentAnswered:
        """Return the fact that the peer has taken it, or cannot be reached."""
        failed = sum(1 for reason in self.outcomes.values() if reason)
        return CommitmentAnswered(
            association=self.association,
            transaction_uid=self.transaction_uid,
            committed=len(self.outcomes) - failed,
            failed=failed,
            is_reported=is_reported,
        )

    def write(self, writer: ElementWriter) -> None:
        """Write the event information (PS3.4 table J.3-2)."""
        writer.write_element(_RETRIEVE_AE_TITLE, b"AE", self.archive_ae_title.encode("ascii", "replace"))
        writer.write_element(_TRANSACTION_UID, b"UI", self.transaction_uid.encode("ascii"))
        failed = [(reference, reason) for reference, reason in self.outcomes.items() if reason]
        if failed:
            _write_sequence(writer, _FAILED_SOP_SEQUENCE, failed)
        kept = [(reference, 0) for reference, reason in self.outcomes.items() if not reason]
        if kept:
            _write_sequence(writer, _REFERENCED_SOP_SEQUENCE, kept)


def _write_sequence(writer: ElementWriter, tag: int, outcomes: Iterable[tuple[Reference, int]]) -> None:
    order: Literal["little", "big"] = "little" if writer.encoding.is_little_endian else "big"
    writer.start_sequence(tag)
    for reference, reason in outcomes:
        writer.start_item()
        writer.write_element(_REFERENCED_CLASS, b"UI", reference.sop_class_uid.encode("ascii", "replace"))
        writer.write_element(_REFERENCED_INSTANCE, b"UI", reference.sop_instance_uid.encode("ascii", "replace"))
        if reason:
            writer.write_element(_FAILURE_REASON, b"US", reason.to_bytes(2, order))
        writer.end_item()
    writer.end_sequence()
