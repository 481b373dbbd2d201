"""Texts of the details strip of the Send view: what happened, why, what to do."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.transfer_syntaxes import Compression, find_transfer_syntax
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import ICONS, PROBLEMS, TONES, ItemState, state_word
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.security.destinations import peer_word
from dicomdesk.gui.sending.group_node import GroupNode
from dicomdesk.gui.sending.nodes import NO_RESULT, InstanceNode, Result, SeriesNode, StudyNode
from dicomdesk.gui.sending.skipped import SkippedGroupNode, SkippedNode
from dicomdesk.gui.theme import Tone

if TYPE_CHECKING:
    from dicomdesk.engine.check.echo import EchoResult
    from dicomdesk.engine.outbox.facts import RunEnded

MOST_LOOKED_AT = 20_000
"""Instances that are looked at for reasons: enough for any series, and quick."""


def say(text: str) -> str:
    """Return the text in the user's language."""
    return QCoreApplication.translate("send_details", text)


def describe_node(node: Node) -> Details:
    """Return what is told of a row."""
    match node:
        case InstanceNode():
            return _describe_instance(node, peer_word(node.study.peer))
        case StudyNode():
            return _describe_errand(node) or _describe_group(node, peer_word(node.peer))
        case SeriesNode():
            return _describe_group(node, peer_word(node.study.peer))
        case SkippedGroupNode():
            return _describe_skipped(node)
        case SkippedNode():
            return Details(
                title=say("Not sent: {reason}").format(reason=node.reason),
                text=f"{node.path}\n{wording.explained(node.reason)}",
                icon="skipped",
                can_copy=True,
            )
        case _:
            return Details(title="")


def describe_several(studies: Sequence[StudyNode]) -> Details:
    """Return what is told of several studies that are selected."""
    total, stored = sum(study.total for study in studies), sum(study.stored for study in studies)
    problems = sum(study.problems for study in studies)
    parts = [
        say("{stored} of {instances} stored").format(
            stored=wording.count_text(stored), instances=wording.instances_text(total)
        ),
        human.size_text(sum(study.size_bytes for study in studies)),
    ]
    if problems:
        parts.append(say("{count} not stored").format(count=wording.count_text(problems)))
    title = wording.plural(len(studies), say("{count} study selected"), say("{count} studies selected"))
    return Details(title=title, text=", ".join(parts) + ".", icon="info", can_copy=True)


def _why(reason: str) -> str:
    """Return a reason as a sentence, with what it means where it is of an association: others say so themselves."""
    from dicomdesk.engine.reasons.outcomes import explain_reason  # noqa: PLC0415 - only after a failure: start-up time

    text = human.printable(reason)
    told = explain_reason(text)
    return wording.sentence(text) if told.cause in text else f"{wording.sentence(text)} {told.text}"


def _describe_errand(study: StudyNode) -> Details | None:
    """What is told of a study that waits as a whole; None where its instances say more."""
    counted = wording.sentence(wording.capitalised(study.counted_text()))
    peer = human.printable(peer_word(study.peer)) or say("no peer yet")
    if study.state is ItemState.RETRYING:
        return Details(
            title=f"{study.state_text()}: {peer}",
            text="\n".join(part for part in (_why(study.reason), counted) if part),
            icon="retry",
            tone=Tone.WARNING,
            can_copy=True,
        )
    if study.is_scheduled:
        return Details(
            title=say("{state}: it goes to {peer} then").format(state=study.state_text(), peer=peer),
            text=" ".join(part for part in (_why(study.reason), counted) if part),
            icon=ICONS[ItemState.WAITING],
            tone=Tone.PLAIN,
            can_copy=True,
        )
    titles = {
        ItemState.HELD: say("Paused: it goes to {peer} when you let it go on"),
        ItemState.CANCELLED: say("Cancelled: nothing more of it goes to {peer}"),
    }
    title = titles.get(study.state)
    if title is None:
        return None
    reason = _why(study.reason)
    return Details(
        title=title.format(peer=peer),
        text=" ".join(part for part in (reason, counted) if part),
        icon=ICONS[study.state],
        tone=Tone.PLAIN,
        can_copy=True,
    )


def problem_title(state: ItemState, count: int, peer: str) -> str:
    """Return a heading for problems of one kind."""
    patterns = {
        ItemState.REFUSED: say("{peer} refused {instances}"),
        ItemState.FAILED: say("{instances} failed on the way to {peer}"),
        ItemState.NOT_SENT: say("{instances} could not be sent to {peer}"),
    }
    return patterns[state].format(peer=peer or say("The peer"), instances=wording.instances_text(count))


def _describe_instance(node: InstanceNode, peer: str) -> Details:
    facts = [
        wording.sop_class_text(node.header.sop_class_uid),
        wording.transfer_syntax_text(node.header.transfer_syntax_uid),
        human.size_text(node.size_bytes),
        human.printable(node.found.name),
    ]
    if node.result.attempts > 1:
        facts.append(wording.plural(node.result.attempts, say("{count} try"), say("{count} tries")))
    lines = [_reason_text(node.result), ", ".join(facts), human.printable(node.header.sop_instance_uid)]
    title = {
        ItemState.STORED: say("Stored by {peer}"),
        ItemState.WARNING: say("Stored by {peer}, with a warning"),
        ItemState.REFUSED: say("Refused by {peer}"),
    }.get(node.state, state_word(node.state))
    return Details(
        title=title.format(peer=peer or say("the peer")),
        text="\n".join(line for line in lines if line),
        icon=ICONS[node.state],
        tone=_title_tone(node.state),
        can_copy=True,
    )


