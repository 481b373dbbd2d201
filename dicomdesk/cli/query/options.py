"""Options that findscu, movescu and getscu share, and how they are read; what reads one raises CommandLineError."""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Option, Parameter, group, option
from dicomdesk.cli.options.identity import IDENTITY_OPTIONS, IdentityChoice
from dicomdesk.cli.options.proposal import PREFERRED_BY_ACCEPTOR, PROPOSE_OPTIONS
from dicomdesk.cli.query.list_options import ListChoice
from dicomdesk.dicom.transfer_syntaxes import (
    DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
)
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer, TlsSettings

PARAMETERS = (
    *shared.PEER_PARAMETERS,
    Parameter(name="dcmfile-in", text="DICOM file with keys", is_repeatable=True, is_optional=True),
)
KEYS = group(
    "override matching keys",
    option(
        "-k --key",
        "set a key over those of the files (repeatable)",
        argument='[k]ey: gggg,eeee="str", path or name="str"',
    ),
)
MODELS: Mapping[str, Option] = {
    "worklist": option("-W --worklist", "use the Modality Worklist model (default)"),
    "patient": option("-P --patient", "use the Patient Root model"),
    "study": option("-S --study", "use the Study Root model"),
    "psonly": option("-O --psonly", "use the Patient/Study Only model"),
}
MODEL_NAMES: Mapping[str, str] = {
    "patient": "patient-root",
    "study": "study-root",
    "psonly": "patient-study-only",
    "worklist": "worklist",
}
"""What the engine calls the model of each option."""

RETRIEVE_MODELS = ("patient", "study", "psonly")
"""Those of ``MODELS`` by which instances can be retrieved; the first is the default."""

UNCOMPRESSED = (EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
"""In the order of a machine whose byte order is little endian."""

_OFFERS: Mapping[str, tuple[str, ...]] = {
    "--propose-uncompr": UNCOMPRESSED,
    "--propose-little": UNCOMPRESSED,
    "--propose-big": (EXPLICIT_VR_BIG_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN),
    "--propose-deflated": (DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, *UNCOMPRESSED),
    "--propose-implicit": (IMPLICIT_VR_LITTLE_ENDIAN,),
}
PROPOSALS = tuple(offered for offered in PROPOSE_OPTIONS if offered.long in _OFFERS)
"""Exclusive alternatives."""
ABORT_AND_REPEAT = (
    option("--repeat", "ask n times", argument="[n]umber: integer"),
    shared.ABORT,
)
CANCEL = option("--cancel", "cancel after n responses (default: never)", argument="[n]umber: integer")
OUTPUT_DIRECTORY = option(
    "-od --output-directory", "write to the existing directory d", argument='[d]irectory: string (default: ".")'
)
IDENTITY = tuple(replace(one, short="") for one in IDENTITY_OPTIONS.options)
"""With long names only; DCMTK's have none."""


class Form(Enum):
    """How what came is written to stdout."""

    NONE = "none"
    JSON = "json"
    TABLE = "table"
    CSV = "csv"


_DEFAULT_LEVEL = 6
_FORMS: Mapping[str, Form] = {f"--{form.value}": form for form in (Form.JSON, Form.TABLE, Form.CSV)}


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryOptions:
    """What the command line of a query tool asks for."""

    peer: Peer
    association: AssociationSettings
    identity: IdentityChoice | None
    """Not yet in the association: it may be in a file."""
    tls: TlsSettings | None
    """As in the peer."""
    model: str
    """One of ``MODELS``."""
    transfer_syntaxes: tuple[str, ...]
    """To propose for requests, in order."""
    repeats: int
    aborts_at_end: bool
    files: tuple[str, ...]
    keys: tuple[str, ...]
    shows_progress: bool
    list_choice: ListChoice | None
    """The list to work off, in the place of files."""


def read_form(line: CommandLine) -> Form:
    """What is written to stdout; of several the last counts."""
    return _FORMS.get(line.last_of(*_FORMS), Form.NONE)


def read_retrieve_model(line: CommandLine) -> str:
    """The model to retrieve by, one of ``RETRIEVE_MODELS``."""
    model = line.last_of(*(f"--{name}" for name in RETRIEVE_MODELS)).removeprefix("--")
    return model or RETRIEVE_MODELS[0]


def read_offer(line: CommandLine) -> tuple[str, ...]:
    """The transfer syntaxes to propose, in order."""
    return _OFFERS[line.last_of(*_OFFERS) or "--propose-uncompr"]


def read_compression_level(line: CommandLine) -> int:
    """The level of deflate compression, which only a deflated proposal has a use for."""
    if line.has("--compression-level"):
        is_met = line.last_of(*_OFFERS) == "--propose-deflated"
        line.check_dependency("--compression-level", "--propose-deflated", is_met=is_met)
    level = line.integer("--compression-level", 0, 9)
    return _DEFAULT_LEVEL if level is None else level


def check_queries(line: CommandLine) -> None:
    """There must be a file or a key, or a list."""
    if len(line.parameters) < 3 and not (line.has("--key") or line.has("--list")):
        raise CommandLineError("either query file or override keys (or both) must be specified")


def read_preference(line: CommandLine) -> tuple[str, ...]:
    """The transfer syntaxes that are wanted for storage: the preferred one, then the uncompressed ones."""
    preferred = line.last_of(*PREFERRED_BY_ACCEPTOR)
    if preferred == "--implicit":
        return (PREFERRED_BY_ACCEPTOR[preferred],)
    first = PREFERRED_BY_ACCEPTOR[preferred] if preferred else UNCOMPRESSED[0]
    return tuple(dict.fromkeys((first, *UNCOMPRESSED)))
