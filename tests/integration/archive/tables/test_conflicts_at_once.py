"""Two processes that take instances of one SOP Instance UID at once: that they contradict each other is noted."""

import threading
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import create_engine, text

from dicomdesk.archive.index import Index
from dicomdesk.archive.index_entries import Conflict
from tests.helpers.archives.index_entries import AREA, index_entry
from tests.helpers.archives.postgresql import PostgresqlServer

DEADLINE_S = 30.0
WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE NOT granted AND datname = current_database()"
)


def at_once(
    url: str,
    first: Callable[[Index], object],
    second: Callable[[Index], object],
    before: Callable[[Index], object] = lambda _index: None,
) -> None:
    """Do the first up to its commit, then the second until it waits or is done, then let both go on.

    What is done ``before`` is with the index of each.
    """
    goes_on, is_there, is_done = threading.Event(), threading.Event(), threading.Event()

    commit = psycopg.Connection.commit

    def stop(connection: psycopg.Connection) -> None:
        if threading.current_thread() is threads[0]:
            is_there.set()
            assert goes_on.wait(DEADLINE_S)
        commit(connection)

    def run_second(index: Index) -> None:
        second(index)
        is_done.set()

    engine = create_engine(url)
    with (
        closing(Index(url)) as one,
        closing(Index(url)) as other,
        engine.connect() as looking,
        pytest.MonkeyPatch.context() as patch,
    ):
        before(one)
        before(other)
        patch.setattr(psycopg.Connection, "commit", stop)
        threads = [threading.Thread(target=first, args=(one,)), threading.Thread(target=run_second, args=(other,))]
        threads[0].start()
        assert is_there.wait(DEADLINE_S)
        threads[1].start()
        pause = threading.Event()
        while not is_done.is_set() and not looking.execute(WAITING).scalar():
            looking.rollback()
            pause.wait(0.01)
        goes_on.set()
        for thread in threads:
            thread.join(DEADLINE_S)
        assert is_done.is_set()
    engine.dispose()


@pytest.mark.parametrize("is_new", [False, True])
def test_both_of_two_that_come_at_once_are_noted(postgresql: PostgresqlServer, *, is_new: bool) -> None:
    """As first instances of their studies, and as further ones of what is known."""
    url = postgresql.new_database()

    def add(index: Index, study: str, uid: str) -> None:
        index.add([index_entry(path=f"{study}/{uid}", study=study, series=f"{study}.1", instance=uid)])

    def begin(index: Index) -> None:
        for study in () if is_new else ("1.2", "1.3"):
            add(index, study, f"{study}.{id(index)}")

    at_once(url, lambda index: add(index, "1.2", "1.9.9"), lambda index: add(index, "1.3", "1.9.9"), begin)
    with closing(Index(url)) as index:
        found = {one.path: one.conflict for one in index.conflicts(AREA)}
        assert found == {"1.2/1.9.9": Conflict.OTHER_STUDY, "1.3/1.9.9": Conflict.OTHER_STUDY}
        assert list(index.wrong_counts()) == []


def test_one_that_comes_while_the_other_is_removed_contradicts_nothing(postgresql: PostgresqlServer) -> None:
    url = postgresql.new_database()
    with closing(Index(url)) as index:
        index.add([index_entry(path="a", study="1.2", series="1.2.1", instance="1.9.9")])
    at_once(
        url,
        lambda index: index.remove(AREA, path="a"),
        lambda index: index.add([index_entry(path="b", study="1.3", series="1.3.1", instance="1.9.9")]),
    )
    with closing(Index(url)) as index:
        assert [one.path for one in index.find_instances(AREA)] == ["b"]
        assert list(index.conflicts(AREA)) == []
        assert list(index.wrong_counts()) == []
