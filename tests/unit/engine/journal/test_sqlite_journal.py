"""What a journal in a file promises beyond what every journal does: it outlives its process and trouble of its disk."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.engine.journal.records import (
    Commitment,
    ErrandState,
    InstanceNote,
    InstanceState,
)
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.engine.journal.standing import BROKEN_OFF
from dicomdesk.errors import JournalError
from tests.unit.engine.journal.test_journal import errand, found

WAITING, UNDER_WAY, STORED, FAILED = (
    InstanceState.WAITING,
    InstanceState.UNDER_WAY,
    InstanceState.STORED,
    InstanceState.FAILED,
)
DEADLINE_S = 20


@contextmanager
def opened(path: Path, **told: object) -> Iterator[SqliteJournal]:
    journal = SqliteJournal(str(path), **told)  # type: ignore[arg-type] # options of its
    try:
        yield journal
    finally:
        journal.close()


def test_all_of_it_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened(path) as journal:
        number = journal.add(errand(settings={"parallel": 4}, state=ErrandState.HELD), map(found, range(4)))
        journal.note(number, 0, InstanceNote(UNDER_WAY, 1))
        journal.note(number, 0, InstanceNote(STORED, 1, 0))
        journal.note_commitment(number, 0, Commitment.COMMITTED)
        journal.keep("rule", "night", "{}")
        kept, instances = journal.errand(number), journal.instances(number)
    with opened(path) as journal:
        assert journal.notice == journal.trouble == ""
        assert journal.errands() == (kept,)
        assert journal.instances(number) == instances
        assert journal.kept("rule", "night") == "{}"
        assert journal.add(errand()) == number + 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["journal"]


KILLED = """
import os, signal, sys
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from tests.unit.engine.journal.test_sqlite_journal import *
journal = SqliteJournal(sys.argv[1])
one = journal.add(errand("one", state=ErrandState.RUNNING), map(found, range(3)))
two = journal.add(errand("two", state=ErrandState.RUNNING), [found(0)])
for each in range(3):
    journal.note(one, each, InstanceNote(UNDER_WAY, 1))
journal.note(one, 1, InstanceNote(STORED, 1, 0))
journal.note(two, 0, InstanceNote(UNDER_WAY, 1))
journal.note(two, 0, InstanceNote(STORED, 1, 0))
journal.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_after_a_kill_what_was_under_way_waits_again_with_its_attempt_counted(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False, cwd=Path.cwd())
    with opened(path) as journal:
        one, two = journal.errands()
        assert (one.state, two.state) == (ErrandState.WAITING, ErrandState.DONE)
        assert [(each.state, each.attempts) for each in journal.instances(one.id)] == [
            (WAITING, 1),
            (STORED, 1),
            (WAITING, 1),
        ]
        (attempt,) = journal.attempts(one.id, 0)
        assert (attempt.number, attempt.state, attempt.reason) == (1, FAILED, BROKEN_OFF)
        assert attempt.began_at is not None
    with opened(path) as journal:
        assert len(journal.attempts(one.id, 0)) == 1


