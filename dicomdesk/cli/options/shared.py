"""Options that several tools share, and how they are read; what reads one raises CommandLineError."""

from dicomdesk.cli.options.grammar import CommandLine, Option, OptionGroup, Parameter, group, option
from dicomdesk.settings import (
    DEFAULT_MAX_PDU_BYTES,
    LARGE_MAX_PDU_BYTES,
    AssociationSettings,
    Peer,
    Timeouts,
    TlsSettings,
)

SMALLEST_MAX_PDU_BYTES = 4096
LARGEST_MAX_PDU_BYTES = LARGE_MAX_PDU_BYTES

_LONGEST_TIMEOUT_S = 2_000_000
"""Beyond this (three weeks) a timeout is no timeout: the operating system counts milliseconds in 32 bits."""

HELP = option("-h --help", "show this text and exit", is_exclusive=True)
VERSION = option("--version", "show the version and exit", is_exclusive=True)
VERBOSE_PC = option("+v --verbose-pc", "show presentation contexts in verbose mode")
VERY_VERBOSE = option("-vv --very-verbose", "the same, as older tools have it", is_hidden=True)
_LOG_OPTIONS = (
    option("--arguments", "show the command line as expanded"),
    option("-q --quiet", "be quiet: no warnings, no errors"),
    option("-v --verbose", "be verbose: tell what is done"),
    option("-d --debug", "tell everything"),
    option(
        "-ll --log-level",
        "(fatal, error, warn, info, debug, trace)",
        "log what is of level l or above",
        argument="[l]evel: string constant",
    ),
    option("-lc --log-config", "log as the settings in file f say", argument="[f]ilename: string"),
    option("--terse", "do not explain failures in the log"),
)
ACSE_TIMEOUT = option("-ta --acse-timeout", "timeout for ACSE messages", argument="[s]econds: integer (default: 30)")
DIMSE_TIMEOUT = option(
    "-td --dimse-timeout", "timeout for DIMSE messages", argument="[s]econds: integer (default: unlimited)"
)
CONNECT_TIMEOUT = option("-to --timeout", "timeout for connecting", argument="[s]econds: integer (default: unlimited)")
SOCKET_TIMEOUT = option(
    "-ts --socket-timeout", "timeout for the network socket (0 for none)", argument="[s]econds: integer (default: 60)"
)
MAX_PDU = option(
    "-pdu --max-pdu",
    f"receive PDUs of up to n bytes (default: {DEFAULT_MAX_PDU_BYTES})",
    argument=f"[n]umber of bytes: integer ({SMALLEST_MAX_PDU_BYTES}..{LARGEST_MAX_PDU_BYTES})",
)
TIMEOUTS = (CONNECT_TIMEOUT, ACSE_TIMEOUT, DIMSE_TIMEOUT)
REQUESTOR_LIMITS = (CONNECT_TIMEOUT, SOCKET_TIMEOUT, ACSE_TIMEOUT, DIMSE_TIMEOUT, MAX_PDU)
"""Of those requestors of DCMTK that have a timeout for the socket."""
JOURNAL = option(
    "--journal",
    "keep in file f what is to be done and what has",
    "come of it (see resume)",
    argument="[f]ilename: string",
)
JSON = option("--json", "write events to stdout, one JSON object a line")
COMPRESSION_LEVEL = option(
    "+cl --compression-level", "0=uncompressed, 1=fastest, 9=best compression", argument="[l]evel: integer (default: 6)"
)
ABORT = option("--abort", "abort the association instead of releasing it")
FSYNC = option("--fsync", "flush to the disk before answering Success")
STORAGE_MODES = (
    option("-B --normal", "make lengths explicit (default)"),
    option("+B --bit-preserving", "write data sets exactly as received"),
)
NEW_VRS = group(
    "post-1993 value representations",
    option("+u --enable-new-vr", "write new VRs (UN, UT) too (default)"),
    option("-u --disable-new-vr", "write OB instead of new VRs"),
)
PEER_PARAMETERS = (
    Parameter(name="peer", text="host name or address of the peer"),
    Parameter(name="port", text="TCP port of the peer"),
)
DICTIONARY_NOTE = (
    "The environment variable DCMDICTPATH names data dictionary files to be used besides the built-in one."
)


