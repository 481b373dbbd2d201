"""The page of failures: each with its likely cause and what to do; and what statuses mean, by service."""

import re
from collections.abc import Iterable, Iterator

from dicomdesk.engine.explain.failure import Area, Failure
from dicomdesk.engine.explain.recognition import FAILURES
from dicomdesk.engine.explain.status_table import StatusRow, common_rows, own_rows

__all__ = ["failures_page"]

_MADE = "<!-- Made by packaging/reference-pages; edit the tables in dicomdesk/engine/explain instead. -->"

_IS_PATTERN = re.compile(r"[][()|?*+\\\\^$]")
_MOST_WORDS = 4
_SHOWN = (
    "",
    "## Where it is shown",
    "",
    "- In the log of every tool: DCMTK's line as it is, then one line that begins with `W:   ` (indented, so that",
    "  scripts that read the first pass it over) with cause and next step. What was explained is not explained again",
    "  for five minutes. `--terse` leaves these lines out, `--quiet` all.",
    "- In `--json`: `cause` and `advice` of the event; where the exit code is not 0 the last event is `exit`, also",
    "  where no job began.",
    "- In reports and in the window: the same words beside the instance or the input.",
    "- What a peer says in words of its own (Error Comment, Offending Element) may hold what is known of a patient. It",
    "  stands where the user is: on the terminal, in the window, in reports and in `--json`. Files and the system log",
    "  that `--log-config` names do not have it.",
)


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
        yield "| what happened | likely cause | what to do | words of logs |"
        yield "| --- | --- | --- | --- |"
        for failure in FAILURES:
            if failure.area is area:
                yield f"| {failure.sentence} | {failure.cause} | {failure.advice} | {_words_of(failure)} |"
    yield ""
    yield from _SHOWN
    yield ""
    yield "## Statuses"
    yield ""
    yield "As the standard defines them for each service (PS3.7 annex C, PS3.4); `x` is any digit. What is the same"
    yield "after every service stands first."
    yield from _status_lines("After every service", common_rows())
    for title, service in (("C-STORE", "C-STORE"), ("C-FIND", "C-FIND"), ("C-MOVE and C-GET", "C-MOVE")):
        yield from _status_lines(title, own_rows(service))


def _words_of(failure: Failure) -> str:
    """Some of the words by which logs tell of it, ours and DCMTK's; not those that are patterns."""
    words = [pattern for pattern in failure.patterns if not _IS_PATTERN.search(pattern)]
    return ", ".join(f"`{word}`" for word in words[:_MOST_WORDS])


def _status_lines(title: str, rows: Iterable[StatusRow]) -> Iterator[str]:
    yield ""
    yield f"### {title}"
    yield ""
    yield "| status | name | what it means | what to do |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
