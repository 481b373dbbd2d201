"""Life of the process that the engine has to itself: it does what the window's process asks for, and ends with it."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.host.desk.reception import Reception
from dicomdesk.engine.host.desk.routing import Routing
from dicomdesk.engine.host.desk.sending import Sending
from dicomdesk.engine.host.desk.teller import Teller
from dicomdesk.engine.host.line import Line
from dicomdesk.engine.host.spare_memory import give_back_memory
from dicomdesk.engine.journal.records import SettingValue
from dicomdesk.engine.outbox.errands import Destination
from dicomdesk.errors import DicomdeskError

__all__ = ["Host", "main"]

_END_S = 8.0
"""How long what is under way may take to end when nobody is there any more who could want it."""
_OBJECTS_BETWEEN_COLLECTIONS = 50_000

_TURN_S = 0.0005
"""How long threads that write the journal, or tell, may keep one waiting whose peer has answered."""


class Host:
    """What the window's process may ask for. ``live`` is for the main thread, all else for any."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._engine = Engine()
        self._is_over = threading.Event()
        self._line = Line(incoming, outgoing, self._do, lambda _fact: None, self._is_over.set)
        self._sending_engine = Engine()
        teller = self._teller = Teller()
        sending = self._sending = Sending(self._sending_engine, teller, self._line.tell, self._resolve)
        reception = self._reception = Reception(self._engine, teller, self._line.tell, sending.reports)
        routing = self._routing = Routing(teller, self._line.tell, reception, sending)
        teller.sources = (reception.tell_news, sending.tell_news, routing.tell_news)
        teller.tidy = give_back_memory
        self._telling = threading.Thread(target=teller.run, name="dicomdesk-host-teller", daemon=True)
        self._operations: dict[str, Callable[..., object]] = {
            each.__name__: each
            for each in (
                *(reception.listen, reception.cancel, reception.hear, reception.hear_no_more, reception.messages),
                *(reception.files, reception.latest_files, reception.expect, reception.forget, reception.delete),
                *(reception.keep_totals, reception.save_totals),
                *(sending.open_outbox, sending.ask_outbox, sending.ask_journal, sending.journal_state),
                *(sending.sent_messages, self.end_sending, self.break_off, teller.tell_all, self.end),
                *(routing.carry_out_rules, routing.set_rules, routing.know_peers, routing.ask_rules),
            )
        }

    def live(self) -> None:
        """Do what is asked for until the other process is gone, or has asked for the end."""
        self._line.begin()
        self._telling.start()
        self._is_over.wait()
        # Nobody is there any more: what is under way is broken off, since nobody could see or stop it.
        limit = threading.Timer(_END_S, os._exit, (1,))
        limit.daemon = True
        limit.start()
        self._engine.close(abort=True)
        self.break_off()
        self._reception.save_totals()

    def end(self) -> None:
        """End what is under way in order; all of it has been told when this returns."""
        self.end_sending()
        self._sending_engine.close()
        self._engine.close()
        self._teller.stop()
        self._telling.join()
        self._reception.save_totals()

    def end_sending(self) -> None:
        """End the rules, and what is being sent; see ``Sending``."""
        self._routing.end_rules()
        self._sending.end_sending()

    def break_off(self) -> None:
        """Break both off."""
        self._routing.end_rules(abort=True)
        self._sending.break_off()

    def _resolve(self, peer: str, settings: Mapping[str, SettingValue]) -> Destination:
        found = self._line.ask("resolve", peer, dict(settings))
        assert isinstance(found, Destination)
        return found

    def _do(self, operation: str, values: tuple[object, ...]) -> object:
        try:
            do = self._operations[operation]
        except KeyError:
            raise DicomdeskError(f"internal error: nothing is called {operation}") from None
        return do(*values)


def main() -> int:
    """Serve whoever has begun this process, over standard input and output; nothing else is written there."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    sys.setswitchinterval(_TURN_S)
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
