"""Whether TLS settings can be used, found out before a job is begun, so that a front end can ask for a pass phrase."""

from dicomdesk.settings import TlsSettings

__all__ = ["check_tls_settings", "list_ciphers"]


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
