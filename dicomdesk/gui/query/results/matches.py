"""Matches on their way to the window: read on the job's thread, so that the window only has to show them."""

from collections.abc import Callable
from dataclasses import dataclass

from dicomdesk.dicom.query.results import QueryResult, read_result
from dicomdesk.engine.events import Status
from dicomdesk.engine.query.facts import QueryAnswered, QueryFact
from dicomdesk.errors import DataError
from dicomdesk.gui.query.asking import Asking
from dicomdesk.gui.query.results.cells import Cells, cells_of

__all__ = ["Match", "read_match", "reading_sink"]


@dataclass(frozen=True, slots=True)
class Match:
    """One match; as hostile as everything from the wire."""

    asking: Asking
    result: QueryResult | None
    """None where it cannot be read."""
    cells: Cells | None
    """Its words, None with the result."""
    identifier: bytes
    transfer_syntax_uid: str
    is_partial: bool = False
    """Whether the peer says that it does not support all keys."""


def read_match(asking: Asking, fact: QueryAnswered) -> Match:
    """Read one answer."""
    is_partial = fact.status == Status.PENDING_WITH_UNSUPPORTED_KEYS
    try:
        result = read_result(fact.identifier, fact.transfer_syntax_uid)
    except DataError:
        return Match(asking, None, None, fact.identifier, fact.transfer_syntax_uid, is_partial)
    cells = cells_of(asking.question.level, result)
    return Match(asking, result, cells, fact.identifier, fact.transfer_syntax_uid, is_partial)


def reading_sink(asking: Asking, sink: Callable[[object], None]) -> Callable[[QueryFact], None]:
    """Return a sink for a query job that hands on a ``Match`` for each answer, and other facts as they are."""

    def take(fact: QueryFact) -> None:
        sink(read_match(asking, fact) if isinstance(fact, QueryAnswered) else fact)

    return take
