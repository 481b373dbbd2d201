"""Matches on their way to the window: read on the job's thread, so that the window only has to show them."""

from collections.abc import Callable
from contextlib import suppress

from dicomdesk.dicom.documents.data_set import Item, read_data_set
from dicomdesk.dicom.documents.element_text import text_values
from dicomdesk.dicom.query.attributes import CHARACTER_SET, MODALITY
from dicomdesk.dicom.query.results import QueryResult, read_result
from dicomdesk.engine.events import Status
from dicomdesk.engine.query.facts import QueryAnswered, QueryFact
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.errors import DataError
from dicomdesk.gui.query.asking import Asking
from dicomdesk.gui.query.results.cells import Cells, cells_of, cells_of_worklist
from dicomdesk.records import dataclass

__all__ = ["Match", "read_match", "reading_sink"]

_LONGEST_ANSWER = 64 << 10
"""Bytes; each is kept as it came, to be written as DICOM JSON."""
_STEPS = 0x00400100
_SHOWN = (MODALITY, 0x00321060, 0x00400002, 0x00400003, 0x00400007)


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
    result, cells = None, None
    if len(fact.identifier) <= _LONGEST_ANSWER:
        with suppress(DataError):
            result = read_result(fact.identifier, fact.transfer_syntax_uid)
            cells = _cells(asking, result, fact)
    return Match(asking, result, cells, fact.identifier, fact.transfer_syntax_uid, is_partial)


def _cells(asking: Asking, result: QueryResult, fact: QueryAnswered) -> Cells:
    if asking.question.model is QueryModel.WORKLIST:
        return cells_of_worklist(result, _scheduled_step(fact.identifier, fact.transfer_syntax_uid))
    return cells_of(asking.question.level, result)


def _scheduled_step(identifier: bytes, transfer_syntax_uid: str) -> dict[int, str]:
    """The text of the first scheduled step of a worklist entry, and what is said of the procedure at the top."""
    data_set = read_data_set(identifier, transfer_syntax_uid)
    steps = data_set.elements.get(_STEPS)
    item = steps.items[0] if steps is not None and steps.items else Item()
    own = item.elements.get(CHARACTER_SET)
    return _texts(data_set, data_set.character_set) | _texts(item, own.value if own else data_set.character_set)


def _texts(item: Item, character_set: bytes) -> dict[int, str]:
    found = ((tag, item.elements.get(tag)) for tag in _SHOWN)
    return {
        tag: "\\".join(text_values(element, character_set)).strip(" \0")
        for tag, element in found
        if element is not None and element.items is None
    }


def reading_sink(
    asking: Asking, sink: Callable[[object], None], hurry: Callable[[], None]
) -> Callable[[QueryFact], None]:
    """Return a sink for a query job that hands on a ``Match`` for each answer, and other facts as they are.

    ``hurry`` is called after the first answer: somebody waits for it.
    """
    is_first = True

    def take(fact: QueryFact) -> None:
        nonlocal is_first
        if not isinstance(fact, QueryAnswered):
            sink(fact)
            return
        sink(read_match(asking, fact))
        if is_first:
            is_first = False
            hurry()

    return take
