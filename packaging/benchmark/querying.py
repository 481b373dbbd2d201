"""findscu against DCMTK's: responses from a peer that has encoded them before, so that it is no bottleneck."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from benchmark.processes import FASTEST, OURS, dcmtk_program, memory_of, printed, timed
from benchmark.rows import HERE, PDU, Bench, Row, at_most, ratio_row, whole_row

_KEYS = ("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID", "-k", "PatientName")
_RESPONSES = 10_000
_WINDOW = (sys.executable, "-m", "benchmark.query_window")
_FIRST_FORMS = (("log lines", ()), ("--json", ("--json",)), ("--table", ("--table",)), ("--csv", ("--csv",)))


def querying(bench: Bench) -> Iterator[Row]:
    """Rates, memory, and the first response."""
    yield from _rates(bench)
    yield _flatness()
    with _peer(_RESPONSES) as port:
        (stall,) = bench.alternate(lambda: printed([*_WINDOW, str(port)], HERE.parent))
    yield at_most("window: event loop stall while 10,000 results stream in, 99th percentile", stall, 16, "ms")
    (late,) = bench.alternate(_painted_late_ms)
    yield at_most("first result painted in the window after the peer's first response", late, 30, "ms")
    for name, options in _FIRST_FORMS:
        (late,) = bench.alternate(lambda options=options: _lateness_ms(options))  # type: ignore[misc]
        yield at_most(f"first result on a line after the peer's first response: {name}", late, 30, "ms")


def _rates(bench: Bench) -> Iterator[Row]:
    """The whole run less that with no response at all, which both have to begin with; and the whole run."""
    with _peer(0) as nobody, _peer(_RESPONSES) as peer, bench.scratch() as their_folder, bench.scratch() as our_folder:
        for name, option, times in (("counted (-q), ten times over", "-q", 10), ("extracted to files (-X)", "-X", 1)):
            theirs = _findscu([dcmtk_program("findscu")], option, times, their_folder)
            ours = _findscu([OURS, "findscu"], option, times, our_folder)
            their_start, our_start, their_whole, our_whole = bench.alternate(
                lambda command=theirs: timed([*command, str(nobody)]),  # type: ignore[misc]
                lambda command=ours: timed([*command, str(nobody)]),  # type: ignore[misc]
                lambda command=theirs: timed([*command, str(peer)]),  # type: ignore[misc]
                lambda command=ours: timed([*command, str(peer)]),  # type: ignore[misc]
                clear=(their_folder, our_folder, their_folder, our_folder),
            )
            what = f"{_RESPONSES:,} C-FIND responses {name}"
            if times > 1:  # so many that start-up counts for little
                yield ratio_row(f"{what}, whole process", their_whole, our_whole, 1.5)
                continue
            yield ratio_row(f"{what}, less start-up", their_whole - their_start, our_whole - our_start, 1.5)
            yield whole_row(what, their_whole, our_whole)


def _findscu(program: Sequence[str], option: str, times: int, folder: Path) -> list[str]:
    where = ("-od", str(folder)) if option == "-X" else ()
    return [*program, *PDU, option, *where, "--repeat", str(times), *_KEYS, "127.0.0.1"]


def _flatness() -> Row:
    """Peak memory with a hundred times as many responses."""
    with _peer(1000) as few, _peer(100_000) as many:
        base, peak = (memory_of([OURS, "findscu", "--json", *_KEYS, "127.0.0.1", str(port)]) for port in (few, many))
    return Row(
        what="memory, findscu --json with 100,000 responses against 1,000",
        theirs="",
        ours=f"{peak:.0f} to {base:.0f} MB",
        result=f"{peak / base:.2f} x",
        wanted="up to 1.1 x",
        is_met=peak <= 1.1 * base,
    )


def _painted_late_ms() -> float:
    """From the first response's leaving the peer to the end of the first painting that shows it."""
    with _telling_peer(1000) as (port, told):
        painted_s = printed([*_WINDOW, str(port)], HERE.parent, line=1)
        return (painted_s - float(told.readline())) * 1000


def _lateness_ms(options: Sequence[str]) -> float:
    """From the first response's leaving the peer to the first bytes with its value on our output."""
    with _telling_peer(1000) as (port, told):
        command = [OURS, "findscu", *options, *_KEYS, "127.0.0.1", str(port)]
        with subprocess.Popen(command, env=FASTEST, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as tool:
            assert tool.stdout is not None
            seen = b""
            while b"Load^Test 1" not in seen:
                part = tool.stdout.read1()
                if not part:
                    raise RuntimeError(f"findscu has shown no response: {seen[-500:]!r}")
                seen += part
            shown_s = time.monotonic()
            tool.stdout.read()
        return (shown_s - float(told.readline())) * 1000


@contextmanager
def _peer(count: int) -> Iterator[int]:
    """The port of a peer that answers with so many responses."""
    with _telling_peer(count, tells=False) as (port, _):
        yield port


@contextmanager
def _telling_peer(count: int, *, tells: bool = True) -> Iterator[tuple[int, IO[bytes]]]:
    """The same with what it prints."""
    command = [sys.executable, "-m", "benchmark.find_peer", str(count), *(["--tells"] if tells else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE.parent) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), process.stdout
        finally:
            process.terminate()
