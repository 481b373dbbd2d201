"""Certificates of throw-away authorities, sound and not."""

from pathlib import Path

import pytest

from dicomdesk.engine.security.certificate_check import (
    UnreadableCertificateError,
    is_root_certificate,
    verify_certificate,
)
from dicomdesk.settings import RevocationCheck, TlsFileFormat, TlsSettings
from tests.helpers.tls.certificates import EXPIRED, NOT_YET_VALID, Authority


def test_chain_is_followed_to_a_trusted_authority(tmp_path: Path) -> None:
    root, other = Authority(tmp_path), Authority(tmp_path, name="Other")
    inner = Authority(tmp_path, name="Inner", issuer=root)
    trusting = TlsSettings(authority_files=(root.certificate,))
    assert verify_certificate(root.issue("sound").certificate, trusting) == ""
    assert verify_certificate(inner.issue("deep").certificate, trusting) == ""
    assert verify_certificate(root.certificate, trusting) == ""
    assert verify_certificate(root.issue("again").certificate, TlsSettings(authority_folders=(tmp_path,))) == ""
    assert verify_certificate(other.issue("alien").certificate, trusting) == "unable to get local issuer certificate"
    assert verify_certificate(other.certificate, trusting) == "self-signed certificate"


def test_dates_count(tmp_path: Path) -> None:
    root = Authority(tmp_path)
    trusting = TlsSettings(authority_files=(root.certificate,))
    expired, early = root.issue("expired", dates=EXPIRED), root.issue("early", dates=NOT_YET_VALID)
    assert verify_certificate(expired.certificate, trusting) == "certificate has expired"
    assert verify_certificate(early.certificate, trusting) == "certificate is not yet valid"


def test_certificate_that_may_not_sign_is_no_authority(tmp_path: Path) -> None:
    root = Authority(tmp_path)
    leaf = root.issue("leaf")
    assert not is_root_certificate(leaf.certificate, TlsFileFormat.PEM)
    assert is_root_certificate(root.certificate, TlsFileFormat.PEM)


def test_revocation_without_a_list_is_told(tmp_path: Path) -> None:
    root = Authority(tmp_path)
    settings = TlsSettings(authority_files=(root.certificate,), revocation_check=RevocationCheck.LEAF)
    assert verify_certificate(root.issue("x").certificate, settings) == "unable to get certificate CRL"


def test_files_that_hold_no_certificate_are_told(tmp_path: Path) -> None:
    (tmp_path / "rubbish").write_bytes(b"\x30\x82rubbish")
    for file, file_format, words in (
        (tmp_path / "missing", TlsFileFormat.PEM, "Cannot open"),
        (tmp_path / "rubbish", TlsFileFormat.PEM, "Not a PEM"),
        (tmp_path / "rubbish", TlsFileFormat.DER, "Not a DER"),
        (Path("/dev/zero"), TlsFileFormat.DER, "Cannot open"),
    ):
        with pytest.raises(UnreadableCertificateError, match=words):
            is_root_certificate(file, file_format)
