"""Shows an archive while it serves: log lines and JSON Lines; and hands signals on to it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from dicomdesk.archive.serving import Serving, ServingEvent
from dicomdesk.cli.dcmqrscp.lines import ArchiveLines
from dicomdesk.cli.output.event_pump import EventPump
from dicomdesk.engine.events import JobFinished, JobOutcome
from dicomdesk.logs import Logger


class ArchiveWatch:
    """Everything that is shown of one archive. ``sink`` is for the archive, the rest for the main thread."""

    def __init__(self, lines: ArchiveLines, logger: Logger, *, writes_json: bool, shows_identifiers: bool) -> None:
        """``shows_identifiers`` writes into the JSON Lines what is asked for."""
        self._lines = lines
        self._json = None
        if writes_json:
            from dicomdesk.cli.dcmqrscp.json_lines import ArchiveJsonReporter  # noqa: PLC0415 - only where asked for

            self._json = ArchiveJsonReporter(shows_identifiers=shows_identifiers)
        wants = (lambda _event: True) if writes_json else lines.wants
        self._pump: EventPump[ServingEvent] = EventPump(wants, say=logger.warn, verb="ending")
        self._error = ""

    @property
    def last_signal(self) -> int:
        """Number of the signal that came last, 0 for none."""
        return self._pump.last_signal

    def sink(self, event: ServingEvent) -> None:
        """Take an event of the archive; called on its threads."""
        self._pump.sink(event)

    def catching_signals(self) -> AbstractContextManager[None]:
        """Inside, the first signal ends the archive in order and the second aborts; see ``ending``."""
        return self._pump.catching_signals()

    def run(self, serving: Serving) -> str:
        """Show the archive until it has ended; returns what went wrong at the end, "" for nothing."""
        self._pump.run(serving, self._show)
        return self._error

    def _show(self, batch: Sequence[ServingEvent]) -> None:
        self._lines.show(batch)
        if self._json is not None:
            self._json.show(batch)
        last = batch[-1]
        if isinstance(last, JobFinished) and last.outcome is JobOutcome.FAILED:
            self._error = last.error
