"""Certificates of throw-away authorities, made in the test: sound ones, and ones with every fault that matters."""

import functools
import ipaddress
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Dates = tuple[timedelta, timedelta]

DAY = timedelta(days=1)
VALID: Dates = (-DAY, DAY)
EXPIRED: Dates = (-2 * DAY, -DAY)
NOT_YET_VALID: Dates = (DAY, 2 * DAY)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path
    serial: int = 0

    def server_context(self) -> ssl.SSLContext:
        """What a server presents it with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass
class Authority:
    """Issues certificates into a folder; ``certificate`` is its own, PEM."""

    folder: Path
    name: str = "Test Authority"
    issuer: "Authority | None" = None
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.subject = _name(self.name)
        basic = x509.BasicConstraints(ca=True, path_length=None)
        made = _sign(self.subject, self.key, self.issuer or self, VALID, (basic,))
        self.serial = made.serial_number
        self.certificate = self.folder / f"{self.name.replace(' ', '-')}.pem"
        self.certificate.write_bytes(made.public_bytes(Encoding.PEM))

    def issue(
        self,
        name: str,
        *,
        hosts: Sequence[str] = ("localhost", "127.0.0.1"),
        dates: Dates = VALID,
        uses_rsa: bool = False,
        purposes: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH),
    ) -> Certificate:
        """A certificate for these hosts; with an intermediate authority, its chain follows in the file."""
        key: Key = rsa_key() if uses_rsa else ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        made = _sign(_name(name), key, self, dates, (names, x509.ExtendedKeyUsage(purposes)))
        files = Certificate(self.folder / f"{name}.pem", self.folder / f"{name}.key", made.serial_number)
        files.key.write_bytes(key_bytes(key))
        chain = self.certificate.read_bytes() if self.issuer else b""
        files.certificate.write_bytes(made.public_bytes(Encoding.PEM) + chain)
        return files

    def revoke(self, *certificates: Certificate, dates: Dates = VALID, encoding: Encoding = Encoding.PEM) -> Path:
        """A revocation list of these."""
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.subject)
        builder = builder.last_update(now + dates[0]).next_update(now + dates[1])
        for certificate in certificates:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial).revocation_date(now)
            builder = builder.add_revoked_certificate(entry.build())
        made = builder.sign(self.key, hashes.SHA256())
        path = self.folder / f"{self.name.replace(' ', '-')}-{len(certificates)}-{dates[1].days}.crl"
        path.write_bytes(made.public_bytes(encoding))
        return path


def make_certificate(folder: Path) -> Certificate:
    """A new self-signed certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = Authority(folder, "localhost", key=key)
    names = x509.SubjectAlternativeName([_general_name("localhost"), _general_name("127.0.0.1")])
    made = _sign(signer.subject, key, signer, VALID, (names,))
    files = Certificate(folder / "certificate.pem", folder / "key.pem", made.serial_number)
    files.key.write_bytes(key_bytes(key))
    files.certificate.write_bytes(made.public_bytes(Encoding.PEM))
    return files


@functools.cache
def rsa_key() -> rsa.RSAPrivateKey:
    """The one RSA key of all tests: making one takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def key_bytes(key: Key, *, pass_phrase: str | None = None, encoding: Encoding = Encoding.PEM) -> bytes:
    """A private key as a file has it (PKCS #8)."""
    encryption: KeySerializationEncryption = NoEncryption()
    if pass_phrase is not None:
        encryption = BestAvailableEncryption(pass_phrase.encode())
    return key.private_bytes(encoding, PrivateFormat.PKCS8, encryption)


def as_der(pem_certificate: Path) -> Path:
    """The same certificate beside it, DER."""
    path = pem_certificate.with_suffix(".der")
    made = x509.load_pem_x509_certificate(pem_certificate.read_bytes())
    path.write_bytes(made.public_bytes(Encoding.DER))
    return path


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _sign(
    subject: x509.Name, key: Key, signer: Authority, dates: Dates, extensions: Sequence[x509.ExtensionType]
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(signer.subject)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now + dates[0]).not_valid_after(now + dates[1])
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(signer.key, hashes.SHA256())


def deform(made: Certificate, fault: str) -> Certificate:
    """The certificate with one of the faults of ``FAULTS``, which its signature does not cover."""
    der = x509.load_pem_x509_certificate(made.certificate.read_bytes()).public_bytes(Encoding.DER)
    deformed, count = re.subn(*FAULTS[fault], der, count=1)
    assert (count, len(deformed)) == (1, len(der))
    path = made.certificate.with_name(f"{fault}.pem")
    path.write_text(ssl.DER_cert_to_PEM_cert(deformed))
    return Certificate(path, made.key, made.serial)


FAULTS = {
    "version": (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03"),
    "date": (b"(\x17\x0d[0-9]{2})[0-9]{4}", rb"\g<1>1399"),
}
"""What OpenSSL bears with and others do not: a version that there is not, a month that there is not."""
