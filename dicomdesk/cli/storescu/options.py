"""Options of ``storescu``, and the request that they make."""

from collections.abc import Callable
from pathlib import Path

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.identity import IDENTITY_OPTIONS, read_identity_options
from dicomdesk.cli.options.proposal import PREFERRED_TRANSFER_SYNTAXES, PROPOSE_OPTIONS
from dicomdesk.cli.options.tls import TlsRole, read_tls, tls_extensions, tls_group
from dicomdesk.cli.sender import options as sender
from dicomdesk.cli.sender.commit_options import COMMIT_NOTE, COMMIT_OPTIONS, read_commitment
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.send_exactly.request import ExactSendRequest, Invention, Proposal
from dicomdesk.settings import ProfileSelection

_INPUT = group(
    "input options",
    group(
        "input file format",
        option("+f --read-file", "take DICOM files and bare data sets (default)"),
        option("+fo --read-file-only", "take DICOM files only"),
        sender.READ_DATASET,
    ),
    group(
        "input files",
        *sender.folder_options("[p]attern: string (only with --scan-directories)"),
        option("-rn --no-rename", "leave the names of files as they are (default)"),
        option("+rn --rename", "append .done or .bad to the names of files", "once tried"),
    ),
)

_PROPOSAL_GROUPS = (
    shared.profile_file("propose what profile p in file f says"),
    group(
        "proposed transmission transfer syntaxes (not with --config-file)",
        *PROPOSE_OPTIONS,
        option(
            "-R --required",
            "propose presentation contexts for the SOP",
            "classes of the files only (default: for 64",
            "common storage SOP classes)",
        ),
        option(
            "+C --combine",
            "propose one presentation context for each SOP",
            "class (default: one for the first transfer",
            "syntax, one for the others)",
        ),
    ),
    shared.NEW_VRS,
    group("deflate compression level (only with --propose-deflated or --config-file)", shared.COMPRESSION_LEVEL),
)

_INVENTION_OPTIONS = (
    option("+II --invent-instance", "send each instance under a new SOP Instance UID"),
    option(
        "+IR --invent-series",
        "and in a new series after n instances",
        "(default: 100)",
        argument="[n]umber: integer (implies --invent-instance)",
    ),
    option(
        "+IS --invent-study",
        "and in a new study after n series",
        "(default: 50)",
        argument="[n]umber: integer (implies --invent-instance)",
    ),
    option(
        "+IP --invent-patient",
        "and of a new patient after n studies",
        "(default: 25)",
        argument="[n]umber: integer (implies --invent-instance)",
    ),
)

_NETWORK = group(
    "network options",
    shared.requestor_titles("STORESCU"),
    *_PROPOSAL_GROUPS,
    IDENTITY_OPTIONS,
    group(
        "other network options",
        *shared.REQUESTOR_LIMITS,
        sender.MAX_SEND_PDU,
        option("--repeat", "send each file n times in a row", argument="[n]umber: integer"),
        shared.ABORT,
        option("-nh --no-halt", "go on after an instance that could not be sent", "or was not stored"),
        option("-up --uid-padding", "remove blanks at the end of UIDs silently"),
        *_INVENTION_OPTIONS,
    ),
)

_EXTENSIONS = group(
    "extensions (not in DCMTK's storescu)",
    sender.CHECK,
    option("--strict", "exit with 80 where DCMTK's exit code would be", "0 though not every instance was stored"),
    sender.report_file("--create-report-file"),
    *sender.ZIP_FILES,
    *COMMIT_OPTIONS,
    sender.REPORT_FILE,
    sender.REPORT_FORMAT,
    shared.JSON,
    *tls_extensions(TlsRole.REQUESTOR),
    *sender.PROGRESS,
)

TOOL = Tool(
    name="storescu",
    description="Send DICOM files over an association proposed to the letter (C-STORE SCU)",
    parameters=sender.PARAMETERS,
    groups=(shared.general_options(), _INPUT, _NETWORK, tls_group(TlsRole.REQUESTOR), _EXTENSIONS),
    notes=(
        (
            "storescu sends each DICOM file given, or found in the directories given, to a storage peer, over one "
            "association. What is proposed in it does not depend on the files, unless --required says so: use "
            "storescu to say exactly what is proposed, and dcmsend to have files delivered."
        ),
        (
            "A data set goes byte for byte where the peer has accepted the transfer syntax of its file, and is "
            "converted where it has accepted another one of the uncompressed ones."
        ),
        (
            "Options, exit codes and messages are those of DCMTK's storescu, so that it can stand in its place. The "
            "exit code is 0 where all was stored, 1 where something failed before or in between, the upper byte "
            "of the DIMSE status where the peer refused an instance, and 10 where the association was lost while an "
            "instance was sent (DCMTK's is then any number). With --no-halt it is 0 whatever became of the "
            "instances; --strict makes 80 of that, unless all were stored."
        ),
        f"{sender.ZIP_NOTE} With --rename an archive is renamed when its last instance has been tried.",
        (
            "With --check nothing is sent and no file renamed: the association is opened and released, each file is "
            "made ready as for sending, and a table says how the instances would go and what would help. The exit "
            "code is then 0 where everything can go, 1 where sending would end early, and 80 where it would end with "
            "0 though something cannot go."
        ),
        COMMIT_NOTE,
        sender.STOP_NOTE,
        shared.DICTIONARY_NOTE,
    ),
)

