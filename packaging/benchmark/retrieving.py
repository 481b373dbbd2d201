"""getscu and movescu against DCMTK's, both from its dcmqrscp."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmark.processes import OURS, dcmtk_program, free_port, memory_of, running, timed
from benchmark.rows import LOADS, PDU, Bench, Row, at_most, ratio_row, whole_row

_ALL = ("-P", "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=LOAD-1")
_NOBODY = ("-P", "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID=NOBODY")
_RECEIVER = "RECEIVER"
_SERIES = 10
_AT_ONCE = 500
"""Files that dcmqridx is told of at once."""


def retrieving(bench: Bench) -> Iterator[Row]:
    """C-GET and C-MOVE of what dcmqrscp holds, and memory."""
    with archive_of(bench, LOADS) as archive:
        for (name, kind, _), get, move in zip(LOADS[:2], (1.2, 1.5), (1.0, 1.2), strict=True):
            what = f"{name}, in {_SERIES} series"
            yield from _compare(bench, f"C-GET: {what}", get, archive, _get(kind))
            yield from _compare(bench, f"C-GET: {what}, ours --parallel 2", get, archive, _get(kind, parallel=2))
            yield from _compare(bench, f"C-MOVE to here: {what}", move, archive, _move(archive, kind))
        for option, label in (("+B", "bit-preserving"), ("-B", "normal")):
            with bench.scratch() as folder:
                _, ours = _get("multi", option=option)
                used = memory_of([*ours, *_ALL, *archive.address], cwd=folder)
            yield at_most(f"memory, C-GET of 470 MB, {label}", used, 120, "MB")


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Where it listens, and where its receiver is to."""

    port: int
    receiver_port: int

    @property
    def address(self) -> tuple[str, str]:
        return "127.0.0.1", str(self.port)


@contextmanager
def archive_of(bench: Bench, loads: Sequence[tuple[str, str, int]]) -> Iterator[Archive]:
    """A dcmqrscp with an area for each load, which sends to its receiver with large PDUs."""
    archive = Archive(port=free_port(), receiver_port=free_port())
    with bench.scratch() as folder:
        areas = []
        for _, kind, count in loads:
            area = folder / kind
            area.mkdir()
            for file in bench.load(kind, count, _SERIES if count > 1 else 1).iterdir():
                (area / file.name).hardlink_to(file)
            files = sorted(map(str, area.iterdir()))
            for start in range(0, len(files), _AT_ONCE):
                index = [dcmtk_program("dcmqridx"), str(area), *files[start : start + _AT_ONCE]]
                subprocess.run(index, check=True, stdout=subprocess.DEVNULL)
            areas.append(f"{kind.upper()} {area} RW (9000, 1024gb) ANY\n")
        configuration = folder / "dcmqrscp.cfg"
        configuration.write_text(
            "MaxPDUSize = 131072\nMaxAssociations = 16\n"
            f"HostTable BEGIN\nreceiver = ({_RECEIVER}, localhost, {archive.receiver_port})\nHostTable END\n"
            f"VendorTable BEGIN\nVendorTable END\nAETable BEGIN\n{''.join(areas)}AETable END\n"
        )
        with running([dcmtk_program("dcmqrscp"), "-c", str(configuration), str(archive.port)], archive.port):
            yield archive


def _get(kind: str, *, option: str = "+B", parallel: int = 1) -> tuple[list[str], list[str]]:
    options = ["-q", option, *PDU, "-aec", kind.upper()]
    more = ["--parallel", str(parallel)] if parallel > 1 else []
    return [dcmtk_program("getscu"), *options], [OURS, "getscu", *options, *more]


def _move(archive: Archive, kind: str) -> tuple[list[str], list[str]]:
    options = ["-q", "+B", *PDU, "--port", str(archive.receiver_port), "-aem", _RECEIVER, "-aec", kind.upper()]
    return [dcmtk_program("movescu"), *options], [OURS, "movescu", *options]


def _compare(
    bench: Bench, what: str, wanted: float, archive: Archive, commands: tuple[Sequence[str], Sequence[str]]
) -> Iterator[Row]:
    """The whole run less that for a patient whom nobody knows; and the whole run."""
    with bench.scratch() as their_folder, bench.scratch() as our_folder:
        folders = (their_folder, our_folder)
        their_start, our_start, theirs, ours = bench.alternate(
            *(
                lambda command=command, keys=keys, folder=folder: timed(  # type: ignore[misc]
                    [*command, *keys, *archive.address], cwd=folder
                )
                for keys in (_NOBODY, _ALL)
                for command, folder in zip(commands, folders, strict=True)
            ),
            clear=folders * 2,
        )
    yield ratio_row(f"{what}, less start-up", theirs - their_start, ours - our_start, wanted)
    yield whole_row(what, theirs, ours)
