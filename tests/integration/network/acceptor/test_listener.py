"""The listener: many associations, limits, gauges, stopping, and DCMTK's tools as peers."""

import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from time import monotonic

import pytest

from dicomdesk.errors import LocalError, PortInUseError
from dicomdesk.network.acceptor.acceptor import Callbacks
from dicomdesk.network.acceptor.interpreter_turns import SHORT_TURN_S
from dicomdesk.network.acceptor.listener import LARGEST_PENDING, Listener, ListenerSettings
from dicomdesk.network.dimse.store_reception import IncomingStore
from dicomdesk.network.presentation.context_acceptance import accept_all_policy
from dicomdesk.settings import PlaceRules, Timeouts
from tests.helpers.dcmtk.programs import dcmtk_program
from tests.helpers.peers.receivers import DEADLINE_S, Receiver, listener_settings, listening
from tests.helpers.peers.requestors import (
    ASSOCIATE_RJ,
    CT_IMAGE_STORAGE,
    EXPLICIT,
    WORKLIST,
    Proposal,
    connected,
    data_pdu,
    store_command,
)


def association_threads() -> int:
    return sum(thread.name.startswith("association-from") for thread in threading.enumerate())


# -- many at once


def test_associations_are_served_side_by_side() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, listener), ExitStack() as stack:
        peers = [stack.enter_context(connected(port)) for _ in range(20)]
        for peer in peers:
            peer.associate()
        for peer in peers:
            peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"first"))
        receiver.wait_for("begun", len(peers))
        assert listener.associations == len(peers)
        for peer in peers:
            peer.send(data_pdu(1, 2, b"second"))
            assert peer.read_response().number(0x0900) == 0
            peer.release()
        receiver.wait_for("released", len(peers))
        assert listener.associations == 0
    assert {bytes(instance.data) for instance in receiver.instances} == {b"firstsecond"}
    assert sorted(instance.request.association for instance in receiver.instances) == list(range(1, 21))


def test_busy_associations_give_way_to_others_within_a_millisecond() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    try:
        with listening(Receiver()):
            assert sys.getswitchinterval() < 0.001
    finally:
        sys.setswitchinterval(before)


def test_turns_are_shorter_still_after_many_connections_failed() -> None:
    before = sys.getswitchinterval()
    receiver = Receiver()
    try:
        with listening(receiver) as (port, listener):
            _fail(port)
            with connected(port) as peer:
                peer.associate()
                peer.release()
            receiver.wait_for("released")
            listener.stop()
            assert sys.getswitchinterval() == pytest.approx(SHORT_TURN_S)
    finally:
        sys.setswitchinterval(before)


def test_large_instances_arrive_side_by_side_although_many_connections_failed() -> None:
    before, content = sys.getswitchinterval(), bytes(16_000)
    receiver = Receiver()
    try:
        with listening(receiver) as (port, _), ExitStack() as stack:
            _fail(port)
            peers = [stack.enter_context(connected(port)) for _ in range(4)]
            for peer in peers:
                peer.associate()
                peer.send(data_pdu(1, 3, store_command("1.2")), *(data_pdu(1, 0, content) for _ in range(60)))
            for peer in peers:
                peer.send(data_pdu(1, 2, b"end"))
                assert peer.read_response().number(0x0900) == 0
                peer.release()
    finally:
        sys.setswitchinterval(before)
    assert [len(instance.data) for instance in receiver.instances] == [60 * len(content) + 3] * 4


def _fail(port: int) -> None:
    """As many connections as make a crowd send rubbish."""
    for _ in range(8):
        with connected(port) as peer:
            peer.send(b"rubbish that is no PDU of any kind")
            peer.read(1)


