"""The rules of the window and their file: read once, written after each change."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from dicomdesk.engine.rules.rule import Rule, RuleSet
from dicomdesk.errors import SettingsError
from dicomdesk.gui.tasks import Tasks
from dicomdesk.human import error_text

__all__ = ["RuleStore"]


class RuleStore(QObject):
    """Keeps the rules that hold now. For the Qt thread.

    A file that cannot be understood is left as it is: nothing can be changed until it is mended and read again.
    """

    changed = Signal()
    failed = Signal(str)
    """Rules could not be changed or written, a sentence."""

    def __init__(self, tasks: Tasks, received_folder: Callable[[], str] = str) -> None:
        """``received_folder`` says where instances are received; "" for nowhere."""
        super().__init__()
        self._received_folder = received_folder
        self.rules = RuleSet()
        self.problem = ""
        """Why the file cannot be used; "" where it can."""
        self.path: Path | None = None
        """None keeps nothing."""
        self.is_reading = False
        """Whether the file is being read: what is changed meanwhile would be lost."""
        self._tasks = tasks
        self._turn = asyncio.Lock()

    def read(self) -> None:
        """Read the file, some time soon; where there is none there are no rules."""
        if self.path is not None and not self.is_reading:
            self.is_reading = True
            self._tasks.start(self._read(self.path))

    async def _read(self, path: Path) -> None:
        from dicomdesk.engine.rules.rules_file import load_rules  # noqa: PLC0415 - the window is painted before

        try:
            self.rules, self.problem = await self._tasks.run(load_rules, path), ""
        except FileNotFoundError:
            self.rules, self.problem = RuleSet(), ""
        except SettingsError as error:
            self.problem = str(error)
        finally:
            self.is_reading = False
        self.changed.emit()

    def put(self, rule: Rule, in_place_of: str = "") -> None:
        """Add a rule at the end, or in the place of the one of a name."""
        rules = list(self.rules.rules)
        known = self.rules.find(in_place_of) if in_place_of else None
        if known is None:
            rules.append(rule)
        else:
            rules[rules.index(known)] = rule
        self._take(rules)

    def remove(self, name: str) -> None:
        """Take a rule away."""
        self._take([rule for rule in self.rules.rules if rule.key != name.casefold()])

    def switch(self, name: str) -> None:
        """Turn a rule on or off."""
        self._take(
            [replace(rule, is_on=not rule.is_on) if rule.key == name.casefold() else rule for rule in self.rules.rules]
        )

    def move(self, name: str, steps: int) -> None:
        """Move a rule up (negative) or down, as far as that goes."""
        rules = list(self.rules.rules)
        known = self.rules.find(name)
        if known is not None:
            place = rules.index(known)
            rules.insert(max(0, min(len(rules) - 1, place + steps)), rules.pop(place))
            self._take(rules)

    def free_name(self, wanted: str) -> str:
        """Return a name that no rule has: the one wanted, or with a number behind it."""
        name, number = wanted, 1
        while self.rules.find(name) is not None:
            number += 1
            name = f"{wanted} ({number})"
        return name

    def _take(self, rules: Sequence[Rule]) -> None:
        if self.problem or self.is_reading or tuple(rules) == self.rules.rules:
            return
        from dicomdesk.engine.rules.rules_file import (  # noqa: PLC0415 - the window is painted before
            find_overlap,
            find_reception,
        )

        new = [rule for rule in rules if rule not in self.rules.rules]
        if overlap := find_overlap(rules) or find_reception(new, os.path.expanduser(self._received_folder())):
            self.failed.emit(self.tr("Nothing was changed: {problem}.").format(problem=overlap))
            return
        self.rules = replace(self.rules, rules=tuple(rules))
        self.changed.emit()
        if self.path is not None:
            self._tasks.start(self._save(self.path))

    async def _save(self, path: Path) -> None:
        from dicomdesk.engine.rules.rules_file import save_rules  # noqa: PLC0415 - as above

        async with self._turn:  # one after the other, so that the last change stays
            try:
                await self._tasks.run(save_rules, path, self.rules)
            except OSError as error:
                self.failed.emit(self.tr("The rules cannot be kept: {error}").format(error=error_text(error)))
