"""The groups of rows, by the names that the command line knows them by."""

from collections.abc import Callable, Iterator

from benchmark.archiving import archiving
from benchmark.guard import guarding
from benchmark.gui.rows import gui
from benchmark.hostile import hostile
from benchmark.journaling import journaling
from benchmark.large_archive import large
from benchmark.querying import querying
from benchmark.retrieving import retrieving
from benchmark.rows import (
    Bench,
    Row,
    both_ends,
    idling,
    long_line,
    memory,
    receiving,
    scanning,
    sending_data_phase,
    sending_whole_process,
    starting,
)
from benchmark.security import tls


def _archive(bench: Bench) -> Iterator[Row]:
    yield from archiving(bench)
    yield from large(bench)


def _querying(bench: Bench) -> Iterator[Row]:
    yield from querying(bench)
    yield from retrieving(bench)


GUARD = "guard"
"""The group that judges; it is run where it is asked for."""

GROUPS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "sending": sending_data_phase,
    "whole": sending_whole_process,
    "receiving": receiving,
    "both": both_ends,
    "long-line": long_line,
    "scanning": scanning,
    "memory": memory,
    "starting": starting,
    "idling": idling,
    "tls": tls,
    "archive": _archive,
    "archive-large": large,
    "hostile": hostile,
    "journal": journaling,
    "querying": _querying,
    "gui": gui,
    GUARD: guarding,
}
