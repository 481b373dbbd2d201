"""Places of associations: given, waited for, and taken back, so that nobody keeps the others out for ever.

A request that finds all places taken gets the place of another association, which is aborted, where there is one that

- has made no progress for ``room_after_s``: idle between messages, or so slow within one that it is as good as idle; or
- belongs to an address that has more than its share, while the asking address has less than that.

Of several it is one of the address that has most, and of those the one that has been waited for longest. Without one
the request waits for ``wait_s``, then it is refused: a modality that opens one association more than there are places
for is served as soon as another one ends. The place that becomes free is for the address that has fewest, and of its
requests for the first. As long as there are places, nobody gives way, whatever his address has.
"""

import ipaddress
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable, Sequence
from time import monotonic
from typing import NamedTuple, Protocol

from dicomdesk.settings import PlaceRules

__all__ = ["Holder", "Places", "Remarks", "address_group", "choose_dropped"]

_IPV6_SITE_BITS = 64
"""A network of IPv6: whoever has one address in it can have them all."""


_SHORTEST_PAUSE_S = 0.01
"""Before it is looked again whether somebody is late."""


class Holder(Protocol):
    """Association that has a place, or asks for one; any thread asks."""

    def lingering_s(self) -> float:
        """Time in which it has made no progress while nothing but its peer was waited for."""
        ...

    def give_way(self, reason: str) -> None:
        """End soon, without making the caller wait; its place is another's already."""
        ...


class _Eviction(NamedTuple):
    """Association that gives way, and why."""

    holder: Holder
    reason: str


class _Request:
    """Request for a place that waits."""

    def __init__(self, holder: Holder, address: str) -> None:
        self.holder = holder
        self.address = address
        self.group = address_group(address)
        """As which the address counts."""
        self.has_place = False
        self.changed = threading.Event()
        """Set when it has a place, or is to wait no longer."""


