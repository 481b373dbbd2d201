"""The history of a file is searched in slices, and what fits is found however far apart it stands."""

from pathlib import Path

from dicomdesk.engine.journal.file.history_search import find_errands
from dicomdesk.engine.journal.records import HistoryQuery
from tests.unit.engine.journal.test_journal import errand, found
from tests.unit.engine.journal.test_sqlite_journal import opened


def test_a_search_looks_at_few_errands_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path / "journal") as journal:
        for number in range(150):
            journal.add(errand(f"study {number}"), [found(number)])
        journal.flush()
        with journal._file.connection() as connection:
            nothing, following = find_errands(connection, HistoryQuery(text="nobody"), before=None, limit=10)
            assert not nothing
            assert following is not None
        assert not journal.history(HistoryQuery(text="nobody")).errands
        page = journal.history(HistoryQuery(text="study 7"), limit=8)
        assert [each.errand.title for each in page.errands] == [f"study {number}" for number in range(79, 71, -1)]
        last = journal.history(HistoryQuery(text="study 7"), before=page.next_before)
        assert [each.errand.title for each in last.errands] == ["study 71", "study 70", "study 7"]
        assert last.next_before is None
