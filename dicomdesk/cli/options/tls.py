"""TLS options: one table for all tools, and the settings that they make.

DCMTK's requestors and acceptors have short names and a group of their own. Tools whose DCMTK namesake has no TLS have
the same options with long names only, among their extensions.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path

from dicomdesk.cli.options.grammar import CommandLine, Option, OptionGroup
from dicomdesk.settings import PeerVerification, RevocationCheck, TlsFileFormat, TlsProfile, TlsSettings

_TITLE = "transport layer security (TLS) options"


class TlsRole(Enum):
    """Which TLS options a tool has."""

    REQUESTOR = "requestor"
    ACCEPTOR = "acceptor"
    REQUESTOR_EXTENSION = "requestor-extension"
    """A requestor whose DCMTK namesake has no TLS: long names only."""
    ACCEPTOR_EXTENSION = "acceptor-extension"

    @property
    def is_acceptor(self) -> bool:
        """Whether the tool listens."""
        return self in (TlsRole.ACCEPTOR, TlsRole.ACCEPTOR_EXTENSION)

    @property
    def is_extension(self) -> bool:
        """Whether there are long names only."""
        return self in (TlsRole.REQUESTOR_EXTENSION, TlsRole.ACCEPTOR_EXTENSION)

    @property
    def switches(self) -> str:
        """What turns TLS on, in the words of messages."""
        return "--enable-tls" if self.is_acceptor else "--enable-tls or --anonymous-tls"


LIST_CIPHERS = Option(
    short="+cc", long="--list-ciphers", text=("show the TLS ciphersuites and exit",), is_exclusive=True
)
_ANONYMOUS = Option(short="+tla", long="--anonymous-tls", text=("use TLS without an own certificate",))
_IF_PRESENTED = Option(short="-vc", long="--verify-peer-cert", text=("verify the peer's certificate if there is one",))
_DH_PARAMETERS = Option(
    short="+dp",
    long="--dhparam",
    argument="[f]ilename: string",
    text=("read DH parameters for DHE ciphersuites from f",),
)
_ACCEPTOR_ONLY = (_IF_PRESENTED, _DH_PARAMETERS)
_REQUESTOR_ONLY = (_ANONYMOUS,)
_GROUPS = (
    OptionGroup(
        title="transport protocol stack",
        options=(
            Option(short="-tls", long="--disable-tls", text=("use a plain connection (default)",)),
            Option(
                short="+tls",
                long="--enable-tls",
                argument="[p]rivate key file, [c]ertificate file: string",
                values=2,
                text=("use TLS with an own certificate",),
            ),
            _ANONYMOUS,
        ),
    ),
    OptionGroup(
        title="private key password (only with --enable-tls)",
        options=(
            Option(short="+ps", long="--std-passwd", text=("ask for it on the terminal if needed (default)",)),
            Option(
                short="+pw",
                long="--use-passwd",
                argument="[p]assword: string",
                text=("use this password; others may see it in the", "list of processes"),
                is_secret=True,
            ),
            Option(short="-pw", long="--null-passwd", text=("use the empty password",)),
        ),
    ),
    OptionGroup(
        title="key and certificate file format",
        options=(
            Option(short="-pem", long="--pem-keys", text=("keys and certificates are PEM files (default)",)),
            Option(short="-der", long="--der-keys", text=("keys and certificates are DER files",)),
        ),
    ),
    OptionGroup(
        title="certification authority",
        options=(
            Option(
                short="+cf",
                long="--add-cert-file",
                argument="[f]ilename: string",
                text=("trust the certificates in file f",),
            ),
            Option(
                short="+cd",
                long="--add-cert-dir",
                argument="[d]irectory: string",
                text=("trust the certificates in the files of d",),
            ),
            Option(
                short="+crl",
                long="--add-crl-file",
                argument="[f]ilename: string",
                text=("add a certificate revocation list", "(implies --enable-crl-vfy)"),
            ),
            Option(short="+crv", long="--enable-crl-vfy", text=("refuse a revoked certificate of the peer",)),
            Option(short="+cra", long="--enable-crl-all", text=("refuse a revoked certificate in the chain",)),
        ),
    ),
    OptionGroup(
        title="security profile",
        options=(
            Option(short="+py", long="--profile-bcp195-nd", text=("Non-downgrading BCP 195 TLS Profile (default)",)),
            Option(short="+px", long="--profile-bcp195", text=("BCP 195 TLS Profile",)),
            Option(short="+pz", long="--profile-bcp195-ex", text=("Extended BCP 195 TLS Profile",)),
            Option(
                short="+pb",
                long="--profile-basic",
                text=("Basic TLS Secure Transport Connection Profile", "(retired; most machines have no 3DES)"),
            ),
            Option(
                short="+pa",
                long="--profile-aes",
                text=("AES TLS Secure Transport Connection Profile", "(retired)"),
            ),
            Option(
                short="+pn",
                long="--profile-null",
                text=("authenticated, not encrypted", "(retired)"),
            ),
        ),
    ),
    OptionGroup(
        title="ciphersuite",
        options=(
            LIST_CIPHERS,
            Option(
                short="+cs",
                long="--cipher",
                argument="[c]iphersuite name: string",
                text=("allow this ciphersuite too", "(not with --profile-bcp195-ex)"),
            ),
            _DH_PARAMETERS,
        ),
    ),
    OptionGroup(
        title="pseudo random generator (without effect: the system's is used)",
        options=(
            Option(short="+rs", long="--seed", argument="[f]ilename: string", text=("accepted, no file is read",)),
            Option(short="+ws", long="--write-seed", text=("accepted (only with --seed)",)),
            Option(
                short="+wf",
                long="--write-seed-file",
                argument="[f]ilename: string (only with --seed)",
                text=("accepted, no file is written",),
            ),
        ),
    ),
    OptionGroup(
        title="peer authentication",
        options=(
            Option(
                short="-rc",
                long="--require-peer-cert",
                text=("verify the peer's certificate, which there must", "be (default)"),
            ),
            _IF_PRESENTED,
            Option(short="-ic", long="--ignore-peer-cert", text=("do not verify the peer's certificate",)),
        ),
    ),
)
_PROFILE_8996 = Option(long="--profile-8996", text=("BCP 195 RFC 8996, 9325 TLS Profile", "(only with TLS)"))
_PROFILE_8996_MODIFIED = Option(
    long="--profile-8996-mod",
    text=("Modified BCP 195 RFC 8996, 9325 TLS Profile", "(only with TLS, not with --cipher)"),
)
_TRUST_SYSTEM = Option(
    long="--trust-system", text=("trust the authorities that this machine trusts", "(only with TLS)")
)
_VERIFY_HOST_NAME = Option(
    long="--verify-hostname", text=("the peer's certificate must be for the host", "that is called (only with TLS)")
)

_PROFILES = {
    "--profile-bcp195": TlsProfile.BCP_195,
    "--profile-bcp195-nd": TlsProfile.BCP_195_NON_DOWNGRADING,
    "--profile-bcp195-ex": TlsProfile.BCP_195_EXTENDED,
    "--profile-basic": TlsProfile.BASIC,
    "--profile-aes": TlsProfile.AES,
    "--profile-null": TlsProfile.NULL,
    "--profile-8996": TlsProfile.BCP_195_RFC_8996,
    "--profile-8996-mod": TlsProfile.BCP_195_RFC_8996_MODIFIED,
}
_FORMATS = {"--pem-keys": TlsFileFormat.PEM, "--der-keys": TlsFileFormat.DER}
_VERIFICATIONS = {
    "--require-peer-cert": PeerVerification.REQUIRED,
    "--ignore-peer-cert": PeerVerification.NONE,
    "--verify-peer-cert": PeerVerification.IF_PRESENTED,
}
_PASSWORDS = ("--std-passwd", "--use-passwd", "--null-passwd")
_SEEDS = ("--seed", "--write-seed", "--write-seed-file")
_FIXED_PROFILES = ("--profile-bcp195-ex", "--profile-8996-mod")
"""Those that allow no further cipher suites."""


def tls_group(role: TlsRole) -> OptionGroup:
    """The TLS options of a tool: its last group but one, or a group inside its extensions."""
    left_out = _REQUESTOR_ONLY if role.is_acceptor else _ACCEPTOR_ONLY
    groups = tuple(
        replace(group, options=tuple(_named(option, role) for option in group.options if option not in left_out))
        for group in _GROUPS
    )
    return OptionGroup(title=_TITLE, groups=groups)


def tls_extensions(role: TlsRole) -> tuple[Option, ...]:
    """TLS options that no tool of DCMTK has, for the extensions of a tool."""
    options = (_PROFILE_8996, _PROFILE_8996_MODIFIED, _TRUST_SYSTEM)
    return options if role.is_acceptor else (*options, _VERIFY_HOST_NAME)


def read_tls(line: CommandLine, role: TlsRole) -> TlsSettings | None:
    """The TLS settings that a command line asks for, None for a plain connection.

    Asks in the order of DCMTK's tools; raises CommandLineError. ``pass_phrase`` is None where one is to be asked for.
    """
    switches = line.alternatives("--disable-tls", "--enable-tls", "--anonymous-tls")
    has_tls, has_key = bool(switches) and switches[-1] != "--disable-tls", "--enable-tls" in switches
    pass_phrase = _read_pass_phrase(line, has_key=has_key)
    file_format = _FORMATS[_choose(line, tuple(_FORMATS), role, "--pem-keys", has_tls=has_tls)]
    for long in ("--dhparam", *_SEEDS):
        _check_tls(line, long, role, has_tls=has_tls)
    _check_seeds(line)
    verification = _VERIFICATIONS[_choose(line, tuple(_VERIFICATIONS), role, "--require-peer-cert", has_tls=has_tls)]
    profile = _choose(line, tuple(_PROFILES), role, "--profile-bcp195-nd", has_tls=has_tls)
    for long in ("--add-cert-file", "--add-cert-dir", "--add-crl-file"):
        _check_tls(line, long, role, has_tls=has_tls)
    revocation_check = _read_revocation_check(line, role, has_tls=has_tls)
    for long in ("--cipher", "--trust-system", "--verify-hostname"):
        _check_tls(line, long, role, has_tls=has_tls)
    if line.has("--verify-hostname"):
        is_ignored = verification is PeerVerification.NONE
        line.check_conflict("--verify-hostname", "--ignore-peer-cert", is_given=is_ignored)
    if line.has("--cipher"):
        line.check_conflict("--cipher", profile, is_given=profile in _FIXED_PROFILES)
    if not has_tls:
        return None
    key, certificate = (line.texts("--enable-tls") or ("", "")) if has_key else ("", "")
    return TlsSettings(
        certificate_file=Path(certificate) if has_key else None,
        private_key_file=Path(key) if has_key else None,
        file_format=file_format,
        pass_phrase=pass_phrase,
        authority_files=_read_paths(line, "--add-cert-file"),
        authority_folders=_read_paths(line, "--add-cert-dir"),
        trusts_system=line.has("--trust-system"),
        revocation_files=_read_paths(line, "--add-crl-file"),
        revocation_check=revocation_check,
        peer_verification=verification,
        checks_host_name=line.has("--verify-hostname"),
        profile=_PROFILES[profile],
        ciphers=line.every_text("--cipher"),
        dh_parameters_file=Path(line.text("--dhparam")) if line.has("--dhparam") else None,
    )


def seed_note(line: CommandLine) -> str:
    """What to tell about the options that have no effect; "" where none is given."""
    given = [long for long in _SEEDS if line.has(long)]
    verb = "have" if len(given) > 1 else "has"
    return f"{', '.join(given)} {verb} no effect: random numbers come from the operating system" if given else ""


def list_ciphers() -> str:
    """The answer to ``--list-ciphers``."""
    from dicomdesk.engine.security.settings_check import list_ciphers as names  # noqa: PLC0415 - only where asked for: start-up time

    return "Supported TLS ciphersuites are:\n" + "".join(f"  {name}\n" for name in names())


def _named(option: Option, role: TlsRole) -> Option:
    return replace(option, short="") if role.is_extension else option


def _check_tls(line: CommandLine, long: str, role: TlsRole, *, has_tls: bool) -> None:
    if line.has(long):
        line.check_dependency(long, role.switches, is_met=has_tls)


def _choose(line: CommandLine, longs: Sequence[str], role: TlsRole, default: str, *, has_tls: bool) -> str:
    """The rightmost of exclusive options that need TLS."""
    given = line.alternatives(*longs)
    for long in given:
        line.check_dependency(long, role.switches, is_met=has_tls)
    return given[-1] if given else default


def _read_pass_phrase(line: CommandLine, *, has_key: bool) -> str | None:
    """None: ask for it."""
    given = line.alternatives(*_PASSWORDS)
    for long in given:
        line.check_dependency(long, "--enable-tls", is_met=has_key)
    if not given or given[-1] == "--std-passwd":
        return None
    return line.text("--use-passwd") if given[-1] == "--use-passwd" else ""


def _check_seeds(line: CommandLine) -> None:
    for long in _SEEDS[1:]:
        if line.has(long):
            line.check_dependency(long, "--seed", is_met=line.has("--seed"))


def _read_revocation_check(line: CommandLine, role: TlsRole, *, has_tls: bool) -> RevocationCheck:
    _check_tls(line, "--enable-crl-vfy", role, has_tls=has_tls)
    if line.has("--enable-crl-all"):
        _check_tls(line, "--enable-crl-all", role, has_tls=has_tls)
        line.check_conflict("--enable-crl-all", "--enable-crl-vfy", is_given=line.has("--enable-crl-vfy"))
        return RevocationCheck.CHAIN
    if line.has("--enable-crl-vfy") or line.has("--add-crl-file"):
        return RevocationCheck.LEAF
    return RevocationCheck.NONE


def _read_paths(line: CommandLine, long: str) -> tuple[Path, ...]:
    return tuple(Path(text) for text in line.every_text(long))
