"""Retrieves and lists that were ended in whatever way are taken up from a journal, and nothing is fetched twice."""

import os
import signal
from pathlib import Path

from dicomdesk.archive.facts import SubOperationEnded
from dicomdesk.dicom.query.sop_classes import Service
from tests.helpers.archives.listed_studies import asked, instance_uids, sent, study, write_list
from tests.helpers.archives.served_archives import ARCHIVE, Running, running
from tests.helpers.dcmtk.commands import DEADLINE_S, Done, ours, run
from tests.helpers.dcmtk.commands import running as tool_running
from tests.helpers.dcmtk.programs import free_port

INSTANCES = 40


def words(port: int, *more: str | Path) -> list[str]:
    return ["-aec", ARCHIVE, "127.0.0.1", str(port), *map(str, more)]


def put(archive: Running, *numbers: int) -> None:
    archive.put(*(data for number in numbers for data in study(number, instances=INSTANCES)))


def stored(folder: Path) -> set[str]:
    return {path.name.partition(".")[2] for path in folder.iterdir() if path.name.startswith("CT.")}


def resume(folder: Path, *more: str) -> Done:
    return run(ours("resume"), "--journal", "kept", *more, folder=folder)


def test_a_retrieve_whose_peer_was_away_is_fetched_when_it_is_back(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    key = ["-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.1"]
    port = free_port()
    failed = run(ours("getscu"), *words(port, "--journal", "kept", "-od", "out", *key), folder=tmp_path)
    assert failed.code == 1
    assert "dicomdesk resume --journal kept takes it up again" in failed.err
    assert "retrieve-" in resume(tmp_path, "--list").out
    assert resume(tmp_path).code == 80
    with running(tmp_path / "archive", port=port) as archive:
        put(archive, 1)
        done = resume(tmp_path)
        assert (done.code, stored(tmp_path / "out")) == (0, set(instance_uids(1, INSTANCES))), done.err
        assert resume(tmp_path).code == 0
        assert asked(archive, Service.GET) == 1
    assert not resume(tmp_path, "--list").out
    assert "done" in resume(tmp_path, "--history").out


def test_a_retrieve_that_was_killed_goes_on_from_where_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    key = ["-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.1"]
    with running(tmp_path / "archive") as archive:
        put(archive, 1)
        command = [*ours("getscu"), *words(archive.port, "--journal", "kept", "-od", "out", *key)]
        with tool_running(command, folder=tmp_path) as process:
            archive.wait_for(SubOperationEnded, 5)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(DEADLINE_S)
        done = resume(tmp_path)
    assert (done.code, stored(out)) == (0, set(instance_uids(1, INSTANCES))), done.err


def test_a_list_that_was_killed_goes_on_with_the_lines_that_are_left(tmp_path: Path) -> None:
    path, out = write_list(tmp_path / "list.csv", [1, 2, 3]), tmp_path / "out"
    out.mkdir()
    with running(tmp_path / "archive") as archive:
        put(archive, 1, 2, 3)
        command = [*ours("getscu"), *words(archive.port, "--list", path, "--journal", "kept", "-od", "out")]
        with tool_running(command, folder=tmp_path) as process:
            archive.wait_for(SubOperationEnded, INSTANCES + 5)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(DEADLINE_S)
        assert list(tmp_path.glob("kept.list-*"))
        done = resume(tmp_path)
        assert done.code == 0, done.err
        assert stored(out) == {uid for number in (1, 2, 3) for uid in instance_uids(number, INSTANCES)}
        assert all(sent(archive)[uid] == 1 for uid in instance_uids(1, INSTANCES))
    assert not list(tmp_path.glob("kept.list-*"))
