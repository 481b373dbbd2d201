"""Rows of the history: errands, their instances, and each attempt for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.journal.records import (
    AttemptRecord,
    ErrandState,
    HistoryErrand,
    InstanceRecord,
    InstanceState,
)
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, Part, Weight, mark_of
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.security.destinations import peer_word
from dicomdesk.gui.sending.nodes import file_name
from dicomdesk.gui.sending.queue import STATE_OF

WHEN, TITLE, PEER, STORED, STATE, REASON = range(6)
_PROBLEMS = (InstanceState.REFUSED, InstanceState.FAILED, InstanceState.NOT_SENT)
_WHOLE = {
    ErrandState.WAITING: ItemState.WAITING,
    ErrandState.HELD: ItemState.HELD,
    ErrandState.RUNNING: ItemState.SENDING,
    ErrandState.RETRYING: ItemState.RETRYING,
    ErrandState.CANCELLED: ItemState.CANCELLED,
}


def _say(text: str) -> str:
    return QCoreApplication.translate("history", text)


def history_columns() -> tuple[Column, ...]:
    """Return the columns of the history, in the order of their numbers."""
    return (
        Column(title=_say("When"), width=196),
        Column(title=_say("What"), width=280),
        Column(title=_say("To"), width=104),
        Column(title=_say("Stored"), width=96, is_number=True),
        Column(title=_say("State"), width=126),
        Column(title=_say("Why"), width=200, yields=1, grows=2),
    )


class HistoryNode(Node):
    """An errand; its instances are read when it is opened."""

    __slots__ = ("entry", "is_loaded")

    opens: ClassVar[bool] = True

    def __init__(self, entry: HistoryErrand) -> None:
        super().__init__()
        self.entry = entry
        self.is_loaded = False

    @property
    def total(self) -> int:
        """Its instances."""
        return sum(self.entry.counts.values())

    @property
    def stored(self) -> int:
        """Those that the peer has."""
        counts = self.entry.counts
        return counts.get(InstanceState.STORED, 0) + counts.get(InstanceState.WARNING, 0)

    @property
    def state(self) -> ItemState:
        """What has become of it."""
        counts, record = self.entry.counts, self.entry.errand
        if record.state is not ErrandState.DONE:
            return _WHOLE[record.state]
        return next(
            (STATE_OF[state] for state in (*_PROBLEMS, InstanceState.WARNING) if counts.get(state)), ItemState.STORED
        )

    def text(self, column: int) -> str:
        record = self.entry.errand
        texts = {
            WHEN: time_text(record.ended_at or record.added_at),
            TITLE: human.printable(record.title),
            PEER: human.printable(peer_word(record.peer)),
            STORED: _say("{stored} of {total}").format(
                stored=wording.count_text(self.stored), total=wording.count_text(self.total)
            ),
            STATE: mark_of(self.state).word,
            REASON: human.printable(record.reason),
        }
        return texts[column]

    def sort_value(self, column: int) -> str | float:
        record = self.entry.errand
        if column == WHEN:
            return (record.ended_at or record.added_at).timestamp()
        if column == STORED:
            return self.stored / self.total if self.total else 0.0
        return self.text(column).casefold()

    def mark(self, column: int) -> Mark | None:
        return mark_of(self.state) if column == STATE else None

    def tip(self, column: int) -> str:
        return self.text(column) if column in {TITLE, REASON} else ""

    def unfetched(self) -> int:
        return 0 if self.is_loaded else self.total


class PastInstanceNode(Node):
    """An instance of an errand of the history; its attempts are read when it is opened."""

    __slots__ = ("is_loaded", "record")

    opens: ClassVar[bool] = True

    def __init__(self, record: InstanceRecord) -> None:
        super().__init__()
        self.record = record
        self.is_loaded = False

    def text(self, column: int) -> str:
        record = self.record
        texts = {
            WHEN: "" if record.at is None else time_text(record.at),
            TITLE: file_name(record.found),
            PEER: "",
            STORED: wording.plural(record.attempts, _say("{count} try"), _say("{count} tries")),
            STATE: mark_of(STATE_OF[record.state]).word,
            REASON: _reason_text(record.reason, record.status),
        }
        return texts[column]

    def mark(self, column: int) -> Mark | None:
        return mark_of(STATE_OF[self.record.state]) if column == STATE else None

    def tip(self, column: int) -> str:
        return human.printable(self.record.found.name) if column == TITLE else self.text(REASON)

    def unfetched(self) -> int:
        return 0 if self.is_loaded else self.record.attempts


class AttemptNode(Node):
    """An attempt to send an instance."""

    __slots__ = ("attempt",)

    def __init__(self, attempt: AttemptRecord) -> None:
        super().__init__()
        self.attempt = attempt

    def text(self, column: int) -> str:
        attempt = self.attempt
        at = attempt.began_at or attempt.ended_at
        texts = {
            WHEN: "" if at is None else time_text(at),
            TITLE: _say("Try {number}").format(number=attempt.number),
            PEER: human.printable(peer_word(attempt.peer)),
            STORED: "",
            STATE: mark_of(STATE_OF[attempt.state]).word,
            REASON: _reason_text(attempt.reason, attempt.status),
        }
        return texts[column]

    def mark(self, column: int) -> Mark | None:
        return mark_of(STATE_OF[self.attempt.state]) if column == STATE else None

    def parts(self, column: int) -> tuple[Part, ...] | None:
        return (Part(self.text(TITLE), Weight.QUIET),) if column == TITLE else None


def instance_nodes(records: Sequence[InstanceRecord]) -> list[Node]:
    """Return rows for instances."""
    return [PastInstanceNode(record) for record in records]


def time_text(at: datetime) -> str:
    """Return a time of this machine: "2026-11-30 16:05:12"."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _reason_text(reason: str, status: int | None) -> str:
    told = human.printable(reason)
    if not status:
        return told
    return _say("{reason} (status {status})").format(reason=told, status=wording.status_code_text(status)).strip()
