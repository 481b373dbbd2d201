"""Book of the problems of all views: a view reports one, and takes it back when it is mended."""

import time
from collections.abc import Hashable, Iterator

from PySide6.QtCore import QObject, Signal

from dicomdesk.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """One thing that asks for attention, as a row of its view."""

    view: str
    """Key of the view; "" for the window itself."""
    row: Hashable
    """What the view knows its row by; see ``View.show_problem``."""
    at: float
    """Seconds since the epoch."""
    title: str
    """What it is about: a study, a peer, an association."""
    words: str
    """What happened, and why, in a sentence."""


class ProblemBook(QObject):
    """All problems, in the order in which they came. For the Qt thread; no call's cost depends on their number."""

    changed = Signal()
    """A problem came, went, or has other words."""
    dismissed = Signal(list)
    """Problems that their user does not want to be told of again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: dict[tuple[str, Hashable], Problem] = {}
        self._shelves: dict[str, ProblemShelf] = {}

    def __len__(self) -> int:
        return len(self._problems)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._problems.values())

    def shelf(self, view: str) -> "ProblemShelf":
        """Return the part of the book that one view writes; the same for each call."""
        return self._shelves.setdefault(view, ProblemShelf(self, view))

    def report(self, problem: Problem) -> None:
        """Take a problem; one of the same row is told anew."""
        key = (problem.view, problem.row)
        known = self._problems.pop(key, None)
        self._problems[key] = problem
        if known is None:
            self.shelf(problem.view).count += 1
        self.changed.emit()

    def mend(self, view: str, row: Hashable) -> None:
        """Forget the problem of a row, where it has one."""
        if self._problems.pop((view, row), None) is not None:
            self.shelf(view).count -= 1
            self.changed.emit()

    def dismiss(self, problem: Problem) -> None:
        """Take a problem off the list, as its user wishes; the row stays as it is, and may report another one."""
        self.mend(problem.view, problem.row)
        self.dismissed.emit([problem])

    def dismiss_all(self) -> None:
        """Take all problems off the list."""
        if self._problems:
            dismissed = list(self._problems.values())
            self._problems.clear()
            for shelf in self._shelves.values():
                shelf.count = 0
            self.changed.emit()
            self.dismissed.emit(dismissed)


class ProblemShelf:
    """The problems of one view, for those who write them: models know neither the book nor their view."""

    def __init__(self, book: ProblemBook, view: str) -> None:
        self._book = book
        self._view = view
        self.count = 0
        """How many there are."""

    def report(self, row: Hashable, title: str, words: str, at: float | None = None) -> None:
        """Say that a row asks for attention; ``at`` is seconds since the epoch, None for now."""
        problem = Problem(view=self._view, row=row, at=time.time() if at is None else at, title=title, words=words)
        self._book.report(problem)

    def mend(self, row: Hashable) -> None:
        """Say that a row is in order, is tried again, or is gone."""
        self._book.mend(self._view, row)


def loose_shelf() -> ProblemShelf:
    """Return a shelf of a book that nobody reads, for a model that stands alone."""
    return ProblemBook().shelf("")
