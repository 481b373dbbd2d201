"""Checks TLS settings, access rules and profile files before a job begins."""

from pathlib import Path

from dicomdesk.settings import AccessRules, TlsSettings

__all__ = ["check_access_rules", "check_profile_file", "check_tls_settings", "hash_passcode", "list_ciphers"]


def hash_passcode(passcode: str) -> str:
    """Return what may be kept of a passcode, for ``AccessRules.user_pass_codes``; takes some 50 ms."""
    from dicomdesk.network.acceptor import passcodes  # noqa: PLC0415 - only where users are entered

    return passcodes.hash_passcode(passcode)


def check_access_rules(rules: AccessRules) -> None:
    """Raise SettingsError for addresses that are none, and for hashes that nothing can be compared with."""
    from dicomdesk.network.acceptor.access_control import AccessControl  # noqa: PLC0415 - only where rules are entered

    AccessControl(rules)


def check_profile_file(path: Path) -> None:
    """Read the file; raises ProfileError, in DCMTK's words, where it cannot be read or is wrong."""
    from dicomdesk.network.presentation.profiles import load_profiles  # noqa: PLC0415 - only where there is a profile

    load_profiles(path)


def check_tls_settings(settings: TlsSettings, *, is_acceptor: bool) -> tuple[str, ...]:
    """Load everything that the settings name; the warnings, one line each in the words of DCMTK's tools.

    Raises KeyPassPhraseError where the private key's pass phrase is missing or wrong, TlsSettingsError for anything
    else that cannot be used.
    """
    from dicomdesk.network.tls.tls_contexts import client_context, server_context  # noqa: PLC0415 - only where TLS is asked for

    make = server_context if is_acceptor else client_context
    return make(settings).warnings


def list_ciphers() -> tuple[str, ...]:
    """IANA names of the cipher suites that can be asked for, in the order in which DCMTK lists them."""
    from dicomdesk.network.tls import tls_ciphers  # noqa: PLC0415 - only where TLS is asked for

    return tls_ciphers.list_ciphers()
