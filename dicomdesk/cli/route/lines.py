"""What a station of rules reports, as lines of a log; none names a patient."""

from dicomdesk.cli.dcmrecv.lines import ReceiveLines
from dicomdesk.cli.output.log_lines import LogLines, write_notice
from dicomdesk.engine import events
from dicomdesk.engine.outbox.facts import PeerFree, PeerPaused, RunEnded
from dicomdesk.engine.routing.facts import (
    FileHandled,
    FileUnusable,
    RuleSent,
    RulesMended,
    RulesTroubled,
    RuleWithheld,
    SendingEnded,
)
from dicomdesk.engine.routing.station import StationFact
from dicomdesk.engine.routing.words import ended_text, withheld_text
from dicomdesk.human import count_text, printable
from dicomdesk.logs import Level, Log

__all__ = ["RouteLines"]


class RouteLines(LogLines[StationFact]):
    """Lines of route; see ``LogLines``. What the listener reports has the lines of dcmrecv."""

    _ALWAYS_WANTED = (
        events.Notice,
        events.RequestFailed,
        SendingEnded,
        FileHandled,
        FileUnusable,
        RulesTroubled,
        RulesMended,
        PeerPaused,
        RunEnded,
    )

    def __init__(self, log: Log, receiving: ReceiveLines | None) -> None:
        super().__init__(log, "route")
        self._receiving = receiving
        self._listening = ""
        """Id of the job that listens."""

    def _is_remarkable(self, event: StationFact) -> bool:
        if isinstance(event, events.ItemFinished):
            return event.outcome is not events.ItemOutcome.STORED
        return isinstance(event, events.ListenerStarted | events.AssociationAborted | events.AssociationFailed)

    def _show(self, event: StationFact) -> None:
        tool = self._tool
        match event:
            case RuleSent():
                tool.info(sent_text(event))
            case RuleWithheld():
                text = withheld_text(event.verdict, event.destination, event.instances)
                tool.info(f"rule {printable(event.rule)}: {text}, study {printable(event.study_instance_uid)}")
            case SendingEnded():
                tool.write(
                    Level.WARN if event.failed else Level.INFO, f"rule {printable(event.rule)}: {ended_text(event)}"
                )
            case FileHandled():
                tool.write(Level.WARN if event.problem else Level.INFO, _handled_text(event))
            case FileUnusable():
                tool.warn(f"{printable(event.path)} is passed over: {printable(event.reason)}")
            case RulesTroubled():
                tool.warn(event.text)
            case RulesMended():
                tool.info(f"{printable(event.about)} is in order again")
            case _:
                self._show_outbox(event)

    def _show_outbox(self, event: StationFact) -> None:
        tool = self._tool
        match event:
            case PeerPaused():
                until = f"{event.until.astimezone():%H:%M:%S}"
                tool.warn(f"{printable(event.peer)} is tried again at {until}: {printable(event.reason)}")
            case PeerFree():
                tool.info(f"{printable(event.peer)} is tried again")
            case RunEnded():
                self._show_run(event)
            case _:
                self._show_received(event)

    def _show_run(self, event: RunEnded) -> None:
        if event.reason:
            advice = f" {printable(event.advice)}" if event.advice else ""
            self._tool.warn(f"{printable(event.peer)}: {printable(event.reason)}{advice}")

    def _show_received(self, event: StationFact) -> None:
        """What the listener reports; what a sending job does has come of what the rules report."""
        if isinstance(event, events.ListenerStarted):
            self._listening = event.job_id
        job_id = getattr(event, "job_id", "")
        if self._receiving is not None and job_id and job_id == self._listening:
            self._receiving.show([event])  # type: ignore[list-item]  # of a listener
        elif isinstance(event, events.Notice):
            write_notice(self._tool, event)


def sent_text(event: RuleSent) -> str:
    """Say what a rule sends."""
    what = f"{count_text(event.instances, 'instance')} of study {printable(event.study_instance_uid)}"
    until = "" if event.opens_at is None else f", waits until {event.opens_at.astimezone():%A %H:%M}"
    return f"rule {printable(event.rule)}: {what} to {printable(event.destination)}{until}"


def _handled_text(event: FileHandled) -> str:
    name = printable(event.path)
    if event.problem:
        return f"{name} stays where it is: {printable(event.problem)}"
    return f"{name} is now {printable(event.new_path)}" if event.new_path else f"{name} is deleted"
