"""Access rules made ready by front ends: passcodes are hashed, and what cannot be used is told before a job begins."""

from dicomdesk.settings import AccessRules

__all__ = ["check_access_rules", "hash_passcode"]


def hash_passcode(passcode: str) -> str:
    """Return what may be kept of a passcode, for ``AccessRules.user_pass_codes``; takes some 50 ms."""
    from dicomdesk.network.acceptor import passcodes  # noqa: PLC0415 - only where users are entered

    return passcodes.hash_passcode(passcode)


def check_access_rules(rules: AccessRules) -> None:
    """Raise SettingsError for addresses that are none, and for hashes that nothing can be compared with."""
    from dicomdesk.network.acceptor.access_control import AccessControl  # noqa: PLC0415 - only where rules are entered

    AccessControl(rules)
