"""TLS contexts from settings, and handshakes that fail: each says exactly why, on both sides."""

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dicomdesk.errors import (
    AssociationAbortedError,
    PeerError,
    PeerProtocolError,
    PeerTimeoutError,
    PeerUnreachableError,
    TlsHandshakeError,
    TlsSettingsError,
)
from dicomdesk.network.tls.tls_contexts import client_context, server_context, shake_hands
from dicomdesk.network.wire.connection import Interruption
from dicomdesk.settings import PeerVerification, RevocationCheck, Timeouts, TlsProfile, TlsSettings
from tests.helpers.jobs.requesting import PATIENT, associate, ct_items
from tests.helpers.jobs.requesting import Recorded as StoreRecorder
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.peers.receivers import DEADLINE_S, Receiver, listening
from tests.helpers.peers.requestors import Proposal
from tests.helpers.tls.certificates import DAY, EXPIRED, NOT_YET_VALID, Authority, make_certificate
from tests.helpers.tls.secured import identity, presenting, tls_listening

SHORT = Timeouts(connect_s=DEADLINE_S, acse_s=0.3, dimse_s=DEADLINE_S, socket_s=DEADLINE_S)
VERIFY_FAILED = "TLS error: certificate verify failed"
ASSOCIATE_RQ_START = b"\x01\x00"


@dataclass
class Pki:
    """An authority and a sound server and client of it."""

    authority: Authority
    server: TlsSettings
    client: TlsSettings


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    authority = Authority(tmp_path)
    return Pki(authority, identity(authority, "server"), identity(authority, "client"))


# -- contexts


def test_peer_is_verified_unless_told_otherwise() -> None:
    strict = client_context(TlsSettings(checks_host_name=True)).context
    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert strict.minimum_version >= ssl.TLSVersion.TLSv1_2
    lax = client_context(TlsSettings(peer_verification=PeerVerification.NONE, checks_host_name=True)).context
    assert (lax.verify_mode, lax.check_hostname) == (ssl.CERT_NONE, False)


@pytest.mark.parametrize(
    ("verification", "mode"),
    [
        (PeerVerification.REQUIRED, ssl.CERT_REQUIRED),
        (PeerVerification.IF_PRESENTED, ssl.CERT_OPTIONAL),
        (PeerVerification.NONE, ssl.CERT_NONE),
    ],
)
def test_acceptor_demands_what_it_is_told(pki: Pki, verification: PeerVerification, mode: ssl.VerifyMode) -> None:
    assert server_context(replace(pki.server, peer_verification=verification)).context.verify_mode is mode


def test_nothing_is_trusted_that_is_not_named() -> None:
    assert client_context(TlsSettings()).context.cert_store_stats()["x509"] == 0


def test_the_machines_authorities_are_trusted_on_demand(monkeypatch: pytest.MonkeyPatch, pki: Pki) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pki.authority.certificate))
    context = client_context(TlsSettings(trusts_system=True)).context
    assert context.cert_store_stats()["x509_ca"] >= 1


def test_acceptor_without_certificate_is_refused() -> None:
    with pytest.raises(TlsSettingsError, match="acceptor needs a private key and a certificate"):
        server_context(TlsSettings())


def test_revocation_lists_imply_a_check_of_the_leaf(pki: Pki) -> None:
    listed = replace(pki.client, revocation_files=(pki.authority.revoke(),))
    assert client_context(listed).context.verify_flags & ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
    everywhere = replace(listed, revocation_check=RevocationCheck.CHAIN)
    flags = client_context(everywhere).context.verify_flags
    assert flags & ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN == ssl.VerifyFlags.VERIFY_CRL_CHECK_CHAIN
    assert not client_context(pki.client).context.verify_flags & ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF


