"""The page of failures: each with its likely cause and what to do; and what statuses mean, by service."""

from collections.abc import Iterable, Iterator

from dicomdesk.engine.explain.failure import Area
from dicomdesk.engine.explain.recognition import FAILURES
from dicomdesk.engine.explain.status_table import StatusRow, common_rows, own_rows

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
    yield from _status_lines("After every service", common_rows())
    for title, service in (("C-STORE", "C-STORE"), ("C-FIND", "C-FIND"), ("C-MOVE and C-GET", "C-MOVE")):
        yield from _status_lines(title, own_rows(service))


def _status_lines(title: str, rows: Iterable[StatusRow]) -> Iterator[str]:
    yield ""
    yield f"### {title}"
    yield ""
    yield "| status | name | what it means | what to do |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
