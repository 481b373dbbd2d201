"""``archive reload`` and SIGHUP: a server reads its configuration again, and says what became of it."""

from pathlib import Path

import pytest

from tests.helpers.archives.administered import Command, objects
from tests.helpers.dcmtk.commands import dcmtks, ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import free_port

AREA = "AETable BEGIN\nARCHIVE {folder}/area RW (unlimited, unlimited) {peers}\nAETable END\n"


@pytest.mark.dcmtk
@pytest.mark.long
def test_a_peer_is_let_in_without_a_restart_and_a_mistake_changes_nothing(tmp_path: Path, command: Command) -> None:
    (tmp_path / "area").mkdir()
    configuration, port = tmp_path / "a.cfg", free_port()
    configuration.write_text(AREA.format(folder=tmp_path, peers="(CT1, localhost, 104)"))
    echo = [*dcmtks("echoscu"), "-aet", "CT2", "-aec", "ARCHIVE", "localhost", str(port)]
    words = ("reload", "--config", configuration, "--json")
    assert command(*words).code == 80
    with running(ours("dcmqrscp"), "-c", str(configuration), "-v", str(port)) as process:
        wait_for_line(process, "listening on port")
        assert run(echo).code == 1
        configuration.write_text(AREA.format(folder=tmp_path, peers="(CT1, localhost, 104) (CT2, localhost, 104)"))
        done = command(*words)
        (told,) = objects(done)
        assert (done.code, told["pid"], told["is_in_force"]) == (0, process.pid, True)
        assert run(echo).code == 0

        configuration.write_text(AREA.format(folder=tmp_path, peers="(CT2, localhost, 99999)"))
        done = command(*words)
        assert (done.code, objects(done)) == (10, [])
        assert 'E: AETable: "99999" is no port in configuration file, line 2' in done.err
        configuration.write_text("MaxAssociations = 3\n" + AREA.format(folder=tmp_path, peers="ANY"))
        done = command(*words)
        (told,) = objects(done)
        assert (done.code, told["is_in_force"]) == (80, False)
        assert told["problems"] == ["MaxAssociations cannot change while the archive runs: start it anew"]
        assert run([*echo[:2], "CT3", *echo[3:]]).code == 1
        wait_for_line(process, "the old one stays in force")