def test_warnings_come_in_dcmtks_order_also_with_an_error(pki: Pki, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    settings = replace(
        pki.server,
        authority_files=(missing,),
        revocation_files=(missing,),
        dh_parameters_file=missing,
        ciphers=("TLS_RSA_WITH_AES_128_CBC_SHA",),
    )
    warnings = server_context(settings).warnings
    assert [
        words in warning for words, warning in zip(("certificate file", "CRL", "RSA key", "DH"), warnings, strict=True)
    ]
    with pytest.raises(TlsSettingsError) as caught:
        server_context(replace(settings, private_key_file=missing))
    assert caught.value.warnings == warnings[:2]


def test_files_are_read_again_only_when_they_change(pki: Pki, tmp_path: Path) -> None:
    first = client_context(pki.client)
    assert client_context(pki.client) is first
    renewed = pki.authority.issue("client", dates=(-DAY, 30 * DAY))
    os.utime(renewed.certificate, ns=(1, 1))
    assert client_context(pki.client) is not first


# -- certificates that do not do


def _failed_association(server: TlsSettings, client: TlsSettings) -> tuple[PeerError, str]:
    """What the requestor was told, and what the acceptor."""
    receiver = Receiver()
    with tls_listening(receiver, server) as port:
        with pytest.raises(PeerError) as caught:
            associate(port, tls=client)
        return caught.value, receiver.wait_for("failed: ")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dates": EXPIRED}, "the peer's certificate is refused: it has expired"),
        ({"dates": NOT_YET_VALID}, "the peer's certificate is refused: it is not valid yet"),
        ({"hosts": ["pacs.example"]}, "the peer's certificate is refused: it is for another host name than localhost"),
    ],
)
def test_requestor_says_what_is_wrong_with_the_certificate(pki: Pki, options: dict[str, object], words: str) -> None:
    bad = pki.authority.issue("bad", **options)  # type: ignore[arg-type] # options of a test
    error, seen = _failed_association(presenting(bad, pki.authority), replace(pki.client, checks_host_name=True))
    assert isinstance(error, TlsHandshakeError)
    whom, _, why = str(error).partition(" failed: ")
    assert whom.startswith("The TLS handshake with the peer PEER (localhost:")
    assert why == words
    assert error.condition == VERIFY_FAILED
    assert error.advice
    assert "TLS error: " in seen


def test_untrusted_and_self_signed_certificates_are_told_apart(pki: Pki, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "Stranger")
    error, seen = _failed_association(pki.server, replace(pki.client, authority_files=(stranger.certificate,)))
    assert "its chain ends in an authority that is not trusted" in str(error)
    assert seen == (
        "failed: TLS error: tlsv1 alert unknown ca (the peer does not trust the authority of our certificate)"
    )
    alone = replace(pki.server, authority_files=(), peer_verification=PeerVerification.NONE)
    error, _ = _failed_association(alone, replace(pki.client, authority_files=(stranger.certificate,)))
    assert "its issuer is not among the trusted authorities" in str(error)
    own = make_certificate(tmp_path)
    error, _ = _failed_association(presenting(own, pki.authority), pki.client)
    assert "it is self-signed and not among the trusted ones" in str(error)


def test_host_name_is_checked_only_on_demand(pki: Pki) -> None:
    elsewhere = presenting(pki.authority.issue("elsewhere", hosts=["pacs.example"]), pki.authority)
    with tls_listening(Receiver(), elsewhere) as port:
        associate(port, tls=pki.client).release()


def test_intermediate_authorities_come_with_the_certificate(pki: Pki, tmp_path: Path) -> None:
    between = Authority(tmp_path, "Between", issuer=pki.authority)
    server = presenting(between.issue("below"), pki.authority)
    with tls_listening(Receiver(), server) as port:
        associate(port, tls=replace(pki.client, checks_host_name=True)).release()


def test_revoked_certificates_and_missing_or_old_lists_are_told_apart(pki: Pki, tmp_path: Path) -> None:
    bad = pki.authority.issue("bad")
    server = presenting(bad, pki.authority)
    cases = [
        (pki.authority.revoke(bad), "it was revoked"),
        (pki.authority.revoke(bad, dates=EXPIRED), "the revocation list of its issuer has expired"),
        (Authority(tmp_path, "Other").revoke(), "there is no revocation list of its issuer"),
        (tmp_path / "missing", "there is no revocation list of its issuer"),
    ]
    for crl, words in cases:
        error, _ = _failed_association(server, replace(pki.client, revocation_files=(crl,)))
        assert words in str(error)
        assert error.advice


def test_revocation_of_authorities_is_looked_at_on_demand(pki: Pki, tmp_path: Path) -> None:
    between = Authority(tmp_path, "Between", issuer=pki.authority)
    server = presenting(between.issue("below"), pki.authority)
    client = replace(pki.client, revocation_files=(between.revoke(),), revocation_check=RevocationCheck.LEAF)
    with tls_listening(Receiver(), server) as port:
        associate(port, tls=client).release()
    error, _ = _failed_association(server, replace(client, revocation_check=RevocationCheck.CHAIN))
    assert "there is no revocation list of its issuer" in str(error)


