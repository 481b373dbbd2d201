"""Options of ``dcmsend``, and the request that they make."""

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.tls import TlsRole, read_tls, tls_extensions, tls_group
from dicomdesk.cli.sender import options as sender
from dicomdesk.cli.sender.commit_options import COMMIT_NOTE, COMMIT_OPTIONS, read_commitment
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import Decompression

TLS_ROLE = TlsRole.REQUESTOR_EXTENSION

_INPUT = group(
    "input options",
    group(
        "input file format",
        option("+f --read-file", "take DICOM files and bare data sets"),
        option("+fo --read-file-only", "take DICOM files only (default)"),
        sender.READ_DATASET,
    ),
    group(
        "input files",
        option("+rd --read-from-dicomdir", "send what a DICOMDIR lists"),
        *sender.folder_options("[p]attern: string (only w/ --scan-directories)"),
    ),
)

_PROCESSING = group(
    "processing options",
    group(
        "transfer syntax conversion",
        option("-dn --decompress-never", "send compressed data sets as they are"),
        option("+dls --decompress-lossless", "decompress lossless ones if needed (default)"),
        option("+dly --decompress-lossy", "decompress lossless and lossy ones if needed"),
    ),
    group("deflate compression level", shared.COMPRESSION_LEVEL),
    group(
        "other processing options",
        option("-nh --no-halt", "go on after an invalid input file", "or an instance that cannot be sent"),
        option(
            "-nip --no-illegal-proposal",
            "propose no presentation context without the",
            "default transfer syntax where that is illegal",
        ),
        option("-nuc --no-uid-checks", "send whatever the UIDs of the files are"),
    ),
)

_NETWORK = group(
    "network options",
    shared.requestor_titles("DCMSEND"),
    group(
        "association handling",
        option(
            "+ma --multi-associations",
            "use several associations, one after the other,",
            "where one cannot carry all (default)",
        ),
        option("-ma --single-association", "use one association, whatever remains"),
    ),
    group(
        "other network options",
        *shared.TIMEOUTS,
        shared.MAX_PDU,
        sender.MAX_SEND_PDU,
    ),
)

_OUTPUT = group(
    "output options",
    group(
        "general",
        sender.report_file("+crf --create-report-file"),
    ),
)

_EXTENSIONS = group(
    "extensions (not in DCMTK's dcmsend)",
    option("--parallel", "send over n associations at once", argument="[n]umber: integer (default: 1)"),
    option(
        "--retry",
        "try an instance up to n times more after",
        "a failure that may pass",
        argument="[n]umber: integer (default: 0)",
    ),
    option("--fallback-contexts", "propose more, and convert more, where an", "instance would be given up otherwise"),
    sender.CHECK,
    option("--strict", "exit with 80 unless the peer has stored", "every instance"),
    *sender.ZIP_FILES,
    *COMMIT_OPTIONS,
    sender.REPORT_FILE,
    sender.REPORT_FORMAT,
    shared.JOURNAL,
    shared.JSON,
    *sender.PROGRESS,
    *tls_extensions(TLS_ROLE),
    tls_group(TLS_ROLE),
)

TOOL = Tool(
    name="dcmsend",
    description="Send DICOM files to a storage peer (C-STORE SCU)",
    parameters=sender.PARAMETERS,
    groups=(
        shared.general_options(
            exclusive=(option("--list-decoders", "show what can be decompressed and exit", is_exclusive=True),)
        ),
        _INPUT,
        _PROCESSING,
        _NETWORK,
        _OUTPUT,
        _EXTENSIONS,
    ),
    notes=(
        (
            "dcmsend sends each DICOM file given, or found in the directories given, to a storage peer. It "
            "proposes the presentation contexts that the files need, splits them over several associations "
            "where there are more than 128, and converts a data set where the peer accepts another transfer "
            "syntax than the file has."
        ),
        (
            "Options, exit codes, messages and report are those of DCMTK's dcmsend, so that it can stand in its "
            "place. Unlike there, the report is also written when the transfer has failed or was cancelled."
        ),
        (
            "With TLS, the pass phrase of an encrypted private key is asked for on the terminal; where there is none, "
            "the first line of standard input is taken. Only authorities that are named are trusted, or those of this "
            "machine with --trust-system; the name in the peer's certificate is looked at with --verify-hostname."
        ),
        sender.ZIP_NOTE,
        (
            "A file that holds another instance when its turn comes than when it was listed is not sent, and named; "
            "the same instance is sent as it then is. That alone changes the exit code with --strict only."
        ),
        (
            "With --check nothing is sent: the associations are opened and released, each file is made ready as for "
            "sending, and a table says how the instances would go: as they are, converted, or not, and what would "
            "help. The exit code is then 0 where everything can go, that of sending where it would end early, and 80 "
            "where it would end with 0 though something cannot go."
        ),
        (
            "With --journal what is to be sent and what has come of it is kept in a file while it happens. Whatever "
            "ends dcmsend, 'dicomdesk resume --journal FILE' sends what is left: what was under way, what was not "
            "reached, and what failed for a reason that may pass. What can be kept no more is told once, and sending "
            "goes on. With --commit what the peer commits to is kept too; resume asks for what was not asked for."
        ),
        COMMIT_NOTE,
        sender.STOP_NOTE,
        shared.DICTIONARY_NOTE,
    ),
)

_DECOMPRESSIONS = {
    "": Decompression.LOSSLESS,
    "--decompress-never": Decompression.NEVER,
    "--decompress-lossless": Decompression.LOSSLESS,
    "--decompress-lossy": Decompression.LOSSY,
}
_MOST_PARALLEL = 64
_MOST_RETRIES = 1000


SendOptions = sender.SenderOptions[SendRequest]
"""A command line of dcmsend as values."""


def read_options(line: CommandLine) -> SendOptions:
    """Read the command line as values, checked in DCMTK's order; raises CommandLineError."""
    inputs = sender.read_inputs(
        line,
        InputFormat.FILE_ONLY,
        read_dicomdir=line.has("--read-from-dicomdir"),
        check_uids=not line.has("--no-uid-checks"),
    )
    decompression = _DECOMPRESSIONS[line.last_of(*_DECOMPRESSIONS)]
    level = sender.read_compression_level(line)
    association = shared.read_association(line, "DCMSEND")
    tls = read_tls(line, TLS_ROLE)
    peer = shared.read_peer(line, tls)
    report_format = sender.read_report_format(line)
    commit = read_commitment(line)
    request = SendRequest(
        peer=peer,
        inputs=inputs,
        association=association,
        decompression=decompression,
        compression_level=level,
        halt_on_error=not line.has("--no-halt"),
        propose_only_legal_contexts=line.has("--no-illegal-proposal"),
        fallback_contexts=line.has("--fallback-contexts"),
        multiple_associations=line.last_of("--multi-associations", "--single-association") != "--single-association",
        parallel=line.integer("--parallel", 1, _MOST_PARALLEL) or 1,
        retries=line.integer("--retry", 0, _MOST_RETRIES) or 0,
    )
    return sender.sender_options(TOOL.name, line, request, report_format=report_format, commit=commit)