def _describe_group(node: GroupNode, peer: str) -> Details:
    state = node.state
    text = [_counts_text(node)]
    if isinstance(node, StudyNode) and node.words.accession_number:
        text.append(say("Accession number {number}.").format(number=node.words.accession_number))
    loud = next((problem for problem in PROBLEMS if node.counts[problem]), None)
    if loud is None:
        if state is ItemState.READY:
            text.append(say("Press Send to start."))
        return Details(
            title=node.text(0), text=" ".join(text), icon=ICONS[state], tone=_title_tone(state), can_copy=True
        )
    why = _commonest_reason(node, loud)
    return Details(
        title=problem_title(loud, node.counts[loud], peer),
        text="\n".join(line for line in (why, " ".join(text)) if line),
        icon=ICONS[loud],
        tone=Tone.BAD,
        can_copy=True,
    )


def _counts_text(node: GroupNode) -> str:
    states = (ItemState.STORED, ItemState.WARNING, ItemState.SENDING, ItemState.WAITING, *PROBLEMS)
    counted = [
        f"{state_word(state)} {wording.count_text(node.counts[state])}" for state in states if node.counts[state]
    ]
    whole = say("{instances}, {size}").format(
        instances=wording.instances_text(node.total), size=human.size_text(node.size_bytes)
    )
    return f"{whole}: {', '.join(counted)}." if len(counted) > 1 else f"{whole}."


def results_below(node: Node) -> Iterator[tuple[StudyNode, int, ItemState, Result]]:
    """Return study, number, state and result of the instances at or below a row, as far as they are known."""
    match node:
        case InstanceNode():
            yield node.study, node.number, node.state, node.result
        case SeriesNode():
            yield from _results(node.study, node.numbers)
        case StudyNode():
            yield from _results(node, range(len(node.states)))


def _results(study: StudyNode, numbers: Iterable[int]) -> Iterator[tuple[StudyNode, int, ItemState, Result]]:
    for number in numbers:
        yield study, number, study.state_of(number), study.results.get(number, NO_RESULT)


def _commonest_reason(node: Node, state: ItemState) -> str:
    seen: Counter[str] = Counter()
    examples: dict[str, Result] = {}
    for _, _, found, result in islice(results_below(node), MOST_LOOKED_AT):
        if found is state:
            seen[result.reason] += 1
            examples.setdefault(result.reason, result)
    if not seen:
        return ""
    reason, _ = seen.most_common(1)[0]
    more = len(seen) - 1
    others = wording.plural(more, say("({count} more reason)"), say("({count} more reasons)")) if more else ""
    return f"{_reason_text(examples[reason])} {others}".rstrip()


def _reason_text(result: Result) -> str:
    """Return what the peer or this program said; the reason for a status has what to do about it."""
    reason = human.printable(result.reason).strip()
    reason = wording.sentence(reason) if result.status or not reason else wording.explained(reason)
    status = say("Status {status}.").format(status=wording.status_code_text(result.status)) if result.status else ""
    return " ".join(part for part in (reason, status) if part)


def _describe_skipped(node: SkippedGroupNode) -> Details:
    reasons = Counter(skipped.reason for skipped in node.inputs)
    kinds = [f"{reason} ({wording.count_text(count)})" for reason, count in reasons.most_common(3)]
    return Details(
        title=wording.plural(node.count, say("{count} file is not sent"), say("{count} files are not sent")),
        text=say("They were found among what you added. Open the row to see each one.") + "\n" + "; ".join(kinds),
        icon="skipped",
        can_copy=True,
    )


def may_need_decompression(node: Node) -> bool:
    """Whether something at or below a row was not sent and is compressed with loss, as far as that is known."""
    return any(
        state is ItemState.NOT_SENT and study.is_loaded and _is_lossy(study.found[number].header.transfer_syntax_uid)
        for study, number, state, _ in islice(results_below(node), MOST_LOOKED_AT)
    )


def _is_lossy(transfer_syntax_uid: str) -> bool:
    found = find_transfer_syntax(transfer_syntax_uid)
    return found is not None and found.compression is Compression.LOSSY


