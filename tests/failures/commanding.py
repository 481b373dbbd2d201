"""Failures of what was typed: hosts, numbers, names of files, files of words, logs, identities, profiles."""

import os

from tests.failures.case import Case, make
from tests.failures.connecting import LINES
from tests.failures.inputs import case
from tests.failures.serving import PROFILES
from tests.failures.stage import Stage, file, host, instance, peer, wrapped
from tests.helpers.peers.fake_peer import Answer, Close, Reject, Release, Send, Silence

_PORTS = "127.0.0.1 {port}"
_CT = f"{_PORTS} ct.dcm"
_KEYS = "-S -k QueryRetrieveLevel=STUDY"


def _hosts() -> list[Case]:
    made = [
        make("dcmsend", f"a host with {name}", LINES["dcmsend"], host(typed), code=61, what="is not known",
             cause="brackets, a port or the beginning of a web address", remedy="bare host name", names=(typed,),
             outcome="not-sent")
        for name, typed in (
            ("brackets", "[::1]"),
            ("its port", "127.0.0.1:104"),
            ("http", "http://127.0.0.1"),
            ("a path", "https://pacs.example/dicom"),
        )
    ]  # fmt: skip
    for tool, typed in (("echoscu", "256.1.1.1"), ("findscu", "fe80::1%none"), ("getscu", "x" * 300)):
        made.append(
            make(tool, f"a host {typed[:12]}", LINES[tool], host(typed), code=2 if tool == "findscu" else 1,
                 what="unknown host", cause="mistyped", remedy="spelling", names=(typed,))
        )  # fmt: skip
    return made


def _numbers() -> list[Case]:
    rows = (
        ("dcmsend", "port 0", "127.0.0.1 0 ct.dcm", "0 (underflow)", "0"),
        ("storescu", "a port of four thousand digits", f"127.0.0.1 {'9' * 4000} ct.dcm", "overflow", "9999"),
        ("findscu", "a port that is a word", f"{_KEYS} 127.0.0.1 dicom", "dicom", "dicom"),
        ("echoscu", "99 transfer syntaxes", f"-pts 99 {_PORTS}", "overflow: 99", "--propose-ts"),
        ("echoscu", "a repetition of none", f"--repeat 0 {_PORTS}", "underflow: 0", "--repeat"),
        ("movescu", "a time-out below all", f"-ta -1 {_KEYS} {_PORTS}", "--acse-timeout", "--acse-timeout"),
    )
    return [
        case(tool, name, words, code=1, what=what, cause="out of its range", remedy="--help|65535", names=(named,),
             is_reported=False)
        for tool, name, words, what, named in rows
    ]  # fmt: skip


def _words() -> list[Case]:
    rows = (
        (
            "dcmsend",
            "a file of words that is not there",
            f"{_PORTS} @none",
            "command file 'none'",
            "begins with @",
            "path behind @",
        ),
        (
            "dcmsend",
            "a log configuration that is not there",
            f"-lc none {_CT}",
            "log-config & does not exist",
            "missing",
            "correct",
        ),
        (
            "dcmsend",
            "a log configuration that is none",
            f"-lc ct.dcm {_CT}",
            "log-config",
            "cannot be understood|missing",
            "correct",
        ),
        ("dcmsend", "a log level that there is not", f"-ll loud {_CT}", "log level", "cannot be understood", "correct"),
        (
            "storescu",
            "an option of another tool",
            f"--read-from-dicomdir {_CT}",
            "unknown option",
            "another tool",
            "--help",
        ),
        (
            "dcmsend",
            "two options that exclude each other",
            f"--decompress-never --lossy-quality 9 {_CT}",
            "",
            "mistyped|makes no sense",
            "--help",
        ),
        ("echoscu", "a word too many", f"{_PORTS} more", "too many parameters", "word too many", "--help"),
        ("movescu", "a command without parameters that are needed", "127.0.0.1", "missing parameter", "out", "--help"),
    )
    return [
        case(tool, name, words, code=1, what=what, cause=cause, remedy=remedy, names=(), is_reported=False,
             has_dcmtk=False)
        for tool, name, words, what, cause, remedy in rows
    ]  # fmt: skip