def test_what_is_changed_reaches_the_disk_on_its_own(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened(path) as journal:
        journal.flush()
        before = (tmp_path / "journal-wal").stat().st_size
        journal.add(errand(), [found(0)])
        deadline = threading.Event()
        for _ in range(DEADLINE_S * 100):
            if (tmp_path / "journal-wal").stat().st_size > before:
                break
            deadline.wait(0.01)
        assert (tmp_path / "journal-wal").stat().st_size > before


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x55" * (len(content) - 4096)
    path.write_bytes(content)


def make_newer(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(("spoil", "end"), [(damage, "damaged-1"), (make_newer, "newer-1")])
def test_what_cannot_be_read_is_kept_aside_and_told_and_a_new_one_is_begun(
    tmp_path: Path, spoil: Callable[[Path], None], end: str
) -> None:
    path = tmp_path / "journal"
    with opened(path) as journal:
        journal.add(errand(), map(found, range(100)))
    spoil(path)
    spoilt = path.read_bytes()
    with opened(path) as journal:
        assert f"kept as journal.{end}" in journal.notice
        assert not journal.errands()
        journal.add(errand("new"))
    assert (tmp_path / f"journal.{end}").read_bytes()[100:] == spoilt[100:]
    with opened(path) as journal:
        assert [each.title for each in journal.errands()] == ["new"]
        assert not journal.notice


def test_beside_a_journal_that_is_in_use_another_one_is_begun(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened(path) as first, opened(path) as second:
        first.add(errand("first"))
        number = second.add(errand("second"), [found(5)])
        second.note(number, 0, InstanceNote(UNDER_WAY, 1))
        second.keep("rule", "of the second", "1")
        assert "in use" in second.notice
        assert "kept in journal-2" in second.notice
        assert second.path == str(tmp_path / "journal-2")
    with opened(path) as journal:
        assert journal.notice == "what was kept in journal-2 is in it again"
        assert [each.title for each in journal.errands()] == ["first", "second"]
        assert [each.found for each in journal.instances(2)] == [found(5)]
        assert len(journal.attempts(2, 0)) == 1
        assert journal.kept("rule", "of the second") == "1"
    with opened(path) as journal:
        assert not journal.notice
        assert [each.title for each in journal.errands()] == ["first", "second"]
    assert [each.name for each in tmp_path.iterdir()] == ["journal"]


def test_what_came_back_once_does_not_come_twice(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened(path), opened(path) as second:
        second.add(errand("second"))
    shutil.copy(tmp_path / "journal-2", tmp_path / "kept")
    for _ in range(2):  # the second time as if the first one had ended before the file was deleted
        with opened(path) as journal:
            assert [each.title for each in journal.errands()] == ["second"]
        shutil.copy(tmp_path / "kept", tmp_path / "journal-2")


def test_what_is_of_others_is_not_touched_unless_the_place_is_ours(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_text("Dear Sir")
    with pytest.raises(JournalError, match="left as it is"):
        SqliteJournal(str(path))
    assert path.read_text() == "Dear Sir"
    with opened(path, is_own_place=True) as journal:
        assert "kept as letter.foreign-1" in journal.notice
    assert (tmp_path / "letter.foreign-1").read_text() == "Dear Sir"


def test_a_journal_that_is_to_be_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="There is no journal gone"):
        SqliteJournal(str(tmp_path / "gone"), is_made=False)
    assert not list(tmp_path.iterdir())


def exercise(journal: SqliteJournal) -> tuple[int, object]:
    """Use all of it, and return an errand and what is known of it."""
    number = journal.add(errand(peer="PACS"), map(found, range(3)))
    journal.append(number, [found(3)])
    journal.note(number, 0, InstanceNote(UNDER_WAY, 1))
    journal.note(number, 0, InstanceNote(WAITING, 1, 0xA700, "full"))
    journal.note(number, 0, InstanceNote(UNDER_WAY, 2))
    journal.note(number, 0, InstanceNote(STORED, 2, 0))
    journal.note(number, 1, InstanceNote(UNDER_WAY, 1))
    journal.identify(number, 2, found(2, size_bytes=7))
    journal.note_commitment(number, 0, Commitment.ASKED)
    journal.keep("rule", "a", "1")
    journal.keep("rule", "b", "2")
    journal.discard("rule", "a")
    return number, known(journal, number)


def known(journal: SqliteJournal, number: int) -> object:
    return (
        journal.errand(number),
        journal.instances(number),
        journal.instances(number, after=0, limit=2, states=frozenset({WAITING})),
        [journal.attempts(number, each) for each in range(4)],
        dict(journal.counts(number)),
        list(journal.kept_all("rule")),
        (journal.kept("rule", "a"), journal.kept("rule", "b")),
    )


def test_what_cannot_be_kept_yet_is_known_all_the_same_and_kept_once_that_can_be(tmp_path: Path) -> None:
    away, told = tmp_path / "share", list[str]()
    with opened(away / "journal", tell=told.append) as journal:
        assert "cannot be made" in journal.trouble
        number, before = exercise(journal)
        assert not journal.flush()
        away.mkdir()
        assert journal.flush()
        assert journal.trouble == ""
        assert known(journal, number) == before
    assert told == [""]
    with opened(away / "journal") as journal:
        assert journal.instances(number)[0].state is STORED
        assert [each.state for each in journal.attempts(number, 0)] == [InstanceState.REFUSED, STORED]


def test_a_share_that_goes_away_and_comes_back_loses_nothing(tmp_path: Path) -> None:
    share, elsewhere, told = tmp_path / "share", tmp_path / "elsewhere", list[str]()
    share.mkdir()
    with opened(share / "journal", tell=told.append) as journal:
        first, before = exercise(journal)
        assert journal.flush()
        share.rename(elsewhere)
        second, _ = exercise(journal)
        journal.note(first, 1, InstanceNote(FAILED, 1, None, "no answer"))
        assert not journal.flush()
        assert journal.instances(first)[1].state is FAILED
        assert journal.counts(second)[STORED] == 1
        elsewhere.rename(share)
        assert journal.flush()
        first_known, second_known = known(journal, first), known(journal, second)
        assert first_known != before
    assert [bool(text) for text in told] == [True, False]
    with opened(share / "journal") as journal:
        assert journal.instances(first)[1].reason == "no answer"
        assert len(journal.errands()) == 2
        assert second_known is not None


def test_a_journal_that_was_deleted_while_it_is_open_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with opened(path) as journal:
        number, _ = exercise(journal)
        journal.flush()
        before = known(journal, number)
        for each in tmp_path.iterdir():
            each.unlink()
        journal.note(number, 3, InstanceNote(STORED, 1, 0))
        assert journal.flush()
        journal.note(number, 3, InstanceNote(STORED, 1, 0))
        assert known(journal, number) != before
    with opened(path) as journal:
        assert [each.state for each in journal.instances(number)] == [STORED, WAITING, WAITING, STORED]


def test_a_disk_that_is_full_is_told_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path, told = tmp_path / "journal", list[str]()
    with opened(path, tell=told.append) as journal:
        journal.flush()
        with journal._file.connection() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")
        number = journal.add(errand(), (replace(found(each), path="x" * 500) for each in range(200)))
        assert not journal.flush()
        journal.note(number, 199, InstanceNote(STORED, 1, 0))
        assert not journal.flush()
        assert "full" in journal.trouble
        assert dict(journal.counts(number)) == {WAITING: 199, STORED: 1}
        with journal._file.connection() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")
        assert journal.flush()
    assert [bool(text) for text in told] == [True, False]
    with opened(path) as journal:
        assert dict(journal.counts(number)) == {WAITING: 199, STORED: 1}


def test_what_cannot_be_written_for_its_own_sake_costs_nothing_else(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    with opened(tmp_path / "journal") as journal:
        announce_log("left out a Noted")
        number = journal.add(errand(), [found(0), found(1)])
        journal.note(number, 0, InstanceNote(STORED, 1, 1 << 70))
        journal.note(number, 1, InstanceNote(UNDER_WAY, 1))
        assert journal.flush()
        assert [each.state for each in journal.instances(number)] == [WAITING, UNDER_WAY]


def test_names_of_files_that_are_no_text_come_back(tmp_path: Path) -> None:
    odd = replace(found(0), path=os.fsdecode(b"/data/caf\xe9.dcm"))
    with opened(tmp_path / "journal") as journal:
        number = journal.add(errand("caf\udce9"), [odd])
    with opened(tmp_path / "journal") as journal:
        assert journal.errand(number).title == "caf\udce9"
        assert journal.instances(number)[0].found == odd


def test_a_journal_can_be_copied_while_it_is_closed(tmp_path: Path) -> None:
    with opened(tmp_path / "journal") as journal:
        journal.add(errand("kept"))
    shutil.copy(tmp_path / "journal", tmp_path / "copy")
    with opened(tmp_path / "copy") as journal:
        assert [each.title for each in journal.errands()] == ["kept"]
