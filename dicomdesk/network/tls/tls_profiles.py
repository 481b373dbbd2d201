"""Security profiles (PS3.15 annex B) as settings of OpenSSL: versions, cipher suites and security level."""

import ssl
from typing import NamedTuple

from dicomdesk.errors import TlsSettingsError
from dicomdesk.network.tls.tls_ciphers import CipherSuite, KeyTransport, find_cipher, list_ciphers
from dicomdesk.settings import TlsProfile

__all__ = ["apply_profile"]

_RFC_7525 = "Ciphersuite '{}' uses {} key transport. RFC 7525 recommends that such cipher suites should not be used."
_RFC_9325 = "Ciphersuite '{}' uses {}. RFC 9325 recommends that such cipher suites should not be used."
_NOT_ALLOWED = "000b:000a Ciphersuite not allowed in current DICOM security profile"


class _Profile(NamedTuple):
    """Settings of a profile."""

    name: str
    """As DCMTK's messages name it."""
    suites: str
    """OpenSSL's names, in the order in which a requestor offers them; those of TLS 1.3 are OpenSSL's own choice."""
    versions: tuple[ssl.TLSVersion, ssl.TLSVersion]
    """The oldest and the newest."""
    security_level: int
    """OpenSSL's: 0 allows everything, 1 asks for 80 bits (RSA 1024, no SHA-1 signatures), 2 for 112 bits (RSA 2048)."""


_ONLY_1_2 = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)
_SINCE_1_2 = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
_UP_TO_1_2 = (ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_2)
"""From TLS 1.0 where OpenSSL still has it, which signs with SHA-1 (security level 0): Python never allows SSL 3."""
_ALL = (ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_3)

_BCP_195 = """
ECDHE-RSA-AES128-GCM-SHA256 DHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384 DHE-RSA-AES256-GCM-SHA384
"""
_EXTENDED = _BCP_195 + "ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256"
_RFC_8996 = """
ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES256-GCM-SHA384
"""
_MODIFIED = """
ECDHE-ECDSA-AES128-CCM ECDHE-ECDSA-AES128-CCM8 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES128-GCM-SHA256
ECDHE-RSA-CHACHA20-POLY1305 ECDHE-ECDSA-CHACHA20-POLY1305 ECDHE-ECDSA-AES256-CCM ECDHE-ECDSA-AES256-CCM8
ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES256-GCM-SHA384
"""
"""The profile names CAMELLIA-GCM suites too, which OpenSSL does not have."""

_PROFILES = {
    TlsProfile.BCP_195_NON_DOWNGRADING: _Profile("Non-downgrading BCP 195 TLS Profile", _BCP_195, _SINCE_1_2, 1),
    TlsProfile.BCP_195: _Profile("BCP 195 TLS Profile", _BCP_195 + "AES128-SHA", _ALL, 0),
    TlsProfile.BCP_195_EXTENDED: _Profile("Extended BCP 195 TLS Profile", _EXTENDED, _ONLY_1_2, 1),
    TlsProfile.BCP_195_RFC_8996: _Profile("BCP 195 RFC 8996 TLS Profile", _RFC_8996, _SINCE_1_2, 2),
    TlsProfile.BCP_195_RFC_8996_MODIFIED: _Profile("Modified BCP 195 RFC 8996 TLS Profile", _MODIFIED, _SINCE_1_2, 2),
    TlsProfile.BASIC: _Profile("Basic TLS Secure Transport Connection Profile", "DES-CBC3-SHA", _UP_TO_1_2, 0),
    TlsProfile.AES: _Profile("AES TLS Secure Transport Connection Profile", "AES128-SHA", _UP_TO_1_2, 0),
    TlsProfile.NULL: _Profile("Authenticated unencrypted communication", "NULL-SHA", _UP_TO_1_2, 0),
}
_TAKES_NO_MORE = frozenset((TlsProfile.BCP_195_EXTENDED, TlsProfile.BCP_195_RFC_8996_MODIFIED))


def apply_profile(
    context: ssl.SSLContext, profile: TlsProfile, cipher_names: tuple[str, ...], *, is_acceptor: bool
) -> tuple[str, ...]:
    """Set versions and cipher suites, those of the profile and further ones by IANA name; returns warnings.

    The rightmost name comes first, as DCMTK takes them. Raises TlsSettingsError for names that are unknown, that the
    profile does not allow, or that this machine's OpenSSL does not have.
    """
    meaning = _PROFILES[profile]
    warnings: list[str] = []
    suites = meaning.suites.split()
    for name in reversed(cipher_names):
        try:
            suite = find_cipher(name)
            warnings += _judge(suite, profile)
        except TlsSettingsError as error:
            error.warnings = tuple(warnings)
            raise
        if suite.openssl_name not in suites:
            suites.append(suite.openssl_name)
    context.minimum_version, context.maximum_version = meaning.versions
    if is_acceptor:
        suites = _strongest_first(suites)
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
    try:
        context.set_ciphers(":".join((*suites, f"@SECLEVEL={meaning.security_level}")))
    except ssl.SSLError as error:
        raise TlsSettingsError(
            f"The OpenSSL library of this machine has none of the cipher suites of the {meaning.name}: "
            f"{', '.join(suites)} ({ssl.OPENSSL_VERSION}); choose another profile",
            condition="000b:000b Failed to set ciphersuites",
            warnings=tuple(warnings),
        ) from error
    return tuple(warnings)


def _judge(suite: CipherSuite, profile: TlsProfile) -> list[str]:
    """Remarks of DCMTK 3.6.7 on a suite asked for, and of 3.6.8 for the profiles that came with it."""
    profile_name = _PROFILES[profile].name
    if profile in _TAKES_NO_MORE:
        raise TlsSettingsError(
            f"Additional ciphersuites not permitted with security profile '{profile_name}'", condition=_NOT_ALLOWED
        )
    if profile is TlsProfile.NULL:
        return []
    if not suite.is_encrypting:
        raise TlsSettingsError(
            f"Unencrypted ciphersuite '{suite.name}' not permitted with security profile '{profile_name}'",
            condition=_NOT_ALLOWED,
        )
    if profile is not TlsProfile.BCP_195_RFC_8996:
        is_rsa = suite.key_transport is KeyTransport.RSA
        return [_RFC_7525.format(suite.name, "RSA" if is_rsa else "NO RSA")]
    if suite.name.endswith("_SHA"):
        raise TlsSettingsError(
            f"Ciphersuite '{suite.name}' using SHA-1 MAC not permitted with security profile '{profile_name}'",
            condition=_NOT_ALLOWED,
        )
    return [_RFC_9325.format(suite.name, weakness) for weakness in _weaknesses(suite)]


def _weaknesses(suite: CipherSuite) -> list[str]:
    found = []
    if suite.key_transport is KeyTransport.RSA:
        found.append("RSA key transport")
    if suite.key_transport is KeyTransport.DHE:
        found.append("ephemeral finite-field Diffie-Hellman key agreement")
    if "_CBC_" in suite.name:
        found.append("CBC mode of operation")
    return found


def _strongest_first(suites: list[str]) -> list[str]:
    """The acceptor's order: DCMTK's list goes from weak to strong; what is not in it stays in front, as it was."""
    ranks = {find_cipher(name).openssl_name: rank for rank, name in enumerate(list_ciphers())}
    return sorted(suites, key=lambda name: -ranks.get(name, len(ranks)))
