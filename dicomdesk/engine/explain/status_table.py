"""The statuses of each service as rows of a table."""

from collections.abc import Iterator
from typing import NamedTuple

from dicomdesk.network.status import DimseService
from dicomdesk.network.status_meanings import defined_statuses, explain_status

__all__ = ["SERVICES", "StatusRow", "common_rows", "own_rows"]

SERVICES = tuple(each.value for each in DimseService)
"""Names: "C-STORE"."""
_WITHOUT_ITS_OWN = DimseService.C_ECHO


class StatusRow(NamedTuple):
    """A status, or all of a range, and what is meant by it."""

    number: str
    """Hexadecimal, with x for any digit: "A7xx"."""
    name: str
    cause: str
    advice: str


def common_rows() -> Iterator[StatusRow]:
    """What means the same after every service, in order."""
    yield from (_row(status, _WITHOUT_ITS_OWN) for status in defined_statuses(_WITHOUT_ITS_OWN))


def own_rows(service: str) -> Iterator[StatusRow]:
    """What that service has for itself, in order."""
    asked = DimseService(service)
    for status in defined_statuses(asked):
        if explain_status(status, asked) != explain_status(status, _WITHOUT_ITS_OWN):
            yield _row(status, asked)


def _row(status: int, service: DimseService) -> StatusRow:
    meaning = explain_status(status, service)
    number = f"{status:04X}"
    if all(explain_status(status + rest, service) == meaning for rest in (0xFFE, 0x7FE)):
        number = f"{number[0]}xxx"
    elif explain_status(status + 0xFE, service) == meaning:
        number = f"{number[:2]}xx"
    return StatusRow(number, meaning.name, meaning.cause, meaning.advice)
