"""A large archive: verifying it, making its index again, and its start, in order and after kill -9."""

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmark.data import small_file
from benchmark.processes import DEADLINE_S, FASTEST, OURS, free_port, timed, wait_for_port
from benchmark.rows import Bench, Row, at_most

INSTANCES = 240_000
IN_STUDY = 100
AREA = "ARCHIVE"


def make_files(area: Path, count: int = INSTANCES) -> None:
    """Fill the folder of an area with instances of 1 KB, ``IN_STUDY`` in each study, as the archive places them."""
    for study_number in range(count // IN_STUDY):
        study, series = f"1.2.826.0.1.3680043.9.1.{study_number}", f"1.2.826.0.1.3680043.9.1.{study_number}.1"
        folder = area / f"{study_number % 256:02x}" / study / series
        folder.mkdir(parents=True)
        for number in range(IN_STUDY):
            uid = f"{series}.{number}"
            content = small_file(uid, study, series).replace(b"LOAD-1", f"L{study_number:05d}".encode())
            (folder / f"{uid}.{number:08x}.dcm").write_bytes(content)


def configuration(folder: Path) -> Path:
    """A configuration of one area below a folder, which is made."""
    area = folder / "area"
    area.mkdir(parents=True)
    path = folder / "dcmqrscp.cfg"
    path.write_text(
        "MaxPDUSize = 131072\nMaxAssociations = 16\nHostTable BEGIN\nHostTable END\nVendorTable BEGIN\n"
        f"VendorTable END\nAETable BEGIN\n{AREA} {area} RW (unlimited, unlimited) ANY\nAETable END\n"
    )
    return path


def started(path: Path, *, kills: bool) -> float:
    """Seconds from the command to where it listens; then it is ended or killed."""
    port = free_port()
    begun = time.perf_counter()
    process = subprocess.Popen(
        [OURS, "dcmqrscp", "-c", str(path), str(port)],
        env=FASTEST,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process)
        elapsed = time.perf_counter() - begun
    finally:
        process.send_signal(signal.SIGKILL if kills else signal.SIGTERM)
        process.wait(DEADLINE_S)
    return elapsed


def large(bench: Bench) -> Iterator[Row]:
    """240,000 instances in 2,400 studies."""
    with bench.scratch() as folder:
        path = configuration(folder)
        make_files(folder / "area")
        tool = [OURS, "dcmqrscp", "-c", str(path)]
        what = f"{INSTANCES:,} instances: "
        yield at_most(f"{what}--reindex", timed([*tool, "--reindex"]), 20, "s")
        yield at_most(f"{what}--verify", timed([*tool, "--verify"]), 5, "s")
        yield at_most(f"{what}--verify --deep (of 1 KB each)", timed([*tool, "--verify", "--deep"]), 30, "s")
        started(path, kills=False)
        yield at_most(f"{what}start", min(started(path, kills=False) for _ in range(3)), 0.5, "s")
        started(path, kills=True)
        yield at_most(f"{what}start after kill -9", min(started(path, kills=True) for _ in range(3)), 2, "s")
