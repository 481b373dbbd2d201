"""TLS of the requestor: contexts from settings."""

import ssl
from pathlib import Path

from dicomdesk.network.tls import client_context
from dicomdesk.settings import PeerVerification, TlsSettings
from tests.helpers.certificates import make_certificate


def test_peer_is_verified_unless_told_otherwise() -> None:
    strict = client_context(TlsSettings(checks_host_name=True)).context
    assert (strict.verify_mode, strict.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert strict.minimum_version >= ssl.TLSVersion.TLSv1_2
    lax = client_context(TlsSettings(peer_verification=PeerVerification.NONE)).context
    assert (lax.verify_mode, lax.check_hostname) == (ssl.CERT_NONE, False)


def test_own_certificate_and_authorities_are_loaded(tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    context = client_context(
        TlsSettings(certificate_file=made.certificate, private_key_file=made.key, authority_files=(made.certificate,))
    ).context
    assert context.cert_store_stats()["x509"] >= 1
