"""Keys, certificates, revocation lists and DH parameters from files into an ssl context.

A private key is read and decrypted in memory. OpenSSL is handed it through an anonymous file, encrypted again under a
pass phrase of the moment, so that no secret lies on a disk even where there are no anonymous files.
"""

import base64
import contextlib
import os
import re
import secrets
import ssl
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.errors import KeyPassPhraseError, TlsSettingsError
from dicomdesk.network.wire.certificates import find_revocation_lists, read_bounded, read_certificates
from dicomdesk.settings import TlsFileFormat, TlsSettings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

__all__ = ["load_authorities", "load_dh_parameters", "load_identity", "load_revocations"]

_KEY_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----.+?-----END \1PRIVATE KEY-----", re.DOTALL)
_CERTIFICATE_BLOCK = re.compile(
    rb"-----BEGIN (?:X509 )?CERTIFICATE-----(.+?)-----END (?:X509 )?CERTIFICATE-----", re.DOTALL
)
_DH_BLOCK = re.compile(rb"-----BEGIN DH PARAMETERS-----(.+?)-----END DH PARAMETERS-----", re.DOTALL)
_WEAK_HASHES = frozenset(("md5", "sha1", "sha224"))
_ENOUGH_BITS = 2048
"""Of RSA keys and Diffie-Hellman primes (RFC 7525 4.3)."""
_SHORT_DH = (
    "Key length of Diffie-Hellman parameter file too short: RFC 7525 recommends at least {} bits, "
    "but the key in file '{}' is only {} bits."
)

_FFDHE2048 = int(
    "ffffffffffffffffadf85458a2bb4a9aafdc5620273d3cf1d8b9c583ce2d3695a9e13641146433fbcc939dce249b3ef97d2fe363630c75d8"
    "f681b202aec4617ad3df1ed5d5fd65612433f51f5f066ed0856365553ded1af3b557135e7f57c935984f0c70e0e68b77e2a689daf3efe872"
    "1df158a136ade73530acca4f483a797abc0ab182b324fb61d108a94bb2c8e3fbb96adab760d7f4681d4f42a3de394df4ae56ede76372bb19"
    "0b07a7c8ee0a6d709e02fce1cdf7e2ecc03404cd28342f619172fe9ce98583ff8e4f1232eef28183c3fe3b1b4c6fad733bb5fcbc2ec22005"
    "c58ef1837d1683b2c6f34a26c1b2effa886b423861285c97ffffffffffffffff",
    16,
)
"""Prime of the 2048-bit group (RFC 7919 A.1), generator 2."""


# -- own identity


def load_identity(context: ssl.SSLContext, settings: TlsSettings) -> tuple[str, ...]:
    """Load the own certificate chain and its key, if there are any; returns warnings.

    Raises KeyPassPhraseError and TlsSettingsError.
    """
    certificate_file = settings.certificate_file
    key_file = settings.private_key_file or certificate_file
    if key_file is None:
        return ()
    if certificate_file is None:
        raise TlsSettingsError(f"There is a private key ('{key_file}') but no certificate for it")
    key = _read_key(key_file, settings)
    mismatch = f"000b:0006 Private key '{key_file}' and certificate '{certificate_file}' do not match"
    certificates = _read_certificates(certificate_file, settings.file_format, mismatch)
    warnings = _weakness_warnings(certificates[0], certificate_file)
    if certificates[0].public_key() != key.public_key():
        text = f"The private key in '{key_file}' does not belong to the certificate in '{certificate_file}'"
        raise TlsSettingsError(text, condition=mismatch, warnings=warnings)
    try:
        _present(context, key, certificates, certificate_file, mismatch)
    except TlsSettingsError as error:
        error.warnings = warnings
        raise
    return warnings + _validity_warnings(certificates[0], certificate_file)


def _read_key(file: Path, settings: TlsSettings) -> "PrivateKeyTypes":
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only where TLS is asked for

    condition = f"000b:0004 Unable to load private TLS key from '{file}'"
    data = _read(file, "private key", condition)
    if settings.file_format is TlsFileFormat.PEM:
        block = _KEY_BLOCK.search(data)
        if block is None:
            raise TlsSettingsError(f"There is no private key in '{file}'{_hint(data, settings)}", condition=condition)
        data = block[0] + b"\n"
    try:
        return _decode_key(data, file, settings, condition)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        text = f"'{file}' holds no private key that can be used{_hint(data, settings)}"
        raise TlsSettingsError(text, condition=condition) from error


