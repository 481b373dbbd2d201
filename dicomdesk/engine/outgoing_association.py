"""Association that a job requests: opens, releases or aborts it and reports each step to the job's sink."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReleased,
    AssociationRequested,
    EventSink,
    Notice,
    NoticeLevel,
)
from dicomdesk.engine.job import JobControl
from dicomdesk.errors import (
    AssociationAbortedError,
    DicomdeskError,
    LocalError,
    PeerError,
    ProposalError,
    SettingsError,
)
from dicomdesk.network.negotiation import ExtendedNegotiation, ProposedContext
from dicomdesk.network.presentation.proposals import NO_CONTEXTS
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.network.upper_layer.association_items import shown_identity
from dicomdesk.network.wire.connection import Interruption
from dicomdesk.settings import AssociationSettings, Peer

if TYPE_CHECKING:
    import socket

    from dicomdesk.network.wire.tls_stream import TlsStream

__all__ = ["NotOpenedError", "OutgoingAssociation"]


class NotOpenedError(Exception):
    """Association that was not established; the sink knows why."""

    def __init__(self, error: PeerError | SettingsError | LocalError) -> None:
        super().__init__(str(error))
        self.error = error


class OutgoingAssociation:
    """Association of a job, used by the thread that opens it."""

    def __init__(
        self, *, job_id: str, number: int, control: JobControl, report: EventSink, ends_at_cancel: bool = False
    ) -> None:
        """``number`` is the association's within the job.

        The second cancel of the job aborts the association; with ``ends_at_cancel`` the first does.
        """
        self._job_id = job_id
        self._number = number
        self._control = control
        self._report = report
        self._ends_at_cancel = ends_at_cancel

    @contextmanager
    def opened(
        self,
        peer: Peer,
        settings: AssociationSettings,
        contexts: Sequence[ProposedContext],
        extensions: Sequence[ExtendedNegotiation] = (),
    ) -> Iterator[RequestedAssociation]:
        """Open it; what has neither been released nor aborted at the end is aborted. Raises NotOpenedError.

        The first cancel of the job breaks off the opening, since there is nothing yet that could be finished first.
        """
        ending_with = self._control.stopping_with if self._ends_at_cancel else self._control.aborting_with
        with ExitStack() as stack:
            try:
                with self._requesting(peer, settings, contexts, extensions):
                    if not contexts:
                        raise ProposalError("There is no presentation context to propose", condition=NO_CONTEXTS)
                    interruption = stack.enter_context(closing(Interruption()))
                    stack.enter_context(ending_with(interruption.set))
                    with self._control.stopping_with(interruption.set):
                        association = open_association(
                            peer=peer,
                            settings=settings,
                            contexts=contexts,
                            extensions=extensions,
                            interruption=interruption,
                        )
            except (PeerError, SettingsError, LocalError) as error:
                raise NotOpenedError(error) from error
            self._report_accepted(association)
            try:
                yield association
            finally:
                if association.is_open:  # a fault of ours is on its way up
                    association.abort()

    def open(
        self,
        peer: Peer,
        settings: AssociationSettings,
        contexts: Sequence[ProposedContext],
        interruption: Interruption,
        sock: "socket.socket | TlsStream | None" = None,
    ) -> RequestedAssociation:
        """Open it with the caller's interruption, and over its connection if it has one; the caller ends it.

        Raises PeerError, SettingsError, LocalError.
        """
        with self._requesting(peer, settings, contexts, ()):
            association = open_association(
                peer=peer, settings=settings, contexts=contexts, interruption=interruption, sock=sock
            )
        self._report_accepted(association)
        return association

    @contextmanager
    def _requesting(
        self,
        peer: Peer,
        settings: AssociationSettings,
        contexts: Sequence[ProposedContext],
        extensions: Sequence[ExtendedNegotiation],
    ) -> Iterator[None]:
        """Report the request, and its failure where one passes."""
        self._report(
            AssociationRequested(
                job_id=self._job_id,
                association=self._number,
                peer=str(peer),
                calling_ae_title=settings.calling_ae_title,
                contexts=tuple(contexts),
                user_identity=shown_identity(settings.user_identity),
                extensions=tuple(extensions),
            )
        )
        try:
            yield
        except (PeerError, SettingsError, LocalError) as error:
            cause, advice = _explain(error, peer, settings)
            self._report(
                AssociationFailed(
                    job_id=self._job_id, association=self._number, reason=str(error), cause=cause, advice=advice
                )
            )
            raise

    def _report_accepted(self, association: RequestedAssociation) -> None:
        self._report(
            AssociationAccepted(job_id=self._job_id, association=self._number, negotiation=association.negotiation)
        )
        for oddity in association.negotiation.oddities:
            self._report(Notice(job_id=self._job_id, level=NoticeLevel.WARNING, text=oddity))

    def release(self, association: RequestedAssociation) -> PeerError | None:
        """Release; return what came instead of the peer's consent."""
        try:
            association.release()
        except PeerError as error:
            self.report_loss(error)
            return error
        self._report(AssociationReleased(job_id=self._job_id, association=self._number))
        return None

    def abort(self, association: RequestedAssociation, reason: DicomdeskError | str) -> None:
        """Abort, if the association still stands, for a reason of ours."""
        association.abort()
        self._report_abort(reason, by_peer=False)

    def report_loss(self, error: DicomdeskError) -> None:
        """Report that the association has ended by an error of the peer, or because the job was told to abort."""
        was_told = self._control.is_stopping if self._ends_at_cancel else self._control.is_aborting
        self._report_abort(error, by_peer=isinstance(error, AssociationAbortedError) and not was_told)

    def report_abort(self, reason: DicomdeskError | str) -> None:
        """The association was aborted by us, for a reason of ours."""
        self._report_abort(reason, by_peer=False)

    def _report_abort(self, reason: DicomdeskError | str, *, by_peer: bool) -> None:
        self._report(
            AssociationAborted(job_id=self._job_id, association=self._number, by_peer=by_peer, reason=str(reason))
        )


def _explain(
    error: PeerError | SettingsError | LocalError, peer: Peer, settings: AssociationSettings
) -> tuple[str, str]:
    """Likely cause and what to do; each "" where there is nothing to say."""
    if isinstance(error, LocalError):  # it says all; and there may be no descriptor left to read a module by
        return "", ""
    from dicomdesk.engine.explain.remedies import explain_request  # noqa: PLC0415 - only after a failure: start-up time

    return explain_request(error, peer, settings)
