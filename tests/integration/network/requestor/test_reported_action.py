"""N-ACTION over a requested association, with reports before, with and after its answer, whole, in pieces, or never."""

import threading
from collections.abc import Callable, Mapping
from time import monotonic

import pytest

from dicomdesk.dicom.commitment.documents import CommitmentReport
from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.errors import AssociationAbortedError, PeerProtocolError, PeerTimeoutError
from dicomdesk.network.dimse.commitment import ReportAnswer, commitment_request
from dicomdesk.network.dimse.requests import Response
from dicomdesk.network.negotiation import number_contexts
from dicomdesk.network.requestor import reported_action
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.network.requestor.reported_action import ReportedAction
from dicomdesk.settings import AssociationSettings, Peer, Timeouts
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message
from tests.helpers.peers.commitment_peers import (
    N_ACTION,
    N_EVENT_REPORT_RSP,
    action_answer,
    asked_for,
    in_one_pdu,
    report_command,
    report_data,
    report_pdus,
)
from tests.helpers.peers.report_takers import COMMITMENT
from tests.helpers.peers.requestors import DEADLINE_S, RELEASE_RQ, data_pdu, pdu

ONE = Reference(CT_IMAGE, "1.2.1")
Answer = Callable[[Asked, Message], None]


class Asker:
    """Asks once for one instance and takes reports for as long as is said."""

    def __init__(self, answer: Answer, *, patience_s: float = DEADLINE_S, dimse_s: float = DEADLINE_S) -> None:
        self.answer, self.dimse_s = answer, dimse_s
        self.until_s = monotonic() + patience_s
        self.reports: list[CommitmentReport] = []
        self.response: Response | None = None
        self.peer: AnsweringPeer | None = None
        self.is_over = threading.Event()

    def take(self, report: CommitmentReport, sender: str) -> ReportAnswer:
        assert sender == "FAKE"
        self.reports.append(report)
        return ReportAnswer(0x0110, "as you say") if report.failed else ReportAnswer()

    def patience_s(self) -> float:
        return 0.0 if self.reports or self.is_over.is_set() else self.until_s - monotonic()

    def ask(self, begun: Callable[[ReportedAction], None] = lambda _action: None) -> RequestedAssociation:
        """The association after it was asked over, released where it stood."""
        timeouts = Timeouts(connect_s=DEADLINE_S, acse_s=DEADLINE_S, dimse_s=self.dimse_s, socket_s=DEADLINE_S)
        with AnsweringPeer(self.answer) as self.peer:
            association = open_association(
                peer=Peer(host="127.0.0.1", port=self.peer.port, ae_title="FAKE"),
                settings=AssociationSettings(timeouts=timeouts),
                contexts=number_contexts([(COMMITMENT, (EXPLICIT,))]),
            )
            try:
                action = association.act(commitment_request(association.negotiation.contexts[0], "1.2.77", [ONE]))
                action.take_report, action.patience_s = self.take, self.patience_s
                self.response = next(action)
                begun(action)
                assert list(action) == []
                association.release()
            finally:
                association.abort()
        return association

    @property
    def answers(self) -> list[int]:
        """Statuses of our answers to reports."""
        assert self.peer is not None
        return [one.command.number(0x0900) for one in self.peer.requests if one.field == N_EVENT_REPORT_RSP]


def sends(make: Callable[[Message], bytes]) -> Answer:
    """Send what is made of the N-ACTION."""

    def answer(asked: Asked, message: Message) -> None:
        if message.field == N_ACTION:
            asked.send(make(message))

    return answer


def whole(message: Message, outcomes: Mapping[Reference, int]) -> bytes:
    return report_pdus(asked_for(message)[0], outcomes)


def bytewise(message: Message) -> bytes:
    command, data = report_command(), report_data("1.2.77", {ONE: 0})
    pieces = [data_pdu(1, 1 | 2 * (n == len(command) - 1), command[n : n + 1]) for n in range(len(command))]
    pieces += [data_pdu(1, 2 * (n == len(data) - 1), data[n : n + 1]) for n in range(len(data))]
    return action_answer(message) + b"".join(pieces)


