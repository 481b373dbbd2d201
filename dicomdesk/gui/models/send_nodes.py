"""Rows of the send queue: study, series, instance, and inputs that were skipped."""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.gui import wording
from dicomdesk.gui.models.study_words import SeriesWords, StudyWords
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight, joined, mark_of
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.theme import Tone

TITLE, MODALITY, INSTANCES, SIZE, STATE, PROGRESS, RATE, LEFT = range(8)

_ENDED = (ItemState.STORED, ItemState.WARNING, *PROBLEMS)
_LOUDEST_FIRST = (
    ItemState.SENDING,
    ItemState.REFUSED,
    ItemState.FAILED,
    ItemState.NOT_SENT,
    ItemState.WAITING,
    ItemState.WARNING,
    ItemState.STORED,
)


def _say(text: str) -> str:
    return QCoreApplication.translate("send_nodes", text)


def send_columns() -> tuple[Column, ...]:
    """Return the columns of the send queue, in the order of their numbers."""
    return (
        Column(title=_say("Patient / study / series"), width=260),
        Column(title=_say("Modality"), width=80, yields=1),
        Column(title=_say("Instances"), width=88, is_number=True),
        Column(title=_say("Size"), width=70, is_number=True),
        Column(title=_say("State"), width=124),
        Column(title=_say("Progress"), width=114),
        Column(title=_say("Rate"), width=76, is_number=True),
        Column(title=_say("Left"), width=56, is_number=True),
    )


class InstanceNode(Node):
    """One instance to be sent."""

    __slots__ = ("association", "attempts", "found", "is_shown", "job_id", "reason", "state", "status")

    def __init__(self, found: FoundInstance) -> None:
        super().__init__()
        self.found = found
        self.state = ItemState.WAITING
        self.status: int | None = None
        self.reason = ""
        self.attempts = 0
        self.job_id = ""
        """Of the last job that ended it."""
        self.association = 0
        """Over which it went, or was to go; number within the job, 0 for none."""
        self.is_shown = False

    @property
    def header(self) -> InstanceHeader:
        """Its header, without patient, study and series."""
        return self.found.header

    @property
    def size_bytes(self) -> int:
        """Of its data set."""
        return self.found.header.data_set_length

    @property
    def name(self) -> str:
        """The file's own name."""
        return human.printable((self.found.archive_member or self.found.path).replace("\\", "/").rsplit("/", 1)[-1])

    def text(self, column: int) -> str:
        if column == TITLE:
            return self.name
        if column == SIZE:
            return human.size_text(self.size_bytes)
        if column == STATE:
            return mark_of(self.state).word
        if column == PROGRESS and self.status:
            return wording.status_code_text(self.status)
        return ""

    def sort_value(self, column: int) -> str | float:
        return _sort_value(self, column, 1, self.size_bytes, float("inf"))

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != TITLE:
            return None
        return (Part(self.name), Part(wording.transfer_syntax_text(self.header.transfer_syntax_uid), Weight.QUIET))

    def mark(self, column: int) -> Mark | None:
        return mark_of(self.state) if column == STATE else None

    def tip(self, column: int) -> str:
        return (
            self.reason if column in {STATE, PROGRESS} else human.printable(self.found.path) if column == TITLE else ""
        )


class GroupNode(Node):
    """Group of instances, a study or a series: its counts are kept up to date by the queue."""

    __slots__ = ("bytes_done", "bytes_on_wire", "counts", "is_active", "rate", "size_bytes", "total")

    opens: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[ItemState] = Counter()
        self.total = 0
        self.size_bytes = 0
        self.bytes_done = 0
        self.bytes_on_wire = 0
        """Of instances that are under way now."""
        self.rate = 0.0
        """Bytes per second, 0 where nothing is sent."""
        self.is_active = False
        """Whether something was under way a moment ago: keeps the state steady between two instances."""

    @property
    def state(self) -> ItemState:
        """The state that people must know of first."""
        if self.is_active and self.counts[ItemState.WAITING]:
            return ItemState.SENDING
        return next((state for state in _LOUDEST_FIRST if self.counts[state]), ItemState.WAITING)

    @property
    def ended(self) -> int:
        """Instances that are over, however they ended."""
        return sum(self.counts[state] for state in _ENDED)

    @property
    def seconds_left(self) -> float | None:
        """At the present rate; None where nothing is sent."""
        left = self.size_bytes - self.bytes_done - self.bytes_on_wire
        return left / self.rate if self.rate > 0 and left >= 0 else None

    def state_text(self) -> str:
        """The word for the state, with a count where it is not true for all."""
        state = self.state
        count = self.counts[state]
        word = mark_of(state).word
        problems = sum(self.counts[problem] for problem in PROBLEMS)
        if state in PROBLEMS and count < problems:
            return _say("{count} problems").format(count=wording.count_text(problems))
        if state in {ItemState.SENDING, ItemState.WAITING} or count in {0, self.total}:
            return word
        return f"{word} {wording.count_text(count)}"

    def text(self, column: int) -> str:
        if column == INSTANCES:
            total = wording.count_text(self.total)
            ended = self.ended
            return total if not ended else f"{wording.count_text(ended)} / {total}"
        if column == SIZE:
            return human.size_text(self.size_bytes)
        if column == STATE:
            return self.state_text()
        if column == PROGRESS:
            share = self.progress(PROGRESS)
            return "" if share is None else f"{int(share * 100)} %"
        if column == RATE:
            return human.rate_text(self.rate) if self.rate > 0 else ""
        if column == LEFT:
            left = self.seconds_left
            return "" if left is None else human.duration_text(left)
        return ""

    def sort_value(self, column: int) -> str | float:
        left = self.seconds_left
        return _sort_value(self, column, self.total, self.size_bytes, float("inf") if left is None else left)

    def mark(self, column: int) -> Mark | None:
        if column == PROGRESS:
            return Mark("", "", Tone.GOOD if self.ended >= self.total else Tone.ACTIVE)
        return mark_of(self.state, self.state_text()) if column == STATE else None

    def progress(self, column: int) -> float | None:
        stored = self.counts[ItemState.STORED] + self.counts[ItemState.WARNING]
        if column != PROGRESS or not (stored or self.bytes_on_wire):
            return None
        if self.ended >= self.total or not self.size_bytes:
            return stored / self.total
        return min((self.bytes_done + self.bytes_on_wire) / self.size_bytes, 0.999)


