"""The page of failures: each with its likely cause and what to do; and what statuses mean, by service."""

from collections.abc import Iterator

from dicomdesk.engine.explain.failure import Area
from dicomdesk.engine.explain.recognition import FAILURES
from dicomdesk.network.status import DimseService
from dicomdesk.network.status_meanings import defined_statuses, explain_status

__all__ = ["failures_page"]

_MADE = "<!-- Made by packaging/reference-pages; edit the tables in dicomdesk/engine/explain instead. -->"


def failures_page() -> str:
    """The page in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _MADE
    yield ""
    yield "# What failures mean"
    yield ""
    yield "What happened, why it usually happens, and what to do. `dicomdesk explain` finds these words for a status,"
    yield "the numbers of a rejection, or a line of a log, DCMTK's or ours:"
    yield ""
    yield "```console"
    yield "$ dicomdesk explain 1/1/7"
    yield "$ dicomdesk explain --service C-MOVE A702"
    yield "$ dicomdesk explain dcmsend.log"
    yield "```"
    for area in Area:
        yield ""
        yield f"## {area.value}"
        yield ""
        yield "| what happened | likely cause | what to do |"
        yield "| --- | --- | --- |"
        for failure in FAILURES:
            if failure.area is area:
                yield f"| {failure.sentence} | {failure.cause} | {failure.advice} |"
    yield ""
    yield "## Statuses"
    yield ""
    yield "As the standard defines them for each service (PS3.7 annex C, PS3.4); `x` is any digit. What is the same"
    yield "after every service stands first."
    services = (None, DimseService.C_STORE, DimseService.C_FIND, DimseService.C_MOVE)
    for service in services:
        yield ""
        yield f"### {_title(service)}"
        yield ""
        yield "| status | name | what it means | what to do |"
        yield "| --- | --- | --- | --- |"
        for status in defined_statuses(service or DimseService.C_ECHO):
            meaning = explain_status(status, service or DimseService.C_ECHO)
            if service is None or meaning != explain_status(status, DimseService.C_ECHO):
                yield f"| {_number(status, service)} | {meaning.name} | {meaning.cause} | {meaning.advice} |"


def _title(service: DimseService | None) -> str:
    if service is None:
        return "After every service"
    return "C-MOVE and C-GET" if service is DimseService.C_MOVE else service.value


def _number(status: int, service: DimseService | None) -> str:
    """With what of it may be any number."""
    service = service or DimseService.C_ECHO
    meaning = explain_status(status, service)
    if all(explain_status(status + rest, service) == meaning for rest in (0xFFE, 0x7FE)):
        return f"{status >> 12:X}xxx"
    if explain_status(status + 0xFE, service) == meaning:
        return f"{status >> 8:02X}xx"
    return f"{status:04X}"