@pytest.mark.parametrize("profile", [TlsProfile.BCP_195_NON_DOWNGRADING, TlsProfile.BCP_195_EXTENDED])
def test_acceptor_that_demands_a_certificate_is_understood(pki: Pki, profile: TlsProfile) -> None:
    """With TLS 1.3 the alert arrives after the handshake, with TLS 1.2 in it."""
    anonymous = TlsSettings(authority_files=(pki.authority.certificate,), profile=profile)
    error, seen = _failed_association(replace(pki.server, profile=profile), anonymous)
    assert isinstance(error, TlsHandshakeError)
    assert error.advice
    if profile is TlsProfile.BCP_195_NON_DOWNGRADING:
        assert str(error).endswith(") failed: the peer demands a certificate and got none")
    assert seen == "failed: TLS error: peer did not return a certificate (the peer presented no certificate)"


@pytest.mark.parametrize(
    ("options", "words", "seen_words"),
    [
        ({"dates": EXPIRED}, "the peer says that our certificate has expired", "it has expired"),
        ({"dates": NOT_YET_VALID}, "the peer cannot use our certificate", "it is not valid yet"),
    ],
)
def test_acceptor_says_what_is_wrong_with_the_certificate(
    pki: Pki, options: dict[str, object], words: str, seen_words: str
) -> None:
    bad = presenting(pki.authority.issue("bad", **options), pki.authority)  # type: ignore[arg-type] # options of a test
    error, seen = _failed_association(pki.server, bad)
    assert words in str(error)
    assert seen.startswith("failed: TLS error: certificate verify failed (the peer's certificate is refused: ")
    assert seen_words in seen


def test_acceptor_refuses_an_untrusted_or_revoked_requestor(pki: Pki, tmp_path: Path) -> None:
    stranger = identity(Authority(tmp_path, "Stranger"), "unknown", authority_files=pki.client.authority_files)
    for verification in (PeerVerification.REQUIRED, PeerVerification.IF_PRESENTED):
        error, seen = _failed_association(replace(pki.server, peer_verification=verification), stranger)
        assert "does not trust the authority of our certificate" in str(error)
        assert "issuer is not among the trusted authorities" in seen
    bad = pki.authority.issue("bad")
    server = replace(pki.server, revocation_files=(pki.authority.revoke(bad),))
    error, seen = _failed_association(server, presenting(bad, pki.authority))
    assert "our certificate was revoked" in str(error)
    assert "it was revoked" in seen


def test_acceptor_serves_anonymous_requestors_where_it_may(pki: Pki) -> None:
    anonymous = TlsSettings(authority_files=(pki.authority.certificate,))
    for verification in (PeerVerification.IF_PRESENTED, PeerVerification.NONE):
        receiver = Receiver()
        with tls_listening(receiver, replace(pki.server, peer_verification=verification)) as port:
            associate(port, tls=anonymous).release()
            receiver.wait_for("released 1")


# -- nothing in common


def test_no_common_version_and_no_common_cipher_are_told_apart(pki: Pki) -> None:
    old = replace(pki.client, profile=TlsProfile.AES)
    new = replace(pki.server, profile=TlsProfile.BCP_195_EXTENDED)
    error, seen = _failed_association(new, old)
    assert isinstance(error, TlsHandshakeError)
    assert "nothing in common" in str(error)
    assert seen == "failed: TLS error: no shared cipher (we and the peer have no cipher suite in common)"
    receiver = Receiver()
    ancient = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    ancient.check_hostname, ancient.verify_mode = False, ssl.CERT_NONE
    ancient.minimum_version, ancient.maximum_version = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3
    with tls_listening(receiver, new) as port:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as sock,
            pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"),
        ):
            ancient.wrap_socket(sock)
        seen = receiver.wait_for("failed: ")
    assert "unsupported protocol (we and the peer have no TLS version in common)" in seen


# -- one side without TLS


