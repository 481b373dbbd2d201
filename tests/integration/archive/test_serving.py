"""A running archive as front ends see it: what it reports, and how it ends."""

import queue
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.archive import facts
from dicomdesk.archive.serving import Serving, ServingEvent
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.engine import events
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder
from tests.helpers.peers.requestors import VERIFICATION, Proposal, connected, data_pdu, store_command

AREA = "ARCHIVE"
SHUTDOWN = "1.2.276.0.7230010.3.4.1915765545.18030.917282194.0"
DEADLINE_S = 20.0
CONTEXTS = ((1, CT_IMAGE, (EXPLICIT,)), (3, VERIFICATION, (IMPLICIT,)))


class Told(queue.SimpleQueue[ServingEvent]):
    """What was told, in order."""

    def until_end(self) -> list[ServingEvent]:
        seen = [self.get(timeout=DEADLINE_S)]
        while not isinstance(seen[-1], events.JobFinished):
            seen.append(self.get(timeout=DEADLINE_S))
        return seen


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def serving(tmp_path: Path, told: Told) -> Iterator[Serving]:
    (tmp_path / "area").mkdir()
    area = Area(ae_title=AREA, folder=tmp_path / "area", is_writable=True)
    settings = ArchiveSettings(
        configuration=ArchiveConfiguration(areas=(area,)), port=0, address="127.0.0.1", allows_shutdown=True
    )
    made = Serving(settings, told.put)
    yield made
    made.close()


def test_connection_that_is_no_association_is_told_with_its_peer(serving: Serving, told: Told) -> None:
    with socket.create_connection(("127.0.0.1", serving.open()), DEADLINE_S) as scanner:
        scanner.sendall(b"GET / HTTP/1.0\r\n\r\n")
    notice = told.get(timeout=DEADLINE_S)
    while not isinstance(notice, events.Notice):
        notice = told.get(timeout=DEADLINE_S)
    assert notice.peer_host
    assert notice.text.startswith(f"Could not receive association request from {notice.peer_host}: ")


def test_stores_are_told_in_order(serving: Serving, told: Told) -> None:
    body = Builder(EXPLICIT).instance(sop_instance_uid="1.2.3.4")
    with connected(serving.open()) as requestor:
        requestor.associate(Proposal(contexts=CONTEXTS, called=AREA.encode()))
        assert requestor.echo() == 0
        assert requestor.store("1.2.3.4", [body]) == 0
        assert requestor.store("1.2.3.5", [body], 2) == 0xA900
        requestor.release()
    serving.cancel()
    seen = told.until_end()
    assert [type(event) for event in seen] == [
        events.JobStarted,
        events.ListenerStarted,
        events.AssociationReceived,
        events.AssociationAccepted,
        events.Notice,
        events.ItemStarted,
        facts.InstanceStored,
        events.ItemFinished,
        events.ItemStarted,
        events.ItemFinished,
        events.AssociationReleased,
        events.JobFinished,
    ]
    stored, refused = (event for event in seen if isinstance(event, events.ItemFinished))
    assert (stored.outcome, stored.status, stored.index) == (events.ItemOutcome.STORED, 0, 1)
    assert stored.path.endswith(".dcm")
    assert stored.size_bytes > len(body)
    assert (refused.outcome, refused.status, refused.path) == (events.ItemOutcome.REFUSED, 0xA900, "")
    last = seen[-1]
    assert isinstance(last, events.JobFinished)
    assert last.outcome is events.JobOutcome.COMPLETED
    assert last.counts == {events.ItemOutcome.STORED: 1, events.ItemOutcome.REFUSED: 1}


def test_an_instance_that_does_not_arrive_is_told(serving: Serving, told: Told) -> None:
    with connected(serving.open()) as requestor:
        requestor.associate(Proposal(contexts=CONTEXTS, called=AREA.encode()))
        requestor.send(data_pdu(1, 3, store_command("1.2.3.4")), data_pdu(1, 0, b"abc"))
    serving.cancel()
    finished = [event for event in told.until_end() if isinstance(event, events.ItemFinished)]
    assert len(finished) <= 1
    assert all(event.outcome is events.ItemOutcome.FAILED and event.status is None for event in finished)


def test_a_peer_may_ask_for_the_end(serving: Serving, told: Told) -> None:
    with connected(serving.open()) as requestor:
        requestor.send(Proposal(contexts=((1, SHUTDOWN, (IMPLICIT,)),), called=AREA.encode()).encode())
        assert requestor.read_pdu()[0] == 3
    seen = told.until_end()
    assert any(isinstance(event, facts.ShutdownRequested) for event in seen)
    assert serving.is_asked_to_end


def test_the_second_cancel_does_not_wait(serving: Serving, told: Told) -> None:
    with connected(serving.open()) as requestor:
        requestor.associate(Proposal(contexts=CONTEXTS, called=AREA.encode()))
        requestor.send(data_pdu(1, 3, store_command("1.2.3.4")), data_pdu(1, 0, b"abc"))
        serving.cancel()
        serving.cancel()
        told.until_end()


def test_others_are_told_too_and_the_port_is_bound_before_anybody_is_served(serving: Serving, told: Told) -> None:
    others = Told()
    calls: list[str] = []
    serving.count_with(others.put)
    serving.open(bound=lambda: calls.append("bound"))
    serving.cancel()
    assert calls == ["bound"]
    assert others.until_end() == told.until_end()


def test_what_goes_wrong_before_anybody_is_served_ends_the_start(serving: Serving) -> None:
    def fail() -> None:
        raise PermissionError("no such user")

    with pytest.raises(PermissionError):
        serving.open(bound=fail)