class Places:
    """The places of a listener; for any thread."""

    def __init__(self, most: int, rules: PlaceRules) -> None:
        self._most = most
        self._rules = rules
        self._share = max(most // 2, 1) if rules.address_share is None else rules.address_share
        self._lock = threading.Lock()
        self._groups: dict[Holder, str] = {}
        """Of all who have a place: the address as it counts, oldest first."""
        self._line: list[_Request] = []
        """Who waits, first come first."""
        self._is_closed = False

    @property
    def taken(self) -> int:
        """Gauge."""
        return len(self._groups)

    @property
    def waiting(self) -> int:
        """Gauge: requests in line for a place."""
        return len(self._line)

    def take(self, holder: Holder, address: str) -> str:
        """Give a place, another's if need be, or one for which the caller is made to wait: "" then, else why not."""
        if self._most <= 0:
            return "no associations are served"
        request = _Request(holder, address)
        deadline = monotonic() + self._rules.wait_s
        with self._lock:
            self._line.append(request)
            self._hand_out()
        while True:
            with self._lock:
                if request.has_place:
                    return ""
                if request not in self._line:
                    return f"{address} waits for a place no longer"
                leaving = None if self._is_closed else self._find_eviction(request)
                if leaving is not None:
                    del self._groups[leaving.holder]
                    self._give_to(request)
                    break
                left_s = deadline - monotonic()
                if left_s <= 0 or self._is_closed:
                    self._line.remove(request)
                    return self._describe_lack(request)
                pause_s = min(left_s, self._next_late_s())
            request.changed.wait(pause_s)
        leaving.holder.give_way(leaving.reason)
        return ""

    def leave(self, holder: Holder) -> None:
        """Give the place back, or wait for none any longer; nothing where it is another's already."""
        with self._lock:
            self._groups.pop(holder, None)
            for request in [request for request in self._line if request.holder is holder]:
                self._line.remove(request)
                request.changed.set()
            self._hand_out()

    def close(self) -> None:
        """Give no place and let nobody wait any more."""
        with self._lock:
            self._is_closed = True
            for request in self._line:
                request.changed.set()

    def _hand_out(self) -> None:
        """Give the places that are free to those who wait, until closed."""
        while not self._is_closed and self._line and len(self._groups) < self._most:
            counts = Counter(self._groups.values())
            self._give_to(min(self._line, key=lambda request: counts[request.group]))

    def _give_to(self, request: _Request) -> None:
        self._line.remove(request)
        self._groups[request.holder] = request.group
        request.has_place = True
        request.changed.set()

    def _next_late_s(self) -> float:
        """In how many seconds an association may have made no progress for so long that it gives way."""
        after_s = self._rules.room_after_s
        if after_s is None:
            return self._rules.wait_s
        return max(after_s - max(holder.lingering_s() for holder in self._groups), _SHORTEST_PAUSE_S)

    def _find_eviction(self, request: _Request) -> _Eviction | None:
        counts = Counter(self._groups.values())
        waits = {holder: holder.lingering_s() for holder in self._groups}
        late = [holder for holder, waited_s in waits.items() if self._is_late(waited_s)]
        if not late:
            return self._find_above_share(request, counts, waits)
        chosen = max(late, key=lambda holder: (counts[self._groups[holder]], waits[holder]))
        return _Eviction(
            chosen,
            f"the association of {self._groups[chosen]} made room for {request.address}: all {self._most} places were "
            f"taken, and it had made no progress for {waits[chosen]:.0f} s",
        )

    def _is_late(self, waited_s: float) -> bool:
        after_s = self._rules.room_after_s
        return after_s is not None and waited_s >= after_s

    def _find_above_share(
        self, request: _Request, counts: Counter[str], waits: dict[Holder, float]
    ) -> _Eviction | None:
        greediest, most = counts.most_common(1)[0]
        if most <= self._share or counts[request.group] >= self._share:
            return None
        chosen = max((holder for holder, other in self._groups.items() if other == greediest), key=waits.__getitem__)
        return _Eviction(
            chosen,
            f"an association of {greediest} made room for {request.address}: all {self._most} places were taken, "
            f"{most} of them by {greediest}, whose share is {self._share}",
        )

    def _describe_lack(self, request: _Request) -> str:
        if self._is_closed:
            return f"{request.address} found no place: the receiver is being stopped"
        counts = Counter(self._groups.values())
        greediest, most = counts.most_common(1)[0]
        return (
            f"{request.address} found no place: all {self._most} are taken, {counts[request.group]} of them by its own "
            f"address, most ({most}) by {greediest}"
        )


def address_group(address: str) -> str:
    """Addresses that count as one: of IPv6, where a machine has as many as it likes, the network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4 or parsed.is_link_local or parsed.is_loopback:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_SITE_BITS), strict=False))


def choose_dropped(addresses: Sequence[str], most: int) -> list[int]:
    """Choose which connections, given by their addresses and oldest first, to drop so that so many are left."""
    waiting: dict[str, deque[int]] = {}
    for index, address in enumerate(addresses[: len(addresses) if len(addresses) > most else 0]):
        waiting.setdefault(address_group(address), deque()).append(index)
    return [max(waiting.values(), key=len).popleft() for _ in range(len(addresses) - most)]


class Remarks:
    """Keeps a log readable in a flood: of each thing some remarks a minute, then how many were left out. Any thread."""

    PERIOD_S = 60.0
    MOST_THINGS = 1024
    """Of which it is remembered how often they were said."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        """Say ``most`` remarks of a thing in each period."""
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._said: OrderedDict[Hashable, tuple[float, int]] = OrderedDict()
        """Thing to the begin of its period and the remarks made in that."""

    def admit(self, thing: Hashable) -> str | None:
        """Return what to append to the remark, often ""; None where it is to be left out."""
        now = self._clock()
        with self._lock:
            since, count = self._said.pop(thing, (now, 0))
            left_out = 0
            if now - since >= self.PERIOD_S:
                left_out = max(count - self._most, 0)
                since, count = now, 0
            self._said[thing] = since, count + 1
            if len(self._said) > self.MOST_THINGS:
                self._said.popitem(last=False)
        if count >= self._most:
            return None
        return f" (and {left_out} more times in the last minutes)" if left_out else ""
