"""The rows of the window: each in a process of its own, medians of several."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmark import data
from benchmark.gui.killed import killed
from benchmark.processes import FASTEST, free_port, running
from benchmark.rows import Bench, Row, at_least, at_most, dcmrecv
from dicomdesk.gui.window_state import WindowState, save_window_state

_HERE = Path(__file__).parents[2]
_DEADLINE_S = 200
_MOST_RUNS = 3
"""Of those that take long."""
_STALL_MS, _WORST_MS = 16, 50

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
    yield from _memory(bench, many)
    yield from _idle(bench)
    yield from _rounds(bench)
    yield from _kills(bench)


def _starting(bench: Bench) -> Iterator[Row]:
    """From the start of the process to the first paint."""
    times = [_probe(bench, "start", SPAWNED)["seconds"] for _ in range(bench.runs + 1)][1:]
    yield _at_most("start to first paint: fresh", statistics.median(times), 0.6, "s")


def _stalls(what: str, bench: Bench, *command: str) -> Iterator[Row]:
    runs = [_probe(bench, *command) for _ in range(min(bench.runs, _MOST_RUNS))]
    told = f" ({statistics.median(run['rate'] for run in runs):,.0f}/s)" if "rate" in runs[0] else ""
    p99, worst = (statistics.median(run[name] for run in runs) for name in ("p99_ms", "worst_ms"))
    yield at_most(f"event loop stall while {what}{told}, 99th percentile", p99, _STALL_MS, "ms")
    yield at_most(f"event loop stall while {what}, worst", worst, _WORST_MS, "ms")


def _throughput(bench: Bench, load: Path) -> Iterator[Row]:
    """With the window against headless, the same engine: alternating."""
    count = "10000"
    with _ignoring_peer() as port:
        pairs = [
            (
                float(_python("benchmark.sending", str(port), str(load))),
                _probe(bench, "send", str(port), str(load), count)["seconds"],
            )
            for _ in range(min(bench.runs, _MOST_RUNS))
        ]
    headless, window = (statistics.median(side) for side in zip(*pairs, strict=True))
    yield at_least("throughput with the window against headless: 10,000 small sent", headless / window, 0.85)


def _queue(bench: Bench, many: Path) -> Iterator[Row]:
    for depth, how in (("-1", "closed"), ("1", "all series open")):
        figures = _probe(bench, "queue", str(many), "100000", depth)
        for name, value in figures.items():
            if name not in {"p99_ms", "worst_ms"}:
                yield _at_most(f"queue of 100,000, {how}: {name}", value, 100, "ms")
        yield _at_most(f"queue of 100,000, {how}: worst stall", figures["worst_ms"], _WORST_MS, "ms")


def _memory(bench: Bench, many: Path) -> Iterator[Row]:
    figures = _probe(bench, "memory", str(many), "100000")
    what = f"memory with 100,000 received and 100,000 queued (empty {figures['empty']:.0f} MB)"
    yield _at_most(what, figures["full"], 300, "MB")
    yield _at_most("memory: growth with 20,000 more", figures["after"] - figures["full"], 20, "MB")


def _idle(bench: Bench) -> Iterator[Row]:
    shares = [_probe(bench, "idle", "10")["percent"] for _ in range(min(bench.runs, _MOST_RUNS))]
    yield _at_most("idle, listening", statistics.median(shares), 0.5, "% of a core")


def _kills(bench: Bench) -> Iterator[Row]:
    """``kill -9`` in mid-send, and taken up again."""
    figures = killed(bench.load("small", 50_000), 50, bench.folder)
    what = f"killed {figures['kills']:.0f} times in mid-send and taken up"
    lost, twice, may = figures["lost"], figures["twice"], figures["may"]
    yield Row(what=f"{what}: lost", theirs="", ours=f"{lost:.0f}", result="", wanted="0", is_met=lost == 0)
    wanted = f"up to {may:.0f}, those of the last 200 ms of each"
    yield Row(what=f"{what}: sent twice", theirs="", ours=f"{twice:.0f}", result="", wanted=wanted, is_met=twice <= may)


def _rounds(bench: Bench) -> Iterator[Row]:
    """Begun, used and closed a hundred times."""
    figures = _run(bench, "benchmark.gui.rounds", "100")
    for name in ("threads", "files", "widgets"):
        what = f"begun, used and closed 100 times: {name} more than after the first"
        yield Row(what=what, theirs="", ours=f"{figures[name]:.0f}", result="", wanted="0", is_met=figures[name] <= 0)


SPAWNED = "SPAWNED"
"""Stands for when the process was begun."""


def _probe(bench: Bench, *command: str) -> Figures:
    """The figures of one scenario; see ``probe``."""
    return _run(bench, "benchmark.gui.probe", *command)


def _run(bench: Bench, module: str, *command: str) -> Figures:
    """The figures that a process of the window prints, with settings and state of its own."""
    with tempfile.TemporaryDirectory(dir=bench.folder, prefix="profile-") as name:
        folder = Path(name)
        state = WindowState(
            peer_ae_title="BENCH",
            peer_host="127.0.0.1",
            calling_ae_title="WS1",
            listen_ae_title="WS1",
            listen_folder=str(folder / "received"),
        )
        save_window_state(folder / "dicomdesk" / "window.json", state)
        environment = {
            **{name: value for name, value in FASTEST.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "PYTHONPYCACHEPREFIX": str(bench.folder / "bytecode"),  # as an installation has it
            "PYTHONPATH": str(_HERE.parent),  # of the helpers of the tests
            "XDG_STATE_HOME": name,
            "XDG_CONFIG_HOME": name,
            "XDG_RUNTIME_DIR": name,
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        }
        arguments = [part.replace(SPAWNED, str(time.monotonic())) for part in command]
        return json.loads(_python(module, *arguments, environment=environment))  # type: ignore[no-any-return] # as the probe prints it


def _python(module: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment or FASTEST,
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
