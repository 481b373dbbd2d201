"""Texts of the details strip of the Send view: what happened, why, what to do."""

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.transfer_syntaxes import Compression, find_transfer_syntax
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui import wording
from dicomdesk.gui.models.send_nodes import GroupNode, InstanceNode, SkippedGroupNode, SkippedNode, StudyNode
from dicomdesk.gui.models.send_queue import instances_below
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.outline.states import ICONS, PROBLEMS, TONES, ItemState, state_word
from dicomdesk.gui.panels.details import Details
from dicomdesk.gui.theme import Tone

if TYPE_CHECKING:
    from dicomdesk.engine.check.echo import EchoResult

MOST_LOOKED_AT = 20_000
"""Instances that are looked at for reasons: enough for any series, and quick."""


def say(text: str) -> str:
    """Return the text in the user's language."""
    return QCoreApplication.translate("send_details", text)


def describe_node(node: Node, peer: str) -> Details:
    """Return what is told of a row; ``peer`` is the AE title sent to."""
    match node:
        case InstanceNode():
            return _describe_instance(node, peer)
        case GroupNode():
            return _describe_group(node, peer)
        case SkippedGroupNode():
            return _describe_skipped(node)
        case SkippedNode():
            return Details(
                title=say("Not sent: {reason}").format(reason=node.reason),
                text=node.path,
                icon="skipped",
                can_copy=True,
            )
        case _:
            return Details(title="")


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
    lines = [_reason_text(node), ", ".join(facts), human.printable(node.header.sop_instance_uid)]
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
        if state is ItemState.WAITING:
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


def _commonest_reason(node: Node, state: ItemState) -> str:
    seen: Counter[str] = Counter()
    examples: dict[str, InstanceNode] = {}
    for instance in instances_below(node)[:MOST_LOOKED_AT]:
        if instance.state is state:
            seen[instance.reason] += 1
            examples.setdefault(instance.reason, instance)
    if not seen:
        return ""
    reason, _ = seen.most_common(1)[0]
    more = len(seen) - 1
    others = wording.plural(more, say("({count} more reason)"), say("({count} more reasons)")) if more else ""
    return f"{_reason_text(examples[reason])} {others}".rstrip()


def _reason_text(node: InstanceNode) -> str:
    """Return what the peer or this program said; the reason for a status has what to do about it."""
    reason = wording.sentence(human.printable(node.reason).strip())
    status = say("Status {status}.").format(status=wording.status_code_text(node.status)) if node.status else ""
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
    """Whether something at or below a row was not sent and is compressed with loss."""
    return any(
        instance.state is ItemState.NOT_SENT and _is_lossy(instance.header.transfer_syntax_uid)
        for instance in instances_below(node)[:MOST_LOOKED_AT]
    )


def _is_lossy(transfer_syntax_uid: str) -> bool:
    found = find_transfer_syntax(transfer_syntax_uid)
    return found is not None and found.compression is Compression.LOSSY


def describe_progress(progress: Progress, peer: str, retry_at: datetime | None, retry_reason: str) -> Details:
    """Return what is told of a send job that runs."""
    if retry_at is not None:
        left = max((retry_at - datetime.now(UTC)).total_seconds(), 0)
        return Details(
            title=say("Trying again in {time}").format(time=human.duration_text(left)),
            text=human.printable(retry_reason),
            icon="retry",
            tone=Tone.WARNING,
        )
    if not progress.items_total:
        return Details(
            title=say("Getting ready to send to {peer}…").format(peer=peer), icon="sending", tone=Tone.ACTIVE
        )
    parts = [
        say("{done} of {total}").format(
            done=human.size_text(progress.bytes_done), total=human.size_text(progress.bytes_total)
        ),
        human.rate_text(progress.bytes_per_s),
    ]
    if progress.seconds_left is not None:
        parts.append(say("about {time} left").format(time=human.duration_text(progress.seconds_left)))
    title = say("Sending to {peer}: {done} of {total}").format(
        peer=peer, done=wording.count_text(progress.items_done), total=wording.instances_text(progress.items_total)
    )
    return Details(
        title=title,
        text="   ".join(parts),
        icon="sending",
        tone=Tone.ACTIVE,
        progress=progress.bytes_done / progress.bytes_total if progress.bytes_total else None,
    )


def describe_result(
    counts: dict[ItemOutcome, int], error: DicomdeskError | None, peer: str, *, is_cancelled: bool
) -> Details:
    """Return what is told of a send job that is over; ``error`` where it ended early."""
    stored = counts.get(ItemOutcome.STORED, 0) + counts.get(ItemOutcome.WARNING, 0)
    problems = sum(counts.values()) - stored
    if is_cancelled:
        return Details(
            title=say("Stopped. {instances} stored by {peer}").format(
                instances=wording.instances_text(stored), peer=peer
            ),
            text=say("What was not sent waits in the list. Press Send to go on."),
            icon="stop",
        )
    if error is not None:
        advice = getattr(error, "advice", "") or say("Check host, port and AE titles with Echo, then send again.")
        return Details(
            title=say("Nothing more could be sent to {peer}").format(peer=peer),
            text=f"{wording.sentence(str(error))} {advice}",
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
