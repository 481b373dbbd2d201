"""Rows of the retrieves: each job with its progress, and below it the instances that did not arrive."""

from collections.abc import Sequence
from enum import Enum
from time import monotonic
from typing import ClassVar, NamedTuple

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.events import JobOutcome
from dicomdesk.engine.rate import RateMeter, seconds_left
from dicomdesk.engine.retrieve.outcome import RetrieveOutcome, Standing
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight, mark_of
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.retrieve.errand import Errand
from dicomdesk.gui.theme import Tone

TITLE, INSTANCES, STATE, PROGRESS = range(4)
_LONGEST_UID = 64
_SHORT_UID = 15


def _say(text: str) -> str:
    return QCoreApplication.translate("job_nodes", text)


def job_columns() -> tuple[Column, ...]:
    """Return the columns of the retrieves, in the order of their numbers."""
    return (
        Column(title=_say("Retrieve"), width=260),
        Column(title=_say("Instances"), width=92, is_number=True),
        Column(title=_say("State"), width=126),
        Column(title=_say("Progress"), width=104, yields=1),
    )


class Stage(Enum):
    """How far a retrieve is."""

    WAITING = "waiting"
    """For the listener, or for the peer's other associations."""
    RUNNING = "running"
    STOPPING = "stopping"
    """Asked to end."""
    DONE = "done"
    """All is there, as far as anybody can know."""
    INCOMPLETE = "incomplete"
    """It went to its end, and something did not arrive."""
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({Stage.DONE, Stage.INCOMPLETE, Stage.FAILED, Stage.CANCELLED})
ITEM_STATES = {
    Stage.WAITING: ItemState.WAITING,
    Stage.RUNNING: ItemState.RECEIVING,
    Stage.STOPPING: ItemState.QUIET,
    Stage.DONE: ItemState.STORED,
    Stage.INCOMPLETE: ItemState.WARNING,
    Stage.FAILED: ItemState.FAILED,
    Stage.CANCELLED: ItemState.SKIPPED,
}


class Lacking(NamedTuple):
    """An instance that is not here, and why; there may be very many."""

    uid: str
    """As it came."""
    state: ItemState

    @property
    def shown_uid(self) -> str:
        """In one harmless line."""
        return human.printable(self.uid[:_LONGEST_UID])

    def word(self) -> str:
        """What became of it."""
        words = {
            ItemState.REFUSED: _say("Refused here"),
            ItemState.FAILED: _say("Failed at peer"),
            ItemState.NOT_SENT: _say("Missing"),
        }
        return words[self.state]


class LackingNode(Node):
    """The row of an instance that is not here."""

    __slots__ = ("_word", "state", "uid")

    def __init__(self, lacking: Lacking) -> None:
        super().__init__()
        self.uid = lacking.shown_uid
        self.state = lacking.state
        self._word = lacking.word()

    def text(self, column: int) -> str:
        return _shortened(self.uid) if column == TITLE else self._word if column == STATE else ""

    def mark(self, column: int) -> Mark | None:
        return mark_of(self.state, self._word) if column == STATE else None

    def tip(self, column: int) -> str:
        return self.uid if column == TITLE else ""


