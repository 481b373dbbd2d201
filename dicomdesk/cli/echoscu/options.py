"""The options of ``echoscu``, and what they ask for."""

from dataclasses import dataclass

from dicomdesk.cli.options import shared
from dicomdesk.cli.options.grammar import CommandLine, Option, OptionGroup, Tool
from dicomdesk.cli.options.tls import TlsRole, read_tls, tls_extensions, tls_group
from dicomdesk.dicom.transfer_syntaxes import (
    JPIP_REFERENCED,
    JPIP_REFERENCED_DEFLATE,
    PRIVATE_GE_IMPLICIT,
    TRANSFER_SYNTAXES,
)
from dicomdesk.settings import AssociationSettings, Peer, Timeouts, TlsSettings

_PROPOSED = tuple(
    syntax.uid
    for syntax in TRANSFER_SYNTAXES
    if syntax.known_to_dcmtk and syntax.uid not in (JPIP_REFERENCED, JPIP_REFERENCED_DEFLATE, PRIVATE_GE_IMPLICIT)
)
"""In the order of DCMTK's echoscu."""

_MOST_TRANSFER_SYNTAXES = len(_PROPOSED)
_MOST_CONTEXTS = 128

_NETWORK = OptionGroup(
    title="network options",
    groups=(
        shared.requestor_titles("ECHOSCU"),
        OptionGroup(
            title="association negotiation debugging",
            options=(
                Option(
                    short="-pts",
                    long="--propose-ts",
                    argument=f"[n]umber: integer (1..{_MOST_TRANSFER_SYNTAXES})",
                    text=("propose n transfer syntaxes",),
                ),
                Option(
                    short="-ppc",
                    long="--propose-pc",
                    argument=f"[n]umber: integer (1..{_MOST_CONTEXTS})",
                    text=("propose n presentation contexts",),
                ),
            ),
        ),
        OptionGroup(
            title="other network options",
            options=(
                shared.CONNECT_TIMEOUT,
                shared.SOCKET_TIMEOUT,
                shared.ACSE_TIMEOUT,
                shared.DIMSE_TIMEOUT,
                shared.MAX_PDU,
                Option(long="--repeat", argument="[n]umber: integer", text=("ask n times",)),
                shared.ABORT,
            ),
        ),
    ),
)

_TLS = tls_group(TlsRole.REQUESTOR)
_OFFLINE = OptionGroup(
    title="offline certificate verification",
    options=(
        Option(
            short="+vc",
            long="--verify-cert",
            argument="[f]ilename: string",
            text=("verify the certificate against the", "certification authorities given"),
            is_exclusive=True,
        ),
        Option(
            short="+rc",
            long="--is-root-cert",
            argument="[f]ilename: string",
            text=("check that the certificate is a self-signed", "root CA"),
            is_exclusive=True,
        ),
    ),
)

_EXTENSIONS = OptionGroup(
    title="extensions (not in DCMTK's echoscu)",
    options=(
        Option(
            long="--diagnose",
            text=("check the way to the peer step by step, and", "show which SOP classes it accepts"),
        ),
        shared.JSON,
        *tls_extensions(TlsRole.REQUESTOR),
    ),
)

_GENERAL = OptionGroup(
    title=shared.general_options().title,
    options=tuple(option for option in shared.general_options().options if option is not shared.VERBOSE_PC),
)

TOOL = Tool(
    name="echoscu",
    description="Ask a DICOM peer for a sign of life (C-ECHO SCU), or check the way to it step by step",
    parameters=shared.PEER_PARAMETERS,
    groups=(
        _GENERAL,
        _NETWORK,
        OptionGroup(title=_TLS.title, groups=(*_TLS.groups, _OFFLINE)),
        _EXTENSIONS,
    ),
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
    """What an echoscu command line asks for."""

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
        line.integer_parameter(1, 1, 65535)


def _asks_for_certificate(line: CommandLine) -> bool:
    return line.has("--verify-cert") or line.has("--is-root-cert")


def read_options(line: CommandLine) -> EchoOptions:
    """What the command line asks for, checked in DCMTK's order; raises CommandLineError."""
    connect_s = shared.read_timeout(line, "--timeout", None)
    socket_s = shared.read_socket_timeout(line)
    acse_s = shared.read_timeout(line, "--acse-timeout", 30.0)
    dimse_s = shared.read_timeout(line, "--dimse-timeout", None)
    max_pdu_bytes = shared.read_max_pdu(line)
    repeats = line.integer("--repeat", 1) or 1
    transfer_syntaxes = line.integer("--propose-ts", 1, _MOST_TRANSFER_SYNTAXES) or 1
    contexts = line.integer("--propose-pc", 1, _MOST_CONTEXTS) or 1
    tls = read_tls(line, TlsRole.REQUESTOR)
    peer = None
    if not _asks_for_certificate(line):
        port = line.integer_parameter(1, 1, 65535)
        peer = Peer(host=line.parameters[0], port=port, ae_title=line.text("--call", "ANY-SCP"), tls=tls)
    return EchoOptions(
        peer=peer,
        association=AssociationSettings(
            calling_ae_title=line.text("--aetitle", "ECHOSCU"),
            max_pdu_bytes=max_pdu_bytes,
            timeouts=Timeouts(connect_s=connect_s, acse_s=acse_s, dimse_s=dimse_s, socket_s=socket_s),
        ),
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
