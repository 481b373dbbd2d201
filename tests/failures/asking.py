"""Failures of queries, retrieves and verification: statuses, ends in the middle, files and folders, mistyped keys."""

from typing import Unpack

from tests.failures.case import Case, Scene, Told, make
from tests.failures.connecting import LINES
from tests.failures.stage import Stage, file, no_listener, peer
from tests.helpers.peers.fake_peer import Abort, Accept, Action, Answer, Close, Release, Silence, Status

_PEER = ("{peer}",)
_PORTS = "127.0.0.1 {port}"
_KEY = "-S -k QueryRetrieveLevel=STUDY"


def case(tool: str, name: str, *scenes: Scene, words: str = "", before: str = "", **told: Unpack[Told]) -> Case:
    """One case; ``before`` stands before its words; the peer is to be named where nothing else is."""
    told.setdefault("names", _PEER)
    return make(tool, name, f"{before} {words or LINES[tool]}", *scenes, **told)


def _answering(*answers: Action) -> Scene:
    return peer(answers=[answers])


def _statuses() -> list[Case]:
    rows = (
        ("findscu", 0xA700, 0, "A700|OutOfResources", "could not search", "ask for less|later"),
        ("findscu", 0xA900, 0, "A900|DoesNotMatch", "other keys|does not match", "keys|level"),
        ("findscu", 0xC001, 0, "C001|UnableToProcess", "could not carry out", "log"),
        ("findscu", 0x0122, 0, "0122|NotSupported", "does not serve this model", "model|who runs|another"),
        ("findscu", 0x0124, 0, "0124|0x124|authorized", "does not allow", "permit|who runs"),
        (
            "movescu",
            0xA801,
            69,
            "A801|MoveDestinationUnknown",
            "does not know the destination & MOVESCU|US",
            "registered|have it|enter the AE title",
        ),
        (
            "movescu",
            0xA702,
            69,
            "A702|OutOfResources|sub-operations",
            "could not send|out of resources",
            "log|reach|destination",
        ),
        (
            "movescu",
            0xB000,
            68,
            "B000|SubOperations|failures",
            "some instances failed|warning|could not send",
            "log|again",
        ),
        ("movescu", 0xC000, 69, "C000|UnableToProcess", "could not", "log"),
        ("movescu", 0xA900, 69, "A900|DoesNotMatch", "other keys|does not match", "keys|level"),
        ("getscu", 0xA702, 0, "A702|OutOfResources", "could not send|out of resources", "log|again|less"),
        (
            "getscu",
            0xB000,
            0,
            "B000|SubOperations|failures",
            "some instances failed|warning|could not send",
            "log|again",
        ),
        ("getscu", 0xC000, 0, "C000|UnableToProcess", "could not", "log"),
        ("getscu", 0xFE00, 0, "FE00|cancel", "cancel", "again|log|who"),
    )
    counts = ((0x1020, 0), (0x1021, 0), (0x1022, 1), (0x1023, 0))
    return [
        case(
            tool,
            f"status {status:04X}H",
            _answering(Answer(status, elements=() if tool == "findscu" else counts)),
            code=code,
            what=f"{what}|{status}",
            cause=cause,
            remedy=remedy,
        )
        for tool, status, code, what, cause, remedy in rows
    ]


def _echoes() -> list[Case]:
    """With JSON, what failed ends with 70; without it as with DCMTK, which ends the first four with 0."""
    rows: tuple[tuple[str, Action, str, int, str, str, str], ...] = (
        (
            "status 0110H",
            Status(0x0110),
            "",
            70,
            "0110|0x110|processing",
            "problem of its own|failed while processing",
            "log|later",
        ),
        (
            "status 0211H",
            Status(0x0211),
            "",
            70,
            "0211|0x211|unrecognized",
            "does not know this operation|problem of its own",
            "log|makers|who runs",
        ),
        ("aborted instead of an answer", Abort(2, 2), "", 70, "abort", "broke off|met something|fault", "log"),
        (
            "hung up instead of an answer",
            Close(),
            "",
            70,
            "closed the connection|abort",
            "broke off|network|firewall",
            "log|again",
        ),
        ("released instead of an answer", Release(), "", 70, "release", "stopped|ends|standard", "log"),
        ("no answer", Silence(), "-td 1", 70, "answer|timeout|no data", "hangs|slow", "restart|log|later|time-out"),
    )
    return [
        case(
            "echoscu",
            name,
            peer(echo=action),
            code=code,
            what=what,
            cause=cause,
            remedy=remedy,
            before=options,
            is_long=isinstance(action, Silence),
        )
        for name, action, options, code, what, cause, remedy in rows
    ]