def _decode_key(data: bytes, file: Path, settings: TlsSettings, condition: str) -> "PrivateKeyTypes":
    """Raises KeyPassPhraseError, and what ``cryptography`` raises for rubbish."""
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - only where TLS is asked for
        load_der_private_key,
        load_pem_private_key,
    )

    load = load_pem_private_key if settings.file_format is TlsFileFormat.PEM else load_der_private_key
    # Whether an RSA key was made well is not examined, as OpenSSL does not when it loads one: that takes up to 70 ms.
    trusting = {"unsafe_skip_rsa_key_validation": True}
    try:
        return load(data, None, **trusting)
    except TypeError:  # it is encrypted
        pass
    if settings.pass_phrase is None:
        text = f"The private key in '{file}' is encrypted, and no pass phrase was given"
        raise KeyPassPhraseError(text, is_missing=True, condition=condition)
    try:
        return load(data, settings.pass_phrase.encode("utf-8", "surrogateescape"), **trusting)
    except (ValueError, TypeError) as error:  # TypeError: an empty one
        text = f"The pass phrase for the private key in '{file}' is wrong"
        raise KeyPassPhraseError(text, is_missing=False, condition=condition) from error


def _read_certificates(file: Path, file_format: TlsFileFormat, condition: str) -> "list[Certificate]":
    """The certificate and those that follow it in the file: its chain."""
    data = _read(file, "certificate", condition)
    is_pem = file_format is TlsFileFormat.PEM
    try:
        if not is_pem or _CERTIFICATE_BLOCK.search(data) is not None:
            return read_certificates(data, is_pem=is_pem)
    except ValueError as error:
        text = f"'{file}' holds no certificate that can be used"
        raise TlsSettingsError(text, condition=condition) from error
    raise TlsSettingsError(f"There is no certificate in '{file}'", condition=condition)


def _present(
    context: ssl.SSLContext,
    key: "PrivateKeyTypes",
    certificates: "list[Certificate]",
    certificate_file: Path,
    condition: str,
) -> None:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - only where TLS is asked for
        BestAvailableEncryption,
        Encoding,
        PrivateFormat,
    )

    pass_phrase = secrets.token_urlsafe(24)
    try:
        encryption = BestAvailableEncryption(pass_phrase.encode())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
        pem += b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)
        with _as_file(pem) as path:
            context.load_cert_chain(path, password=pass_phrase)
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "reason", None) or error).lower().replace("_", " ")
        is_weak = "too" in reason
        why = "is too weak for the TLS profile (BCP 195 allows more)" if is_weak else "cannot be used for TLS"
        text = f"The certificate in '{certificate_file}' {why}: {reason}"
        raise TlsSettingsError(text, condition=condition) from error


def _weakness_warnings(certificate: "Certificate", file: Path) -> tuple[str, ...]:
    """DCMTK's, about RSA certificates only."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only where TLS is asked for
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - only where TLS is asked for

    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        return ()
    warnings = []
    if key.key_size < _ENOUGH_BITS:
        warnings.append(
            f"Key length of RSA public key too short: RFC 7525 recommends at least {_ENOUGH_BITS} bits for RSA keys, "
            f"but the key in certificate file '{file}' is only {key.key_size} bits."
        )
    with contextlib.suppress(UnsupportedAlgorithm):
        used = certificate.signature_hash_algorithm
        if used is not None and used.name in _WEAK_HASHES:
            warnings.append(
                "Certificate hash key not SHA-256: RFC 7525 recommends the use of SHA-256 for RSA certificates, "
                f"but certificate file '{file}' uses 'RSA-{used.name.upper()}'."
            )
    return tuple(warnings)


def _validity_warnings(certificate: "Certificate", file: Path) -> tuple[str, ...]:
    now = datetime.now(UTC)
    if certificate.not_valid_after_utc < now:
        return (f"the certificate in '{file}' expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC",)
    if certificate.not_valid_before_utc > now:
        return (
            f"the certificate in '{file}' is not valid before {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
        )
    return ()


# -- authorities and revocation lists


def load_authorities(context: ssl.SSLContext, settings: TlsSettings) -> tuple[str, ...]:
    """Trust what the files and folders hold; a warning for each that cannot be used, as DCMTK says it.

    The rightmost comes first, as DCMTK takes them.
    """
    warnings = []
    for file in reversed(settings.authority_files):
        try:
            _trust(context, file, settings.file_format)
        except (OSError, ValueError):
            warnings.append(f"unable to load certificate file '{file}', ignoring")
    useless = [
        folder
        for folder in reversed(settings.authority_folders)
        if not _trust_folder(context, folder, settings.file_format)
    ]
    return (*warnings, *(f"no certificate found in directory '{folder}', ignoring" for folder in useless))


def _trust(context: ssl.SSLContext, file: Path, file_format: TlsFileFormat) -> None:
    if file_format is TlsFileFormat.PEM:
        with _as_file(read_bounded(file)) as path:
            context.load_verify_locations(cafile=path)
    else:
        context.load_verify_locations(cadata=read_bounded(file))


def _trust_folder(context: ssl.SSLContext, folder: Path, file_format: TlsFileFormat) -> bool:
    """Whether any file of the folder could be used; their names do not matter, unlike for OpenSSL itself."""
    is_any = False
    with contextlib.suppress(OSError):
        for file in sorted(folder.iterdir()):
            with contextlib.suppress(OSError, ValueError):
                if file.is_file():
                    _trust(context, file, file_format)
                    is_any = True
    return is_any


def load_revocations(context: ssl.SSLContext, settings: TlsSettings) -> tuple[str, ...]:
    """Take the revocation lists into account; a warning for each that cannot be used, as DCMTK says it."""
    warnings = []
    for file in reversed(settings.revocation_files):
        try:
            with _as_file(_revocation_pem(read_bounded(file), settings.file_format)) as path:
                context.load_verify_locations(cafile=path)
        except (OSError, ValueError):
            warnings.append(f"unable to load CRL file '{file}', ignoring")
    return tuple(warnings)


def _revocation_pem(data: bytes, file_format: TlsFileFormat) -> bytes:
    """Only the revocation lists: a certificate in the file must not become trusted by that."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - only where TLS is asked for
    from cryptography.x509 import load_der_x509_crl  # noqa: PLC0415 - only where TLS is asked for

    if file_format is TlsFileFormat.DER:
        return load_der_x509_crl(data).public_bytes(Encoding.PEM)
    blocks = find_revocation_lists(data)
    if not blocks:
        raise ValueError("no revocation list")
    return b"\n".join((*blocks, b""))