def test_tls_requestor_at_a_plain_listener_of_ours(pki: Pki) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        with pytest.raises(TlsHandshakeError, match="DICOM without TLS") as caught:
            associate(port, tls=pki.client)
        assert receiver.wait_for("failed: ") == (
            "failed: Unrecognized PDU type: 16 (the peer speaks TLS, but this port takes connections without TLS only)"
        )
    assert caught.value.condition == "TLS error: wrong version number"
    assert caught.value.advice


def test_plain_requestor_at_a_tls_listener_of_ours(pki: Pki) -> None:
    receiver = Receiver()
    with tls_listening(receiver, pki.server) as port:
        with pytest.raises(PeerProtocolError, match="answered with TLS") as caught:
            associate(port)
        assert receiver.wait_for("failed: ") == (
            "failed: TLS error: wrong version number "
            "(the peer asks for an association without TLS, but this port takes TLS only)"
        )
    assert "Switch TLS on" in caught.value.advice


@contextmanager
def _answering(answer: bytes | None, *, then_close: bool = True) -> Iterator[int]:
    """Takes one connection, reads something, answers with these bytes (None: not at all), closes."""
    done = threading.Event()

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(DEADLINE_S)
            connection.recv(65536)
            if answer is not None:
                connection.sendall(answer)
            if then_close:
                connection.shutdown(socket.SHUT_WR)
            done.wait(DEADLINE_S)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        done.set()
        thread.join(DEADLINE_S)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (bytes.fromhex("07000000000400000200"), "DICOM without TLS"),
        (bytes.fromhex("03000000000400010101"), "DICOM without TLS"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP, not TLS"),
        (b"220 ready\r\n", "something that is not TLS"),
        (bytes.fromhex("15030300020228"), "nothing in common"),
        (bytes.fromhex("15030300020246"), "no TLS version in common"),
        (bytes.fromhex("15030300020230"), "does not trust the authority"),
        (b"", "the peer closed the connection"),
        (b"\x16\x03\x03\x00\x40\x02", "the peer closed the connection"),
    ],
)
def test_what_answers_instead_of_a_handshake_is_recognised(answer: bytes, words: str, pki: Pki) -> None:
    with _answering(answer) as port, pytest.raises(PeerUnreachableError, match=words) as caught:
        associate(port, tls=pki.client)
    assert caught.value.condition.startswith("TLS error: ")
    assert caught.value.advice


@pytest.mark.parametrize("answer", [b"", b"\x16\x03\x03\x00\x40\x02"])
def test_peer_that_stalls_in_the_handshake_is_given_up(answer: bytes, pki: Pki) -> None:
    with (
        _answering(answer, then_close=False) as port,
        pytest.raises(PeerTimeoutError, match="did not complete the TLS handshake in time") as caught,
    ):
        associate(port, tls=pki.client, timeouts=SHORT)
    assert caught.value.advice


@pytest.mark.parametrize(
    "answer", [bytes.fromhex("15030100020246"), bytes.fromhex("1503030002020a"), bytes.fromhex("1603030040")]
)
def test_plain_requestor_recognises_an_alert(answer: bytes) -> None:
    with _answering(answer) as port, pytest.raises(PeerProtocolError, match="answered with TLS") as caught:
        associate(port)
    assert caught.value.condition == f"Unrecognized PDU type: {answer[0]:x}"


def test_plain_requestor_that_is_hung_up_on_hears_what_may_be_the_reason() -> None:
    with _answering(None) as port, pytest.raises(AssociationAbortedError) as caught:
        associate(port)
    assert "TLS" in caught.value.advice


@pytest.mark.parametrize("start", [b"", b"\x16\x03\x01\x02\x00\x01"])
def test_acceptor_gives_up_a_peer_that_stalls_in_the_handshake(start: bytes, pki: Pki) -> None:
    receiver = Receiver()
    with (
        tls_listening(receiver, pki.server, SHORT) as port,
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as sock,
    ):
        sock.sendall(start)
        assert receiver.wait_for("failed: ") == "failed: DUL network read timeout"
        assert sock.recv(100) == b""


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "the peer closed the connection"),
        (b"GET / HTTP/1.1\r\n\r\n", "speaks HTTP"),
        (b"\x16\x03\x01\x02\x00\x01", "the peer closed the connection"),
        (b"rubbish, rubbish", "not TLS"),
    ],
)
def test_acceptor_says_what_came_instead_of_a_handshake(sent: bytes, words: str, pki: Pki) -> None:
    receiver = Receiver()
    with (
        tls_listening(receiver, pki.server) as port,
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as sock,
    ):
        sock.sendall(sent)
        sock.shutdown(socket.SHUT_WR)
        assert words in receiver.wait_for("failed: ")


