"""Whole levels are read from the file of an index page by page, and damage is told as everywhere."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from dicomdesk.archive.administration.listing import default_attributes
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.matching.whole_levels import WholeLevels
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import IndexDamagedError
from tests.helpers.archives.index_entries import AREA, index_entry


def test_no_transaction_is_open_while_the_caller_has_a_page(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    with contextlib.closing(Index(sqlite_url(file))) as index:
        index.add([index_entry(instance=f"1.{number}") for number in range(1000)])
        with contextlib.closing(WholeLevels(file)) as reader:
            rows = reader.rows(AREA, Level.IMAGE, default_attributes(Level.IMAGE))
            next(rows)
            index.clear(AREA)
            assert sum(1 for _ in rows) == 63


def test_a_database_that_is_damaged_further_on_is_told(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    with contextlib.closing(Index(sqlite_url(file))) as index:
        index.add([index_entry(instance=f"1.{number}") for number in range(200)])
    with contextlib.closing(sqlite3.connect(file)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'instance'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with open(file, "r+b") as opened:
        opened.seek((root - 1) * size)
        opened.write(b"\xff" * size)
    with contextlib.closing(WholeLevels(file)) as reader, pytest.raises(IndexDamagedError):
        list(reader.rows(AREA, Level.IMAGE, default_attributes(Level.IMAGE)))