def _ends() -> list[Case]:
    rows: tuple[tuple[str, str, Action, str, int, str], ...] = (
        ("findscu", "aborted", Abort(0, 0), "", 0, "abort"),
        ("findscu", "hung up", Close(), "", 0, "closed|abort"),
        ("findscu", "silent", Silence(), "-td 1", 0, "answer|timeout|no data"),
        ("movescu", "aborted", Abort(0, 0), "", 0, "abort"),
        ("movescu", "hung up", Close(reset=True), "", 0, "reset|lost|abort"),
        ("getscu", "aborted", Abort(2, 6), "", 1, "abort"),
        ("getscu", "silent", Silence(), "-td 1", 1, "answer|timeout|no data"),
    )
    return [
        case(
            tool,
            f"{name} in the middle",
            _answering(action),
            code=code,
            what=what,
            cause="slow or hangs|met something|stopped|network|firewall|busy|program",
            remedy="again|log|time-out|later",
            before=options,
            is_long=isinstance(action, Silence),
        )
        for tool, name, action, options, code, what in rows
    ]


def _contexts() -> list[Case]:
    codes = {"findscu": 2, "movescu": 66, "getscu": 1}
    return [
        case(
            tool,
            "the model is not accepted",
            peer(associate=[Accept(refuse_all=True)]),
            code=code,
            what="presentation context",
            cause="SOP class|model|takes none",
            remedy="switched on|another model|model|-P|who runs",
        )
        for tool, code in codes.items()
    ]


def _mistakes() -> list[Case]:
    return [
        case(
            "findscu",
            "a query file that is not there",
            no_listener,
            words=f"-S {_PORTS} none.dcm",
            code=1,
            what="none.dcm",
            cause="cannot access|no such file|not there",
            remedy="path|name|--help",
            names=("none.dcm",),
        ),
        case(
            "findscu",
            "neither keys nor a file",
            no_listener,
            words=f"-S {_PORTS}",
            code=1,
            what="query file or override keys",
            cause="must be specified",
            remedy="query file or override keys|--key",
            names=(),
        ),
        case(
            "findscu",
            "a query file that is no DICOM",
            peer(),
            file("query.dcm", "no DICOM at all\n" * 30),
            words=f"-S {_PORTS} query.dcm",
            code=0,
            what="Bad DICOM file",
            cause="no DICOM|something else|broke off",
            remedy="get it again|leave it out",
            names=("query.dcm",),
        ),
        case(
            "movescu",
            "the port for receiving is taken",
            peer(),
            _taken,
            words=f"{_KEY} -aem US +P {{taken}} {_PORTS}",
            code=60,
            what="address already in use",
            cause="another program",
            remedy="another port|end that program",
            names=("{taken}",),
        ),
        case(
            "movescu",
            "the folder for receiving is not there",
            peer(),
            words=f"{_KEY} -aem US +P 11119 -od none {_PORTS}",
            code=45,
            what="output directory",
            cause="does not exist",
            remedy="make|create|path|another",
            names=("none",),
        ),
        case(
            "getscu",
            "the folder for receiving is not there",
            peer(),
            words=f"{_KEY} -od none {_PORTS}",
            code=1,
            what="output directory",
            cause="does not exist",
            remedy="make|create|path|another",
            names=("none",),
        ),
        case(
            "movescu",
            "an unknown key",
            no_listener,
            words=f"-S -k NoSuchKey=1 {_PORTS}",
            code=1,
            what="bad key format or dictionary name not found",
            cause="not found in dictionary",
            remedy="gggg,eeee|did you mean|--key|--help",
            names=("NoSuchKey",),
        ),
    ]


def _taken(stage: Stage) -> None:
    """A port that somebody else listens on."""
    import socket  # noqa: PLC0415 - here alone

    listener = stage.stack.enter_context(socket.create_server(("0.0.0.0", 0)))
    stage.values["taken"] = str(listener.getsockname()[1])


def cases() -> list[Case]:
    """All of them."""
    return _statuses() + _echoes() + _ends() + _contexts() + _mistakes()
