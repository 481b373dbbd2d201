"""The archive: storing, querying a million instances, retrieving, and what it takes in memory."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from benchmark.archive_index import AREA, QUERIES, STUDY_KEYS, make_index
from benchmark.find_requestor import FindRequestor
from benchmark.processes import DEADLINE_S, FASTEST, OURS, dcmtk_program, free_port, peak_memory, running, timed
from benchmark.rows import Bench, Row, at_most, ratio_row
from dicomdesk.archive.index import sqlite_url

_LEVEL = 0x00080052


def archiving(bench: Bench) -> Iterator[Row]:
    """All that concerns the archive."""
    yield from _storing(bench)
    yield from _storing_into_many(bench)
    yield from _storing_while_one_drips(bench)
    yield _listing(bench)
    yield from _retrieving(bench)
    yield from _querying(bench)


def _configuration(folder: Path, receiver_port: int = 104) -> Path:
    """A configuration of one area in an empty folder."""
    area = folder / "area"
    area.mkdir(parents=True)
    path = folder / "dcmqrscp.cfg"
    path.write_text(
        "MaxPDUSize = 131072\nMaxAssociations = 16\n"
        f"HostTable BEGIN\nreceiver = (RECEIVER, localhost, {receiver_port})\nHostTable END\n"
        "VendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\n{AREA} {area} RW (500, 1024gb) ANY\nAETable END\n"
    )
    return path


def _ours(configuration: Path, port: int) -> list[str]:
    text = configuration.read_text().replace("(500, 1024gb)", "(unlimited, unlimited)")
    configuration.write_text(text)
    return [OURS, "dcmqrscp", "-c", str(configuration), str(port)]


def _theirs(configuration: Path, port: int) -> list[str]:
    return [dcmtk_program("dcmqrscp"), "-c", str(configuration), str(port)]


def _send(port: int, load: Path) -> list[str]:
    return ["dcmsend", "--max-pdu", "131072", "-q", "-aec", AREA, "+sd", "+r", "localhost", str(port), str(load)]


# -- storing


def _storing(bench: Bench) -> Iterator[Row]:
    """10,000 small objects in parts of 1,000, each part from one dcmsend; Debian's Orthanc where it is installed."""
    parts = _parts(bench.load("small", 10_000), bench.folder / "parts", 10)
    with bench.scratch() as folder:
        ours = _store_parts(_ours, folder / "ours", parts)
        theirs = _store_parts(_theirs, folder / "theirs", parts[: len(parts) // 5])
        orthanc = _store_into_orthanc(folder / "orthanc", parts)
    each = sum(ours) / 10
    yield Row(
        what="store 10,000 small objects: DCMTK (its first 2,000), ours",
        theirs=f"{sum(theirs) / len(theirs):.2f} ms each",
        ours=f"{each:.2f} ms each",
        result=f"{sum(theirs) / len(theirs) / each:.1f} x",
        wanted="",
        is_met=True,
    )
    if orthanc is not None:
        yield Row(
            what="store 10,000 small objects: Orthanc, ours",
            theirs=f"{orthanc:.2f} ms each",
            ours=f"{each:.2f} ms each",
            result=f"{orthanc / each:.2f} x",
            wanted="1.25 x",
            is_met=orthanc >= 1.25 * each,
        )
    yield Row(
        what="the last 1,000 of them against the first 1,000",
        theirs="",
        ours=f"{ours[-1]:.2f} to {ours[0]:.2f} ms",
        result=f"{ours[-1] / ours[0]:.2f} x",
        wanted="up to 1.3 x",
        is_met=ours[-1] <= 1.3 * ours[0],
    )


def _storing_into_many(bench: Bench, instances: int = 200_000) -> Iterator[Row]:
    """1,000 small objects into an empty archive, and into one of very many; a new one each time."""
    load = bench.load("small", 1000)
    with bench.scratch() as made:
        make_index(sqlite_url(made / "index.sqlite"), max(instances // 100, 2), instances)

        def store(*, into_many: bool) -> float:
            with bench.scratch() as folder:
                configuration = _configuration(folder)
                state = folder / "area" / ".dicomdesk"
                if into_many:
                    shutil.copytree(made, state)
                port = free_port()
                with running(_ours(configuration, port), port):
                    echo = [dcmtk_program("echoscu"), "-aec", AREA, "localhost", str(port)]
                    start_up = min(timed(echo) for _ in range(3))
                    return timed(_send(port, load)) - start_up

        first, last = bench.alternate(lambda: store(into_many=False), lambda: store(into_many=True))
    yield at_most(f"store 1,000 more than {instances:,} against the first 1,000", last / first, 1.1, "x")


def _storing_while_one_drips(bench: Bench, studies: int = 20_000, objects: int = 40_000) -> Iterator[Row]:
    """The log of the index while objects are stored, and a client that has asked for all studies reads nothing."""
    load = bench.load("small", objects)
    with bench.scratch() as folder:
        configuration = _configuration(folder)
        state = folder / "area" / ".dicomdesk"
        state.mkdir()
        make_index(sqlite_url(state / "index.sqlite"), studies, studies + 2000)
        port, longest, is_over = free_port(), 0, threading.Event()

        def watch() -> None:
            nonlocal longest
            while not is_over.wait(0.05):
                with suppress(FileNotFoundError):
                    longest = max(longest, (state / "index.sqlite-wal").stat().st_size)

        with running(_ours(configuration, port), port), FindRequestor(port, AREA) as dripping:
            dripping.ask({**STUDY_KEYS, _LEVEL: "STUDY"})
            watcher = threading.Thread(target=watch)
            watcher.start()
            timed(_send(port, load))
            is_over.set()
            watcher.join()
    yield at_most(f"the log while {objects:,} are stored and a client reads nothing", longest / 1e6, 100, "MB")


def _listing(bench: Bench, studies: int = 100_000) -> Row:
    """From the start of the command until the first row of a long list."""
    with bench.scratch() as folder:
        configuration = _configuration(folder)
        state = folder / "area" / ".dicomdesk"
        state.mkdir()
        make_index(sqlite_url(state / "index.sqlite"), studies, studies + 2000)
        command = [OURS, "archive", "list", "--config", str(configuration)]
        elapsed = statistics.median(_first_line(command) for _ in range(5))
    return at_most(f"archive list of {studies:,} studies, first row, whole process", elapsed * 1000, 200, "ms")


def _first_line(command: Sequence[str]) -> float:
    """Seconds until a command, which is ended then, has written two lines: the head, and a row."""
    started = time.perf_counter()
    with subprocess.Popen(command, env=FASTEST, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        elapsed = time.perf_counter() - started
        process.kill()
    if not lines[1]:
        raise RuntimeError(f"{' '.join(command)} wrote {lines}")
    return elapsed


def _parts(load: Path, folder: Path, count: int) -> list[Path]:
    """The files of a load in so many folders, by links."""
    files = sorted(load.iterdir())
    size = len(files) // count
    parts = []
    for number in range(count):
        part = folder / f"{number:02d}"
        part.mkdir(parents=True)
        for file in files[number * size : (number + 1) * size]:
            (part / file.name).hardlink_to(file)
        parts.append(part)
    return parts


def _store_parts(make: Callable[[Path, int], list[str]], folder: Path, parts: Sequence[Path]) -> list[float]:
    """Milliseconds for each object, by part; less what a sender needs to start."""
    port = free_port()
    folder.mkdir()
    with running(make(_configuration(folder), port), port):
        echo = [dcmtk_program("echoscu"), "-aec", AREA, "localhost", str(port)]
        start_up = min(timed(echo) for _ in range(3))
        return [(timed(_send(port, part)) - start_up) * 1000 / sum(1 for _ in part.iterdir()) for part in parts]


def _store_into_orthanc(folder: Path, parts: Sequence[Path]) -> float | None:
    program = shutil.which("Orthanc", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if program is None:
        return None
    folder.mkdir()
    port, http = free_port(), free_port()
    configuration = folder / "orthanc.json"
    configuration.write_text(
        f'{{"StorageDirectory": "{folder}/db", "IndexDirectory": "{folder}/db", "DicomPort": {port}, '
        f'"HttpPort": {http}, "DicomAet": "{AREA}", "DicomCheckCalledAet": false, "RemoteAccessAllowed": false}}'
    )
    with running([program, str(configuration)], port):
        return sum(timed(_send(port, part)) for part in parts) * 1000 / sum(len(list(part.iterdir())) for part in parts)


# -- retrieving


def _retrieving(bench: Bench) -> Iterator[Row]:
    """C-MOVE into storescp and C-GET into getscu of 1,000 CT of one study, the same store on both sides."""
    load = bench.load("ct", 1000)
    with bench.scratch() as folder, ExitStack() as stack:
        receiver_port = free_port()
        received = folder / "received"
        received.mkdir()
        receiver = [dcmtk_program("storescp"), "--max-pdu", "131072", "--ignore", str(receiver_port)]
        stack.enter_context(running(receiver, receiver_port))
        ports = {}
        for name, make in (("theirs", _theirs), ("ours", _ours)):
            ports[name] = free_port()
            (folder / name).mkdir()
            configuration = _configuration(folder / name, receiver_port)
            stack.enter_context(running(make(configuration, ports[name]), ports[name]))
            timed(_send(ports[name], load))
        study = _study_of(load)
        keys = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={study}", "-aec", AREA]
        for what, command in (
            ("C-MOVE", [dcmtk_program("movescu"), *keys, "-aem", "RECEIVER"]),
            ("C-GET", [dcmtk_program("getscu"), "--max-pdu", "131072", "--ignore", *keys]),
        ):
            theirs, ours = bench.alternate(
                lambda command=command: timed([*command, "localhost", str(ports["theirs"])]),  # type: ignore[misc]
                lambda command=command: timed([*command, "localhost", str(ports["ours"])]),  # type: ignore[misc]
            )
            yield ratio_row(f"{what} of 1,000 CT of 525 KB", theirs, ours, 1.0)


def _study_of(load: Path) -> str:
    dump = [dcmtk_program("dcmdump"), "+P", "StudyInstanceUID", str(next(load.iterdir()))]
    found = re.search(r"\[([0-9.]+)\]", subprocess.run(dump, capture_output=True, text=True, check=True).stdout)
    if found is None:
        raise RuntimeError("the load has no Study Instance UID")
    return found[1]


# -- querying


_LIMITS = {
    "study by StudyID": (5, 20),
    "study by AccessionNumber": (5, 20),
    "study by StudyInstanceUID": (5, 20),
    "SMI*": (50, 50),
    "date range + modality": (50, 50),
    "*SMI*": (500, 500),
}
"""Milliseconds to the first response: in the index, and over the wire."""
_WHOLE = ("series of the big study", "images of the big study")
_LINE = re.compile(r"(.+?) +([0-9]+) matches +first +([0-9.]+) ms +all +([0-9.]+) ms")


def _querying(bench: Bench) -> Iterator[Row]:
    """A million instances: queries in the index and over the wire, and memory."""
    with bench.scratch() as folder:
        configuration = _configuration(folder)
        state = folder / "area" / ".dicomdesk"
        state.mkdir()
        yield from _in_the_index(state / "index.sqlite")
        port = free_port()
        with running(_ours(configuration, port), port) as archive, FindRequestor(port, AREA) as requestor:
            yield at_most("a million instances: memory, idle", peak_memory(archive.pid), 150, "MB")
            yield from _over_the_wire(requestor)
            all_studies = requestor.find({**STUDY_KEYS, _LEVEL: "STUDY"})
            peak = peak_memory(archive.pid)
            yield at_most(f"the same: memory, a query with {all_studies.matches:,} responses", peak, 250, "MB")


def _in_the_index(file: Path) -> Iterator[Row]:
    """Made and asked in a process of its own, so that this one stays small."""
    command = [sys.executable, "-m", "benchmark.archive_index", str(file)]
    printed = subprocess.run(
        command,
        cwd=Path(__file__).parents[1],
        env=FASTEST,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=True,
    ).stdout
    for found in _LINE.finditer(printed):
        name = found[1].strip()
        if name in _LIMITS:
            yield at_most(f"a million instances, in the index: {name}", float(found[3]), _LIMITS[name][0], "ms")


def _over_the_wire(requestor: FindRequestor) -> Iterator[Row]:
    for name, level, keys in QUERIES:
        asked = {**(STUDY_KEYS if level == "STUDY" else {}), **keys, _LEVEL: level}
        if name in _LIMITS:
            first_s = statistics.median(requestor.find(asked).first_s for _ in range(5))
            yield at_most(f"a million instances, first response: {name}", first_s * 1000, _LIMITS[name][1], "ms")
        elif name in _WHOLE:
            answers = [requestor.find(asked) for _ in range(3)]
            last_s = statistics.median(answer.last_s for answer in answers)
            what = f"a million instances, all {answers[0].matches:,} responses: {name}"
            yield at_most(what, last_s * 1000, 1000, "ms")
