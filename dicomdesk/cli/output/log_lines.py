"""Log lines for the events of a job, as a tool of DCMTK logs them."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from dicomdesk.cli.output.explaining import explain_fact
from dicomdesk.cli.output.repeated_causes import RepeatedCauses
from dicomdesk.engine import events
from dicomdesk.human import printable
from dicomdesk.logs import Level, Log, Logger

__all__ = ["LogLines", "write_notice"]

FactT = TypeVar("FactT")

_LEVELS = {
    events.NoticeLevel.DEBUG: Level.DEBUG,
    events.NoticeLevel.INFO: Level.INFO,
    events.NoticeLevel.WARNING: Level.WARN,
    events.NoticeLevel.ERROR: Level.ERROR,
}


class LogLines(Generic[FactT]):
    """Writes events to a log. ``wants`` may be called from any thread, the rest from the main thread only."""

    _ALWAYS_WANTED: ClassVar[tuple[type, ...]] = ()
    """Events that have a line at the default level, or that have to be remembered."""

    def __init__(
        self,
        log: Log,
        tool: str,
        *,
        is_of_network: bool = False,
        shows_contexts: bool = False,
        causes: RepeatedCauses | None = None,
    ) -> None:
        """Write as ``tool``, or as DCMTK's network library where most lines of the tool are its.

        ``shows_contexts`` shows association parameters in verbose mode, not only for debugging. ``causes`` is where
        lines go that may come in great numbers.
        """
        self._log = log
        self._causes = RepeatedCauses() if causes is None else causes
        self._tool = log.logger(f"dcmtk.apps.{tool}")
        self._network = log.logger("dcmtk.dcmnet")
        self._main = self._network if is_of_network else self._tool
        self._is_verbose = self._main.is_enabled(Level.INFO) or self._tool.is_enabled(Level.INFO)
        self._is_debugging = self._main.is_enabled(Level.DEBUG)
        self._block_level = Level.INFO if shows_contexts else Level.DEBUG

    def wants(self, event: FactT) -> bool:
        """Whether there is a line for the event, or something to remember."""
        return self._is_verbose or isinstance(event, self._ALWAYS_WANTED) or self._is_remarkable(event)

    def _is_remarkable(self, event: FactT) -> bool:  # noqa: ARG002 - for others
        """Whether an event that is not always wanted is wanted for its contents."""
        return False

    def show(self, batch: Sequence[FactT]) -> None:
        """Write the lines of these events."""
        with self._log.batch():
            for event in batch:
                self._show(event)
            self._causes.write_due()
            if batch and isinstance(batch[-1], events.JobFinished):
                self._causes.write_all()

    def due_s(self) -> float | None:
        """When ``show`` is to be called though nothing has happened, by the monotonic clock; None for never."""
        return self._causes.due_s()

    def _show(self, event: FactT) -> None:
        raise NotImplementedError

    def _write_block(self, lines: Sequence[str]) -> None:
        """Write association parameters."""
        self._main.write(self._block_level, "\n".join(lines))


def write_notice(logger: Logger, notice: events.Notice) -> None:
    """Write all lines of a notice at its level; a warning is explained where something is known of it."""
    text = "\n".join(map(printable, notice.text.split("\n")))
    if notice.level is events.NoticeLevel.ERROR and notice.peer_host:  # who it was is not in DCMTK's lines
        logger.hold(f"It is about {printable(notice.peer_host)}", explain_fact(notice))
    logger.write(_LEVELS[notice.level], text)
    if notice.level is events.NoticeLevel.WARNING:
        logger.remark(explain_fact(notice).text)
