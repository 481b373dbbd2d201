"""An archive removes by itself what its rules say; of several processes one at a time does."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.areas.holds import hold_study
from dicomdesk.archive.facts import ArchiveFact, RetentionApplied
from dicomdesk.archive.setup.retention_rules import FreeSpace, RetentionRule
from dicomdesk.archive.setup.settings_in_force import SettingsInForce
from dicomdesk.archive.upkeep import retention
from dicomdesk.archive.upkeep.chores import Chores
from dicomdesk.archive.upkeep.leases import Leases
from dicomdesk.archive.upkeep.retention import Disk
from dicomdesk.errors import IndexBusyError
from tests.helpers.archives.served_archives import ARCHIVE, Running, encoded, running

OLD = RetentionRule(keep_days=10)


def chores_of(archive: Running, rule: RetentionRule, told: list[ArchiveFact]) -> Chores:
    settings = SettingsInForce(replace(archive.archive.settings, retention=rule))
    return Chores(settings, {ARCHIVE: archive.archive.keeper(ARCHIVE)}, told.append)


def put_three(archive: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Studies 1, 2 and 3, which came 30, 20 and no days ago."""
    now_s = time.time()
    for number, days in ((1, 30), (2, 20), (3, 0)):
        with monkeypatch.context() as patch:
            patch.setattr(time, "time_ns", lambda days=days: round((now_s - days * 86_400.0) * 1e9))
            archive.put(encoded(f"{number}.1", study=f"{number}"))


def test_what_is_too_old_goes_unless_it_is_on_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path) as archive:
        put_three(archive, monkeypatch)
        keeper = archive.archive.keeper(ARCHIVE)
        hold_study(keeper.storage, "1", by="x", why="court")
        told: list[ArchiveFact] = []
        chores = chores_of(archive, OLD, told)
        chores.turn()
        assert sorted(archive.indexed().values()) == ["1.1", "3.1"]
        assert len(archive.files()) == 2
        (fact,) = told
        assert isinstance(fact, RetentionApplied)
        assert (fact.studies, fact.instances, fact.held, fact.missing_bytes) == (1, 1, 1, 0)
        chores.turn()
        assert len(told) == 1
        chores_of(archive, RetentionRule(), told).turn()
        assert len(told) == 1


def test_room_is_made_and_what_is_missing_still_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(total_bytes=1_000_000, free_bytes=99_999)
    monkeypatch.setattr(retention, "disk_of", lambda _keeper: disk)
    with running(tmp_path) as archive:
        put_three(archive, monkeypatch)
        told: list[ArchiveFact] = []
        chores_of(archive, RetentionRule(keep_free=FreeSpace(percent=10)), told).turn()
        assert sorted(archive.indexed().values()) == ["2.1", "3.1"]
        chores_of(archive, RetentionRule(keep_free=FreeSpace(percent=50)), told).turn()
        assert sorted(archive.indexed().values()) == ["3.1"]
        assert [fact.missing_bytes for fact in told if isinstance(fact, RetentionApplied)] == [1, 400_001]


def test_what_another_process_sees_to_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(tmp_path) as archive:
        put_three(archive, monkeypatch)
        other = Leases(archive.archive.keeper(ARCHIVE).index.database)
        assert other.take(f"retention of {ARCHIVE}", 100.0)
        told: list[ArchiveFact] = []
        chores_of(archive, OLD, told).turn()
        assert (len(archive.indexed()), told) == (3, [])


def test_holds_that_cannot_be_read_keep_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("The archive could not be kept in order")
    with running(tmp_path) as archive:
        put_three(archive, monkeypatch)
        Path(tmp_path, ".dicomdesk", "holds.json").write_text('{"version": 99}')
        chores_of(archive, OLD, []).turn()
        assert len(archive.indexed()) == 3


def test_one_chore_that_fails_keeps_no_other_from_being_done(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("The archive could not be kept in order: locked")
    announce_log("The archive could not be kept in order, by a defect")
    done: list[int] = []

    def fail_by_lock() -> None:
        raise IndexBusyError("locked")

    def fail_by_defect() -> None:
        raise ZeroDivisionError

    with running(tmp_path) as archive:
        others = [fail_by_lock, fail_by_defect, lambda: done.append(os.getpid())]
        chores = Chores(SettingsInForce(archive.archive.settings), {}, lambda _fact: None, others)
        chores.turn()
        chores.stop()
        chores.start()
    assert done == [os.getpid()]
