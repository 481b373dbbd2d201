"""Index entries that are read by other processes: the same, in the same order, and nothing is left running."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.archive.areas.entry_processes import EntryProcesses, read_entries
from dicomdesk.errors import LocalError
from tests.helpers.data.datasets import EXPLICIT, Builder, part10


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[str, str]]:
    """Instances, one that is none, and one that is not there."""
    made = []
    for number in range(20):
        path = tmp_path / f"{number}.dcm"
        body = Builder(EXPLICIT).instance(sop_instance_uid=f"1.2.3.{number}")
        path.write_bytes(b"nothing" if number == 7 else part10(body, EXPLICIT, sop_instance_uid=f"1.2.3.{number}"))
        made.append((str(path), f"known as {number}"))
    (tmp_path / "11.dcm").unlink()
    return made


def lots_of(files: list[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    for start in range(0, len(files), 3):
        yield files[start : start + 3]


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_processes_read_what_this_one_does_in_the_same_order(files: list[tuple[str, str]]) -> None:
    before = children()
    with EntryProcesses("A", 2) as processes:
        found = [entry for lot in processes.read(lots_of(files)) for entry in lot]
        assert len(children() - before) == 2
    assert found == read_entries("A", files)
    assert [number for number, entry in enumerate(found) if isinstance(entry, str)] == [7, 11]
    assert children() == before


def test_a_process_that_dies_is_an_error_and_the_others_end(files: list[tuple[str, str]]) -> None:
    before = children()
    with EntryProcesses("A", 2) as processes:
        for pid in children() - before:
            os.kill(int(pid), signal.SIGKILL)
        with pytest.raises(LocalError, match="has ended"):
            list(processes.read(lots_of(files)))
    assert children() == before
