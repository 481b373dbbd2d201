"""Reports on storage commitment over associations that the provider opens (PS3.4 J.3.3), as a service of a listener."""

from dicomdesk.dicom.query.sop_classes import COMMITMENT
from dicomdesk.network.acceptor.operation import Operation, Services
from dicomdesk.network.dimse.command_sets import CommandField
from dicomdesk.network.dimse.commitment import ReportTaker, answer_report
from dicomdesk.network.dimse.responses import action_response
from dicomdesk.network.status import Status

__all__ = ["commitment_report_service"]


def commitment_report_service(take: ReportTaker) -> Services:
    """Return a service that hands reports to ``take``; who asks us for commitment is told that we give none."""

    def serve(operation: Operation) -> bool:
        message = operation.message
        if message.field == CommandField.N_EVENT_REPORT_RQ:
            operation.reply(answer_report(message, message.negotiation.calling_ae_title, take))
            return True
        if message.field == CommandField.N_ACTION_RQ and message.context.abstract_syntax == COMMITMENT:
            operation.reply(action_response(message.command_set, Status.NO_SUCH_SOP_CLASS))
            return True
        return False

    return serve
