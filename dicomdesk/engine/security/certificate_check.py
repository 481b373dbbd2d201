"""Checks of a certificate in a file, without any connection: against trusted authorities, or as a root of its own.

The chain is followed from the certificate through those behind it in its file to a trusted one (RFC 5280 6.1, without
policies and name constraints): names, signatures, dates, who may sign, and revocation where lists are given.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.settings import RevocationCheck, TlsFileFormat, TlsSettings

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateRevocationList

__all__ = ["UnreadableCertificateError", "is_root_certificate", "verify_certificate"]

_LONGEST_CHAIN = 100


class UnreadableCertificateError(Exception):
    """The file cannot be read, or holds no certificate in the format asked for; the message is DCMTK's."""


def is_root_certificate(file: Path, file_format: TlsFileFormat) -> bool:
    """Whether it is an authority's certificate that is signed by itself. Raises UnreadableCertificateError."""
    certificate = _read_certificates(file, file_format)[0]
    return _may_sign(certificate) and _is_issued_by(certificate, certificate)


def verify_certificate(file: Path, settings: TlsSettings) -> str:
    """Return why the certificate is not trusted, in OpenSSL's words; "" where it is. Raises UnreadableCertificateError.

    Files of authorities and revocation lists that cannot be read are passed over: ``check_tls_settings`` tells of them.
    """
    first, *chain = _read_certificates(file, settings.file_format)
    trusted = [certificate for path in _authority_files(settings) for certificate in _tolerantly(path, settings)]
    lists = [each for path in settings.revocation_files for each in _read_lists(path, settings.file_format)]
    check = settings.revocation_check
    if check is RevocationCheck.NONE and settings.revocation_files:
        check = RevocationCheck.LEAF
    return _follow(first, chain, trusted, lists, check)


def _follow(
    first: "Certificate",
    chain: Sequence["Certificate"],
    trusted: Sequence["Certificate"],
    lists: Sequence["CertificateRevocationList"],
    check: RevocationCheck,
) -> str:
    path = [first]
    while path[-1] not in trusted:
        last = path[-1]
        issuer = next((each for each in (*trusted, *chain) if _is_issued_by(last, each) and each not in path), None)
        if issuer is None:
            is_alone = last.issuer == last.subject
            return "self-signed certificate" if is_alone else "unable to get local issuer certificate"
        if not _may_sign(issuer):
            return "invalid CA certificate"
        path.append(issuer)
        if len(path) > _LONGEST_CHAIN:
            return "certificate chain too long"
    checked = path if check is RevocationCheck.CHAIN else path[:1] if check is RevocationCheck.LEAF else []
    for certificate in checked:
        problem = _revocation_problem(certificate, path, lists)
        if problem:
            return problem
    return next((problem for problem in map(_date_problem, reversed(path)) if problem), "")


def _date_problem(certificate: "Certificate") -> str:
    now = datetime.now(UTC)
    if now < certificate.not_valid_before_utc:
        return "certificate is not yet valid"
    return "certificate has expired" if now > certificate.not_valid_after_utc else ""


def _revocation_problem(
    certificate: "Certificate", path: Iterable["Certificate"], lists: Iterable["CertificateRevocationList"]
) -> str:
    issuers = [each for each in path if each.subject == certificate.issuer]
    for each in lists:
        if each.issuer != certificate.issuer or not any(_has_signed(issuer, each) for issuer in issuers):
            continue
        if each.next_update_utc is not None and each.next_update_utc < datetime.now(UTC):
            return "CRL has expired"
        revoked = each.get_revoked_certificate_by_serial_number(certificate.serial_number)
        return "" if revoked is None else "certificate revoked"
    return "unable to get certificate CRL"


def _has_signed(issuer: "Certificate", revocations: "CertificateRevocationList") -> bool:
    try:
        return bool(revocations.is_signature_valid(issuer.public_key()))  # type: ignore[arg-type] # other keys raise
    except TypeError:
        return False


def _is_issued_by(certificate: "Certificate", issuer: "Certificate") -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - as below

    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _may_sign(certificate: "Certificate") -> bool:
    from cryptography import x509  # noqa: PLC0415 - only where asked for: start-up time

    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return False


def _read_certificates(file: Path, file_format: TlsFileFormat) -> "list[Certificate]":
    from dicomdesk.network.wire.certificates import read_bounded, read_certificates  # noqa: PLC0415 - as above

    try:
        return read_certificates(read_bounded(file), is_pem=file_format is TlsFileFormat.PEM)
    except OSError as error:
        raise UnreadableCertificateError(f"Cannot open certificate file '{file}'") from error
    except ValueError as error:
        name = file_format.name
        raise UnreadableCertificateError(f"Not a {name} certificate file: '{file}'") from error


def _tolerantly(file: Path, settings: TlsSettings) -> "list[Certificate]":
    try:
        return _read_certificates(file, settings.file_format)
    except UnreadableCertificateError:
        return []


def _authority_files(settings: TlsSettings) -> list[Path]:
    files = list(settings.authority_files)
    for folder in settings.authority_folders:
        try:
            files += sorted(file for file in folder.iterdir() if file.is_file())
        except OSError:
            continue
    return files


def _read_lists(file: Path, file_format: TlsFileFormat) -> "list[CertificateRevocationList]":
    from cryptography import x509  # noqa: PLC0415 - only where asked for: start-up time

    from dicomdesk.network.wire.certificates import find_revocation_lists, read_bounded  # noqa: PLC0415 - as above

    try:
        data = read_bounded(file)
        if file_format is TlsFileFormat.DER:
            return [x509.load_der_x509_crl(data)]
        return [x509.load_pem_x509_crl(block) for block in find_revocation_lists(data)]
    except (OSError, ValueError):
        return []
