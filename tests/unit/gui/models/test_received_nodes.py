from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.records import BookedFile, BookedSeries, BookedStudy
from dicomdesk.gui.models.received_nodes import ReceivedSeries
from tests.unit.engine.receive.book.test_arrival_book import header


def files(*uids: str) -> list[BookedFile]:
    return [BookedFile(f"/in/{uid}", uid, "9") for uid in uids]


def test_rows_whose_files_have_to_be_asked_for_are_asked_for_once_and_made_when_they_come() -> None:
    asked: list[tuple[int, int]] = []
    record = BookedSeries(BookedStudy(header("1")), header("1"))
    record.here = 3
    series = ReceivedSeries(record, ArrivalBook(), lambda _series, start, most: asked.append((start, most)))
    assert (series.unfetched(), series.fetch(50), series.fetch(50)) == (3, [], [])
    assert asked == [(0, 50)]
    assert [row.text(0) for row in series.rows_of(files("a", "b"))] == ["a", "b"]
    assert [row.text(0) for row in series.rows_of(files("b", "c"))] == ["c"]
    series.fetch(50)
    assert len(asked) == 2


def test_a_study_of_which_only_the_counts_are_kept_has_no_rows_of_instances() -> None:
    record = BookedSeries(BookedStudy(header("1")), header("1"))
    record.here, record.study.is_summed_up = 3, True
    assert ReceivedSeries(record, ArrivalBook()).unfetched() == 0
