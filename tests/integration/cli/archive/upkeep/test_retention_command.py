"""``archive retention``: what would go and why, and that it goes."""

import time
from pathlib import Path

import pytest

from tests.helpers.archives.administered import Command, objects
from tests.helpers.archives.served_archives import encoded, running

CONFIGURATION = (
    "AETable BEGIN\nARCHIVE {0} RW (unlimited, unlimited) ANY\nAETable END\n"
    "RetentionTable BEGIN\nARCHIVE 10 unlimited\nRetentionTable END\n"
)


def test_a_dry_run_shows_what_would_go_and_then_it_goes(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = tmp_path / "a.cfg"
    configuration.write_text(CONFIGURATION.format(tmp_path / "area"))
    now_s = time.time()
    with running(tmp_path / "area") as archive:
        for number, days in ((1, 30), (2, 2)):
            with monkeypatch.context() as patch:
                patch.setattr(time, "time_ns", lambda days=days: round((now_s - days * 86_400.0) * 1e9))
                archive.put(encoded(f"{number}.1", study=f"{number}"))
        words = ("retention", "--config", configuration, "--json")
        (planned,) = objects(command(*words, "--dry-run"))
        assert (planned["study_instance_uid"], planned["reason"], planned["is_held"]) == ("1", "age", False)
        assert planned["age_days"] == pytest.approx(30.0, abs=0.2)
        assert len(objects(command(*words, "--dry-run", "--keep-days", "1"))) == 2
        assert command("hold", "1", "--config", configuration).code == 0
        assert [one["is_held"] for one in objects(command(*words, "--yes"))] == [True]
        assert command("release", "1", "--config", configuration).code == 0
        done = command(*words)
        assert done.code == 89
        assert set(archive.indexed().values()) == {"1.1", "2.1"}
        _planned, applied = objects(command(*words, "--yes"))
        assert (applied["event"], applied["studies"], applied["instances"]) == ("retention-applied", 1, 1)
        assert set(archive.indexed().values()) == {"2.1"}
        assert objects(command(*words, "--yes")) == []


def test_without_a_rule_it_is_said_how_there_would_be_one(tmp_path: Path, command: Command) -> None:
    with running(tmp_path / "area"):
        done = command("retention", "--folder", tmp_path / "area", "--dry-run")
    assert done.code == 10
    assert "--keep-days or --keep-free would" in done.err
    assert command("retention", "--folder", tmp_path, "--keep-free", "x").code == 1
