"""The file of a journal gives back the room that nothing needs."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from dicomdesk.engine.journal.file.journal_file import JournalFile
from dicomdesk.engine.journal.records import ErrandState
from tests.unit.engine.journal.test_journal import errand, found
from tests.unit.engine.journal.test_sqlite_journal import opened


def test_what_is_forgotten_gives_its_room_back(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with opened(path) as journal:
        journal.add(
            errand(state=ErrandState.DONE, ended_at=now), (replace(found(each), path="x" * 500) for each in range(999))
        )
    full = path.stat().st_size
    with opened(path) as journal:
        assert journal.forget(datetime(2026, 1, 2, tzinfo=UTC)) == 1
    with opened(path) as journal:
        journal.flush()
    file = JournalFile(str(path), is_own_place=True)
    file.open()
    file.tidy()
    file.close()
    assert path.stat().st_size < full / 4
