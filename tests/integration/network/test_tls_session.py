"""What both ends know of each other after a handshake."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dicomdesk.network.contexts import TlsSession
from dicomdesk.network.tls_session import describe_session
from dicomdesk.settings import PeerVerification, TlsProfile, TlsSettings
from tests.helpers.certificates import Authority
from tests.helpers.receivers import Receiver
from tests.helpers.requesting import associate
from tests.helpers.secured import identity, tls_listening


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


def test_plain_socket_has_no_session() -> None:
    with socket.socket() as sock:
        assert describe_session(sock) is None
