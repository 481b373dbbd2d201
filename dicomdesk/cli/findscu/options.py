"""The options of ``findscu``, and what they ask for."""

from collections.abc import Mapping
from enum import Enum

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.identity import read_identity_options
from dicomdesk.cli.options.tls import TlsRole, read_tls, tls_extensions, tls_group
from dicomdesk.cli.query import options as query
from dicomdesk.cli.query.inputs import check_files
from dicomdesk.cli.query.list_options import LIST_NOTE, list_group, read_list_choice
from dicomdesk.cli.query.options import Form
from dicomdesk.records import dataclass

_MODELS = {f"--{name}": name for name in query.MODELS}

_NETWORK = group(
    "network options",
    query.KEYS,
    group("query information model", *query.MODELS.values()),
    shared.requestor_titles("FINDSCU"),
    shared.NEW_VRS,
    group("proposed transmission transfer syntaxes", *query.PROPOSALS),
    group("deflate compression level (only with --propose-deflated)", shared.COMPRESSION_LEVEL),
    group("other network options", *shared.REQUESTOR_LIMITS, *query.ABORT_AND_REPEAT, query.CANCEL),
)
_OUTPUT = group(
    "output options",
    group("general", query.OUTPUT_DIRECTORY),
    group(
        "automatic data correction",
        option("+dc --enable-correction", "show and write text without its padding"),
        option("-dc --disable-correction", "leave text as it is (default)"),
    ),
    group(
        "C-FIND responses",
        option("+sr --show-responses", "log responses, whatever else is asked for"),
        option("-sr --hide-responses", "log no responses"),
        option("-X --extract", "write each response to a DICOM file", "(rsp0001.dcm, ...)"),
        option("-Xx --extract-xml", "write each response to an XML file", "(rsp0001.xml, ...)"),
        option("-Xs --extract-xml-single", "write all responses to one XML file", argument="[f]ilename: string"),
        option(
            "-Xlo --limit-output", "write n responses at most to files", argument="[n]umber: integer (default: all)"
        ),
    ),
)
_EXTENSIONS = group(
    "extensions (not in DCMTK's findscu)",
    option("--json", "write responses to stdout, in the DICOM JSON", "model, one a line"),
    option("--table", "write responses to stdout, as a table of the", "keys that were asked for"),
    option("--csv", "write responses to stdout, as CSV with a column", "for each key that was asked for"),
    option("--progress", "show how many responses came, if stderr is a", "terminal"),
    option(
        "--limit",
        "take n responses to each query, then cancel it",
        argument="[n]umber: integer (default: all)",
    ),
    option(
        "--split-dates",
        "divide the range of dates where the peer seems to",
        "have cut its answer, until no part is cut",
    ),
    list_group(fetches=False),
    *query.IDENTITY,
    *tls_extensions(TlsRole.REQUESTOR),
)

TOOL = Tool(
    name="findscu",
    description="Ask a DICOM peer what it has (C-FIND SCU)",
    parameters=query.PARAMETERS,
    groups=(
        shared.general_options(own=()),
        _NETWORK,
        tls_group(TlsRole.REQUESTOR),
        _OUTPUT,
        _EXTENSIONS,
    ),
    notes=(
        (
            "findscu opens an association for one information model, sends a C-FIND for each query file, or one where "
            "there are only keys, and shows or writes the responses. Options, exit codes and messages are those of "
            "DCMTK's findscu, so that it can stand in its place: the exit code is 0 also where the peer ends the query "
            "with a failure, aborts, or a key cannot be understood; 1 where the command line is wrong, 2 where there "
            "was no association, 3 where it was not released."
        ),
        (
            "A key is a tag or a name of the data dictionary, and perhaps a value: 0010,0010=Doe*, "
            "(0010,0010)=Doe*, PatientName=Doe* or PatientName, which asks for the value. A path leads into a "
            "sequence: ScheduledProcedureStepSequence[0].Modality=CT. Items are made as they are needed. Keys override "
            "those of the query files, which are DICOM files or bare data sets."
        ),
        (
            "Many peers stop at a number of responses without a word. Where an answer looks so, a warning tells. With "
            "--split-dates the range of the study date, or of the date of the scheduled procedure step, is divided "
            "until no part of the answer is cut, over the same association and without duplicates."
        ),
        (
            "Responses are logged, unless a log level is given or they are written elsewhere. Text is decoded by the "
            "character set of its response. --json, --table and --csv write to standard output, the log goes to "
            "standard error. In CSV a text that a spreadsheet would take for a formula begins with an apostrophe."
        ),
        LIST_NOTE,
        shared.DICTIONARY_NOTE,
    ),
)


