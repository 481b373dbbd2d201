"""Conditions of a rule as rows: what, is or is not, and a list of patterns."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.engine.rules.conditions import (
    SENDER_SUBJECTS,
    SUBJECTS,
    Condition,
    Criterion,
    Group,
    check_pattern,
    find_subject,
)
from dicomdesk.errors import SettingsError
from dicomdesk.gui.controls.buttons import plain_button
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.fields import Field
from dicomdesk.gui.controls.form import quiet_label
from dicomdesk.gui.entries.checks import split_list
from dicomdesk.gui.layouts import column_of, row_of
from dicomdesk.gui.theme import GRID, Theme

__all__ = ["ConditionEditor"]

_NAMES = tuple(SUBJECTS)
_OTHER = len(_NAMES)
"""Of the choice: an attribute by its keyword or tag."""
_SUBJECT_WIDTH = 170
_IS_WIDTH = 84


class _Line(QWidget):
    """One condition."""

    changed = Signal()

    def __init__(self, theme: Theme, criterion: Criterion | None, remove: "Callable[[_Line], None]") -> None:
        super().__init__()
        words = [subject.words[:1].upper() + subject.words[1:] for subject in SUBJECTS.values()]
        self.subject = Combo(theme, [*words, self.tr("Other attribute…")])
        self.subject.setAccessibleName(self.tr("What"))
        self.subject.setFixedWidth(_SUBJECT_WIDTH)
        self.attribute = Field(self.tr("Keyword or tag"), self._attribute_problem, hint=self.tr("keyword or tag"))
        self.verb = Combo(theme, [self.tr("is"), self.tr("is not")])
        self.verb.setAccessibleName(self.tr("Is or is not"))
        self.verb.setFixedWidth(_IS_WIDTH)
        self.patterns = Field(
            self.tr("Values, separated by commas; * and ? stand for anything"),
            self._patterns_problem,
            hint=self.tr("CT, MR, *chest*"),
        )
        self.remove_button = plain_button(theme, "", "remove", lambda: remove(self), self.tr("Remove this condition"))
        row_of(self.subject, (self.attribute, 1), self.verb, (self.patterns, 2), self.remove_button, inside=self)
        self._show(criterion)
        for signal in (self.subject.currentIndexChanged, self.verb.currentIndexChanged):
            signal.connect(self._on_changed)
        for field in (self.attribute, self.patterns):
            field.checked.connect(self.changed)

    def insist(self) -> bool:
        """Whether it is well; what is not takes the focus."""
        return (self.attribute.isHidden() or self.attribute.insist()) and self.patterns.insist()

    def criterion(self) -> Criterion | None:
        """The condition as entered; None where it is not well."""
        subject = find_subject(self._subject_name())
        patterns = split_list(self.patterns.text())
        if subject is None or not patterns or self._patterns_problem(self.patterns.text()):
            return None
        return Criterion(subject=subject, patterns=patterns, is_negated=self.verb.currentIndex() == 1)

    def is_of_sender(self) -> bool:
        """Whether it is about who has sent something."""
        return self._subject_name() in SENDER_SUBJECTS

    def _subject_name(self) -> str:
        number = self.subject.currentIndex()
        return self.attribute.value() if number == _OTHER else _NAMES[number]

    def _show(self, criterion: Criterion | None) -> None:
        name = "modality" if criterion is None else criterion.subject.name
        is_named = name in _NAMES
        self.subject.setCurrentIndex(_NAMES.index(name) if is_named else _OTHER)
        self.attribute.setText("" if is_named else name)
        self.attribute.setVisible(not is_named)
        if criterion is not None:
            self.verb.setCurrentIndex(int(criterion.is_negated))
            self.patterns.setText(", ".join(criterion.patterns))

    def _on_changed(self) -> None:
        self.attribute.setVisible(self.subject.currentIndex() == _OTHER)
        self.changed.emit()

    def _attribute_problem(self, text: str) -> str:
        if find_subject(text.strip()) is None:
            return self.tr("It is the keyword of an attribute, such as ProtocolName, or a tag such as 0018,1030.")
        return ""

    def _patterns_problem(self, text: str) -> str:
        patterns = split_list(text)
        if not patterns:
            return self.tr("A value is needed, such as CT.")
        subject = find_subject(self._subject_name())
        if subject is None:
            return ""
        try:
            for pattern in patterns:
                check_pattern(subject, pattern)
        except SettingsError as error:
            return f"{str(error)[:1].upper()}{str(error)[1:]}."
        return ""


class ConditionEditor(QWidget):
    """All conditions of a rule. Those that stand within one another are shown as words, and kept as they are."""

    changed = Signal()

    def __init__(self, theme: Theme, condition: Condition) -> None:
        super().__init__()
        self._theme = theme
        self._kept = condition if not _is_flat(condition) else None
        self.lines: list[_Line] = []
        self.joint = Combo(theme, [self.tr("all of these"), self.tr("any of these")])
        self.joint.setAccessibleName(self.tr("All or any of the conditions"))
        self.add_button = plain_button(theme, self.tr("Add &condition"), "add", self._on_add)
        self._column = column_of(spacing=GRID)
        self._nothing = quiet_label(self.tr("Everything matches."))
        kept = quiet_label(self.tr("{text}. These conditions can be changed in the file.").format(text=condition))
        kept.setVisible(self._kept is not None)
        foot = row_of(self.add_button, self.joint, 1)
        column_of(self._column, self._nothing, kept, foot, inside=self, spacing=GRID)
        if self._kept is None:
            for member in _members(condition):
                self._add(member)
            self.joint.setCurrentIndex(int(isinstance(condition, Group) and condition.takes_any))
        self.joint.currentIndexChanged.connect(lambda _number: self.changed.emit())
        self._show()

    def condition(self) -> Condition:
        """The conditions as entered, as far as they are well."""
        if self._kept is not None:
            return self._kept
        found = [line.criterion() for line in self.lines]
        members = tuple(criterion for criterion in found if criterion is not None)
        return Group(members=members, takes_any=self.joint.currentIndex() == 1 and bool(members))

    def insist(self) -> bool:
        """Whether all are well; the first that is not takes the focus."""
        return all(line.insist() for line in self.lines)

    def asks_for_sender(self) -> bool:
        """Whether one is about who has sent something, which files in a folder do not tell."""
        return any(line.is_of_sender() for line in self.lines)

    def _on_add(self) -> None:
        self._add(None).patterns.setFocus()
        self.changed.emit()

    def _add(self, criterion: Criterion | None) -> _Line:
        line = _Line(self._theme, criterion, self._on_remove)
        line.changed.connect(self.changed)
        self.lines.append(line)
        self._column.addWidget(line)
        self._show()
        return line

    def _on_remove(self, line: _Line) -> None:
        self.lines.remove(line)
        line.hide()
        line.deleteLater()
        self._show()
        self.add_button.setFocus()
        self.changed.emit()

    def _show(self) -> None:
        is_kept = self._kept is not None
        self._nothing.setVisible(not self.lines and not is_kept)
        self.joint.setVisible(len(self.lines) > 1)
        self.add_button.setVisible(not is_kept)


def _is_flat(condition: Condition) -> bool:
    if isinstance(condition, Criterion):
        return True
    return not condition.is_negated and all(isinstance(member, Criterion) for member in condition.members)


def _members(condition: Condition) -> tuple[Criterion, ...]:
    if isinstance(condition, Criterion):
        return (condition,)
    return tuple(member for member in condition.members if isinstance(member, Criterion))
