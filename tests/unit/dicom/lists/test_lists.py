"""Lists as long as people make them: time and memory are in proportion."""

import sys
import tracemalloc
from collections.abc import Callable

import pytest

from dicomdesk.dicom.lists.columns import find_columns
from dicomdesk.dicom.lists.csv_rows import read_csv
from dicomdesk.dicom.lists.entries import ListEntries, read_entries
from dicomdesk.dicom.lists.rows import MOST_ROWS, Row, Rows

LINES = 20_000


def content(lines: int) -> bytes:
    body = "".join(f"{number % (lines - 100):08};Doe^Jane {number};2026-11-30\r\n" for number in range(lines))
    return f"Accession;Name;Date\r\n{body}".encode("utf-16")


def read(data: bytes) -> ListEntries:
    rows = read_csv(data)
    return read_entries(rows, find_columns(rows))


def steps(work: Callable[[], object]) -> int:
    """How many calls are made."""
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.long
def test_twenty_thousand_lines_are_read_in_memory_that_is_in_proportion() -> None:
    data = content(LINES)
    tracemalloc.start()
    try:
        found = read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(found.entries) == LINES
    assert found.askable == LINES - 100
    assert sum(entry.same_as > 0 for entry in found.entries) == 100
    assert peak < 40 * 1024 * 1024


def test_twice_the_lines_take_twice_the_steps() -> None:
    few, many = content(1_000), content(2_000)
    read(few)  # what is loaded once
    assert steps(lambda: read(many)) < 2.1 * steps(lambda: read(few))


def test_the_bound_is_far_above_what_people_make() -> None:
    rows = Rows(rows=(Row(1, ("A1",)),), description="Text")
    assert read_entries(rows, find_columns(rows)).askable == 1
    assert MOST_ROWS >= 10 * LINES
