"""What is measured: each row runs both sides alternately and compares medians."""

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmark import data
from benchmark.processes import (
    DEADLINE_S,
    FASTEST,
    OURS,
    cpu_seconds,
    free_port,
    memory_of,
    peak_memory,
    printed,
    running,
    timed,
)

PDU = ("--max-pdu", "131072")
PROFILE = str(Path(__file__).resolve().parents[2] / "resources" / "storescp.cfg")
HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    theirs: str
    ours: str
    result: str
    wanted: str
    is_met: bool


class Bench:
    """Holds the data, and how often things are run."""

    def __init__(self, folder: Path, runs: int, *, kills: int = 50, rounds: int = 100, keeps: bool = False) -> None:
        """``kills`` is how often a window is killed in mid-send, ``rounds`` how often one is begun and closed.

        ``keeps`` writes the figures of the guard into its file.
        """
        self.folder = folder
        self.runs = runs
        self.kills = kills
        self.rounds = rounds
        self.keeps = keeps

    def load(self, kind: str, count: int, series: int = 1) -> Path:
        """The folder of ``count`` objects of a kind, in so many series, made once."""
        target = self.folder / (f"{kind}-{count}" + (f"-in-{series}" if series > 1 else ""))
        if not target.exists():
            if kind == "ct":
                data.make_ct(target, count, series)
            elif kind == "small":
                data.make_small(target, count, series)
            else:
                data.make_multiframe(target)
        return target

    def alternate(self, *sides: Callable[[], float], clear: Sequence[Path] = ()) -> list[float]:
        """The median of each side over alternating runs, after one unmeasured run each.

        ``clear`` names a folder for each side that is emptied before each of its runs.
        """
        times: list[list[float]] = [[] for _ in sides]
        for run in range(self.runs + 1):
            for index, side in enumerate(sides):
                if clear:
                    _emptied(clear[index])
                elapsed = side()
                if run:
                    times[index].append(elapsed)
        return [statistics.median(one) for one in times]

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder on the same disk as the data."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix="received-") as name:
            yield Path(name)


def _sender(program: Sequence[str], port: int, load: Path, *options: str) -> list[str]:
    return [*program, *PDU, *options, "+sd", "+r", "127.0.0.1", str(port), str(load)]


def dcmsend(port: int, load: Path, *options: str) -> list[str]:
    """DCMTK's sender."""
    return _sender(["dcmsend"], port, load, *options)


def our_dcmsend(port: int, load: Path, *options: str) -> list[str]:
    """Ours, with the same options."""
    return _sender([OURS, "dcmsend"], port, load, *options)


def dcmrecv(port: int, *options: str) -> list[str]:
    """DCMTK's receiver."""
    return ["dcmrecv", *PDU, "-xf", PROFILE, "AllDICOM", *options, str(port)]


def our_dcmrecv(port: int, *options: str) -> list[str]:
    """Ours, with the same options."""
    return [OURS, "dcmrecv", *PDU, "-xf", PROFILE, "AllDICOM", *options, str(port)]


def _emptied(folder: Path) -> Path:
    """Remove what an earlier run left, so that each run writes new files."""
    for file in folder.iterdir():
        file.unlink()
    return folder


def ratio_row(what: str, theirs: float, ours: float, wanted: float, *, unit: str = "s") -> Row:
    """How much faster ours is."""
    ratio = theirs / ours
    return Row(
        what=what,
        theirs=f"{theirs:.2f} {unit}",
        ours=f"{ours:.2f} {unit}",
        result=f"{ratio:.2f} x",
        wanted=f"{wanted:.1f} x",
        is_met=ratio >= wanted,
    )


def whole_row(what: str, theirs: float, ours: float) -> Row:
    """Whole processes beside a row without their start-up, for comparison only."""
    return Row(
        what=f"{what}, whole process",
        theirs=f"{theirs:.2f} s",
        ours=f"{ours:.2f} s",
        result=f"{theirs / ours:.2f} x",
        wanted="",
        is_met=True,
    )


def at_least(what: str, value: float, least: float) -> Row:
    """A share that is to be reached."""
    return Row(
        what=what, theirs="", ours=f"{value:.2f}", result="", wanted=f"at least {least:g}", is_met=value >= least
    )


def at_most(what: str, value: float, most: float, unit: str) -> Row:
    """A figure that is to stay below something."""
    return Row(
        what=what,
        theirs="",
        ours=f"{value:.0f} {unit}" if value >= 10 else f"{value:.1f} {unit}",
        result="",
        wanted=f"under {most:g} {unit}",
        is_met=value < most,
    )


