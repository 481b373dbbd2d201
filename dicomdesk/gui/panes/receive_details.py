"""Texts of the details strip of the Receive view."""

from collections import Counter
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.reach.calling_card import reach_sentence
from dicomdesk.engine.receive.book.completeness import CompletenessState
from dicomdesk.engine.receive.book.day_totals import DayTotals
from dicomdesk.errors import DicomdeskError, PortInUseError, ProfileError, StorageError
from dicomdesk.gui import wording
from dicomdesk.gui.dialogs.access_words import access_sentence
from dicomdesk.gui.models.received_nodes import (
    ReceivedGroup,
    ReceivedInstance,
    ReceivedSeries,
    ReceivedStudy,
    arrived_text,
)
from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import ICONS, TONES, ItemState
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.receive.row_actions import study_of
from dicomdesk.gui.receive.senders import SenderNames, senders_text
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.gui.theme import Tone


def _say(text: str) -> str:
    return QCoreApplication.translate("receive_details", text)


def describe_received(node: Node, names: SenderNames | None = None) -> Details:
    """Return what is told of a study, a series or an instance; ``names`` are those of the address book."""
    study = study_of(node)
    if study is None:
        return Details(title="")
    if isinstance(node, ReceivedInstance):
        return Details(title=node.text(0), text=_instance_text(node), icon="file", can_copy=True)
    if not isinstance(node, ReceivedGroup):
        return Details(title="")
    state, title = node.state, node.text(0)
    if node.problems:
        title = _say("{count} not stored: {name}").format(count=wording.count_text(node.problems), name=title)
    is_loud = isinstance(node, ReceivedSeries) or state is ItemState.WARNING
    return Details(
        title=title,
        text="\n".join(line for line in _lines(node, study, names or SenderNames(())) if line),
        icon=ICONS[ItemState.REFUSED if node.problems else state],
        tone=Tone.BAD if node.problems else TONES[state] if is_loud else Tone.PLAIN,
        can_copy=True,
    )


def _instance_text(node: ReceivedInstance) -> str:
    lines = [node.file.sop_instance_uid]
    if node.file.times > 1:
        lines.append(_say("It came {count} times.").format(count=wording.count_text(node.file.times)))
    lines.append(node.file.path or _say("Its file is not kept."))
    return "\n".join(human.printable(line) for line in lines)


def _lines(node: ReceivedGroup, study: ReceivedStudy, names: SenderNames) -> Iterator[str]:
    if node.problems and study.reasons:
        reason, _ = Counter(study.reasons).most_common(1)[0]
        yield human.printable(reason or _say("The instance could not be stored."))
    yield f"{node.counts_text()}, {human.size_text(node.size_bytes)}. {_whole_text(node)}".strip()
    first, last = arrived_text(node.first_at), arrived_text(node.last_at)
    times = _say("Came from {first} to {last}.").format(first=first, last=last) if first != last else ""
    yield f"{senders_text(study.record.senders, study.record.more_senders, names)} {times}".strip()
    yield human.printable(study.folder)


def _whole_text(node: ReceivedGroup) -> str:
    """Whether everything is here, where it is known how much there is."""
    known = node.record.completeness
    missing = wording.count_text(known.missing)
    return {
        CompletenessState.UNKNOWN: "",
        CompletenessState.INCOMPLETE: _say("{count} are missing: have them sent again, or retrieve the study."),
        CompletenessState.COMPLETE: _say("Complete."),
        CompletenessState.MORE: _say("More than there should be."),
    }[known.state].format(count=missing)


def describe_refusal(peer: str, reason: str, advice: str, count: int) -> Details:
    """Return what is told when somebody was not let in; ``count`` times since listening began."""
    sentence = wording.sentence(wording.capitalised(reason))
    if not advice and "presentation contexts" in reason:
        advice = _say(
            "What it wanted to send is not accepted here: choose beside Start what is, or a profile that has it;"
            " Associations shows what was proposed."
        )
    title = _say("{peer} was refused").format(peer=peer or _say("A peer"))
    if count > 1:
        title = _say("{peer} was refused; {count} refusals so far").format(
            peer=peer or _say("A peer"), count=wording.count_text(count)
        )
    return Details(
        title=human.printable(title),
        text=human.printable(f"{sentence} {advice}".strip()),
        icon="refused",
        tone=Tone.BAD,
        can_copy=True,
    )


