from array import array
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.facts.arrivals import StoredSum
from dicomdesk.engine.journal.digest import digest_of
from dicomdesk.engine.journal.records import ErrandState, InstanceRecord, InstanceState
from dicomdesk.engine.outbox.facts import ErrandAdded, ErrandChanged, ErrandRemoved, PeerFree, PeerPaused, RunStarted
from dicomdesk.engine.stats import Progress
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.panes.send_details import describe_node
from dicomdesk.gui.problems.book import ProblemBook
from dicomdesk.gui.sending.gauges import Gauges
from dicomdesk.gui.sending.group_node import MODALITY, TITLE
from dicomdesk.gui.sending.listing import natural_order
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.queue import SendQueue, studies_of
from dicomdesk.gui.sending.skipped import SkippedGroupNode
from tests.helpers.window import scenes
from tests.helpers.window.errands import begin, end, errand_of, errand_with, hand_over, instances_below
from tests.helpers.window.outlines import PlainOutline

HEADERS = [scenes.header(scenes.JANE, ("1", "Axial", "CT"), n) for n in range(4)]
HEADERS += [scenes.header(scenes.PETR, ("1", "T1", "MR"), n) for n in range(2)]
FOUND = scenes.found(HEADERS)


@pytest.fixture
def queue() -> SendQueue:
    found = SendQueue(PlainOutline())
    found.add(FOUND)
    return found


def found(path: str, header: InstanceHeader, member: str = "") -> FoundInstance:
    return FoundInstance(path=path, archive_member=member, header=header)


def records(study: StudyNode) -> list[InstanceRecord]:
    return [
        InstanceRecord(errand_id=study.errand_id, number=number, found=each) for number, each in enumerate(study.found)
    ]


def test_instances_are_grouped_by_study_and_series(queue: SendQueue) -> None:
    jane, petr = queue.studies
    assert (jane.total, petr.total) == (4, 2)
    assert jane.size_bytes == sum(header.data_set_length for header in HEADERS[:4])
    assert [len(series.instances) for series in jane.series.values()] == [4]
    assert queue.total == queue.counts[ItemState.WAITING] == 6
    assert {study.whole_state for study in queue.studies} == {ItemState.READY}


def test_what_waits_is_not_listed_twice_and_what_has_ended_is_listed_anew(queue: SendQueue) -> None:
    queue.add(FOUND[:2])
    assert queue.total == 6
    jane, _ = hand_over(queue)
    queue.add(FOUND[:2])
    assert queue.total == 6
    end(queue, jane, 0)
    queue.add(FOUND[:2])
    assert queue.total == 7
    assert [study.errand_id for study in queue.studies] == [1, 2, 0]


def test_what_goes_to_another_peer_is_listed_although_it_waits_for_one(queue: SendQueue) -> None:
    hand_over(queue)
    queue.add(FOUND[:1], "ARCHIVE")
    assert [(study.peer, study.total) for study in queue.studies] == [("PACS", 4), ("PACS", 2), ("ARCHIVE", 1)]


def test_counts_follow_facts(queue: SendQueue) -> None:
    jane, _ = hand_over(queue)
    begin(queue, jane, 0)
    assert queue.counts[ItemState.SENDING] == 1
    assert jane.state is ItemState.SENDING
    end(queue, jane, 0)
    end(queue, jane, 1, ItemState.REFUSED, 0xA900, "No")
    assert queue.counts[ItemState.STORED] == jane.counts[ItemState.STORED] == 1
    assert (jane.state, jane.state_text()) == (ItemState.REFUSED, "Refused 1")
    assert (jane.ended, jane.stored, jane.bytes_done) == (2, 1, 2 * 525_000)
    assert [row.status for row in instances_below(jane)] == [None, 0xA900, None, None]