LOADS = (
    ("CT, 1000 of 525 KB", "ct", 1000),
    ("small, 3000 of 9 KB", "small", 3000),
    ("multi-frame, one of 470 MB", "multi", 1),
)


def sending_data_phase(bench: Bench) -> Iterator[Row]:
    """One association into dcmrecv --ignore: our data phase against dcmsend's run less its start-up."""
    port = free_port()
    one = bench.load("small", 1)
    script = str(HERE / "sending.py")
    with running(dcmrecv(port, "--ignore"), port):
        for (name, kind, count), wanted in zip(LOADS, (1.3, 1.5, 1.2), strict=True):
            load = bench.load(kind, count)
            start_up, theirs, ours = bench.alternate(
                lambda: timed(dcmsend(port, one)),
                lambda load=load: timed(dcmsend(port, load)),  # type: ignore[misc]
                lambda load=load: printed([sys.executable, script, str(port), str(load)]),  # type: ignore[misc]
            )
            yield ratio_row(f"send, data phase: {name}", theirs - start_up, ours, wanted)


def sending_whole_process(bench: Bench) -> Iterator[Row]:
    """Process start to process end, into dcmrecv --ignore."""
    port = free_port()
    with running(dcmrecv(port, "--ignore"), port):
        for name, kind, count, wanted in (("5,000 CT", "ct", 5000, 1.0), ("20,000 small", "small", 20000, 1.2)):
            load = bench.load(kind, count)
            theirs, ours = bench.alternate(
                lambda load=load: timed(dcmsend(port, load)),  # type: ignore[misc]
                lambda load=load: timed(our_dcmsend(port, load)),  # type: ignore[misc]
            )
            yield ratio_row(f"send, whole process: {name}", theirs, ours, wanted)


def receiving(bench: Bench) -> Iterator[Row]:
    """From dcmsend, files written: bit-preserving and normal."""
    for option, label in (("+B", "bit-preserving"), ("-B", "normal")):
        for name, kind, count in LOADS:
            load = bench.load(kind, count)
            with bench.scratch() as their_folder, bench.scratch() as our_folder, ExitStack() as stack:
                their_port, our_port = free_port(), free_port()
                stack.enter_context(running(dcmrecv(their_port, option, "-od", str(their_folder)), their_port))
                stack.enter_context(running(our_dcmrecv(our_port, option, "-od", str(our_folder)), our_port))
                theirs, ours = bench.alternate(
                    lambda load=load, port=their_port: timed(dcmsend(port, load, "-q")),  # type: ignore[misc]
                    lambda load=load, port=our_port: timed(dcmsend(port, load, "-q")),  # type: ignore[misc]
                    clear=(their_folder, our_folder),
                )
            yield ratio_row(f"receive, {label}: {name}", theirs, ours, 1.0)


def both_ends(bench: Bench) -> Iterator[Row]:
    """Both ends ours against both ends DCMTK's, files written, whole process."""
    for name, kind, count in LOADS:
        load = bench.load(kind, count)
        with bench.scratch() as their_folder, bench.scratch() as our_folder, ExitStack() as stack:
            their_port, our_port = free_port(), free_port()
            stack.enter_context(running(dcmrecv(their_port, "+B", "-od", str(their_folder)), their_port))
            stack.enter_context(running(our_dcmrecv(our_port, "+B", "-od", str(our_folder)), our_port))
            theirs, ours = bench.alternate(
                lambda load=load, port=their_port: timed(dcmsend(port, load, "-q")),  # type: ignore[misc]
                lambda load=load, port=our_port: timed(our_dcmsend(port, load, "-q")),  # type: ignore[misc]
                clear=(their_folder, our_folder),
            )
        yield Row(
            what=f"both ends, whole process: {name}",
            theirs=f"{theirs:.2f} s",
            ours=f"{ours:.2f} s",
            result=f"{theirs / ours:.2f} x",
            wanted="",
            is_met=True,
        )


def long_line(bench: Bench) -> Iterator[Row]:
    """300 small objects over a line with 50 ms round trip."""
    port = free_port()
    load = bench.load("small", 300)
    our_port = free_port()
    with ExitStack() as stack:
        stack.enter_context(running(dcmrecv(port, "--ignore"), port))
        stack.enter_context(running(our_dcmrecv(our_port, "--ignore"), our_port))
        their_line, our_line = stack.enter_context(_proxy(port)), stack.enter_context(_proxy(our_port))
        theirs, ours = bench.alternate(
            lambda: timed(dcmsend(their_line, load)), lambda: timed(our_dcmsend(our_line, load, "--parallel", "8"))
        )
    yield ratio_row("300 small over 50 ms round trip, --parallel 8", theirs, ours, 6.0)


