"""Options of ``route``, and what they ask for."""

from dataclasses import replace
from pathlib import Path

from dicomdesk.cli.dcmrecv.options import (
    OUTPUT_OPTIONS,
    RECEPTION_OPTIONS,
    ReceiveOptions,
)
from dicomdesk.cli.dcmrecv.options import read_options as read_reception
from dicomdesk.cli.options import shared
from dicomdesk.cli.options.access import ACCESS_OPTIONS
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, Tool, group, option
from dicomdesk.cli.options.tls import TlsRole, tls_extensions, tls_group
from dicomdesk.engine.receive.request import Commands, ReceiveRequest, StorageMode
from dicomdesk.records import dataclass

TLS_ROLE = TlsRole.ACCEPTOR

_DEFAULT_AE_TITLE = "DICOMDESK"
_MOST_PEERS_AT_ONCE = 64

_RULES = group(
    "rules options",
    option("--rules", "carry out the rules in file f", argument="[f]ilename: string"),
    option(
        "--journal",
        "keep in file f what is to be sent, and what has",
        "come of it (default: beside the rules)",
        argument="[f]ilename: string",
    ),
    option("--peers", "address book (default: the window's)", argument="[f]ilename: string"),
    option("--port", "receive on port n (default: receive nothing)", argument="[n]umber: integer"),
    option("--peers-at-once", "send to n peers at once (default: 4)", argument="[n]umber: integer"),
    group(
        "instead of carrying out",
        option("--list", "say each rule in a sentence, and what it did last"),
        option(
            "--test",
            "say what would become of file or directory d,",
            "and why not (repeatable)",
            argument="[d]irectory: string",
        ),
        option("--test-sender", "with --test, as if sent by calling AE title a", argument="[a]etitle: string"),
        option("--test-address", "with --test, as if sent from address a", argument="[a]ddress: string"),
        option("--test-called", "with --test, as if sent to AE title a", argument="[a]etitle: string"),
        option("--history", 'show what rule r has done ("*" for all)', argument="[r]ule: string"),
    ),
)

_NETWORK = group(
    "network options",
    shared.profile_file("accept what profile p of file f says;", "storescp.cfg is shipped: Default, Everything"),
    option(
        "-aet --aetitle",
        "call peers as this AE title, where the address",
        f"book has none (default: {_DEFAULT_AE_TITLE})",
        argument="[a]etitle: string",
    ),
    shared.ACSE_TIMEOUT,
    shared.DIMSE_TIMEOUT,
    shared.MAX_PDU,
    option("-dhl --disable-host-lookup", "show addresses of peers, not host names"),
)

_EXTENSIONS = group("reception options", *RECEPTION_OPTIONS, *ACCESS_OPTIONS, *tls_extensions(TLS_ROLE), shared.JSON)

TOOL = Tool(
    name="route",
    description="Send on what arrives, by rules",
    parameters=(),
    groups=(shared.general_options(), _RULES, _NETWORK, tls_group(TLS_ROLE), OUTPUT_OPTIONS, _EXTENSIONS),
    notes=(
        (
            "route carries out the rules of a file until it is told to stop: when a study that was received, and that "
            "matches, has been quiet for a while, or when files have come to rest in a watched folder, it goes to the "
            "peers of the rule. docs/rules.md says what stands in the file; the window works with the same."
        ),
        (
            "With --port it receives as dcmrecv does, with its options, but accepts every storage SOP class unless "
            "--config-file says otherwise. Everything that is to be sent is in the journal first: after any end, the "
            "same command goes on with what is left, and sends nothing twice but what was under way."
        ),
        (
            "Nothing goes in a circle: never back to the peer that has sent it (AE title and address), never to this "
            "machine, and never again to a peer that was sent the same before. An instance that comes back changed "
            "again and again is sent on eight times at most."
        ),
        (
            "Peers are those of the rules' file and of the address book. A peer that wants a passcode can be sent to "
            "by the window only."
        ),
        (
            "The first SIGINT or SIGTERM ends listening and lets what is under way finish, the second aborts; the exit "
            "code is then 130 or 143. It is 22 where the rules cannot be used, 45 where the directory, and 64 where "
            "the port cannot be had, 87 where the journal cannot be used, and 80 after --test where something would "
            "go nowhere."
        ),
        shared.DICTIONARY_NOTE,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteOptions:
    """A command line of route as values."""

    rules: Path
    journal: Path
    peers: Path | None
    """None is the window's."""
    calling_ae_title: str
    reception: ReceiveOptions | None
    """None receives nothing."""
    peers_at_once: int
    lists: bool
    tests: tuple[str, ...]
    test_sender: tuple[str, str, str]
    """Calling AE title, called AE title, address."""
    history: str
    """Of which rule, "*" for all; "" for none."""
    writes_json: bool


def read_options(line: CommandLine) -> RouteOptions:
    """Read the command line as values; raises CommandLineError."""
    if not line.text("--rules"):
        raise CommandLineError("Missing option --rules: the file with the rules")
    port = line.integer("--port", 1, 65535)
    tests = line.every_text("--test")
    for long in ("--test-sender", "--test-address", "--test-called"):
        if line.has(long):
            line.check_dependency(long, "--test", is_met=bool(tests))
    chosen = [long for long in ("--list", "--test", "--history") if line.has(long)]
    if len(chosen) > 1:
        line.check_conflict(chosen[0], chosen[1], is_given=True)
    rules = Path(line.text("--rules"))
    reception = None
    if port is not None and not chosen:
        reception = read_reception(line, port)
        line.check_conflict("--port", "--ignore", is_given=reception.request.storage.mode is StorageMode.IGNORE)
        reception = replace(reception, request=_everything(reception))
    title = line.text("--aetitle", _DEFAULT_AE_TITLE)
    return RouteOptions(
        rules=rules,
        journal=Path(line.text("--journal") or f"{rules}.journal"),
        peers=Path(line.text("--peers")) if line.has("--peers") else None,
        calling_ae_title=title,
        reception=reception,
        peers_at_once=line.integer("--peers-at-once", 1, _MOST_PEERS_AT_ONCE) or 4,
        lists=line.has("--list"),
        tests=tests,
        test_sender=(line.text("--test-sender"), line.text("--test-called"), line.text("--test-address")),
        history=line.text("--history"),
        writes_json=line.has("--json"),
    )


def _everything(reception: ReceiveOptions) -> ReceiveRequest:
    """The request, for which rules know of each instance, and which takes all unless a profile says what."""
    request = reception.request
    acceptance = replace(request.acceptance, accept_all=request.acceptance.profile is None)
    return replace(
        request, acceptance=acceptance, identify=True, reports_studies=False, report_stored=True, commands=Commands()
    )
