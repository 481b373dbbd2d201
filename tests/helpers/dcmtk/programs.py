"""DCMTK's programs as peers: found where its dcmsend is, because pynetdicom brings others of the same names."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

DEADLINE_S = 30.0
_LISTENING_PORTS = (20_000, 32_000)

EVERY_CLASS_PROFILE = """
[[TransferSyntaxes]]
[Any]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[[PresentationContexts]]
[All]
PresentationContext1 = CTImageStorage\\Any
PresentationContext2 = MRImageStorage\\Any
PresentationContext3 = VerificationSOPClass\\Any
[[Profiles]]
[Default]
PresentationContexts = All
"""


def dcmtk_program(name: str) -> str:
    """The path of a DCMTK program."""
    beside = shutil.which("dcmsend")
    assert beside is not None, "DCMTK is not installed"
    return str(Path(beside).resolve().parent / name)


def free_port() -> int:
    """A port that was free a moment ago, for programs that cannot choose one themselves.

    Below those that the system gives to outgoing connections, so that none of these takes it meanwhile.
    """
    while True:
        port = random.randint(*_LISTENING_PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextmanager
def dcmtk_server(name: str, options: Sequence[str], folder: Path) -> Iterator[int]:
    """Run a server program in a folder until the end of the block; its port."""
    port = free_port()
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [dcmtk_program(name), *options, str(port)],
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TCP_NODELAY": "1"},
        )
        try:
            _await_listening(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(DEADLINE_S)


def wait_for_log(path: Path, words: str) -> str:
    """What a server has written when these words are among it."""
    end = monotonic() + DEADLINE_S
    pause = threading.Event()
    while words not in (text := path.read_text()):
        assert monotonic() < end, text
        pause.wait(0.01)
    return text


def _await_listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Until somebody accepts connections on the port; there is nothing else to wait for in another's program."""
    end = monotonic() + DEADLINE_S
    pause = threading.Event()
    while monotonic() < end:
        assert process.poll() is None, "the program has ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S).close()
        except ConnectionRefusedError:
            pause.wait(0.01)
        else:
            return
    raise AssertionError("the program does not listen")
