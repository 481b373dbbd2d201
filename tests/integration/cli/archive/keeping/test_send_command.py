from pathlib import Path

from tests.helpers.archives.administered import Command
from tests.helpers.archives.served_archives import destination, encoded, running


def test_a_study_goes_to_a_peer_of_the_configuration(tmp_path: Path, command: Command) -> None:
    area = tmp_path / "area"
    with destination() as there, running(area) as archive:
        archive.put(encoded("1.1"), encoded("1.2"), encoded("2.1", study="1.2.4", series="1.2.4.1"))
        configuration = tmp_path / "a.cfg"
        configuration.write_text(
            f"HostTable BEGIN\nstore = (STORE, 127.0.0.1, {there.port})\nHostTable END\n"
            f"AETable BEGIN\nARCHIVE {area} RW (9, 9mb) ANY\nAETable END\n"
        )
        done = command("send", "STORE", "study", "1.2.3", "-c", configuration)
        assert done.code == 0
        assert set(there.stored) == {"1.1", "1.2"}
        done = command("send", f"ANY@127.0.0.1:{there.port}", "1.2.4", "-c", configuration)
        assert done.code == 0
        assert set(there.stored) == {"1.1", "1.2", "2.1"}
        assert there.requests[-1].MoveOriginatorApplicationEntityTitle is None


def test_what_is_not_stored_there_is_told(tmp_path: Path, command: Command) -> None:
    with destination(lambda number: 0xA700 if number == 1 else 0) as there, running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        done = command("send", f"ANY@127.0.0.1:{there.port}", "1.2.3", "--folder", tmp_path)
        assert done.code == 80
        assert "1 of 2 instances stored by ANY" in done.err
        assert command("send", f"ANY@127.0.0.1:{there.port}", "1.2.9", "--folder", tmp_path).code == 80
        done = command("send", "NOBODY", "1.2.3", "--folder", tmp_path)
        assert done.code == 10
        assert 'no peer called "NOBODY"' in done.err