class Extraction(Enum):
    """Into what files responses are written."""

    NONE = "none"
    DICOM = "dicom"
    XML = "xml"
    SINGLE_XML = "single-xml"


_EXTRACTIONS: Mapping[str, Extraction] = {
    "--extract": Extraction.DICOM,
    "--extract-xml": Extraction.XML,
    "--extract-xml-single": Extraction.SINGLE_XML,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOptions(query.QueryOptions):
    """What a findscu command line asks for."""

    compression_level: int
    cancel_after: int | None
    limit: int | None
    splits_dates: bool
    """Ranges of dates are divided where answers were cut."""
    output_folder: str
    has_only_old_vrs: bool
    """OB is sent instead of VRs that are younger than 1993."""
    is_corrected: bool
    """Text is shown without its padding."""
    shows_responses: bool | None
    """In the log; None leaves it to the log level."""
    extraction: Extraction
    xml_file: str
    """"" but for the one XML file."""
    most_files: int | None
    """How many responses are written to files."""
    form: Form


def read_options(line: CommandLine) -> FindOptions:
    """What the command line asks for, checked in DCMTK's order; raises CommandLineError."""
    compression_level = query.read_compression_level(line)
    association = shared.read_association(line, "FINDSCU", is_signed=True)
    repeats = line.integer("--repeat", 1, is_signed=True) or 1
    cancel_after = line.integer("--cancel", 0, is_signed=True)
    extraction = _EXTRACTIONS.get(line.last_of(*_EXTRACTIONS), Extraction.NONE)
    if line.has("--limit-output"):
        needed = "--extract, --extract-xml or --extract-xml-single"
        line.check_dependency("--limit-output", needed, is_met=extraction is not Extraction.NONE)
    most_files = line.integer("--limit-output", 1, is_signed=True)
    limit = line.integer("--limit", 1, is_signed=True)
    identity = read_identity_options(line)
    list_choice = read_list_choice(line)
    check_files(line.parameters[2:])
    query.check_queries(line)
    tls = read_tls(line, TlsRole.REQUESTOR)
    form = query.read_form(line)
    return FindOptions(
        peer=shared.read_peer(line, tls),
        association=association,
        identity=identity,
        tls=tls,
        model=_MODELS.get(line.last_of(*_MODELS), "worklist"),
        transfer_syntaxes=query.read_offer(line),
        compression_level=compression_level,
        repeats=repeats,
        aborts_at_end=line.has("--abort"),
        cancel_after=cancel_after,
        limit=limit,
        splits_dates=line.has("--split-dates"),
        files=tuple(line.parameters[2:]),
        keys=line.every_text("--key"),
        output_folder=line.text("--output-directory", "."),
        has_only_old_vrs=line.last_of("--enable-new-vr", "--disable-new-vr") == "--disable-new-vr",
        is_corrected=line.last_of("--enable-correction", "--disable-correction") == "--enable-correction",
        shows_responses=_read_showing(line, is_written=extraction is not Extraction.NONE or form is not Form.NONE),
        extraction=extraction,
        xml_file=line.text("--extract-xml-single"),
        most_files=most_files,
        form=form,
        shows_progress=line.has("--progress"),
        list_choice=list_choice,
    )


def _read_showing(line: CommandLine, *, is_written: bool) -> bool | None:
    """Whether responses are logged: by default where nobody says how loud the log is, and nothing else is done."""
    given = line.last_of("--show-responses", "--hide-responses")
    if given:
        return given == "--show-responses"
    if is_written:
        return False
    loudness = ("--quiet", "--verbose", "--debug", "--log-level")
    return None if any(line.has(long) for long in loudness) else True