def test_association_above_the_limit_is_rejected_as_transient() -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=2, places=PlaceRules(wait_s=0.0))
    with listening(receiver, settings=settings) as (port, listener), ExitStack() as stack:
        first, second = (stack.enter_context(connected(port)) for _ in range(2))
        first.associate()
        second.associate()
        third = stack.enter_context(connected(port))
        third.send(Proposal().encode())
        assert third.read_pdu() == (ASSOCIATE_RJ, b"\0\2\3\2")
        receiver.wait_for("refused 3: too many associations")
        assert listener.associations == 2
        first.release()
        receiver.wait_for("released 1")
        fourth = stack.enter_context(connected(port))
        fourth.associate()
        assert fourth.echo() == 0


def test_rejected_proposal_does_not_use_up_the_limit() -> None:
    settings = listener_settings(max_associations=1)
    with listening(Receiver(), settings=settings) as (port, _):
        for _ in range(3):
            with connected(port) as peer:
                peer.send(Proposal(contexts=[(1, WORKLIST, [EXPLICIT])]).encode())
                assert peer.read_pdu()[0] == ASSOCIATE_RJ
        with connected(port) as peer:
            peer.associate()


def test_silent_connections_are_bounded_and_block_nobody() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), ExitStack() as stack:
        silent = [stack.enter_context(connected(port)) for _ in range(LARGEST_PENDING)]
        with connected(port) as peer:
            peer.associate()
            assert peer.echo() == 0
            assert silent[0].read(1) == b""
            peer.release()
        assert receiver.wait_for("failed") == "failed: too many connections were waiting"
        assert association_threads() <= LARGEST_PENDING + 1


def test_rejected_peers_that_stay_connected_are_bounded() -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=0)
    with listening(receiver, settings=settings) as (port, _), ExitStack() as stack:
        for _ in range(2 * LARGEST_PENDING):
            peer = stack.enter_context(connected(port))
            peer.send(Proposal().encode())
            assert peer.read_pdu() == (ASSOCIATE_RJ, b"\0\2\3\2")
        receiver.wait_for("refused", 2 * LARGEST_PENDING)
        stack.enter_context(connected(port))
        assert association_threads() <= LARGEST_PENDING + 10


def test_slow_handler_makes_only_its_own_peer_wait() -> None:
    receiver = Receiver()
    may_go_on = threading.Event()

    def hold(request: IncomingStore) -> None:
        if request.sop_instance_uid == "1.1":
            assert may_go_on.wait(DEADLINE_S)

    receiver.begin_hook = hold
    with listening(receiver) as (port, _), connected(port) as slow, connected(port) as quick:
        slow.associate()
        quick.associate()
        slow.send(data_pdu(1, 3, store_command("1.1")), data_pdu(1, 2, b"x"))
        receiver.wait_for("started")
        assert quick.store("1.2", [b"x"]) == 0
        may_go_on.set()
        assert slow.read_response().number(0x0900) == 0


def test_gauge_counts_bytes_of_running_and_finished_associations() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, listener):
        assert listener.bytes_received == 0
        with connected(port) as peer:
            peer.associate()
            peer.store("1.2", [bytes(100_000)])
            during = listener.bytes_received
            assert during > 100_000
            peer.release()
        receiver.wait_for("released")
        listener.stop()
        assert listener.bytes_received == during + 10


def test_memory_stays_bounded_for_a_long_instance() -> None:
    receiver = Receiver()
    receiver.keep = False
    part = bytes(range(256)) * 512
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        assert peer.store("1.2", [part] * 400) == 0
    assert receiver.instances[0].size == 400 * len(part)
    assert receiver.instances[0].digest.digest() == sha256(part * 400).digest()


# -- start and stop


def test_port_in_use_is_an_error_of_its_own() -> None:
    with listening(Receiver()) as (port, _):
        receiver = Receiver()
        other = Listener(
            ListenerSettings(port=port, address="127.0.0.1"), accept_all_policy(), Callbacks(receiver, receiver)
        )
        with pytest.raises(PortInUseError, match=str(port)) as caught:
            other.start()
        assert caught.value.__cause__ is not None
        other.stop()


