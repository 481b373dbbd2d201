"""Options of ``dcmqrscp``."""

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.access import ACCESS_OPTIONS
from dicomdesk.cli.options.association_limits import LIMIT_OPTIONS
from dicomdesk.cli.options.audit import AUDIT_OPTIONS
from dicomdesk.cli.options.grammar import CommandLine, Parameter, Tool, group, option
from dicomdesk.cli.options.proposal import PREFER_OPTIONS, PROPOSE_OPTIONS
from dicomdesk.cli.options.retention import RETENTION_OPTIONS
from dicomdesk.cli.options.storing_format import STORING_GROUPS
from dicomdesk.cli.options.tls import TlsRole, tls_extensions, tls_group

TLS_ROLE = TlsRole.ACCEPTOR_EXTENSION

_CONFIGURATION = option(
    "-c --config",
    "read the configuration from f",
    "(default: /etc/dcmtk/dcmqrscp.cfg)",
    argument="[f]ilename: string",
)
_PROCESSES = group(
    "multi-process options (without effect: one process serves all)",
    option("-s --single-process", "accepted"),
    option("--fork", "accepted"),
)
_DATABASE = group(
    "database options",
    group(
        "association negotiation",
        option("--require-find", "refuse MOVE presentation contexts where FIND", "of the same model is not proposed"),
        option(
            "--no-parallel-store",
            "refuse storage presentation contexts while",
            "another peer stores to the same AE title",
        ),
        option("--disable-get", "do not support C-GET"),
        option("--allow-shutdown", "end when a peer asks for it", "(private SOP class of DCMTK)"),
    ),
    group(
        "checking identifier validity",
        option("-XF --check-find", "refuse C-FIND identifiers that are not as the", "standard says"),
        option("--no-check-find", "answer what can be answered (default)"),
        option("-XM --check-move", "the same for C-MOVE and C-GET"),
        option("--no-check-move", "move what can be moved (default)"),
    ),
    group(
        "restriction of move targets",
        option("--move-unrestricted", "move to any known peer (default)"),
        option("-ZA --move-aetitle", "move to the AE title only that asks for it"),
        option("-ZH --move-host", "move to the host only that asks for it"),
        option("-ZV --move-vendor", "move to peers only of the vendor that asks", "for it (VendorTable)"),
    ),
    group(
        "restriction of query/retrieve models",
        option("-QP --no-patient-root", "do not support the Patient Root model"),
        option("-QS --no-study-root", "do not support the Study Root model"),
        option("-QO --no-patient-study", "do not support the Patient/Study Only model"),
    ),
)
_NETWORK = group(
    "network options",
    group(
        "association negotiation profiles from configuration file",
        option(
            "-xf --assoc-config-file",
            "accept for storage what profile i of f says,",
            "propose to others what profile o of f says",
            argument="[f]ilename, [i]n-profile, [o]ut-profile: string",
            values=3,
        ),
    ),
    group("preferred network transfer syntaxes (incoming associations)", *PREFER_OPTIONS),
    group("proposed transmission transfer syntaxes (outgoing associations)", *PROPOSE_OPTIONS),
    group(
        "network host access control",
        option("-ac --access-full", "serve all hosts (default)"),
        option("+ac --access-control", "serve the hosts only that the AccessTable of", "the configuration admits"),
    ),
    group(
        "other network options",
        *shared.TIMEOUTS,
        option(
            "-pdu --max-pdu",
            "receive PDUs of up to n bytes",
            "(default: as the configuration says)",
            argument=shared.MAX_PDU.argument,
        ),
        option("-dhl --disable-host-lookup", "know peers by their addresses, not their names"),
        option("--refuse", "reject every association"),
        option("--reject", "reject those without implementation class UID"),
        option("--ignore", "answer Success to what is stored, keep nothing"),
        option("-up --uid-padding", "take UIDs that are padded with blanks (always", "done)"),
    ),
)
_PROCESSING = group(
    "processing options",
    group(
        "specific character set",
        option(
            "+Cr --use-request-charset",
            "answer queries in their own character set, or",
            "else in that of --convert-to-...",
            "(default, unless the configuration says other)",
        ),
        option("-Cr --override-charset", "answer in the character set of --convert-to-...", "whatever the query says"),
        option("+A7 --convert-to-ascii", "convert to 7-bit ASCII (default, unless the", "configuration says other)"),
        option("+U8 --convert-to-utf8", "convert to UTF-8"),
        option("+L1 --convert-to-latin1", "convert to ISO 8859-1"),
        option(
            "+C --convert-to-charset",
            "convert to the character set with the defined",
            "term c",
            argument="[c]harset: string",
        ),
        option("-Ct --transliterate", "write similar characters for those that cannot", "be represented"),
        option("-Cd --discard-illegal", "leave out characters that cannot be represented"),
    ),
)
_EXTENSIONS = group(
    "extensions (not in DCMTK's dcmqrscp)",
    option(
        "--reindex",
        "make the index again from the stored files,",
        "take over files that DCMTK's dcmqrscp stored,",
        "and exit",
    ),
    option("--verify", "compare stored files and index, and exit"),
    option("--deep", "compare their contents too (only with --verify)"),
    option(
        "--leave-out",
        "note that what the index does not show of the",
        "folder is meant: starts say no more about it,",
        "and exit",
    ),
    option(
        "--area",
        "reindex, verify or leave out of the area of this",
        "AE title only (repeatable)",
        argument="[a]etitle: string",
    ),
    option("--address", "listen on this address of this machine only", argument="[a]ddress: string (default: all)"),
    option(
        "--accept-all",
        "accept every storage SOP class in every known",
        "transfer syntax (not with --assoc-config-file)",
    ),
    option(
        "--refuse-conflicts",
        "refuse an instance whose study is another",
        "patient's, or whose UID another place has (else",
        "it is kept, and answered with the warning B000)",
    ),
    shared.FSYNC,
    *RETENTION_OPTIONS,
    option(
        "--retry-moves",
        "keep in journal f what could not be moved for",
        "reasons that pass, and send it later",
        argument="[f]ilename: string",
    ),
    option(
        "--lenient-queries",
        "answer queries at STUDY level without Patient ID,",
        "SERIES without Study, IMAGE without Series UID;",
        "all keys that are there match (not with -XF)",
    ),
    option(
        "--metrics-port",
        "serve metrics (Prometheus) and /health to this",
        "machine on port p (0 takes a free one)",
        argument="[p]ort: integer",
    ),
    *AUDIT_OPTIONS,
    option("--verbose-pc", "show presentation contexts in verbose mode"),
    *LIMIT_OPTIONS,
    *ACCESS_OPTIONS,
    *tls_extensions(TLS_ROLE),
    option("--destination-tls", "call the destinations of C-MOVE with TLS too", "(only with --enable-tls)"),
    shared.JSON,
    option(
        "--json-identifiers",
        "show what is asked for in the events too, which",
        "may tell who a patient is (only with --json)",
    ),
    tls_group(TLS_ROLE),
)

