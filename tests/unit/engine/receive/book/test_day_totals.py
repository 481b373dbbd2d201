import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicomdesk.engine.facts.reception import ArrivalKind
from dicomdesk.engine.receive.book.arrival_book import ArrivalBook, Arrived
from dicomdesk.engine.receive.book.day_totals import DayCounter, DayTotals, TotalsFile
from tests.helpers.window import scenes

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()
DAY_S = 86400.0


def counted() -> DayCounter:
    day = DayCounter()
    for number, kind in enumerate(ArrivalKind):
        day.take(kind, f"1.{number % 2}", 10, NOON)
    return day


def test_every_arrival_of_the_day_is_counted_once() -> None:
    totals = counted().totals()
    assert (totals.instances, totals.again, totals.refused) == (1, 4, 2)
    assert (totals.size_bytes, totals.studies) == (40, 2)


def test_another_day_begins_with_nothing_and_a_clock_that_is_set_back_with_all() -> None:
    day = counted()
    day.turn(NOON - 7200)
    assert day.totals().instances == 1
    day.take(ArrivalKind.NEW, "1.2", 5, NOON + DAY_S)
    totals = day.totals()
    assert (totals.instances, totals.again, totals.studies, totals.size_bytes) == (1, 0, 1, 5)


def arrive(book: ArrivalBook, uid: str) -> None:
    ct = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)
    arrived = Arrived(
        sop_instance_uid=uid, header=ct, association=("j", 1), path="", size_bytes=7, wanted=ArrivalKind.NEW
    )
    book.take(arrived, time.time())


def test_totals_are_kept_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state" / "received-today.json"
    first, again = ArrivalBook(), ArrivalBook()
    arrive(first, "1.1")
    TotalsFile(path).save(first)
    arrive(again, "1.2")
    TotalsFile(path).load(again)
    today = again.today
    assert (today.instances, today.studies, today.size_bytes) == (2, 1, 14)
    kept = TotalsFile(path)
    kept.save(again)
    path.unlink()
    kept.save(again)
    assert not path.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"day": "2020-01-01"},
        {"dicomdesk_received_today": 2},
        {"instances": -1},
        {"instances": "7"},
        {"again": True},
        {"studies": ["x"]},
        {"studies": None},
    ],
)
def test_a_file_of_another_day_or_of_another_form_begins_anew(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "today.json"
    first, again = ArrivalBook(), ArrivalBook()
    arrive(first, "1.1")
    TotalsFile(path).save(first)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    TotalsFile(path).load(again)
    assert again.today == DayTotals(day=first.today.day)


@pytest.mark.parametrize("text", ["", "[", "[]", "7", "[" * 100_000, "\0"])
def test_a_damaged_file_begins_anew(tmp_path: Path, text: str) -> None:
    path, book = tmp_path / "today.json", ArrivalBook()
    path.write_text(text)
    TotalsFile(path).load(book)
    assert book.today.instances == 0


def test_a_place_that_cannot_be_written_to_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    TotalsFile(tmp_path / "file" / "today.json").save(ArrivalBook())
