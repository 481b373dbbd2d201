"""Holds all modules of our package in memory, and forks a process for each command line: ``python -m ... DESCRIPTOR``.

Half a second of imports is what starting a tool costs, and tests start thousands. A forked process has a number,
descriptors, signals, threads and an end of its own, as one that was started from the shell.

A request comes over the socket DESCRIPTOR with standard input, output and errors attached: folder, module and words,
parted by NUL. The answer is the number of the process, which is nobody's child here: whoever asked adopts it, see
``tool_process``. The end of the socket is the end of the server.
"""

import gc
import importlib
import io
import os
import pkgutil
import runpy
import socket
import sys
import time
from typing import BinaryIO, TextIO, cast

import dicomdesk
from dicomdesk.cli.lean_imports import lean_imports

LONGEST_REQUEST = 100_000
"""Bytes; the kernel takes twice as many at once."""
_LEFT_OUT = ("dicomdesk.gui", "dicomdesk.__main__")


def import_all() -> None:
    """Import what tools import, in the way they do."""
    with lean_imports():
        importlib.import_module("pynetdicom")
    for module in pkgutil.walk_packages(dicomdesk.__path__, "dicomdesk."):
        if not module.name.startswith(_LEFT_OUT):
            importlib.import_module(module.name)


def next_words(requests: socket.socket) -> list[str] | None:
    """Serve until there is a process for a request, or no request more; in the process module and words."""
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, LONGEST_REQUEST, 3)
        if not message:
            return None
        reading, writing = os.pipe()
        between = os.fork()
        if between == 0:
            number = os.fork()
            if number == 0:
                requests.close()
                os.close(reading)
                os.close(writing)
                return _become(message, descriptors)
            os.write(writing, number.to_bytes(4, "little"))
            os._exit(0)
        os.waitpid(between, 0)
        os.close(writing)
        for descriptor in descriptors:
            os.close(descriptor)
        requests.send(os.read(reading, 4))
        os.close(reading)


def _become(message: bytes, descriptors: list[int]) -> list[str]:
    """Take over what a process has from its start; returns module and words."""
    for place, descriptor in enumerate(descriptors):
        os.dup2(descriptor, place)
    for descriptor in descriptors:
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = (
        _stream(0, "r", sys.stdin),
        _stream(1, "w", sys.stdout),
        _stream(2, "w", sys.stderr),
    )
    folder, *words = (os.fsdecode(part) for part in message.split(b"\0"))
    os.chdir(folder)
    sys.path[0] = os.getcwd()
    importlib.import_module("dicomdesk.cli.log.layouts")._started_s = time.time()  # type: ignore[attr-defined] # a log counts from the start
    return words


def _stream(descriptor: int, mode: str, before: TextIO) -> TextIO:
    """As Python makes it at its start; what a descriptor can do is looked at only then."""
    is_unbuffered = mode == "w" and bool(os.environ.get("PYTHONUNBUFFERED"))
    binary = io.FileIO(descriptor, mode, closefd=False)
    if is_unbuffered:
        buffer = cast("BinaryIO", binary)
    else:
        buffer = io.BufferedReader(binary) if mode == "r" else io.BufferedWriter(binary)
    return io.TextIOWrapper(
        buffer,
        encoding=before.encoding,
        errors=before.errors,
        newline="\n",
        line_buffering=not is_unbuffered and (descriptor == 2 or os.isatty(descriptor)),
        write_through=is_unbuffered,
    )


def main() -> None:
    """Serve; in a forked process, be the module that was asked for."""
    import_all()
    gc.freeze()
    words = next_words(socket.socket(fileno=int(sys.argv[1])))
    if words is not None:
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
