"""Log lines of ``resume``."""

from collections.abc import Sequence

from dicomdesk.cli.output.log_lines import write_notice
from dicomdesk.engine import events
from dicomdesk.engine.journal.records import TAKEN, Commitment, ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import Errand
from dicomdesk.engine.outbox.facts import ErrandChanged, FileDeleted, InstanceCommitted, InstanceEnded, PeerPaused
from dicomdesk.engine.resume.facts import ResumeFact, WorkEnded, WorkStarted
from dicomdesk.engine.resume.kept_work import WorkState
from dicomdesk.human import printable
from dicomdesk.logs import Level, Logger

__all__ = ["ResumeLines"]

_WANTED = (
    ErrandChanged,
    InstanceEnded,
    InstanceCommitted,
    FileDeleted,
    PeerPaused,
    WorkStarted,
    WorkEnded,
    events.Notice,
)


class ResumeLines:
    """Writes facts to a log; see ``Lines``."""

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._told: dict[int, ErrandState] = {}
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
            case ErrandChanged():
                self._show_errand(fact.errand)
            case InstanceEnded():
                self._show_instance(fact)
            case InstanceCommitted(commitment=Commitment.COMMITTED | Commitment.NOT_COMMITTED):
                reason = f": {printable(fact.reason)}" if fact.reason else ""
                level = Level.INFO if fact.commitment is Commitment.COMMITTED else Level.WARN
                self._logger.write(level, f"{fact.commitment.value}: {printable(fact.sop_instance_uid)}{reason}")
            case FileDeleted():
                word = "deleted" if fact.is_deleted else f"kept, {printable(fact.reason)}"
                self._logger.info(f"{printable(fact.path)}: {word}")
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

    def _show_errand(self, errand: Errand) -> None:
        """Say that it is being sent, or that it has ended, each once."""
        word = {ErrandState.RUNNING: "is being sent", ErrandState.DONE: "has ended"}.get(errand.state)
        if word is not None and errand.state is not self._told.get(errand.id):
            self._logger.info(f"errand {errand.id} {word}: {printable(errand.record.title)}")
        self._told[errand.id] = errand.state

    def _show_instance(self, fact: InstanceEnded) -> None:
        text = f"{fact.state.value}: {printable(fact.path)}"
        if fact.state is InstanceState.WAITING:
            text = f"to be tried again: {printable(fact.path)}"
        if fact.reason:
            text += f": {printable(fact.reason)}"
        self._logger.write(Level.INFO if fact.state in TAKEN else Level.WARN, text)
