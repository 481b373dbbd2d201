"""Failures of those who serve, at their start and with peers; and of the tools that work on what is there."""

import signal
import socket
from collections.abc import Callable
from subprocess import Popen
from typing import Unpack

from tests.failures.case import Case, Scene, Told, make
from tests.failures.inputs import wait
from tests.failures.stage import UID, Stage, doing, file, instance, tls_paths
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.requestors import Proposal, Requestor, connected

_STORING = Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=b"ARCHIVE")
_CONFIG = "AETable BEGIN\nARCHIVE {folder} RW (500, 1024mb) ANY\nAETable END\n"
PROFILES = """[[TransferSyntaxes]]
[A]
TransferSyntax1 = LittleEndianExplicit
[[PresentationContexts]]
[C]
PresentationContext1 = CTImageStorage\\A
[[Profiles]]
[Default]
PresentationContexts = C
"""
_OWN_CODES = {"resume": 87, "route": 22, "explain": 80}
"""Of tools that DCMTK has not."""
WhileServing = Callable[[int, Stage], None]


def _free(stage: Stage) -> None:
    stage.values["port"] = str(free_port())


def _taken(stage: Stage) -> None:
    listener = stage.stack.enter_context(socket.create_server(("0.0.0.0", 0)))
    stage.values["port"] = str(listener.getsockname()[1])


def configured(text: str = _CONFIG, *, folder: bool = True) -> Scene:
    """``a.cfg``, with an area in ``area``."""

    def scene(stage: Stage) -> None:
        area = stage.home / "area"
        if folder:
            area.mkdir()
        stage.write("a.cfg", text.replace("{folder}", str(area)))
        stage.values["area"] = str(area)

    return scene


def case(tool: str, name: str, words: str, *scenes: Scene, **told: Unpack[Told]) -> Case:
    """One case, with a port that is free unless a scene takes it."""
    return make(tool, name, words, _free, *scenes, **told)


def _starts() -> list[Case]:
    broken = _CONFIG.replace("RW", "RX")
    return [
        case(
            "dcmrecv",
            "the port is taken",
            "{port}",
            _taken,
            code=64,
            what="address already in use",
            cause="another program",
            remedy="another port|end that program",
            names=("{port}",),
        ),
        case(
            "dcmrecv",
            "the folder is not there",
            "-od none {port}",
            code=45,
            what="directory does not exist",
            cause="does not exist|not there",
            remedy="make|create|path|another",
            names=("none",),
        ),
        case(
            "dcmrecv",
            "a file where the folder should be",
            "-od ct.dcm {port}",
            code=45,
            what="directory|folder",
            cause="file stands where|is a file|through a file|not a directory",
            remedy="another path|move the file",
            names=("ct.dcm",),
        ),
        case(
            "dcmrecv",
            "the configuration of associations is not there",
            "-xf none.cfg Default {port}",
            code=66,
            what="none.cfg",
            cause="no such file|cannot open|unable to open|missing",
            remedy="path|name|see the line|correct",
            names=("none.cfg",),
        ),
        case(
            "dcmrecv",
            "the profile is unknown",
            "-xf p.cfg Missing {port}",
            file("p.cfg", PROFILES),
            code=66,
            what="profile",
            cause="undefined|lacks|no profile",
            remedy="name|profile",
            names=("Missing",),
        ),
        case(
            "dcmrecv",
            "the key is not there",
            "--enable-tls {none} {client_pem} {port}",
            tls_paths,
            code=71,
            what="key",
            cause="mistyped & moved",
            remedy="path|correct",
            names=("{none}",),
        ),
        case(
            "dcmqrscp",
            "the configuration is not there",
            "-c none.cfg {port}",
            code=10,
            what="none.cfg",
            cause="no such file|cannot open|unable",
            remedy="path|--config|-c",
            names=("none.cfg",),
        ),
        case(
            "dcmqrscp",
            "a mistake in the configuration",
            "-c a.cfg {port}",
            configured(broken),
            serving(_nothing),
            code=143,
            what="a.cfg|line 2",
            cause="RX",
            remedy="R, RW|RW|access",
            has_dcmtk=False,
            names=("RX",),
        ),
        case(
            "dcmqrscp",
            "the area is not there",
            "-c a.cfg {port}",
            configured(folder=False),
            code=10,
            what="area",
            cause="does not exist|no such|not there|cannot be",
            remedy="make|create|path",
            has_dcmtk=False,
            names=("{area}",),
        ),
        case(
            "dcmqrscp",
            "a file where the area should be",
            "-c a.cfg {port}",
            configured(folder=False),
            file("area", "x"),
            code=10,
            what="area",
            cause="file|not a directory",
            remedy="another|move|path",
            has_dcmtk=False,
            names=("{area}",),
        ),
        case(
            "dcmqrscp",
            "the port is taken",
            "-c a.cfg {port}",
            configured(),
            _taken,
            code=10,
            what="address already in use",
            cause="another program",
            remedy="another port|end that program",
            names=("{port}",),
        ),
        case(
            "dcmqrscp",
            "the index is of a newer version",
            "-c a.cfg {port}",
            configured(),
            _index(b"SQLite format 3\0" + bytes(4)),
            code=10,
            what="index",
            cause="damaged|newer|not a database|cannot be used",
            remedy="reindex|made again|newer|back",
            names=("a.cfg",),
            has_dcmtk=False,
        ),
    ]


