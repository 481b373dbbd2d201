"""Storage commitment (PS3.4 J.3): checks and secures the instances of a request, then reports on them.

The report says that an instance is committed when its file and all that the index knows of it are on the disk, however
they were stored. It goes over the association that asks, after the answer to the request; where the peer does not take
it there, over an association of ours, to the peer's entry in the configuration: see ``commitment_reports``.
"""

import logging
import time
from collections.abc import Mapping

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.facts import ArchiveFacts
from dicomdesk.archive.services.commitment_reports import KeptReport, ReportDelivery, TooManyReportsError
from dicomdesk.archive.services.commitment_values import Report
from dicomdesk.archive.setup.settings_in_force import SettingsInForce
from dicomdesk.dicom.commitment.documents import read_request
from dicomdesk.dicom.commitment.references import WELL_KNOWN_INSTANCE, Reference
from dicomdesk.dicom.data_sets.element_writer import encode_for
from dicomdesk.errors import DataError, DicomdeskError, LocalError
from dicomdesk.network.acceptor.operation import Operation
from dicomdesk.network.dimse.command_sets import ACTION_TYPE_ID, REQUESTED_SOP_INSTANCE_UID
from dicomdesk.network.dimse.requests import event_report_request
from dicomdesk.network.dimse.responses import action_response
from dicomdesk.network.status import Status, StatusClass, classify_status

__all__ = ["Commitment"]

logger = logging.getLogger(__name__)


class Commitment:
    """Storage commitment provider; for the threads of all associations."""

    def __init__(self, settings: SettingsInForce, facts: ArchiveFacts) -> None:
        self._delivery = ReportDelivery(settings, facts)

    def start(self, keepers: Mapping[str, Keeper]) -> None:
        """Go on with the reports of earlier processes that no peer has taken yet; ``keepers`` are by AE title."""
        self._delivery.resume(keepers)

    def stop(self) -> None:
        """Leave the reports that no peer has taken yet to a later process. Any thread."""
        self._delivery.stop()

    def act(self, operation: Operation, keeper: Keeper) -> None:
        """Answer an N-ACTION, then report. Raises PeerError and LocalError when the association ends."""
        message = operation.message
        request = message.command_set
        if request.number(ACTION_TYPE_ID, 0) != 1:
            operation.reply(action_response(request, Status.NO_SUCH_ACTION))
            return
        if request.text(REQUESTED_SOP_INSTANCE_UID) != WELL_KNOWN_INSTANCE:
            operation.reply(action_response(request, Status.NO_SUCH_SOP_INSTANCE))
            return
        try:
            syntax = message.context.accepted_transfer_syntax or ""
            transaction, references = read_request(message.data_set or b"", syntax)
            report = Report(
                association=message.association,
                transaction_uid=transaction,
                outcomes=self._look_up(keeper, references),
                archive_ae_title=message.negotiation.called_ae_title,
                peer_ae_title=message.negotiation.calling_ae_title,
                asked=time.time(),
            )
            kept = self._delivery.keep(report, keeper)
        except DataError as error:
            operation.reply(action_response(request, Status.INVALID_ARGUMENT_VALUE, comment=str(error)))
        except TooManyReportsError as error:
            operation.reply(action_response(request, Status.RESOURCE_LIMITATION, comment=str(error)))
        except LocalError as error:
            logger.error("Storage commitment failed: %s", error)  # noqa: TRY400 - the sentence says it all
            operation.reply(action_response(request, Status.PROCESSING_FAILURE, comment="The archive cannot answer"))
        else:
            self._answer(operation, kept)

    def _look_up(self, keeper: Keeper, references: list[Reference]) -> dict[Reference, int]:
        """Failure Reason of each reference, 0 for one that is on the disk."""
        found: dict[Reference, list[str]] = {reference: [] for reference in references}
        known = set()
        uids = list({reference.sop_instance_uid for reference in references})
        for instance in keeper.index.find_instances(keeper.name, sop_instance_uids=uids):
            if keeper.storage.size_of(instance.path) == instance.size_bytes:
                known.add(instance.sop_instance_uid)
                found.get(Reference(instance.sop_class_uid, instance.sop_instance_uid), []).append(instance.path)
        paths = [path for some in found.values() for path in some]
        insecure = keeper.secure(paths) if paths else set()
        outcomes = {}
        for reference, some in found.items():
            reason = (
                Status.CLASS_INSTANCE_CONFLICT if reference.sop_instance_uid in known else Status.NO_SUCH_SOP_INSTANCE
            )
            outcomes[reference] = (0 if insecure.isdisjoint(some) else Status.PROCESSING_FAILURE) if some else reason
        return outcomes

    def _answer(self, operation: Operation, kept: KeptReport) -> None:
        """Answer the request and report; what the peer answered before it left counts."""
        message, report = operation.message, kept.report
        context = message.context
        data_set = encode_for(context.accepted_transfer_syntax or "", report.write)
        request = event_report_request(context, WELL_KNOWN_INSTANCE, report.event_type, data_set)
        answer = None
        try:
            operation.reply(action_response(message.command_set, 0))
            answer = operation.ask(request)
        except DicomdeskError:
            answer = operation.last_answer  # many release, and wait to be called
            raise
        finally:
            if answer is not None and classify_status(answer.status) in {StatusClass.SUCCESS, StatusClass.WARNING}:
                self._delivery.finish(kept, is_reported=True)
            else:
                self._delivery.deliver(kept)
