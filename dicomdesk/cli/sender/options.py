"""Options and parameters of the tools that send files, and how they are read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Option, Parameter, option
from dicomdesk.dicom.instance import InputFormat, InputSelection
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.cli.options.identity import IdentityChoice
    from dicomdesk.cli.sender.commit_options import CommitChoice

_DEFAULT_COMPRESSION_LEVEL = 6

CHECK = option("--check", "send nothing: associate, release, and show how", "each instance would go")
READ_DATASET = option("-f --read-dataset", "take bare data sets only")
MAX_SEND_PDU = option("--max-send-pdu", "send PDUs of up to n bytes", argument=shared.MAX_PDU.argument)
REPORT_FORMAT = option(
    "--report-format",
    "(text, jsonl, json, csv, html)",
    "write the report in this format",
    argument="[f]ormat: string constant",
)
REPORT_FILE = option(
    "--report-file",
    "write the report in the format that the name of",
    "file f ends with: .txt, .jsonl, .json, .csv, .html",
    argument="[f]ilename: string",
)
_REPORT_FORMATS = ("text", "jsonl", "json", "csv", "html")
ZIP_FILES = (
    option("--zip", "take ZIP archives that are found in directories", "too (default: those named)"),
    option("--no-zip", "take no ZIP archives"),
)
PROGRESS = (
    option("--progress", "show progress even in quiet mode, if stderr", "is a terminal"),
    option("--no-progress", "never show progress"),
)

PARAMETERS = (
    *shared.PEER_PARAMETERS,
    Parameter(name="dcmfile-in", text="DICOM file or directory to send", is_repeatable=True),
)

ZIP_NOTE = (
    "A ZIP archive that is named is taken as the instances in it, each by the name ARCHIVE.zip:NAME/INSIDE; "
    "with --zip those found in directories too. Archives inside archives are told of and not opened."
)
STOP_NOTE = (
    "The first SIGINT or SIGTERM lets the present instance finish and releases the association, the "
    "second aborts it; the exit code is then 130 or 143."
)

_FORMATS: Mapping[str, InputFormat] = {
    "--read-file": InputFormat.FILE_OR_DATA_SET,
    "--read-file-only": InputFormat.FILE_ONLY,
    "--read-dataset": InputFormat.DATA_SET_ONLY,
}

_Request = TypeVar("_Request")


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderOptions(Generic[_Request]):
    """A command line of a sending tool as values."""

    tool: str
    """Its name."""
    request: _Request
    identity: "IdentityChoice | None"
    """Not yet in the request: it may be in a file. None for none, and where a tool knows none."""
    report_file: str
    """"" for none."""
    report_format: str
    """"" for none: text, or what the name of ``own_report_file`` ends with."""
    is_strict: bool
    is_check: bool
    """Nothing is sent."""
    writes_json: bool
    shows_progress: bool
    """If stderr is a terminal."""
    shows_contexts: bool
    own_report_file: str = ""
    """"" for none; its format may follow its name."""
    journal: str = ""
    """"" for none."""
    commit: "CommitChoice | None" = None
    """None where the peer is not to be asked to commit."""


def report_file(names: str) -> Option:
    """The option for a report, which DCMTK's storescu does not have."""
    text = ("write to file f what became of each instance,", "also when the transfer has failed")
    return option(names, *text, argument="[f]ilename: string")


def folder_options(pattern_argument: str) -> tuple[Option, ...]:
    """Options for directories among the parameters; the tools of DCMTK describe the pattern differently."""
    return (
        option("+sd --scan-directories", "take directories (dcmfile-in)"),
        option("+sp --scan-pattern", "take files whose names match (wildcards)", argument=pattern_argument),
        option("-r --no-recurse", "leave out subdirectories (default)"),
        option("+r --recurse", "take subdirectories too"),
    )


def read_inputs(
    line: CommandLine, default_format: InputFormat, *, read_dicomdir: bool, check_uids: bool
) -> InputSelection:
    """Read which files are to be sent; raises CommandLineError."""
    scans = line.has("--scan-directories")
    if line.has("--scan-pattern"):
        line.check_dependency("--scan-pattern", "--scan-directories", is_met=scans)
    recurses = line.last_of("--no-recurse", "--recurse") == "--recurse"
    if recurses:
        line.check_dependency("--recurse", "--scan-directories", is_met=scans)
    archives = line.last_of("--zip", "--no-zip")
    return InputSelection(
        paths=tuple(line.parameters[2:]),
        format=_FORMATS.get(line.last_of(*_FORMATS), default_format),
        read_dicomdir=read_dicomdir,
        scan_directories=scans,
        open_archives=archives != "--no-zip",
        only_named_archives=archives != "--zip",
        recurse=recurses,
        pattern=line.text("--scan-pattern") or None,
        check_uids=check_uids,
        identify=line.has("--json"),
    )


def read_compression_level(line: CommandLine) -> int:
    """Read the level of deflate compression; raises CommandLineError."""
    level = line.integer("--compression-level", 0, 9)
    return _DEFAULT_COMPRESSION_LEVEL if level is None else level


def read_report_format(line: CommandLine) -> str:
    """Read the format of the report, "" where none is named; raises CommandLineError."""
    return line.choice("--report-format", _REPORT_FORMATS, "text") if line.has("--report-format") else ""


def sender_options(
    tool: str,
    line: CommandLine,
    request: _Request,
    *,
    report_format: str,
    identity: "IdentityChoice | None" = None,
    commit: "CommitChoice | None" = None,
) -> SenderOptions[_Request]:
    """Join the request with the options that concern the tool alone."""
    progress = line.last_of("--progress", "--no-progress")
    return SenderOptions(
        tool=tool,
        request=request,
        identity=identity,
        report_file=line.text("--create-report-file"),
        report_format=report_format,
        own_report_file=line.text("--report-file"),
        is_strict=line.has("--strict"),
        is_check=line.has("--check"),
        writes_json=line.has("--json"),
        shows_progress=progress == "--progress" or (not progress and not shared.is_quiet(line)),
        shows_contexts=line.has("--verbose-pc"),
        journal=line.text("--journal"),
        commit=commit,
    )
