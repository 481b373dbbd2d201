import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from dicomdesk.archive.administration.keeping.removal import (
    plan_removal,
    remove_planned,
    restore_from_trash,
    settle_trash,
)
from dicomdesk.archive.administration.opening import opened_areas, working_on
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.archive.areas.checksums import ALGORITHM
from dicomdesk.archive.areas.holds import hold_study
from dicomdesk.archive.areas.trash import Trash, TrashedInstance
from dicomdesk.archive.facts import OperationEnded, SubOperationEnded
from dicomdesk.errors import SettingsError
from tests.helpers.archives.served_archives import (
    MOVE_STUDY,
    Running,
    calling,
    destination,
    encoded,
    make_settings,
    running,
    serving,
)


def remove(folder: Path, *words: str, forces: bool = False, keep_days: float | None = 30.0) -> int:
    """Remove beside the server, as another process does; returns how many have gone."""
    with opened_areas(ArchivePlace(folder=folder)) as (opened,):
        plan = plan_removal(opened, read_selection(words))
        with working_on(opened) as keeper:
            return len(remove_planned(keeper, plan, by="test", forces=forces, keep_days=keep_days).removed)


def restore(folder: Path) -> tuple[int, int]:
    with opened_areas(ArchivePlace(folder=folder)) as (opened,), working_on(opened) as keeper:
        came = restore_from_trash(keeper, Trash(folder).entries()[0])
    return came.restored, len(came.present)


