"""What was given up of the studies of the send queue: one problem for each study and reason, however many instances."""

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import joined
from dicomdesk.gui.outline.states import ItemState, state_word
from dicomdesk.gui.problems.book import ProblemShelf
from dicomdesk.gui.sending.nodes import StudyNode

__all__ = ["MOST_REASONS", "GivenUp"]

MOST_REASONS = 20
"""That are told apart in one study: some peers name the instance in each of theirs."""

_Reason = tuple[ItemState, str | None]
"""How instances ended, and why; None for reasons that are not told apart."""


def _say(text: str) -> str:
    return QCoreApplication.translate("given_up", text)


class GivenUp:
    """Reports what was given up to the list of problems, by errand and first instance. For the Qt thread."""

    def __init__(self, shelf: ProblemShelf) -> None:
        self._shelf = shelf
        self._reasons: dict[StudyNode, dict[_Reason, dict[int, None]]] = {}
        """Numbers by reason, of what was not dismissed."""

    def report(
        self, study: StudyNode, number: int, path: str, state: ItemState, reason: str, at: float | None = None
    ) -> None:
        """An instance was given up; ``at`` is seconds since the epoch, None for now."""
        reasons = self._reasons.setdefault(study, {})
        if number in study.problem_numbers:
            self._take_out(study, number)
        study.problem_numbers[number] = path
        key: _Reason = (state, reason)
        if key not in reasons and len(reasons) >= MOST_REASONS:
            key = (state, None)
        numbers = reasons.setdefault(key, {})
        numbers[number] = None
        self._tell(study, key, numbers, at, reason)

    def mend(self, study: StudyNode) -> None:
        """Nothing of a study asks for attention any more."""
        for numbers in self._reasons.pop(study, {}).values():
            self._shelf.mend(_row(study, numbers))
        study.problem_numbers.clear()

    def dismiss(self, study: StudyNode, first: int) -> list[int]:
        """What is told with an instance was taken off the list; returns the numbers of all that it was about."""
        reasons = self._reasons.get(study, {})
        for key, numbers in reasons.items():
            if next(iter(numbers)) == first:
                del reasons[key]
                return list(numbers)
        return [first]

    def _take_out(self, study: StudyNode, number: int) -> None:
        """An instance that was given up before is told of anew."""
        for key, numbers in list(self._reasons[study].items()):
            if number not in numbers:
                continue
            row = _row(study, numbers)
            del numbers[number]
            if not numbers:
                del self._reasons[study][key]
            if not numbers or row != _row(study, numbers):
                self._shelf.mend(row)
            if numbers:
                self._tell(study, key, numbers, None, key[1] or "")

    def _tell(self, study: StudyNode, key: _Reason, numbers: dict[int, None], at: float | None, reason: str) -> None:
        state, why = key
        title = joined(study.words.parts())
        told = state_word(state)
        if len(numbers) == 1:
            path = study.problem_numbers[next(iter(numbers))]
            name = human.printable(path.replace("\\", "/").rsplit("/", 1)[-1])
            title = f"{title}, {name}"
        else:
            count = wording.count_text(len(numbers))
            told = _say("{state}, {count} instances").format(state=told, count=count)
        if why is None:
            reason = _say("for different reasons, the last one: {reason}").format(reason=reason)
        self._shelf.report(_row(study, numbers), title, f"{told}: {human.printable(reason)}" if reason else told, at)


def _row(study: StudyNode, numbers: dict[int, None]) -> tuple[int, int]:
    return study.errand_id, next(iter(numbers))
