from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.events import (
    ItemFinished,
    ItemOutcome,
    JobFinished,
    JobOutcome,
    NotSentCause,
    RetryScheduled,
)
from dicomdesk.gui.models.send_nodes import SeriesNode, SkippedGroupNode, StudyNode
from dicomdesk.gui.models.send_queue import SendQueue, instances_below
from dicomdesk.gui.outline.states import ItemState
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline

HEADERS = [scenes.header(scenes.JANE, ("1", "Axial", "CT"), n) for n in range(4)]
HEADERS += [scenes.header(scenes.PETR, ("1", "T1", "MR"), n) for n in range(2)]
FOUND = scenes.found(HEADERS)


@pytest.fixture
def queue() -> SendQueue:
    found = SendQueue(PlainOutline())
    found.add(FOUND)
    return found


def studies(queue: SendQueue) -> list[StudyNode]:
    outline = queue._outline
    assert isinstance(outline, PlainOutline)
    return [node for node in outline.root.children if isinstance(node, StudyNode)]


def end(queue: SendQueue, index: int, outcome: ItemOutcome = ItemOutcome.STORED, status: int | None = 0) -> None:
    queue.apply(scenes.started(HEADERS[index], index))
    queue.apply(scenes.finished(HEADERS[index], index, outcome, status=status))


def found(path: str, header: InstanceHeader, member: str = "") -> FoundInstance:
    return FoundInstance(path=path, archive_member=member, header=header)


def finish_job(queue: SendQueue) -> None:
    queue.apply(JobFinished(job_id=scenes.SEND_JOB, outcome=JobOutcome.COMPLETED, counts={}))


def test_instances_are_grouped_by_study_and_series(queue: SendQueue) -> None:
    jane, petr = studies(queue)
    assert (jane.total, petr.total) == (4, 2)
    assert jane.size_bytes == sum(header.data_set_length for header in HEADERS[:4])
    assert [len(series.instances) for series in jane.series.values()] == [4]
    assert queue.total == 6
    assert len(queue.waiting()) == 6


def test_same_file_is_listed_once(queue: SendQueue) -> None:
    queue.add(FOUND[:2])
    assert queue.total == 6


def test_stored_file_added_again_waits_again(queue: SendQueue) -> None:
    end(queue, 0)
    queue.add(FOUND[:1])
    assert queue.counts[ItemState.WAITING] == 6


def test_counts_follow_events(queue: SendQueue) -> None:
    queue.apply(scenes.started(HEADERS[0], 0))
    assert queue.counts[ItemState.SENDING] == 1
    assert studies(queue)[0].state is ItemState.SENDING
    queue.apply(scenes.finished(HEADERS[0], 0))
    end(queue, 1, ItemOutcome.REFUSED, 0xA700)
    jane = studies(queue)[0]
    assert queue.counts[ItemState.STORED] == jane.counts[ItemState.STORED] == 1
    assert jane.state is ItemState.REFUSED
    assert jane.state_text() == "Refused 1"
    assert jane.ended == 2
    assert jane.bytes_done == 2 * 525_000


ALIKE = {
    "files with the same UID": [found("/data/a", HEADERS[0]), found("/data/b", HEADERS[0])],
    "members of an archive": [found("/a.zip", HEADERS[0], "m0"), found("/a.zip", HEADERS[1], "m1")],
    "members with the same UID": [found("/a.zip", HEADERS[0], "a"), found("/a.zip", HEADERS[0], "d/a")],
    "a file and a member that read alike": [found("/a.zip:m", HEADERS[0]), found("/a.zip", HEADERS[1], "m")],
    "one path with another instance later": [found("/data/a", HEADERS[0]), found("/data/a", HEADERS[1])],
}


