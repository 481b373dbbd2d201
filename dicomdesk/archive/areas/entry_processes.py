"""Processes that read index entries from files beside this one, for areas with many; each ends when this one does."""

import contextlib
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import IO, Final, Self

from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.errors import DataError, LocalError
from dicomdesk.own_processes import module_command, module_environment

__all__ = ["EntryOrReason", "EntryProcesses", "read_entries"]

_MODULE: Final = "dicomdesk.archive.areas.entry_processes"
"""This one, also where it is the main module of its process."""
_AHEAD: Final = 3
"""Lots that each process has read before they are taken."""

EntryOrReason = IndexEntry | str
"""The entry of a file, or why it has none."""


def read_entries(area: str, files: Sequence[tuple[str, str]]) -> list[EntryOrReason]:
    """Read the entries of files, given as absolute path, and the path that the index will know each by."""
    return [_read(area, file, path) for file, path in files]


def _read(area: str, file: str, path: str) -> EntryOrReason:
    try:
        return read_entry(file, area=area, path=path, received=None)
    except DataError as error:
        return str(error) or "it cannot be read"
    except OSError as error:
        return error.strerror or str(error)


class EntryProcesses:
    """So many processes; for one thread. A context: at its end they end."""

    def __init__(self, area: str, count: int) -> None:
        self._area = area
        self._processes = [_Process() for _ in range(count)]
        self._idle: SimpleQueue[_Process] = SimpleQueue()
        for process in self._processes:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(count, "archive-entries")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.end()
        self._threads.shutdown()

    def read(self, lots: Iterator[list[tuple[str, str]]]) -> Iterator[list[EntryOrReason]]:
        """Yield the entries of each lot, in order; see ``read_entries``. Raises LocalError where a process fails."""
        ahead: deque[Future[list[EntryOrReason]]] = deque()
        for lot in lots:
            ahead.append(self._threads.submit(self._ask, lot))
            if len(ahead) > _AHEAD * len(self._processes):
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

    def _ask(self, lot: list[tuple[str, str]]) -> list[EntryOrReason]:
        process = self._idle.get()
        try:
            return process.ask(self._area, lot)
        finally:
            self._idle.put(process)


class _Process:
    """One process, which answers one question at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            module_command(_MODULE),
            env=module_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # signals of the terminal are for who started it
        )

    def ask(self, area: str, lot: list[tuple[str, str]]) -> list[EntryOrReason]:
        question, answer = self._process.stdin, self._process.stdout
        assert question is not None
        assert answer is not None
        try:
            pickle.dump((area, lot), question, pickle.HIGHEST_PROTOCOL)
            question.flush()
            found: list[EntryOrReason] = pickle.load(answer)  # noqa: S301 - of a process of our own
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise LocalError("A process that reads files has ended") from error
        return found

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()


def _answer(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until there are no more questions."""
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            area, lot = pickle.load(questions)  # noqa: S301 - of the process that started this one
            pickle.dump(read_entries(area, lot), answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


if __name__ == "__main__":
    _answer(sys.stdin.buffer, sys.stdout.buffer)
