"""The options of ``movescu``, and what they ask for."""

from pathlib import Path

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.identity import read_identity_options
from dicomdesk.cli.options.proposal import PREFER_OPTIONS, PREFERRED_BY_ACCEPTOR
from dicomdesk.cli.options.storing_format import STORING_GROUPS, read_storing_format
from dicomdesk.cli.options.tls import TlsRole, read_tls
from dicomdesk.cli.query import options as query
from dicomdesk.cli.query.inputs import check_files, check_plain_keys
from dicomdesk.cli.query.list_options import LIST_NOTE, read_list_choice
from dicomdesk.cli.retrieving.options import NOTE, RetrieveExtras, read_extras, retrieve_extensions
from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage, StorageMode
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings

TLS_ROLE = TlsRole.REQUESTOR_EXTENSION
_DEFAULT_TITLE = "MOVESCU"

_NETWORK = group(
    "network options",
    query.KEYS,
    group("query information model", *(query.MODELS[name] for name in query.RETRIEVE_MODELS)),
    group(
        "application entity titles",
        *shared.requestor_titles(_DEFAULT_TITLE).options,
        option(
            "-aem --move",
            f"have it sent to this AE title (default: {_DEFAULT_TITLE})",
            argument="[a]etitle: string",
        ),
    ),
    group(
        "preferred network transfer syntaxes (incoming associations)",
        *PREFER_OPTIONS,
        option("+xa --accept-all", "accept all supported transfer syntaxes"),
    ),
    group("proposed transmission transfer syntaxes (outgoing associations)", *query.PROPOSALS),
    group(
        "network host access control (without effect)",
        option("-ac --access-full", "accepted: any host may send (default)"),
        option("+ac --access-control", "accepted"),
    ),
    group(
        "port for incoming network associations",
        option("--no-port", "listen on none: another peer takes what is sent", "(default)"),
        option("+P --port", "listen on port n for what is sent", argument="[n]umber: integer"),
    ),
    group(
        "handling of illegal datasets following 'pending' move responses",
        option("-pi --pending-ignore", "there are none (default)"),
        option("-pr --pending-read", "read and drop them"),
    ),
    group(
        "other network options",
        shared.CONNECT_TIMEOUT,
        shared.ACSE_TIMEOUT,
        shared.DIMSE_TIMEOUT,
        shared.MAX_PDU,
        option("-dhl --disable-host-lookup", "know peers by their addresses, not their names"),
        *query.ABORT_AND_REPEAT,
        option("--ignore", "answer Success to what is sent, write nothing"),
        query.CANCEL,
        option("-up --uid-padding", "take UIDs that are padded with blanks (always", "done)"),
    ),
)
_LISTENER_TLS = option(
    "--listener-tls", "take what is sent over TLS only, with the key,", "certificate and authorities of --enable-tls"
)
TOOL = Tool(
    name="movescu",
    description="Have a peer send instances, to here or to another peer (C-MOVE SCU)",
    parameters=query.PARAMETERS,
    groups=(
        shared.general_options(own=()),
        _NETWORK,
        group("output options", group("general", query.OUTPUT_DIRECTORY), *STORING_GROUPS),
        retrieve_extensions("movescu", TLS_ROLE, _LISTENER_TLS),
    ),
    notes=(
        (
            "movescu asks a peer by C-MOVE to send what the keys name to an AE title that the peer knows. With --port "
            "it listens meanwhile and stores what comes; otherwise somebody else takes it. Options, exit codes, "
            "messages and file names are those of DCMTK's movescu, so that it can stand in its place: the exit code "
            "is 0 where the peer ended with Success or Cancel, 68 with a warning, 69 with a failure. Where instances "
            "did not arrive, a warning says why and what to do next: the commonest cause is a destination that the "
            "peer does not know, or knows with another address or port."
        ),
        (
            "Keys are tags or names with values, 0010,0010=Doe or PatientName=Doe; there are no paths. A file appears "
            "under its name when it is complete and in the format that is asked for, and the peer is told Success "
            "after that; what cannot be converted is stored as it came, with a warning. Unlike there, "
            "--output-directory counts with --bit-preserving too."
        ),
        LIST_NOTE,
        NOTE,
        shared.DICTIONARY_NOTE,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOptions(query.QueryOptions):
    """What a movescu command line asks for."""

    destination: str
    listener: ReceiveRequest | None
    storing_format: StoringFormat
    cancel_after: int | None
    takes_pending_data_sets: bool
    listener_has_tls: bool
    extras: RetrieveExtras


def read_options(line: CommandLine) -> MoveOptions:
    """What the command line asks for, checked in DCMTK's order; raises CommandLineError."""
    keys = check_plain_keys(line.every_text("--key"))
    association = shared.read_association(line, _DEFAULT_TITLE, is_signed=True)
    port = _read_port(line)
    repeats = line.integer("--repeat", 1, is_signed=True) or 1
    cancel_after = line.integer("--cancel", 0, is_signed=True)
    if line.has("--output-directory"):
        line.check_dependency("--output-directory", "--port", is_met=port is not None)
    storing_format = read_storing_format(line)
    if storing_format.is_bit_preserving:
        given = line.last_of("--enable-new-vr", "--disable-new-vr")
        line.check_conflict(given, "--bit-preserving", is_given=bool(given))
    extras = read_extras(line)
    identity = read_identity_options(line)
    list_choice = read_list_choice(line)
    check_files(line.parameters[2:])
    query.check_queries(line)
    tls = read_tls(line, TLS_ROLE)
    listener_has_tls = line.has("--listener-tls")
    if listener_has_tls:
        has_key = tls is not None and tls.certificate_file is not None
        line.check_dependency("--listener-tls", "--enable-tls", is_met=has_key)
        line.check_dependency("--listener-tls", "--port", is_met=port is not None)
    return MoveOptions(
        peer=shared.read_peer(line, tls),
        association=association,
        identity=identity,
        tls=tls,
        model=query.read_retrieve_model(line),
        destination=line.text("--move", _DEFAULT_TITLE),
        transfer_syntaxes=query.read_offer(line),
        listener=_read_listener(line, port, association, storing_format) if port is not None else None,
        storing_format=storing_format,
        repeats=repeats,
        cancel_after=cancel_after,
        takes_pending_data_sets=line.last_of("--pending-ignore", "--pending-read") == "--pending-read",
        aborts_at_end=line.has("--abort"),
        files=tuple(line.parameters[2:]),
        keys=keys,
        shows_progress=line.has("--progress"),
        list_choice=list_choice,
        listener_has_tls=listener_has_tls,
        extras=extras,
    )


def _read_port(line: CommandLine) -> int | None:
    """The port to listen on, None for none."""
    port = line.integer("--port", 1, 65535, is_signed=True)
    return port if line.last_of("--no-port", "--port") == "--port" else None


def _read_listener(
    line: CommandLine, port: int, association: AssociationSettings, storing_format: StoringFormat
) -> ReceiveRequest:
    accepts_all = line.last_of(*PREFERRED_BY_ACCEPTOR, "--accept-all") == "--accept-all"
    mode = StorageMode.BIT_PRESERVING if storing_format.is_bit_preserving else StorageMode.NORMAL
    return ReceiveRequest(
        port=port,
        acceptance=Acceptance(
            accept_all=accepts_all,
            storage_transfer_syntaxes=() if accepts_all else query.read_preference(line),
            max_pdu_bytes=association.max_pdu_bytes,
            timeouts=association.timeouts,
            resolve_hosts=not line.has("--disable-host-lookup"),
        ),
        storage=Storage(
            folder=Path(line.text("--output-directory", ".")),
            mode=StorageMode.IGNORE if line.has("--ignore") else mode,
            storing_format=None if storing_format.is_usual else storing_format,
            fsync=line.has("--fsync"),
        ),
    )