TOOL = Tool(
    name="dcmqrscp",
    description="DICOM image archive: stores, answers queries, moves (C-STORE/FIND/MOVE/GET SCP)",
    parameters=(
        Parameter(name="port", text="TCP port to listen on (default: as the configuration says)", is_optional=True),
    ),
    groups=(
        shared.general_options(own=(shared.VERY_VERBOSE, _CONFIGURATION)),
        _PROCESSES,
        _DATABASE,
        _NETWORK,
        _PROCESSING,
        group("output options", *STORING_GROUPS),
        _EXTENSIONS,
    ),
    notes=(
        (
            "dcmqrscp keeps DICOM instances in storage areas, one for each AE title that the configuration names, "
            "answers queries about them, and sends them to those who ask. Success is answered to C-STORE when the "
            "file has its place and is in the index; what a killed process leaves is put in order at the next start."
        ),
        (
            "Options, configuration file, exit codes and messages are those of DCMTK's dcmqrscp, so that it can stand "
            "in its place. Unlike there, any number of studies is kept, nothing is deleted where a quota says "
            '"unlimited", and storage commitment is answered. The configuration may also have a line DatabaseURL '
            "(an index in PostgreSQL, which several archives may share) and the tables AccessTable, RetentionTable "
            "(how long studies stay, how much of the disk stays free) and ObjectTable (files in an object store)."
        ),
        (
            "A folder that DCMTK's dcmqrscp has filled is taken over by --reindex: its files stay where they are. "
            "--reindex and --verify need an archive that does not run, unless the index is in PostgreSQL. --verify "
            "ends with 0 where all is right, with 80 where it is not."
        ),
        (
            "Storage commitment is answered from the index and the files. It is as durable as what the operating "
            "system has in its cache and has not written yet, unless --fsync is given."
        ),
        (
            "The first SIGINT or SIGTERM ends listening and lets present instances finish, the second aborts; the "
            "exit code is then 130 or 143. It is 0 after a peer has asked for the end (--allow-shutdown). SIGHUP has "
            "the configuration read again, all of it or nothing; at a terminal it ends the program like the others."
        ),
        (
            "Patient names and identifiers are shown in verbose mode only, where queries are, and not with --json, "
            "unless --json-identifiers is given."
        ),
        shared.DICTIONARY_NOTE,
    ),
)


def read_port(line: CommandLine) -> int | None:
    """Read the port to listen on, None for that of the configuration; raises CommandLineError."""
    return line.integer_parameter(0, 1, 65535) if line.parameters else None


def check_parameters(line: CommandLine) -> None:
    """Check what DCMTK's program checks before it opens its log; raises CommandLineError."""
    read_port(line)
