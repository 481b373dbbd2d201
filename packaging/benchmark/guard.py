"""The guard: fails where an object costs more than when the figures in ``guard.json`` were kept.

Of each row the processor time for an object is compared, in units of a fixed piece of work that is done in turns with
it, and the calls that an object takes. Figures of another machine, or of another Python, are another matter: there only
the calls are compared, and only within the same Python.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.processes import DEADLINE_S, FASTEST
from benchmark.retrieving import archive_of
from benchmark.rows import HERE, LOADS, Bench, Row

KEPT = HERE / "guard.json"
_MOST = 1.1
"""Times what was kept."""
_ROWS = (
    ("receive bit-preserving", "small", 3000),
    ("receive normal", "small", 3000),
    ("receive bit-preserving", "ct", 300),
    ("receive normal", "ct", 300),
    ("C-GET", "small", 3000),
    ("send", "small", 3000),
    ("send", "ct", 300),
    ("scan headers", "small", 3000),
)

Cost = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What was measured, and where."""

    machine: Mapping[str, str]
    rows: Mapping[str, Cost]

    def write(self, path: Path) -> None:
        """Keep them in a file."""
        rows = {name: {key: round(value, 2) for key, value in cost.items()} for name, cost in self.rows.items()}
        path.write_text(json.dumps({"machine": self.machine, "rows": rows}, indent=2) + "\n", encoding="utf-8")


def read_figures(path: Path) -> Figures | None:
    """What was kept; None where nothing was."""
    if not path.exists():
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    return Figures(machine=document["machine"], rows=document["rows"])


def this_machine() -> Mapping[str, str]:
    """What the figures depend on."""
    model = ""
    if os.path.exists("/proc/cpuinfo"):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def measure(bench: Bench) -> Iterator[tuple[str, Cost]]:
    """Each row, one after the other."""
    small = [load for load in LOADS if load[1] == "small"]
    with archive_of(bench, small) as archive, bench.scratch() as folder:
        for work, kind, count in _ROWS:
            load = bench.load(kind, count)
            words = [work, str(load), str(folder), str(bench.runs), str(archive.port)]
            done = subprocess.run(
                [sys.executable, "-m", "benchmark.guarded", *words],
                cwd=HERE.parent,
                env=FASTEST,
                stdout=subprocess.PIPE,
                timeout=DEADLINE_S,
                check=True,
            )
            yield f"{work}: {kind}", json.loads(done.stdout)


def compare(name: str, now: Cost, kept: Cost | None, *, is_same_machine: bool, is_same_python: bool) -> Iterator[Row]:
    """The rows of one figure: processor time and calls, as far as they can be compared."""
    ratio = None
    if kept is not None and is_same_machine and is_same_python:
        ratio = (now["cpu_us"] / now["yard_ms"]) / (kept["cpu_us"] / kept["yard_ms"])
    yield _row(f"{name}: processor time for an object", now["cpu_us"], kept and kept["cpu_us"], ratio, " us")
    calls = now["calls"] / kept["calls"] if kept is not None and is_same_python else None
    yield _row(f"{name}: calls for an object", now["calls"], kept and kept["calls"], calls, "")


def _row(what: str, now: float, kept: float | None, ratio: float | None, unit: str) -> Row:
    return Row(
        what=what,
        theirs="" if kept is None else f"{kept:.1f}{unit}",
        ours=f"{now:.1f}{unit}",
        result="" if ratio is None else f"{ratio:.2f} x",
        wanted="" if ratio is None else f"up to {_MOST:g} x",
        is_met=ratio is None or ratio <= _MOST,
    )


def guarding(bench: Bench) -> Iterator[Row]:
    """Measured now, beside what was kept; in the place of DCMTK's figures stand those."""
    kept, machine = read_figures(KEPT), this_machine()
    is_same_machine = kept is not None and kept.machine == machine
    is_same_python = kept is not None and kept.machine["python"] == machine["python"]
    measured: dict[str, Cost] = {}
    for name, cost in measure(bench):
        measured[name] = cost
        before = kept.rows.get(name) if kept is not None else None
        yield from compare(name, cost, before, is_same_machine=is_same_machine, is_same_python=is_same_python)
    if kept is None or bench.keeps:
        Figures(machine=machine, rows=measured).write(KEPT)