def load_dh_parameters(context: ssl.SSLContext, file: Path | None) -> tuple[str, ...]:
    """Set the acceptor's parameters for DHE suites: those of the file, or else a well-known group."""
    warnings: tuple[str, ...] = ()
    if file is not None:
        try:
            parameters = read_bounded(file)
            with _as_file(parameters) as path:
                context.load_dh_params(path)
            bits = _prime_bits(parameters)
        except (OSError, ValueError):
            warnings = (f"unable to load temporary DH parameter file '{file}', ignoring",)
        else:
            return (_SHORT_DH.format(_ENOUGH_BITS, file, bits),) if bits < _ENOUGH_BITS else ()
    with _as_file(_well_known_group()) as path:
        context.load_dh_params(path)
    return warnings


def _prime_bits(pem: bytes) -> int:
    """Length of the prime, the first integer in a DHParameter (PKCS #3); raises ValueError where there is none."""
    block = _DH_BLOCK.search(pem)
    if block is None:
        raise ValueError("no Diffie-Hellman parameters")
    der = base64.b64decode(block[1])
    sequence, _ = _der_content(der, 0)
    start, end = _der_content(der, sequence)
    return int.from_bytes(der[start:end], "big").bit_length()


def _der_content(der: bytes, position: int) -> tuple[int, int]:
    """Begin and end of the content of the element at a position."""
    if position + 2 > len(der):
        raise ValueError("it ends early")
    length, start = der[position + 1], position + 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(der[start : start + count], "big"), start + count
    return start, start + length


def _well_known_group() -> bytes:
    """DHParameter of PKCS #3: a sequence of prime and generator."""
    prime = _FFDHE2048.to_bytes(257, "big")
    der = b"\x30\x82\x01\x08" + b"\x02\x82\x01\x01" + prime + b"\x02\x01\x02"
    return b"-----BEGIN DH PARAMETERS-----\n" + base64.encodebytes(der) + b"-----END DH PARAMETERS-----\n"


# -- files


def _read(file: Path, what: str, condition: str) -> bytes:
    try:
        return read_bounded(file)
    except FileNotFoundError as error:
        raise TlsSettingsError(f"The {what} file '{file}' does not exist", condition=condition) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise TlsSettingsError(f"The {what} file '{file}' cannot be read: {reason}", condition=condition) from error


def _hint(data: bytes, settings: TlsSettings) -> str:
    """Remark for bytes that look like the other format."""
    looks_like_pem = b"-----BEGIN " in data
    if settings.file_format is TlsFileFormat.DER and looks_like_pem:
        return "; it is a PEM file, but DER was asked for"
    if settings.file_format is TlsFileFormat.PEM and data[:1] == b"\x30" and not looks_like_pem:
        return "; it may be a DER file, but PEM was asked for"
    return ""


@contextlib.contextmanager
def _as_file(data: bytes) -> Iterator[str]:
    """A path under which OpenSSL can read the data until the end of the block."""
    if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):
        descriptor = os.memfd_create("tls")
        with open(descriptor, "wb", buffering=0) as stream:
            stream.write(data)
            yield f"/proc/self/fd/{descriptor}"
        return
    descriptor, path = tempfile.mkstemp()  # for nobody else to read
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
        yield path
    finally:
        os.unlink(path)
