"""Failures of what was asked for: command line, keys and certificates, profiles; and faults of this program."""

from dicomdesk.engine.explain.failure import Area, Failure

__all__ = ["COMMAND_LINE", "SETTINGS"]

_HELP = "See the options with --help, or the tool's page in docs/tools."

SETTINGS = (
    Failure(
        "argument-missing",
        Area.SETTINGS,
        "Something is missing on the command line.",
        "A parameter, an option, or the value of an option was left out; or an option took what was meant as another.",
        _HELP,
        (r"^error: missing (parameter|value|option)",),
    ),
    Failure(
        "option-unknown",
        Area.SETTINGS,
        "An option or command is not known.",
        "It is mistyped, of another tool, or of a newer version.",
        _HELP,
        (r"^error: unknown (option|command)",),
    ),
    Failure(
        "value-out-of-range",
        Area.SETTINGS,
        "A value on the command line is none that can be.",
        "A number is out of its range, or is none; or a word is none of those that the option knows.",
        "Correct it. --help says what each option takes; ports are 1 to 65535.",
        (r"^error: (invalid|illegal) (value|parameter)", r"^error: bad parameter"),
    ),
    Failure(
        "options-together",
        Area.SETTINGS,
        "Two options do not go together.",
        "One of them makes no sense without, or beside, the other.",
        "Leave one out, or add the one named; --help says which belong together.",
        (r"^error: \S+ (only|not) allowed with",),
    ),
    Failure(
        "too-many-parameters",
        Area.SETTINGS,
        "There is more on the command line than the tool takes.",
        "A word too many, or a path or name with a blank that has no quotation marks around it.",
        "Put quotation marks around what has blanks; see the parameters with --help.",
        (r"^error: too many parameters",),
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
        "key-file-missing",
        Area.SETTINGS,
        "A file of a key or certificate is not there.",
        "The path is mistyped, or the file was moved. A path that begins without / counts from the folder in which "
        "the tool was started.",
        "Correct the path.",
        (r"^the (private key|certificate|CRL|revocation list|parameter)\S* ?\w* '.*' does not exist",),
    ),
    Failure(
        "key-of-another-format",
        Area.SETTINGS,
        "A file holds no key, or no certificate.",
        "The file is in the other format (PEM or DER), key and certificate are swapped, or it is something else.",
        "Correct the path, or say the format: --pem-keys or --der-keys.",
        (r"there is no (certificate|private key) in",),
    ),
    Failure(
        "key-of-another-certificate",
        Area.SETTINGS,
        "Private key and certificate do not belong together.",
        "They are of different pairs: the certificate was renewed with another key, or one of the paths is that of "
        "another machine.",
        "Give the key that the certificate was made with, or the certificate that belongs to the key.",
        (r"does not belong to the certificate", r"private key '.*' and certificate '.*' do not match"),
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
            r"needs a private key",
            r"cannot be the name of a TLS peer",
            r"cannot read certificate file",
            r"^the .* file '.*' cannot be read",
            r"certificate can only be demanded",
        ),
    ),
    Failure(
        "profile-file-missing",
        Area.SETTINGS,
        "The file of association negotiation profiles cannot be read.",
        "There is no such file, or this user may not read it.",
        "Correct the path behind --config-file.",
        (r"unable to open configuration file",),
    ),
    Failure(
        "profile-unknown",
        Area.SETTINGS,
        "The file has no association negotiation profile of that name.",
        "The name is mistyped, or the profile is undefined in this file, or without presentation contexts.",
        "Give a name that stands under [[Profiles]]; names are without regard to case.",
        (
            r"no association profile named",
            r"non-existing SCP association profile",
            r"profile key undefined",
            r"unknown configuration profile name",
        ),
    ),
    Failure(
        "profile",
        Area.SETTINGS,
        "The association negotiation profile cannot be used.",
        "The file of profiles has a mistake.",
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

COMMAND_LINE = (
    Failure(
        "command-line",
        Area.SETTINGS,
        "The command line is wrong.",
        "What was asked for is incomplete, or contradicts itself; the line above says where.",
        _HELP,
        (r"^error: (?!.*(passcode|user file))",),
    ),
)
"""Where no other failure is known."""
