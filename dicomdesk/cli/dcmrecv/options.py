"""Options of ``dcmrecv``, and the request that they make."""

import re
from pathlib import Path

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.access import ACCESS_OPTIONS, read_access, read_user_file_name
from dicomdesk.cli.options.association_limits import LIMIT_OPTIONS, read_place_rules
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Parameter, Tool, group, option
from dicomdesk.cli.options.tls import TlsRole, read_tls, tls_extensions, tls_group
from dicomdesk.engine.receive.request import (
    Acceptance,
    Commands,
    DuplicatePolicy,
    FileNaming,
    ReceiveRequest,
    Storage,
    StorageMode,
    SubFolders,
)
from dicomdesk.paths import resources_folder
from dicomdesk.records import dataclass
from dicomdesk.settings import ProfileSelection

TLS_ROLE = TlsRole.ACCEPTOR

_NETWORK = group(
    "network options",
    shared.profile_file("accept what profile p of file f says;", "storescp.cfg is shipped: Default, Everything"),
    group(
        "application entity title",
        option("-aet --aetitle", "own AE title (default: DCMRECV)", argument="[a]etitle: string"),
        option("-uca --use-called-aetitle", "answer with the AE title that was called"),
    ),
    group(
        "other network options",
        shared.ACSE_TIMEOUT,
        shared.DIMSE_TIMEOUT,
        shared.MAX_PDU,
        option("-dhl --disable-host-lookup", "show addresses of peers, not host names"),
    ),
)

OUTPUT_OPTIONS = group(
    "output options",
    group(
        "general",
        option(
            "-od --output-directory", "write to the existing directory d", argument='[d]irectory: string (default: ".")'
        ),
    ),
    group(
        "subdirectory generation",
        option("-s --no-subdir", "make no subdirectories (default)"),
        option("+ssd --series-date-subdir", "make subdirectories from the series date"),
    ),
    group(
        "filename generation",
        option("+fd --default-filenames", "name by SOP Instance UID (default)"),
        option("+fu --unique-filenames", "name by a new UID"),
        option("+fsu --short-unique-names", "name by a short random number"),
        option("+fst --system-time-names", "name by the time of arrival"),
        option(
            "-fe --filename-extension", "append e to all file names", argument="[e]xtension: string (default: none)"
        ),
    ),
    group("storage mode", *shared.STORAGE_MODES, option("--ignore", "answer Success and write nothing")),
)

RECEPTION_OPTIONS = (
    option(
        "--on-duplicate",
        "(overwrite, keep-both, refuse)",
        "when the file exists already (default: overwrite)",
        argument="[p]olicy: string constant",
    ),
    option("--patient-subdir", "make subdirectories of patient, study and series", "with readable names"),
    shared.FSYNC,
    option(
        "--min-free-space",
        "answer A700 when less than this would be free",
        argument="[s]ize: integer, with K, M, G or T",
    ),
    option(
        "--low-free-space",
        "warn when less than this is free, 0 never",
        argument="[s]ize: integer, with K, M, G or T (else 2 %, 2G)",
    ),
    option("--max-associations", "serve up to n associations at once", argument="[n]umber: integer (default: 100)"),
    *LIMIT_OPTIONS,
)
"""Extensions that every receiver has."""

_EXTENSIONS = group(
    "extensions (not in DCMTK's dcmrecv)",
    option("--accept-all", "accept every storage SOP class in every known", "transfer syntax, lossless before lossy"),
    *RECEPTION_OPTIONS,
    option(
        "--exec-on-study",
        "run command c when a study has been quiet",
        "(#p: directory, #s: Study Instance UID,",
        "#a, #c: calling and called AE title)",
        argument="[c]ommand: string",
    ),
    option(
        "--settle-time",
        "a study is quiet after s seconds",
        "(only w/ --exec-on-study)",
        argument="[s]econds: integer (default: 10)",
    ),
    *ACCESS_OPTIONS,
    *tls_extensions(TLS_ROLE),
    shared.JSON,
)

TOOL = Tool(
    name="dcmrecv",
    description="Receive DICOM files as a storage provider (C-STORE SCP)",
    parameters=(Parameter(name="port", text="TCP port to listen on"),),
    groups=(shared.general_options(), _NETWORK, tls_group(TLS_ROLE), OUTPUT_OPTIONS, _EXTENSIONS),
    notes=(
        (
            "dcmrecv listens on a port, accepts associations as an association negotiation profile says, and "
            "stores what arrives. A file appears under its name when it is complete, and Success is answered "
            "after that. Without --config-file and --accept-all only Verification (C-ECHO) is accepted."
        ),
        (
            "Options, exit codes, messages and file names are those of DCMTK's dcmrecv, so that it can stand in "
            "its place. Unlike there, many associations are served at once."
        ),
        (
            "With TLS, the pass phrase of an encrypted private key is asked for on the terminal; where there is none, "
            "the first line of standard input is taken. Only authorities that are named are trusted. With "
            "--user-file a peer must present a user name and a passcode; each line of the file is a name, a colon and "
            'a hash, as "dicomdesk passcode" writes it, and nobody else may read the file. Peers that are not served '
            "are rejected with the reason that the standard has for it, and the log says which rule it was."
        ),
        (
            "The first SIGINT or SIGTERM ends listening and lets present instances finish, the second aborts; "
            "the exit code is then 130 or 143."
        ),
        shared.DICTIONARY_NOTE,
    ),
)