def describe_trouble(text: str, peer_host: str = "") -> Details:
    """Return what is told of a connection that came to nothing, and of other trouble of the listener."""
    title = _say("Trouble with a connection from {host}").format(host=human.printable(peer_host))
    return Details(
        title=title if peer_host else _say("Trouble while listening"),
        text=human.printable(wording.explained(wording.capitalised(text))),
        icon="warning",
        tone=Tone.WARNING,
        can_copy=True,
    )


def describe_request_failure(reason: str, peer_host: str) -> Details:
    """Return what is told of a connection that did not become a request for an association."""
    return describe_trouble(_say("Could not receive association request: {reason}").format(reason=reason), peer_host)


def describe_not_stored(fault: str) -> Details:
    """Return what is told of an instance that could not be stored."""
    return describe_trouble(_say("Cannot store received object: {fault}").format(fault=fault))


def describe_command_failure(exit_code: int) -> Details:
    """Return what is told of a command for a study that did not succeed."""
    text = _say("The command for a received study ended with exit code {exit_code}")
    return describe_trouble(text.format(exit_code=exit_code))


def describe_lost_security(problem: str) -> Details:
    """Return what is told when nobody knows how the listener is to be secured."""
    return Details(
        title=_say("The security settings could not be read"),
        text=_say("{problem} Look through them and save them before listening: nobody is let in by mistake.").format(
            problem=wording.sentence(problem)
        ),
        icon="warning",
        tone=Tone.WARNING,
    )


def describe_locked_key() -> Details:
    """Return what is told when the listener was to start with the program, and its key needs its pass phrase."""
    return Details(
        title=_say("Not listening: the listener's key needs its pass phrase"),
        text=_say("Press Start and enter it. Kept in the keyring, it is not asked for again."),
        icon="lock",
        tone=Tone.WARNING,
    )


def totals_text(today: DayTotals) -> str:
    """Return such as "Today 420 instances of 2 studies, 190 MB; 40 again, 3 not stored"."""
    said = _say("Today {instances} of {studies}, {size}").format(
        instances=wording.instances_text(today.instances),
        studies=wording.plural(today.studies, _say("{count} study"), _say("{count} studies")),
        size=human.size_text(today.size_bytes),
    )
    rest = [
        _say(word).format(count=wording.count_text(count))
        for word, count in (("{count} again", today.again), ("{count} not stored", today.refused))
        if count
    ]
    return f"{said}; {', '.join(rest)}" if rest else said


def describe_listener(
    listening_as: str,
    associations: int,
    studies: ReceivedStudies,
    security: ListenerSecurity,
    *,
    is_stopping: bool,
    addresses: Sequence[str] = (),
) -> Details:
    """Return what is told while nothing is selected; ``addresses`` are those of this machine."""
    if is_stopping:
        return Details(
            title=wording.plural(
                associations,
                _say("Stopping: waiting for {count} open association"),
                _say("Stopping: waiting for {count} open associations"),
            ),
            text=_say("Press Stop now to break them off."),
            icon="stop",
        )
    today = studies.book.today
    received = totals_text(today) if today.instances + today.again + today.refused else ""
    if not received and studies.instances:
        received = _say("{instances} of {studies} received").format(
            instances=wording.instances_text(studies.instances),
            studies=wording.plural(len(studies), _say("{count} study"), _say("{count} studies")),
        )
    if listening_as:
        title, _, port = listening_as.rpartition(":")
        return Details(
            title=received or _say("Ready to receive"),
            text=f"{reach_sentence(title, addresses, int(port))}.\n{access_sentence(security)}",
            icon="receive",
        )
    if received:
        return Details(title=received, text=_say("Not listening now."), icon="receive")
    return Details(
        title=_say("Not listening"),
        text=_say("Choose an AE title, a port and a folder, then press Start."),
        icon="not-listening",
        tone=Tone.QUIET,
    )


def describe_start_failure(error: DicomdeskError | OSError) -> Details:
    """Return what is told when listening could not be begun or ended by an error."""
    advice = {
        PortInUseError: _say("Another port may help; ports below 1024 need special rights."),
        ProfileError: _say("Choose another profile, or take everything."),
        StorageError: _say("Another folder may help, or the right to write into this one."),
        OSError: _say("Another folder may help, or the right to write into this one."),
    }
    found = next((text for kind, text in advice.items() if isinstance(error, kind)), "")
    reason = wording.sentence(wording.capitalised(human.error_text(error)))
    return Details(
        title=_say("Cannot listen"),
        text=f"{reason} {found}".strip(),
        icon="failed",
        tone=Tone.BAD,
        can_copy=True,
    )