def _odd_name(stage: Stage) -> None:
    """A file that is no DICOM, and whose name is not UTF-8."""
    (stage.home / "ct.dcm").unlink()
    with open(os.fsencode(stage.home) + b"/caf\xe9.dcm", "wb") as odd:
        odd.write(b"no DICOM" * 100)


def _files() -> list[Case]:
    return [
        case(
            "dcmsend",
            "a name that is not UTF-8",
            f"+sd {_PORTS} .",
            _odd_name,
            code=22,
            what="meta information header missing",
            cause="no DICOM header",
            remedy="leave it out",
            names=(r"caf\xe9.dcm",),
        ),
        case(
            "dcmsend",
            "a ZIP archive that is none",
            f"{_PORTS} a.zip",
            file("a.zip", b"PK\3\4" + bytes(90)),
            code=22,
            what="zip archive cannot be read",
            cause="copy of it broke off",
            remedy="get it again|unpack",
            names=("a.zip",),
            has_dcmtk=False,
        ),
        case(
            "dcmsend",
            "a name of 5000 letters",
            f"{_PORTS} {'x' * 5000}",
            code=22,
            what="file name too long",
            cause="longer than the file system takes",
            remedy="shorter",
            names=("xxxx",),
            has_dcmtk=False,
        ),
        case(
            "dcmsend",
            "a report on a full disk",
            f"+crf /dev/full {_CT}",
            peer(),
            code=43,
            what="cannot write detailed report",
            cause="disk is full",
            remedy="path in a folder|log, and JSON",
            names=("/dev/full",),
            is_reported=False,
        ),
        case(
            "dcmsend",
            "a report into a folder",
            f"+crf . {_CT}",
            peer(),
            code=43,
            what="cannot write detailed report & is a directory",
            cause="must not be written to",
            remedy="path in a folder|log, and JSON",
            names=("'.'",),
            is_reported=False,
        ),
        case(
            "storescu",
            "a SOP class of a vendor",
            _CT,
            peer(),
            file("ct.dcm", instance(sop_class_uid="1.2.3.4")),
            code=1,
            what="no presentation context for & 1.2.3.4",
            cause="does not take this SOP class",
            remedy="switched on",
            outcome="not-sent",
        ),
        case(
            "getscu",
            "a list that is empty",
            f"--list l.csv {_KEYS} {_PORTS}",
            file("l.csv", ""),
            code=22,
            what="list is empty",
            cause="empty",
            remedy="save it as CSV",
            names=(),
            has_dcmtk=False,
        ),
        case(
            "getscu",
            "a list that is not there",
            f"--list none.csv {_KEYS} {_PORTS}",
            code=1,
            what="cannot access file",
            cause="mistyped|moved",
            remedy="check the path",
            names=("none.csv",),
            has_dcmtk=False,
        ),
    ]


