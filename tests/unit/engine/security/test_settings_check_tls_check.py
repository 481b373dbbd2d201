"""TLS settings that cannot be used are found out beforehand."""

from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.engine.security.settings_check import check_tls_settings, list_ciphers
from dicomdesk.errors import KeyPassPhraseError, TlsSettingsError
from dicomdesk.settings import TlsSettings
from tests.helpers.tls.certificates import Authority, key_bytes, rsa_key
from tests.helpers.tls.secured import identity


@pytest.mark.parametrize("is_acceptor", [False, True])
def test_missing_files_are_found_out(tmp_path: Path, is_acceptor: bool) -> None:
    missing = tmp_path / "missing.pem"
    with pytest.raises(TlsSettingsError):
        check_tls_settings(TlsSettings(certificate_file=missing, private_key_file=missing), is_acceptor=is_acceptor)


def test_an_anonymous_requestor_needs_no_files_but_an_acceptor_does() -> None:
    assert check_tls_settings(TlsSettings(), is_acceptor=False) == ()
    with pytest.raises(TlsSettingsError, match="acceptor needs"):
        check_tls_settings(TlsSettings(), is_acceptor=True)


@pytest.mark.parametrize("is_acceptor", [False, True])
def test_a_pass_phrase_can_be_asked_for_before_the_job(tmp_path: Path, is_acceptor: bool) -> None:
    settings = identity(Authority(tmp_path), "us", uses_rsa=True)
    assert settings.private_key_file is not None
    settings.private_key_file.write_bytes(key_bytes(rsa_key(), pass_phrase="let me in"))
    with pytest.raises(KeyPassPhraseError) as caught:
        check_tls_settings(settings, is_acceptor=is_acceptor)
    assert caught.value.is_missing
    assert check_tls_settings(replace(settings, pass_phrase="let me in"), is_acceptor=is_acceptor) == ()


def test_only_an_acceptor_has_dh_parameters(tmp_path: Path) -> None:
    settings = replace(identity(Authority(tmp_path), "us"), dh_parameters_file=tmp_path / "missing")
    assert check_tls_settings(settings, is_acceptor=False) == ()
    (warning,) = check_tls_settings(settings, is_acceptor=True)
    assert "DH parameter file" in warning


def test_ciphers_are_listed() -> None:
    assert "TLS_RSA_WITH_AES_128_CBC_SHA" in list_ciphers()
