"""The journal: what it costs a sender, how soon a large one is open, and what a kill in mid-send loses."""

import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmark.processes import DEADLINE_S, FASTEST, OURS, free_port, printed, running, timed
from benchmark.rows import Bench, Row, at_least, at_most, dcmrecv, our_dcmrecv, our_dcmsend

_MANY = 20_000
_OF_KILLS = 2_000
_KILLS = 50
_LAST_S = 0.2
"""Of what a kill may cause to be sent twice."""
_OPENING = """
import sys, time
from dataclasses import replace
from datetime import UTC, datetime
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.journal.records import ErrandRecord, HistoryQuery
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
path = sys.argv[1]
journal = SqliteJournal(path)
for study in range(200):
    header = InstanceHeader(sop_class_uid="1.2", sop_instance_uid="", transfer_syntax_uid="1.2", data_set_offset=900,
        data_set_length=9000, patient_name=f"Patient^{study}", study_instance_uid=f"1.2.{study}")
    found = [FoundInstance(path=f"/data/{study:05}/IM{number:05}",
        header=replace(header, sop_instance_uid=f"1.2.{study}.{number}")) for number in range(500)]
    journal.add(ErrandRecord(title=f"Study {study}", peer="PACS", added_at=datetime.now(UTC)), found)
journal.close()
began = time.perf_counter()
journal = SqliteJournal(path)
assert len(journal.history(HistoryQuery(), limit=100).errands) == 100
print(1000 * (time.perf_counter() - began))
journal.close()
"""


def journaling(bench: Bench) -> Iterator[Row]:
    """Throughput with a journal against without; opening of 100,000 instances; kills."""
    port, load = free_port(), bench.load("small", _MANY)
    with running(dcmrecv(port, "--ignore"), port), bench.scratch() as folder:
        kept = folder / "journal"

        def send_kept() -> float:
            for each in folder.glob("journal*"):
                each.unlink()
            return timed(our_dcmsend(port, load, "--journal", str(kept)))

        without, with_journal = bench.alternate(lambda: timed(our_dcmsend(port, load)), send_kept)
    yield at_least(f"{_MANY:,} small with --journal, share of the throughput without", without / with_journal, 0.9)
    with tempfile.TemporaryDirectory(dir=bench.folder) as name:
        opening_ms = printed([sys.executable, "-c", _OPENING, str(Path(name, "journal"))])
    yield at_most("a journal of 100,000 instances is open, and its first page is there", opening_ms, 1000, "ms")
    yield from _kills(bench)


def _kills(bench: Bench) -> Iterator[Row]:
    load = bench.load("small", _OF_KILLS)
    wanted = sum(1 for path in load.rglob("*") if path.is_file())
    chance = random.Random(1)
    lost = late = twice = 0
    for _ in range(_KILLS):
        port = free_port()
        with bench.scratch() as folder, tempfile.TemporaryDirectory(dir=bench.folder) as received:
            with running(our_dcmrecv(port, "--unique-filenames", "-od", received), port):
                killed_s = _send_and_kill(port, load, folder, Path(received), chance.uniform(0.0, 1.2))
                done = subprocess.run(
                    [OURS, "resume", "--journal", str(folder / "journal")], env=FASTEST, timeout=DEADLINE_S, check=False
                )
            arrivals = _arrivals(Path(received))
        lost += wanted - len(arrivals) if not done.returncode else wanted
        again = [times for times in arrivals.values() if len(times) > 1]
        twice += len(again)
        late += sum(min(times) < killed_s - _LAST_S for times in again)
    yield at_most(f"{_KILLS} kills in mid-send, then resumed: instances lost", lost, 1, "")
    yield at_most(f"of {twice:,} sent twice, those from before the last {1000 * _LAST_S:.0f} ms", late, 1, "")


def _send_and_kill(port: int, load: Path, folder: Path, received: Path, after_s: float) -> float:
    """Send, kill that so long after the first instance has arrived, and return when."""
    command = our_dcmsend(port, load, "--journal", str(folder / "journal"))
    process = subprocess.Popen(command, env=FASTEST, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not any(received.iterdir()):
        time.sleep(0.01)
    time.sleep(after_s)
    killed_s = time.time()
    process.send_signal(signal.SIGKILL)
    process.wait(DEADLINE_S)
    return killed_s


def _arrivals(folder: Path) -> dict[str, list[float]]:
    """When each instance was stored, by its UID."""
    found: dict[str, list[float]] = {}
    for path in folder.rglob("*"):
        if path.is_file():
            uid = _UID.search(path.read_bytes()[:2000])
            found.setdefault(uid[1].decode() if uid else path.name, []).append(path.stat().st_mtime)
    return found


_UID = re.compile(rb"\x02\x00\x03\x00UI..([0-9.]+)", re.DOTALL)
"""Media Storage SOP Instance UID (0002,0003)."""
