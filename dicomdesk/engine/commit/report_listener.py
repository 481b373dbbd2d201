"""Listener for the time of a commit job, for peers that report over associations of their own (PS3.4 J.3.3)."""

from dicomdesk.engine.commit.request import ReportListener
from dicomdesk.engine.receive.listening_job import acceptor_ssl_context
from dicomdesk.network.acceptor.acceptor import Callbacks
from dicomdesk.network.acceptor.commitment_reports import commitment_report_service
from dicomdesk.network.acceptor.listener import Listener, ListenerSettings
from dicomdesk.network.acceptor.observers import ListenerObserver
from dicomdesk.network.dimse.commitment import ReportTaker
from dicomdesk.network.dimse.store_reception import IncomingStore, InstanceSink
from dicomdesk.network.presentation.context_acceptance import verification_only_policy, with_commitment_reports
from dicomdesk.settings import AssociationSettings

__all__ = ["open_listener"]

_MOST_ASSOCIATIONS = 10
_STOP_GRACE_S = 2.0


class _NothingIsStored:
    """Store handler of a listener whose policy accepts nothing that could be stored."""

    def begin(self, request: IncomingStore) -> InstanceSink:
        raise AssertionError(f"{request.sop_class_uid} was not negotiated")


def open_listener(wanted: ReportListener, association: AssociationSettings, take: ReportTaker) -> tuple[Listener, int]:
    """Listen for reports and for verification, and nothing else; return the listener, to be stopped, and its port.

    Raises PortInUseError, LocalError, TlsSettingsError.
    """
    listener = Listener(
        ListenerSettings(
            port=wanted.port,
            address=wanted.address,
            max_associations=_MOST_ASSOCIATIONS,
            max_pdu_bytes=association.max_pdu_bytes,
            timeouts=association.timeouts,
            ssl_context=acceptor_ssl_context(wanted.tls),
            stop_grace_s=_STOP_GRACE_S,
        ),
        with_commitment_reports(verification_only_policy()),
        Callbacks(_NothingIsStored(), ListenerObserver(), commitment_report_service(take)),
    )
    try:
        return listener, listener.start()
    except BaseException:
        listener.stop()
        raise
