"""The options of ``dcmsend``, and the request that they make."""

from dicomdesk.cli.options import sending, shared
from dicomdesk.cli.options.grammar import CommandLine, Option, OptionGroup, Tool
from dicomdesk.cli.options.tls import TlsRole, read_tls, tls_extensions, tls_group
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import Decompression, Peer

TLS_ROLE = TlsRole.REQUESTOR_EXTENSION

_INPUT = OptionGroup(
    title="input options",
    groups=(
        OptionGroup(
            title="input file format",
            options=(
                Option(short="+f", long="--read-file", text=("take DICOM files and bare data sets",)),
                Option(short="+fo", long="--read-file-only", text=("take DICOM files only (default)",)),
                sending.READ_DATASET,
            ),
        ),
        OptionGroup(
            title="input files",
            options=(
                Option(short="+rd", long="--read-from-dicomdir", text=("send what a DICOMDIR lists",)),
                *sending.folder_options("[p]attern: string (only w/ --scan-directories)"),
            ),
        ),
    ),
)

_PROCESSING = OptionGroup(
    title="processing options",
    groups=(
        OptionGroup(
            title="transfer syntax conversion",
            options=(
                Option(short="-dn", long="--decompress-never", text=("send compressed data sets as they are",)),
                Option(
                    short="+dls", long="--decompress-lossless", text=("decompress lossless ones if needed (default)",)
                ),
                Option(short="+dly", long="--decompress-lossy", text=("decompress lossless and lossy ones if needed",)),
            ),
        ),
        OptionGroup(
            title="deflate compression level",
            options=(shared.COMPRESSION_LEVEL,),
        ),
        OptionGroup(
            title="other processing options",
            options=(
                Option(
                    short="-nh",
                    long="--no-halt",
                    text=("go on after an invalid input file", "or an instance that cannot be sent"),
                ),
                Option(
                    short="-nip",
                    long="--no-illegal-proposal",
                    text=(
                        "propose no presentation context without the",
                        "default transfer syntax where that is illegal",
                    ),
                ),
                Option(short="-nuc", long="--no-uid-checks", text=("send whatever the UIDs of the files are",)),
            ),
        ),
    ),
)

_NETWORK = OptionGroup(
    title="network options",
    groups=(
        shared.requestor_titles("DCMSEND"),
        OptionGroup(
            title="association handling",
            options=(
                Option(
                    short="+ma",
                    long="--multi-associations",
                    text=("use several associations, one after the other,", "where one cannot carry all (default)"),
                ),
                Option(short="-ma", long="--single-association", text=("use one association, whatever remains",)),
            ),
        ),
        OptionGroup(
            title="other network options",
            options=(
                shared.CONNECT_TIMEOUT,
                shared.ACSE_TIMEOUT,
                shared.DIMSE_TIMEOUT,
                shared.MAX_PDU,
                sending.MAX_SEND_PDU,
            ),
        ),
    ),
)

_OUTPUT = OptionGroup(
    title="output options",
    groups=(
        OptionGroup(
            title="general",
            options=(
                Option(
                    short="+crf",
                    long="--create-report-file",
                    argument="[f]ilename: string",
                    text=("write to file f what became of each instance,", "also when the transfer has failed"),
                ),
            ),
        ),
    ),
)

_EXTENSIONS = OptionGroup(
    title="extensions (not in DCMTK's dcmsend)",
    options=(
        Option(
            long="--parallel", argument="[n]umber: integer (default: 1)", text=("send over n associations at once",)
        ),
        Option(
            long="--retry",
            argument="[n]umber: integer (default: 0)",
            text=("try an instance up to n times more after", "a failure that may pass"),
        ),
        Option(
            long="--fallback-contexts",
            text=("propose more, and convert more, where an", "instance would be given up otherwise"),
        ),
        sending.CHECK,
        Option(
            long="--strict",
            text=("exit with 80 unless the peer has stored", "every instance"),
        ),
        *sending.ARCHIVES,
        sending.REPORT_FORMAT,
        shared.JSON,
        *sending.PROGRESS,
        *tls_extensions(TLS_ROLE),
    ),
    groups=(tls_group(TLS_ROLE),),
)

TOOL = Tool(
    name="dcmsend",
    description="Send DICOM files to a storage peer (C-STORE SCU)",
    parameters=sending.PARAMETERS,
    groups=(
        shared.general_options(
            exclusive=(
                Option(long="--list-decoders", text=("show what can be decompressed and exit",), is_exclusive=True),
            )
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
        (
            "A ZIP archive that is named is taken as the instances in it, each by the name ARCHIVE.zip:NAME/INSIDE; "
            "with --zip those found in directories too. Archives inside archives are told of and not opened."
        ),
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
        sending.STOP_NOTE,
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


SendOptions = sending.SenderOptions[SendRequest]
"""What a dcmsend command line asks for."""


def read_options(line: CommandLine) -> SendOptions:
    """What the command line asks for, checked in DCMTK's order; raises CommandLineError."""
    inputs = sending.read_inputs(
        line,
        InputFormat.FILE_ONLY,
        read_dicomdir=line.has("--read-from-dicomdir"),
        check_uids=not line.has("--no-uid-checks"),
    )
    decompression = _DECOMPRESSIONS[line.last_of(*_DECOMPRESSIONS)]
    level = sending.read_compression_level(line)
    association = sending.read_association(line, "DCMSEND", shared.read_timeouts(line, connect=True))
    tls = read_tls(line, TLS_ROLE)
    port = line.integer_parameter(1, 1, 65535)
    is_jsonl = sending.is_jsonl_report(line)
    request = SendRequest(
        peer=Peer(host=line.parameters[0], port=port, ae_title=line.text("--call", "ANY-SCP"), tls=tls),
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
    return sending.sender_options(line, request, is_jsonl=is_jsonl)
