"""The options of ``dcmrecv``, and the request that they make."""

import re
from dataclasses import dataclass
from pathlib import Path

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.access import ACCESS_OPTIONS, read_access, read_user_file_name
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Option, OptionGroup, Parameter, Tool
from dicomdesk.cli.options.places import PLACE_OPTIONS, read_places
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
from dicomdesk.settings import ProfileSelection

TLS_ROLE = TlsRole.ACCEPTOR

_NETWORK = OptionGroup(
    title="network options",
    groups=(
        OptionGroup(
            title="association negotiation profile from configuration file",
            options=(
                Option(
                    short="-xf",
                    long="--config-file",
                    argument="[f]ilename, [p]rofile: string",
                    values=2,
                    text=("accept what profile p of file f says;", "storescp.cfg is shipped: Default, Everything"),
                ),
            ),
        ),
        OptionGroup(
            title="application entity title",
            options=(
                Option(
                    short="-aet",
                    long="--aetitle",
                    argument="[a]etitle: string",
                    text=("own AE title (default: DCMRECV)",),
                ),
                Option(short="-uca", long="--use-called-aetitle", text=("answer with the AE title that was called",)),
            ),
        ),
        OptionGroup(
            title="other network options",
            options=(
                shared.ACSE_TIMEOUT,
                shared.DIMSE_TIMEOUT,
                shared.MAX_PDU,
                Option(short="-dhl", long="--disable-host-lookup", text=("show addresses of peers, not host names",)),
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
                    short="-od",
                    long="--output-directory",
                    argument='[d]irectory: string (default: ".")',
                    text=("write to the existing directory d",),
                ),
            ),
        ),
        OptionGroup(
            title="subdirectory generation",
            options=(
                Option(short="-s", long="--no-subdir", text=("make no subdirectories (default)",)),
                Option(short="+ssd", long="--series-date-subdir", text=("make subdirectories from the series date",)),
            ),
        ),
        OptionGroup(
            title="filename generation",
            options=(
                Option(short="+fd", long="--default-filenames", text=("name by SOP Instance UID (default)",)),
                Option(short="+fu", long="--unique-filenames", text=("name by a new UID",)),
                Option(short="+fsu", long="--short-unique-names", text=("name by a short random number",)),
                Option(short="+fst", long="--system-time-names", text=("name by the time of arrival",)),
                Option(
                    short="-fe",
                    long="--filename-extension",
                    argument="[e]xtension: string (default: none)",
                    text=("append e to all file names",),
                ),
            ),
        ),
        OptionGroup(
            title="storage mode",
            options=(
                *shared.STORAGE_MODES,
                Option(long="--ignore", text=("answer Success and write nothing",)),
            ),
        ),
    ),
)

_EXTENSIONS = OptionGroup(
    title="extensions (not in DCMTK's dcmrecv)",
    options=(
        Option(
            long="--accept-all",
            text=("accept every storage SOP class in every known", "transfer syntax, lossless before lossy"),
        ),
        Option(
            long="--on-duplicate",
            argument="[p]olicy: string constant",
            text=("(overwrite, keep-both, refuse)", "when the file exists already (default: overwrite)"),
        ),
        shared.FSYNC,
        Option(
            long="--min-free-space",
            argument="[s]ize: integer, with K, M, G or T",
            text=("answer A700 when less than this would be free",),
        ),
        Option(
            long="--max-associations",
            argument="[n]umber: integer (default: 100)",
            text=("serve up to n associations at once",),
        ),
        *PLACE_OPTIONS,
        Option(
            long="--exec-on-study",
            argument="[c]ommand: string",
            text=(
                "run command c when a study has been quiet",
                "(#p: directory, #s: Study Instance UID,",
                "#a, #c: calling and called AE title)",
            ),
        ),
        Option(
            long="--settle-time",
            argument="[s]econds: integer (default: 10)",
            text=("a study is quiet after s seconds", "(only w/ --exec-on-study)"),
        ),
        *ACCESS_OPTIONS,
        *tls_extensions(TLS_ROLE),
        shared.JSON,
    ),
)

TOOL = Tool(
    name="dcmrecv",
    description="Receive DICOM files as a storage provider (C-STORE SCP)",
    parameters=(Parameter(name="port", text="TCP port to listen on"),),
    groups=(
        shared.general_options(),
        _NETWORK,
        tls_group(TLS_ROLE),
        _OUTPUT,
        _EXTENSIONS,
    ),
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
    """What a dcmrecv command line asks for."""

    request: ReceiveRequest
    writes_json: bool
    shows_contexts: bool
    has_unnamed_profile_file: bool
    """Whether the name of the profile file is empty, which no path can be."""
    user_file: Path | None = None
    """Users and their passcodes, not yet in the request; None asks for no identity."""


def read_options(line: CommandLine) -> ReceiveOptions:
    """What the command line asks for, checked in DCMTK's order; raises CommandLineError."""
    timeouts = shared.read_timeouts(line, connect=False)
    max_pdu_bytes = shared.read_max_pdu(line)
    mode = _MODES[line.last_of(*_MODES)]
    by_series_date = line.last_of("--no-subdir", "--series-date-subdir") == "--series-date-subdir"
    line.check_conflict(
        "--bit-preserving", "--series-date-subdir", is_given=mode is StorageMode.BIT_PRESERVING and by_series_date
    )
    tls = read_tls(line, TLS_ROLE)
    port = line.integer_parameter(0, 1, 65535)
    profile = line.texts("--config-file")
    if line.has("--settle-time"):
        line.check_dependency("--settle-time", "--exec-on-study", is_met=line.has("--exec-on-study"))
    settle_s = line.integer("--settle-time", 0, _LONGEST_SETTLE_S)
    policies = [policy.value for policy in DuplicatePolicy]
    request = ReceiveRequest(
        port=port,
        storage=Storage(
            folder=Path(line.text("--output-directory", ".")),
            sub_folders=SubFolders.SERIES_DATE if by_series_date else SubFolders.NONE,
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
            places=read_places(line),
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
    """The profile file of this name; the one that we ship where DCMTK's is asked for and is not there."""
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
