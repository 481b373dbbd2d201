"""What a move could not send for reasons that pass is sent later, over restarts too; what would fail again is not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.facts import KeptMoveEnded
from dicomdesk.archive.metrics import Metrics, metrics_text
from dicomdesk.archive.setup.configuration import PeerEntry
from dicomdesk.archive.upkeep import kept_moves
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from tests.helpers.archives.served_archives import (
    MOVE_STUDY,
    Running,
    calling,
    destination,
    encoded,
    identifier,
    make_settings,
    until,
)
from tests.helpers.dcmtk.programs import free_port


@contextmanager
def keeping(folder: Path, port: int) -> Iterator[Running]:
    """An archive that keeps failed moves to DEST."""
    noted, journal = Running(), SqliteJournal(str(folder / "moves.journal"))
    try:
        settings = make_settings(folder / "area", peers={"DEST": port})
        with Archive(settings, noted.take, journal=journal) as noted.archive:
            noted.port = noted.archive.start()
            yield noted
    finally:
        journal.close()


def move(archive: Running) -> Dataset:
    with calling(archive.port) as association:
        query = identifier("STUDY", StudyInstanceUID="1.2.3")
        return list(association.send_c_move(query, "DEST", MOVE_STUDY))[-1][0]


def tidied(archive: Running) -> bool:
    archive.archive._tidy_moves()
    return bool(archive.told(KeptMoveEnded))


@pytest.mark.long
def test_what_did_not_reach_its_destination_is_sent_when_that_is_there_again(tmp_path: Path) -> None:
    gone = free_port()
    with keeping(tmp_path, gone) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        for _ in range(2):  # what is asked for again is not kept twice
            final = move(archive)
            assert final.Status == 0xA702
            assert final.ErrorComment.startswith("2 of 2, 2 kept for later: ")
            assert archive.archive.kept_moves == 2
        assert "dicomdesk_kept_moves 2" in metrics_text(Metrics(), archive.archive)
    with destination() as target, keeping(tmp_path, gone) as archive:
        assert archive.archive.kept_moves == 2  # the process before has left them
        hosts = {"x": (PeerEntry(ae_title="DEST", host="127.0.0.1", port=target.port),)}
        archive.archive.reload(replace(archive.archive.settings.configuration, hosts=hosts))
        until(lambda: archive.archive.kept_moves == 0, "the delivery")
        assert sorted(target.stored) == ["1.1", "1.2"]
        assert target.requests[0].MoveOriginatorApplicationEntityTitle is None
        until(lambda: tidied(archive), "the end of the errand")
        (ended,) = archive.told(KeptMoveEnded)
        assert (ended.destination, ended.stored, ended.failed) == ("DEST", 2, 0)


def test_what_would_fail_again_is_not_kept_and_what_lacks_resources_is(tmp_path: Path) -> None:
    answers = {1: 0xA700, 2: 0xC000}
    with destination(lambda number: answers.get(number, 0)) as target, keeping(tmp_path, target.port) as archive:
        archive.put(encoded("1.1"), encoded("1.2"), encoded("1.3"))
        final = move(archive)
        assert final.Status == 0xB000
        assert ", 1 kept for later: " in final.ErrorComment
        until(lambda: len(target.requests) == 4, "the second try")
        assert sorted(target.stored) == ["1.1", "1.3"]


def test_what_is_gone_meanwhile_is_given_up_and_told(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("1 of 1 instances of study 1.2.3 are given up, which were kept for DEST")
    with keeping(tmp_path, free_port()) as archive:
        archive.put(encoded("1.1"))
        move(archive)
        archive.archive.keeper("ARCHIVE").remove(study_instance_uid="1.2.3")
        with destination() as target:
            hosts = {"x": (PeerEntry(ae_title="DEST", host="127.0.0.1", port=target.port),)}
            archive.archive.reload(replace(archive.archive.settings.configuration, hosts=hosts))
            until(lambda: tidied(archive), "the end of the errand")
        (ended,) = archive.told(KeptMoveEnded)
        assert (ended.stored, ended.failed) == (0, 1)


def test_only_so_much_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("Too many failed moves are kept already")
    monkeypatch.setattr(kept_moves, "_MOST_WAITING", 1)
    with keeping(tmp_path, free_port()) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        assert "kept" not in move(archive).ErrorComment
        assert archive.archive.kept_moves == 0
