"""What hostile input costs: at most so many times what honest input costs, whatever it is."""

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmark.processes import printed
from benchmark.rows import Bench, Row, at_most

_PROJECT = str(Path(__file__).resolve().parents[2])
_RUN_MODULE = "import runpy, sys; sys.path.insert(0, sys.argv[1]); runpy.run_module(sys.argv[2], run_name='__main__')"


def hostile(bench: Bench) -> Iterator[Row]:
    """Each of these for itself."""
    yield _structure_check(bench)


def _structure_check(bench: Bench) -> Row:
    """The check of a data set's structure, the worst inputs known against a CT's header, byte for byte."""
    command = [sys.executable, "-c", _RUN_MODULE, _PROJECT, "tests.fuzz.worst_structures"]
    (times,) = bench.alternate(lambda: printed(command))
    return at_most("structure check: a byte of the worst data set against a byte of a CT's header", times, 50, "x")
