"""Who may have an association where more are asked for than there are places: nobody keeps the others out for ever.

A request that finds all places taken gets the place of another association, which is aborted, where there is one that

- has made no progress for ``room_after_s``: idle between messages, or so slow within one that it is as good as idle; or
- belongs to an address that has more than its share, while the asking address has less than that.

Of several it is one of the address that has most, and of those the one that has been waited for longest. Without one
the request is refused. As long as there are places, nobody gives way, whatever his address has.
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


class Holder(Protocol):
    """An association, or who is to be one; any thread asks."""

    def lingering_s(self) -> float:
        """How long it has made no progress while nothing but its peer was waited for."""
        ...

    def give_way(self, reason: str) -> None:
        """End soon, without making the caller wait; its place is another's already."""
        ...


class _Leaving(NamedTuple):
    """Who gives way, and why."""

    holder: Holder
    reason: str


class Places:
    """The places of a listener; for any thread."""

    def __init__(self, most: int, rules: PlaceRules) -> None:
        self._most = most
        self._rules = rules
        self._share = max(most // 2, 1) if rules.address_share is None else rules.address_share
        self._lock = threading.Lock()
        self._groups: dict[Holder, str] = {}
        """Of all who have a place: the address as it counts, oldest first."""

    @property
    def taken(self) -> int:
        """Gauge."""
        return len(self._groups)

    def take(self, holder: Holder, address: str) -> str:
        """Give a place, another's if need be: "" then, else why there is none."""
        group = address_group(address)
        with self._lock:
            if self._most <= 0:
                return "no associations are served"
            leaving = None
            if len(self._groups) >= self._most:
                leaving = self._find_leaving(group, address)
                if leaving is None:
                    return self._describe_lack(group, address)
                del self._groups[leaving.holder]
            self._groups[holder] = group
        if leaving is not None:
            leaving.holder.give_way(leaving.reason)
        return ""

    def leave(self, holder: Holder) -> None:
        """Give the place back; nothing where it is another's already."""
        with self._lock:
            self._groups.pop(holder, None)

    def _find_leaving(self, group: str, address: str) -> _Leaving | None:
        counts = Counter(self._groups.values())
        waits = {holder: holder.lingering_s() for holder in self._groups}
        late = [holder for holder, waited_s in waits.items() if self._is_late(waited_s)]
        if not late:
            return self._find_above_share(group, address, counts, waits)
        chosen = max(late, key=lambda holder: (counts[self._groups[holder]], waits[holder]))
        return _Leaving(
            chosen,
            f"the association of {self._groups[chosen]} made room for {address}: all {self._most} places were taken, "
            f"and it had made no progress for {waits[chosen]:.0f} s",
        )

    def _is_late(self, waited_s: float) -> bool:
        after_s = self._rules.room_after_s
        return after_s is not None and waited_s >= after_s

    def _find_above_share(
        self, group: str, address: str, counts: Counter[str], waits: dict[Holder, float]
    ) -> _Leaving | None:
        greediest, most = counts.most_common(1)[0]
        if most <= self._share or counts[group] >= self._share:
            return None
        chosen = max((holder for holder, other in self._groups.items() if other == greediest), key=waits.__getitem__)
        return _Leaving(
            chosen,
            f"an association of {greediest} made room for {address}: all {self._most} places were taken, "
            f"{most} of them by {greediest}, whose share is {self._share}",
        )

    def _describe_lack(self, group: str, address: str) -> str:
        counts = Counter(self._groups.values())
        greediest, most = counts.most_common(1)[0]
        return (
            f"{address} found no place: all {self._most} are taken, {counts[group]} of them by its own address, "
            f"most ({most}) by {greediest}"
        )


def address_group(address: str) -> str:
    """What counts as one address: of IPv6, where a machine has as many as it likes, the network of 64 bits."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4 or parsed.is_link_local or parsed.is_loopback:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_SITE_BITS), strict=False))


def choose_dropped(addresses: Sequence[str], most: int) -> list[int]:
    """Which of these connections, given by their addresses and oldest first, to drop so that so many are left."""
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
        """What to append to the remark, often ""; None where it is to be left out."""
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
