"""Recent and saved queries, as plain values; nothing secret is among them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dicomdesk.gui.query.form.form_values import FormValues, values_of_json
from dicomdesk.records import dataclass

__all__ = ["EVERY_MINUTES", "QueryMemory", "SavedQuery"]

EVERY_MINUTES = (0, 1, 5, 15, 60)
"""How often a query can be repeated by itself; 0 never."""
MOST_RECENT = 12
MOST_SAVED = 100
LONGEST_NAME = 60
_MOST_PEERS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """What was asked of whom."""

    values: FormValues
    peers: tuple[str, ...] = ()
    """Names in the address book; () for the peer that is typed."""
    name: str = ""
    """"" for one that is only recent."""
    every_minutes: int = 0

    def as_json(self) -> dict[str, object]:
        """Return values that JSON has."""
        return {
            "name": self.name,
            "values": self.values.as_json(),
            "peers": list(self.peers),
            "every_minutes": self.every_minutes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryMemory:
    """All queries that are kept, and the peers that are chosen."""

    recent: tuple[SavedQuery, ...] = ()
    """Latest first."""
    saved: tuple[SavedQuery, ...] = ()
    """By name."""
    peers: tuple[str, ...] = ()

    def with_recent(self, query: SavedQuery) -> "QueryMemory":
        """Return it with a query as the latest one."""
        query = replace(query, name="", every_minutes=0)
        others = tuple(known for known in self.recent if known != query)
        return replace(self, recent=(query, *others)[:MOST_RECENT])

    def with_saved(self, query: SavedQuery) -> "QueryMemory":
        """Return it with a query kept under its name, in the place of one of that name."""
        others = [known for known in self.saved if known.name.casefold() != query.name.casefold()]
        kept = sorted([*others, query], key=lambda known: known.name.casefold())
        return replace(self, saved=tuple(kept[:MOST_SAVED]))

    def without(self, name: str) -> "QueryMemory":
        """Return it without the query of a name."""
        return replace(self, saved=tuple(known for known in self.saved if known.name != name))

    def as_json(self) -> dict[str, object]:
        """Return values that JSON has."""
        return {
            "recent": [query.as_json() for query in self.recent],
            "saved": [query.as_json() for query in self.saved],
            "peers": list(self.peers),
        }


def memory_of_json(found: Mapping[str, object]) -> QueryMemory:
    """Return what ``as_json`` made; whatever is missing or wrong is left out."""
    return QueryMemory(
        recent=_queries(found.get("recent"))[:MOST_RECENT],
        saved=tuple(query for query in _queries(found.get("saved")) if query.name)[:MOST_SAVED],
        peers=_names(found.get("peers")),
    )


def _queries(found: object) -> tuple[SavedQuery, ...]:
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return tuple(_query(each) for each in found[: MOST_SAVED * 2] if isinstance(each, Mapping))


def _query(found: Mapping[str, object]) -> SavedQuery:
    every, name = found.get("every_minutes"), found.get("name")
    return SavedQuery(
        values=values_of_json(found.get("values")),
        peers=_names(found.get("peers")),
        name=name[:LONGEST_NAME] if isinstance(name, str) else "",
        every_minutes=every if isinstance(every, int) and every in EVERY_MINUTES else 0,
    )


def _names(found: object) -> tuple[str, ...]:
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return tuple(name for name in found[:_MOST_PEERS] if isinstance(name, str))