_NAMINGS = {
    "": FileNaming.INSTANCE_UID,
    "--default-filenames": FileNaming.INSTANCE_UID,
    "--unique-filenames": FileNaming.UNIQUE_UID,
    "--short-unique-names": FileNaming.SHORT_UNIQUE,
    "--system-time-names": FileNaming.SYSTEM_TIME,
}
_SUB_FOLDERS = {
    "": SubFolders.NONE,
    "--no-subdir": SubFolders.NONE,
    "--series-date-subdir": SubFolders.SERIES_DATE,
    "--patient-subdir": SubFolders.PATIENT_STUDY_SERIES,
}
_MODES = {
    "": StorageMode.NORMAL,
    "--normal": StorageMode.NORMAL,
    "--bit-preserving": StorageMode.BIT_PRESERVING,
    "--ignore": StorageMode.IGNORE,
}
_SIZE = re.compile(r"([0-9]{1,15})([KMGT]?)", re.IGNORECASE)
_UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
_MOST_ASSOCIATIONS = 10_000
_LONGEST_SETTLE_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveOptions:
    """A command line of dcmrecv as values."""

    request: ReceiveRequest
    writes_json: bool
    shows_contexts: bool
    has_unnamed_profile_file: bool
    """Whether the name of the profile file is empty, which no path can be."""
    user_file: Path | None = None
    """Users and their passcodes, not yet in the request; None asks for no identity."""


def read_options(line: CommandLine, port: int | None = None) -> ReceiveOptions:
    """Read the command line as values, checked in DCMTK's order; raises CommandLineError.

    Another tool that receives gives its ``port``; else it is the parameter.
    """
    timeouts = shared.read_timeouts(line)
    max_pdu_bytes = shared.read_max_pdu(line)
    mode = _MODES[line.last_of(*_MODES)]
    sub_folders = _SUB_FOLDERS[line.last_of(*_SUB_FOLDERS)]
    by_series_date = sub_folders is SubFolders.SERIES_DATE
    line.check_conflict(
        "--bit-preserving", "--series-date-subdir", is_given=mode is StorageMode.BIT_PRESERVING and by_series_date
    )
    tls = read_tls(line, TLS_ROLE)
    port = line.integer_parameter(0, 1, 65535) if port is None else port
    profile = line.texts("--config-file")
    if line.has("--settle-time"):
        line.check_dependency("--settle-time", "--exec-on-study", is_met=line.has("--exec-on-study"))
    settle_s = line.integer("--settle-time", 0, _LONGEST_SETTLE_S)
    policies = [policy.value for policy in DuplicatePolicy]
    request = ReceiveRequest(
        port=port,
        storage=Storage(
            folder=Path(line.text("--output-directory", ".")),
            sub_folders=sub_folders,
            low_free_bytes=_read_size(line, "--low-free-space") if line.has("--low-free-space") else None,
            naming=_NAMINGS[line.last_of(*_NAMINGS)],
            extension=line.text("--filename-extension"),
            mode=mode,
            on_duplicate=DuplicatePolicy(line.choice("--on-duplicate", policies, DuplicatePolicy.OVERWRITE.value)),
            fsync=line.has("--fsync"),
            min_free_bytes=_read_size(line, "--min-free-space"),
        ),
        acceptance=Acceptance(
            profile=ProfileSelection(file=find_profile_file(profile[0]), name=profile[1]) if profile else None,
            accept_all=line.has("--accept-all"),
            max_associations=line.integer("--max-associations", 1, _MOST_ASSOCIATIONS) or 100,
            places=read_place_rules(line),
            max_pdu_bytes=max_pdu_bytes,
            timeouts=timeouts,
            resolve_hosts=not line.has("--disable-host-lookup"),
            tls=tls,
            access=read_access(line),
        ),
        commands=Commands(
            on_study=line.text("--exec-on-study"), settle_s=10.0 if settle_s is None else float(settle_s)
        ),
        identify=line.has("--json"),
    )
    return ReceiveOptions(
        request=request,
        writes_json=line.has("--json"),
        shows_contexts=line.has("--verbose-pc"),
        has_unnamed_profile_file=profile is not None and not profile[0],
        user_file=read_user_file_name(line),
    )


def find_profile_file(name: str) -> Path:
    """Find the profile file of this name: the one that we ship where DCMTK's is named and is not there."""
    path = Path(name)
    if str(path.parent) not in (".", "/etc/dcmtk") or path.exists():
        return path
    shipped = resources_folder() / path.name
    return shipped if path.suffix == ".cfg" and shipped.is_file() else path


def _read_size(line: CommandLine, long: str) -> int:
    text = line.text(long, "0")
    found = _SIZE.fullmatch(text)
    if not found:
        raise CommandLineError(f"Invalid value for option {long}" + (f" ({text})" if text else ""))
    return int(found[1]) * _UNITS[found[2].upper()]
