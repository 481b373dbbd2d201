"""Display of a job while it runs: log lines, JSON Lines, progress; signals are handed on to the job."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.output.event_pump import EventPump, never
from dicomdesk.cli.output.terminal import REDRAW_S, ProgressDisplay, is_terminal
from dicomdesk.cli.signals import Cancellable
from dicomdesk.logs import Logger
from dicomdesk.supervisor import READY, tell_supervisor

if TYPE_CHECKING:
    from dicomdesk.cli.output.json_lines import JsonLinesReporter, Words
    from dicomdesk.engine.job import Job, JobRequest
    from dicomdesk.engine.stats import Progress

FactT = TypeVar("FactT")
FactT_contra = TypeVar("FactT_contra", contravariant=True)
ResultT = TypeVar("ResultT")

_JSON_PROGRESS_S = 1.0


class Lines(Protocol[FactT_contra]):
    """Turns events into log lines."""

    def wants(self, event: FactT_contra) -> bool:
        """Whether there is a line for the event; called on any thread."""

    def show(self, batch: Sequence[FactT_contra]) -> None:
        """Write the lines of these events."""


class JsonReporter(Protocol[FactT_contra]):
    """Writes events as JSON Lines."""

    @property
    def is_lost(self) -> bool:
        """Whether some could not be written, and somebody misses them."""

    def show(self, batch: Sequence[FactT_contra]) -> None:
        """Write a line for each event."""

    def show_progress(self, progress: "Progress") -> None:
        """Write how far the job is."""


class WatchedJob(Cancellable, Protocol):
    """A job that can be watched."""

    def progress(self) -> "Progress":
        """The progress now."""


class JobWatch(Generic[FactT]):
    """Display of one job. ``sink`` is for the job, the rest for the main thread."""

    def __init__(
        self,
        lines: Lines[FactT],
        logger: Logger,
        *,
        json: JsonReporter[FactT] | None = None,
        progress_word: str = "",
        verb: str = "cancelling",
        most_waiting: int | None = None,
    ) -> None:
        """``progress_word`` says what is done, for a progress line on a terminal; "" shows none.

        ``verb`` is what the first signal does, ``most_waiting`` as for ``EventPump``.
        """
        self.due_s: Callable[[], float | None] = never
        """As for ``EventPump.run``."""
        self._lines = lines
        self._logger = logger
        self._json = json
        self._display = ProgressDisplay(progress_word) if progress_word and is_terminal() else None
        wants = lines.wants if json is None else lambda _event: True
        self._pump: EventPump[FactT] = EventPump(wants, say=self._say, verb=verb, most_waiting=most_waiting)
        self._next_json_s = 0.0
        self._last_json: tuple[int, int, int] | None = None

    def _say(self, text: str) -> None:
        """Tell what a signal brings about."""
        self._logger.warn(text)
        if self._json is not None:
            from dicomdesk.cli.output.json_lines import write_warning  # noqa: PLC0415 - only where asked for: start-up time

            write_warning(text)

    @property
    def last_signal(self) -> int:
        """Number of the signal that came last, 0 for none."""
        return self._pump.last_signal

    def on_hang_up(self, call: Callable[[], None]) -> None:
        """See ``EventPump.on_hang_up``."""
        self._pump.on_hang_up(call)

    def sink(self, event: FactT) -> None:
        """Take an event of the job; called on its threads."""
        self._pump.sink(event)

    def carry_out(
        self,
        request: "JobRequest[FactT, Job[ResultT]]",
        conclude: Callable[[ResultT], int],
        *,
        begun: "Callable[[Job[ResultT]], None] | None" = None,
    ) -> int:
        """Do what is asked for with an engine of its own, show it until it has finished, and conclude the exit code.

        The first signal cancels the job and the second aborts it, see ``ending``; one that comes later does not keep
        the report from being written. JSON Lines that could not be written are as a report that could not.
        ``begun`` is called before anything is shown. Raises what ``Engine.submit``, it and ``conclude`` raise.
        """
        from dicomdesk.engine.engine import Engine  # noqa: PLC0415 - start-up time

        with self._pump.catching_signals():
            engine = Engine()
            try:
                job = engine.submit(request, self.sink)
                if begun is not None:
                    begun(job)
                tell_supervisor(READY)
                self.run(job)
                result = job.done.result()
            finally:
                engine.close(waits=not self._pump.has_abandoned)
            if self.last_signal:
                self._logger.explain_no_more()
            exit_code = conclude(result)
        is_report_lost = self._json is not None and self._json.is_lost
        return exit_code or int(ExitCode.CANNOT_WRITE_REPORT_FILE if is_report_lost else ExitCode.SUCCESS)

    def run(self, job: WatchedJob) -> None:
        """Show the job until it has finished."""
        try:
            self._pump.run(job, self._show, tick=self._make_tick(job), tick_s=self._tick_s(), due_s=self.due_s)
        finally:
            if self._display is not None:
                self._display.close()

    def _show(self, batch: Sequence[FactT]) -> None:
        self._lines.show(batch)
        if self._json is not None and batch:
            self._json.show(batch)

    def _tick_s(self) -> float:
        return REDRAW_S if self._display is not None else _JSON_PROGRESS_S

    def _make_tick(self, job: WatchedJob) -> Callable[[], None] | None:
        """Make what is called at intervals while the job runs; None for nothing."""
        if self._display is None and self._json is None:
            return None
        return lambda: self._draw(job.progress())

    def _draw(self, progress: "Progress") -> None:
        if self._display is not None:
            self._display.show_progress(progress)
        now_s = time.monotonic()
        if self._json is None or now_s < self._next_json_s:
            return
        self._next_json_s = now_s + _JSON_PROGRESS_S - REDRAW_S / 2
        gauges = (progress.items_done, progress.bytes_done, progress.associations)
        if gauges != self._last_json:
            self._last_json = gauges
            self._json.show_progress(progress)


def json_reporter(*, is_wanted: bool, words: "Words | None" = None) -> "JsonLinesReporter | None":
    """Make the writer of JSON Lines where ``--json`` asks for one; ``words`` are those of the tool."""
    if not is_wanted:
        return None
    from dicomdesk.cli.output.json_lines import JsonLinesReporter  # noqa: PLC0415 - only where asked for: start-up time

    return JsonLinesReporter(words) if words is not None else JsonLinesReporter()
