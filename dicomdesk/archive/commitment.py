"""Storage commitment (PS3.4 J.3): who asks whether instances are kept safely is told which are.

The report goes over the association that asks, after the answer to the request; where the peer does not take it there,
over an association of ours, to the peer's entry in the configuration.
"""

import logging
from typing import Final

from dicomdesk.archive.commitment_reports import WELL_KNOWN_INSTANCE, Reference, Report, ReportDelivery
from dicomdesk.archive.facts import ArchiveFacts
from dicomdesk.archive.keeping import Keeper
from dicomdesk.archive.retrieval import encode_for
from dicomdesk.archive.service_classes import COMMITMENT
from dicomdesk.archive.settings import ArchiveSettings
from dicomdesk.dicom.deflate import inflate
from dicomdesk.dicom.dictionary import find_vr
from dicomdesk.dicom.elements import Step, StepKind, walk
from dicomdesk.dicom.encodings import Encoding
from dicomdesk.dicom.identifiers import is_valid_uid
from dicomdesk.dicom.transfer_syntaxes import find_transfer_syntax
from dicomdesk.errors import DataError, LocalError, PeerError
from dicomdesk.network.command_sets import ACTION_TYPE_ID, REQUESTED_SOP_INSTANCE_UID
from dicomdesk.network.service_messages import action_response, event_report_request
from dicomdesk.network.service_operations import Operation
from dicomdesk.network.status import StatusClass, classify_status

__all__ = ["Commitment"]

logger = logging.getLogger(__name__)

_TRANSACTION_UID: Final = 0x00081195
_REFERENCED_SOP_SEQUENCE: Final = 0x00081199
_REFERENCED_CLASS: Final = 0x00081150
_REFERENCED_INSTANCE: Final = 0x00081155
_NO_SUCH_OBJECT: Final = 0x0112
_CLASS_INSTANCE_CONFLICT: Final = 0x0119
_PROCESSING_FAILURE: Final = 0x0110
_INVALID_ARGUMENT: Final = 0x0115
_NO_SUCH_ACTION: Final = 0x0123
_MOST_REFERENCES: Final = 1_000_000


class Commitment:
    """Answers requests for storage commitment; for the threads of all associations."""

    def __init__(self, settings: ArchiveSettings, facts: ArchiveFacts) -> None:
        self._configuration = settings.configuration
        self._facts = facts
        self._delivery = ReportDelivery(settings, facts)

    def stop(self) -> None:
        """Forget the reports that no peer has taken yet. Any thread."""
        self._delivery.stop()

    def act(self, operation: Operation, keeper: Keeper) -> None:
        """Answer an N-ACTION, then report. Raises PeerError and LocalError when the association ends."""
        message = operation.message
        request = message.command_set
        if request.number(ACTION_TYPE_ID, 0) != 1:
            operation.reply(action_response(request, _NO_SUCH_ACTION))
            return
        if request.text(REQUESTED_SOP_INSTANCE_UID) != WELL_KNOWN_INSTANCE:
            operation.reply(action_response(request, _NO_SUCH_OBJECT))
            return
        try:
            transaction, references = _read(message.data_set or b"", message.context.accepted_transfer_syntax or "")
            outcomes = self._look_up(keeper, references)
        except DataError as error:
            operation.reply(action_response(request, _INVALID_ARGUMENT, comment=str(error)))
            return
        except LocalError as error:
            logger.error("Storage commitment failed: %s", error)  # noqa: TRY400 - the sentence says it all
            operation.reply(action_response(request, _PROCESSING_FAILURE, comment="The index cannot answer"))
            return
        operation.reply(action_response(request, 0))
        report = Report(
            association=message.association,
            transaction_uid=transaction,
            outcomes=outcomes,
            archive_ae_title=message.negotiation.called_ae_title,
            peer_ae_title=message.negotiation.calling_ae_title,
        )
        self._report(operation, keeper, report)

    def _look_up(self, keeper: Keeper, references: list[Reference]) -> dict[Reference, int]:
        """Failure Reason of each reference, 0 for one that is kept."""
        kept: dict[str, set[str]] = {}
        uids = [reference.sop_instance_uid for reference in references]
        for instance in keeper.index.find_instances(keeper.name, sop_instance_uids=uids) if uids else ():
            if keeper.storage.size_of(instance.path) == instance.size_bytes:
                kept.setdefault(instance.sop_instance_uid, set()).add(instance.sop_class_uid)
        outcomes = {}
        for reference in references:
            classes = kept.get(reference.sop_instance_uid, set())
            reason = 0 if reference.sop_class_uid in classes else _CLASS_INSTANCE_CONFLICT
            outcomes[reference] = reason if classes else _NO_SUCH_OBJECT
        return outcomes

    def _report(self, operation: Operation, keeper: Keeper, report: Report) -> None:
        message = operation.message
        data_set = encode_for(message.context.accepted_transfer_syntax or "", report.write)

        def make(message_id: int) -> bytes:
            return event_report_request(message_id, COMMITMENT, WELL_KNOWN_INSTANCE, report.event_type)

        try:
            answer = operation.report_event(message.context.context_id, make, data_set)
            is_taken = classify_status(answer.status) in {StatusClass.SUCCESS, StatusClass.WARNING}
        except PeerError:
            self._report_later(keeper, report)  # many release, and wait to be called
            raise
        if is_taken:
            self._facts(report.answered(is_reported=True))
        else:
            self._report_later(keeper, report)

    def _report_later(self, keeper: Keeper, report: Report) -> None:
        """Over an association of ours, where the configuration says how to reach the peer."""
        entry = self._configuration.find_destination(keeper.area, report.peer_ae_title)
        if entry is None:
            self._facts(report.answered(is_reported=False))
        else:
            self._delivery.add(report, entry)


def _read(data: bytes, transfer_syntax_uid: str) -> tuple[str, list[Reference]]:
    """Transaction UID and references of a request; raises DataError where there are none."""
    syntax = find_transfer_syntax(transfer_syntax_uid)
    if syntax is not None and syntax.is_deflated:
        data = inflate(data)
    reader = _Reader(data)
    for step in walk(data, Encoding.of_transfer_syntax(transfer_syntax_uid), find_vr):
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
        self.references: list[Reference] = []

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


def _reference(item: dict[int, str]) -> Reference:
    return Reference(item.get(_REFERENCED_CLASS, ""), item.get(_REFERENCED_INSTANCE, ""))


def _text(data: bytes, step: Step) -> str:
    return data[step.start : step.start + min(step.length, 128)].decode("ascii", "replace").strip("\0 ")
