"""The rows of the window: each in a process of its own, medians of several."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmark import data
from benchmark.archive_index import make_index
from benchmark.gui.killed import killed
from benchmark.gui.profiles import figures_of, fill_journal, profile
from benchmark.processes import FASTEST, free_port, running
from benchmark.rows import Bench, Row, at_least, at_most, dcmrecv
from dicomdesk.archive.administration.keeping.making import make_archive
from dicomdesk.archive.areas.storage_area import INDEX_NAME, STATE_FOLDER
from dicomdesk.archive.index import sqlite_url

_HERE = Path(__file__).parents[2]
_DEADLINE_S = 200
_LONGEST_ROUND_S = 10
_MOST_RUNS = 3
"""Of those that take long."""
_STALL_MS, _WORST_MS = 16, 50
_STUDIES = 100_000
"""Of the archive that is searched."""

Figures = dict[str, float]


def gui(bench: Bench) -> Iterator[Row]:
    """What the window costs, and how it holds while much goes on."""
    small = bench.load("small", 10_000)
    yield from _starting(bench)
    yield from _stalls("receiving 3,000 small objects/s from three senders", bench, "receive", "3", "15000", "3000")
    with _ignoring_peer() as port:
        yield from _stalls("10,000 are sent", bench, "send", str(port), str(small), "10000")
    yield from _stalls("10,000 are added", bench, "add", str(small), "10000")
    yield from _throughput(bench, small)
    many = _many(bench, 100_000)
    yield from _queue(bench, many)
    yield from _archive(bench)
    yield from _memory(bench, many)
    yield from _idle(bench)
    yield from _rounds(bench)
    yield from _kills(bench)


def _starting(bench: Bench) -> Iterator[Row]:
    """From the start of the process to the first paint, of a new profile and of one with a long queue."""
    _probe(bench, "start", SPAWNED)  # what is compiled once is not measured
    fresh = [_probe(bench, "start", SPAWNED) for _ in range(bench.runs)]
    with profile(bench.folder) as found:
        fill_journal(found, 100_000)
        full = [_run_in(found, "benchmark.gui.probe", "start", SPAWNED, "200") for _ in range(bench.runs)]
    for what, runs, most in (("fresh", fresh, 0.6), ("100,000 in the journal", full, 1.5)):
        cpu = statistics.median(run["cpu"] for run in runs)
        seconds = statistics.median(run["seconds"] for run in runs)
        yield _at_most(f"start to first paint: {what} ({cpu:.2f} s of CPU)", seconds, most, "s")
    listed = statistics.median(run["listed"] for run in full)
    ours = f"{listed:.2f} s"
    yield Row(
        what="start until 100,000 of the journal are listed", theirs="", ours=ours, result="", wanted="", is_met=True
    )


def _stalls(what: str, bench: Bench, *command: str) -> Iterator[Row]:
    runs = [_probe(bench, *command) for _ in range(min(bench.runs, _MOST_RUNS))]
    told = f" ({statistics.median(run['rate'] for run in runs):,.0f}/s)" if "rate" in runs[0] else ""
    p99, worst = (statistics.median(run[name] for run in runs) for name in ("p99_ms", "worst_ms"))
    yield at_most(f"event loop stall while {what}{told}, 99th percentile", p99, _STALL_MS, "ms")
    yield at_most(f"event loop stall while {what}, worst", worst, _WORST_MS, "ms")


def _throughput(bench: Bench, load: Path) -> Iterator[Row]:
    """With the window against headless, the same engine and a journal on both sides: alternating.

    Headless from the association's acceptance to its release; with the window until the last row says stored.
    """
    with _ignoring_peer() as port:
        pairs = [
            (
                float(_python("benchmark.sending", str(port), str(load), "journal")),
                _probe(bench, "throughput", str(port), str(load), "10000"),
            )
            for _ in range(min(bench.runs, _MOST_RUNS))
        ]
    headless = statistics.median(seconds for seconds, _ in pairs)
    window, whole = (statistics.median(run[name] for _, run in pairs) for name in ("seconds", "from the click"))
    what = f"{headless:.2f} s headless with a journal, {whole:.2f} s from the click to the last row"
    ratio = headless / window
    yield at_least(f"throughput with the window against headless: 10,000 small sent, data phase ({what})", ratio, 0.85)


def _queue(bench: Bench, many: Path) -> Iterator[Row]:
    for depth, how in (("-1", "closed"), ("1", "all series open")):
        figures = _probe(bench, "queue", str(many), "100000", depth)
        for name, value in figures.items():
            if name not in {"p99_ms", "worst_ms"}:
                yield _at_most(f"queue of 100,000, {how}: {name}", value, 100, "ms")
        yield _at_most(f"queue of 100,000, {how}: worst stall", figures["worst_ms"], _WORST_MS, "ms")


def _archive(bench: Bench) -> Iterator[Row]:
    """The Archive view over many studies, as somebody types."""
    folder = bench.folder / "searched"
    if not folder.exists():
        make_archive(folder)
        make_index(sqlite_url(folder / STATE_FOLDER / INDEX_NAME), _STUDIES, _STUDIES + 2000)
    runs = [_probe(bench, "archive", str(folder), "smith jane 2024") for _ in range(min(bench.runs, _MOST_RUNS))]
    names = ("opened", "opening_ms", "median_key_ms", "worst_key_ms", "worst_ms")
    opened, opening, key, worst, stall = (statistics.median(run[name] for run in runs) for name in names)
    what = f"archive view, {_STUDIES:,} studies"
    yield _at_most(f"{what}: worst stall while it is opened, in {opened:.1f} s", opening, 2 * _WORST_MS, "ms")
    yield _at_most(f"{what}: a key typed until its rows are drawn, median", key, 100, "ms")
    yield _at_most(f"{what}: the slowest key", worst, 100, "ms")
    yield _at_most(f"{what}: worst stall while it is searched and sorted", stall, _WORST_MS, "ms")


def _memory(bench: Bench, many: Path) -> Iterator[Row]:
    figures = _probe(bench, "memory", str(many), "100000")
    what = f"memory with 100,000 received and 100,000 queued (empty {figures['empty']:.0f} MB)"
    yield _at_most(what, figures["full"], 300, "MB")
    yield _at_most("memory: growth with 20,000 more", figures["after"] - figures["full"], 20, "MB")


def _idle(bench: Bench) -> Iterator[Row]:
    shares = [_probe(bench, "idle", "10")["percent"] for _ in range(min(bench.runs, _MOST_RUNS))]
    yield _at_most("idle, listening", statistics.median(shares), 0.5, "% of a core")


def _kills(bench: Bench) -> Iterator[Row]:
    """``kill -9`` of the window in mid-send, and taken up again by the next one."""
    figures = killed(bench.load("small", 20_000), bench.kills, bench.folder)
    what = f"window killed {figures['kills']:.0f} times in mid-send and taken up"
    yield _none(f"{what}: lost", figures["lost"])
    again = f"{what}: of {figures['twice']:.0f} sent twice, those from before the last 200 ms of a run"
    yield _none(again, figures["late"])


def _rounds(bench: Bench) -> Iterator[Row]:
    """Begun, used and closed many times."""
    with profile(bench.folder) as found:
        deadline_s = _DEADLINE_S + _LONGEST_ROUND_S * bench.rounds
        figures = figures_of(found, "benchmark.gui.rounds", str(bench.rounds), deadline_s=deadline_s)
    for name in ("threads", "files", "sockets", "widgets"):
        what = f"begun, used and closed {bench.rounds} times: {name} more than after the first"
        yield _none(what, figures[name])


SPAWNED = "SPAWNED"
"""Stands for when the process was begun."""


def _probe(bench: Bench, *command: str) -> Figures:
    """The figures of one scenario; see ``probe``."""
    return _run(bench, "benchmark.gui.probe", *command)


def _run(bench: Bench, module: str, *command: str) -> Figures:
    """The figures that a process of the window prints, with settings and state of its own."""
    with profile(bench.folder) as found:
        return _run_in(found, module, *command)


def _run_in(found: Path, module: str, *command: str) -> Figures:
    arguments = [part.replace(SPAWNED, str(time.monotonic())) for part in command]
    return figures_of(found, module, *arguments, deadline_s=_DEADLINE_S)


def _python(module: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=FASTEST,
        cwd=_HERE,
        capture_output=True,
        text=True,
        timeout=_DEADLINE_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def _at_most(what: str, value: float, most: float, unit: str) -> Row:
    """A figure with two digits that is to stay below something."""
    ours = f"{value:.0f} {unit}" if value >= 10 else f"{value:.2f} {unit}"
    return Row(what=what, theirs="", ours=ours, result="", wanted=f"under {most:g} {unit}", is_met=value < most)


def _none(what: str, value: float) -> Row:
    return Row(what=what, theirs="", ours=f"{value:.0f}", result="", wanted="0", is_met=value <= 0)


@contextmanager
def _ignoring_peer() -> Iterator[int]:
    port = free_port()
    with running(dcmrecv(port, "--ignore"), port):
        yield port


def _many(bench: Bench, count: int) -> Path:
    folder = bench.folder / f"many-{count}"
    if not folder.exists():
        data.make_many(folder, count)
    return folder


@contextmanager
def under_xvfb() -> Iterator[None]:
    """A display of its own, for the processes that are begun inside."""
    read, write = os.pipe()
    command: Sequence[str] = ("Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp")
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        before = {name: os.environ.get(name) for name in ("DISPLAY", "QT_QPA_PLATFORM")}
        os.environ.update(DISPLAY=f":{number}", QT_QPA_PLATFORM="xcb")
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})
            server.terminate()