def test_plain_request_is_seen_by_its_first_bytes(pki: Pki) -> None:
    receiver = Receiver()
    request = Proposal().encode()
    assert request.startswith(ASSOCIATE_RQ_START)
    with (
        tls_listening(receiver, pki.server) as port,
        socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as sock,
    ):
        sock.sendall(request)
        assert sock.recv(100)[:1] == b"\x15", "the peer gets an alert, not a reset"
        assert "association without TLS" in receiver.wait_for("failed: ")


# -- server name


def test_server_name_is_sent_but_never_an_address(pki: Pki) -> None:
    names: list[str | None] = []
    context = server_context(replace(pki.server, peer_verification=PeerVerification.NONE)).context
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    try:
        with FakePeer(tls=context) as peer:
            associate(peer.port, tls=pki.client).release()
            associate(peer.port, tls=replace(pki.client, checks_host_name=True), host="127.0.0.1").release()
    finally:
        context.sni_callback = None
    assert names == ["localhost", None]


def test_name_that_cannot_be_sent_is_a_settings_error(pki: Pki) -> None:
    ours, theirs = socket.socketpair()
    interruption = Interruption()
    with theirs, pytest.raises(TlsSettingsError, match="cannot be the name of a TLS peer"):
        shake_hands(ours, pki.client, ".example", 1.0, interruption)
    assert ours.fileno() == -1
    interruption.close()


def test_connection_that_is_gone_before_the_handshake_is_no_surprise(pki: Pki) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname(), timeout=DEADLINE_S)
        theirs, _ = server.accept()
    theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    theirs.close()
    ours.settimeout(0)
    interruption = Interruption()
    with pytest.raises(PeerUnreachableError, match="closed the connection"):
        shake_hands(ours, pki.client, "localhost", 1.0, interruption)
    interruption.close()


# -- life of an association


def test_interruption_ends_a_handshake(pki: Pki) -> None:
    interruption = Interruption()
    with _answering(b"", then_close=False) as port:
        timer = threading.Timer(0.1, interruption.set)
        timer.start()
        with pytest.raises(AssociationAbortedError, match="on request"):
            associate(port, tls=pki.client, interruption=interruption)
        timer.join()
    interruption.close()


def test_stop_ends_a_handshake(pki: Pki) -> None:
    receiver = Receiver()
    with tls_listening(receiver, pki.server) as port:
        sock = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S)
        sock.sendall(b"\x16\x03\x01")
        # Connections are taken in order: when the second is served, the first is no longer in the listen queue.
        associate(port, tls=pki.client).release()
    with sock:
        assert receiver.wait_for("failed: ") == "failed: the receiver is being stopped"


def test_abort_from_another_thread_ends_a_transfer(pki: Pki) -> None:
    receiver = Receiver()
    receiver.keep = False
    with tls_listening(receiver, pki.server) as port:
        association = associate(port, tls=pki.client)
        receiver.begin_hook = lambda _request: association.abort()
        with pytest.raises(AssociationAbortedError):
            association.store_all(ct_items(*[bytes(1 << 20)] * 1000), StoreRecorder())
        receiver.wait_for("aborted 1 by peer")


@pytest.mark.parametrize("profile", [TlsProfile.BCP_195_NON_DOWNGRADING, TlsProfile.AES])
def test_everything_arrives_in_both_directions(pki: Pki, profile: TlsProfile) -> None:
    data = [os.urandom(size) for size in (0, 1, 100, 16384, 131060, 1_000_000, 3_000_001)]
    rsa = (identity(pki.authority, name, uses_rsa=True, profile=profile) for name in ("rsa server", "rsa client"))
    server, client = rsa
    receiver, recorder = Receiver(), StoreRecorder()
    with tls_listening(receiver, server) as port:
        association = associate(port, tls=client, timeouts=PATIENT)
        assert association.echo() == 0
        association.store_all(ct_items(*data), recorder)
        association.release()
        receiver.wait_for("released 1")
    assert recorder.statuses == [0] * len(data)
    assert [bytes(instance.data) for instance in receiver.instances] == data
