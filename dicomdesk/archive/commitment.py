"""Storage commitment (PS3.4 J.3): who asks whether instances are kept safely is told which are.

The report goes over the association that asks, after the answer to the request; where the peer does not take it there,
over an association of ours, to the peer's entry in the configuration.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from dicomdesk.archive.facts import ArchiveFacts, CommitmentAnswered
from dicomdesk.archive.keeping import Keeper
from dicomdesk.archive.service_classes import COMMITMENT
from dicomdesk.archive.settings import ArchiveSettings
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.element_writing import ElementWriter
from dicomdesk.dicom.elements import Step, StepKind, walk
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.identifiers import is_valid_uid
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import DataError, LocalError
from dicomdesk.network.command_sets import ACTION_TYPE_ID, REQUESTED_SOP_INSTANCE_UID
from dicomdesk.network.service_messages import action_response, event_report_request
from dicomdesk.network.service_operations import Operation

__all__ = ["Commitment"]

logger = logging.getLogger(__name__)

_WELL_KNOWN_INSTANCE: Final = "1.2.840.10008.1.20.1.1"
_TRANSACTION_UID: Final = 0x00081195
_REFERENCED_SOP_SEQUENCE: Final = 0x00081199
_FAILED_SOP_SEQUENCE: Final = 0x00081198
_REFERENCED_CLASS: Final = 0x00081150
_REFERENCED_INSTANCE: Final = 0x00081155
_FAILURE_REASON: Final = 0x00081197
_RETRIEVE_AE_TITLE: Final = 0x00080054
_ALL_COMMITTED, _SOME_FAILED = 1, 2
_NO_SUCH_OBJECT: Final = 0x0112
_CLASS_INSTANCE_CONFLICT: Final = 0x0119
_PROCESSING_FAILURE: Final = 0x0110
_INVALID_ARGUMENT: Final = 0x0115
_NO_SUCH_ACTION: Final = 0x0123
_MOST_REFERENCES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Reference:
    sop_class_uid: str
    sop_instance_uid: str


class Commitment:
    """Answers requests for storage commitment; for the threads of all associations."""

    def __init__(self, settings: ArchiveSettings, facts: ArchiveFacts) -> None:
        self._settings = settings
        self._facts = facts

    def act(self, operation: Operation, keeper: Keeper) -> None:
        """Answer an N-ACTION, then report. Raises PeerError and LocalError when the association ends."""
        message = operation.message
        request = message.command_set
        if request.number(ACTION_TYPE_ID, 0) != 1:
            operation.reply(action_response(request, _NO_SUCH_ACTION))
            return
        if request.text(REQUESTED_SOP_INSTANCE_UID) != _WELL_KNOWN_INSTANCE:
            operation.reply(action_response(request, _NO_SUCH_OBJECT))
            return
        try:
            transaction, references = _read(message.data_set or b"", _encoding(operation))
            outcomes = self._look_up(keeper, references)
        except DataError as error:
            operation.reply(action_response(request, _INVALID_ARGUMENT, comment=str(error)))
            return
        except LocalError as error:
            logger.error("Storage commitment failed: %s", error)  # noqa: TRY400 - the sentence says it all
            operation.reply(action_response(request, _PROCESSING_FAILURE, comment="The index cannot answer"))
            return
        operation.reply(action_response(request, 0))
        self._report(operation, transaction, outcomes)

    def _look_up(self, keeper: Keeper, references: list[_Reference]) -> dict[_Reference, int]:
        """Failure Reason of each reference, 0 for one that is kept."""
        kept: dict[str, str] = {}
        uids = [reference.sop_instance_uid for reference in references]
        for instance in keeper.index.find_instances(keeper.name, sop_instance_uids=uids) if uids else ():
            if keeper.storage.exists(instance.path):
                kept[instance.sop_instance_uid] = instance.sop_class_uid
        outcomes = {}
        for reference in references:
            sop_class = kept.get(reference.sop_instance_uid)
            reason = 0 if sop_class == reference.sop_class_uid else _CLASS_INSTANCE_CONFLICT
            outcomes[reference] = _NO_SUCH_OBJECT if sop_class is None else reason
        return outcomes

    def _report(self, operation: Operation, transaction: str, outcomes: dict[_Reference, int]) -> None:
        message = operation.message
        failed = sum(1 for reason in outcomes.values() if reason)
        event_type = _SOME_FAILED if failed else _ALL_COMMITTED
        data_set = _write(_encoding(operation), transaction, outcomes, message.negotiation.called_ae_title)

        def make(message_id: int) -> bytes:
            return event_report_request(message_id, COMMITMENT, _WELL_KNOWN_INSTANCE, event_type)

        answer = operation.report_event(message.context.context_id, make, data_set)
        self._facts(
            CommitmentAnswered(
                association=message.association,
                transaction_uid=transaction,
                committed=len(outcomes) - failed,
                failed=failed,
                is_reported=answer.status == 0,
            )
        )


def _encoding(operation: Operation) -> Encoding:
    syntax = find_transfer_syntax(operation.message.context.accepted_transfer_syntax or "")
    return Encoding.of(
        is_explicit_vr=syntax is None or syntax.is_explicit_vr,
        is_little_endian=syntax is None or syntax.is_little_endian,
    )


def _read(data: bytes, encoding: Encoding) -> tuple[str, list[_Reference]]:
    """Transaction UID and references of a request; raises DataError where there are none."""
    reader = _Reader(data)
    for step in walk(data, encoding, find_vr):
        reader.take(step)
    if not is_valid_uid(reader.transaction):
        raise DataError("there is no Transaction UID")
    if not reader.references:
        raise DataError("nothing is referenced")
    return reader.transaction, reader.references


class _Reader:
    """Collects what a request says."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._opened: list[int] = []
        self._item: dict[int, str] = {}
        self.transaction = ""
        self.references: list[_Reference] = []

    def take(self, step: Step) -> None:
        is_inside = self._opened == [_REFERENCED_SOP_SEQUENCE]
        match step.kind:
            case StepKind.SEQUENCE:
                self._opened.append(step.tag)
            case StepKind.SEQUENCE_END:
                self._opened.pop()
            case StepKind.ITEM if is_inside:
                self._item = {}
            case StepKind.ITEM_END if is_inside:
                self.references.append(_reference(self._item))
                if len(self.references) > _MOST_REFERENCES:
                    raise DataError("there are too many references")
            case StepKind.ELEMENT if is_inside:
                self._item[step.tag] = _text(self._data, step)
            case StepKind.ELEMENT if not self._opened and step.tag == _TRANSACTION_UID:
                self.transaction = _text(self._data, step)
            case _:
                pass


def _reference(item: dict[int, str]) -> _Reference:
    return _Reference(item.get(_REFERENCED_CLASS, ""), item.get(_REFERENCED_INSTANCE, ""))


def _text(data: bytes, step: Step) -> str:
    return data[step.start : step.start + min(step.length, 128)].decode("ascii", "replace").strip("\0 ")


def _write(encoding: Encoding, transaction: str, outcomes: dict[_Reference, int], retrieve_ae_title: str) -> bytes:
    writer = ElementWriter(encoding)
    writer.write_element(_RETRIEVE_AE_TITLE, b"AE", retrieve_ae_title.encode("ascii", "replace"))
    writer.write_element(_TRANSACTION_UID, b"UI", transaction.encode("ascii"))
    failed = [(reference, reason) for reference, reason in outcomes.items() if reason]
    if failed:
        _write_sequence(writer, _FAILED_SOP_SEQUENCE, failed)
    kept = [(reference, 0) for reference, reason in outcomes.items() if not reason]
    if kept:
        _write_sequence(writer, _REFERENCED_SOP_SEQUENCE, kept)
    return writer.to_bytes()


def _write_sequence(writer: ElementWriter, tag: int, outcomes: Iterable[tuple[_Reference, int]]) -> None:
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
