"""Processes that are forked from one that has imported all, where that changes nothing: our tools, and an archive.

``Popen`` and ``run`` are those of ``subprocess``, with the same arguments. A process is started the long way where it
is given an environment of its own, descriptors beyond the first three, or anything else than a folder; and where
coverage is measured. Beginnings (imports, closed streams, signals at the start) are tested with ``subprocess`` itself.
"""

import atexit
import ctypes
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.helpers.processes.fork_server import LONGEST_REQUEST

REPOSITORY = Path(__file__).resolve().parents[3]
OURS = (sys.executable, "-m", "dicomdesk")
_AS_MODULE = (sys.executable, "-m")
_FORKED = {"dicomdesk", "tests.helpers.archives.archive_process"}
_SET_CHILD_SUBREAPER = 36
_OF_NO_INTEREST = {"PYTEST_CURRENT_TEST", "PYTHONPATH", "TCP_NODELAY"}
"""What is different from one start to the next, and read by none of our tools."""
_PLAIN = (None, 0, False, None, None, None, -1, False, -1)
"""startupinfo, creationflags, shell, gid, gids, uid, umask, start_new_session and process_group, where not given."""


def environment(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a tool: small messages are sent at once, our package is found from anywhere."""
    paths = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "TCP_NODELAY": "1", "PYTHONPATH": paths, **(changes or {})}


class _Server:
    """The process from which tools are forked, and the way to it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._prctl = ctypes.CDLL(None, use_errno=True).prctl
        self.environment = _of_interest(os.environ)
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            command = [sys.executable, "-m", "tests.helpers.processes.fork_server", str(other.fileno())]
            self._process = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
            )
        atexit.register(self._close)

    def fork(self, folder: str, words: Sequence[str], descriptors: Sequence[int]) -> int:
        """Have a module run with these words; the number of its process, which is then a child of this one."""
        request = b"\0".join(map(os.fsencode, (folder, *words)))
        with self._lock:
            self._prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # the one between ends, and this process adopts
            try:
                socket.send_fds(self._socket, [request], descriptors)
                answer = self._socket.recv(4)
            finally:
                self._prctl(_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        assert len(answer) == 4, "the server that forks our tools has ended"
        return int.from_bytes(answer, "little")

    def _close(self) -> None:
        self._socket.close()
        self._process.wait(60)


_STARTING = threading.Lock()


def _server() -> _Server:
    with _STARTING:
        return _only_server()


@cache
def _only_server() -> _Server:
    return _Server()


def _of_interest(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name not in _OF_NO_INTEREST}


class Popen(subprocess.Popen[Any]):
    """As that of ``subprocess``."""

    def _execute_child(self, *given: Any) -> None:  # the one place where the library starts a process
        command, executable, preexec_fn, close_fds, pass_fds, folder, variables, *others = given
        pipes, (restore_signals, *rest) = others[3:9], others[9:]
        words = () if isinstance(command, str | bytes) else tuple(map(os.fsdecode, command))
        is_plain = (*others[:3], *rest) == _PLAIN and not (executable or preexec_fn or pass_fds)
        if not (is_plain and close_fds and restore_signals and _can_be_forked(words, variables)):
            super()._execute_child(*given)  # type: ignore[misc] # not in typeshed
            return
        descriptors = [place if pipe == -1 else pipe for place, pipe in enumerate((pipes[0], pipes[3], pipes[5]))]
        self.pid = _server().fork(os.path.abspath(os.fsdecode(folder or ".")), words[len(_AS_MODULE) :], descriptors)
        self._child_created = True
        self._close_pipe_fds(*pipes)  # type: ignore[attr-defined] # not in typeshed


def _can_be_forked(words: Sequence[str], variables: Mapping[str, str] | None) -> bool:
    if words[:2] != _AS_MODULE or words[2] not in _FORKED or "\0" in "".join(words):
        return False
    if sys.platform != "linux" or "COVERAGE_PROCESS_CONFIG" in os.environ:
        return False
    if sum(map(len, words)) > LONGEST_REQUEST // 2:
        return False
    return _of_interest(os.environ if variables is None else variables) == _server().environment


def run(
    command: Sequence[str | Path], *, timeout: float, check: bool = False, **options: Any
) -> "subprocess.CompletedProcess[Any]":
    """As that of ``subprocess``, with both outputs captured, and no input."""
    with Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    done = subprocess.CompletedProcess(process.args, process.returncode, out, err)
    if check:
        done.check_returncode()
    return done
