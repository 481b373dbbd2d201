"""The options of ``dcmqrscp``."""

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.access import ACCESS_OPTIONS
from dicomdesk.cli.options.grammar import CommandLine, Option, OptionGroup, Parameter, Tool
from dicomdesk.cli.options.places import PLACE_OPTIONS
from dicomdesk.cli.options.proposal import PREFER_OPTIONS, PROPOSE_OPTIONS
from dicomdesk.cli.options.tls import TlsRole, tls_extensions, tls_group

TLS_ROLE = TlsRole.ACCEPTOR_EXTENSION

_GENERAL = OptionGroup(
    title="general options",
    options=(
        shared.HELP,
        shared.VERSION,
        shared.ARGUMENTS,
        shared.QUIET,
        shared.VERBOSE,
        shared.VERY_VERBOSE,
        shared.DEBUG,
        shared.LOG_LEVEL,
        shared.LOG_CONFIG,
        Option(
            short="-c",
            long="--config",
            argument="[f]ilename: string",
            text=("read the configuration from f", "(default: /etc/dcmtk/dcmqrscp.cfg)"),
        ),
    ),
)
_PROCESSES = OptionGroup(
    title="multi-process options (without effect: one process serves all)",
    options=(
        Option(short="-s", long="--single-process", text=("accepted",)),
        Option(long="--fork", text=("accepted",)),
    ),
)
_DATABASE = OptionGroup(
    title="database options",
    groups=(
        OptionGroup(
            title="association negotiation",
            options=(
                Option(
                    long="--require-find",
                    text=("refuse MOVE presentation contexts where FIND", "of the same model is not proposed"),
                ),
                Option(
                    long="--no-parallel-store",
                    text=("refuse storage presentation contexts while", "another peer stores to the same AE title"),
                ),
                Option(long="--disable-get", text=("do not support C-GET",)),
                Option(long="--allow-shutdown", text=("end when a peer asks for it", "(private SOP class of DCMTK)")),
            ),
        ),
        OptionGroup(
            title="checking identifier validity",
            options=(
                Option(
                    short="-XF",
                    long="--check-find",
                    text=("refuse C-FIND identifiers that are not as the", "standard says"),
                ),
                Option(long="--no-check-find", text=("answer what can be answered (default)",)),
                Option(short="-XM", long="--check-move", text=("the same for C-MOVE and C-GET",)),
                Option(long="--no-check-move", text=("move what can be moved (default)",)),
            ),
        ),
        OptionGroup(
            title="restriction of move targets",
            options=(
                Option(long="--move-unrestricted", text=("move to any known peer (default)",)),
                Option(short="-ZA", long="--move-aetitle", text=("move to the AE title only that asks for it",)),
                Option(short="-ZH", long="--move-host", text=("move to the host only that asks for it",)),
                Option(
                    short="-ZV",
                    long="--move-vendor",
                    text=("move to peers only of the vendor that asks", "for it (VendorTable)"),
                ),
            ),
        ),
        OptionGroup(
            title="restriction of query/retrieve models",
            options=(
                Option(short="-QP", long="--no-patient-root", text=("do not support the Patient Root model",)),
                Option(short="-QS", long="--no-study-root", text=("do not support the Study Root model",)),
                Option(short="-QO", long="--no-patient-study", text=("do not support the Patient/Study Only model",)),
            ),
        ),
    ),
)
_NETWORK = OptionGroup(
    title="network options",
    groups=(
        OptionGroup(
            title="association negotiation profiles from configuration file",
            options=(
                Option(
                    short="-xf",
                    long="--assoc-config-file",
                    argument="[f]ilename, [i]n-profile, [o]ut-profile: string",
                    values=3,
                    text=(
                        "accept for storage what profile i of f says,",
                        "propose to others what profile o of f says",
                    ),
                ),
            ),
        ),
        OptionGroup(
            title="preferred network transfer syntaxes (incoming associations)",
            options=PREFER_OPTIONS,
        ),
        OptionGroup(
            title="proposed transmission transfer syntaxes (outgoing associations)",
            options=PROPOSE_OPTIONS,
        ),
        OptionGroup(
            title="network host access control",
            options=(
                Option(short="-ac", long="--access-full", text=("serve all hosts (default)",)),
                Option(
                    short="+ac",
                    long="--access-control",
                    text=("serve the hosts only that the AccessTable of", "the configuration admits"),
                ),
            ),
        ),
        OptionGroup(
            title="other network options",
            options=(
                shared.CONNECT_TIMEOUT,
                shared.ACSE_TIMEOUT,
                shared.DIMSE_TIMEOUT,
                Option(
                    short="-pdu",
                    long="--max-pdu",
                    argument=shared.MAX_PDU.argument,
                    text=("receive PDUs of up to n bytes", "(default: as the configuration says)"),
                ),
                Option(
                    short="-dhl", long="--disable-host-lookup", text=("know peers by their addresses, not their names",)
                ),
                Option(long="--refuse", text=("reject every association",)),
                Option(long="--reject", text=("reject those without implementation class UID",)),
                Option(long="--ignore", text=("answer Success to what is stored, keep nothing",)),
                Option(
                    short="-up", long="--uid-padding", text=("take UIDs that are padded with blanks (always", "done)")
                ),
            ),
        ),
    ),
)
_PROCESSING = OptionGroup(
    title="processing options",
    groups=(
        OptionGroup(
            title="specific character set",
            options=(
                Option(
                    short="+Cr",
                    long="--use-request-charset",
                    text=(
                        "answer queries in their own character set, or",
                        "else in that of --convert-to-...",
                        "(default, unless the configuration says other)",
                    ),
                ),
                Option(
                    short="-Cr",
                    long="--override-charset",
                    text=("answer in the character set of --convert-to-...", "whatever the query says"),
                ),
                Option(
                    short="+A7",
                    long="--convert-to-ascii",
                    text=("convert to 7-bit ASCII (default, unless the", "configuration says other)"),
                ),
                Option(short="+U8", long="--convert-to-utf8", text=("convert to UTF-8",)),
                Option(short="+L1", long="--convert-to-latin1", text=("convert to ISO 8859-1",)),
                Option(
                    short="+C",
                    long="--convert-to-charset",
                    argument="[c]harset: string",
                    text=("convert to the character set with the defined", "term c"),
                ),
                Option(
                    short="-Ct",
                    long="--transliterate",
                    text=("write similar characters for those that cannot", "be represented"),
                ),
                Option(
                    short="-Cd", long="--discard-illegal", text=("leave out characters that cannot be represented",)
                ),
            ),
        ),
    ),
)
_OUTPUT = OptionGroup(
    title="output options",
    groups=(
        OptionGroup(
            title="bit preserving mode",
            options=shared.STORAGE_MODES,
        ),
        OptionGroup(
            title="output file format",
            options=(
                Option(short="+F", long="--write-file", text=("write DICOM files (default)",)),
                Option(short="-F", long="--write-dataset", text=("write bare data sets",)),
            ),
        ),
        OptionGroup(
            title="output transfer syntax (not with --bit-preserving or compressed transmission)",
            options=(
                Option(short="+t=", long="--write-xfer-same", text=("write as received (default)",)),
                Option(short="+te", long="--write-xfer-little", text=("write explicit VR little endian",)),
                Option(short="+tb", long="--write-xfer-big", text=("write explicit VR big endian",)),
                Option(short="+ti", long="--write-xfer-implicit", text=("write implicit VR little endian",)),
                Option(short="+td", long="--write-xfer-deflated", text=("write deflated explicit VR little endian",)),
            ),
        ),
        shared.NEW_VRS,
        OptionGroup(
            title="group length encoding (not with --bit-preserving)",
            options=(
                Option(
                    short="+g=", long="--group-length-recalc", text=("correct group lengths that are there (default)",)
                ),
                Option(short="+g", long="--group-length-create", text=("write group lengths always",)),
                Option(short="-g", long="--group-length-remove", text=("write no group lengths",)),
            ),
        ),
        OptionGroup(
            title="length encoding in sequences and items (not with --bit-preserving)",
            options=(
                Option(short="+e", long="--length-explicit", text=("write lengths (default)",)),
                Option(short="-e", long="--length-undefined", text=("write delimiters instead of lengths",)),
            ),
        ),
        OptionGroup(
            title="data set trailing padding (not with --write-dataset or --bit-preserving)",
            options=(
                Option(short="-p", long="--padding-off", text=("no padding (default)",)),
                Option(
                    short="+p",
                    long="--padding-create",
                    argument="[f]ile-pad [i]tem-pad: integer",
                    values=2,
                    text=("make files a multiple of f bytes long", "and items a multiple of i bytes"),
                ),
            ),
        ),
        OptionGroup(
            title="deflate compression level (only with -xd or --write-xfer-deflated/same)",
            options=(shared.COMPRESSION_LEVEL,),
        ),
    ),
)
_EXTENSIONS = OptionGroup(
    title="extensions (not in DCMTK's dcmqrscp)",
    options=(
        Option(
            long="--reindex",
            text=(
                "make the index again from the stored files,",
                "take over files that DCMTK's dcmqrscp stored,",
                "and exit",
            ),
        ),
        Option(
            long="--verify",
            text=("compare stored files and index, and exit",),
        ),
        Option(
            long="--area",
            argument="[a]etitle: string",
            text=("reindex or verify the area of this AE title", "only (repeatable)"),
        ),
        Option(
            long="--address",
            argument="[a]ddress: string (default: all)",
            text=("listen on this address of this machine only",),
        ),
        Option(
            long="--accept-all",
            text=("accept every storage SOP class in every known", "transfer syntax (not with --assoc-config-file)"),
        ),
        shared.FSYNC,
        Option(
            long="--metrics-port",
            argument="[p]ort: integer",
            text=("serve metrics (Prometheus) and /health to this", "machine on port p (0 takes a free one)"),
        ),
        Option(long="--verbose-pc", text=("show presentation contexts in verbose mode",)),
        *PLACE_OPTIONS,
        *ACCESS_OPTIONS,
        *tls_extensions(TLS_ROLE),
        Option(
            long="--destination-tls",
            text=("call the destinations of C-MOVE with TLS too", "(only with --enable-tls)"),
        ),
        shared.JSON,
        Option(
            long="--json-identifiers",
            text=("show what is asked for in the events too, which", "may tell who a patient is (only with --json)"),
        ),
    ),
    groups=(tls_group(TLS_ROLE),),
)

TOOL = Tool(
    name="dcmqrscp",
    description="DICOM image archive: stores, answers queries, moves (C-STORE/FIND/MOVE/GET SCP)",
    parameters=(
        Parameter(name="port", text="TCP port to listen on (default: as the configuration says)", is_optional=True),
    ),
    groups=(_GENERAL, _PROCESSES, _DATABASE, _NETWORK, _PROCESSING, _OUTPUT, _EXTENSIONS),
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
            "(an index in PostgreSQL, which several archives may share) and a table AccessTable."
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
            "exit code is then 130 or 143. It is 0 after a peer has asked for the end (--allow-shutdown)."
        ),
        (
            "Patient names and identifiers are shown in verbose mode only, where queries are, and not with --json, "
            "unless --json-identifiers is given."
        ),
        shared.DICTIONARY_NOTE,
    ),
)


def read_port(line: CommandLine) -> int | None:
    """The port to listen on, None for that of the configuration; raises CommandLineError."""
    return line.integer_parameter(0, 1, 65535) if line.parameters else None


def check_parameters(line: CommandLine) -> None:
    """Check what DCMTK's program checks before it opens its log; raises CommandLineError."""
    read_port(line)
