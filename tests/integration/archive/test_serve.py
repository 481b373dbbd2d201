"""A running archive as front ends see it: what it reports, and how it ends."""

import queue
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive import facts
from dicomdesk.archive.facts import ServingEvent
from dicomdesk.archive.serve import ServeJob, ServeRequest
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.engine import events
from dicomdesk.engine.engine import Engine
from dicomdesk.errors import LocalError, PortInUseError
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
def serving(tmp_path: Path, told: Told) -> Iterator[ServeJob]:
    (tmp_path / "area").mkdir()
    area = Area(ae_title=AREA, folder=tmp_path / "area", is_writable=True)
    settings = ArchiveSettings(
        configuration=ArchiveConfiguration(areas=(area,)), port=0, address="127.0.0.1", allows_shutdown=True
    )
    with Engine() as engine:
        yield engine.submit(ServeRequest(settings=settings), told.put)


def test_connection_that_is_no_association_is_told_with_its_peer(serving: ServeJob, told: Told) -> None:
    with socket.create_connection(("127.0.0.1", serving.port), DEADLINE_S) as scanner:
        scanner.sendall(b"GET / HTTP/1.0\r\n\r\n")
    failed = told.get(timeout=DEADLINE_S)
    while not isinstance(failed, events.RequestFailed):
        failed = told.get(timeout=DEADLINE_S)
    assert failed.peer_host
    assert failed.reason


def test_stores_are_told_in_order(serving: ServeJob, told: Told) -> None:
    body = Builder(EXPLICIT).instance(sop_instance_uid="1.2.3.4")
    with connected(serving.port) as requestor:
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
        events.EchoReceived,
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


def test_an_instance_that_does_not_arrive_is_told(serving: ServeJob, told: Told) -> None:
    with connected(serving.port) as requestor:
        requestor.associate(Proposal(contexts=CONTEXTS, called=AREA.encode()))
        requestor.send(data_pdu(1, 3, store_command("1.2.3.4")), data_pdu(1, 0, b"abc"))
    serving.cancel()
    finished = [event for event in told.until_end() if isinstance(event, events.ItemFinished)]
    assert len(finished) <= 1
    assert all(event.outcome is events.ItemOutcome.FAILED and event.status is None for event in finished)


def test_a_peer_may_ask_for_the_end(serving: ServeJob, told: Told) -> None:
    with connected(serving.port) as requestor:
        requestor.send(Proposal(contexts=((1, SHUTDOWN, (IMPLICIT,)),), called=AREA.encode()).encode())
        assert requestor.read_pdu()[0] == 3
    assert any(isinstance(event, facts.ShutdownRequested) for event in told.until_end())
    assert serving.done.result(DEADLINE_S).outcome is events.JobOutcome.COMPLETED


def test_the_second_cancel_does_not_wait(serving: ServeJob, told: Told) -> None:
    with connected(serving.port) as requestor:
        requestor.associate(Proposal(contexts=CONTEXTS, called=AREA.encode()))
        requestor.send(data_pdu(1, 3, store_command("1.2.3.4")), data_pdu(1, 0, b"abc"))
        serving.cancel()
        serving.cancel()
        told.until_end()


def test_an_archive_that_is_left_behind_has_its_result_at_once(serving: ServeJob, told: Told) -> None:
    serving.abandon()
    last = told.until_end()[-1]
    assert isinstance(last, events.JobFinished)
    assert last.outcome is events.JobOutcome.CANCELLED
    assert serving.done.result(0).outcome is events.JobOutcome.CANCELLED


def test_what_goes_wrong_before_anybody_is_served_ends_the_start(tmp_path: Path, told: Told) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, Engine() as engine:
        configuration = ArchiveConfiguration(areas=(Area(ae_title=AREA, folder=tmp_path, is_writable=True),))
        settings = ArchiveSettings(configuration=configuration, port=taken.getsockname()[1], address="127.0.0.1")
        with pytest.raises(PortInUseError):
            engine.submit(ServeRequest(settings=settings, metrics_port=0), told.put)
        job = engine.submit(ServeRequest(settings=replace(settings, port=0)), told.put)
    assert job.done.result(0).outcome is events.JobOutcome.COMPLETED


def test_an_account_that_does_not_exist_ends_the_start(tmp_path: Path, told: Told) -> None:
    areas = (Area(ae_title=AREA, folder=tmp_path, is_writable=True),)
    configuration = ArchiveConfiguration(areas=areas, user_name="no-such-user")
    with Engine() as engine, pytest.raises(LocalError, match="bad user name no-such-user"):
        engine.submit(ServeRequest(settings=ArchiveSettings(configuration=configuration, port=0)), told.put)
    assert told.empty()