def test_files_go_in_natural_order_series_by_series() -> None:
    queue = SendQueue(PlainOutline())
    second, first = (scenes.header(scenes.JANE, (number, "Axial", "CT"), 1) for number in ("10", "2"))
    names = ("IMG10", "IMG2", "img1")
    queue.add([found(f"/data/{name}", replace(second, sop_instance_uid=name)) for name in names])
    queue.add([found(f"/data/z/{name}", replace(first, sop_instance_uid=f"z{name}")) for name in names])
    (study,) = queue.drafts()
    queue.put_in_order(study, natural_order(study))
    assert [each.path for each in study.found] == [
        *(f"/data/z/{name}" for name in ("img1", "IMG2", "IMG10")),
        *(f"/data/{name}" for name in ("img1", "IMG2", "IMG10")),
    ]
    assert [row.name for row in instances_below(study)][:3] == ["img1", "IMG2", "IMG10"]


def test_facts_that_come_before_the_row_has_its_errand_are_not_lost(queue: SendQueue) -> None:
    jane, petr = drafts = queue.drafts()
    queue.begin_handing(drafts)
    begun = errand_with(1, {InstanceState.WAITING: 4}, ErrandState.RUNNING)
    queue.take(ErrandAdded(errand=begun))
    jane.errand_id = 1
    begin(queue, jane, 0)
    end(queue, jane, 0)
    assert queue.counts[ItemState.STORED] == 0
    queue.end_handing({jane: 1, petr: 2})
    assert queue.counts[ItemState.STORED] == jane.stored == 1
    assert queue.unknown == []


def test_errands_of_others_are_asked_for(queue: SendQueue) -> None:
    errand = errand_with(9, {InstanceState.WAITING: 3}, ErrandState.WAITING, origin="rule NIGHT")
    queue.take(ErrandAdded(errand=errand))
    assert queue.unknown == [9]
    row = queue.enter(errand, digest_of(records(queue.studies[0])[:3]))
    assert (row.origin, row.total, row.is_loaded) == ("rule NIGHT", 3, False)
    assert "DOE" in row.text(TITLE)
    assert (row.text(MODALITY), row.size_bytes) == ("CT", 3 * 525_000)


def test_a_row_that_is_not_loaded_counts_all_the_same_and_agrees_once_it_is(queue: SendQueue) -> None:
    (jane, _), other = hand_over(queue), SendQueue(PlainOutline())
    row = other.enter(errand_of(jane, ErrandState.RUNNING), None)
    begin(other, row, 0)
    other.take(StoredSum(row.errand_id, array("l", [0, 1])))
    assert (row.counts[ItemState.STORED], other.counts[ItemState.WAITING], row.under_way) == (2, 2, set())
    begin(other, row, 2)
    assert (row.state, row.counts[ItemState.WAITING]) == (ItemState.SENDING, 1)
    end(other, row, 2, ItemState.FAILED, None, "Lost")
    assert (row.problems, other.counts[ItemState.FAILED]) == (1, 1)
    states = [InstanceState.STORED, InstanceState.STORED, InstanceState.FAILED, InstanceState.WAITING]
    ended = [replace(each, state=state) for each, state in zip(records(jane), states, strict=True)]
    other.fill(row, ended)
    assert [each.state for each in instances_below(row)].count(ItemState.FAILED) == 1
    assert (row.total, row.size_bytes, row.problems) == (4, jane.size_bytes, 1)
    check_sums(other)


def test_an_errand_that_is_tried_again_has_no_problems_any_more(queue: SendQueue) -> None:
    book = ProblemBook()
    queue = SendQueue(PlainOutline(), book.shelf("send"))
    queue.add(FOUND)
    jane, _ = hand_over(queue)
    for number, reason in ((0, "No"), (1, "Never"), (2, "No")):
        end(queue, jane, number, ItemState.REFUSED, 0xA900, reason)
    told = [(each.row, each.words) for each in book]
    assert told == [((1, 1), "Refused: Never"), ((1, 0), "Refused, 2 instances: No")]
    errand = errand_of(jane, ErrandState.WAITING)
    queue.take(ErrandChanged(errand=replace(errand, counts={InstanceState.WAITING: 4})))
    assert (jane.counts[ItemState.WAITING], len(book)) == (4, 0)
    assert queue.stale == []


