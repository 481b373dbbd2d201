"""Failures of what is kept: journals, rules, the archive's index, storage areas and backups."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.failures.case import Case, Scene, make
from tests.failures.serving import configured
from tests.failures.stage import Stage, file, no_listener, peer
from tests.helpers.dcmtk.commands import ours, run

_JOURNAL_CODE, _RULES_CODE, _ARCHIVE_CODE, _NOTHING_CODE = 87, 22, 10, 80
_RULES = '{"dicomdesk_rules": 1, "rules": %s}'


def journal(spoil: Callable[[Path], object]) -> Scene:
    """A journal in ``j``, of which something is spoilt."""

    def scene(stage: Stage) -> None:
        from dicomdesk.engine.journal.sqlite_journal import SqliteJournal  # noqa: PLC0415 - here alone

        path = stage.home / "j"
        SqliteJournal(str(path)).close()
        spoil(path)

    return scene


def _make_newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version + 1}")


def _garble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100:4000] = b"\xa5" * 3900
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _locked(stage: Stage) -> None:
    journal(lambda _path: None)(stage)
    held = stage.stack.enter_context(closing(sqlite3.connect(stage.home / "j")))
    held.execute("BEGIN EXCLUSIVE")


def _journals() -> list[Case]:
    damaged = ("is damaged", "disk was full|a copy of it broke off", "another journal|backup")
    foreign = ("is no journal", "mistyped", "path of the journal")
    rows: tuple[tuple[str, Scene, tuple[str, str, str]], ...] = (
        (
            "of a newer version",
            journal(_make_newer),
            ("newer version", "newer dicomdesk has written", "with that version"),
        ),
        ("that is garbled", journal(_garble), damaged),
        ("that is cut", journal(_cut), damaged),
        ("in use", _locked, ("is in use", "another process", "wait|end it")),
        ("that is a folder", journal(_as_folder), foreign),
        ("that is empty", file("j", b""), foreign),
    )
    made = [
        make(
            "resume",
            f"a journal {name}{shown}",
            f"--journal j{option}",
            scene,
            code=_JOURNAL_CODE,
            names=("j",),
            what=words[0],
            cause=words[1],
            remedy=words[2],
            has_dcmtk=False,
        )
        for name, scene, words in rows
        for shown, option in (("", ""), (", to be listed", " --list"))
    ]
    made += [
        make("resume", "an errand that there is not", "--journal j --errand 7", journal(lambda _path: None),
             code=_NOTHING_CODE, what="has no errand 7", cause="mistyped|forgotten", remedy="resume --list",
             names=("j", "7"), is_reported=False, has_dcmtk=False),
        make("resume", "no journal is named", "", code=1, what="missing option --journal", cause="left out",
             remedy="--help", names=("--journal",), has_dcmtk=False),
        make("resume", "a state that there is not", "--journal j --history --state odd", code=1, what="odd",
             cause="none of those", remedy="waiting & --help", names=("--state",), has_dcmtk=False),
        make("dcmsend", "a journal that is a folder", "127.0.0.1 {port} ct.dcm", peer(), journal(_as_folder),
             options="--journal j", code=_JOURNAL_CODE, what="is no journal", cause="mistyped",
             remedy="path of the journal", names=("j",), has_dcmtk=False, is_reported=False),
    ]  # fmt: skip
    return made


def _rules() -> list[Case]:
    rows = (
        (
            "of another version",
            '{"dicomdesk_rules": 99, "rules": []}',
            "version 99",
            "newer dicomdesk",
            "use that version|docs/routing",
        ),
        ("that are a list", "[]", "no object", "something else|bracket", "docs/routing"),
        (
            "without their version",
            '{"rules": []}',
            "no file of rules",
            "something else|bracket",
            "place named|docs/routing",
        ),
        ("that are no JSON", "{bad", "not JSON & line 1", "bracket, comma or quotation", "place named"),
        ("that are empty", "", "not JSON", "something else", "docs/routing"),
        ("one of them without a name", _RULES % "[{}]", "rule 1 & name", "missing, mistyped", "rule named"),
        (
            "one of them with an odd key",
            _RULES % '[{"name": "a", "odd": 1}]',
            "rule 1 & odd",
            "missing, mistyped",
            "rule named",
        ),
        ("none of which is on", _RULES % "[]", "no rule is on", "no rules, or", "switch on|add one"),
    )
    made = [
        make(
            "route",
            f"rules {name}",
            "--rules r.json --journal j --port 11119",
            file("r.json", text),
            code=_RULES_CODE,
            what=what,
            cause=cause,
            remedy=remedy,
            names=("r.json",),
            has_dcmtk=False,
        )
        for name, text, what, cause, remedy in rows
    ]
    good = file("r.json", _RULES % '[{"name": "a", "to": ["X"]}]')
    made += [
        make("route", "rules that are a folder", "--rules . --list", code=_RULES_CODE, what="is a directory",
             cause="something else", remedy="place named|docs/routing", names=(".",), has_dcmtk=False),
        make("route", "the history of a rule that there is not", "--rules r.json --history x --journal j", good,
             code=_RULES_CODE, what='no rule called "x"', cause="mistyped", remedy="--list", names=("x",),
             has_dcmtk=False),
        make("route", "a trial with a file that is not there", "--rules r.json --test none.dcm", good,
             code=_NOTHING_CODE, what="no such file", cause="mistyped|moved", remedy="check the path",
             names=("none.dcm",), has_dcmtk=False),
    ]  # fmt: skip
    return made


def _indexed(stage: Stage) -> None:
    """An area with an index, and nothing in it."""
    configured()(stage)
    done = run(ours("dcmqrscp"), "--reindex", "-c", "a.cfg", "11119", folder=stage.home)
    assert done.code == 0, done.err


def _garbled_index(stage: Stage) -> None:
    _indexed(stage)
    _garble(stage.home / "area/.dicomdesk/index.sqlite")


def _archives() -> list[Case]:
    nothing = ("nothing matches", "mistyped & removed", "archive list")
    no_index = ("has no index", "removed|no server", "dcmqrscp --reindex")
    rows: tuple[tuple[str, str, Scene, int, tuple[str, str, str], tuple[str, ...]], ...] = (
        ("figures of an area without an index", "stats", configured(), _ARCHIVE_CODE, no_index, ("{area}",)),
        ("a study of an area without an index", "show", configured(), _ARCHIVE_CODE, no_index, ("{area}",)),
        ("a study that there is not", "show", _indexed, _NOTHING_CODE, nothing, ()),
        ("removal of a study that there is not", "remove", _indexed, _NOTHING_CODE, nothing, ()),
        ("export of a study that there is not", "export", _indexed, _NOTHING_CODE, nothing, ()),
        ("hold of a study that there is not", "hold", _indexed, _NOTHING_CODE, nothing, ()),
        (
            "release of a study that there is not",
            "release",
            _indexed,
            _NOTHING_CODE,
            ("none of these studies", *nothing[1:]),
            (),
        ),
        (
            "correction without a value",
            "correct",
            _indexed,
            1,
            ("missing option --set", "left out", "--help"),
            ("--set",),
        ),
        (
            "merge of a patient that there is not",
            "merge",
            _indexed,
            _ARCHIVE_CODE,
            ("no patient", "mistyped", "archive list"),
            (),
        ),
        (
            "undoing of what was not done",
            "undo",
            _indexed,
            _NOTHING_CODE,
            ("nothing was found", "mistyped|removed", "archive list"),
            (),
        ),
        (
            "an entry of the trash that there is not",
            "trash",
            _indexed,
            _ARCHIVE_CODE,
            ('called "7"', "no entry of that name", "trash list"),
            ("7",),
        ),
        (
            "import of a file that is not there",
            "import",
            _indexed,
            _NOTHING_CODE,
            ("no such file", "mistyped|moved", "check the path"),
            ("none.dcm",),
        ),
        (
            "a backup into a file",
            "backup",
            _indexed,
            _ARCHIVE_CODE,
            ("not a directory", "through a file", "another path"),
            ("ct.dcm",),
        ),
        (
            "a backup that is not there",
            "check-backup",
            _indexed,
            _ARCHIVE_CODE,
            ("none has no backup", "mistyped|not mounted", "folder that archive backup"),
            ("none",),
        ),
        (
            "restoring from a folder without a backup",
            "restore",
            _indexed,
            _ARCHIVE_CODE,
            ("none has no backup", "mistyped|not mounted", "folder that archive backup"),
            ("none",),
        ),
        (
            "retention that nothing is said of",
            "retention",
            _indexed,
            _ARCHIVE_CODE,
            ("RetentionTable says nothing", "no such area|configuration", "--keep-days|--area"),
            ("ARCHIVE",),
        ),
        (
            "a reload that nobody takes",
            "reload",
            _indexed,
            _NOTHING_CODE,
            ("no server", "not served now", "nothing is lost|ask on"),
            (),
        ),
        (
            "a level that there is not",
            "list nothings",
            _indexed,
            1,
            ("nothings", "not known|neither a level", "archive list --help|patient, patients"),
            ("nothings",),
        ),
        (
            "a key that there is not",
            "list Odd",
            _indexed,
            1,
            ("Odd is no key", "not known", "archive list --help"),
            ("Odd",),
        ),
        (
            "a folder that is no area",
            "list folder",
            _indexed,
            _ARCHIVE_CODE,
            ("no folder, or does not exist", "missing", "make the folder|another path"),
            ("none",),
        ),
        (
            "an area that there is not",
            "stats area",
            _indexed,
            _ARCHIVE_CODE,
            ('names no storage area "NONE"', "no such area", "--area"),
            ("NONE",),
        ),
        (
            "figures by a garbled index",
            "stats",
            _garbled_index,
            _ARCHIVE_CODE,
            ("index is damaged", "disk was full|went down", "dcmqrscp --reindex"),
            (),
        ),
        ("a removal without a key", "remove all", _indexed, _ARCHIVE_CODE, ("needs a key", "key", "archive list"), ()),
        ("an export without a key", "export all", _indexed, 1, ("needs a key", "key", "archive list|backup"), ()),
    )
    return [
        make("archive", name, _WORDS[command], no_listener, scene, code=code, what=words[0], cause=words[1],
             remedy=words[2], names=names, has_dcmtk=False)
        for name, command, scene, code, words, names in rows
    ]  # fmt: skip


_WORDS = {
    "stats": "stats --config a.cfg",
    "stats area": "stats --config a.cfg --area NONE",
    "show": "show --config a.cfg study 1.2.3",
    "remove": "remove --config a.cfg study 1.2.3",
    "remove all": "remove --config a.cfg study",
    "export": "export --config a.cfg out study 1.2.3",
    "export all": "export --config a.cfg out study",
    "hold": "hold --config a.cfg study 1.2.3",
    "release": "release --config a.cfg study 1.2.3",
    "correct": "correct --config a.cfg study 1.2.3",
    "merge": "merge --config a.cfg A B",
    "undo": "undo --config a.cfg 7",
    "trash": "trash --config a.cfg restore 7",
    "import": "import --config a.cfg none.dcm",
    "backup": "backup --config a.cfg ct.dcm",
    "check-backup": "check-backup none",
    "restore": "restore --config a.cfg none",
    "retention": "retention --config a.cfg",
    "reload": "reload --config a.cfg",
    "list nothings": "list --config a.cfg nothings",
    "list Odd": "list --config a.cfg patients Odd=1",
    "list folder": "list --folder none patients",
}


def cases() -> list[Case]:
    """All of them."""
    return _journals() + _rules() + _archives()
