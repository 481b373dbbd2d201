"""The programs that hostile peers meet, as real processes, and what must be true of them afterwards."""

import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from tests.helpers.dcmtk.commands import ours
from tests.helpers.dcmtk.delivery import wait_for_port
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.requestors import Requestor, connected
from tests.helpers.processes.tool_process import environment
from tests.hostile.kinds import PATIENT, SENDER, ct_image

DEADLINE_S = 15.0
MOST_MEMORY_MB = 200
MOST_IDLE_CONNECTIONS = 4
"""To the database of an index, which keeps them: two who ask at once open a second one, that stays."""
BRIEF = ("-ta", "1", "-td", "1")
"""Time-outs that a test can wait for."""
ELSEWHERE = Path("/tmp/dicomdesk-hostile-escaped")
"""Where a path in a UID points to."""

_LINE = re.compile(r"[FEWI]: [^\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]*")
_UNREAL_NAME = re.compile(r"[\x00-\x1f\x7f/\\]|^\.|\.part$|\.tmp$")


@dataclass(frozen=True)
class Usage:
    """What a process holds."""

    threads: int
    descriptors: int
    """But for those of the index."""
    index_connections: int
    """Open files of the database; some stay open for the next who ask."""

    def is_within(self, rest: "Usage") -> bool:
        """Whether nothing is held that is not held at rest too."""
        return (
            self.threads <= rest.threads
            and self.descriptors <= rest.descriptors
            and self.index_connections <= MOST_IDLE_CONNECTIONS
        )


@dataclass
class Victim:
    """A running receiver or archive in a folder of its own."""

    process: "subprocess.Popen[bytes]"
    port: int
    home: Path
    """Where it runs; what it stores is below ``home / "out"``."""
    secure: Callable[[Requestor], None] = lambda _: None
    """Makes a connection secure where it must be."""
    rest: Usage = field(init=False)
    """What it holds when nobody calls."""
    stored: int = 0
    checked_bytes: int = 0
    """Of the log."""

    def warm_up(self) -> None:
        """Serve a few at once, so that all is loaded and started that stays."""
        for _ in range(3):
            self._transfer()
        self.rest = self._settled(lambda usage: True)

    @property
    def log(self) -> str:
        """What it has written to stdout and stderr."""
        return (self.home / "log").read_text(encoding="utf-8", errors="surrogateescape")

    def usage(self) -> Usage:
        """What it holds now."""
        folder = Path(f"/proc/{self.process.pid}")
        opened = [Path(target).name for target in map(_target, (folder / "fd").iterdir()) if target]
        of_index = [name for name in opened if name.startswith("index.sqlite")]
        return Usage(len(os.listdir(folder / "task")), len(opened) - len(of_index), of_index.count("index.sqlite"))

    def memory_mb(self, which: str = "VmHWM") -> float:
        """Peak resident memory, or another figure of ``/proc``."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(text.split(f"{which}:")[1].split()[0]) / 1024

    def check(self) -> None:
        """Alive, everything given back, a good transfer goes through, nothing left behind, nothing told of patients."""
        assert self.process.poll() is None, self.log[-3000:]
        self._transfer()
        self._settled(lambda usage: usage.is_within(self.rest))
        assert self.memory_mb() < MOST_MEMORY_MB
        self._check_files()
        self._check_log()

    def _settled(self, is_at_rest: Callable[[Usage], bool]) -> Usage:
        end = monotonic() + DEADLINE_S
        pause = threading.Event()
        while not is_at_rest(usage := self.usage()):
            assert monotonic() < end, f"{usage} where {self.rest} was"
            pause.wait(0.005)
        return usage

    def _transfer(self) -> None:
        self.stored += 1
        uid = f"1.2.826.0.1.{os.getpid()}.{self.stored}"
        with connected(self.port) as requestor:
            self.secure(requestor)
            requestor.associate(SENDER)
            data = ct_image(uid)
            assert requestor.store(uid, [data]) == 0
            assert requestor.echo() == 0
            requestor.release()
        assert any(path.read_bytes().endswith(data) for path in self._files() if uid in str(path) or self._is_archive)

    @property
    def _is_archive(self) -> bool:
        return (self.home / "out" / ".dicomdesk").exists()

    def _files(self) -> list[Path]:
        """Files below ``out``, the newest first."""
        found = [path for path in (self.home / "out").rglob("*") if path.is_file() and ".dicomdesk" not in path.parts]
        return sorted(found, key=lambda path: -path.stat().st_mtime_ns)

    def _check_files(self) -> None:
        assert {path.name for path in self.home.iterdir()} <= {"log", "out", "a.cfg"}
        assert {path.name for path in self.home.parent.iterdir()} <= {self.home.name, "tls"}
        assert not ELSEWHERE.exists()
        found = [path for path in (self.home / "out").rglob("*") if ".dicomdesk" not in path.parts]
        assert not [path for path in found if _UNREAL_NAME.search(path.name) or path.is_symlink()]

    def _check_log(self) -> None:
        text, self.checked_bytes = self.log[self.checked_bytes :], len(self.log)
        assert "Traceback" not in text, text[-5000:]
        assert not any(part in text for part in PATIENT.split("^")), text[-5000:]
        unclear = [line for line in text.split("\n") if line and not _LINE.fullmatch(line)]
        assert not unclear, unclear[:5]


def _target(descriptor: Path) -> str:
    """What it leads to; nothing when it was closed meanwhile."""
    try:
        return str(descriptor.readlink())
    except OSError:
        return ""


def receiver_words(*options: str) -> list[str]:
    """The command of a ``dcmrecv``."""
    return [*ours("dcmrecv"), *BRIEF, "--accept-all", "-od", "out", *options]


def archive_words(*options: str) -> list[str]:
    """The command of a ``dcmqrscp``."""
    return [*ours("dcmqrscp"), *BRIEF, "-c", "a.cfg", *options]


@contextmanager
def victim(words: Sequence[str], home: Path, secure: Callable[[Requestor], None] = lambda _: None) -> Iterator[Victim]:
    """Run until the end of the block, then end it with one SIGTERM, in time."""
    (home / "out").mkdir(parents=True)
    area = f"ARCHIVE {home / 'out'} RW (500, 1024mb) ANY"
    (home / "a.cfg").write_text(f"MaxAssociations = 100\nAETable BEGIN\n{area}\nAETable END\n")
    port = free_port()
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([*words, str(port)], cwd=home, env=environment(), stdout=log, stderr=log)
    try:
        wait_for_port(port, process)
        made = Victim(process, port, home, secure)
        made.warm_up()
        yield made
        process.terminate()
        assert process.wait(DEADLINE_S) == 143
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
