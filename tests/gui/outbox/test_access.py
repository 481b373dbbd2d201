from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.engine.outbox.errands import ErrandRequest
from dicomdesk.engine.outbox.outbox import Outbox
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import session as sessions
from dicomdesk.gui.outbox.access import sum_of
from dicomdesk.gui.session import Session
from tests.gui.conftest import Finish

WaitUntil = Callable[[Callable[[], bool]], None]
HELD = ErrandRequest(title="DOE, JANE", peer="", instances=(), is_held=True)


def test_what_is_asked_before_the_journal_is_open_waits_for_it(session: Session, finish: Finish) -> None:
    assert not session.outbox.is_open
    errand_id = finish(session.outbox.ask(lambda outbox, _: outbox.add(HELD)))
    assert session.outbox.is_open
    assert finish(session.outbox.ask(lambda _, journal: journal.errand(errand_id).title)) == "DOE, JANE"


def test_nothing_is_asked_while_closing(session: Session, finish: Finish) -> None:
    session.outbox.refuse()
    with pytest.raises(DicomdeskError, match="closing"):
        finish(session.outbox.ask(lambda outbox, _: outbox.errands()))


def test_a_journal_that_cannot_be_used_is_told_of_once(
    session: Session, finish: Finish, wait_until: WaitUntil, tmp_path: Path
) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"no journal at all" * 100)
    told: list[str] = []
    session.outbox.noticed.connect(told.append)

    async def begin() -> None:
        session.outbox.begin(path)

    finish(begin())
    wait_until(lambda: bool(told))
    session.outbox.look_at_journal()
    assert len(told) == 1
    assert told[0].startswith(
        "journal.sqlite is no journal, and is left as it is: it is kept as journal.sqlite.foreign-1"
    )
    assert (tmp_path / "journal.sqlite.foreign-1").read_bytes().startswith(b"no journal"), "what was there is kept"
    assert finish(session.outbox.ask(lambda outbox, _: outbox.add(HELD))) == 1, "and the window works all the same"


def test_a_disk_that_is_full_is_a_problem_until_the_journal_is_written_again(
    session: Session, finish: Finish, tmp_path: Path
) -> None:
    def limit_pages(journal: Journal, pages: str) -> bool:
        assert isinstance(journal, SqliteJournal)
        with journal._file.connection() as connection:
            connection.execute(f"PRAGMA max_page_count = {pages}")
        return journal.flush()

    def problems() -> list[str]:
        session.outbox.look_at_journal()
        return [each.words for each in session.problems if each.row == sessions.JOURNAL]

    async def begin() -> None:
        session.outbox.begin(tmp_path / "journal.sqlite")

    def add(outbox: Outbox, journal: Journal) -> bool:
        limit_pages(journal, "1")  # no more than there are
        outbox.add(replace(HELD, title="long" * 100_000))
        return journal.flush()

    finish(begin())
    assert not finish(session.outbox.ask(add))
    assert "full" in problems()[0]
    assert len(problems()) == 1
    assert finish(session.outbox.ask(lambda _, journal: limit_pages(journal, "1000000")))
    assert problems() == []


def test_gauges_of_several_jobs_are_one() -> None:
    assert sum_of([]) is None
    one = Progress(items_total=10, items_done=4, bytes_total=1000, bytes_done=400, bytes_per_s=100.0, associations=1)
    both = sum_of([one, one])
    assert both is not None
    assert (both.items_total, both.items_done, both.associations, both.bytes_per_s) == (20, 8, 2, 200.0)
    assert both.seconds_left == pytest.approx(6.0)
