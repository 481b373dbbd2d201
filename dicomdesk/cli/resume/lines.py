"""Log lines of ``resume``."""

from collections.abc import Sequence

from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.engine import events
from dicomdesk.engine.journal.records import TAKEN, ErrandState, InstanceState
from dicomdesk.engine.outbox.facts import ErrandChanged, InstanceEnded, PeerPaused
from dicomdesk.engine.resume.facts import ResumeFact, WorkEnded, WorkStarted
from dicomdesk.engine.resume.kept_work import WorkState
from dicomdesk.human import printable
from dicomdesk.logs import Level, Logger

__all__ = ["ResumeLines"]

_WANTED = (ErrandChanged, InstanceEnded, PeerPaused, WorkStarted, WorkEnded, events.Notice)


class ResumeLines:
    """Writes facts to a log; see ``Lines``."""

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._is_verbose = logger.is_enabled(Level.INFO)

    def wants(self, event: ResumeFact) -> bool:
        """Whether there is a line for the fact."""
        if isinstance(event, InstanceEnded):
            return self._is_verbose or event.state not in TAKEN
        return isinstance(event, _WANTED)

    def show(self, batch: Sequence[ResumeFact]) -> None:
        """Write the lines of these facts."""
        for fact in batch:
            self._show(fact)

    def _show(self, fact: ResumeFact) -> None:
        match fact:
            case ErrandChanged(errand=errand) if errand.state in (ErrandState.RUNNING, ErrandState.DONE):
                word = "is being sent" if errand.state is ErrandState.RUNNING else "has ended"
                self._logger.info(f"errand {errand.id} {word}: {printable(errand.record.title)}")
            case InstanceEnded():
                self._show_instance(fact)
            case PeerPaused():
                until = fact.until.astimezone().strftime("%H:%M:%S")
                self._logger.warn(f"{printable(fact.peer)}: {printable(fact.reason)}; next try at {until}")
            case WorkStarted():
                self._logger.info(f"{fact.key} is taken up: {printable(fact.title)}")
            case WorkEnded():
                level = Level.INFO if fact.state is WorkState.DONE else Level.WARN
                self._logger.write(level, f"{fact.key}: {printable(fact.text)}")
            case events.Notice():
                write_notice(self._logger, fact)
            case _:
                pass

    def _show_instance(self, fact: InstanceEnded) -> None:
        text = f"{fact.state.value}: {printable(fact.path)}"
        if fact.state is InstanceState.WAITING:
            text = f"to be tried again: {printable(fact.path)}"
        if fact.reason:
            text += f": {printable(fact.reason)}"
        self._logger.write(Level.INFO if fact.state in TAKEN else Level.WARN, text)
