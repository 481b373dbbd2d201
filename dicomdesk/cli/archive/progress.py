"""Progress of a command on a terminal, and as objects of JSON once a second."""

import time

from dicomdesk.cli.archive.rows import RowOutput
from dicomdesk.cli.output.standard_streams import write_stderr
from dicomdesk.cli.output.terminal import is_terminal
from dicomdesk.human import printable

__all__ = ["ItemProgress"]

_REDRAW_S = 0.2
_TELL_S = 1.0


class ItemProgress:
    """Progress of so many items. For the main thread."""

    def __init__(self, output: RowOutput, word: str, total: int | None = None) -> None:
        """``word`` says what is done with items, as "imported"; a total of None is not known."""
        self._output = output
        self._word = word
        self._total = total
        self._done = self._size_bytes = 0
        self._draws = is_terminal() and not output.is_json
        self._next_s = time.monotonic() + (_TELL_S if output.is_json else 0.0)

    def add(self, size_bytes: int = 0) -> None:
        """One more is done."""
        self._size_bytes += size_bytes
        self.reach(self._done + 1)

    def reach(self, done: int) -> None:
        """So many are done."""
        self._done = done
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + (_TELL_S if self._output.is_json else _REDRAW_S)
        if self._output.is_json:
            fields = {"items_done": self._done, "items_total": self._total, "bytes_done": self._size_bytes}
            self._output.tell("progress", fields, "")
        elif self._draws:
            of_all = f" of {self._total}" if self._total is not None else ""
            write_stderr(f"\r\033[K{self._done}{of_all} {printable(self._word)}")

    def clear(self) -> None:
        """Take the line from the terminal, for another to be written."""
        if self._draws:
            write_stderr("\r\033[K")
