"""The database of the index goes away and comes back while an archive serves: nothing is lost, nothing is left over."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.archive.facts import InstanceStored
from dicomdesk.archive.index import sqlite_url
from tests.helpers.archives.postgresql import running_postgresql, why_not_here
from tests.helpers.archives.served_archives import ARCHIVE, DEADLINE_S, encoded, running
from tests.helpers.data.studies import write_study
from tests.helpers.dcmtk.programs import dcmtk_program

COUNT = 5


@pytest.mark.long
@pytest.mark.skipif(bool(why_not_here()), reason=why_not_here())
def test_what_is_refused_while_the_database_is_down_leaves_no_file_and_comes_after_it_without_a_restart(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("could not be kept: the database of the index")
    files = write_study(tmp_path / "sent", COUNT)

    def send(port: int) -> int:
        command = [dcmtk_program("storescu"), "-nh", "-aec", ARCHIVE, "127.0.0.1", str(port), *map(str, files)]
        return subprocess.run(command, capture_output=True, timeout=DEADLINE_S, check=False).returncode

    with running_postgresql() as server, running(tmp_path / "area", database_url=server.new_database()) as archive:
        archive.put(encoded("1.2.3.4"))
        server.stop()
        for _ in range(2):
            send(archive.port)
            assert len(archive.files()) == 1
        server.start()
        assert send(archive.port) == 0
        archive.wait_for(InstanceStored, COUNT + 1)
        assert set(archive.indexed()) == set(archive.files())
        assert len(archive.files()) == COUNT + 1
        assert archive.archive.keeper(ARCHIVE).storage.leaving() == set()


@pytest.mark.long
def test_a_share_that_vanishes_refuses_and_goes_on_when_it_is_back(tmp_path: Path) -> None:
    files = write_study(tmp_path / "sent", COUNT)
    folder = tmp_path / "area"

    def send(port: int) -> int:
        command = [dcmtk_program("storescu"), "-nh", "-aec", ARCHIVE, "127.0.0.1", str(port), *map(str, files)]
        return subprocess.run(command, capture_output=True, timeout=DEADLINE_S, check=False).returncode

    with running(folder, database_url=sqlite_url(tmp_path / "index.sqlite")) as archive:
        archive.put(encoded("1.2.3.4"))
        folder.rename(tmp_path / "away")
        send(archive.port)
        assert len(archive.indexed()) == 1
        (tmp_path / "away").rename(folder)
        assert send(archive.port) == 0
        archive.wait_for(InstanceStored, COUNT + 1)
        assert set(archive.indexed()) == set(archive.files())
        assert len(archive.files()) == COUNT + 1
