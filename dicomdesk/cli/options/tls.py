"""TLS options: one table for all tools, and the settings that they make.

DCMTK's requestors and acceptors have short names and a group of their own. Tools whose DCMTK namesake has no TLS have
the same options with long names only, among their extensions.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path

from dicomdesk.cli.options.grammar import CommandLine, Option, OptionGroup, group, option
from dicomdesk.settings import PeerVerification, RevocationCheck, TlsFileFormat, TlsProfile, TlsSettings

_TITLE = "transport layer security (TLS) options"


class TlsRole(Enum):
    """Role of a tool in TLS, which decides on its TLS options."""

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
        """The options that turn TLS on, in the words of messages."""
        return "--enable-tls" if self.is_acceptor else "--enable-tls or --anonymous-tls"


LIST_CIPHERS = option("+cc --list-ciphers", "show the TLS ciphersuites and exit", is_exclusive=True)
_ANONYMOUS = option("+tla --anonymous-tls", "use TLS without an own certificate")
_IF_PRESENTED = option("-vc --verify-peer-cert", "verify the peer's certificate if there is one")
_DH_PARAMETERS = option(
    "+dp --dhparam", "read DH parameters for DHE ciphersuites from f", argument="[f]ilename: string"
)
_ACCEPTOR_ONLY = (_IF_PRESENTED, _DH_PARAMETERS)
_REQUESTOR_ONLY = (_ANONYMOUS,)
_GROUPS = (
    group(
        "transport protocol stack",
        option("-tls --disable-tls", "use a plain connection (default)"),
        option(
            "+tls --enable-tls",
            "use TLS with an own certificate",
            argument="[p]rivate key file, [c]ertificate file: string",
            values=2,
        ),
        _ANONYMOUS,
    ),
    group(
        "private key password (only with --enable-tls)",
        option("+ps --std-passwd", "ask for it on the terminal if needed (default)"),
        option(
            "+pw --use-passwd",
            "use this password; others may see it in the",
            "list of processes",
            argument="[p]assword: string",
            is_secret=True,
        ),
        option("-pw --null-passwd", "use the empty password"),
    ),
    group(
        "key and certificate file format",
        option("-pem --pem-keys", "keys and certificates are PEM files (default)"),
        option("-der --der-keys", "keys and certificates are DER files"),
    ),
    group(
        "certification authority",
        option("+cf --add-cert-file", "trust the certificates in file f", argument="[f]ilename: string"),
        option("+cd --add-cert-dir", "trust the certificates in the files of d", argument="[d]irectory: string"),
        option(
            "+crl --add-crl-file",
            "add a certificate revocation list",
            "(implies --enable-crl-vfy)",
            argument="[f]ilename: string",
        ),
        option("+crv --enable-crl-vfy", "refuse a revoked certificate of the peer"),
        option("+cra --enable-crl-all", "refuse a revoked certificate in the chain"),
    ),
    group(
        "security profile",
        option("+py --profile-bcp195-nd", "Non-downgrading BCP 195 TLS Profile (default)"),
        option("+px --profile-bcp195", "BCP 195 TLS Profile"),
        option("+pz --profile-bcp195-ex", "Extended BCP 195 TLS Profile"),
        option(
            "+pb --profile-basic",
            "Basic TLS Secure Transport Connection Profile",
            "(retired; most machines have no 3DES)",
        ),
        option("+pa --profile-aes", "AES TLS Secure Transport Connection Profile", "(retired)"),
        option("+pn --profile-null", "authenticated, not encrypted", "(retired)"),
    ),
    group(
        "ciphersuite",
        LIST_CIPHERS,
        option(
            "+cs --cipher",
            "allow this ciphersuite too",
            "(not with --profile-bcp195-ex)",
            argument="[c]iphersuite name: string",
        ),
        _DH_PARAMETERS,
    ),
    group(
        "pseudo random generator (without effect: the system's is used)",
        option("+rs --seed", "accepted, no file is read", argument="[f]ilename: string"),
        option("+ws --write-seed", "accepted (only with --seed)"),
        option(
            "+wf --write-seed-file", "accepted, no file is written", argument="[f]ilename: string (only with --seed)"
        ),
    ),
    group(
        "peer authentication",
        option("-rc --require-peer-cert", "verify the peer's certificate, which there must", "be (default)"),
        _IF_PRESENTED,
        option("-ic --ignore-peer-cert", "do not verify the peer's certificate"),
    ),
)
_PROFILE_8996 = option("--profile-8996", "BCP 195 RFC 8996, 9325 TLS Profile", "(only with TLS)")
_PROFILE_8996_MODIFIED = option(
    "--profile-8996-mod", "Modified BCP 195 RFC 8996, 9325 TLS Profile", "(only with TLS, not with --cipher)"
)
_TRUST_SYSTEM = option("--trust-system", "trust the authorities that this machine trusts", "(only with TLS)")
_VERIFY_HOST_NAME = option(
    "--verify-hostname", "the peer's certificate must be for the host", "that is called (only with TLS)"
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
    return group(_TITLE, *groups)


def tls_extensions(role: TlsRole) -> tuple[Option, ...]:
    """TLS options that no tool of DCMTK has, for the extensions of a tool."""
    options = (_PROFILE_8996, _PROFILE_8996_MODIFIED, _TRUST_SYSTEM)
    return options if role.is_acceptor else (*options, _VERIFY_HOST_NAME)


def read_tls(line: CommandLine, role: TlsRole) -> TlsSettings | None:
    """Read the TLS settings of a command line, None for a plain connection.

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
    """Remark on the options that have no effect; "" where none is given."""
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
    """Read the pass phrase of the private key, None where it is to be asked for."""
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