class JobNode(Node):
    """One retrieve. For the Qt thread."""

    __slots__ = (
        "_meter",
        "before",
        "errand",
        "error",
        "is_cancel_wanted",
        "lacking",
        "method",
        "note",
        "outcome",
        "rate",
        "reason",
        "seconds_left",
        "stage",
        "standing",
    )  # fmt: skip

    opens: ClassVar[bool] = True

    def __init__(self, errand: Errand) -> None:
        super().__init__()
        self.errand = errand
        self.stage = Stage.WAITING
        self.note = ""
        """What it waits for; one sentence."""
        self.method = errand.method
        self.reason = ""
        """Why this method; one sentence."""
        self.before = 0
        """Instances of it that were here when it began."""
        self.standing = Standing()
        self.outcome: RetrieveOutcome | None = None
        self.error = ""
        """Why it could not begin; one sentence."""
        self.lacking: list[Lacking] = []
        self.is_cancel_wanted = False
        self.rate = 0.0
        self.seconds_left: float | None = None
        self._meter = RateMeter()

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.stage in OVER

    @property
    def total(self) -> int | None:
        """How many instances are to be there in the end; None where nobody has told."""
        announced = self.standing.announced
        if announced is not None:
            return announced
        reported = self.standing.reported
        counted = reported.completed + reported.failed + reported.warning + (reported.remaining or 0)
        return counted or self.errand.announced

    @property
    def done(self) -> int:
        """Instances that are where they are to be: those that were here before too."""
        reported = self.standing.reported
        stored = self.standing.stored
        came = reported.completed + reported.warning if stored is None else stored
        return came + self.before

    def measure(self, standing: Standing) -> None:
        """Take note of where the job stands."""
        self.standing = standing
        now_s = monotonic()
        self.rate = self._meter.observe(now_s, standing.bytes_stored)
        came = self.done - self.before
        if self.total and came:
            self.seconds_left = seconds_left((self.total - self.done) * (standing.bytes_stored / came), self.rate)

    def end(self, outcome: RetrieveOutcome, standing: Standing) -> None:
        """Take note of what came of it."""
        self.standing = standing
        self.outcome = outcome
        self.rate, self.seconds_left, self.note = 0.0, None, ""
        if outcome.outcome is JobOutcome.CANCELLED:
            self.stage = Stage.CANCELLED
        elif outcome.outcome is JobOutcome.FAILED:
            self.stage = Stage.FAILED
        else:
            self.stage = Stage.INCOMPLETE if outcome.diagnoses else Stage.DONE
        if self.stage is Stage.INCOMPLETE and not self.done:
            self.stage = Stage.FAILED
        self.lacking = _lacking(outcome)

    def fail(self, error: str) -> None:
        """It could not begin."""
        self.stage, self.error, self.note = Stage.FAILED, error, ""
        self.rate, self.seconds_left = 0.0, None

    def state_word(self) -> str:
        """A word or two for the state."""
        if self.stage is Stage.INCOMPLETE and self.outcome is not None and self.outcome.missing:
            return _say("{count} missing").format(count=wording.count_text(len(self.outcome.missing)))
        return {
            Stage.WAITING: _say("Waiting"),
            Stage.RUNNING: _say("Retrieving") if self.done - self.before else _say("Asking"),
            Stage.STOPPING: _say("Stopping"),
            Stage.DONE: _say("All here") if self.errand.target.is_here else _say("Sent"),
            Stage.INCOMPLETE: _say("With problems"),
            Stage.FAILED: _say("Failed"),
            Stage.CANCELLED: _say("Cancelled"),
        }[self.stage]

    def text(self, column: int) -> str:
        if column == TITLE:
            return f"{title_of(self.errand)}   {way_of(self.errand)}{self._by()}"
        if column == INSTANCES:
            return _count_text(self.done, self.total)
        if column == STATE:
            return self.state_word()
        share = self.progress(PROGRESS)
        return "" if share is None else f"{int(share * 100)} %"

    def sort_value(self, column: int) -> str | float:
        values = {INSTANCES: float(self.total or 0), PROGRESS: self.progress(PROGRESS) or 0.0}
        return values[column] if column in values else self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != TITLE:
            return None
        who, *what = title_of(self.errand).split(" · ")
        parts = [Part(who, Weight.STRONG), *(Part(word, Weight.QUIET) for word in what)]
        if not self.errand.target.is_here:
            parts.append(Part(_say("to {peer}").format(peer=self.errand.target.destination), Weight.QUIET))
        return tuple(parts)

    def _by(self) -> str:
        """The method, once it is chosen."""
        if self.method is RetrieveMethod.AUTOMATIC:
            return ""
        return _say(" by {method}").format(method=method_word(self.method))

    def mark(self, column: int) -> Mark | None:
        if column == PROGRESS:
            tone = Tone.GOOD if self.stage is Stage.DONE else Tone.ACTIVE
            return Mark("", "", tone)
        return mark_of(ITEM_STATES[self.stage], self.state_word()) if column == STATE else None

    def progress(self, column: int) -> float | None:
        total = self.total
        if column != PROGRESS or self.stage is Stage.WAITING or not total or (self.is_over and not self.done):
            return None
        return 1.0 if self.stage is Stage.DONE else min(self.done / total, 0.999)

    def tip(self, column: int) -> str:
        if column == STATE:
            return self.note or self.error or self.reason
        if column == TITLE:
            return f"{title_of(self.errand)}\n{wording.capitalised(way_of(self.errand))}{self._by()}"
        return ""

    def unfetched(self) -> int:
        return len(self.lacking) - len(self.children)

    def fetch(self, most: int) -> Sequence[Node]:
        first = len(self.children)
        return [LackingNode(each) for each in self.lacking[first : first + most]]


def method_word(method: RetrieveMethod) -> str:
    """Return what a method is called."""
    words = {RetrieveMethod.MOVE: "C-MOVE", RetrieveMethod.GET: "C-GET"}
    return words.get(method, _say("Automatic"))


def title_of(errand: Errand) -> str:
    """Return what is fetched, in one line."""
    first = errand.entities[0].title
    more = len(errand.entities) - 1
    if not more:
        return first
    return _say("{first} and {count} more").format(first=first, count=wording.count_text(more))


def way_of(errand: Errand) -> str:
    """Return from whom to where."""
    target = errand.target
    if target.is_here:
        return _say("from {peer}").format(peer=errand.asked.word)
    return _say("from {peer} to {destination}").format(peer=errand.asked.word, destination=target.destination)


def _shortened(uid: str) -> str:
    """The end, by which UIDs differ, as long as a narrow window has room for."""
    return uid if len(uid) <= _SHORT_UID else f"…{uid[1 - _SHORT_UID :]}"


def _count_text(done: int, total: int | None) -> str:
    if total is None:
        return wording.count_text(done) if done else ""
    return f"{wording.count_text(done)} / {wording.count_text(total)}"


def _lacking(outcome: RetrieveOutcome) -> list[Lacking]:
    """Each instance once: what came and was not stored, what the peer could not send, what is missing otherwise."""
    states = dict.fromkeys(outcome.refused, ItemState.REFUSED)
    missing = set(outcome.missing)
    for uid in (uid for ended in outcome.ended for uid in ended.failed_uids):
        if uid in missing or not outcome.announced:
            states.setdefault(uid, ItemState.FAILED)
    for uid in outcome.missing:
        states.setdefault(uid, ItemState.NOT_SENT)
    return [Lacking(uid, state) for uid, state in states.items()]