def describe_progress(progress: Progress, peers: Mapping[str, int]) -> Details:
    """Return what is told while something is being sent; ``peers`` are those it goes to, with their associations."""
    named = ", ".join(human.printable(peer_word(peer)) for peer in peers)
    if not progress.items_total:
        return Details(
            title=say("Getting ready to send to {peer}…").format(peer=named), icon="sending", tone=Tone.ACTIVE
        )
    parts = [
        say("{done} of {total}").format(
            done=human.size_text(progress.bytes_done), total=human.size_text(progress.bytes_total)
        ),
        human.rate_text(progress.bytes_per_s),
    ]
    if progress.seconds_left is not None:
        parts.append(say("about {time} left").format(time=human.duration_text(progress.seconds_left)))
    if progress.associations > 1:
        parts.append(say("{count} associations").format(count=progress.associations))
    title = say("Sending to {peer}: {done} of {total}").format(
        peer=named, done=wording.count_text(progress.items_done), total=wording.instances_text(progress.items_total)
    )
    return Details(
        title=title,
        text="   ".join(parts),
        icon="sending",
        tone=Tone.ACTIVE,
        progress=progress.bytes_done / progress.bytes_total if progress.bytes_total else None,
    )


def describe_retries(studies: Sequence[StudyNode]) -> Details:
    """Return what is told while nothing is sent, and something waits for its next try."""
    first = min(studies, key=lambda study: study.next_try_at.timestamp() if study.next_try_at else float("inf"))
    peers = ", ".join(dict.fromkeys(human.printable(peer_word(study.peer)) for study in studies))
    return Details(
        title=f"{first.state_text()}: {peers}",
        text="\n".join(
            (
                _why(first.reason),
                wording.plural(len(studies), say("{count} study waits."), say("{count} studies wait.")),
            )
        ),
        icon="retry",
        tone=Tone.WARNING,
    )


def describe_held(held: Sequence[StudyNode], studies: Sequence[StudyNode]) -> Details:
    """Return what is told while nothing is sent, and something is paused, or waits for its hours: ``studies``."""
    if not studies:
        words = wording.plural(len(held), say("{count} study is paused"), say("{count} studies are paused"))
        return Details(title=words, text=say("Press Go on when they shall go."), icon="pause")
    first = min(studies, key=lambda study: study.next_try_at.timestamp() if study.next_try_at else float("inf"))
    count = wording.plural(len(studies), say("{count} study waits."), say("{count} studies wait."))
    reason = _why(first.reason)
    return Details(title=first.state_text(), text=f"{reason} {count}".strip(), icon=ICONS[ItemState.WAITING])


def describe_result(
    counts: Mapping[ItemOutcome, int], failure: "RunEnded | None", peer: str, *, is_held: bool
) -> Details:
    """Return what is told when nothing is under way any more; ``failure`` is why a run could not go on."""
    peer = human.printable(peer_word(peer))
    stored = counts.get(ItemOutcome.STORED, 0) + counts.get(ItemOutcome.WARNING, 0)
    problems = sum(counts.values()) - stored
    if is_held:
        return Details(
            title=say("Paused. {instances} stored by {peer}").format(
                instances=wording.instances_text(stored), peer=peer
            ),
            text=say("What was not sent waits in the list. Press Go on when it shall go."),
            icon="pause",
        )
    if failure is not None and not stored:
        why = _why(failure.reason)
        advice = failure.advice or say("Check host, port and AE titles with Echo, then send again.")
        return Details(
            title=say("Nothing more could be sent to {peer}").format(peer=peer),
            text=f"{why} {advice}" if why == wording.sentence(human.printable(failure.reason)) else why,
            icon="failed",
            tone=Tone.BAD,
            can_copy=True,
        )
    if problems:
        return Details(
            title=say("{stored} stored by {peer}, {count} not").format(
                stored=wording.instances_text(stored), peer=peer, count=wording.count_text(problems)
            ),
            text=say("Select a row marked in red to see why, and what to do about it."),
            icon="warning",
            tone=Tone.BAD,
            can_copy=True,
        )
    return Details(
        title=say("All {instances} stored by {peer}").format(instances=wording.instances_text(stored), peer=peer),
        text=say("The peer confirmed each one."),
        icon="stored",
        tone=Tone.GOOD,
        can_copy=True,
    )


def _title_tone(state: ItemState) -> Tone:
    return TONES[state] if state in {ItemState.STORED, ItemState.WARNING, *PROBLEMS} else Tone.PLAIN


def describe_echo(result: "EchoResult", peer: str) -> Details:
    """Return what is told of an echo that is over."""
    if result.outcome is JobOutcome.COMPLETED:
        times = [
            say("Echo answered in {time}.").format(time=wording.elapsed_text(result.round_trip_s or 0.0)),
            say("Connecting and negotiating took {time}.").format(
                time=wording.elapsed_text(result.association_s or 0.0)
            ),
        ]
        return Details(
            title=say("{peer} answered").format(peer=peer), text=" ".join(times), icon="stored", tone=Tone.GOOD
        )
    pattern = say("{peer} answered, but not with Success") if result.status else say("{peer} did not answer the echo")
    return Details(
        title=pattern.format(peer=peer),
        text=f"{wording.sentence(result.text)}\n{result.advice}".strip(),
        icon="failed",
        tone=Tone.BAD,
        can_copy=True,
    )


def describe_echo_failure(error: DicomdeskError, peer: str) -> Details:
    """Return what is told of an echo that could not be begun."""
    return Details(
        title=say("{peer} could not be asked").format(peer=peer),
        text=wording.sentence(str(error)),
        icon="failed",
        tone=Tone.BAD,
        can_copy=True,
    )
