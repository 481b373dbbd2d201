"""What is said of a retrieve: title, figures, causes in the engine's own words, and a report to copy."""

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.retrieve.diagnosis.causes import Diagnosis
from dicomdesk.engine.retrieve.diagnosis.report import report_lines
from dicomdesk.gui import wording
from dicomdesk.gui.outline.states import TONES
from dicomdesk.gui.retrieve.job_nodes import ITEM_STATES, JobNode, Stage, title_of, way_of
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass

_MOST_UIDS = 1000
"""In what is copied; more are counted."""


def _say(text: str) -> str:
    return QCoreApplication.translate("retrieve_words", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a panel says of one retrieve."""

    title: str
    subject: str = ""
    """What it is about; may be long."""
    icon: str = "info"
    tone: Tone = Tone.PLAIN
    lines: tuple[str, ...] = ()
    """Figures, and why this method."""
    diagnoses: tuple[Diagnosis, ...] = ()


def tell(node: JobNode) -> Told:
    """Return what there is to say of a retrieve now."""
    state = ITEM_STATES[node.stage]
    told = (node.note, node.error, figures(node), _pace(node), _growth(node), node.reason, _way(node))
    lines = [line for line in told if line]
    return Told(
        title=node.state_word(),
        subject=title_of(node.errand),
        icon=state.value,
        tone=TONES[state],
        lines=tuple(wording.sentence(wording.capitalised(line)) for line in lines),
        diagnoses=node.outcome.diagnoses if node.outcome is not None else (),
    )


def figures(node: JobNode) -> str:
    """Return announced, reported, arrived, stored and missing, as far as they are known."""
    standing, outcome = node.standing, node.outcome
    reported = standing.reported
    sent = reported.completed + reported.warning
    parts = []
    if node.before:
        parts.append(_say("{count} here before").format(count=wording.count_text(node.before)))
    if standing.announced is not None:
        parts.append(_say("{count} announced").format(count=wording.count_text(standing.announced)))
    if sent or reported.failed or outcome is not None:
        told = _say("{peer} reports {sent} sent").format(peer=node.errand.asked.word, sent=wording.count_text(sent))
        failed = _say(" and {count} failed").format(count=wording.count_text(reported.failed))
        parts.append(told + (failed if reported.failed else ""))
    if standing.arrived is not None:
        parts.append(_say("{count} arrived").format(count=wording.count_text(standing.arrived)))
        parts.append(_say("{count} stored").format(count=wording.count_text(standing.stored or 0)))
    if outcome is not None and standing.arrived is not None and standing.announced is not None:
        parts.append(_say("{count} missing").format(count=wording.count_text(len(outcome.missing))))
    return ", ".join(parts)


def _pace(node: JobNode) -> str:
    """How much has come, how fast, and how long it will take still."""
    if not node.standing.bytes_stored:
        return ""
    parts = [human.size_text(node.standing.bytes_stored)]
    if node.rate > 0:
        parts.append(human.rate_text(node.rate))
    if node.seconds_left is not None and not node.is_over:
        parts.append(_say("{time} left").format(time=human.duration_text(node.seconds_left)))
    return ", ".join(parts)


def _growth(node: JobNode) -> str:
    """Say that there is more than was announced: it is being added to, and may not be complete."""
    announced, stored = node.standing.announced, node.standing.stored
    if node.outcome is None or announced is None or stored is None or stored + node.before <= announced:
        return ""
    return _say(
        "More came than was announced: the study has grown meanwhile. Retrieve again later, to have what is added still"
    )


def _way(node: JobNode) -> str:
    target = node.errand.target
    if not target.is_here:
        return way_of(node.errand)
    return _say("{way} into {folder}").format(way=way_of(node.errand), folder=target.folder)


def report(node: JobNode) -> str:
    """Return all of it as text, for whoever is asked for help."""
    told = tell(node)
    lines = [
        f"{told.title}: {told.subject}",
        *(told.lines if node.outcome is None else (_way(node), *report_lines(node.outcome))),
    ]
    if node.lacking:
        lines += ["", *(f"{one.shown_uid}  {one.word()}" for one in node.lacking[:_MOST_UIDS])]
        if len(node.lacking) > _MOST_UIDS:
            lines.append(_say("and {count} more").format(count=wording.count_text(len(node.lacking) - _MOST_UIDS)))
    return "\n".join(human.printable(line) for line in "\n".join(lines).split("\n"))


def can_retry(node: JobNode) -> bool:
    """Whether fetching what is missing makes sense."""
    return node.stage in {Stage.INCOMPLETE, Stage.FAILED, Stage.CANCELLED}
