"""Peers that hold places, drip or flood, and good peers that get in all the same: real sockets, plain and TLS."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.network.acceptor.listener import LARGEST_PENDING, ListenerSettings
from dicomdesk.settings import PlaceRules, Timeouts
from tests.helpers.archives.opened_archives import AREA, our_archive
from tests.helpers.jobs.receiving import receiving
from tests.helpers.peers.receivers import DEADLINE_S, Receiver, listener_settings, listening
from tests.helpers.peers.requestors import (
    ABORT,
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    IMPLICIT,
    VERIFICATION,
    Proposal,
    Requestor,
    connected,
    data_pdu,
    echo_command,
    pdu,
    store_command,
)
from tests.helpers.tls.certificates import Certificate, make_certificate

PLACES = 6
HOSTILE, GOOD = "127.0.0.66", "127.0.0.7"
HASTY = PlaceRules(patience_s=0.05, least_bytes_per_s=1_000_000_000)
"""No peer is as fast as that: whatever drips is too slow at once."""
TOO_SLOW = " sent a message too slowly: less than 1000000000 bytes a second for 0.05 s"

IDLE = ()
IN_COMMAND = (data_pdu(1, 1, store_command("1.2")[:20]),)
IN_DATA = (data_pdu(1, 3, store_command("1.2")), data_pdu(1, 0, b"part"))
BEFORE_DATA = IN_DATA[:1]
IN_DATA_PDU = (data_pdu(1, 3, store_command("1.2")), data_pdu(1, 2, bytes(100))[:-1])
IN_LONG_PDU = (IN_DATA[0], b"\4\0\0\x10\0\0\0\x0f\xff\xfc\1\0")
EMPTY_VALUES = b"\4\0\0\0\x17\x70" + 1000 * b"\0\0\0\2\1\0"
"""One PDU of a thousand presentation data values."""
IN_HEADER = (b"\4\0\0",)
STATES = pytest.mark.parametrize(
    "sent",
    [IDLE, IN_COMMAND, BEFORE_DATA, IN_DATA, IN_DATA_PDU, IN_HEADER],
    ids=["idle", "command", "before data", "data", "pdu", "header"],
)


@contextmanager
def occupied(
    port: int, receiver: Receiver, sent: tuple[bytes, ...], source: str = HOSTILE
) -> Iterator[list[Requestor]]:
    """All places are taken from one address, and each peer has sent something."""
    with ExitStack() as stack:
        peers = [stack.enter_context(connected(port, source)) for _ in range(PLACES)]
        for peer in peers:
            peer.associate()
            peer.send(*sent)
        if sent in (BEFORE_DATA, IN_DATA, IN_DATA_PDU):
            receiver.wait_for("begun", PLACES)
        yield peers


def drip(peer: Requestor, data: bytes = b"\0") -> None:
    """Send the same again and again, until the other side has enough of it."""
    with suppress(ConnectionError, ssl.SSLError):
        while True:
            peer.send(data)


# -- all places taken


@STATES
def test_address_that_holds_all_places_does_not_keep_others_out(sent: tuple[bytes, ...]) -> None:
    receiver = Receiver()
    with (
        listening(receiver, settings=listener_settings(max_associations=PLACES)) as (port, listener),
        occupied(port, receiver, sent),
    ):
        for number in range(3):
            with connected(port, GOOD) as peer:
                peer.associate()
                assert peer.store(f"1.{number}", [b"whole"]) == 0
                peer.release()
        assert listener.associations < PLACES
        left = receiver.wait_for(f"an association of {HOSTILE} made room for {GOOD}: all {PLACES} places were taken")
        assert left.startswith("aborted")
        assert left.endswith(f"{PLACES} of them by {HOSTILE}, whose share is {PLACES // 2}")
    assert [bytes(one.data) for one in receiver.instances if "finished" in one.ends] == [b"whole"] * 3


@STATES
def test_association_without_progress_makes_room_for_its_own_address(sent: tuple[bytes, ...]) -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=PLACES, places=PlaceRules(room_after_s=0.0))
    with (
        listening(receiver, settings=settings) as (port, listener),
        occupied(port, receiver, sent, GOOD),
        ExitStack() as stack,
    ):
        for _ in range(PLACES):
            peer = stack.enter_context(connected(port, GOOD))
            peer.associate()
            assert peer.echo() == 0
        assert listener.associations == PLACES
        receiver.wait_for(f"the association of {GOOD} made room for {GOOD}")


def test_who_gives_way_is_told_with_an_abort() -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=1, places=PlaceRules(room_after_s=0.0))
    with listening(receiver, settings=settings) as (port, _), connected(port) as idle, connected(port) as peer:
        idle.associate()
        peer.associate()
        assert idle.read_pdu() == (ABORT, bytes(4))
        assert peer.echo() == 0


def test_association_that_works_does_not_give_way_to_its_own_address() -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=PLACES, places=PlaceRules(wait_s=0.0))
    with (
        listening(receiver, settings=settings) as (port, listener),
        occupied(port, receiver, IDLE, GOOD) as peers,
        connected(port, GOOD) as late,
    ):
        late.send(Proposal().encode())
        assert late.read_pdu() == (ASSOCIATE_RJ, b"\0\2\3\2")
        receiver.wait_for(
            f"warned: {GOOD} found no place: all {PLACES} are taken, {PLACES} of them by its own address, "
            f"most ({PLACES}) by {GOOD}"
        )
        assert [peer.echo() for peer in peers] == [0] * PLACES
        assert listener.associations == PLACES


PATIENT = PlaceRules(wait_s=DEADLINE_S)


def test_modality_that_opens_one_association_more_is_served_when_another_of_its_own_ends() -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=PLACES, places=PATIENT)
    with (
        listening(receiver, settings=settings) as (port, listener),
        occupied(port, receiver, IDLE, GOOD) as peers,
        connected(port, GOOD) as late,
    ):
        late.send(Proposal().encode())
        receiver.wait_for("received", PLACES + 1)
        assert peers[0].store("1.2", [b"whole"]) == 0
        assert listener.associations == PLACES
        peers[0].release()
        assert late.read_pdu()[0] == ASSOCIATE_AC
        assert late.store("1.3", [b"whole"]) == 0
        late.release()
    assert not any(fact.startswith("warned") for fact in receiver.facts)


@pytest.mark.parametrize("abort", [True, False])
def test_listener_that_stops_lets_nobody_wait(*, abort: bool) -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=1, places=PATIENT)
    with listening(receiver, settings=settings) as (port, listener), connected(port) as peer, connected(port) as late:
        peer.associate()
        late.send(Proposal().encode())
        receiver.wait_for("received", 2)
        listener.stop(abort=abort)
        assert receiver.wait_for("refused 2")
        assert listener.associations == 0


def test_peer_that_leaves_while_it_waits_keeps_no_place() -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=1, places=PATIENT)
    with listening(receiver, settings=settings) as (port, listener), connected(port) as peer:
        peer.associate()
        with connected(port) as late:
            late.send(Proposal().encode())
            receiver.wait_for("received", 2)
        peer.release()
        receiver.wait_for("aborted 2")
        with connected(port) as other:
            other.associate()
            assert listener.associations == 1


def test_one_who_is_refused_anyway_makes_nobody_give_way() -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=1, places=PlaceRules(room_after_s=0.0))
    with listening(receiver, settings=settings) as (port, _), connected(port) as idle, connected(port, GOOD) as other:
        idle.associate()
        other.send(Proposal(contexts=[]).encode())
        assert other.read_pdu()[0] == ASSOCIATE_RJ
        assert idle.echo() == 0


def test_flood_of_refused_peers_does_not_flood_the_log() -> None:
    receiver = Receiver()
    with listening(receiver, settings=listener_settings(max_associations=0)) as (port, _):
        for _ in range(100):
            with connected(port) as peer:
                peer.send(Proposal().encode())
                assert peer.read_pdu()[0] == ASSOCIATE_RJ
        for _ in range(100):
            with connected(port) as peer:
                peer.send(b"rubbish")
                assert peer.read_pdu()[0] == ABORT
        receiver.wait_for("refused", 100)
    assert 0 < sum(fact.startswith("warned") for fact in receiver.facts) <= 20
    assert 0 < sum(fact.startswith("failed") for fact in receiver.facts) <= 20


def test_connections_without_an_association_take_no_place_and_the_greediest_address_loses_them() -> None:
    receiver = Receiver()
    settings = listener_settings(max_associations=1)
    with listening(receiver, settings=settings) as (port, _), ExitStack() as stack:
        early = stack.enter_context(connected(port, GOOD))
        for _ in range(LARGEST_PENDING + 20):
            stack.enter_context(connected(port, HOSTILE))
        receiver.wait_for("failed: too many connections were waiting", 20)
        early.associate()
        assert early.echo() == 0


def test_archive_and_receiver_pass_the_rules_on(tmp_path: Path) -> None:
    rules = PlaceRules(room_after_s=0.0)
    verification = Proposal(contexts=[(1, VERIFICATION, [IMPLICIT])], called=AREA.encode())
    with (
        our_archive(tmp_path, places=rules) as archive,
        receiving(tmp_path, places=rules, max_associations=32) as receiver,
        ExitStack() as stack,
    ):
        for port in (archive.port, receiver.port):
            for _ in range(32):
                stack.enter_context(connected(port)).associate(verification)
            peer = stack.enter_context(connected(port))
            peer.associate(verification)
            assert peer.echo(1) == 0


# -- messages that never end


def test_message_that_drips_is_aborted() -> None:
    receiver = Receiver()
    with listening(receiver, settings=listener_settings(places=HASTY)) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(*IN_LONG_PDU)
        drip(peer)
        assert receiver.wait_for("aborted").endswith(TOO_SLOW)
    assert receiver.instances[0].ends == ["discarded"]


@pytest.mark.parametrize("piece", [data_pdu(1, 1, b""), data_pdu(1, 0, b""), data_pdu(1, 0, b"x"), EMPTY_VALUES])
def test_message_of_pieces_with_nothing_in_them_is_aborted(piece: bytes) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        if not piece[11] & 1:
            peer.send(IN_DATA[0])
        drip(peer, piece * 1000)
        assert receiver.wait_for("aborted") == (
            "aborted 1 by us: The peer sends thousands of presentation data values with next to nothing in them"
        )


def test_smallest_messages_are_as_many_as_a_peer_likes() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _), connected(port) as peer:
        peer.associate()
        for _ in range(100):
            peer.send(data_pdu(3, 3, echo_command()) * 150)
            assert [peer.read_response().number(0x0900) for _ in range(150)] == [0] * 150


@pytest.mark.parametrize("sent", [IN_COMMAND, IN_DATA], ids=["command", "data"])
def test_message_that_stops_between_pdus_is_aborted_although_no_timeout_says_so(sent: tuple[bytes, ...]) -> None:
    receiver = Receiver()
    settings = listener_settings(places=PlaceRules(patience_s=0.2))
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(*sent)
        assert peer.read_abort() == (0, 0)
        receiver.wait_for("aborted 1 by us: The peer sent nothing for too long")


def test_pause_between_messages_is_as_long_as_dcmtk_lets_it_be() -> None:
    settings = listener_settings(places=PlaceRules(patience_s=0.01, least_bytes_per_s=10**9))
    with listening(Receiver(), settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        assert peer.echo() == 0
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.read(1)
        peer.socket.settimeout(DEADLINE_S)
        assert peer.echo() == 0


def test_pause_before_a_data_set_is_as_long_as_one_between_messages() -> None:
    receiver = Receiver()
    settings = listener_settings(places=HASTY)
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(*BEFORE_DATA)
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.read(1)
        peer.socket.settimeout(DEADLINE_S)
        peer.send(data_pdu(1, 2, b"whole"))
        assert peer.read_response().number(0x0900) == 0
    assert bytes(receiver.instances[0].data) == b"whole"


def test_pause_before_a_data_set_is_not_longer_than_the_time_out_for_messages() -> None:
    receiver = Receiver()
    settings = listener_settings(timeouts=Timeouts(dimse_s=0.2))
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(*BEFORE_DATA)
        assert peer.read_abort() == (0, 0)


def test_any_rate_is_borne_with_where_that_is_asked_for() -> None:
    settings = listener_settings(places=PlaceRules(patience_s=0.01, least_bytes_per_s=0))
    with listening(Receiver(), settings=settings) as (port, _), connected(port) as peer:
        peer.associate()
        peer.send(data_pdu(3, 3, echo_command())[:-1])
        peer.socket.settimeout(0.2)
        with pytest.raises(TimeoutError):
            peer.read(1)
        peer.socket.settimeout(DEADLINE_S)
        peer.send(data_pdu(3, 3, echo_command())[-1:])
        assert peer.read_response().number(0x0900) == 0


def test_request_that_drips_ends_at_the_deadline_for_the_whole_of_it() -> None:
    receiver = Receiver()
    with (
        listening(receiver, settings=listener_settings(timeouts=Timeouts(acse_s=0.2))) as (port, _),
        connected(port) as peer,
    ):
        peer.send(pdu(1, bytes(1 << 20))[:100])
        drip(peer)
        receiver.wait_for("failed: DUL network read timeout")


# -- TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@contextmanager
def secured(port: int, certificate: Certificate, source: str = GOOD) -> Iterator[Requestor]:
    context = ssl.create_default_context(cafile=str(certificate.certificate))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S, source_address=(source, 0)) as sock,
        context.wrap_socket(sock, server_hostname="127.0.0.1") as stream,
    ):
        yield Requestor(stream)


def tls_settings(certificate: Certificate, **changes: object) -> ListenerSettings:
    made = listener_settings(max_associations=1)
    return replace(made, ssl_context=certificate.server_context(), **changes)  # type: ignore[arg-type]  # of a test


def test_idle_association_over_tls_makes_room(certificate: Certificate) -> None:
    receiver = Receiver()
    settings = tls_settings(certificate, places=PlaceRules(room_after_s=0.0))
    with (
        listening(receiver, settings=settings) as (port, _),
        secured(port, certificate, HOSTILE) as idle,
        secured(port, certificate) as peer,
    ):
        idle.associate()
        peer.associate()
        assert idle.read_pdu() == (ABORT, bytes(4))
        assert peer.echo() == 0


def test_message_that_drips_over_tls_is_aborted(certificate: Certificate) -> None:
    receiver = Receiver()
    settings = tls_settings(certificate, places=HASTY)
    with listening(receiver, settings=settings) as (port, _), secured(port, certificate) as peer:
        peer.associate()
        peer.send(*IN_LONG_PDU)
        drip(peer)
        assert receiver.wait_for("aborted").endswith(TOO_SLOW)


def test_listener_with_tls_has_loaded_what_its_first_peer_needs() -> None:
    script = """
import ssl, sys
from dicomdesk.network.acceptor.listener import Listener, ListenerSettings
settings = ListenerSettings(port=0, ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
Listener(settings, None, None)
del sys.meta_path[:]
from dicomdesk.network.wire import tls_errors, tls_session, tls_stream
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ended.stderr == ""


def test_handshake_that_drips_comes_to_an_end(certificate: Certificate) -> None:
    receiver = Receiver()
    settings = tls_settings(certificate, timeouts=Timeouts(acse_s=0.2))
    with listening(receiver, settings=settings) as (port, _), connected(port) as peer:
        peer.send(b"\x16\3\1\x40\0\1\0\x3f\xfc")
        drip(peer)
        receiver.wait_for("failed: ")