def test_what_is_removed_is_in_the_trash_and_comes_back_as_it_was(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"), encoded("2.1", study="1.2.4", series="1.2.4.1"))
        contents = sorted(archive.files().values())
        received = {
            found.sop_instance_uid: found.received
            for found in archive.archive.keeper("ARCHIVE").index.find_instances("ARCHIVE")
        }
        assert remove(tmp_path, "study", "1.2.3") == 2
        assert set(archive.indexed().values()) == {"2.1"}
        assert set(archive.files()) == set(archive.indexed())
        assert restore(tmp_path) == (2, 0)
        assert sorted(archive.files().values()) == contents
        assert set(archive.files()) == set(archive.indexed())
        again = archive.archive.keeper("ARCHIVE").index.find_instances("ARCHIVE")
        assert {found.sop_instance_uid: found.received for found in again} == received
        assert Trash(tmp_path).entries() == []


def test_what_has_come_again_stays_as_it_is(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1", pixels=b"old!"), encoded("1.2"))
        assert remove(tmp_path, "1.2.3") == 2
        archive.put(encoded("1.1", pixels=b"new!"))
        assert restore(tmp_path) == (1, 1)
        assert sum(content.endswith(b"new!") for content in archive.files().values()) == 1
        (entry,) = Trash(tmp_path).entries()
        assert entry.instances == 1


def test_another_patients_instance_of_the_same_uids_does_not_keep_one_in_the_trash(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("Stored, but")
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"))
        assert remove(tmp_path, "1.2.3") == 1
        archive.put(encoded("1.1", patient="P2"))
        assert restore(tmp_path) == (1, 0)
        assert sorted(archive.indexed().values()) == ["1.1", "1.1"]


def test_what_was_damaged_in_the_trash_stays_there(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1", pixels=b"good"))
        assert remove(tmp_path, "1.2.3") == 1
        trash = Trash(tmp_path)
        (entry,) = trash.entries()
        (one,) = trash.instances(entry)
        as_stored = TrashedInstance(**{**asdict(one), "checksum": f"{ALGORITHM}:{'0' * 16}"})
        lines = tmp_path / ".dicomdesk" / "trash" / entry.id / "instances.jsonl"
        lines.write_text(json.dumps(asdict(as_stored)) + "\n")
        assert restore(tmp_path) == (0, 0)
        assert trash.entries() == [entry]
        assert archive.files() == {}


def test_what_comes_after_it_was_planned_stays(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"))
        with opened_areas(ArchivePlace(folder=tmp_path)) as (opened,), working_on(opened) as keeper:
            plan = plan_removal(opened, read_selection(["patient", "P1"]))
            archive.put(encoded("1.2"), encoded("1.1", pixels=b"new!"))
            removal = remove_planned(keeper, plan, by="test")
        assert removal.removed == ()
        assert removal.entry is None
        assert sorted(archive.indexed().values()) == ["1.1", "1.2"]
        assert Trash(tmp_path).entries() == []


def test_studies_on_hold_go_only_when_that_is_forced(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("2.1", study="1.2.4", series="1.2.4.1"))
        hold_study(archive.archive.keeper("ARCHIVE").storage, "1.2.3", by="", why="")
        assert remove(tmp_path, "patient", "P1") == 1
        assert remove(tmp_path, "patient", "P1") == 0
        assert list(archive.indexed().values()) == ["1.1"]
        assert remove(tmp_path, "patient", "P1", forces=True, keep_days=0) == 1
        assert archive.files() == {}
        assert len(Trash(tmp_path).entries()) == 1


def test_everything_is_removed_by_nothing(tmp_path: Path) -> None:
    with running(tmp_path), opened_areas(ArchivePlace(folder=tmp_path)) as (opened,):
        for words in ([], ["patients"], ["study", "PatientID="]):
            with pytest.raises(SettingsError, match="needs a key"):
                plan_removal(opened, read_selection(words))


def test_a_move_that_runs_fails_for_what_has_gone_with_the_reason_and_sends_the_rest(tmp_path: Path) -> None:
    first_has_come, has_gone = threading.Event(), threading.Event()

    def status(number: int) -> int:
        if number == 1:
            first_has_come.set()
            assert has_gone.wait(30)
        return 0

    with destination(status) as there, serving(make_settings(tmp_path, peers={"DEST": there.port})) as archive:
        archive.put(*(encoded(f"1.{number}") for number in range(1, 6)))
        moving = threading.Thread(target=_move, args=(archive,))
        moving.start()
        assert first_has_come.wait(30)
        removed = remove(tmp_path, "instance", "1.4", "1.5")
        has_gone.set()
        moving.join(30)
        assert removed == 2
        assert set(there.stored) >= {"1.1", "1.2", "1.3"}
        (ended,) = archive.wait_for(OperationEnded)
        assert ended.counts is not None
        failed = [fact for fact in archive.told(SubOperationEnded) if fact.status != 0]
        assert ended.counts.failed == len(failed)
        assert {fact.sop_instance_uid for fact in failed} == {"1.4", "1.5"} - set(there.stored)
        assert all(fact.reason for fact in failed)
        assert "1.5" not in there.stored


def _move(archive: Running) -> None:
    identifier = Dataset()
    identifier.QueryRetrieveLevel, identifier.StudyInstanceUID = "STUDY", "1.2.3"
    with calling(archive.port) as association:
        list(association.send_c_move(identifier, "DEST", MOVE_STUDY))


class KilledError(Exception):
    """Stands for the end of the process."""


def _remove_half(folder: Path, *, is_gone_from_index: bool) -> None:
    with opened_areas(ArchivePlace(folder=folder)) as (opened,), working_on(opened) as keeper:
        plan = plan_removal(opened, read_selection(["1.2.3"]))
        with Trash(folder).filling(plan.instances, what="", by="", why="", keep_days=1):
            keeper.storage.note_removal([one.path for one in plan.instances])
            if is_gone_from_index:
                keeper.index.remove_listed(keeper.name, plan.instances)
            raise KilledError


@pytest.mark.parametrize("is_gone_from_index", [False, True])
def test_a_removal_that_is_killed_is_ended_by_the_next_command(tmp_path: Path, is_gone_from_index: bool) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
    with pytest.raises(KilledError):
        _remove_half(tmp_path, is_gone_from_index=is_gone_from_index)
    with opened_areas(ArchivePlace(folder=tmp_path)) as (opened,), working_on(opened) as keeper:
        assert settle_trash(keeper) == 1
        left = {keeper.storage.path_of(path) for path in keeper.storage.files()}
        assert len(left) == (0 if is_gone_from_index else 2)
        entries = Trash(tmp_path).entries()
        assert [entry.instances for entry in entries] == ([2] if is_gone_from_index else [])
        if entries:
            assert restore_from_trash(keeper, entries[0]).restored == 2
