import os
import signal
import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from dicomdesk.cli.signals import EndStage, SignalWatch, stage_text

LONG_S = 60.0


class Target:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.changed = threading.Condition()

    def cancel(self) -> None:
        self._note("cancel")

    def abandon(self) -> None:
        self._note("abandon")

    def _note(self, step: str) -> None:
        with self.changed:
            self.steps.append(step)
            self.changed.notify_all()

    def wait_for(self, count: int) -> list[str]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.steps) >= count, LONG_S)
            return list(self.steps)


@pytest.fixture
def handlers() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    assert [signal.getsignal(number) for number in numbers] == before
    assert signal.set_wakeup_fd(-1) == -1


def ignore(_stage: EndStage, _is_by_clock: bool) -> None:
    """Not interested."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_first_signal_cancels_and_second_cancels_again(handlers: None, number: signal.Signals) -> None:
    target, ending = Target(), SignalWatch(ignore, times_s=(LONG_S, LONG_S, LONG_S))
    with ending.catching():
        ending.serve(target)
        os.kill(os.getpid(), number)
        assert target.wait_for(1) == ["cancel"]
        os.kill(os.getpid(), number)
        assert target.wait_for(2) == ["cancel", "cancel"]
        os.kill(os.getpid(), number)
    assert (ending.last_signal, ending.stage) == (number, EndStage.FORCED)
    assert target.steps == ["cancel", "cancel"]


def test_the_clock_brings_what_no_second_signal_brings(handlers: None) -> None:
    told: list[tuple[EndStage, bool]] = []
    codes: list[int] = []
    ended = threading.Event()

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    def tell(stage: EndStage, is_by_clock: bool) -> None:
        told.append((stage, is_by_clock))

    target, ending = Target(), SignalWatch(tell, times_s=(0.01, 0.01, 0.01), end_process=end)
    with ending.catching():
        ending.serve(target)
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended.wait(LONG_S)
    assert target.steps == ["cancel", "cancel", "abandon"]
    assert told == [(EndStage.IN_ORDER, False), (EndStage.FORCED, True), (EndStage.ABANDONED, True)]
    assert codes == [143]


def test_signal_that_comes_before_the_target_is_not_lost(handlers: None) -> None:
    target, ending = Target(), SignalWatch(ignore, times_s=(LONG_S, LONG_S, LONG_S))
    with ending.catching():
        os.kill(os.getpid(), signal.SIGTERM)
        ending.serve(target)
        assert target.wait_for(1) == ["cancel"]
    assert target.steps == ["cancel"]


def test_process_ends_where_there_is_nothing_to_end_in_order(handlers: None) -> None:
    ended = threading.Event()
    ending = SignalWatch(ignore, times_s=(0.01, LONG_S, LONG_S), end_process=lambda _code: ended.set())
    with ending.catching():
        os.kill(os.getpid(), signal.SIGINT)
        assert ended.wait(LONG_S)


def test_signal_is_taken_while_the_main_thread_computes(handlers: None) -> None:
    target, ending = Target(), SignalWatch(ignore, times_s=(LONG_S, LONG_S, LONG_S))
    with ending.catching():
        ending.serve(target)
        signal.raise_signal(signal.SIGTERM)
        assert target.changed  # nothing of ours needs to run on this thread
        assert target.wait_for(1) == ["cancel"]


def test_hang_up_that_is_to_be_ignored_is_ignored(handlers: None) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        target, ending = Target(), SignalWatch(ignore, times_s=(LONG_S, LONG_S, LONG_S))
        with ending.catching():
            ending.serve(target)
            os.kill(os.getpid(), signal.SIGHUP)
        assert (target.steps, ending.last_signal) == ([], 0)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_hang_up_calls_what_was_asked_for_and_ends_nothing(handlers: None) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as under nohup
    try:
        target, ending = Target(), SignalWatch(ignore, times_s=(LONG_S, LONG_S, LONG_S))
        called: SimpleQueue[None] = SimpleQueue()
        ending.hang_up = lambda: called.put(None)
        with ending.catching():
            ending.serve(target)
            for _ in range(2):
                os.kill(os.getpid(), signal.SIGHUP)
                called.get(timeout=LONG_S)
            assert (target.steps, ending.last_signal) == ([], 0)
            os.kill(os.getpid(), signal.SIGTERM)
            assert target.wait_for(1) == ["cancel"]
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGTERM)
            assert target.wait_for(2) == ["cancel", "cancel"]
        assert called.empty()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_other_signals_do_not_matter(handlers: None) -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _frame: seen.append(number))
    try:
        target, ending = Target(), SignalWatch(ignore, times_s=(LONG_S, LONG_S, LONG_S))
        with ending.catching():
            ending.serve(target)
            os.kill(os.getpid(), signal.SIGUSR1)
            os.kill(os.getpid(), signal.SIGTERM)
            assert target.wait_for(1) == ["cancel"]
        assert seen == [signal.SIGUSR1]
        assert target.steps == ["cancel"]
    finally:
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.parametrize(
    ("stage", "is_by_clock", "text"),
    [
        (EndStage.IN_ORDER, False, "ending in order, a second signal aborts"),
        (EndStage.FORCED, False, "aborting"),
        (EndStage.FORCED, True, "not ended within 5 seconds, aborting"),
        (EndStage.ABANDONED, True, "something does not end and is left behind"),
    ],
)
def test_each_stage_is_told_in_words(stage: EndStage, is_by_clock: bool, text: str) -> None:
    assert stage_text(stage, is_by_clock=is_by_clock, verb="ending") == text
