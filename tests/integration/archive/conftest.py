"""Databases for the tests of the index: SQLite in a file, and a PostgreSQL server where one can run."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dicomdesk.archive.index import Index, sqlite_url
from tests.helpers.archives.postgresql import PostgresqlServer, running_postgresql, why_not_here


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    reason = why_not_here()
    if reason:
        pytest.skip(reason)
    with running_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "index.sqlite")
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def open_index(database_url: str) -> Iterator[Callable[[], Index]]:
    """Opens the database, as often as one likes."""
    opened: list[Index] = []

    def make() -> Index:
        opened.append(Index(database_url))
        return opened[-1]

    yield make
    for index in opened:
        index.close()


@pytest.fixture
def empty_index(open_index: Callable[[], Index]) -> Index:
    """An empty index, open."""
    return open_index()
