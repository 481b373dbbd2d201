"""A search with random inputs: whatever the bytes of a journal are, it opens or is kept aside, and goes on."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.engine.journal.records import ErrandState, HistoryQuery, InstanceNote, InstanceState
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.errors import JournalError
from tests.unit.engine.journal.test_journal import errand, found


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sound") / "journal"
    journal = SqliteJournal(str(path))
    for number in range(5):
        added = journal.add(errand(f"errand {number}", state=ErrandState.RUNNING), map(found, range(10)))
        journal.note(added, 0, InstanceNote(InstanceState.UNDER_WAY, 1))
        journal.note(added, 1, InstanceNote(InstanceState.WAITING, 1, 0xA700, "full"))
    journal.keep("rule", "a", "1")
    journal.close()
    return path.read_bytes()


def use(journal: SqliteJournal) -> None:
    """Read all that can be read; what cannot is a JournalError."""
    reads: list[Callable[[], object]] = [
        lambda: journal.history(HistoryQuery(text="full")),
        lambda: list(journal.kept_all("rule")),
        lambda: journal.kept("rule", "a"),
    ]
    for each in journal.errands():
        reads += [
            lambda number=each.id: journal.instances(number),  # type: ignore[misc] # of a loop
            lambda number=each.id: journal.digest(number),  # type: ignore[misc] # as above
            lambda number=each.id: journal.counts(number),  # type: ignore[misc] # as above
            lambda number=each.id: journal.attempts(number, 0),  # type: ignore[misc] # as above
        ]
    for read in reads:
        with suppress(JournalError, KeyError):
            read()


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_bytes_of_a_journal_do_more_than_be_kept_aside(sound: bytes, data: st.DataObject) -> None:
    content = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(100, len(content) - 1))
        run = data.draw(st.binary(min_size=1, max_size=30))
        content[at : at + len(run)] = run[: len(content) - at]
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(100, len(content))) :]
    folder = Path(tempfile.mkdtemp(prefix="damaged-"))
    try:
        (folder / "journal").write_bytes(content)
        try:
            journal = SqliteJournal(str(folder / "journal"), is_own_place=True)
        except JournalError:
            return
        use(journal)
        number = journal.add(errand("new"), [found(0)])
        is_kept = journal.flush()
        assert is_kept or journal.trouble
        assert [each.state for each in journal.instances(number)] == [InstanceState.WAITING]
        journal.close()
    finally:
        shutil.rmtree(folder)