def general_options(*, exclusive: tuple[Option, ...] = (), own: tuple[Option, ...] = (VERBOSE_PC,)) -> OptionGroup:
    """The options that every tool has; ``exclusive`` ones of the tool follow ``--version``, its ``own`` come last."""
    return group("general options", HELP, VERSION, *exclusive, *_LOG_OPTIONS, *own)


def profile_file(*text: str) -> OptionGroup:
    """The option that names an association negotiation profile; ``text`` says what becomes of it."""
    return group(
        "association negotiation profile from configuration file",
        option("-xf --config-file", *text, argument="[f]ilename, [p]rofile: string", values=2),
    )


def requestor_titles(default: str) -> OptionGroup:
    """The AE titles of both sides; ``default`` is our own."""
    return group(
        "application entity titles",
        option("-aet --aetitle", f"call as this AE title (default: {default})", argument="[a]etitle: string"),
        option("-aec --call", "AE title of the peer (default: ANY-SCP)", argument="[a]etitle: string"),
    )


def is_quiet(line: CommandLine) -> bool:
    """Whether errors of values, dependencies and conflicts are not shown."""
    return line.last_of("--quiet", "--verbose", "--very-verbose", "--debug") == "--quiet"


def read_timeout(line: CommandLine, long: str, default_s: float | None, *, is_signed: bool = False) -> float | None:
    """Read a timeout of at least one second; None is without limit."""
    seconds = line.integer(long, 1, is_signed=is_signed)
    if seconds is None:
        return default_s
    return float(seconds) if seconds <= _LONGEST_TIMEOUT_S else None


def read_socket_timeout(line: CommandLine) -> float | None:
    """Read the timeout for a stalled connection; 0 and -1 are without limit."""
    seconds = line.integer("--socket-timeout", -1, is_signed=True)
    if seconds is None:
        return 60.0
    return float(seconds) if 0 < seconds <= _LONGEST_TIMEOUT_S else None


def read_timeouts(line: CommandLine, *, is_signed: bool = False) -> Timeouts:
    """Read all timeouts that the tool has, in the order in which the tools check them.

    Negative numbers are too small where ``is_signed``, else wrong in themselves.
    """
    return Timeouts(
        connect_s=read_timeout(line, "--timeout", None, is_signed=is_signed),
        socket_s=read_socket_timeout(line),
        acse_s=read_timeout(line, "--acse-timeout", 30.0, is_signed=is_signed),
        dimse_s=read_timeout(line, "--dimse-timeout", None, is_signed=is_signed),
    )


def read_association(line: CommandLine, default_ae_title: str, *, is_signed: bool = False) -> AssociationSettings:
    """Read a requestor's settings; ``default_ae_title`` is our own, ``is_signed`` as of ``read_timeouts``."""
    return AssociationSettings(
        calling_ae_title=line.text("--aetitle", default_ae_title),
        timeouts=read_timeouts(line, is_signed=is_signed),
        max_pdu_bytes=read_max_pdu(line),
        max_send_pdu_bytes=line.integer("--max-send-pdu", SMALLEST_MAX_PDU_BYTES, LARGEST_MAX_PDU_BYTES),
    )


def check_port(line: CommandLine) -> None:
    """Check the port of the peer before anything else, as most requestors of DCMTK do."""
    line.integer_parameter(1, 1, 65535)


def read_peer(line: CommandLine, tls: TlsSettings | None) -> Peer:
    """Read the peer that the first two parameters name."""
    port = line.integer_parameter(1, 1, 65535)
    return Peer(host=line.parameters[0], port=port, ae_title=line.text("--call", "ANY-SCP"), tls=tls)


def read_max_pdu(line: CommandLine) -> int:
    """Read the maximum PDU length to announce, bytes."""
    return line.integer("--max-pdu", SMALLEST_MAX_PDU_BYTES, LARGEST_MAX_PDU_BYTES) or DEFAULT_MAX_PDU_BYTES