def test_address_that_is_not_ours_is_a_local_error() -> None:
    receiver = Receiver()
    listener = Listener(
        ListenerSettings(port=0, address="192.0.2.1"), accept_all_policy(), Callbacks(receiver, receiver)
    )
    with pytest.raises(LocalError, match=r"192\.0\.2\.1"):
        listener.start()
    listener.stop()


def test_listener_on_all_addresses_shows_ipv4_peers_as_such() -> None:
    receiver = Receiver()
    with listening(receiver, settings=ListenerSettings(port=0)) as (port, _), connected(port) as peer:
        peer.associate()
        peer.release()
    assert receiver.requests[0].peer_host == "127.0.0.1"
    assert receiver.requests[0].peer_port > 0


def test_host_names_are_shown_where_asked_for() -> None:
    receiver = Receiver()
    settings = ListenerSettings(port=0, address="127.0.0.1", resolve_hosts=True)
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        peer.release()
    assert receiver.requests[0].peer_host == socket.gethostbyaddr("127.0.0.1")[0]


def test_stop_aborts_idle_associations_and_refuses_new_ones() -> None:
    receiver = Receiver()
    # Connections are taken in order: when the second is served, the first is no longer in the listen queue.
    with listening(receiver) as (port, listener), connected(port) as silent, connected(port) as idle:
        idle.associate()
        listener.stop()
        assert idle.read_abort() == (0, 0)
        assert silent.read_abort() == (0, 0)
        receiver.wait_for("aborted 1 by us: the receiver is being stopped")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S)
        listener.stop()


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S).close()
    except OSError:
        return True
    return False


def test_stop_lets_peers_release_their_associations_for_as_long_as_it_is_told() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, listener), connected(port) as peer:
        peer.associate()
        stopping = threading.Thread(target=listener.stop, kwargs={"release_grace_s": 3600.0})
        stopping.start()
        deadline_s = monotonic() + DEADLINE_S
        while not refuses(port):
            assert monotonic() < deadline_s, "it still listens"
        peer.release()
        receiver.wait_for("released")
        listener.stop(abort=True)  # of what connected last, and never asked for an association
        stopping.join(DEADLINE_S)
        assert not stopping.is_alive()


def test_stop_lets_the_instance_that_is_being_received_end() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, listener), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"first"))
        receiver.wait_for("begun")
        stopping = threading.Thread(target=listener.stop)
        stopping.start()
        peer.send(data_pdu(1, 2, b"second"))
        assert peer.read_response().number(0x0900) == 0
        assert peer.read_abort() == (0, 0)
        stopping.join(DEADLINE_S)
        assert not stopping.is_alive()
    assert receiver.instances[0].ends == ["finished"]
    assert bytes(receiver.instances[0].data) == b"firstsecond"


def test_stop_aborts_what_does_not_end_within_the_grace_time() -> None:
    receiver = Receiver()
    settings = listener_settings(grace_s=0.2)
    with listening(receiver, settings=settings) as (port, listener), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"first"))
        receiver.wait_for("begun")
        listener.stop()
        assert peer.read_abort() == (0, 0)
    assert receiver.instances[0].ends == ["discarded"]


def test_stop_with_abort_does_not_wait_for_the_instance() -> None:
    receiver = Receiver()
    settings = listener_settings(grace_s=3600.0)
    with listening(receiver, settings=settings) as (port, listener), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"first"))
        receiver.wait_for("begun")
        listener.stop(abort=True)
        assert peer.read_abort() == (0, 0)
    assert receiver.instances[0].ends == ["discarded"]


def test_stop_with_abort_ends_a_stop_that_waits() -> None:
    receiver = Receiver()
    settings = listener_settings(grace_s=3600.0)
    with listening(receiver, settings=settings) as (port, listener), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"first"))
        receiver.wait_for("begun")
        waiting = threading.Thread(target=listener.stop)
        waiting.start()
        listener.stop(abort=True)
        assert peer.read_abort() == (0, 0)
        waiting.join(DEADLINE_S)
        assert not waiting.is_alive()


