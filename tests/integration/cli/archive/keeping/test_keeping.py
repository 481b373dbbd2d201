import os
import sys
from pathlib import Path

import pytest

from dicomdesk.cli.archive.confirmation import who_asks
from dicomdesk.cli.archive.keeping.hold_command import PROGRAM as HOLD
from dicomdesk.cli.archive.keeping.release_command import PROGRAM as RELEASE
from dicomdesk.cli.archive.keeping.remove_command import PROGRAM as REMOVE
from dicomdesk.cli.archive.keeping.trash_command import PROGRAM as TRASH
from tests.helpers.archives.administered import Command, objects
from tests.helpers.archives.served_archives import encoded, running
from tests.helpers.dcmtk.commands import ours, run

_ON_TERMINAL = """
import os, pty, sys
answer = sys.argv[1].encode()
def read(fd):
    data = os.read(fd, 1024)
    if b"[y/N]" in data:
        os.write(fd, answer)
    return data
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))
"""


def test_a_study_goes_into_the_trash_and_comes_back(tmp_path: Path, command: Command) -> None:
    where = ("--folder", tmp_path, "--json")
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        (planned,) = objects(command("remove", "1.2.3", "--dry-run", *where))
        assert (planned["event"], planned["instances"], planned["held_why"]) == ("removal-planned", 2, None)
        assert len(archive.files()) == 2
        done = command("remove", "1.2.3", "--yes", "--why", "it was wrong", *where)
        assert done.code == 0
        removed = objects(done)[-1]
        assert (removed["event"], removed["instances"]) == ("removed", 2)
        assert archive.files() == {}
        (entry,) = objects(command("trash", *where))
        assert (entry["id"], entry["why"], entry["by"]) == (removed["trash"], "it was wrong", who_asks())
        assert entry["what"] == "study StudyInstanceUID=1.2.3"
        assert command("trash", "empty", "--yes", *where).out == ""
        done = command("trash", "restore", removed["trash"][:-2], *where)
        assert done.code == 0
        assert objects(done)[0]["instances"] == 2
        assert len(archive.files()) == 2
        assert command("remove", "1.2.3", "--yes", *where).code == 0
        (deleted,) = objects(command("trash", "empty", "--all", "--yes", *where))
        assert (deleted["event"], deleted["instances"]) == ("deleted", 2)
        assert objects(command("trash", *where)) == []


def test_what_is_on_hold_stays_and_says_so(tmp_path: Path, command: Command) -> None:
    where = ("--folder", tmp_path, "--json")
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"))
        (held,) = objects(command("hold", "PatientID=P1", "--why", "lawsuit", *where))
        assert (held["study_instance_uid"], held["why"]) == ("1.2.3", "lawsuit")
        assert objects(command("hold", *where))[0]["study_instance_uid"] == "1.2.3"
        done = command("remove", "1.2.3", "--yes", *where)
        assert done.code == 80
        assert "on hold" in done.err
        assert objects(done)[-1]["held"] == ["1.2.3"]
        assert command("release", "1.2.3", *where).code == 0
        assert command("release", "1.2.3", *where).code == 80
        assert command("remove", "1.2.3", "--yes", *where).code == 0
        assert archive.files() == {}


def test_nothing_that_matches_is_no_success(tmp_path: Path, command: Command) -> None:
    with running(tmp_path):
        for words in (["remove", "1.2.3", "--yes"], ["hold", "1.2.3"], ["release", "1.2.3"]):
            assert command(*words, "--folder", tmp_path).code == 80
        done = command("trash", "restore", "2026", "--folder", tmp_path)
        assert done.code == 10
        assert 'No entry of the trash is called "2026"' in done.err


@pytest.mark.parametrize(
    "words",
    [["remove", "PatientID="], ["hold", "series", "1.2"], ["trash", "burn"], ["trash", "restore"], ["release"]],
)
def test_what_would_be_a_mistake_is_refused(tmp_path: Path, command: Command, words: list[str]) -> None:
    with running(tmp_path):
        done = command(*words, "--folder", tmp_path)
    assert done.code in (1, 10)
    assert done.err


@pytest.mark.long
def test_somebody_at_a_terminal_is_asked_and_without_one_nothing_goes(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"))
        words = [*ours("archive"), "remove", "1.2.3", "--folder", str(tmp_path)]
        if not os.path.exists("/dev/tty") or not _has_terminal():
            refused = run(words)
            assert refused.code == 89
            assert "--yes is not given" in refused.err
            assert len(archive.files()) == 1
        asked = [sys.executable, "-c", _ON_TERMINAL]
        assert run(asked, "n\n", *words).code == 89
        assert len(archive.files()) == 1
        assert run(asked, "y\n", *words).code == 0
        assert archive.files() == {}


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def test_each_says_what_it_writes() -> None:
    assert all(program.tool.objects for program in (HOLD, RELEASE, REMOVE, TRASH))
