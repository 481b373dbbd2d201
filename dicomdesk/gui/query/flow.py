"""Flow of queries, without widgets: peers are asked, answers become rows, in portions that nobody feels."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from dicomdesk.dicom.query.attributes import PATIENT_ID, Level
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import QueryResult
from dicomdesk.engine.query.form import identifier_below
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.errors import CancelledError, DicomdeskError
from dicomdesk.gui.event_bridge import Arrival
from dicomdesk.gui.models.found_entities import AskedPeer
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.query.asking import Asking, AskingState, Question
from dicomdesk.gui.query.results.cells import result_columns
from dicomdesk.gui.query.results.matches import Match, reading_sink
from dicomdesk.gui.query.results.result_nodes import Below, NoteNode, Place, ResultNode
from dicomdesk.gui.query.results.result_tree import ResultTree
from dicomdesk.gui.session import Session
from dicomdesk.gui.tasks import Tasks
from dicomdesk.gui.theme import Tone
from dicomdesk.records import dataclass

if TYPE_CHECKING:
    from dicomdesk.engine.query.query import QueryOutcome

__all__ = ["AskingEnded", "QueryFlow"]

ROWS_PER_TURN = 100
"""Answers that become rows before the window is given a turn."""
MOST_AT_ONCE = 4
"""Questions to one peer: more wait."""
_LEVELS_BELOW = {Level.PATIENT: Level.STUDY, Level.STUDY: Level.SERIES, Level.SERIES: Level.IMAGE}


@dataclass(frozen=True, slots=True)
class AskingEnded:
    """How a question to a peer ended; it comes after all answers."""

    asking: Asking
    outcome: "QueryOutcome | DicomdeskError"


class QueryFlow(QObject):
    """Asks, and owns the results. For the Qt thread."""

    changed = Signal()
    """A question was begun, has its first answer, or ended."""
    ended = Signal()
    """All peers have answered the question for the rows at the top."""
    renewed = Signal(int)
    """The same was asked again, and all peers have answered: how much is new."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks = tasks
        self.model = OutlineModel(result_columns(), self)
        self.tree = ResultTree(self.model)
        self.question: Question | None = None
        """What the rows at the top answer."""
        self.askings: list[Asking] = []
        """The question to each peer, for the rows at the top."""
        self._below: dict[ResultNode, list[Asking]] = {}
        """Of rows whose content is asked for."""
        self._waiting: deque[Match | AskingEnded] = deque()
        """Answers that are not shown yet, and the ends of jobs."""
        self._turns_of: dict[str, asyncio.Semaphore] = {}
        """By peer: so many questions at once."""
        self._is_round = False
        self._channel = session.channel()
        self._channel.arrived.connect(self.take)
        self._turns = QTimer(self)
        self._turns.setSingleShot(True)
        self._turns.timeout.connect(self._take_turn)
        session.ticked.connect(self._on_tick)

    @property
    def is_asking(self) -> bool:
        """Whether a peer is still answering for the rows at the top."""
        return any(asking.state is AskingState.ASKING for asking in self.askings)

    @property
    def is_stopping(self) -> bool:
        """Whether peers were asked to stop, and have not."""
        return any(each.is_cancel_wanted and each.state is AskingState.ASKING for each in self._all_askings())

    @property
    def is_showing(self) -> bool:
        """Whether answers that have come are not rows yet."""
        return bool(self._waiting)

    @property
    def is_loading(self) -> bool:
        """Whether anything is asked for."""
        return self.is_asking or bool(self._below)

    def ask(self, question: Question, peers: Sequence[AskedPeer]) -> None:
        """Ask all peers at once, and forget what was found before."""
        self.cancel()
        for asking in self._all_askings():
            asking.is_forgotten = True
        self._below.clear()
        self._waiting.clear()
        self._is_round = False
        self.tree.forget()
        self._begin(question, [Asking(question=question, asked=asked) for asked in peers])

    def ask_again(self, question: Question) -> None:
        """Ask the same peers again, with the dates of today; what is new is marked, and what is gone goes."""
        if not self.askings or self.is_loading:
            return
        self._is_round = True
        self.tree.begin_round()
        self._begin(question, [Asking(question=question, asked=asking.asked) for asking in self.askings])

    def ask_rest(self) -> None:
        """Ask those peers again that have cut their answers, for parts of the range of dates until none is cut."""
        if self.is_asking:
            return
        askings = []
        for asking in self.askings:
            if asking.state is AskingState.CUT and not asking.question.splits_dates:
                split = Asking(question=replace(asking.question, splits_dates=True), asked=asking.asked)
                self._tasks.start(self._carry_out(split))
                askings.append(split)
            else:
                askings.append(asking)
        self.askings = askings
        self.changed.emit()

    def open(self, node: ResultNode) -> None:
        """Ask for what is below a row, of each peer that has it; once."""
        if node.below is not Below.UNKNOWN:
            return
        askings = [asking for place in node.places if (asking := self._asking_below(node, place)) is not None]
        self.tree.begin(node, self.tr("Asking {peers}…").format(peers=", ".join(a.asked.word for a in askings)))
        self._below[node] = askings
        for asking in askings:
            self._tasks.start(self._carry_out(asking))
        self.changed.emit()

    def _begin(self, question: Question, askings: list[Asking]) -> None:
        self.question = question
        self.askings = askings
        for asking in askings:
            self._tasks.start(self._carry_out(asking))
        self.changed.emit()

    def cancel(self) -> None:
        """First call: ask all peers to stop (C-CANCEL); what still comes is shown. Second call: abort."""
        for asking in self._all_askings():
            if asking.state is AskingState.ASKING:
                asking.is_cancel_wanted = True
                if asking.job is not None:
                    self._tasks.start(self._tasks.run(asking.job.cancel))
        self.changed.emit()

    def take(self, arrivals: list[Arrival[object]]) -> None:
        """Take note of a batch of facts."""
        others = []
        for arrival in arrivals:
            if isinstance(arrival.event, Match | AskingEnded):
                self._waiting.append(arrival.event)
            else:
                others.append(arrival)
        if others:
            self._session.checked.arrived.emit(others)
        self._want_turn()

    async def _carry_out(self, asking: Asking) -> None:
        sink = self._channel.sink
        address = str(asking.asked.peer)
        most = min(asking.asked.associations or MOST_AT_ONCE, MOST_AT_ONCE)
        async with self._turns_of.setdefault(address, asyncio.Semaphore(most)):
            end = await self._job_of(asking)
        sink(AskingEnded(asking, end))  # the same way as the answers, so that none comes after it

    async def _job_of(self, asking: Asking) -> "QueryOutcome | DicomdeskError":
        if asking.is_cancel_wanted:
            return CancelledError(self.tr("It was stopped before it was asked."))
        sink = reading_sink(asking, self._channel.sink, self._channel.hurry)
        try:
            job = await self._session.begin(asking.question.request(asking.asked), sink)
            asking.job = job
            if asking.is_cancel_wanted:
                await self._tasks.run(job.cancel)
            return await self._session.result_of(job)
        except DicomdeskError as error:
            return error

    def askings_below(self, node: ResultNode) -> Sequence[Asking]:
        """The questions for what is below a row, while they are not all answered."""
        return tuple(self._below.get(node, ()))

    def _all_askings(self) -> list[Asking]:
        return [*self.askings, *(asking for askings in self._below.values() for asking in askings)]

    def _on_tick(self) -> None:
        self.tree.settle()
        self.model.flush()

    def _want_turn(self) -> None:
        if self._waiting and not self._turns.isActive():
            self._turns.start(0)

    def _take_turn(self) -> None:
        """Show one portion of what has come."""
        was_empty = not len(self.tree)
        portions: dict[Asking, list[Place]] = {}
        for _ in range(min(ROWS_PER_TURN, len(self._waiting))):
            found = self._waiting.popleft()
            asking = found.asking
            if asking.is_forgotten:
                continue
            if isinstance(found, Match):
                self._sort_in(asking, found, portions)
                continue
            self._show(portions)
            portions.clear()
            self._end(asking, found.outcome)
        self._show(portions)
        if was_empty and len(self.tree):
            self.changed.emit()
        self._want_turn()

    def _sort_in(self, asking: Asking, match: Match, portions: dict[Asking, list[Place]]) -> None:
        result, cells = match.result, match.cells
        if result is None or cells is None:
            asking.unreadable += 1
            return
        level = asking.question.level
        asking.odd_levels += result.level is not None and result.level is not level
        is_worklist = asking.question.model is QueryModel.WORKLIST
        asking.nameless += not is_worklist and not result.unique_value(level)
        asking.undecodable += bool(result.faults)
        asking.partial += match.is_partial
        asking.matches += 1
        place = Place(asking.asked, result, cells, match.identifier, match.transfer_syntax_uid)
        portions.setdefault(asking, []).append(place)

    def _show(self, portions: dict[Asking, list[Place]]) -> None:
        for asking, places in portions.items():
            question = asking.question
            repeated = self.tree.add(asking.parent, question.level, question.model, places)
            asking.repeated += 0 if question.splits_dates else repeated

    def _end(self, asking: Asking, end: "QueryOutcome | DicomdeskError") -> None:
        asking.end(end)
        node = asking.parent
        if node is None:
            if not self.is_asking:
                self._end_all()
            self.changed.emit()
            return
        askings = self._below.get(node)
        if askings is not None and all(each.state is not AskingState.ASKING for each in askings):
            del self._below[node]
            self.tree.end(node, self._note(node, askings))
            self.changed.emit()

    def _end_all(self) -> None:
        if self._is_round and all(asking.state is AskingState.DONE for asking in self.askings):
            self.renewed.emit(self.tree.end_round())
        else:
            self.tree.show()
        self.ended.emit()

    def _note(self, node: ResultNode, askings: Sequence[Asking]) -> NoteNode | None:
        """What is said below a row beside what came."""
        failed = next((each for each in askings if each.state is AskingState.FAILED), None)
        if failed is not None:
            return NoteNode(f"{failed.asked.word}: {failed.reason}", "failed", Tone.BAD)
        if any(each.state is AskingState.CANCELLED for each in askings):
            return NoteNode(self.tr("Stopped before everything had come"), "stop", Tone.WARNING)
        cut = next((each for each in askings if each.state is AskingState.CUT), None)
        if cut is not None:
            return NoteNode(f"{cut.asked.word}: {cut.reason}", "warning", Tone.WARNING)
        if not node.by_key:
            return NoteNode(self.tr("Nothing is below it at {peer}").format(peer=askings[0].asked.word), "info")
        return None

    def _asking_below(self, node: ResultNode, place: Place) -> Asking | None:
        above = node.parent
        other = self._result_of(above, place.asked) if isinstance(above, ResultNode) else None
        identifier = identifier_below(place.result, node.level, node.model, other)
        if identifier is None:
            return None
        if node.level is Level.PATIENT and self.question is not None and self.question.below is not None:
            own = self.question.below
            key = QueryKey(tag=PATIENT_ID, value=place.result.unique_value(Level.PATIENT))
            identifier = Identifier(keys=(*own.keys, key), data_set=own.data_set)
        question = Question(identifier=identifier, level=_LEVELS_BELOW[node.level], model=node.model)
        return Asking(question=question, asked=place.asked, parent=node)

    def _result_of(self, node: ResultNode, asked: AskedPeer) -> QueryResult:
        return next((place.result for place in node.places if place.asked is asked), node.result)
