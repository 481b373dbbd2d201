"""Life of the process that the engine has to itself: it does what the window's process asks for, and ends with it."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from dicomdesk.dicom.commitment.documents import CommitmentReport
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.host.line import Line
from dicomdesk.engine.host.reception import Reception
from dicomdesk.errors import DicomdeskError
from dicomdesk.network.dimse.commitment import ReportAnswer

__all__ = ["main"]

_END_S = 8.0
"""How long what is under way may take to end when nobody is there any more who could want it."""
_OBJECTS_BETWEEN_COLLECTIONS = 50_000


class _AskedDesk:
    """Hands reports on storage commitment to the window's process, which knows what they are about."""

    def __init__(self) -> None:
        self.line: Line | None = None

    def take_report(self, report: CommitmentReport, sender: str) -> ReportAnswer:
        """See ``ReportDesk``."""
        assert self.line is not None
        answer = self.line.ask("take_report", report, sender)
        assert isinstance(answer, ReportAnswer)
        return answer


class Host:
    """What the window's process may ask for. ``live`` is for the main thread, all else for any."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._engine = Engine()
        self._is_over = threading.Event()
        desk = _AskedDesk()
        self._line = desk.line = Line(incoming, outgoing, self._do, lambda _fact: None, self._is_over.set)
        self._reception = Reception(self._engine, self._line.tell, desk)
        self._teller = threading.Thread(target=self._reception.run, name="dicomdesk-host-teller", daemon=True)
        reception = self._reception
        self._operations: dict[str, Callable[..., object]] = {
            each.__name__: each
            for each in (
                *(reception.listen, reception.cancel, reception.hear, reception.hear_no_more, reception.messages),
                *(reception.files, reception.latest_files, reception.expect, reception.forget, reception.delete),
                *(reception.keep_totals, reception.save_totals, self.end),
            )
        }

    def live(self) -> None:
        """Do what is asked for until the other process is gone, or has asked for the end."""
        self._line.begin()
        self._teller.start()
        self._is_over.wait()
        # Nobody is there any more: what is under way is broken off, since nobody could see or stop it.
        limit = threading.Timer(_END_S, os._exit, (1,))
        limit.daemon = True
        limit.start()
        self._engine.close(abort=True)
        self._reception.save_totals()

    def end(self) -> None:
        """End what is under way in order; all of it has been told when this returns."""
        self._engine.close()
        self._reception.stop()
        self._teller.join()
        self._reception.tell_last()

    def _do(self, operation: str, values: tuple[object, ...]) -> object:
        try:
            do = self._operations[operation]
        except KeyError:
            raise DicomdeskError(f"internal error: nothing is called {operation}") from None
        return do(*values)


def main() -> int:
    """Serve whoever has begun this process, over standard input and output; nothing else is written there."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal, it is meant for the window
    if sys.stderr is None:  # of a program without a terminal
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - to the end of the process
    incoming = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    host = Host(incoming, outgoing)
    gc.freeze()
    host.live()
    with suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(0)  # threads that do not end hold nobody back: nothing is left to be done
