"""TLS settings that cannot be used are found out beforehand."""

from pathlib import Path

import pytest

from dicomdesk.engine.tls_check import check_tls_settings, list_ciphers
from dicomdesk.errors import TlsSettingsError
from dicomdesk.settings import TlsSettings


@pytest.mark.parametrize("is_acceptor", [False, True])
def test_missing_files_are_found_out(tmp_path: Path, is_acceptor: bool) -> None:
    missing = tmp_path / "missing.pem"
    with pytest.raises(TlsSettingsError):
        check_tls_settings(TlsSettings(certificate_file=missing, private_key_file=missing), is_acceptor=is_acceptor)


def test_an_anonymous_requestor_needs_no_files() -> None:
    assert check_tls_settings(TlsSettings(), is_acceptor=False) == ()


def test_ciphers_are_listed() -> None:
    assert "TLS_RSA_WITH_AES_128_CBC_SHA" in list_ciphers()
