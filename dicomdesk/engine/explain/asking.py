"""Failures of what was asked for: command line, keys and certificates, profiles; and faults of this program."""

from dicomdesk.engine.explain.failure import Area, Failure

__all__ = ["SETTINGS"]

SETTINGS = (
    Failure(
        "command-line",
        Area.SETTINGS,
        "The command line is wrong.",
        "An option or a parameter is missing, not known, out of its range, or does not go with another.",
        "See the options with --help, or the tool's page in docs/tools.",
        (r"^error: (?!.*(passcode|user file))",),
    ),
    Failure(
        "fault",
        Area.SETTINGS,
        "A fault of this program.",
        "This should never happen, whatever the peer or the file does.",
        "Report it with the log; what was answered with Success is stored.",
        (r"internal error", r"traceback \(most recent"),
    ),
    Failure(
        "key-passphrase",
        Area.SETTINGS,
        "The private key is encrypted, and its pass phrase is missing or wrong.",
        "The key file asks for a pass phrase.",
        "Give it with --use-passwd, or where the tool asks for it on a terminal.",
        (r"pass ?phrase", r"bad decrypt"),
    ),
    Failure(
        "cipher-setting",
        Area.SETTINGS,
        "The cipher suites or the TLS profile asked for cannot be used.",
        "The suite is not known to this OpenSSL, or the security profile does not permit it.",
        "Choose another profile, or see the suites with --list-ciphers.",
        (
            r"cipher ?suites? .*(cannot|can be asked|not permitted)",
            r"none of the cipher suites",
            r"no TLS cipher suite",
        ),
    ),
    Failure(
        "key-or-certificate",
        Area.SETTINGS,
        "Key, certificate or TLS settings cannot be used.",
        "Our own key, certificate or TLS settings cannot be used: a file is missing, cannot be read, is of another "
        "format, or does not belong to the other.",
        "Correct the path named, or give the file's format (PEM or DER); key and certificate must belong together.",
        (
            r"cannot (create|initialize) TLS",
            r"unable to load (private|certificate|tls)",
            r"TLS settings",
            r"(private key|certificate|CRL|revocation|parameter)s?\b.*(does not exist|cannot be|is no |but no cert)",
            r"there is no (certificate|private key) in",
            r"needs a private key",
            r"cannot be the name of a TLS peer",
            r"cannot read certificate file",
            r"^the .* file '.*' cannot be read",
            r"certificate can only be demanded",
        ),
    ),
    Failure(
        "profile",
        Area.SETTINGS,
        "The association negotiation profile cannot be used.",
        "The profile file is missing, has a mistake, or lacks the profile named.",
        "See the line named; names of profiles are without regard to case.",
        (
            r"association config(uration)?\b",
            r"profile.*(undefined|not valid|unknown|two profiles)",
            r"(unknown|two|invalid).*profile",
            r"reading config file",
            r"parsing association configuration",
            r"in config file",
            r"configuration file( is too large)?: ",
            r"key undefined",
            r"list too long",
            r"defined twice",
            r"role selection list",
            r"not a valid .* syntax UID",
            r"illegal parameter",
        ),
    ),
)