def _index(data: bytes) -> Scene:
    def scene(stage: Stage) -> None:
        stage.write("area/.dicomdesk/index.sqlite", data)

    return scene


def serving(act: WhileServing, *, area: str = "") -> Scene:
    """Once the tool listens: do it, then end the tool with SIGTERM."""

    def action(stage: Stage, process: "Popen[bytes]") -> None:
        port = int(stage.values["port"])
        wait(lambda: _answers(port), process)
        if process.poll() is None:
            act(port, stage)
            wait(lambda: bool((stage.apart / "err").stat().st_size), process) if not area else None
            process.send_signal(signal.SIGTERM)

    return doing(action)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def store(stage: Stage, port: int) -> None:
    """Store ``ct.dcm``."""
    with connected(port) as requestor:
        requestor.associate(_STORING)
        _send_one(requestor)
        requestor.release()


def _send_one(requestor: Requestor) -> int:
    data = instance()
    return requestor.store(f"{UID}.1", [data[data.index(b"\x08\x00\x05\x00") :]])


def _nothing(port: int, stage: Stage) -> None:
    """It has been called: that is all."""


def _in_the_way(port: int, stage: Stage) -> None:
    import shutil  # noqa: PLC0415 - here alone

    shutil.rmtree(stage.home / "out")
    stage.write("out", "a file\n")
    store(stage, port)


def _rubbish(port: int, stage: Stage) -> None:
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        sock.settimeout(5)
        while sock.recv(1000):
            pass


def _receiving() -> list[Case]:
    out = lambda stage: (stage.home / "out").mkdir()  # noqa: E731 - a scene of one line
    return [
        case(
            "dcmrecv",
            "a file comes where the folder was",
            "--accept-all -od out {port}",
            out,
            serving(_in_the_way),
            code=143,
            what="cannot|not stored",
            cause="not a directory|file stands where|through a file|file exists",
            remedy="another path|move the file|free|make",
            names=("out", f"{UID}.1", "127.0.0.1|localhost"),
            has_dcmtk=False,
        ),
        case(
            "dcmrecv",
            "a web browser calls",
            "--accept-all -od out {port}",
            out,
            serving(_rubbish),
            code=143,
            what="unrecognized PDU",
            cause="web browser",
            remedy="nothing is lost",
            names=("127.0.0.1|localhost",),
            has_dcmtk=False,
        ),
    ]


def _others() -> list[Case]:
    rows = (
        (
            "resume",
            "a journal that is not there",
            "--journal none.journal",
            "none.journal",
            "mistyped",
            "path",
        ),
        (
            "resume",
            "a journal that is none",
            "--journal ct.dcm",
            "ct.dcm",
            "no journal|not a journal|not one",
            "path|name|another|start",
        ),
        (
            "route",
            "rules that are not there",
            "--rules none.json --list",
            "none.json",
            "mistyped",
            "path",
        ),
        (
            "route",
            "rules that cannot be read",
            "--rules ct.dcm --list",
            "ct.dcm",
            "not json|cannot be read|no rules|line|utf-8",
            "correct|line|write",
        ),
        (
            "archive",
            "no configuration",
            "stats --config none.cfg",
            "none.cfg",
            "no such file|cannot open|unable|not there",
            "path|--config|name",
        ),
        ("archive", "a command that there is not", "stast", "stast", "unknown command", "did you mean"),
        (
            "explain",
            "a file that is not there, and no text that is known",
            "none-such-text",
            "nothing in it is known",
            "nothing|not recogni|not known|no failure",
            "docs|try|give|line|status|paste",
        ),
        (
            "passcode",
            "an option that there is not",
            "--no-such-option",
            "--no-such-option",
            "unknown option",
            "--help|did you mean|usage",
        ),
        (
            "dcmsend",
            "an option that there is not",
            "--no-such-option 127.0.0.1 104 ct.dcm",
            "--no-such-option",
            "unknown option",
            "--help|did you mean|usage",
        ),
        (
            "dcmsend",
            "a port beyond all ports",
            "127.0.0.1 104000 ct.dcm",
            "104000",
            "port|parameter|invalid",
            "65535|range",
        ),
        (
            "storescu",
            "a parameter is missing",
            "127.0.0.1",
            "dcmfile-in|port",
            "missing parameter",
            "port|--help|dcmfile",
        ),
    )
    return [
        Case(
            name=f"{tool}: {name}",
            tool=tool,
            words=words,
            scenes=(_free,),
            code=10 if "none.cfg" in words else _OWN_CODES.get(tool, 1),
            what=named,
            cause=cause,
            remedy=remedy,
            names=(named,),
            has_dcmtk=tool in {"dcmsend", "storescu"},
        )
        for tool, name, words, named, cause, remedy in rows
    ]


def cases() -> list[Case]:
    """All of them."""
    return _starts() + _receiving() + _others()
