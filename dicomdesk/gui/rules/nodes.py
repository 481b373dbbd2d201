"""Rows of the Rules view."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from dicomdesk.engine.rules.rule import Rule, RuleSet, describe_rule
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, OutlineModel, Part, Weight, joined
from dicomdesk.gui.theme import Tone

if TYPE_CHECKING:
    from dicomdesk.engine.routing.route_book import LastDone

__all__ = ["LAST", "NIGHT", "NUMBER", "RULE", "STATE", "TODAY", "RuleRow", "RuleRows", "rule_columns"]

NUMBER, RULE, STATE, LAST, TODAY = range(5)
NIGHT = "20:00-06:00"
"""Hours that a rule for nights begins with."""


def _say(text: str) -> str:
    return QCoreApplication.translate("rule_rows", text)


def rule_columns() -> tuple[Column, ...]:
    """Return the columns, in the order of their numbers."""
    return (
        Column(title=_say("Order"), width=64),
        Column(title=_say("Rule"), width=360),
        Column(title=_say("State"), width=150),
        Column(title=_say("Last action"), width=260, yields=1),
        Column(title=_say("Today"), width=110, is_number=True),
    )


class RuleRow(Node):
    """A rule."""

    __slots__ = ("last", "number", "rule", "sentence", "trouble")

    def __init__(self, rule: Rule, number: int) -> None:
        super().__init__()
        self.rule = rule
        self.number = number
        self.sentence = describe_rule(rule)
        self.last: LastDone | None = None
        self.trouble = ""

    def text(self, column: int) -> str:
        texts = {
            NUMBER: str(self.number),
            RULE: joined(self.parts(RULE) or ()),
            STATE: self.state_mark().word,
            LAST: self._last_text(),
            TODAY: self._today_text(),
        }
        return texts[column]

    def sort_value(self, column: int) -> str | float:
        if column == NUMBER:
            return float(self.number)
        if column == TODAY:
            return float(self._today())
        if column == LAST:
            return self.last.at.timestamp() if self.last is not None else 0.0
        return self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != RULE:
            return None
        weight = Weight.STRONG if self.rule.is_on else Weight.QUIET
        return (Part(self.rule.name, weight), Part(self.sentence, Weight.QUIET))

    def mark(self, column: int) -> Mark | None:
        return self.state_mark() if column == STATE else None

    def tip(self, column: int) -> str:
        if column == RULE:
            return "\n".join(part for part in (self.sentence, self.rule.notes) if part)
        if column == STATE:
            return self.trouble
        return self.text(column) if column == LAST else ""

    def state_mark(self) -> Mark:
        """Return what the rule is at."""
        if not self.rule.is_on:
            return Mark("skipped", _say("Off"), Tone.QUIET)
        if self.trouble:
            return Mark("warning", _say("Needs attention"), Tone.WARNING)
        now = datetime.now().astimezone()
        if not self.rule.schedule.is_open(now):
            opening = self.rule.schedule.next_opening(now)
            when = f"{opening:%H:%M}" if (opening - now).days < 1 else f"{opening:%a %H:%M}"
            return Mark("waiting", _say("Sends at {time}").format(time=when), Tone.QUIET)
        return Mark("stored", _say("On"), Tone.GOOD)

    def _last_text(self) -> str:
        if self.last is None:
            return _say("nothing yet")
        is_today = self.last.at.date() == datetime.now().astimezone().date()
        at = f"{self.last.at:%H:%M}" if is_today else f"{self.last.at:%d %b %H:%M}"
        return f"{at}  {self.last.text}"

    def _today(self) -> int:
        is_today = self.last is not None and self.last.at.date() == datetime.now().astimezone().date()
        return self.last.instances if self.last is not None and is_today else 0

    def _today_text(self) -> str:
        return wording.count_text(self._today())


class RuleRows:
    """The rows of all rules, in their order."""

    def __init__(self, model: OutlineModel) -> None:
        self._model = model
        self.rows: dict[str, RuleRow] = {}
        """By the keys of rules."""

    def show(self, rules: RuleSet) -> None:
        """Show these rules."""
        known = self.rows
        self.rows = {}
        for number, rule in enumerate(rules.rules, 1):
            row = RuleRow(rule, number)
            if rule.key in known:
                row.last, row.trouble = known[rule.key].last, known[rule.key].trouble
            self.rows[rule.key] = row
        self._model.replace(list(self.rows.values()))

    def show_last(self, last: "Mapping[str, LastDone | None]") -> None:
        """Show what rules did last, by their keys."""
        for key, done in last.items():
            row = self.rows.get(key)
            if row is not None and row.last != done:
                row.last = done
                self._model.touch(row)

    def show_trouble(self, trouble: Mapping[str, str]) -> None:
        """Show what keeps rules from their work, by their keys; "" for nothing."""
        for key, row in self.rows.items():
            text = trouble.get(key, "")
            if row.trouble != text:
                row.trouble = text
                self._model.touch(row)