def test_counts_that_nobody_can_explain_have_the_row_read_again(queue: SendQueue) -> None:
    jane, _ = hand_over(queue)
    errand = errand_of(jane, ErrandState.DONE)
    queue.take(ErrandChanged(errand=replace(errand, counts={InstanceState.STORED: 4})))
    assert queue.stale == [jane]


def test_what_waits_for_a_paused_peer_says_until_when(queue: SendQueue) -> None:
    jane, petr = hand_over(queue)
    until = datetime(2026, 11, 20, tzinfo=UTC)
    queue.take(PeerPaused(peer="PACS", until=until, reason="Connection refused"))
    assert {study.state for study in (jane, petr)} == {ItemState.RETRYING}
    assert (jane.state_text(), jane.reason) == ("Next try in 0:00", "Connection refused")
    queue.take(PeerFree(peer="PACS"))
    assert {study.state for study in (jane, petr)} == {ItemState.WAITING}


def test_what_waits_for_the_hours_of_its_rule_says_until_when_and_is_not_paused(queue: SendQueue) -> None:
    jane, _ = hand_over(queue)
    until = datetime.now(UTC) + timedelta(days=2)
    reason = 'The rule "NIGHT" sends between 22:00 and 06:00'
    queue.take(ErrandChanged(errand=errand_of(jane, ErrandState.HELD, next_try_at=until, reason=reason)))
    assert jane.is_scheduled
    assert jane.state_text() == f"Waits until {until.astimezone():%a %H:%M}"
    told = describe_node(jane)
    assert told.title == f"{jane.state_text()}: it goes to PACS then"
    assert reason in told.text
    queue.take(ErrandChanged(errand=errand_of(jane, ErrandState.WAITING)))
    assert not jane.is_scheduled


def test_held_and_cancelled_errands_say_so_until_they_are_done(queue: SendQueue) -> None:
    jane, _ = hand_over(queue)
    queue.take(ErrandChanged(errand=errand_of(jane, ErrandState.HELD)))
    assert jane.state_text() == "Paused"
    queue.take(ErrandChanged(errand=errand_of(jane, ErrandState.CANCELLED)))
    assert jane.state_text() == "Cancelled"


def test_rows_stand_in_the_order_in_which_they_go(queue: SendQueue) -> None:
    jane, petr = hand_over(queue)
    queue.take(ErrandChanged(errand=errand_of(petr, ErrandState.WAITING, position=0.5)))
    assert queue.in_order() == [petr, jane]
    queue.rows.settle()
    outline = queue._outline
    assert isinstance(outline, PlainOutline)
    assert outline.root.children == [petr, jane]


def test_an_errand_that_is_gone_takes_its_row_along(queue: SendQueue) -> None:
    jane, petr = hand_over(queue)
    queue.take(ErrandRemoved(errand_id=jane.errand_id))
    assert queue.studies == [petr]
    assert queue.total == 2
    queue.add(FOUND[:4])
    assert queue.total == 6


def test_gauges_go_to_what_is_under_way(queue: SendQueue) -> None:
    jane, petr = hand_over(queue)
    gauges = Gauges(queue)
    gauges.begin(RunStarted(job_id="j", peer="PACS", errand_ids=(1, 2)))
    begin(queue, jane, 0)
    gauges.show({"j": Progress(bytes_done=100_000, bytes_per_s=4e6)})
    assert (jane.rate, petr.rate, jane.bytes_on_wire) == (4e6, 0, 100_000)
    assert jane.seconds_left == pytest.approx((4 * 525_000 - 100_000) / 4e6)
    end(queue, jane, 0)
    gauges.show({"j": Progress(bytes_per_s=4e6)})
    assert jane.state is ItemState.SENDING, "steady between two instances"
    gauges.end("j")
    for _ in range(12):
        gauges.show({})
    assert (jane.rate, jane.state) == (0, ItemState.WAITING)


def test_skipped_inputs_are_one_row(queue: SendQueue) -> None:
    queue.add([SkippedInput(path="/data/x.txt", reason="Not a DICOM file")] * 3)
    queue.add([FoundInstance(path="/data/IM1", header=HEADERS[0], problem="No such file or directory")])
    assert [type(node) for node in queue.rows.all()] == [StudyNode, StudyNode, SkippedGroupNode]
    assert queue.skipped == 4
    queue.sort(3)
    queue.sort(0)
    queue.remove_skipped()
    assert queue.skipped == 0


