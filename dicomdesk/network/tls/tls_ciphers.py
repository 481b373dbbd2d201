"""Cipher suites that may be asked for by name: IANA's names, OpenSSL's, and what to think of them."""

from enum import Enum

from dicomdesk.errors import TlsSettingsError
from dicomdesk.records import dataclass

__all__ = ["CipherSuite", "KeyTransport", "find_cipher", "list_ciphers"]


class KeyTransport(Enum):
    """Ways of agreeing on the session key."""

    RSA = "rsa"
    """Encrypted with the server's key: who gets that key later can read everything (RFC 7525 4.1 is against it)."""
    DHE = "dhe"
    ECDHE = "ecdhe"


_SHORTER = (("_CBC", ""), ("POLY1305_SHA256", "POLY1305"), ("AES_", "AES"), ("CAMELLIA_", "CAMELLIA"))
"""What IANA's names of ciphers have longer than OpenSSL's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CipherSuite:
    """One suite of TLS 1.2 or older."""

    name: str
    """IANA's."""

    @property
    def openssl_name(self) -> str:
        """OpenSSL's: what signs goes without saying where the key is transported, and so do modes of old."""
        keys, _, cipher = self.name.removeprefix("TLS_").partition("_WITH_")
        for words, shorter in _SHORTER:
            cipher = cipher.replace(words, shorter)
        return (cipher if keys == "RSA" else f"{keys}_{cipher}").replace("_", "-")

    @property
    def key_transport(self) -> KeyTransport:
        """Way of agreeing on the session key."""
        return KeyTransport(self.name.split("_")[1].lower())

    @property
    def is_encrypting(self) -> bool:
        """False for suites that only authenticate."""
        return "_NULL_" not in self.name


_NAMES = """
TLS_RSA_WITH_NULL_SHA TLS_RSA_WITH_AES_128_CBC_SHA
TLS_RSA_WITH_CAMELLIA_128_CBC_SHA TLS_RSA_WITH_AES_128_CBC_SHA256
TLS_RSA_WITH_AES_128_GCM_SHA256 TLS_RSA_WITH_CAMELLIA_256_CBC_SHA
TLS_RSA_WITH_AES_256_CBC_SHA TLS_RSA_WITH_AES_256_CBC_SHA256
TLS_RSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256
TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_DHE_DSS_WITH_AES_128_CBC_SHA
TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA TLS_DHE_RSA_WITH_AES_128_CBC_SHA
TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA TLS_DHE_DSS_WITH_AES_128_CBC_SHA256
TLS_DHE_RSA_WITH_AES_128_CBC_SHA256 TLS_DHE_DSS_WITH_AES_128_GCM_SHA256
TLS_DHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384
TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 TLS_DHE_DSS_WITH_AES_256_CBC_SHA
TLS_DHE_RSA_WITH_AES_256_CBC_SHA TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA
TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA TLS_DHE_DSS_WITH_AES_256_CBC_SHA256
TLS_DHE_RSA_WITH_AES_256_CBC_SHA256 TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256
TLS_DHE_DSS_WITH_AES_256_GCM_SHA384 TLS_DHE_RSA_WITH_AES_256_GCM_SHA384
"""
"""Those that DCMTK 3.6.7 lists, in its order."""
_SUITES = tuple(CipherSuite(name=name) for name in _NAMES.split())
_BY_NAME = {suite.name: suite for suite in _SUITES}


def list_ciphers() -> tuple[str, ...]:
    """IANA names of the suites that can be asked for, those of DCMTK in its order."""
    return tuple(suite.name for suite in _SUITES)


def find_cipher(name: str) -> CipherSuite:
    """The suite; raises TlsSettingsError for a name that is not in the list."""
    suite = _BY_NAME.get(name)
    if suite is None:
        raise TlsSettingsError(
            f'"{name}" is no TLS cipher suite that can be asked for',
            condition="0001:0007 Illegal call, perhaps wrong parameters",
        )
    return suite
