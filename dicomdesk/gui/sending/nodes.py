"""Rows of the send queue: a study on its way to a peer, its series, and their instances.

A study keeps of each instance, by number, what counts and filters need: a few bytes. The instances themselves are
there while they are being listed, and where a series is open; the journal has them. Only open series have rows of them.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.gui import wording
from dicomdesk.gui.models.study_words import NO_HEADER, SeriesWords, StudyWords
from dicomdesk.gui.outline.model import Mark, Node, Part, Weight, joined, mark_of
from dicomdesk.gui.outline.states import PROBLEMS, ItemState
from dicomdesk.gui.security.destinations import peer_word
from dicomdesk.gui.sending.group_node import DATE, MODALITY, PEER, PROGRESS, SIZE, STATE, TITLE, GroupNode
from dicomdesk.gui.sending.natural import natural_key
from dicomdesk.records import dataclass

_WHOLE_STATES = (ItemState.READY, ItemState.HELD, ItemState.RETRYING, ItemState.CANCELLED)
"""States that an errand has as a whole, while something of it has not ended."""


def _say(text: str) -> str:
    return QCoreApplication.translate("send_nodes", text)


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of an instance besides its state."""

    status: int | None = None
    reason: str = ""
    attempts: int = 0
    job_id: str = ""
    """Of the last job that ended it."""
    association: int = 0
    """Over which it went, or was to go; number within the job, 0 for none."""
    commitment: str = ""
    """What the peer said of keeping it for good, a word for people; "" where it was not asked."""


NO_RESULT = Result()


class Look:
    """How instances are shown in all series: which states, and in which order."""

    def __init__(self) -> None:
        self.states: tuple[ItemState, ...] = ()
        """That are shown, none for all."""
        self.sorted_by: tuple[int, bool] | None = None
        """Column, and whether the greatest comes first; None for the natural order of names."""
        self.peer = ""
        """Where studies go for which nobody has chosen a peer, a word."""
        self.want: Callable[[StudyNode], None] = lambda _study: None
        """Is called where somebody looks at what can be told only when a study is loaded."""


_USUAL_LOOK = Look()


class InstanceNode(Node):
    """Row of one instance; what it says is the study's."""

    __slots__ = ("number", "study")

    def __init__(self, study: "StudyNode", number: int) -> None:
        super().__init__()
        self.study = study
        self.number = number
        """Within the study, from 0."""

    @property
    def found(self) -> FoundInstance:
        """File, and header."""
        return self.study.found_of(self.number)

    @property
    def state(self) -> ItemState:
        """State that it is in."""
        return self.study.state_of(self.number)

    @property
    def result(self) -> Result:
        """What has become of it."""
        return self.study.results.get(self.number, NO_RESULT)

    @property
    def status(self) -> int | None:
        """What the peer answered."""
        return self.result.status

    @property
    def reason(self) -> str:
        """Why, in plain words."""
        return self.result.reason

    @property
    def header(self) -> InstanceHeader:
        """Its header."""
        return self.found.header

    @property
    def size_bytes(self) -> int:
        """Of its data set."""
        return self.study.sizes[self.number]

    @property
    def name(self) -> str:
        """The file's own name."""
        return file_name(self.found)

    def text(self, column: int) -> str:
        if column == TITLE:
            return self.name
        if column == SIZE:
            return human.size_text(self.size_bytes)
        if column == STATE:
            return self._state_text()
        return ""

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != TITLE:
            return None
        if not self.found.path:
            return (Part("…", Weight.QUIET),)
        return (Part(self.name), Part(wording.transfer_syntax_text(self.header.transfer_syntax_uid), Weight.QUIET))

    def mark(self, column: int) -> Mark | None:
        if column != STATE:
            return None
        return mark_of(self.state, self._state_text())

    def tip(self, column: int) -> str:
        return (
            human.printable(self.reason)
            if column in {STATE, PROGRESS}
            else human.printable(self.found.path)
            if column == TITLE
            else ""
        )

    def _state_text(self) -> str:
        result, state = self.result, self.state
        if result.commitment and state in {ItemState.STORED, ItemState.WARNING}:
            return result.commitment
        code = wording.status_code_text(self.status) if self.status else ""
        word = f"{mark_of(state).word} {code}".strip()
        if result.attempts > 1 or (result.attempts and state is ItemState.WAITING):
            return _say("{state}, {tries}").format(
                state=word, tries=wording.plural(result.attempts, _say("{count} try"), _say("{count} tries"))
            )
        return word


_UNREAD = FoundInstance(path="", header=NO_HEADER)
_MOST_SORTED = 2000
"""Instances of a series that is still being listed."""


