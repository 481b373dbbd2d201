"""Log of all associations, in and out, with negotiation, messages and end."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from dicomdesk import human
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    AssociationRequested,
    ItemFinished,
    ItemOutcome,
    JobFinished,
    JobOutcome,
    Negotiation,
    ProposedContext,
    RequestFailed,
    TlsSession,
)
from dicomdesk.engine.facts.arrivals import AssociationSum, ReceptionSum
from dicomdesk.engine.reasons.outcomes import explain_event
from dicomdesk.engine.retrieve.facts import RetrieveFact
from dicomdesk.engine.retrieve.messages import AssociationMessage, message_of
from dicomdesk.gui import wording
from dicomdesk.gui.outline.model import Column, Mark, Node, Outline, Part, Weight
from dicomdesk.gui.problems.book import ProblemShelf, loose_shelf
from dicomdesk.gui.theme import Tone

if TYPE_CHECKING:
    from dicomdesk.engine.host.desk.condenser import KeptMessage

DIRECTION, PEER, SECURITY, STATE, STARTED, LASTED, CONTEXTS, STORED, PROBLEMS, SIZE = range(10)

MOST_ASSOCIATIONS = 1000
"""Older ones that are over are forgotten."""
MOST_MESSAGES = 5000
"""Per association; all are counted."""
MOST_MESSAGES_OF_ALL = 50_000
"""Of all associations; of more those of the oldest associations go, and are only counted."""


def _say(text: str) -> str:
    return QCoreApplication.translate("association_log", text)


class AssociationState(Enum):
    """State of an association; the value is the name of its icon."""

    NEGOTIATING = "waiting"
    ESTABLISHED = "established"
    RELEASED = "accepted"
    REFUSED = "refused"
    """Not established: rejected, unreachable, timed out."""
    ABORTED = "aborted"


_TONES = {
    AssociationState.NEGOTIATING: Tone.QUIET,
    AssociationState.ESTABLISHED: Tone.ACTIVE,
    AssociationState.RELEASED: Tone.GOOD,
    AssociationState.REFUSED: Tone.BAD,
    AssociationState.ABORTED: Tone.BAD,
}

OVER = frozenset({AssociationState.RELEASED, AssociationState.REFUSED, AssociationState.ABORTED})
"""Final states."""


def association_word(state: AssociationState) -> str:
    """Return the word for a state."""
    return {
        AssociationState.NEGOTIATING: _say("Negotiating"),
        AssociationState.ESTABLISHED: _say("Established"),
        AssociationState.RELEASED: _say("Released"),
        AssociationState.REFUSED: _say("Not established"),
        AssociationState.ABORTED: _say("Aborted"),
    }[state]


def association_columns() -> tuple[Column, ...]:
    """Return the columns of the list of associations, in the order of their numbers."""
    return (
        Column(title=_say("Direction"), width=132),
        Column(title=_say("Peer"), width=250),
        Column(title=_say("Security"), width=92, yields=4),
        Column(title=_say("Result"), width=150, grows=1),
        Column(title=_say("Started"), width=92, is_number=True),
        Column(title=_say("Lasted"), width=72, is_number=True, yields=2),
        Column(title=_say("Contexts"), width=76, is_number=True),
        Column(title=_say("Stored"), width=72, is_number=True, yields=3),
        Column(title=_say("Problems"), width=76, is_number=True),
        Column(title=_say("Size"), width=80, is_number=True, yields=1),
    )


class Message:
    """One C-STORE exchange of an association, or a message of a query or a retrieval."""

    __slots__ = ("at", "message_id", "name", "outcome", "reason", "size_bytes", "sop_class_uid", "sop_instance_uid",
        "status", "status_words")  # fmt: skip

    def __init__(self, event: "ItemFinished | AssociationMessage | KeptMessage", at: float) -> None:
        self.at = at
        self.message_id = event.message_id
        self.status = event.status
        self.name = ""
        """As the standard calls it, "" for a C-STORE."""
        self.status_words = ""
        self.outcome: ItemOutcome | None = None
        """Of a C-STORE."""
        self.size_bytes = 0
        self.sop_class_uid = self.sop_instance_uid = ""
        if isinstance(event, AssociationMessage):
            self.name, self.status_words, self.reason = event.name, event.status_words, event.detail
            return
        self.outcome = event.outcome
        self.reason = human.printable(event.reason)
        self.size_bytes = event.size_bytes
        if not isinstance(event, ItemFinished):
            self.sop_class_uid, self.sop_instance_uid = event.sop_class_uid, human.printable(event.sop_instance_uid)
            return
        self.sop_class_uid = event.header.sop_class_uid if event.header else ""
        self.sop_instance_uid = human.printable(event.header.sop_instance_uid) if event.header else ""


class AssociationRecord(Node):
    """One association, as a row of the log; below that of a check are the others that asked what the peer accepts."""

    __slots__ = (
        "accepted", "advice", "called_ae_title", "calling_ae_title", "contexts", "ended_at", "is_by_peer",
        "is_requestor", "job_id", "loaded", "message_count", "messages", "negotiation", "now", "number", "peer",
        "problems", "reason", "size_bytes", "started_at", "state", "stored",
    )  # fmt: skip

    opens = True

    def __init__(self, number: int, *, is_requestor: bool, at: float) -> None:
        super().__init__()
        self.number = number
        self.is_requestor = is_requestor
        self.state = AssociationState.NEGOTIATING
        self.peer = ""
        self.calling_ae_title = ""
        self.called_ae_title = ""
        self.contexts: tuple[ProposedContext, ...] = ()
        self.negotiation: Negotiation | None = None
        self.accepted = 0
        """Presentation contexts that were accepted."""
        self.started_at = at
        self.ended_at: float | None = None
        self.now = at
        self.reason = ""
        self.is_by_peer = False
        """Whether the peer aborted it."""
        self.advice = ""
        self.messages: deque[Message] = deque(maxlen=MOST_MESSAGES)
        self.job_id = ""
        """Of a job in another process, which has the messages; else ""."""
        self.loaded = 0
        """How many of these messages were asked for, or passed over."""
        self.message_count = 0
        self.stored = 0
        self.problems = 0
        self.size_bytes = 0

    @property
    def whole(self) -> "list[AssociationRecord]":
        """Itself and those below it."""
        return [self, *(part for part in self.children if isinstance(part, AssociationRecord))]

    @property
    def shown_state(self) -> AssociationState:
        """Its own state, or that of the one below it that is open."""
        return next((part.state for part in self.whole if part.state not in OVER), self.state)

    @property
    def lasted_s(self) -> float:
        """Seconds that it was open, or is open until now; to the end of the last one below it."""
        return max(*(part.ended_at or part.now for part in self.whole), self.started_at) - self.started_at

    @property
    def proposed(self) -> int:
        """Presentation contexts that were proposed."""
        return len(self.negotiation.contexts) if self.negotiation else len(self.contexts)

    def direction_word(self) -> str:
        """Whether we asked or were asked."""
        return _say("Outgoing") if self.is_requestor else _say("Incoming")

    def security_word(self) -> str:
        """Return the protection of the connection: "TLS 1.3", or "" for none."""
        session = self.negotiation.tls if self.negotiation else None
        return tls_version_text(session) if session else ""

    def text(self, column: int) -> str:
        texts: dict[int, Callable[[], str]] = {
            DIRECTION: self.direction_word,
            PEER: lambda: self.peer,
            SECURITY: self.security_word,
            STATE: lambda: association_word(self.shown_state),
            STARTED: lambda: clock_text(self.started_at),
            LASTED: lambda: wording.elapsed_text(self.lasted_s),
            CONTEXTS: self._contexts_text,
            STORED: lambda: wording.count_text(self.stored) if self.stored else "",
            PROBLEMS: lambda: wording.count_text(self.problems) if self.problems else "",
            SIZE: lambda: human.size_text(self.size_bytes) if self.size_bytes else "",
        }
        return texts[column]()

    def sort_value(self, column: int) -> str | float:
        values: dict[int, float] = {
            STARTED: self.started_at,
            LASTED: self.lasted_s,
            CONTEXTS: sum(part.accepted for part in self.whole),
            STORED: self.stored,
            PROBLEMS: self.problems,
            SIZE: self.size_bytes,
        }
        return float(values[column]) if column in values else self.text(column).casefold()

    def parts(self, column: int) -> tuple[Part, ...] | None:
        if column != PEER:
            return None
        title, _, place = self.peer.partition("@")
        name = title or (_say("unnamed") if self.number > 0 else _say("No request"))
        parts = [Part(name, Weight.STRONG), Part(place, Weight.QUIET)]
        if self.children:
            count = wording.plural(len(self.whole), "", _say("check, {count} associations"))
            parts.insert(1, Part(count, Weight.PLAIN))
        return tuple(parts)

    def _contexts_text(self) -> str:
        if not self.negotiation:
            return ""
        return f"{sum(part.accepted for part in self.whole)} / {sum(part.proposed for part in self.whole)}"

    def mark(self, column: int) -> Mark | None:
        if column == DIRECTION:
            return Mark("outgoing" if self.is_requestor else "incoming", self.direction_word(), Tone.PLAIN)
        if column == SECURITY and self.security_word():
            return Mark("lock", self.security_word(), Tone.PLAIN)
        if column == STATE:
            state = self.shown_state
            return Mark(state.value, association_word(state), _TONES[state])
        if column == PROBLEMS and self.problems:
            return Mark("", wording.count_text(self.problems), Tone.BAD)
        return None

    def tip(self, column: int) -> str:
        session = self.negotiation.tls if self.negotiation else None
        tips = {STATE: self.reason, PEER: self.peer, SECURITY: human.printable(str(session)) if session else ""}
        return tips.get(column, "")


class AssociationLog:
    """Collects associations from events; an ``Outline`` is told of rows that come, go or change. For the Qt thread."""

    def __init__(self, outline: Outline, problems: ProblemShelf | None = None) -> None:
        """Associations that were not established, or aborted, are reported to ``problems`` until one with the same peer
        is, or ends in order.
        """
        self._outline = outline
        self._records: dict[tuple[str, int], AssociationRecord] = {}
        self._problems = problems or loose_shelf()
        self._kept = 0
        """Messages of all associations."""
        self._failed_requests = 0
        """Connections that came to nothing; they have no number of their own."""
        self._troubled: dict[_Way, dict[tuple[str, int], AssociationRecord]] = {}
        """Those that are reported, by the way that they went."""

    @property
    def open(self) -> int:
        """Associations that are open or being negotiated."""
        return sum(record.state not in OVER for record in self._records.values())

    def __len__(self) -> int:
        return len(self._records)

    def find(self, job_id: str, number: int) -> AssociationRecord | None:
        """Return the association of this number within a job, None for one that is not known any more."""
        return self._records.get((job_id, number))

    def apply(self, event: RetrieveFact | ReceptionSum, at: float) -> None:
        """Take note of what any job reports."""
        match event:
            case ReceptionSum():
                for each in event.associations:
                    self._on_sum(event.job_id, each)
            case AssociationRequested():
                self._on_requested(event, at)
            case AssociationReceived():
                self._on_received(event, at)
            case AssociationAccepted() | AssociationFailed() | AssociationReleased() | AssociationAborted():
                self._on_step(event, at)
            case ItemFinished(association=association) if association:
                self._on_item(event, at)
            case RequestFailed() if not event.is_bare_connection:
                self._on_failed_request(event, at)
            case JobFinished(job_id=job_id, outcome=JobOutcome.CANCELLED):
                self._on_cancelled(job_id)
            case _:
                self._on_message(message_of(event), at)

    def measure(self, now: float) -> None:
        """Bring the times of open associations up to date."""
        for record in self._records.values():
            if record.state not in OVER:
                record.now = now
                self._outline.touch(record)

    def clear_finished(self) -> None:
        """Forget all associations that are over."""
        for record in list(self._records.values()):
            if not _is_part(record) and record.shown_state in OVER:
                self._forget(record)

    def _on_message(self, message: AssociationMessage | None, at: float) -> None:
        record = self._records.get((message.job_id, message.association)) if message is not None else None
        if message is None or record is None:
            return
        self._keep(record, Message(message, at))
        self._outline.touch(record)

    def _keep(self, record: AssociationRecord, message: Message) -> None:
        """Keep a message; of all associations together no more than a bound, the oldest associations' go."""
        self._kept += len(record.messages) < MOST_MESSAGES
        record.messages.append(message)
        record.message_count += 1
        if self._kept > MOST_MESSAGES_OF_ALL:
            for other in self._records.values():
                if other is not record:
                    self._kept -= len(other.messages)
                    other.messages.clear()
                if self._kept <= MOST_MESSAGES_OF_ALL // 2:
                    break

    def _on_requested(self, event: AssociationRequested, at: float) -> None:
        record = self._add((event.job_id, event.association), is_requestor=True, at=at)
        record.peer = human.printable(event.peer)
        record.calling_ae_title = human.printable(event.calling_ae_title)
        record.called_ae_title = record.peer.partition("@")[0]
        record.contexts = event.contexts

    def _on_received(self, event: AssociationReceived, at: float) -> None:
        record = self._add((event.job_id, event.association), is_requestor=False, at=at)
        record.calling_ae_title = human.printable(event.calling_ae_title)
        record.called_ae_title = human.printable(event.called_ae_title)
        record.peer = f"{record.calling_ae_title}@{human.printable(event.peer_host)}"
        record.contexts = event.contexts

    def _on_failed_request(self, event: RequestFailed, at: float) -> None:
        """A connection over which nobody came to ask for an association: TLS failed, or what was sent is no DICOM."""
        self._failed_requests += 1
        record = self._add((event.job_id, -self._failed_requests), is_requestor=False, at=at)
        record.peer = f"@{human.printable(event.peer_host)}"
        record.state, record.reason = AssociationState.REFUSED, human.printable(event.reason)
        known = explain_event(event)
        record.advice = human.printable(f"{known.cause} {known.advice}".strip())
        record.ended_at = at
        self._outline.touch(record)

    def _on_step(
        self,
        event: AssociationAccepted | AssociationFailed | AssociationReleased | AssociationAborted,
        at: float,
    ) -> None:
        record = self._records.get((event.job_id, event.association))
        if record is None or record.state in OVER:
            return
        match event:
            case AssociationAccepted(negotiation=negotiation):
                record.state, record.negotiation = AssociationState.ESTABLISHED, negotiation
                record.accepted = sum(context.is_accepted for context in negotiation.contexts)
            case AssociationFailed(reason=reason, cause=cause, advice=advice):
                record.state, record.reason = AssociationState.REFUSED, human.printable(reason)
                record.advice = human.printable(f"{cause} {advice}".strip())
            case AssociationReleased():
                record.state = AssociationState.RELEASED
            case AssociationAborted(by_peer=by_peer, reason=reason):
                record.state, record.reason = AssociationState.ABORTED, human.printable(reason)
                record.is_by_peer = by_peer
                record.advice = _say("The peer's log may say why it gave up.") if by_peer else ""
        record.now = at
        if record.state in OVER:
            record.ended_at = at
        if not _is_check(event.job_id):  # what a check finds is a problem of its peer
            self._book((event.job_id, event.association), record, at)
        self._outline.touch(record)

    def _book(self, key: tuple[str, int], record: AssociationRecord, at: float) -> None:
        """Report a problem, or mend those that came the same way before: what did not open opens, what broke ends."""
        mended = _MENDED_BY.get(record.state)
        if mended is not None:
            troubled = self._troubled.get(_way(record), {})
            for known in [each for each, other in troubled.items() if other.state is mended]:
                self._mend(known, record)
        elif record.state in _MENDED_BY.values():
            self._troubled.setdefault(_way(record), {})[key] = record
            self._problems.report(key, f"{record.direction_word()}: {record.peer}", _problem_words(record), at)

    def _mend(self, key: tuple[str, int], record: AssociationRecord) -> None:
        troubled = self._troubled.get(_way(record), {})
        if troubled.pop(key, None) is not None:
            self._problems.mend(key)
            if not troubled:
                del self._troubled[_way(record)]

    def _on_cancelled(self, job_id: str) -> None:
        """What ended because its user wished so is no problem."""
        for key, record in self._records.items():
            is_ours = record.is_requestor if record.state is AssociationState.REFUSED else not record.is_by_peer
            if key[0] == job_id and is_ours:
                self._mend(key, record)

    def _on_item(self, event: ItemFinished, at: float) -> None:
        record = self._records.get((event.job_id, event.association))
        if record is None:
            return
        self._keep(record, Message(event, at))
        if event.outcome in {ItemOutcome.STORED, ItemOutcome.WARNING}:
            record.stored += 1
            record.size_bytes += event.size_bytes
        else:
            record.problems += 1
        self._outline.touch(record)

    def _on_sum(self, job_id: str, told: AssociationSum) -> None:
        record = self._records.get((job_id, told.association))
        if record is None:
            return
        record.message_count += told.messages
        record.stored += told.stored
        record.problems += told.messages - told.stored
        record.size_bytes += told.size_bytes
        record.job_id = job_id
        self._outline.touch(record)

    def keep_messages(self, record: AssociationRecord, count: int, messages: "Iterable[KeptMessage]") -> None:
        """Keep messages that were asked for, up to the one of a number; they are counted already."""
        record.loaded = max(count, record.loaded)
        for message in messages:
            self._keep(record, Message(message, message.at))
            record.message_count -= 1

    def _add(self, key: tuple[str, int], *, is_requestor: bool, at: float) -> AssociationRecord:
        if len(self._records) >= MOST_ASSOCIATIONS:
            ended = (each for each in self._records.values() if not _is_part(each) and each.shown_state in OVER)
            oldest = next(ended, None)
            if oldest is not None:
                self._forget(oldest)
        record = self._records[key] = AssociationRecord(key[1], is_requestor=is_requestor, at=at)
        first = self._records.get((key[0], 1)) if _is_check(key[0]) and key[1] > 1 else None
        self._outline.insert(first, [record])
        return record

    def _forget(self, record: AssociationRecord) -> None:
        """Take a record off the list, with those below it."""
        self._outline.remove(record)
        gone = set(record.whole)
        for key in [key for key, each in self._records.items() if each in gone]:
            forgotten = self._records.pop(key)
            self._kept -= len(forgotten.messages)
            self._mend(key, forgotten)


_Way = tuple[bool, str, str, str]
"""Who asked whom under which titles."""
_MENDED_BY = {
    AssociationState.ESTABLISHED: AssociationState.REFUSED,
    AssociationState.RELEASED: AssociationState.ABORTED,
}


def _way(record: AssociationRecord) -> _Way:
    return (record.is_requestor, record.peer, record.calling_ae_title, record.called_ae_title)


def _problem_words(record: AssociationRecord) -> str:
    parts = (association_word(record.state), wording.capitalised(record.reason))
    return ". ".join(text.rstrip(".") for text in parts if text) + "."


def _is_check(job_id: str) -> bool:
    return job_id.startswith("check-")


def _is_part(record: AssociationRecord) -> bool:
    """Whether a record stands below that of its check."""
    return isinstance(record.parent, AssociationRecord)


def tls_version_text(session: TlsSession) -> str:
    """Return "TLS 1.3" for OpenSSL's "TLSv1.3"."""
    return human.printable(session.version.replace("TLSv", "TLS "))


def clock_text(at: float) -> str:
    """Return the local time of day of seconds since the epoch: "14:03:27"."""
    return time.strftime("%H:%M:%S", time.localtime(at))
