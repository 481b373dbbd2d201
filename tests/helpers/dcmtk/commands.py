"""Runs the command line tools as processes: DCMTK's and ours, with the same words."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.processes import tool_process

DEADLINE_S = 60
EXPLANATION = "W:   "
"""What the lines begin with that only ours have: why something failed, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a process left behind."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """What stands behind "error: " on stderr, "" when nothing does."""
        found = re.search(r"^error: (.*)$", self.err, re.MULTILINE)
        return found[1] if found else ""

    @property
    def told(self) -> str:
        """What stands on stderr, without what explains it."""
        return "".join(line for line in self.err.splitlines(keepends=True) if not line.startswith(EXPLANATION))


def ours(tool: str) -> list[str]:
    """The command that starts our tool."""
    return [*tool_process.OURS, tool]


def dcmtks(tool: str) -> list[str]:
    """The command that starts DCMTK's tool."""
    found = next((path for path in ("/usr/bin", "/usr/local/bin") if Path(path, tool).is_file()), None)
    return [str(Path(found, tool)) if found else shutil.which(tool) or tool]


def run(
    command: Sequence[str], *words: str, folder: Path | None = None, changes: Mapping[str, str] | None = None
) -> Done:
    """Run a tool to its end; ``changes`` are added to its environment."""
    done = tool_process.run(
        [*command, *words],
        cwd=folder,
        env=tool_process.environment(changes),
        timeout=DEADLINE_S,
        stdin=subprocess.DEVNULL,
    )
    return Done(
        code=done.returncode,
        out=done.stdout.decode("utf-8", "surrogateescape"),
        err=done.stderr.decode("utf-8", "surrogateescape"),
    )


@contextmanager
def running(command: Sequence[str], *words: str, folder: Path | None = None) -> Iterator["subprocess.Popen[str]"]:
    """A tool that runs until the block ends; its output can be read line by line."""
    process = tool_process.Popen(
        [*command, *words],
        cwd=folder,
        env=tool_process.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="surrogateescape",
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=DEADLINE_S)


def wait_for_line(process: "subprocess.Popen[str]", words: str, *, of_stdout: bool = False) -> list[str]:
    """Read lines, of stderr unless told otherwise, up to one that holds these words; returns all read."""
    stream = process.stdout if of_stdout else process.stderr
    assert stream is not None
    lines = []
    for line in stream:
        lines.append(line.rstrip("\n"))
        if words in line:
            return lines
    raise AssertionError(f"ended without {words!r}: {lines}")