class StudyNode(GroupNode):
    """A study on its way to a peer: an errand, or what becomes one when it is handed over."""

    __slots__ = (
        "added_at",
        "commitment",
        "errand_id",
        "found",
        "is_chosen_peer",
        "is_in_order",
        "is_known",
        "is_loaded",
        "is_loading",
        "keys",
        "look",
        "next_try_at",
        "origin",
        "peer",
        "position",
        "problem_numbers",
        "reason",
        "results",
        "rows",
        "series",
        "series_of",
        "sizes",
        "states",
        "under_way",
        "waits_for_peer",
        "whole_state",
        "words",
    )  # fmt: skip

    def __init__(self, header: InstanceHeader | None, *, title: str = "") -> None:
        """``header`` is that of any instance; ``title`` is shown where there is none."""
        super().__init__()
        self.words = StudyWords(header) if header is not None or not title else TitleWords(title)
        self.series: dict[str, SeriesNode] = {}
        self.look = _USUAL_LOOK
        self.errand_id = 0
        """Of the errand; 0 while it is being listed."""
        self.peer = ""
        """As its user names it; "" where it goes to whatever peer is chosen when it is sent."""
        self.is_chosen_peer = False
        """Whether the peer was chosen for this study."""
        self.origin = "window"
        self.position = float("inf")
        self.added_at = datetime.now(UTC)
        self.whole_state: ItemState | None = None
        """Of the errand as a whole, where that says more than the instances."""
        self.waits_for_peer = False
        """Whether it is the peer that is tried again, and not the errand."""
        self.next_try_at: datetime | None = None
        self.reason = ""
        self.is_known = True
        """Whether series, and what is known of each instance by number, are there; counts always are."""
        self.is_loaded = True
        """Whether the instances themselves are there, in ``found``."""
        self.is_loading = False
        """Whether they, or what is known of them, are being read from the journal."""
        self.is_in_order = False
        """Whether the numbers follow the natural order of the files."""
        self.found: list[FoundInstance] = []
        """By number."""
        self.states = bytearray()
        """Code of the state, by number."""
        self.series_of: list[SeriesNode] = []
        """By number."""
        self.sizes = array("q")
        """Bytes of the data set, by number."""
        self.keys = array("q")
        """See ``instance_key``, by number."""
        self.results: dict[int, Result] = {}
        """Of those of which there is something to say."""
        self.rows: dict[int, InstanceNode] = {}
        """Rows that were made, by number."""
        self.under_way: set[int] = set()
        self.problem_numbers: dict[int, str] = {}
        """Of what was reported as a problem, with the name of the file."""
        self.commitment: Counter[str] = Counter()
        """How many instances the peer said what of, by the word for people."""

    @property
    def state(self) -> ItemState:
        if self.whole_state in _WHOLE_STATES and (self.ended < self.total or not self.total):
            return self.whole_state
        return super().state

    @property
    def is_scheduled(self) -> bool:
        """Whether it is held until the hours in which it may go, and not by its user."""
        return self.whole_state is ItemState.HELD and self.next_try_at is not None

    def state_of(self, number: int) -> ItemState:
        """Return the state of an instance."""
        return STATES[self.states[number]]

    def set_state(self, number: int, state: ItemState) -> None:
        """Note the state of an instance; counts are the caller's."""
        self.states[number] = _CODES[state]

    def state_text(self) -> str:
        state = self.state
        if state is ItemState.RETRYING and self.next_try_at is not None:
            left = max((self.next_try_at - datetime.now(UTC)).total_seconds(), 0)
            return _say("Next try in {time}").format(time=human.duration_text(left))
        if state is ItemState.HELD and self.next_try_at is not None:
            return _say("Waits until {time}").format(time=wording.moment_text(self.next_try_at))
        if state in _WHOLE_STATES:
            return mark_of(state).word
        if self.commitment and self.ended >= self.total and not self.problems:
            word, count = self.commitment.most_common(1)[0]
            return word if count >= self.total else f"{word} {wording.count_text(count)}"
        return super().state_text()

    def sort_value(self, column: int) -> str | float:
        return self.words.title_key() if column == TITLE else super().sort_value(column)

    def mark(self, column: int) -> Mark | None:
        if column == STATE and self.is_scheduled and self.state is ItemState.HELD:
            return mark_of(ItemState.WAITING, self.state_text())
        return super().mark(column)

    def text(self, column: int) -> str:
        if column == TITLE:
            return joined(self.words.parts())
        if column == PEER:
            return human.printable(peer_word(self.peer)) if self.peer else self.look.peer
        if column == DATE:
            return self.words.date
        return self.words.modality_text() if column == MODALITY else super().text(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column == DATE:
            return (Part(self.words.date, Weight.QUIET),)
        if column == PEER:
            is_certain = bool(self.peer)
            return (Part(self.text(PEER), Weight.PLAIN if is_certain else Weight.QUIET),)
        return self.words.parts_but_date() if column == TITLE else None

    def tip(self, column: int) -> str:
        if column == STATE:
            return human.printable(self.reason)
        if column == PEER:
            return human.printable(self.peer)
        return self.text(column) if column in {TITLE, MODALITY} else super().tip(column)

    def unfetched(self) -> int:
        return 0 if self.is_known or self.is_loading else 1

    def fetch(self, most: int) -> Sequence[Node]:
        self.look.want(self)
        return ()

    def found_of(self, number: int) -> FoundInstance:
        """Return an instance; nothing in particular while it has to be read from the journal, which is begun then."""
        if self.is_loaded:
            return self.found[number]
        self.look.want(self)
        return _UNREAD

    def unload(self) -> None:
        """Let the instances go, which the journal has, unless rows of them are shown."""
        if self.errand_id and not self.rows:
            self.found = []
            self.is_loaded = False


class TitleWords(StudyWords):
    """Study of which only the title of its errand is known."""

    __slots__ = ("title",)

    def __init__(self, title: str) -> None:
        super().__init__(None)
        self.title = human.printable(title)
        self.search_text = self.title.casefold()

    def parts_but_date(self) -> tuple[Part, ...]:
        """Return the title."""
        return (Part(self.title, Weight.STRONG),)


class SeriesNode(GroupNode):
    """A series; its instances become rows only when it is opened."""

    __slots__ = ("numbers", "order", "study", "study_uid", "words")

    def __init__(self, study: StudyNode, header: InstanceHeader) -> None:
        super().__init__()
        self.study = study
        self.study_uid = header.study_instance_uid
        self.words = SeriesWords(header)
        self.numbers = array("l")
        """Of its instances, within the study."""
        self.order: list[int] | None = None
        """Numbers of what is shown, as it is sorted; None where nobody has looked since something changed."""

    @property
    def instances(self) -> list[InstanceNode]:
        """Rows of all its instances, shown or not, in natural order."""
        return [self.row_of(number) for number in self.in_order()]

    def in_order(self) -> list[int]:
        """Return the numbers of all its instances in natural order of the files' names; of very many as they came."""
        if self.study.is_in_order or len(self.numbers) > _MOST_SORTED:
            return list(self.numbers)
        return self.sorted_numbers()

    def sorted_numbers(self) -> list[int]:
        """Return them in that order, however many they are."""
        found = self.study.found
        return sorted(self.numbers, key=lambda number: natural_key(found[number].name))

    def row_of(self, number: int) -> InstanceNode:
        """Return the row of an instance, which is made if there is none."""
        row = self.study.rows.get(number)
        if row is None:
            row = self.study.rows[number] = InstanceNode(self.study, number)
            row.parent = self
        return row

    def text(self, column: int) -> str:
        if column == TITLE:
            return joined(self.words.parts())
        return self.words.modality if column == MODALITY else super().text(column)

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return self.words.parts() if column == TITLE else None

    def tip(self, column: int) -> str:
        return self.text(TITLE) if column == TITLE else super().tip(column)

    def unfetched(self) -> int:
        return (len(self.numbers) if self.order is None else len(self.order)) - len(self.children)

    def fetch(self, most: int) -> Sequence[Node]:
        if self.order is None:
            self.order = self._looked_at()
        first = len(self.children)
        return [self.row_of(number) for number in self.order[first : first + most]]

    def _looked_at(self) -> list[int]:
        """Return the numbers of what passes, as it is sorted."""
        look, study = self.study.look, self.study
        numbers = self.in_order()
        if look.states:
            numbers = [number for number in numbers if study.state_of(number) in look.states]
        if look.sorted_by is not None:
            column, is_descending = look.sorted_by
            if column == SIZE:
                numbers.sort(key=study.sizes.__getitem__, reverse=is_descending)
            elif column == STATE:
                numbers.sort(key=lambda number: mark_of(study.state_of(number)).word, reverse=is_descending)
            elif column == TITLE and is_descending:
                numbers.reverse()
        return numbers

    def forget_rows(self) -> None:
        """Let rows be made anew, those that pass now."""
        self.order = None
        self.children.clear()


MOVED = frozenset({ItemState.STORED, ItemState.WARNING, *PROBLEMS})
"""States whose bytes need not be sent any more."""
STATES = tuple(ItemState)
"""By the code of each."""
_CODES = {state: code for code, state in enumerate(STATES)}


def file_name(found: FoundInstance) -> str:
    """Return a file's own name, as people see it."""
    return human.printable((found.archive_member or found.path).replace("\\", "/").rsplit("/", 1)[-1])