_KEEPS_FILES = ("--rename", "--invent-instance", "--invent-series", "--invent-study", "--invent-patient")
"""A file that is renamed, or whose instance goes under another identity, is not to be deleted for that."""
_CONFLICTING = tuple(long for long in PREFERRED_TRANSFER_SYNTAXES if long != "--propose-uncompr")

ProfileCheck = Callable[[ProfileSelection], None]
"""Raises ProfileError where the profile's file cannot be used."""


StoreOptions = sender.SenderOptions[ExactSendRequest]
"""A command line of storescu as values."""


def read_options(line: CommandLine, check_profile: ProfileCheck | None = None) -> StoreOptions:
    """Read the command line as values, checked in DCMTK's order.

    Raises CommandLineError, and what ``check_profile`` does: DCMTK reads the profile file among the options.
    """
    shared.check_port(line)
    inputs = sender.read_inputs(
        line,
        InputFormat.FILE_OR_DATA_SET,
        read_dicomdir=True,  # in archives, where they name what is found without them
        check_uids=False,
    )
    proposal = _read_proposal(line)
    if proposal.profile is not None and check_profile is not None:
        check_profile(proposal.profile)
    level = _read_compression_level(line)
    association = shared.read_association(line, "STORESCU", is_signed=True)
    repeats = line.integer("--repeat", 1) or 1
    invention = _read_invention(line)
    tls = read_tls(line, TlsRole.REQUESTOR)
    identity = read_identity_options(line)
    report_format = sender.read_report_format(line)
    commit = read_commitment(line, *_KEEPS_FILES)
    request = ExactSendRequest(
        peer=shared.read_peer(line, tls),
        inputs=inputs,
        proposal=proposal,
        association=association,
        compression_level=level,
        halt_on_error=not line.has("--no-halt"),
        repeats=repeats,
        invention=invention,
        allows_new_vrs=line.last_of("--enable-new-vr", "--disable-new-vr") != "--disable-new-vr",
        trims_uid_padding=line.has("--uid-padding"),
        renames_files=line.last_of("--no-rename", "--rename") == "--rename",
        aborts_at_end=line.has("--abort"),
    )
    return sender.sender_options(
        TOOL.name, line, request, report_format=report_format, identity=identity, commit=commit
    )


def _read_proposal(line: CommandLine) -> Proposal:
    alternative = line.last_of(*PREFERRED_TRANSFER_SYNTAXES) or "--propose-uncompr"
    profile = None
    named = line.texts("--config-file")
    if named is not None:
        for other in (*((alternative,) if alternative in _CONFLICTING else ()), "--required", "--combine"):
            line.check_conflict("--config-file", other, is_given=line.has(other))
        profile = ProfileSelection(file=Path(named[0]), name=named[1])
    return Proposal(
        preferred_transfer_syntax=PREFERRED_TRANSFER_SYNTAXES[alternative],
        only_required=line.has("--required"),
        combine=line.has("--combine"),
        profile=profile,
    )


def _read_compression_level(line: CommandLine) -> int:
    if line.has("--compression-level"):
        is_deflated = line.last_of(*PREFERRED_TRANSFER_SYNTAXES) == "--propose-deflated"
        line.check_dependency(
            "--compression-level",
            "--propose-deflated or --config-file",
            is_met=is_deflated or line.has("--config-file"),
        )
    return sender.read_compression_level(line)


def _read_invention(line: CommandLine) -> Invention | None:
    images = line.integer("--invent-series", 1)
    series = line.integer("--invent-study", 1)
    studies = line.integer("--invent-patient", 1)
    if not line.last_of("--invent-instance", "--invent-series", "--invent-study", "--invent-patient"):
        return None
    return Invention(images_per_series=images or 100, series_per_study=series or 50, studies_per_patient=studies or 25)
