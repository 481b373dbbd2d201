from datetime import UTC, datetime

import pytest

from dicomdesk.engine.events import (
    InputSkipped,
    ItemFinished,
    ItemOutcome,
    JobFinished,
    JobOutcome,
    NotSentCause,
    RetryScheduled,
)
from dicomdesk.gui.models.send_nodes import SeriesNode, SkippedGroupNode, StudyNode
from dicomdesk.gui.models.send_queue import Found, SendQueue, Skipped, instances_below
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
    queue.apply(scenes.started(HEADERS[index], index, path=FOUND[index].path))
    queue.apply(scenes.finished(HEADERS[index], index, outcome, path=FOUND[index].path, status=status))


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
    queue.apply(scenes.started(HEADERS[0], 0, path=FOUND[0].path))
    assert queue.counts[ItemState.SENDING] == 1
    assert studies(queue)[0].state is ItemState.SENDING
    queue.apply(scenes.finished(HEADERS[0], 0, path=FOUND[0].path))
    end(queue, 1, ItemOutcome.REFUSED, 0xA700)
    jane = studies(queue)[0]
    assert queue.counts[ItemState.STORED] == jane.counts[ItemState.STORED] == 1
    assert jane.state is ItemState.REFUSED
    assert jane.state_text() == "Refused 1"
    assert jane.ended == 2
    assert jane.bytes_done == 2 * 525_000


def test_files_with_the_same_uid_keep_apart() -> None:
    queue = SendQueue(PlainOutline())
    twins = [Found(path=f"/data/{name}", archive_member="", header=HEADERS[0]) for name in ("a", "b")]
    queue.add(twins)
    for index, twin in enumerate(twins):
        queue.apply(scenes.started(HEADERS[0], index, path=twin.path))
        assert queue.counts[ItemState.SENDING] == 1
        queue.apply(scenes.finished(HEADERS[0], index, path=twin.path))
    assert queue.counts[ItemState.STORED] == 2
    finish_job(queue)
    assert queue.counts[ItemState.WAITING] == 0


def test_archive_members_are_told_apart_by_name() -> None:
    queue = SendQueue(PlainOutline())
    queue.add([Found(path="/a.zip", archive_member=f"m{n}", header=HEADERS[n]) for n in range(2)])
    queue.apply(scenes.finished(HEADERS[1], 1, ItemOutcome.REFUSED, path="/a.zip", member="m1", status=0xC000))
    states = [instance.state for instance in instances_below(studies(queue)[0])]
    assert states == [ItemState.WAITING, ItemState.REFUSED]
    queue.add([Found(path="/a.zip", archive_member="m1", header=HEADERS[1])])
    assert queue.counts[ItemState.WAITING] == 2


def test_members_with_the_same_uid_keep_apart() -> None:
    queue = SendQueue(PlainOutline())
    queue.add([Found(path="/a.zip", archive_member=name, header=HEADERS[0]) for name in ("a", "d/a")])
    for index, name in enumerate(("a", "d/a")):
        queue.apply(scenes.started(HEADERS[0], index, path="/a.zip", member=name))
        queue.apply(scenes.finished(HEADERS[0], index, path="/a.zip", member=name))
    assert queue.counts[ItemState.STORED] == 2
    queue.remove(studies(queue)[0])
    assert queue.total == 0


def test_an_event_means_the_file_that_it_names_and_no_other_with_the_same_uid() -> None:
    queue = SendQueue(PlainOutline())
    twins = [Found(path=f"/data/{name}", archive_member="", header=HEADERS[0]) for name in ("a", "b")]
    queue.add(twins)
    queue.apply(scenes.started(HEADERS[0], 0, path="/data/a"))
    states = {instance.path: instance.state for instance in instances_below(studies(queue)[0])}
    assert states == {"/data/a": ItemState.SENDING, "/data/b": ItemState.WAITING}


def test_a_member_whose_archive_and_name_read_like_a_file_is_not_that_file() -> None:
    queue = SendQueue(PlainOutline())
    queue.add([Found(path="/a.zip:m", archive_member="", header=HEADERS[0])])
    queue.add([Found(path="/a.zip", archive_member="m", header=HEADERS[1])])
    queue.apply(scenes.started(HEADERS[1], 0, path="/a.zip", member="m"))
    queue.apply(scenes.finished(HEADERS[1], 0, path="/a.zip", member="m"))
    states = {instance.path: instance.state for instance in instances_below(studies(queue)[0])}
    assert states == {"/a.zip:m": ItemState.WAITING, "/a.zip": ItemState.STORED}


