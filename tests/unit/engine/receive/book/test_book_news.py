import pickle
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dicomdesk.engine.facts.reception import ArrivalKind
from dicomdesk.engine.host.book_mirror import BookMirror
from dicomdesk.engine.host.engine_host import EngineHost
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook
from dicomdesk.engine.receive.book.book_news import NewsReader
from dicomdesk.engine.receive.book.completeness import CountSource
from dicomdesk.engine.receive.book.records import BookedSeries, BookedStudy
from tests.unit.engine.receive.book.test_arrival_book import arrived, header, sender

UIDS = st.sampled_from(["1", "2"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "refuse", "find", "open", "close", "expect", "forget", "remove", "read"]),
        UIDS,
        st.sampled_from(["8", "9"]),
        UIDS,
    ),
    max_size=40,
)


def numbers(record: BookedStudy | BookedSeries) -> object:
    if isinstance(record, BookedSeries):
        return (record.uid, record.counts, record.missing, record.here, record.expected, record.size_bytes,
            record.first_at, record.last_at, record.header)  # fmt: skip
    return (record.uid, record.counts, record.missing, record.here, record.earlier, record.size_bytes, record.senders,
        record.reasons, record.open_associations, record.expected, record.latest_path, record.header,
        sorted((numbers(each) for each in record.series.values()), key=str))  # fmt: skip


def do(book: ArrivalBook, step: str, study: str, series: str, uid: str) -> None:
    what = arrived(uid, study)
    what.header = header(study, series, uid)
    match step:
        case "take":
            book.take(replace(what, wanted=ArrivalKind.NEW), 5.0)
        case "refuse":
            book.take(replace(what, wanted=ArrivalKind.REFUSED, path="", reason="full"), 6.0)
        case "find":
            book.found(header(study, series, uid), uid, f"/in/{study}.{uid}", 50, 4.0, "CT1")
        case "open":
            book.opened(("job", 1), sender("CT1"))
        case "close":
            book.closed(("job", 1))
        case "expect":
            book.expect(study, int(uid), CountSource.USER)
        case "forget":
            book.forget(study)
        case "remove":
            book.removed(book.files(study, series)[:1])


CLOSED = [("open", "1", "8", "1"), ("take", "1", "8", "1"), ("read", "1", "8", "1"), ("close", "1", "8", "1")]


AGAIN = [("refuse", "1", "8", "1"), ("forget", "1", "8", "1"), ("read", "1", "8", "1"), ("take", "1", "8", "2"),
    ("take", "1", "8", "1")]  # fmt: skip


TWO_GONE = [("take", "1", "8", "1"), ("take", "2", "8", "1"), ("read", "1", "8", "1"), ("take", "1", "8", "1"),
    ("forget", "1", "8", "1"), ("forget", "2", "8", "1")]  # fmt: skip


@example(CLOSED)
@example(AGAIN)
@example(TWO_GONE)
@given(STEPS)
@settings(max_examples=200)
def test_a_mirror_that_is_told_the_news_has_the_numbers_of_the_book(steps: list[tuple[str, str, str, str]]) -> None:
    book, mirror = ArrivalBook(most_studies=2, most_instances=6), BookMirror(EngineHost())
    woken: list[bool] = []
    reader = NewsReader(book, lambda: woken.append(True))
    for step, *what in [*steps, ("read", "1", "8", "1")]:
        if step != "read":
            do(book, step, *what)
            continue
        assert bool(book._changed) <= bool(woken)
        woken.clear()
        while (news := reader.read(2)) is not None:
            mirror.take_news(pickle.loads(pickle.dumps(news)))
    assert {each.uid: numbers(each) for each in mirror.studies()} == {
        each.uid: numbers(each) for each in book.studies()
    }
    totals = [(each.counts, each.missing, each.dropped_studies, each.today) for each in (book, mirror)]
    if mirror.studies():
        assert totals[0] == totals[1]
        assert book.here == mirror.here
    for study in mirror.studies():
        known = book.find(study.uid)
        assert known is not None
        for uid, series in study.series.items():
            assert mirror.first_path(series) == book.first_path(known.series[uid])
