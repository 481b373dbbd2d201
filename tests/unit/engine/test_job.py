import threading
from collections.abc import Callable

import pytest

from dicomdesk.engine.events import Event, JobFinished, JobOutcome, JobStarted, Notice, NoticeLevel
from dicomdesk.engine.job import TRANSITIONS, EventRelay, Job, JobControl, JobState, new_job_id
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError

PATHS_TO = {
    JobState.WAITING: (),
    JobState.RUNNING: (JobState.RUNNING,),
    JobState.STOPPING: (JobState.STOPPING,),
    JobState.ABORTING: (JobState.STOPPING, JobState.ABORTING),
    JobState.FINISHED: (JobState.RUNNING, JobState.FINISHED),
}


def control_in(state: JobState) -> JobControl:
    control = JobControl()
    for step in PATHS_TO[state]:
        assert control.advance(step)
    return control


@pytest.mark.parametrize("before", JobState)
@pytest.mark.parametrize("after", JobState)
def test_only_steps_of_the_table_are_taken(before: JobState, after: JobState) -> None:
    control = control_in(before)
    allowed = after in TRANSITIONS[before]
    assert control.advance(after) is allowed
    assert control.state is (after if allowed else before)


def test_first_cancel_stops_and_second_aborts_and_third_does_nothing() -> None:
    control = control_in(JobState.RUNNING)
    aborts: list[str] = []
    with control.aborting_with(lambda: aborts.append("aborted")):
        control.cancel()
        assert (control.is_stopping, control.is_aborting, aborts) == (True, False, [])
        control.cancel()
        assert (control.is_stopping, control.is_aborting, aborts) == (True, True, ["aborted"])
        control.cancel()
    assert aborts == ["aborted"]


def test_cancel_of_a_finished_job_changes_nothing() -> None:
    control = control_in(JobState.FINISHED)
    control.cancel()
    assert control.state is JobState.FINISHED
    assert not control.is_stopping


def test_an_association_opened_after_the_second_cancel_is_aborted_at_once() -> None:
    control = control_in(JobState.ABORTING)
    aborts: list[str] = []
    with control.aborting_with(lambda: aborts.append("late")):
        assert aborts == ["late"]


def test_an_association_that_is_over_is_not_aborted() -> None:
    control = control_in(JobState.STOPPING)
    aborts: list[str] = []
    with control.aborting_with(lambda: aborts.append("over")):
        pass
    control.cancel()
    assert not aborts


def test_wait_ends_at_once_when_cancelled() -> None:
    control = control_in(JobState.RUNNING)
    waited: list[bool] = []
    waiter = threading.Thread(target=lambda: waited.append(control.wait(60)))
    waiter.start()
    control.cancel()
    waiter.join(10)
    assert waited == [False]


def test_wait_takes_its_time_when_not_cancelled() -> None:
    assert control_in(JobState.RUNNING).wait(0.001)


def test_wait_for_stop_returns_once_cancelled() -> None:
    control = control_in(JobState.RUNNING)
    waiter = threading.Thread(target=control.wait_for_stop)
    waiter.start()
    control.cancel()
    waiter.join(10)
    assert not waiter.is_alive()


def test_relay_passes_nothing_after_job_finished() -> None:
    seen: list[Event] = []
    relay = EventRelay(seen.append)
    notice = Notice(job_id="j", level=NoticeLevel.INFO, text="one")
    finished = JobFinished(job_id="j", outcome=JobOutcome.COMPLETED, counts={})
    for event in (notice, finished, notice, finished):
        relay(event)
    assert seen == [notice, finished]


def test_what_a_sink_raises_is_logged_and_goes_no_further(announce_log: Callable[[str], None]) -> None:
    announce_log("an event sink failed at Notice")

    def sink(_event: Event) -> None:
        raise RuntimeError("a broken front end")

    EventRelay(sink)(Notice(job_id="j", level=NoticeLevel.INFO, text="one"))


