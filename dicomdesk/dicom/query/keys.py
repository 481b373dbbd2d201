"""Keys of a query as values: where they stand, and what is to match."""

from dicomdesk.records import dataclass

__all__ = ["KeyStep", "QueryKey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStep:
    """A step of a path: into an item of a sequence."""

    tag: int
    item: int = 0
    """0 is the first; items before it are made where they are not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryKey:
    """One key of a query; "" as value matches everything, and asks for what there is."""

    tag: int
    value: str = ""
    """Several values with backslashes between them."""
    path: tuple[KeyStep, ...] = ()
    """The item that it stands in; () for the top level."""
