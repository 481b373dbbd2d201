from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.engine.outbox.errands import ErrandRequest
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError
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


def test_gauges_of_several_jobs_are_one() -> None:
    assert sum_of([]) is None
    one = Progress(items_total=10, items_done=4, bytes_total=1000, bytes_done=400, bytes_per_s=100.0, associations=1)
    both = sum_of([one, one])
    assert both is not None
    assert (both.items_total, both.items_done, both.associations, both.bytes_per_s) == (20, 8, 2, 200.0)
    assert both.seconds_left == pytest.approx(6.0)