@contextmanager
def _proxy(port: int) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmark.proxy", str(port)], stdout=subprocess.PIPE, cwd=HERE.parent
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


def scanning(bench: Bench) -> Iterator[Row]:
    """Headers learnt a second, warm cache."""
    load = bench.load("small", 20000)
    script = (
        "import sys, time\n"
        "from dicomdesk.dicom.instance import InputSelection\n"
        "from dicomdesk.dicom.files.scan import scan\n"
        "started = time.perf_counter()\n"
        "found = sum(1 for _ in scan(InputSelection(paths=(sys.argv[1],), scan_directories=True, recurse=True)))\n"
        "print(found / (time.perf_counter() - started))\n"
    )
    (rate,) = bench.alternate(lambda: printed([sys.executable, "-c", script, str(load)]))
    yield Row(
        what="scan headers, 20,000 small files, warm",
        theirs="",
        ours=f"{rate:,.0f} files/s",
        result="",
        wanted="10,000 files/s",
        is_met=rate >= 10000,
    )


def memory(bench: Bench) -> Iterator[Row]:
    """Peak resident memory with a 470 MB object."""
    load = bench.load("multi", 1)
    port, our_port = free_port(), free_port()
    with running(dcmrecv(port, "--ignore"), port):
        yield at_most("memory, sending 470 MB", memory_of(our_dcmsend(port, load)), 120, "MB")
    for option, label in (("+B", "bit-preserving"), ("-B", "normal")):
        with (
            bench.scratch() as folder,
            running(our_dcmrecv(our_port, option, "-od", str(folder)), our_port) as receiver,
        ):
            timed(dcmsend(our_port, load))
            yield at_most(f"memory, receiving 470 MB, {label}", peak_memory(receiver.pid), 120, "MB")


def starting(bench: Bench) -> Iterator[Row]:
    """Start-up, and one file from start to end."""
    port = free_port()
    one = bench.load("ct", 1)
    (version,) = bench.alternate(lambda: timed([OURS, "dcmsend", "--version"]))
    yield at_most("dicomdesk dcmsend --version", version * 1000, 150, "ms")
    with running(dcmrecv(port, "--ignore"), port):
        (whole,) = bench.alternate(lambda: timed(our_dcmsend(port, one)))
    yield at_most("one 525 KB file sent, whole process", whole * 1000, 400, "ms")


def idling(_: Bench) -> Iterator[Row]:
    """CPU used by 100 idle inbound associations in ten seconds."""
    port = free_port()
    with (
        running([OURS, "dcmrecv", "--accept-all", "--max-associations", "200", str(port)], port) as receiver,
        ExitStack() as stack,
    ):
        for _index in range(100):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), DEADLINE_S))
            connection.sendall(_associate_request())
            answer = connection.recv(1)
            assert answer == b"\x02", "the association was not accepted"
        before = cpu_seconds(receiver.pid)
        time.sleep(10)
        used = cpu_seconds(receiver.pid) - before
    yield at_most("100 idle inbound associations", used / 10 * 100, 2, "% of a core")


def _associate_request() -> bytes:
    def item(kind: int, value: bytes) -> bytes:
        return bytes((kind, 0)) + len(value).to_bytes(2, "big") + value

    context = item(0x20, b"\1\0\0\0" + item(0x30, b"1.2.840.10008.1.1") + item(0x40, b"1.2.840.10008.1.2"))
    user = item(0x50, item(0x51, (16384).to_bytes(4, "big")) + item(0x52, b"2.25.1"))
    body = (
        b"\0\1\0\0"
        + b"ANY-SCP".ljust(16)
        + b"BENCH".ljust(16)
        + bytes(32)
        + item(0x10, b"1.2.840.10008.3.1.1.1")
        + context
        + user
    )
    return b"\1\0" + len(body).to_bytes(4, "big") + body


def versions() -> str:
    """What was measured against what."""
    theirs = subprocess.run(
        ["dcmsend", "--version"], env=FASTEST, capture_output=True, text=True, check=True
    ).stdout.split("\n", 1)[0]
    return f"{theirs.strip('$ ')}, Python {sys.version.split()[0]}"
