import os
import sys
from pathlib import Path

import pytest

from dicomdesk.cli.archive.looking.show_command import PROGRAM as SHOW
from dicomdesk.cli.archive.looking.stats_command import PROGRAM as STATS
from dicomdesk.cli.archive.looking.verify_command import PROGRAM as VERIFY
from dicomdesk.cli.exit_codes import ExitCode
from tests.helpers.archives.administered import Command, objects
from tests.helpers.archives.served_archives import encoded, running


def test_a_study_is_shown_as_text_and_as_an_object(tmp_path: Path, command: Command) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
    done = command("show", "study", "1.2.3", "--folder", tmp_path)
    assert done.code == 0
    for text in ("study in ARCHIVE", "patient_name: Doe^Jane", "files: 2", "sent by: SENDER (2 files)"):
        assert text in done.out
    (details,) = objects(command("show", "study", "1.2.3", "--folder", tmp_path, "--json"))
    assert details["senders"] == {"SENDER": 2}
    assert details["below"][0]["series_instance_uid"] == "1.2.3.5"
    assert command("show", "study", "1.2.9", "--folder", tmp_path).code == 80
    assert command("show", "studies", "--folder", tmp_path).code == 1


def test_figures_are_shown(tmp_path: Path, command: Command) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
    (figures,) = objects(command("stats", "--folder", tmp_path, "--json"))
    assert (figures["studies"], figures["instances"], figures["modalities"]["CT"]["instances"]) == (1, 2, 2)
    done = command("stats", "--folder", tmp_path)
    assert done.code == 0
    assert "ARCHIVE: 1 patient, 1 study, 1 series, 2 instances" in done.out


def test_what_is_wrong_is_told_and_mended(tmp_path: Path, command: Command) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        path = next(path for path, uid in archive.indexed().items() if uid == "1.2")
        assert command("verify", "--folder", tmp_path).code == 0
        os.unlink(tmp_path / path)
        done = command("verify", "--folder", tmp_path, "--json")
        assert done.code == 80
        finding, verified = objects(done)
        assert (finding["kind"], finding["path"], finding["sop_instance_uid"]) == ("missing", path, "1.2")
        assert (verified["is_right"], verified["counts"]["missing"]) == (False, 1)
        repaired, ended = objects(command("repair", "--folder", tmp_path, "--json"))
        assert (repaired["deed"], ended["counts"]) == ("dropped", {"dropped": 1})
        assert command("verify", "--folder", tmp_path).code == 0


def test_each_says_what_it_writes() -> None:
    assert all(program.tool.objects for program in (SHOW, STATS, VERIFY))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
@pytest.mark.parametrize("words", [("stats",), ("verify",), ("verify", "--json"), ("show", "1.2.3")], ids=" ".join)
def test_a_command_whose_answer_is_lost_does_not_end_well(
    words: tuple[str, ...], tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path / "area") as archive:
        archive.put(encoded("1.1"))
    assert command(*words, "--folder", tmp_path / "area").code == 0
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        done = command(*words, "--folder", tmp_path / "area")
    assert done.code == ExitCode.CANNOT_WRITE_REPORT_FILE
    assert done.err.count("cannot write to standard output: No space left on device") == 1
