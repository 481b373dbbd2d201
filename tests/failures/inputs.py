"""Failures of files, folders and reports that senders are given, and of signals while they send."""

import os
import signal
import threading
from collections.abc import Callable
from subprocess import Popen
from typing import Unpack

from tests.failures.case import Case, Scene, Told, make
from tests.failures.stage import PATIENT, UID, Stage, doing, file, instance, no_listener, peer, wrapped
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.peers.fake_peer import Accept, Hold, Silence

_PORTS = "127.0.0.1 {port}"
_BAD = {"dcmsend": 22, "storescu": 1}


def case(tool: str, name: str, words: str, *scenes: Scene, **told: Unpack[Told]) -> Case:
    """One case, whose port nobody listens on unless a scene says so."""
    told.setdefault("names", ("ct.dcm",))
    return make(tool, name, words, no_listener, *scenes, **told)


def _no_file(stage: Stage) -> None:
    (stage.home / "ct.dcm").unlink()


def _as_folder(stage: Stage) -> None:
    _no_file(stage)
    (stage.home / "ct.dcm").mkdir()


def _as_pipe(stage: Stage) -> None:
    _no_file(stage)
    os.mkfifo(stage.home / "ct.dcm")


def _dangling(stage: Stage) -> None:
    _no_file(stage)
    (stage.home / "ct.dcm").symlink_to("nowhere")


def _other_class(uid: str) -> Scene:
    data = Builder().instance(sop_class_uid=uid, sop_instance_uid=f"{UID}.1", patient_name=PATIENT.encode())
    return file("ct.dcm", part10(data, sop_class_uid=uid, sop_instance_uid=f"{UID}.1"))


def _cut(left: int) -> Scene:
    return file("ct.dcm", instance()[:left])


def _bad_files() -> list[Case]:
    rows: tuple[tuple[str, tuple[Scene, ...], str, str, str], ...] = (
        (
            "a file that is not there",
            (_no_file,),
            "no such file|cannot access file",
            "mistyped|moved",
            "check the path",
        ),
        ("a dangling link", (_dangling,), "no such file", "mistyped|moved|link", "check the path"),
        (
            "a text file",
            (file("ct.dcm", "this is no DICOM at all\n" * 20),),
            "DICOM|stream",
            "no DICOM header|something else|cut",
            "leave it out|get it again",
        ),
        (
            "an empty file",
            (file("ct.dcm", b""),),
            "empty|stream|end of",
            "no DICOM header|broke off|empty",
            "get it again|leave it out",
        ),
        (
            "a file cut in its header",
            (_cut(300),),
            "cut|premature end|stream",
            "broke off|disk was full",
            "get it again",
        ),
        ("a folder instead of a file", (_as_folder,), "directory", "folder|scan-directories", "--scan-directories"),
    )
    made = []
    for name, scenes, what, cause, remedy in rows:
        for tool in ("dcmsend", "storescu"):
            if tool == "storescu" and not name.startswith(("a file that", "a folder")):
                continue
            code = 21 if (tool, scenes) == ("dcmsend", (_as_folder,)) else _BAD[tool]
            words = f"{_PORTS} ct.dcm"
            made.append(case(tool, name, words, *scenes, code=code, what=what, cause=cause, remedy=remedy))
    made += [
        case(
            "dcmsend",
            "a DICOMDIR's class",
            f"{_PORTS} ct.dcm",
            _other_class("1.2.840.10008.1.3.10"),
            code=22,
            what="Invalid SOP Class UID|SOP class",
            cause="not a storage|no storage|program that made the file|DICOMDIR",
            remedy="again|--read-from-dicomdir|--no-uid-checks",
        ),
        case(
            "dcmsend",
            "a SOP class that is no UID",
            f"{_PORTS} ct.dcm",
            _other_class("not.a.uid"),
            code=22,
            what="Invalid SOP Class UID|SOP class",
            cause="program that made the file",
            remedy="made again|--no-uid-checks",
        ),
        case(
            "dcmsend",
            "a named pipe",
            f"{_PORTS} ct.dcm",
            _as_pipe,
            code=22,
            what="pipe|regular file|not a file",
            cause="no regular file|pipe",
            remedy="give a file|regular file|leave it out",
            has_dcmtk=False,
        ),
        case(
            "dcmsend",
            "an empty folder",
            f"+sd {_PORTS} folder",
            lambda stage: (stage.home / "folder").mkdir(),
            code=21,
            what="no input files",
            cause="no DICOM files",
            remedy="check the path|--recurse",
            names=(),
        ),
        case(
            "dcmsend",
            "only bad files, without halting",
            f"-nh {_PORTS} ct.dcm",
            file("ct.dcm", "no DICOM\n" * 40),
            code=23,
            what="no valid input files",
            cause="no DICOM",
            remedy="check|leave it out|--scan",
        ),
    ]
    return made


