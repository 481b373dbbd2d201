"""An archive in a process of its own, to be killed: run as a script, prints its port, serves until it is told to end.

``python -m tests.helpers.archives.archive_process FOLDER DATABASE_URL TITLE=PORT ...``;
the end of its standard input ends it.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tests.helpers.processes import tool_process

REPOSITORY = Path(__file__).resolve().parents[3]
DEADLINE_S = 60.0


class ArchiveProcess:
    """A started archive process."""

    def __init__(self, folder: Path, database_url: str, peers: Mapping[str, int]) -> None:
        arguments = [str(folder), database_url, *(f"{title}={port}" for title, port in peers.items())]
        self._process = tool_process.Popen(
            [sys.executable, "-m", "tests.helpers.archives.archive_process", *arguments],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=tool_process.environment(),
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.order = self._process.stdout.readline().strip()
        """What was put in order at its start, "" for nothing."""

    def kill(self) -> None:
        """``kill -9``."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        self._finish()

    def end(self) -> None:
        """Let it end in order."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._finish()
        assert self._process.returncode == 0

    def _finish(self) -> None:
        self._process.wait(DEADLINE_S)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


@contextmanager
def archive_process(
    folder: Path, *, database_url: str = "", peers: Mapping[str, int] = MappingProxyType({})
) -> Iterator[ArchiveProcess]:
    """Run an archive; killed at the end of the block at the latest."""
    process = ArchiveProcess(folder, database_url, peers)
    try:
        yield process
    finally:
        process.kill()


def _main(folder: str, database_url: str, *peers: str) -> None:
    from tests.helpers.archives.served_archives import make_settings, serving  # noqa: PLC0415 - the parent need not load it

    ports = {title: int(port) for title, _, port in (peer.partition("=") for peer in peers)}
    with serving(make_settings(Path(folder), peers=ports, database_url=database_url)) as running:
        sys.stdout.write(f"{running.port}\n{' '.join(map(str, running.archive.repairs.values()))}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    _main(*sys.argv[1:])
