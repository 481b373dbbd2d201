"""What hostile input costs: at most so many times what honest input costs, whatever it is."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmark.processes import OURS, free_port, peak_memory, printed, running
from benchmark.rows import Bench, Row, at_most

_PROJECT = str(Path(__file__).resolve().parents[2])
_RUN_MODULE = (
    "import runpy, sys; sys.path.insert(0, sys.argv[1]); sys.argv = sys.argv[2:];"
    "runpy.run_module(sys.argv[0], run_name='__main__')"
)
_BRIEF = ("-ta", "1", "-td", "1")
"""Time-outs, so that peers which say nothing take no time."""


def hostile(bench: Bench) -> Iterator[Row]:
    """Each of these for itself."""
    yield _structure_check(bench)
    for name in ("dcmrecv", "dcmqrscp"):
        with bench.scratch() as folder, ExitStack() as stack:
            port = free_port()
            process = stack.enter_context(running(_acceptor(name, folder, port), port))
            (longer,) = bench.alternate(lambda port=port: printed(_module("tests.hostile.crowd", str(port))))  # type: ignore[misc]
            yield at_most(
                f"9 KB to {name} while nine hostile peers send their worst, more than alone", longer, 50, "ms"
            )
            printed(_module("tests.hostile.battery", str(port), name))
            yield at_most(f"memory of {name} through the whole battery", peak_memory(process.pid), 200, "MB")


def _module(*words: str) -> list[str]:
    """A module of the tests as a command."""
    return [sys.executable, "-c", _RUN_MODULE, _PROJECT, *words]


def _acceptor(name: str, folder: Path, port: int) -> list[str]:
    if name == "dcmrecv":
        return [OURS, name, *_BRIEF, "--accept-all", "-od", str(folder), str(port)]
    configuration = folder / "a.cfg"
    (folder / "area").mkdir()
    configuration.write_text(f"AETable BEGIN\nARCHIVE {folder / 'area'} RW (500, 1024mb) ANY\nAETable END\n")
    return [OURS, name, *_BRIEF, "-c", str(configuration), str(port)]


def _structure_check(bench: Bench) -> Row:
    """The check of a data set's structure, the worst inputs known against a CT's header, byte for byte."""
    (times,) = bench.alternate(lambda: printed(_module("tests.fuzz.worst_structures")))
    return at_most("structure check: a byte of the worst data set against a byte of a CT's header", times, 50, "x")