@pytest.mark.parametrize("pair", ALIKE.values(), ids=ALIKE)
def test_an_event_means_the_instance_whose_id_it_has(pair: list[FoundInstance]) -> None:
    queue = SendQueue(PlainOutline())
    queue.add(pair)
    first, second = instances_below(studies(queue)[0])
    before = first.state
    queue.apply(scenes.started(HEADERS[0], 7, instance_id=pair[1].id))
    assert (first.state, second.state) == (before, ItemState.SENDING)
    queue.apply(scenes.finished(HEADERS[0], 7, instance_id=pair[1].id))
    assert (first.state, second.state) == (before, ItemState.STORED)
    queue.apply(scenes.finished(HEADERS[0], 8, ItemOutcome.REFUSED, instance_id=pair[0].id))
    assert (first.state, second.state) == (ItemState.REFUSED, ItemState.STORED)
    queue.remove(studies(queue)[0])
    assert (queue.total, len(queue.waiting())) == (0, 0)


def test_a_path_that_holds_another_instance_now_is_listed_anew() -> None:
    queue = SendQueue(PlainOutline())
    queue.add(ALIKE["one path with another instance later"])
    (old, new) = instances_below(studies(queue)[0])
    assert (old.state, new.state) == (ItemState.NOT_SENT, ItemState.WAITING)
    assert old.reason.startswith("changed since it was listed")


@pytest.mark.parametrize("has_ended", [False, True])
def test_an_instance_that_is_found_again_waits_as_it_is_now_under_its_own_id(
    queue: SendQueue, *, has_ended: bool
) -> None:
    if has_ended:
        end(queue, 0)
    grown = replace(HEADERS[0], transfer_syntax_uid=scenes.IMPLICIT, data_set_length=HEADERS[0].data_set_length + 8)
    before = [study.size_bytes for study in studies(queue)]
    queue.add([found(FOUND[0].path, grown)])
    first = queue.waiting()[0]
    assert (first.found.id, first.header.transfer_syntax_uid) == (FOUND[0].id, scenes.IMPLICIT)
    assert [study.size_bytes for study in studies(queue)] == [before[0] + 8, before[1]]
    assert studies(queue)[0].bytes_done == 0
    end(queue, 0)
    assert (first.state, studies(queue)[0].bytes_done) == (ItemState.STORED, grown.data_set_length)


def test_what_waits_is_known_without_the_patient(queue: SendQueue) -> None:
    headers = [instance.header for instance in queue.waiting()]
    assert {header.patient_name + header.patient_id + header.study_description for header in headers} == {""}
    assert [header.sop_instance_uid for header in headers] == [header.sop_instance_uid for header in HEADERS]


def test_what_was_not_reached_waits_again(queue: SendQueue) -> None:
    queue.apply(
        ItemFinished(
            job_id=scenes.SEND_JOB,
            association=0,
            index=0,
            path=FOUND[0].path,
            instance_id=FOUND[0].id,
            outcome=ItemOutcome.NOT_SENT,
            status=None,
            reason="The job was cancelled",
            header=HEADERS[0],
            not_sent_cause=NotSentCause.NOT_REACHED,
        )
    )
    assert queue.counts[ItemState.WAITING] == 6


def test_problems_wait_again_when_asked(queue: SendQueue) -> None:
    end(queue, 0)
    end(queue, 1, ItemOutcome.FAILED, None)
    end(queue, 4, ItemOutcome.REFUSED, 0xA700)
    assert queue.wait_again(studies(queue)[0]) == 1
    assert queue.all_wait_again() == 1
    assert queue.counts[ItemState.WAITING] == 5
    assert studies(queue)[0].bytes_done == 525_000


def test_job_end_leaves_nothing_sending(queue: SendQueue) -> None:
    queue.apply(scenes.started(HEADERS[0], 0))
    queue.take_gauges(100, 1e6)
    finish_job(queue)
    assert queue.counts[ItemState.SENDING] == 0
    assert studies(queue)[0].rate == 0


def test_gauges_go_to_what_is_under_way(queue: SendQueue) -> None:
    queue.apply(scenes.started(HEADERS[0], 0))
    queue.take_gauges(100_000, 4e6)
    jane, petr = studies(queue)
    assert (jane.rate, petr.rate) == (4e6, 0)
    assert jane.bytes_on_wire == 100_000
    assert jane.seconds_left == pytest.approx((4 * 525_000 - 100_000) / 4e6)


def test_state_is_steady_between_two_instances(queue: SendQueue) -> None:
    queue.apply(scenes.started(HEADERS[0], 0))
    queue.take_gauges(0, 4e6)
    queue.apply(scenes.finished(HEADERS[0], 0))
    queue.take_gauges(0, 4e6)
    assert studies(queue)[0].state is ItemState.SENDING


