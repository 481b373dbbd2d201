"""One row of the guard: our side in this process, the peer in another; prints what an object costs, as JSON.

Processor time is that of this process, the least of several runs, beside that of a fixed piece of work which is done in
turns with them: so figures of a busy machine can be compared with those of a quiet one. Calls are those of Python's
functions, and of what Python calls that is written in C: they are nearly the same in each run, on any machine.
"""

import itertools
import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmark.processes import FASTEST, dcmtk_program, free_port, running
from benchmark.rows import PDU, dcmrecv
from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.dicom.query.attributes import PATIENT_ID, QUERY_RETRIEVE_LEVEL
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.query import Model
from dicomdesk.dicom.sop_classes import STORAGE_SOP_CLASSES
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage, StorageMode
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import AssociationSettings, Peer

_PDU_BYTES = 131072
_STEPS = 12_000

Work = Callable[[Path, Path, int], None]
"""Takes a load, an empty folder, and the port of the peer, where there is one."""


def _receive(mode: StorageMode) -> Work:
    def work(load: Path, folder: Path, _port: int) -> None:
        request = ReceiveRequest(
            port=0,
            address="127.0.0.1",
            acceptance=Acceptance(accept_all=True, max_pdu_bytes=_PDU_BYTES, resolve_hosts=False),
            storage=Storage(folder=folder, mode=mode),
            identify=False,
            report_stored=False,
        )
        engine = Engine()
        job = engine.submit(request, lambda _event: None)
        command = [dcmtk_program("dcmsend"), *PDU, "-q", "+sd", "127.0.0.1", str(job.port), str(load)]
        subprocess.run(command, env=FASTEST, check=True)
        job.cancel()
        job.done.result()
        engine.close()

    return work


def _send(load: Path, _folder: Path, port: int) -> None:
    engine = Engine()
    request = SendRequest(
        peer=Peer(host="127.0.0.1", port=port),
        inputs=InputSelection(paths=(str(load),), scan_directories=True),
        association=AssociationSettings(max_pdu_bytes=_PDU_BYTES),
    )
    engine.submit(request, lambda _event: None).done.result()
    engine.close()


def _get(_load: Path, folder: Path, port: int) -> None:
    keys = (QueryKey(tag=QUERY_RETRIEVE_LEVEL, value="PATIENT"), QueryKey(tag=PATIENT_ID, value="LOAD-1"))
    request = RetrieveRequest(
        peer=Peer(host="127.0.0.1", port=port, ae_title="SMALL"),
        identifiers=(Identifier(keys=keys),),
        association=AssociationSettings(max_pdu_bytes=_PDU_BYTES),
        model=Model.PATIENT_ROOT,
        storage=Storage(folder=folder, mode=StorageMode.BIT_PRESERVING),
        storage_sop_classes=tuple(entry.uid for entry in STORAGE_SOP_CLASSES if entry.is_retrieved),
        tells_unasked=False,
    )
    engine = Engine()
    engine.submit(request, lambda _event: None).done.result()
    engine.close()


def _scan(load: Path, _folder: Path, _port: int) -> None:
    for _ in scan(InputSelection(paths=(str(load),), scan_directories=True)):
        pass


WORKS: dict[str, tuple[Work, bool]] = {
    "receive bit-preserving": (_receive(StorageMode.BIT_PRESERVING), True),
    "receive normal": (_receive(StorageMode.NORMAL), True),
    "C-GET": (_get, True),
    "send": (_send, False),
    "scan headers": (_scan, False),
}
"""What is done with a load, and whether there is a file in the folder for each object then."""


def _yard() -> float:
    """Seconds of processor time of a fixed piece of work: of the interpreter, of memory, and of the kernel."""
    began = time.process_time()
    unpack, read, table, memory = struct.Struct("<HHL").unpack_from, os.pread, dict[int, bytes](), bytearray(1 << 16)
    with open("/dev/zero", "rb", buffering=0) as zeros:
        for step in range(_STEPS):
            piece = read(zeros.fileno(), 4096, 0)
            table[step & 0xFF] = piece[:64]
            position = (step * 4096) & 0xF000
            memory[position : position + 4096] = piece
            sum(unpack(memory, position))
    return time.process_time() - began


def _count_calls(work: Callable[[], None]) -> int:
    """Calls of Python's functions, and of those in C, on all threads."""
    counter = itertools.count()

    def note(_frame: object, event: str, _argument: object) -> None:
        if event in {"call", "c_call"}:
            next(counter)

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    return next(counter)


def main(name: str, load: Path, folder: Path, runs: int, port: int) -> int:
    """Do the work of a row so many times, and print what an object costs."""
    work, makes_files = WORKS[name]
    count = sum(1 for _ in load.iterdir())

    def once() -> None:
        for file in folder.iterdir():
            file.unlink()
        work(load, folder, port)
        stored = sum(1 for _ in folder.iterdir())
        if makes_files and stored != count:
            raise RuntimeError(f"{name}: {stored} of {count} arrived")

    def seconds() -> float:
        began = time.process_time()
        once()
        return time.process_time() - began

    once()  # what is imported and compiled on the way
    yards, spent = [], []
    for _ in range(runs):
        yards.append(_yard())
        spent.append(seconds())
    yards.append(_yard())
    cost = {"cpu_us": min(spent) / count * 1e6, "yard_ms": min(yards) * 1000, "calls": _count_calls(once) / count}
    print(json.dumps(cost))
    return 0


def main_with_peer(name: str, load: Path, folder: Path, runs: int, port: int) -> int:
    """The same, with the receiver that a sender needs."""
    if name != "send":
        return main(name, load, folder, runs, port)
    port = free_port()
    with running(dcmrecv(port, "--ignore"), port):
        return main(name, load, folder, runs, port)


if __name__ == "__main__":
    sys.exit(main_with_peer(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])))
