"""What is said of a list below its lines: before it begins, while it is worked off, and at its end."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication

from dicomdesk.engine.lists.results import LineState, summary_text
from dicomdesk.gui import wording
from dicomdesk.gui.lists.flow import ListFlow
from dicomdesk.gui.lists.line_nodes import LineColumn, LineNode, state_mark
from dicomdesk.gui.panels.details import Action, Details
from dicomdesk.gui.theme import Tone
from dicomdesk.human import printable, rate_text, size_text

__all__ = ["PROBLEMS", "WELL", "about_text", "tell"]

WELL = (LineState.FOUND, LineState.FETCHED)
PROBLEMS = (LineState.AMBIGUOUS, LineState.NOT_FOUND, LineState.INCOMPLETE, LineState.FAILED)
_MOST_WARNINGS = 4
_MINUTE_S, _HOUR_S = 60, 3600


def _say(text: str) -> str:
    return QCoreApplication.translate("lists", text)


def tell(flow: ListFlow, node: LineNode | None, fill: Callable[[], None]) -> Details:
    """Say where the list is, or what has come of the line that is selected; ``fill`` puts lost zeros back."""
    if node is not None and not node.is_open:
        return _of_line(flow, node)
    if flow.is_running:
        return _running(flow)
    summary = summary_text(flow.counts()) if flow.nodes else ""
    if flow.error:
        title = _say("The list was not worked through") if flow.is_over or flow.done else ""
        text = "\n".join(filter(None, (wording.sentence(flow.error), summary)))
        title = title or _say("This is no list that can be used")
        return Details(title=title, text=text, icon="failed", tone=Tone.BAD, can_copy=True)
    if not flow.done:
        return _preview(flow, fill)
    counts = flow.counts()
    icon, tone = ("warning", Tone.WARNING) if any(counts[state] for state in PROBLEMS) else ("stored", Tone.GOOD)
    text = _say("It can be taken up again, also after the window was closed.") if counts[LineState.WAITING] else ""
    return Details(title=summary, text=text, icon=icon, tone=tone)


def _preview(flow: ListFlow, fill: Callable[[], None]) -> Details:
    entries = flow.entries
    askable = entries.askable if entries is not None else len(flow.nodes)
    count = wording.plural(askable, _say("{count} line to ask for"), _say("{count} lines to ask for"))
    if entries is None:
        return Details(title=count, icon="info")
    title = f"{count}: {entries.columns.text}"
    lines = [wording.sentence(printable(warning)) for warning in entries.warnings[:_MOST_WARNINGS]]
    if not lines:
        return Details(title=title, icon="info")
    word = _say("Fill up to {count} digits").format(count=entries.lost_zeros_to)
    actions: Sequence[Action] = (Action(word=word, run=fill),) if entries.lost_zeros_to else ()
    return Details(title=title, text=" ".join(lines), icon="warning", tone=Tone.WARNING, actions=actions)


def _running(flow: ListFlow) -> Details:
    summary = summary_text(flow.counts())
    if flow.is_stopping:
        text = "\n".join(filter(None, (_say("The peer is told to end what is under way."), summary)))
        return Details(title=_say("Stopping…"), text=text, icon="stop", tone=Tone.ACTIVE, progress=_share(flow))
    if flow.waiting_for:
        lines = (flow.waiting_reason and wording.sentence(printable(flow.waiting_reason)), summary, _figures(flow))
        title = printable(flow.waiting_for)
        text = "\n".join(filter(None, lines))
        return Details(title=title, text=text, icon="waiting", tone=Tone.ACTIVE, progress=_share(flow))
    return Details(title=summary, text=_figures(flow), icon="receiving", tone=Tone.ACTIVE, progress=_share(flow))


def _figures(flow: ListFlow) -> str:
    """What has come, and, unless it waits, how fast and for how long still."""
    done, rate = flow.fetched()
    parts = [_say("{size} fetched").format(size=size_text(done))] if done else []
    if not flow.waiting_for:
        parts += [rate_text(rate)] if done else []
        left_s = flow.seconds_left()
        parts += [about_text(left_s)] if left_s is not None else []
    return ", ".join(parts)


def _of_line(flow: ListFlow, node: LineNode) -> Details:
    mark = state_mark(node.result.state)
    title = _say("Line {line}, {value}: {state}").format(
        line=node.text(LineColumn.LINE), value=node.text(LineColumn.VALUE), state=mark.word
    )
    lines = (wording.sentence(node.text(LineColumn.REASON)), "  ".join(node.result.uids))
    text = "\n".join(filter(None, lines))
    return Details(title=title, text=text, icon=mark.icon, tone=mark.tone, can_copy=True, progress=_share(flow))


def _share(flow: ListFlow) -> float | None:
    return flow.done / max(len(flow.nodes), 1) if flow.is_running else None


def about_text(seconds: float) -> str:
    """How long it will take, as nearly as anybody can know."""
    if seconds < 1.5 * _MINUTE_S:
        return _say("about a minute left")
    if seconds < 1.5 * _HOUR_S:
        return _say("about {count} minutes left").format(count=round(seconds / _MINUTE_S))
    return _say("about {count} hours left").format(count=round(seconds / _HOUR_S))