def test_stop_before_start_and_twice_does_nothing() -> None:
    receiver = Receiver()
    listener = Listener(listener_settings(), accept_all_policy(), Callbacks(receiver, receiver))
    listener.stop()
    listener.stop(abort=True)


def test_peer_that_takes_no_answers_is_dropped() -> None:
    """Its receive window is full, so the listener's send stalls; that is bounded too."""
    receiver = Receiver()
    settings = listener_settings(timeouts=Timeouts(socket_s=0.3))
    with listening(receiver, settings=settings) as (port, _), socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(DEADLINE_S)
        sock.connect(("127.0.0.1", port))
        sock.sendall(Proposal().encode())
        receiver.wait_for("accepted")
        echo = data_pdu(3, 3, store_command("1.2", command_field=0x30, data_set_type=0x0101))
        with suppress(OSError):
            sock.sendall(echo * 300_000)
        receiver.wait_for("aborted 1 by us: The peer takes no data")


# -- DCMTK


@pytest.fixture
def three_files(tmp_path: Path) -> Path:
    """Small CT images made with DCMTK's dump2dcm."""
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(3):
        dump = tmp_path / f"{number}.txt"
        dump.write_text(
            f"(0008,0016) UI {CT_IMAGE_STORAGE}\n(0008,0018) UI 1.2.3.{number + 1}\n(0010,0020) LO TEST\n"
            f"(0020,000d) UI 1.2.3\n(0020,000e) UI 1.2.3.0\n(0028,0010) US 2\n"
        )
        assert run_tool("dump2dcm", "+te", str(dump), str(folder / f"{number}.dcm")).returncode == 0
    return folder


def run_tool(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ, TCP_NODELAY="1")
    return subprocess.run(
        [dcmtk_program(name), *words], capture_output=True, text=True, timeout=60, env=environment, check=False
    )


@pytest.mark.dcmtk
def test_echoscu_is_answered() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        result = run_tool("echoscu", "-v", "127.0.0.1", str(port))
        assert result.returncode == 0, result.stderr
        assert "Received Echo Response (Success)" in result.stderr
        receiver.wait_for("released 1")


@pytest.mark.dcmtk
@pytest.mark.parametrize("max_pdu", ["4096", "131072"])
def test_dcmsend_stores_everything(three_files: Path, max_pdu: str) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        result = run_tool("dcmsend", "-v", "--max-pdu", max_pdu, "127.0.0.1", str(port), "+sd", str(three_files))
        assert result.returncode == 0, result.stderr
        receiver.wait_for("released 1")
    assert sorted(i.request.sop_instance_uid for i in receiver.instances) == ["1.2.3.1", "1.2.3.2", "1.2.3.3"]
    for instance in receiver.instances:
        number = int(instance.request.sop_instance_uid[-1]) - 1
        assert (three_files / f"{number}.dcm").read_bytes().endswith(bytes(instance.data))


@pytest.mark.dcmtk
def test_storescu_aborting_after_its_work_is_noticed(three_files: Path) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        files = [str(path) for path in sorted(three_files.iterdir())]
        result = run_tool("storescu", "--abort", "-v", "127.0.0.1", str(port), *files)
        assert result.returncode == 0, result.stderr
        receiver.wait_for("aborted 1 by peer: The peer aborted the association")
    assert [instance.ends for instance in receiver.instances] == [["finished"]] * 3


@pytest.mark.dcmtk
def test_storescu_is_told_when_all_is_refused(three_files: Path) -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=0)
    with listening(receiver, settings=settings) as (port, _):
        result = run_tool("storescu", "-v", "127.0.0.1", str(port), str(three_files / "0.dcm"))
    assert "Result: Rejected Transient, Source: Service Provider (Presentation Related)" in result.stderr
    assert "Reason: Local Limit Exceeded" in result.stderr


@pytest.mark.dcmtk
def test_findscu_is_told_that_we_only_store() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        run_tool("findscu", "-W", "-k", "PatientName", "127.0.0.1", str(port))
        receiver.wait_for("refused 1: no acceptable presentation contexts")