class StudyNode(GroupNode):
    """A study of one patient."""

    __slots__ = ("series", "words")

    def __init__(self, header: InstanceHeader) -> None:
        super().__init__()
        self.words = StudyWords(header)
        self.series: dict[str, SeriesNode] = {}

    def text(self, column: int) -> str:
        if column == TITLE:
            return joined(self.words.parts())
        return self.words.modality_text() if column == MODALITY else super().text(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return self.words.parts() if column == TITLE else None

    def tip(self, column: int) -> str:
        return self.text(column) if column in {TITLE, MODALITY} else ""


class SeriesNode(GroupNode):
    """A series; its instances become rows only when it is opened."""

    __slots__ = ("instances", "words")

    def __init__(self, header: InstanceHeader) -> None:
        super().__init__()
        self.words = SeriesWords(header)
        self.instances: list[InstanceNode] = []

    def text(self, column: int) -> str:
        if column == TITLE:
            return joined(self.words.parts())
        return self.words.modality if column == MODALITY else super().text(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return self.words.parts() if column == TITLE else None

    def tip(self, column: int) -> str:
        return self.text(TITLE) if column == TITLE else ""

    def unfetched(self) -> int:
        return len(self.instances) - len(self.children)

    def fetch(self, most: int) -> Sequence[Node]:
        first = len(self.children)
        found = self.instances[first : first + most]
        for instance in found:
            instance.is_shown = True
        return found


class SkippedNode(Node):
    """One input that is not taken."""

    __slots__ = ("path", "reason")

    def __init__(self, path: str, reason: str) -> None:
        super().__init__()
        self.path = human.printable(path)
        self.reason = human.printable(reason)

    def text(self, column: int) -> str:
        name = self.path.replace("\\", "/").rsplit("/", 1)[-1]
        return name if column == TITLE else mark_of(ItemState.SKIPPED).word if column == STATE else ""

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.text(TITLE)), Part(self.reason, Weight.QUIET)) if column == TITLE else None

    def sort_value(self, column: int) -> str | float:
        return _sort_value(self, column, 0, 0, float("inf"))

    def mark(self, column: int) -> Mark | None:
        return mark_of(ItemState.SKIPPED) if column == STATE else None

    def tip(self, column: int) -> str:
        return f"{self.path}\n{self.reason}" if column == TITLE else ""


class SkippedGroupNode(Node):
    """All inputs that are not taken; only the first of very many are kept by name."""

    __slots__ = ("count", "inputs")

    opens: ClassVar[bool] = True
    most_kept: ClassVar[int] = 2000

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.inputs: list[SkippedNode] = []

    def add(self, path: str, reason: str) -> None:
        """Count an input that is not taken."""
        self.count += 1
        if len(self.inputs) < self.most_kept:
            self.inputs.append(SkippedNode(path, reason))

    def text(self, column: int) -> str:
        if column == TITLE:
            return _say("Files that are not sent")
        if column == INSTANCES:
            return wording.count_text(self.count)
        return mark_of(ItemState.SKIPPED).word if column == STATE else ""

    def sort_value(self, column: int) -> str | float:
        return _sort_value(self, column, self.count, 0, float("inf"))

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != TITLE:
            return None
        return (Part(self.text(TITLE), Weight.STRONG), Part(_say("not DICOM, or not readable"), Weight.QUIET))

    def mark(self, column: int) -> Mark | None:
        return mark_of(ItemState.SKIPPED) if column == STATE else None

    def unfetched(self) -> int:
        return len(self.inputs) - len(self.children)

    def fetch(self, most: int) -> Sequence[Node]:
        first = len(self.children)
        return self.inputs[first : first + most]


def _sort_value(node: Node, column: int, total: int, size_bytes: int, left: float) -> str | float:
    if column == INSTANCES:
        return float(total)
    if column == SIZE:
        return float(size_bytes)
    if column == PROGRESS:
        return node.progress(PROGRESS) or 0.0
    if column == RATE:
        return node.rate if isinstance(node, GroupNode) else 0.0
    return left if column == LEFT else node.text(column).casefold()