def _identities() -> list[Case]:
    token = ("kerberos, SAML or JWT", "ticket, assertion or token", "correct its path")
    profile = ("no such file", "--config-file")
    rows = (
        ("a ticket that is not there", "--kerberos none", (), (*token,)),
        ("an assertion that is empty", "--saml empty", (file("empty", ""),), (*token,)),
        ("a profile file that is not there", "-xf none Default", (), ("unable to open & none", *profile)),
        (
            "a profile that is unknown",
            "-xf p.cfg Missing",
            (file("p.cfg", PROFILES),),
            ("MISSING", "mistyped", "name"),
        ),
        (
            "a profile file of rubbish",
            "-xf p.cfg Default",
            (file("p.cfg", "[[nonsense\n"),),
            ("config file", "mistake", "line named"),
        ),
    )
    made = [
        case("storescu", name, f"{option} {_CT}", *scenes, code=1, what=what, cause=cause, remedy=remedy, names=(),
             is_reported=False)
        for name, option, scenes, (what, cause, remedy) in rows
    ]  # fmt: skip
    made += [
        case(
            "storescu",
            "a passcode that the peer refuses",
            f"-usr anna -pwd x {_CT}",
            peer(associate=[Reject(1, 2, 1)]),
            code=1,
            what="reject",
            cause="did not accept the user identity",
            remedy="user name and password",
            names=("{peer}",),
            outcome="not-sent",
        ),
        case(
            "storescu",
            "a user whom the peer does not confirm",
            f"-usr anna -pwd x -rsp {_CT}",
            peer(),
            code=1,
            what="did not confirm|positive response",
            cause="did not confirm",
            remedy="check it",
            names=("{peer}",),
            outcome="not-sent",
        ),
    ]
    return made


def _answers() -> list[Case]:
    """Of peers that answer queries and retrieves with what is no answer."""
    rubbish, released = Send(b"rubbish!!"), Release()
    fault = ("unrecognized PDU|not DICOM", "fault|something on the way", "log")
    gone = ("release", "stopped|broke off", "log|again")
    rows = (
        ("findscu", "rubbish", rubbish, 0, fault),
        ("movescu", "rubbish", rubbish, 0, fault),
        ("getscu", "rubbish", rubbish, 1, fault),
        ("findscu", "a release", released, 0, gone),
        ("movescu", "a release", released, 0, gone),
        ("getscu", "a release", released, 1, gone),
        ("getscu", "the end of the connection", Close(), 1, ("closed|abort", "stopped|broke off", "log|again")),
        (
            "findscu",
            "a data set that is cut",
            Send(b"\4\0\0\0\0\x0a\0\0\0\6\1\3zzzz"),
            0,
            ("badly formed", "fault", "log"),
        ),
        ("findscu", "a status of its own", Answer(0x1234), 0, ("1234", "does not define", "log")),
        ("findscu", "a cancel of its own", Answer(0xFE00), 0, ("FE00", "cancel", "log|again|narrow")),
        ("movescu", "a cancel of its own", Answer(0xFE00), 0, ("", "removed meanwhile|cancel", "query again|again")),
        ("movescu", "status 0124H", Answer(0x0124), 69, ("0124", "does not allow", "permit")),
        ("movescu", "status A701H", Answer(0xA701), 69, ("A701", "could not count", "less at once|later")),
        ("getscu", "status 0122H", Answer(0x0122), 0, ("0122", "does not serve this model", "another one")),
        ("getscu", "status A701H", Answer(0xA701), 0, ("A701", "could not count", "less at once|later")),
    )
    made = [
        make(tool, f"answered with {name}", LINES[tool], peer(answers=[[answer]]), code=code, what=what, cause=cause,
             remedy=remedy, names=("{peer}",), never=("does not speak DICOM",))
        for tool, name, answer, code, (what, cause, remedy) in rows
    ]  # fmt: skip
    made += [
        make("echoscu", "answered with rubbish", LINES["echoscu"], peer(echo=rubbish), code=70, what=fault[0],
             cause=fault[1], remedy=fault[2], names=("{peer}",), never=("does not speak DICOM",)),
        make("echoscu", "silent at the release", f"-ta 1 {LINES['echoscu']}", peer(release=Silence()), code=1,
             what="release & timeout|in time", cause="went away", remedy="nothing is lost|log", names=("{peer}",),
             is_long=True),
        make("passcode", "no passcode is given", "users anna", wrapped("exec </dev/null"), code=1,
             what="no passcode was given", cause="nothing was typed", remedy="type it|standard input", names=(),
             has_dcmtk=False),
    ]  # fmt: skip
    return made


def cases() -> list[Case]:
    """All of them."""
    return _hosts() + _numbers() + _words() + _files() + _identities() + _answers()
