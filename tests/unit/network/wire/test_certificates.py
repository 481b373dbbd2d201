"""Certificates as nobody should make them."""

import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dicomdesk.network.wire.certificates import find_revocation_lists, read_certificates
from tests.helpers.tls.certificates import FAULTS, Authority, Certificate, deform


def _der(made: Certificate) -> bytes:
    return x509.load_pem_x509_certificate(made.certificate.read_bytes()).public_bytes(Encoding.DER)


def test_chain_is_read_from_pem_and_one_certificate_from_der(tmp_path: Path) -> None:
    inner = Authority(tmp_path, name="Inner", issuer=Authority(tmp_path))
    made = inner.issue("leaf")
    chain = read_certificates(made.certificate.read_bytes(), is_pem=True)
    assert [each.subject.rfc4514_string() for each in chain] == ["CN=leaf", "CN=Inner"]
    assert read_certificates(_der(made), is_pem=False) == chain[:1]


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_is_wrong_is_a_value_error(tmp_path: Path, fault: str) -> None:
    made = deform(Authority(tmp_path).issue("leaf"), fault)
    with pytest.raises(ValueError):  # noqa: PT011 - of any words
        read_certificates(made.certificate.read_bytes(), is_pem=True)


def test_name_that_cannot_be_decoded_is_a_value_error(tmp_path: Path) -> None:
    der = _der(Authority(tmp_path).issue("leaf"))
    for kind in (0x03, 0x1E):  # a bit string, which only one attribute may be; UTF-16
        with pytest.raises(ValueError):  # noqa: PT011 - of any words
            read_certificates(der.replace(b"\x0c\x04leaf", bytes((kind, 4)) + b"\xd8\0\xd8\0"), is_pem=False)


def test_odd_names_and_numbers_are_no_matter_for_stderr(tmp_path: Path) -> None:
    made = Authority(tmp_path).issue("leaf")
    der = _der(made)
    number = made.serial.to_bytes((made.serial.bit_length() + 7) // 8)
    (tmp_path / "odd.der").write_bytes(der.replace(number, bytes((number[0] | 0x80,)) + number[1:], 1))
    program = (
        "import sys; from dicomdesk.network.wire.certificates import read_certificates;"
        "print(read_certificates(open(sys.argv[1], 'rb').read(), is_pem=False)[0].subject.rfc4514_string())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "odd.der"], capture_output=True, text=True, timeout=60, check=True
    )
    assert (ended.stdout, ended.stderr) == ("CN=leaf\n", "")


def test_revocation_lists_are_found_among_other_blocks() -> None:
    lists = [b"-----BEGIN X509 CRL-----\n%b\n-----END X509 CRL-----" % content for content in (b"one", b"two")]
    other = b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"
    assert find_revocation_lists(lists[0] + b"\n" + other + lists[1] + b"\n") == lists
    assert find_revocation_lists(other) == []
