"""N-ACTION of storage commitment over a requested association, and the reports that come over the same (PS3.4 J.3.3).

A provider may report before it answers, together with its answer, later, or not at all on this association.
"""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from time import monotonic

from dicomdesk.errors import PeerProtocolError, PeerTimeoutError
from dicomdesk.network.dimse.command_sets import COMMAND_FIELD, MESSAGE_ID, CommandField, CommandSet
from dicomdesk.network.dimse.commitment import ReportTaker, answer_report
from dicomdesk.network.dimse.messages import Message
from dicomdesk.network.dimse.requests import Response
from dicomdesk.network.dimse.store_reception import EstablishedAssociation, InstanceSink, StoreReception
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.network.requestor.exchange import Answers, Exchange

__all__ = ["ReportedAction"]

_MOST_EARLY = 1000
"""Reports that are taken before the response to the request."""
_N_EVENT_REPORT_RQ = int(CommandField.N_EVENT_REPORT_RQ)


class ReportedAction(Exchange):
    """Exchange of one N-ACTION that also takes reports: until the response has come, and for as long as is asked for.

    The one response is handed on when it has come; after that ``patience_s`` says how long reports are waited for. For
    the thread that uses the association, which it holds until it is exhausted; ``wake`` is for any thread. A peer that
    is silent to the end of the patience is no error.
    """

    take_report: ReportTaker
    """To be set before the response is asked for, as the next."""
    patience_s: Callable[[], float] = staticmethod(lambda: 0.0)
    """How much longer reports are waited for, 0 for no longer; asked before each wait."""

    def wake(self) -> None:
        """Have ``patience_s`` asked anew. Any thread, any time."""
        self._connection.interruption.nudge()

    def _make_answers(
        self, established: EstablishedAssociation, peer: str, reception: StoreReception | None
    ) -> "_ReportedAnswers":
        return _ReportedAnswers(established, self.request, self.message_id, peer, reception)

    def _perform(self, in_use: Callable[[], AbstractContextManager[None]]) -> Generator[Response, None, None]:
        answers = self._answers
        assert isinstance(answers, _ReportedAnswers)
        answers.answer = self._answer
        with in_use():
            try:
                self._send(self.request.context_id, self.request.command_set(self.message_id), self.request.data_set)
                self._restart_clock()
                while not answers.is_complete:
                    self._take_pdu()
                yield from (response for response in answers.received if isinstance(response, Response))
                self._wait_for_reports()
            finally:
                self._connection.before_waiting = None
                self._answers.abandon()

    def _wait_for_reports(self) -> None:
        self._connection.before_waiting = self._look_whether_to_wait
        while True:
            try:
                self._look_whether_to_wait()  # also where the peer never lets us wait
                self._take_pdu()
            except _PatienceEnded:
                return
            except PeerTimeoutError:
                if not self._answers.is_between_messages or self.patience_s() > 0:
                    raise
                return

    def _look_whether_to_wait(self) -> None:
        if self.patience_s() <= 0 and self._answers.is_between_messages:
            raise _PatienceEnded

    def _restart_clock(self) -> None:
        """While reports are waited for, the patience with them is the limit, unless one has begun to come."""
        super()._restart_clock()
        if self._answers.is_complete and self._answers.is_between_messages:
            self._deadline = monotonic() + max(self.patience_s(), 0.0)

    def _wait_for_pdu(self) -> tuple[int, memoryview]:
        if self._answers.is_complete:
            self._restart_clock()
        return super()._wait_for_pdu()

    def _answer(self, message: Message) -> None:
        peer = message.negotiation.called_ae_title
        self._send(message.context.context_id, answer_report(message, peer, self.take_report))


class _PatienceEnded(Exception):  # noqa: N818 - no error, it goes no further than this module
    """There is nothing more to wait for."""


class _ReportedAnswers(Answers):
    """Message reader that lets reports pass between the request and its response, and after it."""

    answer: Callable[[Message], None]
    _early = 0
    """Reports that have come before the response."""

    def begin(self, context: NegotiatedContext, command: CommandSet) -> InstanceSink | None:
        """See ``MessageReader``."""
        if command.number(COMMAND_FIELD) == _N_EVENT_REPORT_RQ:
            command.number(MESSAGE_ID)  # one that cannot be answered is not collected
            return None
        return super().begin(context, command)

    def take_message(self, message: Message) -> None:
        """See ``MessageReader``."""
        if message.field == _N_EVENT_REPORT_RQ:
            self._early += not self.is_complete
            if self._early > _MOST_EARLY:
                raise PeerProtocolError("The peer sends one report after the other instead of answering N-ACTION")
            self.answer(message)
        else:
            super().take_message(message)