class _Meanwhile(threading.Event):
    """An event whose wait is the time to do something: the tool is in the middle of an association."""

    def __init__(self, stage: Stage, action: Callable[[Stage], object]) -> None:
        super().__init__()
        self._stage, self._action = stage, action

    def wait(self, timeout: float | None = None) -> bool:
        self._action(self._stage)
        return True


def meanwhile(action: Callable[[Stage], object]) -> Scene:
    """A peer that does something to the files before it accepts the association."""

    def scene(stage: Stage) -> None:
        peer(associate=[Hold(_Meanwhile(stage, action), Accept())])(stage)

    return scene


def _shorten(stage: Stage) -> None:
    path = stage.home / "ct.dcm"
    os.truncate(path, path.stat().st_size - 1000)


def _changes() -> list[Case]:
    cut = {"what": "PixelData & 7FE0,0010 & 3000 bytes & cut after 2000", "cause": "broke off|disk was full|meanwhile"}
    made = [
        case(
            tool,
            "pixel data is cut",
            f"{_PORTS} ct.dcm",
            peer(),
            _cut(-1000),
            code=62 if tool == "dcmsend" else 1,
            what=cut["what"],
            cause=cut["cause"],
            remedy="get it again",
            outcome="not-sent",
        )
        for tool in ("dcmsend", "storescu")
    ]
    made += [
        case(
            "dcmsend",
            "a file vanishes meanwhile",
            f"{_PORTS} ct.dcm",
            meanwhile(_no_file),
            code=62,
            what="no such file",
            cause="moved or deleted",
            remedy="check the path",
            outcome="not-sent",
        ),
        case(
            "dcmsend",
            "a file is cut meanwhile",
            f"{_PORTS} ct.dcm",
            meanwhile(_shorten),
            code=62,
            what=cut["what"],
            cause=cut["cause"],
            remedy="get it again",
            outcome="not-sent",
        ),
        case(
            "dcmsend",
            "a file becomes another instance meanwhile",
            f"{_PORTS} ct.dcm",
            meanwhile(lambda stage: stage.write("ct.dcm", instance(9))),
            code=80,
            options="--strict",
            what="changed since it was listed|another instance",
            cause="replaced",
            remedy="list the folder anew|send again",
            outcome="not-sent",
            has_dcmtk=False,
        ),
        case(
            "dcmsend",
            "a report that cannot be written",
            f"+crf none/report.txt {_PORTS} ct.dcm",
            peer(),
            code=43,
            what="cannot write detailed report & none/report.txt",
            cause="no such file or directory|folder",
            remedy="folder|path",
            names=("none/report.txt",),
            is_reported=False,
            has_dcmtk=True,
        ),
        case(
            "storescu",
            "too few descriptors",
            f"{_PORTS} ct.dcm",
            peer(),
            wrapped("ulimit -n 8"),
            code=1,
            what="open files|ulimit",
            cause="limit of open files|too many open files",
            remedy="ulimit -n|raise it",
            names=(),
            has_dcmtk=False,
        ),
    ]
    return made


def _signals() -> list[Case]:
    """In each phase: while the association is asked for, and while an answer is awaited."""
    made = []
    for tool in ("dcmsend", "storescu"):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            made.append(
                case(
                    tool,
                    f"{number.name} while the association is asked for",
                    f"{_PORTS} ct.dcm",
                    peer(associate=[Silence()]),
                    doing(_after_request(number)),
                    code=code,
                    what="cancel|signal",
                    cause="cancel|signal",
                    remedy="not sent|resume|again|cancel",
                    names=(),
                    outcome="not-sent",
                )
            )
        made.append(
            case(
                tool,
                "two signals while an answer is awaited",
                f"{_PORTS} ct.dcm",
                peer(stores=[Silence()]),
                doing(_after_object(signal.SIGTERM)),
                code=143,
                what="cancel|signal|aborted on request",
                cause="cancel|signal & may have stored|may be stored|may or may not",
                remedy="send again|resume",
                outcome="failed",
            )
        )
    return made


def _after_request(number: int) -> Callable[[Stage, "Popen[bytes]"], None]:
    def action(stage: Stage, process: "Popen[bytes]") -> None:
        assert stage.peer is not None
        wait(lambda: bool(stage.peer and stage.peer.associations), process)
        process.send_signal(number)

    return action


def _after_object(number: int) -> Callable[[Stage, "Popen[bytes]"], None]:
    def action(stage: Stage, process: "Popen[bytes]") -> None:
        assert stage.peer is not None
        wait(lambda: bool(stage.peer and stage.peer.stores), process)
        process.send_signal(number)
        wait(lambda: "second signal" in _said(stage), process)
        process.send_signal(number)

    return action


def _said(stage: Stage) -> str:
    path = stage.apart / "err"
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def wait(is_so: Callable[[], bool], process: "Popen[bytes]") -> None:
    """Until it is so, or the process has ended."""
    pause = threading.Event()
    for _ in range(4000):
        if is_so() or process.poll() is not None:
            return
        pause.wait(0.005)


def cases() -> list[Case]:
    """All of them."""
    return _bad_files() + _changes() + _signals()
