"""Options of ``echoscu``, and the values that they make."""

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Tool, group, option
from dicomdesk.cli.options.tls import TlsRole, read_tls, tls_extensions, tls_group
from dicomdesk.dicom.transfer_syntaxes import (
    JPIP_REFERENCED,
    JPIP_REFERENCED_DEFLATE,
    PRIVATE_GE_IMPLICIT,
    TRANSFER_SYNTAXES,
)
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer, TlsSettings

_PROPOSED = tuple(
    syntax.uid
    for syntax in TRANSFER_SYNTAXES
    if syntax.known_to_dcmtk and syntax.uid not in (JPIP_REFERENCED, JPIP_REFERENCED_DEFLATE, PRIVATE_GE_IMPLICIT)
)
"""In the order of DCMTK's echoscu."""

_MOST_TRANSFER_SYNTAXES = len(_PROPOSED)
_MOST_CONTEXTS = 128

_NETWORK = group(
    "network options",
    shared.requestor_titles("ECHOSCU"),
    group(
        "association negotiation debugging",
        option(
            "-pts --propose-ts",
            "propose n transfer syntaxes",
            argument=f"[n]umber: integer (1..{_MOST_TRANSFER_SYNTAXES})",
        ),
        option(
            "-ppc --propose-pc", "propose n presentation contexts", argument=f"[n]umber: integer (1..{_MOST_CONTEXTS})"
        ),
    ),
    group(
        "other network options",
        *shared.REQUESTOR_LIMITS,
        option("--repeat", "ask n times", argument="[n]umber: integer"),
        shared.ABORT,
    ),
)

_TLS = tls_group(TlsRole.REQUESTOR)
_OFFLINE = group(
    "offline certificate verification",
    option(
        "+vc --verify-cert",
        "verify the certificate against the",
        "certification authorities given",
        argument="[f]ilename: string",
        is_exclusive=True,
    ),
    option(
        "+rc --is-root-cert",
        "check that the certificate is a self-signed",
        "root CA",
        argument="[f]ilename: string",
        is_exclusive=True,
    ),
)

_EXTENSIONS = group(
    "extensions (not in DCMTK's echoscu)",
    option("--diagnose", "check the way to the peer step by step, and", "show which SOP classes it accepts"),
    shared.JSON,
    *tls_extensions(TlsRole.REQUESTOR),
)

TOOL = Tool(
    name="echoscu",
    description="Ask a DICOM peer for a sign of life (C-ECHO SCU), or check the way to it step by step",
    parameters=shared.PEER_PARAMETERS,
    groups=(shared.general_options(own=()), _NETWORK, group(_TLS.title, *_TLS.groups, _OFFLINE), _EXTENSIONS),
    notes=(
        (
            "echoscu opens an association for Verification, sends one C-ECHO or several, and releases it. Options, "
            "exit codes and messages are those of DCMTK's echoscu, so that it can stand in its place: the exit code is "
            "0 where the peer answered, whatever it answered, and where it aborted instead; 1 where there was no "
            "association or it was not released; 70 where no answer came in time; 22 where --verify-cert or "
            "--is-root-cert found the certificate wanting."
        ),
        (
            "With --diagnose it tells instead what works and what does not: name resolution, connection, TLS, "
            "association, echo, each with its time, and where something is wrong the likely cause and the next thing "
            "to do. Then it asks in several associations for every SOP class and transfer syntax that it knows, and "
            "shows which ones the peer accepts; nothing is sent in them. The exit code is 0 where all is well, with "
            "or without warnings; otherwise it names the first step that failed: 81 name, 82 connection, 83 TLS, 84 "
            "association, 85 echo, 86 capabilities."
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoOptions:
    """A command line of echoscu as values."""

    peer: Peer | None
    """None with ``--verify-cert`` and ``--is-root-cert``, where nobody is called."""
    association: AssociationSettings
    transfer_syntaxes: tuple[str, ...]
    contexts: int
    repeats: int
    aborts_at_end: bool
    tls: TlsSettings | None
    """As in the peer."""
    root_to_check: str
    """File of a certificate that is to be a root, "" for none."""
    certificate_to_check: str
    """File of a certificate that is to be trusted, "" for none."""
    diagnoses: bool
    writes_json: bool


def check_port(line: CommandLine) -> None:
    """Check the port before anything else; raises CommandLineError."""
    if not _asks_for_certificate(line):
        shared.check_port(line)


def _asks_for_certificate(line: CommandLine) -> bool:
    return line.has("--verify-cert") or line.has("--is-root-cert")


def read_options(line: CommandLine) -> EchoOptions:
    """Read the command line as values, checked in DCMTK's order; raises CommandLineError."""
    association = shared.read_association(line, "ECHOSCU")
    repeats = line.integer("--repeat", 1) or 1
    transfer_syntaxes = line.integer("--propose-ts", 1, _MOST_TRANSFER_SYNTAXES) or 1
    contexts = line.integer("--propose-pc", 1, _MOST_CONTEXTS) or 1
    tls = read_tls(line, TlsRole.REQUESTOR)
    return EchoOptions(
        peer=None if _asks_for_certificate(line) else shared.read_peer(line, tls),
        association=association,
        transfer_syntaxes=_PROPOSED[:transfer_syntaxes],
        contexts=contexts,
        repeats=repeats,
        aborts_at_end=line.has("--abort"),
        tls=tls,
        root_to_check=line.text("--is-root-cert"),
        certificate_to_check=line.text("--verify-cert"),
        diagnoses=line.has("--diagnose"),
        writes_json=line.has("--json"),
    )
