"""Options that several tools have in common."""

from dicomdesk.cli.options.grammar import CommandLine, Option, OptionGroup, Parameter
from dicomdesk.settings import DEFAULT_MAX_PDU_BYTES, LARGE_MAX_PDU_BYTES, Timeouts

SMALLEST_MAX_PDU_BYTES = 4096
LARGEST_MAX_PDU_BYTES = LARGE_MAX_PDU_BYTES

_LONGEST_TIMEOUT_S = 2_000_000
"""Beyond this (three weeks) a timeout is no timeout: the operating system counts milliseconds in 32 bits."""

HELP = Option(short="-h", long="--help", text=("show this text and exit",), is_exclusive=True)
VERSION = Option(long="--version", text=("show the version and exit",), is_exclusive=True)
ARGUMENTS = Option(long="--arguments", text=("show the command line as expanded",))
QUIET = Option(short="-q", long="--quiet", text=("be quiet: no warnings, no errors",))
VERBOSE = Option(short="-v", long="--verbose", text=("be verbose: tell what is done",))
VERY_VERBOSE = Option(short="-vv", long="--very-verbose", text=("the same, as older tools have it",), is_hidden=True)
DEBUG = Option(short="-d", long="--debug", text=("tell everything",))
LOG_LEVEL = Option(
    short="-ll",
    long="--log-level",
    argument="[l]evel: string constant",
    text=("(fatal, error, warn, info, debug, trace)", "log what is of level l or above"),
)
LOG_CONFIG = Option(
    short="-lc",
    long="--log-config",
    argument="[f]ilename: string",
    text=("log as the settings in file f say",),
)
VERBOSE_PC = Option(short="+v", long="--verbose-pc", text=("show presentation contexts in verbose mode",))
ACSE_TIMEOUT = Option(
    short="-ta",
    long="--acse-timeout",
    argument="[s]econds: integer (default: 30)",
    text=("timeout for ACSE messages",),
)
DIMSE_TIMEOUT = Option(
    short="-td",
    long="--dimse-timeout",
    argument="[s]econds: integer (default: unlimited)",
    text=("timeout for DIMSE messages",),
)
CONNECT_TIMEOUT = Option(
    short="-to",
    long="--timeout",
    argument="[s]econds: integer (default: unlimited)",
    text=("timeout for connecting",),
)
SOCKET_TIMEOUT = Option(
    short="-ts",
    long="--socket-timeout",
    argument="[s]econds: integer (default: 60)",
    text=("timeout for the network socket (0 for none)",),
)
MAX_PDU = Option(
    short="-pdu",
    long="--max-pdu",
    argument=f"[n]umber of bytes: integer ({SMALLEST_MAX_PDU_BYTES}..{LARGEST_MAX_PDU_BYTES})",
    text=(f"receive PDUs of up to n bytes (default: {DEFAULT_MAX_PDU_BYTES})",),
)
JSON = Option(long="--json", text=("write events to stdout, one JSON object a line",))
COMPRESSION_LEVEL = Option(
    short="+cl",
    long="--compression-level",
    argument="[l]evel: integer (default: 6)",
    text=("0=uncompressed, 1=fastest, 9=best compression",),
)
ABORT = Option(long="--abort", text=("abort the association instead of releasing it",))
FSYNC = Option(long="--fsync", text=("flush to the disk before answering Success",))
STORAGE_MODES = (
    Option(short="-B", long="--normal", text=("make lengths explicit (default)",)),
    Option(short="+B", long="--bit-preserving", text=("write data sets exactly as received",)),
)
NEW_VRS = OptionGroup(
    title="post-1993 value representations",
    options=(
        Option(short="+u", long="--enable-new-vr", text=("write new VRs (UN, UT) too (default)",)),
        Option(short="-u", long="--disable-new-vr", text=("write OB instead of new VRs",)),
    ),
)
PEER_PARAMETERS = (
    Parameter(name="peer", text="host name or address of the peer"),
    Parameter(name="port", text="TCP port of the peer"),
)
DICTIONARY_NOTE = (
    "The environment variable DCMDICTPATH names data dictionary files to be used besides the built-in one."
)


def general_options(*, exclusive: tuple[Option, ...] = ()) -> OptionGroup:
    """The options that every tool has; ``exclusive`` ones of the tool follow ``--version``."""
    return OptionGroup(
        title="general options",
        options=(HELP, VERSION, *exclusive, ARGUMENTS, QUIET, VERBOSE, DEBUG, LOG_LEVEL, LOG_CONFIG, VERBOSE_PC),
    )


def requestor_titles(default: str) -> OptionGroup:
    """The AE titles of both sides; ``default`` is our own."""
    return OptionGroup(
        title="application entity titles",
        options=(
            Option(
                short="-aet",
                long="--aetitle",
                argument="[a]etitle: string",
                text=(f"call as this AE title (default: {default})",),
            ),
            Option(
                short="-aec",
                long="--call",
                argument="[a]etitle: string",
                text=("AE title of the peer (default: ANY-SCP)",),
            ),
        ),
    )


def is_quiet(line: CommandLine) -> bool:
    """Whether errors of values, dependencies and conflicts stay unsaid."""
    return line.last_of("--quiet", "--verbose", "--very-verbose", "--debug") == "--quiet"


def read_timeout(line: CommandLine, long: str, default_s: float | None, *, is_signed: bool = False) -> float | None:
    """A timeout of at least one second; None is without limit."""
    seconds = line.integer(long, 1, is_signed=is_signed)
    if seconds is None:
        return default_s
    return float(seconds) if seconds <= _LONGEST_TIMEOUT_S else None


def read_socket_timeout(line: CommandLine) -> float | None:
    """The timeout for a stalled connection; 0 and -1 are without limit."""
    seconds = line.integer("--socket-timeout", -1, is_signed=True)
    if seconds is None:
        return 60.0
    return float(seconds) if 0 < seconds <= _LONGEST_TIMEOUT_S else None


def read_timeouts(line: CommandLine, *, connect: bool) -> Timeouts:
    """All timeouts, in the order in which the tools check them; ``connect`` where there is such an option."""
    return Timeouts(
        connect_s=read_timeout(line, "--timeout", None) if connect else None,
        acse_s=read_timeout(line, "--acse-timeout", 30.0),
        dimse_s=read_timeout(line, "--dimse-timeout", None),
    )


def read_max_pdu(line: CommandLine) -> int:
    """The maximum PDU length to announce, bytes."""
    return line.integer("--max-pdu", SMALLEST_MAX_PDU_BYTES, LARGEST_MAX_PDU_BYTES) or DEFAULT_MAX_PDU_BYTES
