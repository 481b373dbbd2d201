"""What both ends know of each other after a handshake."""

import contextlib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dicomdesk.network.negotiation import TlsSession
from dicomdesk.network.wire.tls_session import describe_session
from dicomdesk.settings import PeerVerification, TlsProfile, TlsSettings
from tests.helpers.jobs.requesting import associate
from tests.helpers.peers.receivers import Receiver
from tests.helpers.tls.certificates import FAULTS, Authority, Certificate, deform
from tests.helpers.tls.secured import identity, tls_listening


def _sessions(requestor: TlsSettings, acceptor: TlsSettings) -> tuple[TlsSession, TlsSession]:
    receiver = Receiver()
    with tls_listening(receiver, acceptor) as port:
        association = associate(port, tls=requestor)
        association.release()
        receiver.wait_for("released 1")
    ours, theirs = association.negotiation.tls, receiver.negotiations[0].tls
    assert ours is not None
    assert theirs is not None
    return ours, theirs


def test_both_sides_know_version_cipher_and_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server, client = identity(authority, "the server"), identity(authority, "the client")
    ours, theirs = _sessions(client, server)
    assert (ours.version, ours.cipher) == ("TLSv1.3", "TLS_AES_256_GCM_SHA384")
    assert (theirs.version, theirs.cipher) == (ours.version, ours.cipher)
    assert (ours.peer_subject, ours.peer_issuer) == ("CN=the server", "CN=Test Authority")
    assert (theirs.peer_subject, theirs.peer_issuer) == ("CN=the client", "CN=Test Authority")
    assert ours.is_peer_verified
    assert theirs.is_peer_verified
    assert ours.peer_expires is not None
    assert abs(ours.peer_expires - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=5)


def test_certificate_is_described_also_where_it_is_not_verified(tmp_path: Path) -> None:
    server = identity(Authority(tmp_path), "the server", peer_verification=PeerVerification.NONE)
    ours, theirs = _sessions(TlsSettings(peer_verification=PeerVerification.NONE), server)
    assert (ours.peer_subject, ours.is_peer_verified) == ("CN=the server", False)
    assert (theirs.peer_subject, theirs.peer_expires, theirs.is_peer_verified) == ("", None, False)


@pytest.mark.parametrize(
    ("profile", "version", "cipher"),
    [
        (TlsProfile.BCP_195_EXTENDED, "TLSv1.2", "DHE-RSA-AES256-GCM-SHA384"),
        (TlsProfile.AES, "TLSv1.2", "AES128-SHA"),
        (TlsProfile.NULL, "TLSv1.2", "NULL-SHA"),
        (TlsProfile.BCP_195_RFC_8996, "TLSv1.3", "TLS_AES_256_GCM_SHA384"),
        (TlsProfile.BCP_195_RFC_8996_MODIFIED, "TLSv1.3", "TLS_AES_256_GCM_SHA384"),
    ],
)
def test_profiles_work_between_our_ends(tmp_path: Path, profile: TlsProfile, version: str, cipher: str) -> None:
    authority = Authority(tmp_path)
    server = identity(authority, "server", uses_rsa=True, profile=profile)
    ours, theirs = _sessions(identity(authority, "client", uses_rsa=True, profile=profile), server)
    assert (ours.version, ours.cipher) == (version, cipher)
    assert (theirs.version, theirs.cipher) == (version, cipher)


def _described(server: Certificate) -> TlsSession:
    """What a client that verifies nothing says of a server that presents the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [context.wrap_bio(back, there), server.server_context().wrap_bio(there, back, server_side=True)]
    for end in (*ends, *ends):
        with contextlib.suppress(ssl.SSLWantReadError):
            end.do_handshake()
    session = describe_session(ends[0])
    assert session is not None
    return session


@pytest.mark.parametrize("fault", FAULTS)
def test_certificate_that_cannot_be_read_leaves_the_session_without_a_name(tmp_path: Path, fault: str) -> None:
    session = _described(deform(Authority(tmp_path).issue("peer"), fault))
    assert session.version == "TLSv1.3"
    assert session.has_peer_certificate
    assert (session.peer_subject, session.peer_expires, session.is_peer_verified) == ("", None, False)


def test_names_are_one_line_of_bearable_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Authority(tmp_path).issue("odd\n\x1b[31mred\u202e")
    assert _described(odd).peer_subject == r"CN=odd\n\x1b[31mred\u202e"
    monkeypatch.setattr("dicomdesk.network.wire.tls_session._LONGEST_NAME", 8)
    assert _described(odd).peer_subject == r"CN=odd\n..."