def test_skipped_inputs_are_one_row(queue: SendQueue) -> None:
    queue.add([SkippedInput(path="/data/x.txt", reason="Not a DICOM file")] * 3)
    queue.add([FoundInstance(path="/data/IM1", header=HEADERS[0], problem="No such file or directory")])
    outline = queue._outline
    assert isinstance(outline, PlainOutline)
    assert [type(node) for node in outline.root.children] == [StudyNode, StudyNode, SkippedGroupNode]
    assert queue.skipped == 4


def test_clearing_takes_only_what_is_stored(queue: SendQueue) -> None:
    for index in (4, 5):
        end(queue, index)
    end(queue, 0)
    queue.add([SkippedInput(path="/x", reason="r")])
    queue.clear_finished()
    assert [study.words.patient_name for study in studies(queue)] == ["DOE, JANE"]
    assert queue.total == 4
    assert queue.skipped == 0
    queue.add(FOUND[4:])
    assert queue.total == 6


def test_retry_is_known_until_something_is_sent(queue: SendQueue) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    queue.apply(RetryScheduled(job_id="j", items=1, attempt=2, at=at, reason="busy"))
    assert queue.retry_at == at
    queue.apply(scenes.started(HEADERS[0], 0))
    assert queue.retry_at is None


def test_rows_below_a_row(queue: SendQueue) -> None:
    jane = studies(queue)[0]
    series = next(iter(jane.series.values()))
    assert isinstance(series, SeriesNode)
    assert instances_below(jane) == instances_below(series) == series.instances
    assert instances_below(series.instances[0]) == [series.instances[0]]


PLACES = [("/data/a", ""), ("/a.zip", "m"), ("/a.zip:m", "")]
MOVED = {ItemState.STORED, ItemState.WARNING, ItemState.REFUSED, ItemState.FAILED, ItemState.NOT_SENT}


def check_sums(queue: SendQueue) -> None:
    """What is counted is what the rows say."""
    rows = [instance for study in studies(queue) for instance in instances_below(study)]
    assert +queue.counts == Counter(row.state for row in rows)
    assert {row.found.id for row in rows} == set(queue._by_id)
    assert [row for row in rows if row.state is ItemState.WAITING] == queue.waiting()
    for study in studies(queue):
        for group, below in ((study, instances_below(study)), *((s, s.instances) for s in study.series.values())):
            assert (group.total, group.size_bytes) == (len(below), sum(row.size_bytes for row in below))
            assert group.bytes_done == sum(row.size_bytes for row in below if row.state in MOVED)
            assert +group.counts == Counter(row.state for row in below)


@settings(max_examples=60)
@given(st.data())
def test_whatever_is_listed_sent_and_taken_away_the_counts_are_those_of_the_rows(data: st.DataObject) -> None:
    queue = SendQueue(PlainOutline())
    given_ids: list[int] = []
    for _ in range(data.draw(st.integers(1, 25))):
        match data.draw(st.sampled_from(["add", "start", "end", "again", "take away", "clear", "job ends"])):
            case "add":
                header = replace(data.draw(st.sampled_from(HEADERS)), data_set_length=data.draw(st.integers(0, 9)))
                path, member = data.draw(st.sampled_from(PLACES))
                instance = found(path, header, member)
                given_ids.append(instance.id)
                queue.add([instance])
            case "start" if given_ids:
                queue.apply(scenes.started(HEADERS[0], 0, instance_id=data.draw(st.sampled_from(given_ids))))
            case "end" if given_ids:
                outcome = data.draw(st.sampled_from(ItemOutcome))
                ended = data.draw(st.sampled_from(given_ids))
                queue.apply(scenes.finished(HEADERS[0], 0, outcome, instance_id=ended))
            case "again":
                queue.all_wait_again()
            case "take away" if studies(queue) and not queue.counts[ItemState.SENDING]:
                queue.remove(data.draw(st.sampled_from(studies(queue))))
            case "clear" if not queue.counts[ItemState.SENDING]:
                queue.clear_finished()
            case "job ends":
                finish_job(queue)
        check_sums(queue)
