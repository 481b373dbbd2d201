"""A sink that keeps what a job reports, and lets a test wait for it."""

import threading
from collections.abc import Callable
from typing import TypeVar

from dicomdesk.engine.events import Event, ItemFinished, ItemStarted, JobFinished, JobStarted

DEADLINE_S = 20.0

EventT = TypeVar("EventT")


class EventRecorder:
    """Called by the threads of a job."""

    def __init__(self, react: Callable[[Event], None] | None = None) -> None:
        """``react`` is called with each event, on the thread that reports it."""
        self.events: list[Event] = []
        self._react = react
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
        if self._react is not None:
            self._react(event)

    def of(self, kind: type[EventT]) -> list[EventT]:
        """All events of a kind, in order."""
        return [event for event in list(self.events) if isinstance(event, kind)]

    def wait_for(self, kind: type[EventT], count: int = 1) -> EventT:
        """Wait until so many events of a kind have come; the last of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.of(kind)) >= count, DEADLINE_S), (
                f"no {kind.__name__} among {self.events}"
            )
        return self.of(kind)[count - 1]

    def check(self, *, is_stored_told: bool = True) -> None:
        """What every job promises of its events; a receive job may have been told to keep to troubles."""
        assert isinstance(self.events[0], JobStarted)
        assert isinstance(self.events[-1], JobFinished)
        assert len(self.of(JobStarted)) == len(self.of(JobFinished)) == 1
        finished = [event.index for event in self.of(ItemFinished)]
        assert len(finished) == len(set(finished)), "an item has finished twice"
        assert len({event.job_id for event in self.events}) == 1
        for index in finished:
            ends = [
                type(event)
                for event in self.events
                if isinstance(event, ItemStarted | ItemFinished) and event.index == index
            ]
            assert ends[-1] is ItemFinished
        counted = sum(self.of(JobFinished)[0].counts.values())
        assert counted == len(finished) or not is_stored_told


def no_threads(name: str, run: Callable[[], None]) -> threading.Thread:
    """A ``ThreadStarter`` for jobs that are made and not run."""
    raise AssertionError(f"{name} is not to be started, and not to call {run}")
