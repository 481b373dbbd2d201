"""What has come of the lines outlives everything, and no other file is harmed."""

import os
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.lists.entries import EntryValue, ListEntry
from dicomdesk.engine.lists.results import LineResult, LineState
from dicomdesk.engine.lists.state_file import KeptList, MemoryState, StateFile, read_kept_list
from dicomdesk.errors import ListStateError

PEER = "PACS@127.0.0.1:104"
ENTRIES = tuple(
    ListEntry(number=number, line=number + 1, cells=(f"A{number}", "Ä"), values=(EntryValue(0x00080050, f"A{number}"),))
    for number in range(1, 6)
)
FOUND = LineResult(number=2, state=LineState.FOUND, matches=1, uids=("1.2",), at="2026", attempts=1, reason="ä\n")
FETCHED = LineResult(number=3, state=LineState.FETCHED, matches=1, announced=4, stored=4, missing=0, attempts=2)


def opened(path: Path, **changes: object) -> StateFile:
    told: dict[str, object] = {"peer": PEER, "entries": ENTRIES} | changes
    return StateFile(path, **told)  # type: ignore[arg-type]  # any of its parameters


def test_what_was_booked_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = opened(path, about="noted")
    first.book(FOUND)
    first.book(FETCHED)
    first.close()
    assert [file.name for file in tmp_path.iterdir()] == ["state"]
    assert read_kept_list(path) == KeptList(peer=PEER, about="noted", entries=ENTRIES, results={2: FOUND, 3: FETCHED})
    again = opened(path)
    assert (again.results(), again.notice) == ({2: FOUND, 3: FETCHED}, "")
    again.book(replace(FOUND, state=LineState.FETCHED))
    assert again.results()[2].state is LineState.FETCHED
    again.close()


def test_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state"
    opened(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    opened(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_works_with_it_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "state"
    first = opened(path)
    for use in (lambda: opened(path), lambda: read_kept_list(path)):
        with pytest.raises(ListStateError, match="in use"):
            use()
    first.close()
    opened(path).close()


KILLED = """
import os, signal, sys
from tests.unit.engine.lists.test_state_file import *
state = opened(Path(sys.argv[1]))
for number in (1, 4, 5):
    state.book(LineResult(number=number, state=LineState.NOT_FOUND))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_kill_9_loses_nothing_that_was_booked(tmp_path: Path) -> None:
    path = tmp_path / "state"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)], cwd=Path(__file__).parents[4], check=False, timeout=60
    )
    assert done.returncode == -9
    state = opened(path)
    assert sorted(state.results()) == [1, 4, 5]
    state.close()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"peer": "OTHER@127.0.0.1:104"}, "and not for OTHER"),
        ({"entries": ENTRIES[:-1]}, "of another list"),
        ({"entries": (*ENTRIES[:-1], replace(ENTRIES[-1], values=(EntryValue(0x00080050, "B"),)))}, "of another list"),
    ],
)
def test_a_file_of_another_list_is_refused_and_stays(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    path = tmp_path / "state"
    opened(path).close()
    with pytest.raises(ListStateError, match=words):
        opened(path, **changes)
    opened(path).close()


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state"
    opened(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(ListStateError, match="newer version"):
        opened(path)


def test_files_that_are_none_are_left_as_they_are(tmp_path: Path) -> None:
    text = tmp_path / "list.csv"
    text.write_text("Accession\nA1\n")
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (value)")
        connection.execute("CREATE TABLE yours (value)")
    connection.close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for path in (text, other):
        with pytest.raises(ListStateError, match="left as it is"):
            opened(path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    with pytest.raises(ListStateError, match="no regular file"):
        opened(tmp_path)
    with pytest.raises(ListStateError, match="cannot be made"):
        opened(tmp_path / "no" / "such")
    with pytest.raises(ListStateError, match="no state file"):
        read_kept_list(tmp_path / "none")


def test_a_damaged_file_is_kept_aside_and_the_list_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "state"
    state = opened(path)
    state.book(FOUND)
    state.close()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    with pytest.raises(ListStateError, match="damaged"):
        read_kept_list(path)
    state = opened(path)
    assert "kept as state.damaged-1" in state.notice
    assert state.results() == {}
    state.close()
    assert (tmp_path / "state.damaged-1").exists()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.floats(0, 1), noise=st.binary(min_size=1, max_size=400))
def test_whatever_is_damaged_the_list_can_be_begun_or_is_refused(tmp_path: Path, place: float, noise: bytes) -> None:
    for old in tmp_path.iterdir():
        old.unlink()
    path = tmp_path / "state"
    state = opened(path)
    state.book(FOUND)
    state.close()
    content = bytearray(path.read_bytes())
    start = int(place * len(content))
    content[start : start + len(noise)] = noise
    path.write_bytes(content)
    try:
        state = opened(path)
    except ListStateError:
        return
    try:
        state.results()
    except ListStateError:
        pass
    finally:
        state.close()


def test_an_empty_file_is_one_that_its_maker_did_not_come_to_fill(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.touch()
    opened(path).close()
    assert read_kept_list(path).entries == ENTRIES


def test_nothing_is_kept_where_nothing_is_to_be_kept() -> None:
    state = MemoryState()
    state.book(FOUND)
    assert (state.results(), state.notice) == ({}, "")
    state.close()


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    state = opened(tmp_path / "state")
    state._connection.execute("PRAGMA max_page_count = 1")  # what a full disk leads to
    with pytest.raises(ListStateError, match="cannot be read or written"):
        state.book(LineResult(number=1, state=LineState.FAILED, reason="x" * 1_000_000))
    state.close()
    assert os.listdir(tmp_path) == ["state"]
