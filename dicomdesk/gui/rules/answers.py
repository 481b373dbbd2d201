"""Dialogs that answer: what rules would do with what is here, and what a rule has done."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QWidget

from dicomdesk.engine.routing.route_book import Doing
from dicomdesk.engine.routing.trial import MOST_FILES, Trial, TrialLine, TrialStudy
from dicomdesk.engine.rules.deciding import Verdict
from dicomdesk.gui import wording
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.layouts import DIALOG_MARGINS, column_of, resize_on_screen, row_of
from dicomdesk.gui.outline.model import Column, Mark, Node, OutlineModel, Part, Weight, joined
from dicomdesk.gui.outline.view import OutlineView
from dicomdesk.gui.panels.heading import PlainLabel
from dicomdesk.gui.theme import MARGIN, Theme, Tone
from dicomdesk.human import printable

__all__ = ["AnswerDialog", "history_nodes", "trial_nodes", "trial_summary"]

_SIZE = (880, 520)
_MOST_UNUSABLE = 100


def _say(text: str) -> str:
    return QCoreApplication.translate("rule_answers", text)


class _Row(Node):
    """A row of words, perhaps with rows below it."""

    __slots__ = ("_mark", "_parts", "_word")
    opens = True

    def __init__(self, parts: Sequence[Part], word: str = "", mark: Mark | None = None) -> None:
        super().__init__()
        self._parts = tuple(parts)
        self._word = word
        self._mark = mark

    def text(self, column: int) -> str:
        return joined(self._parts) if column == 0 else self._word

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return self._parts if column == 0 else None

    def mark(self, column: int) -> Mark | None:
        return self._mark if column == 1 else None

    def tip(self, column: int) -> str:
        return self.text(column)


def trial_nodes(trial: Trial) -> list[Node]:
    """Return the rows for what would become of files: a study with what each rule does with it below."""
    nodes: list[Node] = [_study_row(study) for study in trial.studies]
    nodes += [
        _Row(
            [Part(printable(path)), Part(printable(reason), Weight.QUIET)],
            mark=Mark("skipped", _say("No instance"), Tone.QUIET),
        )
        for path, reason in trial.unusable[:_MOST_UNUSABLE]
    ]
    return nodes


def trial_summary(trial: Trial) -> str:
    """Say in a sentence what would become of files."""
    goes = sum(any(line.verdict is Verdict.SENT for line in study.lines) for study in trial.studies)
    text = _say("{goes} of {count} would go somewhere. Nothing is sent by this.").format(
        goes=wording.count_text(goes),
        count=wording.plural(len(trial.studies), _say("{count} study"), _say("{count} studies")),
    )
    if trial.is_cut:
        text += " " + _say("Only the first {count} files were looked at.").format(count=wording.count_text(MOST_FILES))
    return text


def history_nodes(doings: Sequence[Doing]) -> list[Node]:
    """Return the rows for what a rule has done."""
    return [_Row([Part(printable(doing.text))], f"{doing.at.astimezone():%d %b %Y %H:%M:%S}") for doing in doings]


def _study_row(study: TrialStudy) -> Node:
    count = wording.plural(study.instances, _say("{count} instance"), _say("{count} instances"))
    goes = any(line.verdict is Verdict.SENT for line in study.lines)
    mark = Mark("send", _say("Goes"), Tone.GOOD) if goes else Mark("skipped", _say("Goes nowhere"), Tone.WARNING)
    title = study.description or printable(study.study_instance_uid)
    row = _Row(
        [Part(title, Weight.STRONG), Part(count), Part(printable(study.study_instance_uid), Weight.QUIET)], "", mark
    )
    for line in study.lines:
        below = _line_row(line)
        below.parent, below.row = row, len(row.children)
        row.children.append(below)
    return row


def _line_row(line: TrialLine) -> Node:
    name = Part(printable(line.rule), Weight.STRONG)
    if line.verdict is not Verdict.SENT:
        return _Row([name, Part(line.reason)], mark=Mark("skipped", _say("No"), Tone.QUIET))
    count = wording.plural(line.instances, _say("{count} instance"), _say("{count} instances"))
    text = _say("{count} to {peer}").format(count=count, peer=printable(line.destination))
    parts = [name, Part(text)]
    if line.reason:
        return _Row([*parts, Part(line.reason)], mark=Mark("warning", _say("Waits"), Tone.WARNING))
    return _Row(parts, mark=Mark("send", _say("Yes"), Tone.GOOD))


class AnswerDialog(QDialog):
    """Shows rows below a sentence."""

    def __init__(
        self, theme: Theme, title: str, nodes: Sequence[Node], sentence: str, column: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        resize_on_screen(self, *_SIZE)
        self.sentence = PlainLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setText(sentence)
        self.model = OutlineModel((Column(title=title, width=520), Column(title=column, width=190)), self)
        self.view = OutlineView(theme, self.model)
        self.view.setAccessibleName(title)
        self.model.replace(list(nodes))
        self.view.expandAll()
        close = plain_button(theme, self.tr("&Close"), "close", self.reject)
        column_of(self.sentence, (self.view, 1), row_of(1, close), inside=self, margins=DIALOG_MARGINS, spacing=MARGIN)
