"""Keys, certificates, revocation lists and DH parameters from files."""

import base64
import os
import ssl
import subprocess
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from dicomdesk.errors import KeyPassPhraseError, TlsSettingsError
from dicomdesk.network.tls import tls_files
from dicomdesk.network.tls.tls_files import load_authorities, load_dh_parameters, load_identity, load_revocations
from dicomdesk.settings import TlsFileFormat, TlsSettings
from tests.helpers.tls.certificates import EXPIRED, NOT_YET_VALID, Authority, Certificate, as_der, key_bytes, rsa_key


def _dh_parameters(prime: int) -> bytes:
    def element(tag: int, content: bytes) -> bytes:
        return bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content

    number = element(2, prime.to_bytes(prime.bit_length() // 8 + 1, "big"))
    der = element(0x30, number + b"\x02\x01\x02")
    return b"-----BEGIN DH PARAMETERS-----\n" + base64.encodebytes(der) + b"-----END DH PARAMETERS-----\n"


_DH_PARAMETERS = {
    # Their shape is right; whether the number is prime does not matter here.
    1024: _dh_parameters((1 << 1023) + 1),
    4096: _dh_parameters((1 << 4095) + 1),
}
PASS_PHRASE = "let me in"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def _settings(certificate: Certificate) -> TlsSettings:
    return TlsSettings(certificate_file=certificate.certificate, private_key_file=certificate.key)


def _context() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# -- own identity


@pytest.mark.parametrize("uses_rsa", [True, False])
def test_key_and_certificate_are_loaded(authority: Authority, uses_rsa: bool) -> None:
    assert load_identity(_context(), _settings(authority.issue("peer", uses_rsa=uses_rsa))) == ()


def test_key_may_lie_in_the_certificates_file(authority: Authority, tmp_path: Path) -> None:
    made = authority.issue("peer")
    both = _written(tmp_path / "both.pem", made.certificate.read_bytes() + made.key.read_bytes())
    load_identity(_context(), TlsSettings(certificate_file=both))


def test_old_key_formats_are_read(tmp_path: Path, authority: Authority) -> None:
    made = authority.issue("peer", uses_rsa=True)
    key = rsa_key().private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    load_identity(_context(), replace(_settings(made), private_key_file=_written(tmp_path / "old.key", key)))
    with_parameters = subprocess.run(
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey"], check=True, capture_output=True, timeout=60
    ).stdout
    assert with_parameters.startswith(b"-----BEGIN EC PARAMETERS")
    with pytest.raises(TlsSettingsError, match="does not belong"):
        load_identity(_context(), replace(_settings(made), private_key_file=_written(tmp_path / "ec", with_parameters)))


def test_der_files_are_loaded(authority: Authority, tmp_path: Path) -> None:
    made = authority.issue("peer", uses_rsa=True)
    key = _written(tmp_path / "key.der", key_bytes(rsa_key(), encoding=Encoding.DER))
    settings = TlsSettings(
        certificate_file=as_der(made.certificate), private_key_file=key, file_format=TlsFileFormat.DER
    )
    load_identity(_context(), settings)
    key.write_bytes(key_bytes(rsa_key(), encoding=Encoding.DER, pass_phrase=PASS_PHRASE))
    load_identity(_context(), replace(settings, pass_phrase=PASS_PHRASE))
    with pytest.raises(KeyPassPhraseError):
        load_identity(_context(), settings)


def test_encrypted_key_needs_its_pass_phrase(authority: Authority) -> None:
    made = authority.issue("peer", uses_rsa=True)
    made.key.write_bytes(key_bytes(rsa_key(), pass_phrase=PASS_PHRASE))
    load_identity(_context(), replace(_settings(made), pass_phrase=PASS_PHRASE))
    condition = f"000b:0004 Unable to load private TLS key from '{made.key}'"
    with pytest.raises(KeyPassPhraseError, match="no pass phrase was given") as caught:
        load_identity(_context(), _settings(made))
    assert (caught.value.is_missing, caught.value.condition) == (True, condition)
    for wrong in ("", "something else"):
        with pytest.raises(KeyPassPhraseError, match="is wrong") as caught:
            load_identity(_context(), replace(_settings(made), pass_phrase=wrong))
        assert (caught.value.is_missing, caught.value.condition) == (False, condition)
        assert "something else" not in str(caught.value)


def test_old_encrypted_key_needs_its_pass_phrase_too(authority: Authority, tmp_path: Path) -> None:
    made = authority.issue("peer", uses_rsa=True)
    key = tmp_path / "traditional.key"
    subprocess.run(
        ["openssl", "rsa", "-traditional", "-aes128", "-passout", f"pass:{PASS_PHRASE}", "-in", made.key, "-out", key],
        check=True,
        capture_output=True,
        timeout=60,
    )
    assert b"Proc-Type: 4,ENCRYPTED" in key.read_bytes()
    settings = replace(_settings(made), private_key_file=key)
    load_identity(_context(), replace(settings, pass_phrase=PASS_PHRASE))
    for wrong in (None, "", "wrong"):
        with pytest.raises(KeyPassPhraseError):
            load_identity(_context(), replace(settings, pass_phrase=wrong))


def test_a_pass_phrase_that_is_not_needed_does_no_harm(authority: Authority) -> None:
    load_identity(_context(), replace(_settings(authority.issue("peer")), pass_phrase=PASS_PHRASE))


def test_key_of_another_certificate_is_refused(authority: Authority) -> None:
    made, other = authority.issue("peer"), authority.issue("other")
    settings = replace(_settings(made), private_key_file=other.key)
    with pytest.raises(TlsSettingsError, match="does not belong to the certificate") as caught:
        load_identity(_context(), settings)
    assert caught.value.condition == (
        f"000b:0006 Private key '{other.key}' and certificate '{made.certificate}' do not match"
    )


def test_unusable_key_files_are_named(authority: Authority, tmp_path: Path) -> None:
    made = authority.issue("peer")
    cases = {
        tmp_path / "missing": "does not exist",
        tmp_path: "cannot be read: Is a directory",
        _written(tmp_path / "rubbish", b"rubbish"): "There is no private key",
        _written(
            tmp_path / "broken", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        ): "no private key that can be used",
        made.certificate: "There is no private key",
        _written(tmp_path / "empty", b""): "There is no private key",
        _written(tmp_path / "der", key_bytes(rsa_key(), encoding=Encoding.DER)): "may be a DER file",
    }
    for path, words in cases.items():
        with pytest.raises(TlsSettingsError, match=words) as caught:
            load_identity(_context(), replace(_settings(made), private_key_file=path))
        assert f"'{path}'" in str(caught.value)
        assert caught.value.condition == f"000b:0004 Unable to load private TLS key from '{path}'"


def test_unusable_certificate_files_are_named(authority: Authority, tmp_path: Path) -> None:
    made = authority.issue("peer")
    cases = {
        tmp_path / "missing": "does not exist",
        _written(tmp_path / "rubbish", b"rubbish"): "There is no certificate",
        _written(
            tmp_path / "broken", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        ): "no certificate that can be used",
        made.key: "There is no certificate",
    }
    for path, words in cases.items():
        with pytest.raises(TlsSettingsError, match=words) as caught:
            load_identity(_context(), replace(_settings(made), certificate_file=path))
        assert caught.value.condition == f"000b:0006 Private key '{made.key}' and certificate '{path}' do not match"


def test_format_other_than_asked_for_is_told(authority: Authority) -> None:
    made = authority.issue("peer")
    with pytest.raises(TlsSettingsError, match="it is a PEM file, but DER was asked for"):
        load_identity(_context(), replace(_settings(made), file_format=TlsFileFormat.DER))


def test_key_without_certificate_is_refused(authority: Authority) -> None:
    with pytest.raises(TlsSettingsError, match="no certificate for it"):
        load_identity(_context(), TlsSettings(private_key_file=authority.issue("peer").key))


def test_out_of_date_certificate_is_a_warning(authority: Authority) -> None:
    (warning,) = load_identity(_context(), _settings(authority.issue("old", dates=EXPIRED)))
    assert "expired on" in warning
    (warning,) = load_identity(_context(), _settings(authority.issue("new", dates=NOT_YET_VALID)))
    assert "is not valid before" in warning


def test_key_that_is_too_weak_for_the_security_level_is_refused(authority: Authority) -> None:
    made = authority.issue("peer")
    context = _context()
    context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:@SECLEVEL=5")
    with pytest.raises(TlsSettingsError, match="too weak for the TLS profile"):
        load_identity(context, _settings(made))


def test_no_secret_lies_on_the_disk_where_there_are_no_anonymous_files(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = authority.issue("peer")
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.delattr(os, "memfd_create", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    seen: list[tuple[int, bytes]] = []
    unlink = os.unlink

    def look(path: str) -> None:
        seen.append((os.stat(path).st_mode & 0o777, Path(path).read_bytes()))
        unlink(path)

    monkeypatch.setattr(os, "unlink", look)
    load_identity(_context(), _settings(made))
    ((mode, content),) = seen
    assert mode == 0o600
    assert b"ENCRYPTED PRIVATE KEY" in content
    assert not list(folder.iterdir())


def test_files_may_be_pipes(authority: Authority, tmp_path: Path) -> None:
    made = authority.issue("peer")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(made.key.read_bytes(),))
    writer.start()
    load_identity(_context(), replace(_settings(made), private_key_file=pipe))
    writer.join(20)


@pytest.mark.parametrize(
    ("bits", "digest", "words"), [(1024, "sha1", ["Key length", "'RSA-SHA1'"]), (2048, "sha384", [])]
)
def test_weak_certificate_is_a_warning_as_with_dcmtk(tmp_path: Path, bits: int, digest: str, words: list[str]) -> None:
    key, certificate = tmp_path / "weak.key", tmp_path / "weak.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", f"rsa:{bits}", f"-{digest}", "-subj", "/CN=weak"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=60)
    context = _context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    warnings = load_identity(context, TlsSettings(certificate_file=certificate, private_key_file=key))
    assert [word in warning for word, warning in zip(words, warnings, strict=True)] == [True] * len(words)
    assert all(f"certificate file '{certificate}'" in warning for warning in warnings)


# -- authorities


def test_authorities_are_trusted(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path, "Other Authority")
    bundle = _written(tmp_path / "bundle.pem", other.certificate.read_bytes() + b"\n# text\n")
    context = _context()
    assert load_authorities(context, TlsSettings(authority_files=(authority.certificate, bundle))) == ()
    assert context.cert_store_stats()["x509_ca"] == 2


def test_der_authority_is_trusted(authority: Authority) -> None:
    context = _context()
    settings = TlsSettings(authority_files=(as_der(authority.certificate),), file_format=TlsFileFormat.DER)
    assert load_authorities(context, settings) == ()
    assert context.cert_store_stats()["x509_ca"] == 1


def test_authorities_that_cannot_be_used_are_ignored_as_dcmtk_does(authority: Authority, tmp_path: Path) -> None:
    missing, rubbish = tmp_path / "missing", _written(tmp_path / "rubbish", b"rubbish")
    der = as_der(authority.certificate)
    context = _context()
    files = (missing, rubbish, der, authority.certificate)
    assert load_authorities(context, TlsSettings(authority_files=files)) == (
        f"unable to load certificate file '{der}', ignoring",
        f"unable to load certificate file '{rubbish}', ignoring",
        f"unable to load certificate file '{missing}', ignoring",
    )
    assert context.cert_store_stats()["x509_ca"] == 1
    settings = TlsSettings(authority_files=(authority.certificate,), file_format=TlsFileFormat.DER)
    assert len(load_authorities(_context(), settings)) == 1


def test_every_certificate_of_a_folder_is_trusted_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "trusted"
    (folder / "inner").mkdir(parents=True)
    Authority(folder, "One")
    (folder / "0a1b2c3d.0").write_bytes(Authority(folder / "inner", "Two").certificate.read_bytes())
    (folder / "notes.txt").write_text("no certificate")
    os.mkfifo(folder / "pipe")
    context = _context()
    assert load_authorities(context, TlsSettings(authority_folders=(folder,))) == ()
    assert context.cert_store_stats()["x509_ca"] == 2


def test_folder_without_certificates_is_a_warning(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        warnings = load_authorities(_context(), TlsSettings(authority_folders=(folder,)))
        assert warnings == (f"no certificate found in directory '{folder}', ignoring",)


# -- revocation lists


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_revocation_lists_are_loaded(authority: Authority, encoding: Encoding) -> None:
    crl = authority.revoke(authority.issue("bad"), encoding=encoding)
    file_format = TlsFileFormat.PEM if encoding is Encoding.PEM else TlsFileFormat.DER
    context = _context()
    assert load_revocations(context, TlsSettings(revocation_files=(crl,), file_format=file_format)) == ()
    assert context.cert_store_stats()["crl"] == 1


def test_revocation_files_that_cannot_be_used_are_ignored_as_dcmtk_does(authority: Authority, tmp_path: Path) -> None:
    context = _context()
    files = (tmp_path / "missing", authority.certificate)
    assert load_revocations(context, TlsSettings(revocation_files=files)) == (
        f"unable to load CRL file '{files[1]}', ignoring",
        f"unable to load CRL file '{files[0]}', ignoring",
    )
    assert context.cert_store_stats()["x509"] == 0, "a certificate in such a file is not trusted"
    settings = TlsSettings(revocation_files=(authority.revoke(),), file_format=TlsFileFormat.DER)
    assert len(load_revocations(_context(), settings)) == 1


# -- Diffie-Hellman parameters


def test_dh_parameters_come_from_the_file_or_are_well_known(tmp_path: Path) -> None:
    assert load_dh_parameters(_context(), None) == ()
    known = _written(tmp_path / "dh.pem", tls_files._well_known_group())
    checked = subprocess.run(
        ["openssl", "dhparam", "-check", "-noout", "-in", known],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "appear to be ok" in checked.stdout + checked.stderr
    assert load_dh_parameters(_context(), known) == ()
    for bits in (1024, 4096):
        assert tls_files._prime_bits(_DH_PARAMETERS[bits]) == bits
    short = _written(tmp_path / "short.pem", _DH_PARAMETERS[1024])
    context = _context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    (warning,) = load_dh_parameters(context, short)
    assert warning.endswith(f"but the key in file '{short}' is only 1024 bits.")
    missing = tmp_path / "missing"
    assert load_dh_parameters(_context(), missing) == (
        f"unable to load temporary DH parameter file '{missing}', ignoring",
    )
