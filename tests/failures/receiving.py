"""Failures of receivers: where they store, whom they serve, what they are configured with, and signals."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from subprocess import Popen
from unittest import SkipTest

from tests.failures.case import Case, Scene
from tests.failures.inputs import wait
from tests.failures.serving import case, configured, serving, store
from tests.failures.stage import UID, Stage, doing, file

_OUT = "--accept-all -od out {port}"
_NO_ROOM = "AETable BEGIN\nARCHIVE {folder} RW (500, 1024mb) ANY\nAETable END\n"
_CALLER = ("127.0.0.1|localhost",)


def _out(stage: Stage) -> None:
    (stage.home / "out").mkdir()


def _store(port: int, stage: Stage) -> None:
    with suppress(AssertionError, OSError):  # what the receiver answers is not the point here
        store(stage, port)


def _store_twice(port: int, stage: Stage) -> None:
    _store(port, stage)
    _store(port, stage)


def small_disk(options: str) -> Scene:
    """A file system of its own in ``out``, for the tool alone."""

    def scene(stage: Stage) -> None:
        _out(stage)
        trial = ["unshare", "-m", "mount", "-t", "tmpfs", "none", str(stage.home / "out")]
        if os.geteuid() or shutil.which(trial[0]) is None or subprocess.run(trial, check=False).returncode:
            raise SkipTest("only root may mount a file system")
        stage.command = ("unshare", "-m", "sh", "-c", f'mount -t tmpfs -o {options} none out && exec "$@"', "sh")

    return scene


def _full() -> list[Case]:
    return [
        case(
            "dcmrecv",
            "the disk is full",
            _OUT,
            small_disk("size=4k"),
            serving(_store),
            code=143,
            what="no room for what is received",
            cause="no room, or no inodes",
            remedy="free some space|make room",
            names=("out",),
            has_dcmtk=False,
            is_long=True,
        ),
        case(
            "dcmrecv",
            "no inodes are left",
            _OUT,
            small_disk("size=64k,nr_inodes=1"),
            serving(_store),
            code=143,
            what="no space left|no room",
            cause="no room, or no inodes",
            remedy="free some space|make room",
            names=("out",),
            has_dcmtk=False,
            is_long=True,
        ),
        case(
            "dcmrecv",
            "the file system is read-only",
            _OUT,
            small_disk("ro"),
            code=45,
            what="not writable",
            cause="read-only",
            remedy="permissions|elsewhere",
            names=("out",),
            has_dcmtk=False,
            is_long=True,
        ),
        case(
            "dcmqrscp",
            "the area's disk is full",
            "-c a.cfg {port}",
            configured(_NO_ROOM.replace("{folder}", "out"), folder=False),
            small_disk("size=4k"),
            code=10,
            what="full",
            cause="no room, or no inodes",
            remedy="free some space",
            names=("a.cfg",),
            has_dcmtk=False,
            is_long=True,
        ),
        case(
            "dcmqrscp",
            "the area's file system is read-only",
            "-c a.cfg {port}",
            configured(_NO_ROOM.replace("{folder}", "out"), folder=False),
            small_disk("ro"),
            code=10,
            what="read-only file system",
            cause="read-only",
            remedy="permissions|elsewhere",
            names=("out",),
            has_dcmtk=False,
            is_long=True,
        ),
        case(
            "dcmrecv",
            "less room than is to be kept",
            f"--min-free-space 900T {_OUT}",
            _out,
            serving(_store),
            code=143,
            what="no room for what is received",
            cause="no room, or no inodes",
            remedy="free some space|make room",
            names=("out",),
            has_dcmtk=False,
        ),
    ]


def _served() -> list[Case]:
    return [
        case(
            "dcmrecv",
            "the same instance again",
            f"--on-duplicate refuse {_OUT}",
            _out,
            serving(_store_twice),
            code=143,
            what="duplicate instance",
            cause="received before",
            remedy="nothing is lost|allow overwriting",
            names=(f"{UID}.1", *_CALLER),
            has_dcmtk=False,
        ),
        case(
            "dcmrecv",
            "a caller that is not served",
            f"--allow-calling OTHER {_OUT}",
            _out,
            serving(_store),
            code=143,
            what='calling AE title "RAW" is not served',
            cause="access rules",
            remedy="--allow-calling",
            names=_CALLER,
            has_dcmtk=False,
        ),
        case(
            "dcmrecv",
            "a called AE title that is not served",
            f"--allow-called OTHER {_OUT}",
            _out,
            serving(_store),
            code=143,
            what='called AE title "ARCHIVE" is not ours',
            cause="access rules",
            remedy="--allow-called",
            names=_CALLER,
            has_dcmtk=False,
        ),
        case(
            "dcmrecv",
            "an address that is not served",
            f"--allow-network 192.0.2.0/24 {_OUT}",
            _out,
            serving(_store),
            code=143,
            what="is not served",
            cause="access rules",
            remedy="--allow-network",
            names=_CALLER,
            has_dcmtk=False,
        ),
    ]


def _private(stage: Stage) -> None:
    (stage.home / "users").chmod(0o600)


def _settings() -> list[Case]:
    rows = (
        ("a user file that is not there", "--user-file none", (), "cannot be read", "no such file", "path|passcode"),
        ("a user file that is a folder", "--user-file .", (), "cannot be read", "folder", "path|passcode"),
        (
            "a user file that others may read",
            "--user-file users",
            (file("users", "x\n"),),
            "read or changed by others",
            "permissions",
            "chmod 600",
        ),
        (
            "a user file that is none",
            "--user-file users",
            (file("users", "no passcode\n"), _private),
            "user",
            "not written as it must be",
            "passcode",
        ),
        (
            "a network that is none",
            "--allow-network nonsense",
            (),
            "neither an IP address nor a network",
            "written as an address",
            "10.0.0.0/8",
        ),
        ("a rate below all", "--least-rate -1", (), "--least-rate", "out of its range", "--help"),
        ("a limit that is a word", "--max-associations many", (), "--max-associations", "out of its range", "--help"),
        ("an option of another tool", "--read-from-dicomdir", (), "unknown option", "another tool", "--help"),
    )
    made = [
        case("dcmrecv", name, f"{option} -od out {{port}}", _out, *scenes, code=1, what=what, cause=cause,
             remedy=remedy, names=(option.split()[-1],), has_dcmtk=False)
        for name, option, scenes, what, cause, remedy in rows
    ]  # fmt: skip
    mistakes = (
        ("a configuration of rubbish", "x\0y\n\xff\n", "line 1", "x"),
        (
            "a configuration with a host that it does not name",
            "AETable BEGIN\nA {folder} RW (1, 1mb) NOBODY\nAETable END\n",
            "no symbolic names defined",
            "AETable",
        ),
        (
            "a configuration whose table does not end",
            "AETable BEGIN\nA {folder} RW (1, 1mb) ANY\n",
            "AETable END",
            "line 2",
        ),
    )
    made += [
        case("dcmqrscp", name, "-c a.cfg {port}", configured(text), code=10, what=what, cause="mistake",
             remedy="mend the lines named", names=("a.cfg", named), has_dcmtk=True)
        for name, text, what, named in mistakes
    ]  # fmt: skip
    made += [
        case(
            "dcmqrscp",
            "a configuration that is a folder",
            "-c . {port}",
            code=10,
            what="is a directory",
            cause="mistyped",
            remedy="--config",
            names=(".",),
            has_dcmtk=False,
        ),
        case(
            "dcmqrscp",
            "a trail into a folder that is not there",
            "--audit-file none/x/y -c a.cfg {port}",
            configured(),
            code=10,
            what="audit trail & cannot be written",
            cause="missing, full or read-only",
            remedy="mend",
            names=("none/x/y",),
            has_dcmtk=False,
        ),
    ]
    return made


def _end(number: int) -> Scene:
    def action(stage: Stage, process: "Popen[bytes]") -> None:
        out = stage.apart / "out"
        wait(lambda: b"listener-started" in out.read_bytes(), process)
        process.send_signal(number)

    return doing(action)


def _signals() -> list[Case]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    made = [
        case("dcmrecv", f"{number.name} while it waits", _OUT, _out, _end(number), code=128 + number,
             what="in order", cause="cancelling", remedy="second signal", has_dcmtk=False)
        for number in numbers
    ]  # fmt: skip
    made += [
        case("dcmqrscp", f"{number.name} while it waits", "-c a.cfg {port}", configured(), _end(number),
             code=128 + number, what="in order", cause="ending", remedy="second signal", has_dcmtk=False)
        for number in numbers[:2]
    ]  # fmt: skip
    return made


def cases() -> list[Case]:
    """All of them."""
    return _full() + _served() + _settings() + _signals()
