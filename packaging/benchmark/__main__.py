"""packaging/bench: runs the groups asked for and prints one table."""

import argparse
import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmark.groups import GROUPS, GUARD
from benchmark.gui.rows import under_xvfb
from benchmark.rows import Bench, Row, versions


def _data_folder() -> Path:
    memory_backed = Path("/dev/shm")
    has_room = memory_backed.is_dir() and shutil.disk_usage(memory_backed).free > 8 << 30
    return memory_backed if has_room else Path(tempfile.gettempdir())


def _print(row: Row) -> None:
    cells = (
        row.what,
        row.theirs,
        row.ours,
        row.result,
        row.wanted,
        "" if not row.wanted else "yes" if row.is_met else "no",
    )
    print("| " + " | ".join(cells) + " |", flush=True)


def main() -> int:
    """Run; 0 also where a wish is missed: the benchmark informs, and only the guard judges."""
    parser = argparse.ArgumentParser(prog="packaging/bench", description=__doc__)
    parser.add_argument(
        "groups",
        nargs="*",
        default=[name for name in GROUPS if name != GUARD],
        metavar="GROUP",
        help=f"which of: {', '.join(GROUPS)}",
    )
    parser.add_argument("--runs", type=int, default=5, help="measured runs of each side (default 5)")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to make the load, about 6 GB (default: memory-backed disk)"
    )
    parser.add_argument("--xvfb", action="store_true", help="measure the window under Xvfb instead of offscreen")
    parser.add_argument("--kills", type=int, default=50, help="how often the window is killed (default 50)")
    parser.add_argument("--rounds", type=int, default=100, help="how often it is begun and closed (default 100)")
    parser.add_argument("--keep", action="store_true", help="keep the guard's figures, to be compared with from now on")
    arguments = parser.parse_args()
    unknown = set(arguments.groups) - set(GROUPS)
    if unknown:
        parser.error(f"unknown group: {', '.join(sorted(unknown))}")
    display = under_xvfb() if arguments.xvfb else contextlib.nullcontext()
    with (
        display,
        tempfile.TemporaryDirectory(prefix="dicomdesk-bench-", dir=arguments.folder or _data_folder()) as name,
    ):
        bench = Bench(Path(name), arguments.runs, kills=arguments.kills, rounds=arguments.rounds, keeps=arguments.keep)
        print(f"Medians of {arguments.runs} alternating runs; {versions()}; {os.cpu_count()} cores.\n")
        print("| what | DCMTK | dicomdesk | ratio | wanted | met |\n| --- | --- | --- | --- | --- | --- |", flush=True)
        is_worse = False
        for group in arguments.groups:
            for row in GROUPS[group](bench):
                _print(row)
                is_worse |= group == GUARD and not row.is_met
    return int(is_worse and not arguments.keep)


if __name__ == "__main__":
    sys.exit(main())