def test_relay_passes_one_event_at_a_time() -> None:
    inside = 0
    overlaps: list[int] = []

    def sink(_event: Event) -> None:
        nonlocal inside
        inside += 1
        overlaps.append(inside)
        inside -= 1

    relay = EventRelay(sink)
    notice = Notice(job_id="j", level=NoticeLevel.INFO, text="one")

    def report_many() -> None:
        for _ in range(200):
            relay(notice)

    threads = [threading.Thread(target=report_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert overlaps == [1] * 800


class _Job(Job[str]):
    """Works, or fails by a fault of its own."""

    def __init__(self, sink: Callable[[Event], None], *, is_faulty: bool) -> None:
        super().__init__("job-1", sink)
        self._is_faulty = is_faulty

    def progress(self) -> Progress:
        raise NotImplementedError

    def _work(self) -> str:
        if self._is_faulty:
            raise ZeroDivisionError
        return "worked"

    def _after_fault(self, error: DicomdeskError) -> str:
        return str(error)

    def _finished(self, result: str) -> JobFinished:
        outcome = JobOutcome.COMPLETED if result == "worked" else JobOutcome.FAILED
        return JobFinished(job_id=self.id, outcome=outcome, counts={})


@pytest.mark.parametrize(("is_faulty", "result"), [(False, "worked"), (True, "internal error: ZeroDivisionError()")])
def test_a_result_and_job_finished_come_whatever_happens(
    is_faulty: bool, result: str, announce_log: Callable[[str], None]
) -> None:
    announce_log("job job-1 failed by a fault of this program")
    seen: list[Event] = []
    job = _Job(seen.append, is_faulty=is_faulty)
    job.run()
    assert job.done.result(0) == result
    assert job.state is JobState.FINISHED
    assert isinstance(seen[0], JobStarted)
    assert [type(event) for event in seen].count(JobFinished) == 1
    assert isinstance(seen[-1], JobFinished)


class _HopelessJob(_Job):
    """Fails, and fails again when it should say what came of it."""

    def _after_fault(self, error: DicomdeskError) -> str:
        raise KeyError("again") from error


def test_nobody_waits_for_ever_for_a_fault_after_a_fault(announce_log: Callable[[str], None]) -> None:
    announce_log("by a fault of this program")
    seen: list[Event] = []
    job = _HopelessJob(seen.append, is_faulty=True)
    job.run()
    assert isinstance(job.done.exception(0), KeyError)
    assert isinstance(seen[-1], JobFinished)
    assert seen[-1].outcome is JobOutcome.FAILED
    assert job.state is JobState.FINISHED


def test_the_future_of_a_job_cannot_be_cancelled() -> None:
    job = _Job(lambda _event: None, is_faulty=False)
    assert not job.done.cancel()
    job.run()
    assert job.done.result(0) == "worked"


def test_job_identifiers_differ() -> None:
    assert len({new_job_id("send") for _ in range(50)}) == 50


class _StuckJob(_Job):
    """Works until it is let go."""

    def __init__(self, sink: Callable[[Event], None]) -> None:
        super().__init__(sink, is_faulty=False)
        self.goes_on = threading.Event()

    def _work(self) -> str:
        self.goes_on.wait(60)
        return "worked"


def test_job_that_does_not_end_is_concluded_once_without_its_threads() -> None:
    seen: list[Event] = []
    job = _StuckJob(seen.append)
    thread = threading.Thread(target=job.run)
    thread.start()
    job.abandon()
    assert job.done.result(0) == "what was at work did not end when it was told to"
    assert job.state is JobState.FINISHED
    job.goes_on.set()
    thread.join(60)
    assert job.done.result(0) == "what was at work did not end when it was told to"
    assert [type(event) for event in seen].count(JobFinished) == 1


def test_job_that_has_finished_cannot_be_abandoned() -> None:
    seen: list[Event] = []
    job = _Job(seen.append, is_faulty=False)
    job.run()
    job.abandon()
    assert job.done.result(0) == "worked"
    assert [type(event) for event in seen].count(JobFinished) == 1
