"""Several processes on one index, and processes that die."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dicomdesk.archive.index import Index
from tests.helpers.archives.index_entries import AREA

REPOSITORY = Path(__file__).resolve().parents[3]
DEADLINE_S = 120

WRITER = """
import sys
from dicomdesk.archive.index import Index
from tests.helpers.archives.index_entries import AREA, index_entry

url, sender, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
index = Index(url)
for number in range(count):
    study = f"1.2.{number % 3}"
    series, instance = f"{study}.{sender}", f"{study}.{sender}.{number}"
    index.add([index_entry(study=study, series=series, instance=instance, modality=f"M{sender}")])
    print(number, flush=True)
    if number % 10 == 9:
        index.remove(AREA, study_instance_uid=study, series_instance_uid=series, sop_instance_uid=instance)
index.close()
"""


def start(url: str, sender: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, sender, str(count)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )


def test_two_processes_write_at_once_and_all_counts_are_right(database_url: str) -> None:
    writers = [start(database_url, str(sender), 60) for sender in (1, 2)]
    for writer in writers:
        writer.communicate(timeout=DEADLINE_S)
        assert writer.returncode == 0
    index = Index(database_url)
    try:
        found = index.statistics(AREA)
        assert (found.patients, found.studies, found.series, found.instances) == (1, 3, 6, 108)
        assert list(index.wrong_counts()) == []
    finally:
        index.close()


@pytest.mark.parametrize("acknowledged", [1, 7, 25])
def test_what_was_acknowledged_before_a_kill_is_there(database_url: str, acknowledged: int) -> None:
    writer = start(database_url, "1", 10_000)
    assert writer.stdout is not None
    told = [writer.stdout.readline().strip() for _ in range(acknowledged)]
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read()  # not communicate(): it passes over what readline has read ahead
    writer.wait(DEADLINE_S)
    writer.stdout.close()
    numbers = {int(number) for number in [*told, *rest.split()]}
    index = Index(database_url)
    try:
        there = {int(found.sop_instance_uid.rpartition(".")[2]) for found in index.find_instances(AREA)}
        assert {number for number in numbers if number % 10 != 9} <= there
        assert len(there - numbers) <= 1
        assert list(index.wrong_counts()) == []
    finally:
        index.close()
