"""How much memory a piece of work takes at its peak."""

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MEASURED = """
import sys
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM:"))
exec(sys.argv[1])
before = peak()
exec(sys.argv[2])
print(peak() - before)
"""


class Peak:
    """Filled in when the measuring is over."""

    size_bytes = 0


@contextmanager
def measured() -> Iterator[Peak]:
    """Measure what Python allocates meanwhile, on all threads; libraries' own allocations are not seen."""
    peak = Peak()
    tracemalloc.start()
    try:
        yield peak
    finally:
        peak.size_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


def peak_in_child(prepare: str, work: str, *arguments: str) -> int:
    """Return how many bytes the peak of a new process rises by while it does some work; libraries' included.

    ``prepare`` imports all that the work needs; arguments are ``sys.argv[3:]``.
    """
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, prepare, work, *arguments],
        capture_output=True,
        check=True,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        text=True,
        timeout=120,
    )
    return int(done.stdout.split()[-1])
