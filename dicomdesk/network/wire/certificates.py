"""Certificates of anybody, read with ``cryptography``, which has several ways to refuse one and remarks on others."""

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from dicomdesk.named_files import read_named_file

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

__all__ = ["find_revocation_lists", "ignore_remarks", "read_bounded", "read_certificates"]

_REVOCATION_BLOCK = re.compile(rb"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", re.DOTALL)

_LARGEST_FILE_BYTES = 64 << 20
"""Revocation lists of large authorities have some megabytes."""

_READERS = (
    r"dicomdesk\.(network\.(wire\.(certificates|tls_session)|tls\.tls_files)|engine\.security\.certificate_check)$"
)


def read_bounded(file: Path) -> bytes:
    """Read all of a file, also of a pipe, which can be read only once; raises OSError."""
    return read_named_file(file, _LARGEST_FILE_BYTES, takes_fifo=True)


def find_revocation_lists(data: bytes) -> list[bytes]:
    """The blocks of a PEM text that are revocation lists."""
    return _REVOCATION_BLOCK.findall(data)


def read_certificates(data: bytes, *, is_pem: bool) -> "list[Certificate]":
    """All certificates of a PEM text, or the one in DER; raises ValueError, whatever is wrong with them.

    Of a certificate that is returned the key, the names and the dates can be read.
    """
    from cryptography import x509  # noqa: PLC0415 - only where TLS is asked for
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above

    ignore_remarks()
    try:
        found = x509.load_pem_x509_certificates(data) if is_pem else [x509.load_der_x509_certificate(data)]
        for certificate in found:  # each of these is decoded only when asked for
            _ = certificate.subject, certificate.issuer, certificate.public_key()
            _ = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (x509.InvalidVersion, UnsupportedAlgorithm, TypeError) as error:
        raise ValueError(str(error)) from error
    return found


def ignore_remarks() -> None:
    """Let Python not write on stderr what ``cryptography`` thinks of a name or number in somebody's certificate."""
    warnings.filterwarnings("ignore", module=_READERS)