def test_a_path_that_holds_another_instance_now_is_listed_anew() -> None:
    queue = SendQueue(PlainOutline())
    queue.add([Found(path="/data/a", archive_member="", header=HEADERS[0])])
    queue.add([Found(path="/data/a", archive_member="", header=HEADERS[1])])
    (old, new) = instances_below(studies(queue)[0])
    assert (old.state, new.state) == (ItemState.NOT_SENT, ItemState.WAITING)
    assert old.reason.startswith("changed since it was listed")
    queue.apply(scenes.finished(HEADERS[1], 0, path="/data/a"))
    assert new.state is ItemState.STORED


def test_what_was_not_reached_waits_again(queue: SendQueue) -> None:
    queue.apply(
        ItemFinished(
            job_id=scenes.SEND_JOB,
            association=0,
            index=0,
            path=FOUND[0].path,
            place=(FOUND[0].path, ""),
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


def test_instance_nobody_scanned_is_added(queue: SendQueue) -> None:
    other = scenes.header(scenes.YUKI, ("1", "", "US"), 1)
    queue.apply(scenes.finished(other, 9, path="/data/other"))
    assert queue.counts[ItemState.STORED] == 1
    assert len(studies(queue)) == 3


def test_job_end_leaves_nothing_sending(queue: SendQueue) -> None:
    queue.apply(scenes.started(HEADERS[0], 0, path=FOUND[0].path))
    queue.take_gauges(100, 1e6)
    finish_job(queue)
    assert queue.counts[ItemState.SENDING] == 0
    assert studies(queue)[0].rate == 0


def test_gauges_go_to_what_is_under_way(queue: SendQueue) -> None:
    queue.apply(scenes.started(HEADERS[0], 0, path=FOUND[0].path))
    queue.take_gauges(100_000, 4e6)
    jane, petr = studies(queue)
    assert (jane.rate, petr.rate) == (4e6, 0)
    assert jane.bytes_on_wire == 100_000
    assert jane.seconds_left == pytest.approx((4 * 525_000 - 100_000) / 4e6)


def test_state_is_steady_between_two_instances(queue: SendQueue) -> None:
    queue.apply(scenes.started(HEADERS[0], 0, path=FOUND[0].path))
    queue.take_gauges(0, 4e6)
    queue.apply(scenes.finished(HEADERS[0], 0, path=FOUND[0].path))
    queue.take_gauges(0, 4e6)
    assert studies(queue)[0].state is ItemState.SENDING


def test_skipped_inputs_are_one_row(queue: SendQueue) -> None:
    queue.add([Skipped(path="/data/x.txt", reason="Not a DICOM file")] * 3)
    queue.apply(InputSkipped(job_id="j", path="/data/y", reason="gone"))
    outline = queue._outline
    assert isinstance(outline, PlainOutline)
    assert [type(node) for node in outline.root.children] == [StudyNode, StudyNode, SkippedGroupNode]
    assert queue.skipped == 4


def test_clearing_takes_only_what_is_stored(queue: SendQueue) -> None:
    for index in (4, 5):
        end(queue, index)
    end(queue, 0)
    queue.add([Skipped(path="/x", reason="r")])
    queue.clear_finished()
    assert [study.patient_name for study in studies(queue)] == ["DOE, JANE"]
    assert queue.total == 4
    assert queue.skipped == 0
    queue.add(FOUND[4:])
    assert queue.total == 6


def test_retry_is_known_until_something_is_sent(queue: SendQueue) -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    queue.apply(RetryScheduled(job_id="j", items=1, attempt=2, at=at, reason="busy"))
    assert queue.retry_at == at
    queue.apply(scenes.started(HEADERS[0], 0, path=FOUND[0].path))
    assert queue.retry_at is None


def test_rows_below_a_row(queue: SendQueue) -> None:
    jane = studies(queue)[0]
    series = next(iter(jane.series.values()))
    assert isinstance(series, SeriesNode)
    assert instances_below(jane) == instances_below(series) == series.instances
    assert instances_below(series.instances[0]) == [series.instances[0]]
