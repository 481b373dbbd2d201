"""Answers that were cut are completed by parts of the range of dates, against a peer that really searches."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.query.identifier_writer import put_keys
from dicomdesk.dicom.query.keys import KeyStep, QueryKey
from dicomdesk.dicom.query.results import read_result
from dicomdesk.engine.query.cuts import CutSign
from dicomdesk.engine.query.facts import QueryAnswered, QueryEnded, QueryStarted
from dicomdesk.engine.query.request import Identifier, QueryModel
from tests.helpers.jobs.querying import of, query, request_to
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response

EXPLICIT = "1.2.840.10008.1.2.1"
LEVEL, DATE, TIME, STUDY, STEPS, STEP_DATE = 0x00080052, 0x00080020, 0x00080030, 0x0020000D, 0x00400100, 0x00400002
Held = tuple[str, str, str]
"""Study UID, date, time."""


def archive_of(held: Sequence[Held], limit: int, status: int = 0) -> AnsweringPeer:
    """A peer that searches by date and time, and never sends more than so many."""

    def answer(asked: Asked, message: Message) -> None:
        assert message.data is not None
        keys = read_result(message.data, EXPLICIT)
        found = [one for one in held if _is_in(one[1], keys.value(DATE)) and _is_in(one[2], keys.value(TIME))]
        asked.send(
            *(response(message, 0xFF00, _match(one)) for one in found[:limit]),
            response(message, status if len(found) > limit else 0),
        )

    return AnsweringPeer(answer)


def _is_in(value: str, asked: str) -> bool:
    if not asked:
        return True
    first, dash, last = asked.partition("-")
    if not dash:
        return value == first
    return bool(value) and (not first or value >= first) and (not last or value <= last)


def _match(one: Held) -> bytes:
    keys = {LEVEL: "STUDY", STUDY: one[0], DATE: one[1], TIME: one[2]}
    return put_keys(b"", [QueryKey(tag=tag, value=value) for tag, value in keys.items()])


def studies(dates: str = "", **keys: str) -> Identifier:
    asked = {LEVEL: "STUDY", STUDY: "", DATE: dates, **{int(tag[1:], 16): value for tag, value in keys.items()}}
    return Identifier(keys=tuple(QueryKey(tag=tag, value=value) for tag, value in asked.items()))


def uids(facts: Sequence[object]) -> list[str]:
    return [read_result(fact.identifier, EXPLICIT).value(STUDY) for fact in of(facts, QueryAnswered)]


HELD = [
    (f"1.2.{number}", f"{date(2020, 1, 1) + timedelta(days=random.Random(number).randrange(2000)):%Y%m%d}", "120000")
    for number in range(430)
]


def test_all_that_the_peer_holds_comes_once_over_one_association() -> None:
    with archive_of(HELD, 50) as peer:
        outcome, facts = query(request_to(peer.port, studies(), splits_dates=True))
        assert peer.associations == 1
    assert sorted(uids(facts)) == sorted(uid for uid, _, _ in HELD)
    assert outcome.matches == len(HELD)
    assert outcome.cuts == ()
    assert [fact.number for fact in of(facts, QueryAnswered)] == list(range(1, 431))
    assert {fact.query for fact in of(facts, QueryStarted)} == {0}


def test_without_being_asked_for_nothing_is_divided_and_the_cut_is_told() -> None:
    with archive_of(HELD, 50) as peer:
        outcome, _ = query(request_to(peer.port, studies()))
    assert (outcome.matches, len(outcome.ended)) == (50, 1)
    assert [cut.text for cut in outcome.cuts] == ["Exactly 50 answers: there may be more"]


def test_what_is_not_cut_is_asked_once() -> None:
    with archive_of(HELD[:37], 50) as peer:
        outcome, _ = query(request_to(peer.port, studies(), splits_dates=True))
    assert (outcome.matches, len(outcome.ended), outcome.cuts) == (37, 1, ())


@pytest.mark.parametrize("dates", ["20210101-20221231", "20210101-", "-20221231"])
def test_only_the_range_that_was_asked_for_is_divided(dates: str) -> None:
    with archive_of(HELD, 50) as peer:
        _, facts = query(request_to(peer.port, studies(dates), splits_dates=True))
    assert sorted(uids(facts)) == sorted(uid for uid, day, _ in HELD if _is_in(day, dates))


def test_a_peer_that_refuses_when_there_are_too_many_is_asked_for_less() -> None:
    with archive_of(HELD, 0, status=0xA700) as peer:
        refused, _ = query(request_to(peer.port, studies("20200101"), splits_dates=True))
    assert refused.matches == 0
    with archive_of(HELD, 63, status=0xA700) as peer:
        _, facts = query(request_to(peer.port, studies(), splits_dates=True))
    assert len(set(uids(facts))) == len(uids(facts)) == len(HELD)


def test_what_is_refused_and_cannot_be_divided_is_told_once() -> None:
    held = [(f"1.2.{number}", "20240229", "120000") for number in range(20)]
    with archive_of([*HELD, *held], 0, status=0xA700) as peer:
        outcome, _ = query(request_to(peer.port, studies("20240229", x00080030="110000-130000"), splits_dates=True))
        plain, _ = query(request_to(peer.port, studies("20240229")))
    assert [(cut.sign, cut.matches) for cut in outcome.cuts] == [(CutSign.REFUSED, 0)]
    assert "(A700H)" in outcome.cuts[0].text
    assert plain.cuts == ()


def test_a_day_with_too_many_is_divided_by_its_times() -> None:
    held = [(f"1.2.{number}", "20240229", f"{number // 10:02}{number % 10:02}30.5") for number in range(120)]
    with archive_of(held, 50) as peer:
        outcome, facts = query(request_to(peer.port, studies("20240229"), splits_dates=True))
    assert sorted(uids(facts)) == sorted(uid for uid, _, _ in held)
    assert outcome.cuts == ()


def test_what_cannot_be_divided_is_still_told_as_cut() -> None:
    held = [(f"1.2.{number}", "20240229", "120000") for number in range(120)]
    with archive_of(held, 50) as peer:
        outcome, _ = query(request_to(peer.port, studies("20240229", x00080030="120000"), splits_dates=True))
    assert [cut.matches for cut in outcome.cuts] == [50]


def test_studies_without_a_date_come_with_the_first_answer() -> None:
    held = [("1.9.1", "", ""), *HELD[:70]]
    with archive_of(held, 50) as peer:
        _, facts = query(request_to(peer.port, studies(), splits_dates=True))
    assert sorted(uids(facts)) == sorted(uid for uid, _, _ in held)


def test_where_matches_without_a_date_or_a_time_may_be_missing_it_is_said() -> None:
    undated = [(f"1.9.{number}", "", "") for number in range(60)]
    with archive_of([*undated, *HELD[:70]], 50) as peer:
        outcome, facts = query(request_to(peer.port, studies(), splits_dates=True))
    assert len(of(facts, QueryAnswered)) == 50 + 70
    assert [(cut.sign, cut.matches) for cut in outcome.cuts] == [(CutSign.UNDATED, 50)]
    untimed = [(f"1.9.{number}", "20240229", "" if number % 2 else f"{number % 24:02}0000") for number in range(120)]
    with archive_of(untimed, 50) as peer:
        outcome, _ = query(request_to(peer.port, studies("20240229", x00080030=""), splits_dates=True))
    assert [cut.sign for cut in outcome.cuts] == [CutSign.UNDATED]


def test_a_study_that_comes_twice_is_reported_once_where_dates_are_divided() -> None:
    twice = [one for one in HELD[:60] for _ in range(2)]
    with archive_of(twice, 50) as peer:
        _, facts = query(request_to(peer.port, studies(), splits_dates=True))
    assert sorted(uids(facts)) == sorted(uid for uid, _, _ in HELD[:60])


DAYS = st.dates(date(2024, 2, 27), date(2024, 3, 3)).map(lambda day: f"{day:%Y%m%d}")
TIMES = st.builds(lambda second: f"{second // 3600:02}{second // 60 % 60:02}{second % 60:02}", st.integers(0, 86_399))
DATED = st.lists(st.tuples(DAYS, TIMES), max_size=40)
UNTIMED = st.lists(st.tuples(DAYS, st.just("")), max_size=3)
UNDATED = st.lists(st.just(("", "")), max_size=3)


def _held(*parts: list[tuple[str, str]]) -> list[Held]:
    whens = [when for part in parts for when in part]
    return [(f"1.2.{number}", *when) for number, when in enumerate(whens)]


HOLDINGS = st.builds(_held, UNDATED, UNTIMED, DATED)
"""What cannot be asked for by dates comes first, so that an answer that is cut has it."""


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(HOLDINGS, st.integers(2, 12), st.sampled_from([0xA700, 0xFE00]))
def test_whatever_a_peer_holds_all_of_it_comes_once_or_it_is_said_that_there_may_be_more(
    held: list[Held], limit: int, status: int
) -> None:
    with archive_of(held, limit, status) as peer:
        outcome, facts = query(request_to(peer.port, studies(), splits_dates=True))
        assert peer.associations == 1
    found = uids(facts)
    assert len(found) == len(set(found)) == outcome.matches
    assert set(found) <= {uid for uid, _, _ in held}
    if not outcome.cuts:
        assert sorted(found) == sorted(uid for uid, _, _ in held)


def test_a_limit_of_ours_ends_it() -> None:
    with archive_of(HELD, 50) as peer:
        outcome, facts = query(request_to(peer.port, studies(), splits_dates=True, limit=60))
    assert outcome.matches == len(of(facts, QueryAnswered)) == 60


def test_a_worklist_is_divided_by_the_date_of_its_steps() -> None:
    def answer(asked: Asked, message: Message) -> None:
        assert message.data is not None
        number = len(asked.peer.requests)
        matches = [bytes((8, 0, 0x50, 0)) + b"SH\4\0" + f"{number:02}{one:02}".encode() for one in range(50)]
        asked.send(*(response(message, 0xFF00, match) for match in matches if number == 1), response(message, 0))

    path = (KeyStep(tag=STEPS),)
    identifier = Identifier(keys=(QueryKey(tag=STEP_DATE, value="20261130-20261201", path=path),))
    with AnsweringPeer(answer) as peer:
        _, facts = query(request_to(peer.port, identifier, model=QueryModel.WORKLIST, splits_dates=True))
    asked = [fact.identifier for fact in of(facts, QueryStarted)]
    assert [b"20261130-20261201" in one for one in asked] == [True, False, False]
    assert [b"20261130" in one for one in asked[1:]] == [True, False]
    assert len(of(facts, QueryEnded)) == 3


def _heedless(asked: Asked, message: Message) -> None:
    """The same matches, whatever is asked for."""
    matches = (_match((f"1.2.{number}", "20200101", "120000")) for number in range(50))
    asked.send(*(response(message, 0xFF00, match) for match in matches), response(message, 0))


def _heedless_of_undated(asked: Asked, message: Message) -> None:
    """The same matches, without telling of dates."""
    keys = [QueryKey(tag=LEVEL, value="STUDY"), QueryKey(tag=STUDY, value="1.2")]
    asked.send(*(response(message, 0xFF00, put_keys(b"", keys)) for _ in range(50)), response(message, 0))


def _refusing(asked: Asked, message: Message) -> None:
    """Too many, always."""
    asked.send(response(message, 0xA700))


@pytest.mark.parametrize(
    ("answer", "most"),
    [(_heedless, 3), (_heedless_of_undated, 70), (_refusing, 70)],
    ids=[
        "alike",
        "undated",
        "refusing",
    ],
)
def test_a_peer_that_does_not_heed_the_dates_is_not_asked_for_ever(
    answer: Callable[[Asked, Message], None], most: int
) -> None:
    with AnsweringPeer(answer) as peer:
        outcome, _ = query(request_to(peer.port, studies("20100101-20251231"), splits_dates=True))
        assert len(peer.requests) <= most
    assert outcome.cuts[-1].sign is CutSign.IN_VAIN