def test_filter_and_order_reach_the_instances(queue: SendQueue) -> None:
    jane, _ = hand_over(queue)
    end(queue, jane, 1, ItemState.REFUSED, 0xA900, "No")
    queue.filter(lambda node: isinstance(node, StudyNode) and node.problems > 0, (ItemState.REFUSED,))
    assert queue.passing() == [jane]
    assert queue.rows.hidden == 1
    (series,) = jane.series.values()
    assert [row.number for row in series.fetch(10)] == [1]  # type: ignore[attr-defined] # rows of a series are instances
    queue.filter(None)
    queue.sort(0, is_descending=True)
    assert [row.number for row in series.fetch(10)] == [3, 2, 1, 0]  # type: ignore[attr-defined] # as above


def test_rows_belong_to_studies(queue: SendQueue) -> None:
    jane, petr = queue.studies
    (series,) = jane.series.values()
    assert studies_of([series.instances[0], series, petr, jane]) == [jane, petr]
    assert instances_below(jane) == instances_below(series) == series.instances


def check_sums(queue: SendQueue) -> None:
    """What is counted is what the rows say."""
    rows = [instance for study in queue.studies for instance in instances_below(study)]
    assert +queue.counts == Counter(row.state for row in rows)
    assert sum(row.state is ItemState.WAITING for row in rows) == queue.counts[ItemState.WAITING]
    moved = {ItemState.STORED, ItemState.WARNING, *PROBLEMS}
    for study in queue.studies:
        for group, below in ((study, instances_below(study)), *((s, s.instances) for s in study.series.values())):
            assert (group.total, group.size_bytes) == (len(below), sum(row.size_bytes for row in below))
            assert group.bytes_done == sum(row.size_bytes for row in below if row.state in moved)
            assert +group.counts == Counter(row.state for row in below)


PLACES = [("/data/a", ""), ("/a.zip", "m"), ("/a.zip:m", "")]
ENDS = [ItemState.STORED, ItemState.WARNING, ItemState.REFUSED, ItemState.FAILED, ItemState.NOT_SENT, ItemState.WAITING]


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_listed_sent_and_taken_away_the_counts_are_those_of_the_rows(data: st.DataObject) -> None:
    queue = SendQueue(PlainOutline())
    ids = 1
    for _ in range(data.draw(st.integers(1, 25))):
        handed = [study for study in queue.studies if study.errand_id]
        match data.draw(st.sampled_from(["add", "hand over", "start", "end", "end together", "take away", "sort"])):
            case "add":
                header = replace(data.draw(st.sampled_from(HEADERS)), data_set_length=data.draw(st.integers(0, 9)))
                path, member = data.draw(st.sampled_from(PLACES))
                queue.add([found(path, header, member)], data.draw(st.sampled_from(["", "PACS"])))
            case "hand over":
                ids += len(hand_over(queue, first=ids))
            case "start" if handed:
                study = data.draw(st.sampled_from(handed))
                begin(queue, study, data.draw(st.integers(0, study.total - 1)))
            case "end" if handed:
                study = data.draw(st.sampled_from(handed))
                end(queue, study, data.draw(st.integers(0, study.total - 1)), data.draw(st.sampled_from(ENDS)))
            case "end together" if handed:
                study = data.draw(st.sampled_from(handed))
                numbers = data.draw(st.lists(st.integers(0, study.total - 1), unique=True))
                queue.take(StoredSum(study.errand_id, array("l", numbers)))
                assert all(study.state_of(number) is ItemState.STORED for number in numbers)
            case "take away" if queue.studies:
                queue.remove([data.draw(st.sampled_from(queue.studies))])
            case "sort":
                queue.sort(data.draw(st.sampled_from([None, 0, 3, 4])))
        check_sums(queue)
        assert set(queue.passing()) == set(queue.rows.all())
