"""A database that takes its time: what comes is acknowledged when it has it, and nobody else is in the way.

The database waits for the test at each statement, where a slow one would wait for its disk.
"""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.facts import InstanceStored, OperationEnded
from dicomdesk.network.dimse.command_sets import write_command_set
from dicomdesk.settings import PlaceRules
from tests.helpers.archives.gated_databases import DEADLINE_S, Gate, gate_for
from tests.helpers.archives.index_entries import index_entry
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    FIND_STUDY,
    Running,
    encoded,
    make_settings,
    running,
    serving,
    until,
)
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder
from tests.helpers.peers.requestors import Proposal, Requestor, connected, data_pdu, find_command, store_command

CANCELLED, STATUS = 0xFE00, 0x0900
SENDERS = 12


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[tuple[Running, Gate]]:
    with running(tmp_path / "area") as archive:
        gate = gate_for(archive.archive.keeper(ARCHIVE).index)
        try:
            yield archive, gate
        finally:
            gate.open()


def begin_store(peer: Requestor, uid: str, message_id: int = 1) -> None:
    """Send an instance, and do not wait for the answer."""
    peer.send(data_pdu(1, 3, store_command(uid, message_id)), data_pdu(1, 2, encoded(uid)))


def associated(peer: Requestor) -> Requestor:
    peer.associate(Proposal(contexts=[(1, CT_IMAGE, [EXPLICIT])], called=ARCHIVE.encode(), max_pdu_bytes=0))
    return peer


def has_answer(peer: Requestor) -> bool:
    peer.socket.setblocking(False)
    try:
        return bool(peer.socket.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        peer.socket.settimeout(DEADLINE_S)


def test_nothing_is_acknowledged_before_the_database_has_it_and_then_each_in_its_order(
    slow: tuple[Running, Gate],
) -> None:
    archive, gate = slow
    with connected(archive.port) as one, connected(archive.port) as other:
        gate.close()
        for peer, numbers in ((associated(one), (1, 2, 3)), (associated(other), (4, 5, 6))):
            for number in numbers:
                begin_store(peer, f"1.{number}", number)
        gate.wait_for_statement()
        assert not archive.told(InstanceStored)
        assert not has_answer(one)
        assert not has_answer(other)
        gate.open()
        for peer, numbers in ((one, (1, 2, 3)), (other, (4, 5, 6))):
            answers = [peer.read_response() for _ in numbers]
            assert [(answer.number(0x0120), answer.number(STATUS)) for answer in answers] == [(n, 0) for n in numbers]
    assert set(archive.indexed().values()) == {f"1.{number}" for number in range(1, 7)}


def test_a_query_is_cancelled_within_a_few_statements(slow: tuple[Running, Gate]) -> None:
    archive, gate = slow
    studies = [
        index_entry(study=f"1.2.{number}", series=f"1.2.{number}.1", instance=f"1.2.{number}.2")
        for number in range(700)
    ]
    archive.archive.keeper(ARCHIVE).index.add(studies)
    query = Builder(IMPLICIT)
    data = query.element(0x00080052, "CS", "STUDY") + query.element(0x0020000D, "UI", b"")
    cancel = write_command_set({0x0100: 0x0FFF, 0x0120: 1, 0x0800: 0x0101})
    gate.close()
    with connected(archive.port) as peer:
        peer.associate(Proposal(contexts=[(1, FIND_STUDY, [IMPLICIT])], called=ARCHIVE.encode()))
        peer.send(data_pdu(1, 3, find_command()) + data_pdu(1, 2, data))
        gate.wait_for_statement()
        peer.send(data_pdu(1, 3, cancel))
        passed = 0
        while not archive.told(OperationEnded):
            until(lambda: gate.has_statement() or bool(archive.told(OperationEnded)), "a statement")
            if gate.has_statement():
                gate.let_one()
                passed += 1
        (ended,) = archive.told(OperationEnded)
        assert (ended.status, ended.matches) == (CANCELLED, 0)
        assert passed <= 6
        assert peer.read_response().number(STATUS) == CANCELLED


def associations() -> list[str]:
    """The threads of associations."""
    return [one.name for one in threading.enumerate() if one.name.startswith("association-")]


def test_peers_that_give_up_meanwhile_leave_no_thread_and_no_file(slow: tuple[Running, Gate]) -> None:
    """What was sent whole may have been stored: index and files agree."""
    archive, gate = slow
    before = threading.active_count()
    gate.close()
    peers = []
    for number in range(SENDERS):
        sock = socket.create_connection(("127.0.0.1", archive.port), timeout=DEADLINE_S)
        peers.append(associated(Requestor(sock)))
        begin_store(peers[-1], f"1.{number}")
    gate.wait_for_statement()
    assert len(associations()) == SENDERS
    assert threading.active_count() <= before + SENDERS + 4  # and what may have begun meanwhile of other things
    for peer in peers:
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.socket.close()
    gate.open()
    until(lambda: not associations(), "their end")
    assert set(archive.indexed()) == set(archive.files())
    archive.put(encoded("2.1"))


def test_as_many_as_may_are_served_and_who_comes_then_is_turned_away_in_time(tmp_path: Path) -> None:
    """Those who wait for the database keep their places: nobody waits behind them for ever."""
    settings = make_settings(tmp_path / "area", places=PlaceRules(wait_s=0.0))
    configuration = replace(settings.configuration, max_associations=2)
    with serving(replace(settings, configuration=configuration)) as archive:
        gate = gate_for(archive.archive.keeper(ARCHIVE).index)
        gate.close()
        try:
            with connected(archive.port) as one, connected(archive.port) as other, connected(archive.port) as third:
                for number, peer in enumerate((one, other)):
                    begin_store(associated(peer), f"1.{number}")
                gate.wait_for_statement()
                third.send(Proposal(contexts=[(1, CT_IMAGE, [EXPLICIT])], called=ARCHIVE.encode()).encode())
                assert third.read_pdu()[0] == 3  # A-ASSOCIATE-RJ
                gate.open()
                assert [peer.read_response().number(STATUS) for peer in (one, other)] == [0, 0]
        finally:
            gate.open()
