"""Data sets of storage commitment: Action Information and Event Information (PS3.4 tables J.3-1 and J.3-2).

What is read comes from the wire: bounded, and text as it came.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final, Literal

from dicomdesk.dicom.commitment.references import MOST_REFERENCES, Reference
from dicomdesk.dicom.data_sets.deflate import inflate
from dicomdesk.dicom.data_sets.element_walk import Step, StepKind, walk
from dicomdesk.dicom.data_sets.element_writer import ElementWriter
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.dicom.uids import is_valid_uid
from dicomdesk.errors import DataError
from dicomdesk.records import dataclass

__all__ = ["NO_REASON", "CommitmentReport", "read_report", "read_request", "write_report", "write_request"]

NO_REASON: Final = -1
"""In the place of a Failure Reason where a peer gives none."""

_RETRIEVE_AE_TITLE: Final = 0x00080054
_REFERENCED_CLASS: Final = 0x00081150
_REFERENCED_INSTANCE: Final = 0x00081155
_TRANSACTION_UID: Final = 0x00081195
_FAILURE_REASON: Final = 0x00081197
_FAILED_SOP_SEQUENCE: Final = 0x00081198
_REFERENCED_SOP_SEQUENCE: Final = 0x00081199
_SEQUENCES: Final = ([_FAILED_SOP_SEQUENCE], [_REFERENCED_SOP_SEQUENCE])
_LARGEST_DOCUMENT_BYTES: Final = 16 << 20
"""Of one that is inflated."""
_MOST_STEPS: Final = 10 * MOST_REFERENCES
"""Of the walk through a document: items have two or three elements, and an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentReport:
    """What a provider says of one transaction, for what it is worth."""

    transaction_uid: str
    committed: tuple[Reference, ...] = ()
    failed: Mapping[Reference, int] = field(default_factory=dict)
    """With the Failure Reason of each, ``NO_REASON`` where there is none."""
    retrieve_ae_title: str = ""
    """Where they can be retrieved from; "" where it is not said."""


def write_request(writer: ElementWriter, transaction_uid: str, references: Iterable[Reference]) -> None:
    """Write the information of an N-ACTION."""
    writer.write_element(_TRANSACTION_UID, b"UI", transaction_uid.encode("ascii"))
    _write_sequence(writer, _REFERENCED_SOP_SEQUENCE, ((reference, 0) for reference in references))


def write_report(
    writer: ElementWriter, transaction_uid: str, outcomes: Mapping[Reference, int], retrieve_ae_title: str
) -> None:
    """Write the information of an N-EVENT-REPORT; outcomes are Failure Reasons, 0 for what is committed."""
    writer.write_element(_RETRIEVE_AE_TITLE, b"AE", retrieve_ae_title.encode("ascii", "replace"))
    writer.write_element(_TRANSACTION_UID, b"UI", transaction_uid.encode("ascii"))
    failed = [(reference, reason) for reference, reason in outcomes.items() if reason]
    if failed:
        _write_sequence(writer, _FAILED_SOP_SEQUENCE, failed)
    kept = [(reference, 0) for reference, reason in outcomes.items() if not reason]
    if kept:
        _write_sequence(writer, _REFERENCED_SOP_SEQUENCE, kept)


def read_request(data: bytes, transfer_syntax_uid: str) -> tuple[str, list[Reference]]:
    """Transaction UID and references of a request; raises DataError where there are none, or too many."""
    reader = _read(data, transfer_syntax_uid)
    if not reader.committed:
        raise DataError("nothing is referenced")
    return reader.transaction, reader.committed


def read_report(data: bytes, transfer_syntax_uid: str) -> CommitmentReport:
    """Read what a provider says; raises DataError where it does not say of which transaction, or of too much."""
    reader = _read(data, transfer_syntax_uid)
    return CommitmentReport(
        transaction_uid=reader.transaction,
        committed=tuple(reader.committed),
        failed=reader.failed,
        retrieve_ae_title=reader.retrieve_ae_title,
    )


def _read(data: bytes, transfer_syntax_uid: str) -> "_Reader":
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is not None and syntax.is_deflated:
        data = inflate(data, _LARGEST_DOCUMENT_BYTES)
    reader = _Reader(data)
    for count, step in enumerate(walk(data, Encoding.of_transfer_syntax(transfer_syntax_uid), find_vr)):
        if count > _MOST_STEPS or reader.items > MOST_REFERENCES:
            raise DataError(f"more than {MOST_REFERENCES} instances are referenced at once")
        reader.take(step)
    if not is_valid_uid(reader.transaction):
        raise DataError("there is no Transaction UID")
    return reader


class _Reader:
    """Reader of either document."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._opened: list[int] = []
        self._item: dict[int, str] = {}
        self._reason = NO_REASON
        self.items = 0
        self.transaction = ""
        self.retrieve_ae_title = ""
        self.committed: list[Reference] = []
        self.failed: dict[Reference, int] = {}

    def take(self, step: Step) -> None:
        is_inside = self._opened in _SEQUENCES
        match step.kind:
            case StepKind.SEQUENCE:
                self._opened.append(step.tag)
            case StepKind.SEQUENCE_END:
                self._opened.pop()
            case StepKind.ITEM if is_inside:
                self._item, self._reason = {}, NO_REASON
            case StepKind.ITEM_END if is_inside:
                self._end_item()
            case StepKind.ELEMENT if is_inside:
                self._take_of_item(step)
            case StepKind.ELEMENT if not self._opened and step.tag == _TRANSACTION_UID:
                self.transaction = self._text(step)
            case StepKind.ELEMENT if not self._opened and step.tag == _RETRIEVE_AE_TITLE:
                self.retrieve_ae_title = self._text(step)
            case _:
                pass

    def _take_of_item(self, step: Step) -> None:
        if step.tag in {_REFERENCED_CLASS, _REFERENCED_INSTANCE}:
            self._item[step.tag] = self._text(step)
        elif step.tag == _FAILURE_REASON and step.length == 2:
            order: Literal["little", "big"] = "little" if step.encoding.is_little_endian else "big"
            self._reason = int.from_bytes(self._data[step.start : step.start + 2], order) or NO_REASON

    def _end_item(self) -> None:
        self.items += 1
        reference = Reference(self._item.get(_REFERENCED_CLASS, ""), self._item.get(_REFERENCED_INSTANCE, ""))
        if self._opened[0] == _FAILED_SOP_SEQUENCE:
            self.failed[reference] = self._reason
        else:
            self.committed.append(reference)

    def _text(self, step: Step) -> str:
        value = self._data[step.start : step.start + min(step.length, 128)]
        return value.partition(b"\0")[0].decode("ascii", "replace").strip(" ")


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
