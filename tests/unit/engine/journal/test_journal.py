"""What every journal promises, whatever it keeps its errands in."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.events import NotSentCause
from dicomdesk.engine.journal.digest import STATE_CODES, digest_of
from dicomdesk.engine.journal.errand_list import ErrandList
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import (
    Commitment,
    ErrandRecord,
    ErrandState,
    HistoryQuery,
    InstanceNote,
    InstanceState,
)
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.engine.journal.standing import BROKEN_OFF, NEW, as_ms, as_time, last_attempt, noted, reopened
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT

JOURNALS: list[Callable[[Path], Journal]] = [
    lambda _: MemoryJournal(),
    lambda folder: SqliteJournal(str(folder / "journal")),
]
"""Every implementation, empty."""

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
WAITING, UNDER_WAY, STORED = InstanceState.WAITING, InstanceState.UNDER_WAY, InstanceState.STORED
REFUSED, FAILED, NOT_SENT = InstanceState.REFUSED, InstanceState.FAILED, InstanceState.NOT_SENT


@pytest.fixture(params=JOURNALS, ids=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    made: Journal = request.param(tmp_path)
    yield made
    made.close()


def errand(title: str = "Head^Doe", *, peer: str = "PACS", **told: object) -> ErrandRecord:
    return replace(ErrandRecord(title=title, peer=peer, added_at=NOW), **told)  # type: ignore[arg-type] # of its fields


def found(number: int, *, name: str = "Doe^Jane", size_bytes: int = 1000) -> FoundInstance:
    header = InstanceHeader(
        sop_class_uid=CT_IMAGE,
        sop_instance_uid=f"1.2.{number}",
        transfer_syntax_uid=EXPLICIT,
        data_set_offset=300 + number,
        data_set_length=size_bytes,
        patient_id="4711",
        patient_name=name,
        study_instance_uid="1.2.3",
        series_instance_uid=f"1.2.3.{number % 2}",
        modality="CT",
        media_sop_instance_uid=f"1.2.{number}",
        has_blanks_in_uids=number == 3,
    )
    return FoundInstance(path="study.zip", archive_member=f"{number}.dcm", header=header, origin="study.zip")


def test_an_errand_comes_back_as_it_was_given_with_an_id_and_the_last_position(journal: Journal) -> None:
    told = errand(
        settings={"parallel": 2, "tls": None, "decompress": "never"}, origin="rule night", state=ErrandState.HELD
    )
    first, second = journal.add(told, [found(0)]), journal.add(errand("Two"))
    assert [each.id for each in journal.errands()] == [first, second]
    kept = journal.errand(first)
    assert replace(kept, id=0, position=0.0) == told
    assert kept.position < journal.errand(second).position


def test_instances_come_back_as_they_were_given_in_their_order(journal: Journal) -> None:
    given = [found(number) for number in range(5)]
    number = journal.add(errand(), given[:2])
    assert journal.append(number, given[2:]) == 2
    kept = journal.instances(number)
    assert [each.found for each in kept] == given
    assert [each.found.origin for each in kept] == ["study.zip"] * 5
    assert [(each.number, each.state, each.attempts, each.at) for each in kept] == [
        (each, WAITING, 0, None) for each in range(5)
    ]
    assert journal.counts(number) == {WAITING: 5}


def test_instances_are_read_in_pages_and_by_state(journal: Journal) -> None:
    number = journal.add(errand(), map(found, range(10)))
    journal.note(number, 4, InstanceNote(UNDER_WAY, 1))
    journal.note(number, 7, InstanceNote(STORED, 1, 0))
    assert [each.number for each in journal.instances(number, after=3, limit=3)] == [4, 5, 6]
    assert [each.number for each in journal.instances(number, states=frozenset({UNDER_WAY, STORED}))] == [4, 7]
    assert journal.counts(number) == {WAITING: 8, UNDER_WAY: 1, STORED: 1}


def test_a_digest_says_of_each_instance_what_lists_show(journal: Journal) -> None:
    instances = [found(number, size_bytes=1000 + number) for number in range(6)]
    number = journal.add(errand(), instances)
    journal.note(number, 1, InstanceNote(InstanceState.STORED, 1))
    digest = journal.digest(number)
    assert digest == digest_of(journal.instances(number))
    assert [list(STATE_CODES)[code] for code in digest.states][:2] == [WAITING, STORED]
    assert list(digest.lengths) == [each.header.data_set_length for each in instances]
    uids = [digest.headers[place].series_instance_uid for place in digest.header_of]
    assert uids == [each.header.series_instance_uid for each in instances]
    assert not any(header.sop_instance_uid for header in digest.headers)
    assert len(set(digest.keys)) == len(instances)


def test_the_order_is_that_of_the_positions(journal: Journal) -> None:
    numbers = [journal.add(errand(str(number))) for number in range(3)]
    last = journal.errand(numbers[2])
    journal.change(replace(last, position=journal.errand(numbers[0]).position - 1))
    assert [each.title for each in journal.errands()] == ["2", "0", "1"]


def test_a_change_takes_all_but_when_it_was_added(journal: Journal) -> None:
    number = journal.add(errand())
    changed = replace(
        journal.errand(number),
        title="New",
        peer="ARCHIVE",
        state=ErrandState.RETRYING,
        next_try_at=NOW + timedelta(seconds=30),
        reason="The peer is out of resources",
        tries=3,
        redirected_from=7,
        added_at=NOW + timedelta(days=1),
    )
    journal.change(changed)
    assert journal.errand(number) == replace(changed, added_at=NOW)


def test_what_is_noted_of_an_instance_is_kept_whole(journal: Journal) -> None:
    number = journal.add(errand(), [found(0), found(1)])
    journal.note(number, 1, InstanceNote(NOT_SENT, 0, None, "no context", NotSentCause.NO_CONTEXT, 512, 99))
    journal.note_commitment(number, 0, Commitment.NOT_COMMITTED, "It is not there")
    first, second = journal.instances(number)
    assert (second.state, second.reason, second.not_sent_cause) == (NOT_SENT, "no context", NotSentCause.NO_CONTEXT)
    assert (second.file_bytes, second.file_mtime_ns, second.attempts) == (512, 99, 0)
    assert (first.commitment, first.commitment_reason) == (Commitment.NOT_COMMITTED, "It is not there")


def test_what_is_read_again_takes_the_place_of_what_was_known(journal: Journal) -> None:
    number = journal.add(errand(), [found(0), found(1)])
    journal.note(number, 1, InstanceNote(UNDER_WAY, 1))
    journal.identify(number, 1, found(1, size_bytes=2000))
    first, second = journal.instances(number)
    assert [each.found.header.data_set_length for each in (first, second)] == [1000, 2000]
    assert second.state is UNDER_WAY


def test_each_attempt_is_kept_with_how_it_ended(journal: Journal) -> None:
    number = journal.add(errand(), [found(0)])
    for note in (
        InstanceNote(UNDER_WAY, 1),
        InstanceNote(WAITING, 1, 0xA700, "out of resources"),
        InstanceNote(UNDER_WAY, 2),
        InstanceNote(FAILED, 2, None, "no answer"),
        InstanceNote(WAITING, 2, None, "to be tried again"),
        InstanceNote(UNDER_WAY, 3),
    ):
        journal.note(number, 0, note)
    kept = journal.attempts(number, 0)
    assert [(each.number, each.state, each.status, each.reason, each.peer) for each in kept] == [
        (1, REFUSED, 0xA700, "out of resources", "PACS"),
        (2, FAILED, None, "no answer", "PACS"),
        (3, UNDER_WAY, None, "", "PACS"),
    ]
    assert all(each.began_at and each.ended_at and each.began_at <= each.ended_at for each in kept[:2])
    assert kept[2].ended_at is None
    journal.note(number, 0, InstanceNote(STORED, 3, 0))
    assert [each.state for each in journal.attempts(number, 0)] == [REFUSED, FAILED, STORED]


def test_attempts_keep_the_peer_that_they_went_to(journal: Journal) -> None:
    number = journal.add(errand(), [found(0), found(1)])
    for each in range(2):
        journal.note(number, each, InstanceNote(UNDER_WAY, 1))
        journal.note(number, each, InstanceNote(REFUSED, 1, 0xC000, "cannot understand"))
    journal.change(replace(journal.errand(number), peer="OTHER"))
    journal.note(number, 0, InstanceNote(UNDER_WAY, 2))
    journal.note(number, 0, InstanceNote(STORED, 2, 0))
    assert [(each.peer, each.state) for each in journal.attempts(number, 0)] == [("PACS", REFUSED), ("OTHER", STORED)]
    assert [(each.peer, each.state) for each in journal.attempts(number, 1)] == [("PACS", REFUSED)]


def test_what_was_put_away_is_history_if_something_was_tried(journal: Journal) -> None:
    untried, tried = journal.add(errand("Untried"), [found(0)]), journal.add(errand("Tried"), [found(1)])
    journal.note(tried, 0, InstanceNote(STORED, 1, 0))
    journal.remove(untried)
    journal.remove(tried)
    assert not journal.errands()
    page = journal.history(HistoryQuery())
    assert [(each.errand.title, each.counts) for each in page.errands] == [("Tried", {STORED: 1})]
    assert [each.state for each in journal.instances(tried)] == [STORED]
    for ask in (journal.errand, journal.counts, journal.remove):
        with pytest.raises(KeyError):
            ask(untried)


def test_what_waits_again_after_an_attempt_is_history_when_it_is_put_away(journal: Journal) -> None:
    tried = journal.add(errand("Tried"), [found(0)])
    journal.note(tried, 0, InstanceNote(UNDER_WAY, 1))
    journal.note(tried, 0, InstanceNote(WAITING, 1, None, "no answer"))
    journal.remove(tried)
    assert [each.errand.title for each in journal.history(HistoryQuery()).errands] == ["Tried"]
    assert [each.state for each in journal.attempts(tried, 0)] == [FAILED]


def test_the_history_is_read_in_pages_newest_first(journal: Journal) -> None:
    numbers = [journal.add(errand(str(number)), [found(number)]) for number in range(7)]
    journal.note(numbers[3], 0, InstanceNote(STORED, 1, 0))
    journal.remove(numbers[3])
    seen, before = [], None
    while True:
        page = journal.history(HistoryQuery(), before=before, limit=3)
        seen += [each.errand.title for each in page.errands]
        before = page.next_before
        if before is None:
            break
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


QUERIES = [
    (HistoryQuery(text="jONES"), ["b"]),
    (HistoryQuery(text="1.2.30"), ["c"]),
    (HistoryQuery(text="100%_"), ["a"]),
    (HistoryQuery(text="3.dcm"), []),
    (HistoryQuery(text="archive"), ["b", "a"]),
    (HistoryQuery(states=frozenset({ErrandState.DONE})), ["b"]),
    (HistoryQuery(instance_states=frozenset({STORED, NOT_SENT})), ["c", "b"]),
    (HistoryQuery(origin="tool"), ["a"]),
    (HistoryQuery(since=NOW + timedelta(days=1)), ["c", "b"]),
    (HistoryQuery(until=NOW + timedelta(days=1)), ["a"]),
    (HistoryQuery(text="archive", states=frozenset({ErrandState.DONE}), since=NOW), ["b"]),
]


@pytest.mark.parametrize(("query", "titles"), QUERIES)
def test_the_history_is_searched_by_all_that_is_given(journal: Journal, query: HistoryQuery, titles: list[str]) -> None:
    later = NOW + timedelta(days=1)
    journal.add(errand("a", peer="ARCHIVE", origin="tool", reason="is 100%_ full"), [found(0)])
    second = journal.add(errand("b", peer="Archive", added_at=later, state=ErrandState.DONE), [found(1, name="Jones")])
    third = journal.add(errand("c", added_at=later), [found(2), found(30)])
    journal.note(second, 0, InstanceNote(STORED, 1, 0))
    journal.note(third, 1, InstanceNote(NOT_SENT, 0, None, "unreadable", NotSentCause.UNREADABLE))
    assert [each.errand.title for each in journal.history(query).errands] == titles


def test_only_what_ended_is_forgotten_and_only_what_is_old(journal: Journal) -> None:
    ended = errand(ended_at=NOW, state=ErrandState.DONE)
    old, listed = journal.add(ended, [found(0)]), journal.add(ended, [found(1)])
    journal.note(old, 0, InstanceNote(STORED, 1, 0))
    journal.remove(old)
    young = journal.add(errand("young", state=ErrandState.CANCELLED, ended_at=NOW + timedelta(days=9)), [found(2)])
    waits = journal.add(errand("waits"), [found(3)])
    assert journal.forget(NOW + timedelta(days=1)) == 2
    assert [each.id for each in journal.errands()] == [young, waits]
    assert [each.errand.id for each in journal.history(HistoryQuery()).errands] == [waits, young]
    with pytest.raises(KeyError):
        journal.instances(listed)


def test_an_id_is_not_given_twice(journal: Journal) -> None:
    first = journal.add(errand())
    journal.remove(first)
    assert journal.add(errand()) != first


@pytest.mark.parametrize("number", [-1, 1, 99])
def test_no_instance_is_noted_that_is_not_there(journal: Journal, number: int) -> None:
    errand_id = journal.add(errand(), [found(0)])
    with pytest.raises(KeyError):
        journal.note(errand_id, number, InstanceNote(STORED, 1, 0))
    with pytest.raises(KeyError):
        journal.note(errand_id + 1, 0, InstanceNote(STORED, 1, 0))


def test_texts_are_kept_by_kind_and_key(journal: Journal) -> None:
    for kind, key, value in (("rule", "b", "1"), ("rule", "a", "2"), ("list", "a", "3"), ("rule", "b", "4")):
        journal.keep(kind, key, value)
    assert (journal.kept("rule", "b"), journal.kept("list", "a"), journal.kept("list", "b")) == ("4", "3", None)
    assert [(each.key, each.value) for each in journal.kept_all("rule")] == [("a", "2"), ("b", "4")]
    journal.discard("rule", "a")
    journal.discard("rule", "never there")
    assert [each.key for each in journal.kept_all("rule")] == ["b"]
    assert journal.discard_older("rule", datetime.now(UTC) - timedelta(days=1)) == 0
    assert journal.discard_older("rule", datetime.now(UTC) + timedelta(days=1)) == 1
    assert journal.kept("list", "a") == "3"


def test_the_last_position_follows_the_highest_there_was() -> None:
    errands = ErrandList()
    first = errands.add(errand(position=5000.0))
    assert errands.add(errand()).position > first.position


STATES = tuple(InstanceState)


@pytest.mark.parametrize(("before", "after", "is_next"), list(product(STATES, STATES, (False, True))))
def test_no_attempt_is_lost_or_counted_twice(before: InstanceState, after: InstanceState, *, is_next: bool) -> None:
    standing, _ = noted(NEW, InstanceNote(before, 1, 0xA700, "before"), 5, "PACS")
    stood = last_attempt(standing, "PACS")
    following, past = noted(standing, InstanceNote(after, 1 + is_next, 0, "after"), 9, "PACS")
    stands = last_attempt(following, "PACS")
    told = [each.number for each in (past, stands) if each is not None]
    assert told == sorted(set(told))
    assert following.note.state is after or (after, before, is_next) == (UNDER_WAY, UNDER_WAY, False)
    if stood is not None:
        assert stood.number in told


def test_what_was_under_way_waits_again_when_a_journal_is_opened() -> None:
    standing, _ = noted(NEW, InstanceNote(UNDER_WAY, 2), 1_000, "PACS")
    waits, attempt = reopened(standing, "PACS")
    assert (waits.note.state, waits.note.attempts, waits.note.reason) == (WAITING, 2, BROKEN_OFF)
    assert attempt is not None
    assert (attempt.number, attempt.state, attempt.began_at, attempt.peer) == (2, FAILED, as_time(1_000), "PACS")
    assert reopened(waits, "PACS") == (waits, None)


def test_times_are_whole_milliseconds() -> None:
    assert as_time(as_ms(NOW + timedelta(microseconds=123_999))) == NOW + timedelta(milliseconds=123)
