import os
import signal
import threading
from collections.abc import Callable, Sequence

import pytest

from dicomdesk.cli.output.event_pump import EventPump
from dicomdesk.cli.signals import EndStage, SignalWatch
from dicomdesk.engine.events import Event, JobFinished, JobOutcome, Notice, NoticeLevel

DEADLINE_S = 10.0
FINISHED = JobFinished(job_id="j", outcome=JobOutcome.COMPLETED, counts={})


def notice(text: str) -> Notice:
    return Notice(job_id="j", level=NoticeLevel.INFO, text=text)


class FinishingJob:
    """Finishes when it is cancelled as often as asked for."""

    def __init__(self, pump: EventPump[Event], cancels: int) -> None:
        self._pump = pump
        self._cancels_left = cancels
        self.cancels = 0

    def cancel(self) -> None:
        self.cancels += 1
        self._cancels_left -= 1
        if self._cancels_left <= 0:
            self._pump.sink(FINISHED)

    def abandon(self) -> None:
        raise NotImplementedError


def take_all(_event: Event) -> bool:
    return True


def test_events_come_out_in_order_and_the_last_ends_it() -> None:
    pump: EventPump[Event] = EventPump(take_all)
    seen: list[Event] = []

    def show(batch: Sequence[Event]) -> None:
        seen.extend(batch)

    def work() -> None:
        for number in range(1000):
            pump.sink(notice(str(number)))
        pump.sink(FINISHED)

    worker = threading.Thread(target=work)
    worker.start()
    pump.run(FinishingJob(pump, 1), show)
    worker.join()
    assert [event.text for event in seen if isinstance(event, Notice)] == [str(number) for number in range(1000)]
    assert seen[-1] is FINISHED


def test_events_that_nobody_wants_are_left_out_but_the_last_is_not() -> None:
    pump: EventPump[Event] = EventPump(lambda event: isinstance(event, Notice) and event.text == "b")
    seen: list[Event] = []
    for event in (notice("a"), notice("b"), FINISHED):
        pump.sink(event)
    pump.run(FinishingJob(pump, 1), seen.extend)
    assert seen == [notice("b"), FINISHED]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_cancels_and_a_second_one_again(number: signal.Signals) -> None:
    pump: EventPump[Event] = EventPump(take_all)
    job = FinishingJob(pump, 2)
    before = signal.getsignal(number)

    def show(batch: Sequence[Event]) -> None:
        for _ in batch:
            if job.cancels == 0 or (job.cancels == 1 and batch[0] == notice("again")):
                os.kill(os.getpid(), number)

    with pump.catching_signals():
        pump.sink(notice("first"))
        pump.run(_Echoing(pump, job), show)
    assert job.cancels == 2
    assert pump.last_signal == number
    assert signal.getsignal(number) == before


class _Echoing:
    """Says "again" after the first cancel."""

    def __init__(self, pump: EventPump[Event], job: FinishingJob) -> None:
        self._pump = pump
        self._job = job

    def cancel(self) -> None:
        self._job.cancel()
        self._pump.sink(notice("again"))

    def abandon(self) -> None:
        raise NotImplementedError


def test_tick_is_called_while_nothing_happens() -> None:
    pump: EventPump[Event] = EventPump(take_all)
    ticks: list[int] = []

    def tick() -> None:
        ticks.append(1)
        if len(ticks) == 3:
            pump.sink(FINISHED)

    pump.run(FinishingJob(pump, 1), lambda _batch: None, tick=tick, tick_s=0.001)
    assert len(ticks) == 3


def test_no_signal_is_zero() -> None:
    assert EventPump(take_all).last_signal == 0


def test_a_signal_that_does_not_wake_the_main_thread_is_noticed() -> None:
    pump: EventPump[Event] = EventPump(take_all)
    job = FinishingJob(pump, 1)
    to_another_thread = threading.Timer(0.05, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM))
    way_out = threading.Timer(10, pump.sink, [FINISHED])
    with pump.catching_signals():
        to_another_thread.start()
        way_out.start()
        pump.run(job, lambda _batch: None)
    way_out.cancel()
    way_out.join()
    to_another_thread.join()
    assert job.cancels == 1


class StubbornJob:
    """Finishes when it is abandoned."""

    def __init__(self, pump: EventPump[Event]) -> None:
        self._pump = pump
        self.steps: list[str] = []

    def cancel(self) -> None:
        self.steps.append("cancel")

    def abandon(self) -> None:
        self.steps.append("abandon")
        self._pump.sink(FINISHED)


def test_one_signal_ends_even_what_does_not_end() -> None:
    said: list[str] = []
    pump: EventPump[Event] = EventPump(
        take_all, say=said.append, ending=lambda tell: SignalWatch(tell, times_s=(0.01, 0.01, 60.0))
    )
    job = StubbornJob(pump)
    with pump.catching_signals():
        os.kill(os.getpid(), signal.SIGTERM)
        pump.run(job, lambda _batch: None)
    assert job.steps == ["cancel", "cancel", "abandon"]
    assert pump.has_abandoned
    assert said == [
        "cancelling in order, a second signal aborts",
        "not ended within 5 seconds, aborting",
        "something does not end and is left behind",
    ]


def test_those_who_report_too_fast_wait() -> None:
    pump: EventPump[Event] = EventPump(take_all, most_waiting=3)
    sizes: list[int] = []

    def work() -> None:
        for number in range(50):
            pump.sink(notice(str(number)))
        pump.sink(FINISHED)

    worker = threading.Thread(target=work)
    worker.start()
    pump.run(FinishingJob(pump, 1), lambda batch: sizes.append(len(batch)))
    worker.join()
    assert sum(sizes) == 51
    assert max(sizes) <= 4


def test_nobody_waits_for_a_place_once_the_job_is_ended_by_force() -> None:
    stages: list[Callable[[EndStage, bool], None]] = []

    def ending(tell: Callable[[EndStage, bool], None]) -> SignalWatch:
        stages.append(tell)
        return SignalWatch(tell)

    pump: EventPump[Event] = EventPump(take_all, most_waiting=2, ending=ending)
    done = threading.Event()

    def work() -> None:
        for number in range(5):
            pump.sink(notice(str(number)))
        pump.sink(FINISHED)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    stages[0](EndStage.FORCED, False)
    assert done.wait(DEADLINE_S)
    seen: list[Event] = []
    pump.run(FinishingJob(pump, 1), seen.extend)
    worker.join()
    assert seen == [notice("0"), notice("1"), FINISHED]


def test_places_are_given_back_and_all_comes_through() -> None:
    pump: EventPump[Event] = EventPump(take_all, most_waiting=3)
    seen: list[Event] = []

    def work() -> None:
        for number in range(100):
            pump.sink(notice(str(number)))
        pump.sink(FINISHED)

    worker = threading.Thread(target=work)
    worker.start()
    pump.run(FinishingJob(pump, 1), seen.extend)
    worker.join()
    assert len(seen) == 101
