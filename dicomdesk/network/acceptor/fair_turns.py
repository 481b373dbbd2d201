"""Fair turns at what is expensive: few at once, and nobody waits for the crowd of another."""

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

__all__ = ["Ticket", "Turns"]


class Ticket:
    """Claim to a turn."""

    def __init__(self) -> None:
        self.granted = threading.Event()


_Lines = OrderedDict[Hashable, deque[Ticket]]


class Turns:
    """Turns for parties, each of which has one at a time at most; any thread.

    Free turns go to the parties that wait in rotation, within a party to its lines in rotation, within a line to who
    came first. So one who stands in a line alone waits for one turn of each other line of its party and of each other
    party, however many wait there.
    """

    def __init__(self, most: int, longest_line: int) -> None:
        """``most`` turns at once; who would be further back than ``longest_line`` is turned away."""
        self._most = most
        self._longest_line = longest_line
        self._lock = threading.Lock()
        self._waiting: OrderedDict[Hashable, _Lines] = OrderedDict()
        self._served: set[Hashable] = set()
        """Parties that have a turn."""

    @contextmanager
    def turn(self, party: Hashable, line: Hashable, timeout_s: float) -> Iterator[bool]:
        """A turn for the block, waited for as long as that; False without one."""
        ticket = self.ask(party, line)
        is_granted = ticket is not None and (ticket.granted.wait(timeout_s) or not self.give_up(party, line, ticket))
        try:
            yield is_granted
        finally:
            if is_granted:
                self.end(party)

    def ask(self, party: Hashable, line: Hashable) -> Ticket | None:
        """Stand in line, or have a turn at once, until ``end`` or ``give_up``; None where the line is too long."""
        with self._lock:
            lines = self._waiting.setdefault(party, OrderedDict())
            tickets = lines.setdefault(line, deque())
            if len(tickets) >= self._longest_line:
                return None
            ticket = Ticket()
            tickets.append(ticket)
            self._grant()
            return ticket

    def end(self, party: Hashable) -> None:
        """The turn of the party is over."""
        with self._lock:
            self._served.discard(party)
            self._grant()

    def give_up(self, party: Hashable, line: Hashable, ticket: Ticket) -> bool:
        """Wait no longer; False where the turn was granted meanwhile."""
        with self._lock:
            if ticket.granted.is_set():
                return False
            self._waiting[party][line].remove(ticket)
            self._tidy(party, line)
            return True

    def _grant(self) -> None:
        while len(self._served) < self._most:
            party = next((party for party in self._waiting if party not in self._served), None)
            if party is None:
                return
            lines = self._waiting[party]
            line, tickets = next(iter(lines.items()))
            tickets.popleft().granted.set()
            self._served.add(party)
            self._waiting.move_to_end(party)
            lines.move_to_end(line)
            self._tidy(party, line)

    def _tidy(self, party: Hashable, line: Hashable) -> None:
        lines = self._waiting[party]
        if not lines[line]:
            del lines[line]
        if not lines:
            del self._waiting[party]
