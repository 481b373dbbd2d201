"""Who reads the matches of a query slowly is in nobody's way."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.matching import query_plan
from dicomdesk.dicom.query.query import Match
from tests.helpers.archives.index_entries import AREA, TAGS, index_entry, study_query
from tests.helpers.archives.postgresql import PostgresqlServer

PAGE = 64
SEVERAL = 300


def study(number: int) -> str:
    return f"1.2.{number}"


def uids_of(matches: Iterable[Match]) -> list[str]:
    return [match.values[TAGS["study"]] for match in matches]


def test_the_log_can_be_written_back_while_somebody_reads(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    with closing(Index(sqlite_url(file))) as index:
        index.add([index_entry(instance=f"{study(n)}.1", study=study(n)) for n in range(SEVERAL)])
        matches = index.find(study_query({"study": ""}), AREA)
        for number in range(SEVERAL):
            next(matches)
            if number % PAGE in {0, PAGE - 1}:
                index.add([index_entry(instance=f"1.3.{number}.1", study=f"1.3.{number}")])
                with closing(sqlite3.connect(file)) as database:
                    is_busy, in_log, written = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                assert (is_busy, in_log, written) == (0, 0, 0), number


def test_no_transaction_is_open_in_postgresql_while_somebody_reads(postgresql: PostgresqlServer) -> None:
    url = postgresql.new_database()
    engine = create_engine(url)
    states = text("SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    with closing(Index(url)) as index, engine.connect() as looking:
        index.add([index_entry(instance=f"{study(n)}.1", study=study(n)) for n in range(SEVERAL)])
        matches = index.find(study_query({"study": ""}), AREA)
        for number in range(SEVERAL):
            next(matches)
            if number % PAGE in {0, PAGE - 1}:
                assert set(looking.execute(states).scalars()) <= {"idle"}, number
                looking.rollback()
    engine.dispose()


@settings(max_examples=20)
@given(
    count=st.sampled_from([0, 1, PAGE - 1, PAGE, PAGE + 1, SEVERAL]),
    held=st.sampled_from([1, 2 * PAGE, SEVERAL]),
    steps=st.lists(st.tuples(st.integers(0, SEVERAL), st.sampled_from(["add", "remove"])), max_size=6),
)
def test_what_stays_is_told_once_whatever_comes_and_goes(
    tmp_path_factory: pytest.TempPathFactory, count: int, held: int, steps: list[tuple[int, str]]
) -> None:
    changed: set[str] = set()
    told: list[str] = []
    file = tmp_path_factory.mktemp("index") / "index.sqlite"
    with closing(Index(sqlite_url(file))) as index, pytest.MonkeyPatch.context() as patch:
        patch.setattr(query_plan, "_MOST_HELD", held)
        patch.setattr(query_plan, "_PAGE", 50)
        index.add([index_entry(instance=f"{study(n)}.1", study=study(n)) for n in range(count)])
        matches = index.find(study_query({"study": ""}), AREA)
        for number, (after, step) in enumerate(steps):
            told += uids_of(islice(matches, after))
            uid = f"1.3.{number}" if step == "add" else study(after)
            changed.add(uid)
            if step == "add":
                index.add([index_entry(instance=f"{uid}.1", study=uid)])
            else:
                index.remove(AREA, study_instance_uid=uid)
        told += uids_of(matches)
    before = {study(number) for number in range(count)}
    assert len(told) == len(set(told))
    assert before - changed <= set(told) <= before | changed