@pytest.mark.parametrize(
    "make",
    [
        lambda message: action_answer(message) + whole(message, {ONE: 0}),
        lambda message: whole(message, {ONE: 0}) + action_answer(message),
        lambda message: in_one_pdu(message, "1.2.77", {ONE: 0}),
        bytewise,
    ],
    ids=["after", "before", "in one PDU", "byte by byte"],
)
def test_a_report_on_the_same_association_is_taken_and_answered(make: Callable[[Message], bytes]) -> None:
    asker = Asker(sends(make))
    asker.ask()
    assert asker.response is not None
    assert asker.response.status == 0
    assert [(report.transaction_uid, report.committed) for report in asker.reports] == [("1.2.77", (ONE,))]
    assert asker.answers == [0]


def test_what_the_taker_answers_goes_to_the_peer() -> None:
    asker = Asker(sends(lambda message: action_answer(message) + whole(message, {ONE: 0x0112})))
    asker.ask()
    assert asker.answers == [0x0110]


def test_a_report_of_an_unknown_kind_or_without_sense_is_refused_and_the_wait_goes_on() -> None:
    def make(message: Message) -> bytes:
        empty = data_pdu(1, 3, report_command(has_data=False))
        rubbish = data_pdu(1, 3, report_command()) + data_pdu(1, 2, b"\xff" * 30)
        other = report_pdus("1.2.77", {ONE: 0}, event_type=3)
        return action_answer(message) + empty + rubbish + other + whole(message, {ONE: 0})

    asker = Asker(sends(make))
    asker.ask()
    assert asker.answers == [0x0115, 0x0115, 0x0113, 0]
    assert len(asker.reports) == 1


def test_a_peer_that_never_reports_is_waited_for_as_long_as_is_said_and_released() -> None:
    asker = Asker(sends(action_answer), patience_s=0.05)
    asker.ask()
    assert (asker.reports, asker.answers) == ([], [])


def test_a_wait_can_be_ended_by_another_thread() -> None:
    asker = Asker(sends(action_answer))

    def end(action: ReportedAction) -> None:
        asker.is_over.set()
        action.wake()

    asker.ask(begun=end)
    assert asker.reports == []


def test_a_report_that_does_not_come_to_its_end_ends_the_association() -> None:
    asker = Asker(
        sends(lambda message: action_answer(message) + data_pdu(1, 3, report_command())), patience_s=0.3, dimse_s=0.3
    )
    with pytest.raises(PeerTimeoutError):
        asker.ask()


@pytest.mark.parametrize(
    ("end", "error"),
    [
        (pdu(RELEASE_RQ, bytes(4)), AssociationAbortedError),
        (pdu(7, bytes(4)), AssociationAbortedError),
        (data_pdu(1, 3, b"rubbish"), PeerProtocolError),
    ],
    ids=["release", "abort", "rubbish"],
)
def test_a_peer_that_ends_the_association_instead_of_reporting_ends_the_wait(
    end: bytes, error: type[Exception]
) -> None:
    asker = Asker(sends(lambda message: action_answer(message) + end))
    with pytest.raises(error):
        asker.ask()
    assert asker.response is not None


def test_a_second_answer_is_no_report() -> None:
    asker = Asker(sends(lambda message: action_answer(message) + action_answer(message)))
    with pytest.raises(PeerProtocolError, match="after its answer to N-ACTION"):
        asker.ask()


def test_a_peer_that_reports_on_and_on_keeps_nobody_from_ending() -> None:
    burst = 500
    asker = Asker(sends(lambda message: action_answer(message) + whole(message, {}) * burst))
    asker.patience_s = lambda: 0.0 if len(asker.reports) >= 10 else DEADLINE_S  # type: ignore[method-assign]  # of the test
    asker.ask()
    assert 10 <= len(asker.reports) < burst


def test_a_peer_that_reports_instead_of_answering_is_against_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reported_action, "_MOST_EARLY", 5)
    asker = Asker(sends(lambda message: whole(message, {ONE: 0}) * 6))
    with pytest.raises(PeerProtocolError, match="one report after the other"):
        asker.ask()
    assert len(asker.reports) == 5
