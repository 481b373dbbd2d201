"""The options of ``getscu``, and what they ask for."""

from dataclasses import replace
from pathlib import Path

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.identity import read_identity_options
from dicomdesk.cli.options.proposal import PREFER_OPTIONS
from dicomdesk.cli.options.tls import TlsRole, read_tls
from dicomdesk.cli.query import options as query
from dicomdesk.cli.query.inputs import check_files
from dicomdesk.cli.query.list_options import LIST_NOTE, read_list_choice
from dicomdesk.cli.retrieving.options import NOTE, RetrieveExtras, read_extras, retrieve_extensions
from dicomdesk.engine.receive.request import FileNaming, Storage, StorageMode
from dicomdesk.records import dataclass

TLS_ROLE = TlsRole.REQUESTOR_EXTENSION
_MODES = {"--normal": StorageMode.NORMAL, "--bit-preserving": StorageMode.BIT_PRESERVING}

_NETWORK = group(
    "network options",
    query.KEYS,
    group("retrieve information model", *(query.MODELS[name] for name in query.RETRIEVE_MODELS)),
    shared.requestor_titles("GETSCU"),
    group("preferred storage transfer syntaxes (incoming associations)", *PREFER_OPTIONS),
    group("proposed retrieve transfer syntaxes (outgoing associations)", *query.PROPOSALS),
    group(
        "other network options",
        *shared.TIMEOUTS,
        shared.MAX_PDU,
        *query.ABORT_AND_REPEAT,
    ),
)
_OUTPUT = group(
    "output options",
    group("general", query.OUTPUT_DIRECTORY),
    group("storage mode", *shared.STORAGE_MODES, option("--ignore", "answer Success and write nothing")),
)
_ACCEPT_ALL = option("--accept-all", "as --compare, and take instances compressed, as", "the peer keeps them")
TOOL = Tool(
    name="getscu",
    description="Fetch instances over the association that asks for them (C-GET SCU)",
    parameters=query.PARAMETERS,
    groups=(
        shared.general_options(),
        _NETWORK,
        _OUTPUT,
        retrieve_extensions("getscu", TLS_ROLE, _ACCEPT_ALL),
    ),
    notes=(
        (
            "getscu asks a peer by C-GET for what the keys name, and stores the instances that come over the same "
            "association. Options, exit codes, messages and file names are those of DCMTK's getscu, so that it can "
            "stand in its place: the exit code is 0 whatever the peer's final status is, and 1 where there was no "
            "association or no answer. Where instances did not arrive, a warning says why and what to do next."
        ),
        (
            "A file appears under its name when it is complete: the prefix of its SOP class and its SOP Instance UID, "
            "and with --bit-preserving the UID alone. The peer is told Success after that. With --normal lengths of "
            "sequences are made explicit, with --bit-preserving data sets are written as they come; in both modes they "
            "go to the disk as they arrive."
        ),
        (
            "Keys are written as for findscu; one that cannot be understood is told and left out. The SOP classes that "
            "are asked for are the 120 of DCMTK's getscu."
        ),
        LIST_NOTE,
        NOTE,
        shared.DICTIONARY_NOTE,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetOptions(query.QueryOptions):
    """What a getscu command line asks for."""

    storage_transfer_syntaxes: tuple[str, ...]
    storage: Storage
    shows_contexts: bool
    accepts_all: bool
    """Compressed transfer syntaxes too."""
    extras: RetrieveExtras


def read_options(line: CommandLine) -> GetOptions:
    """What the command line asks for, checked in DCMTK's order; raises CommandLineError."""
    shared.check_port(line)
    association = shared.read_association(line, "GETSCU", is_signed=True)
    repeats = line.integer("--repeat", 1, is_signed=True) or 1
    storage = _read_storage(line)
    extras, accepts_all = read_extras(line), line.has("--accept-all")
    identity = read_identity_options(line)
    list_choice = read_list_choice(line)
    check_files(line.parameters[2:])
    query.check_queries(line)
    tls = read_tls(line, TLS_ROLE)
    return GetOptions(
        peer=shared.read_peer(line, tls),
        association=association,
        identity=identity,
        tls=tls,
        model=query.read_retrieve_model(line),
        transfer_syntaxes=query.read_offer(line),
        storage_transfer_syntaxes=query.read_preference(line),
        storage=storage,
        repeats=repeats,
        aborts_at_end=line.has("--abort"),
        files=tuple(line.parameters[2:]),
        keys=line.every_text("--key"),
        shows_contexts=line.has("--verbose-pc"),
        shows_progress=line.has("--progress"),
        list_choice=list_choice,
        accepts_all=accepts_all,
        extras=replace(extras, compares=extras.compares or accepts_all),
    )


def _read_storage(line: CommandLine) -> Storage:
    ignores = line.has("--ignore")
    line.check_conflict("--output-directory", "--ignore", is_given=ignores and line.has("--output-directory"))
    given = line.last_of(*_MODES)
    if given:
        line.check_conflict(given, "--ignore", is_given=ignores)
    mode = StorageMode.IGNORE if ignores else _MODES.get(given, StorageMode.NORMAL)
    is_bare = mode is StorageMode.BIT_PRESERVING
    return Storage(
        folder=Path(line.text("--output-directory", ".")),
        mode=mode,
        naming=FileNaming.ONLY_INSTANCE_UID if is_bare else FileNaming.INSTANCE_UID,
        fsync=line.has("--fsync"),
    )
