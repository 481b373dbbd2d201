"""The causes that a retrieve job names, and the one way in which each is told: in events, logs, reports and windows."""

from collections.abc import Mapping
from enum import Enum

from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.human import printable
from dicomdesk.records import dataclass

__all__ = ["Diagnosis", "DiagnosisKind"]

_MOST_UIDS = 20


class DiagnosisKind(Enum):
    """Why instances did not arrive; the values are for JSON."""

    UNREACHABLE = "unreachable"
    """The peer could not be asked at all."""
    NO_LISTENER = "no-listener"
    """Nothing can listen here for what a C-MOVE sends."""
    METHOD_NOT_SUPPORTED = "method-not-supported"
    """It takes no C-MOVE, or no C-GET, of the model."""
    DESTINATION_UNKNOWN = "destination-unknown"
    """It does not know the AE title that it is to send to (A801)."""
    NEVER_CONNECTED = "never-connected"
    """It reports sending, and nobody has called here."""
    REJECTED_BY_US = "rejected-by-us"
    """It called, and we did not accept."""
    CONTEXTS_REFUSED = "contexts-refused"
    """No presentation context was agreed for some of the instances."""
    REFUSED_BY_US = "refused-by-us"
    """Instances came and were not stored: disk, duplicates, broken data sets."""
    SUB_OPERATIONS_FAILED = "sub-operations-failed"
    """The peer could not send some of them."""
    COUNTERS_DIFFER = "counters-differ"
    """It reports more than what came."""
    NOTHING_FOUND = "nothing-found"
    """It finds nothing of what was asked for."""
    REFUSED_BY_PEER = "refused-by-peer"
    """It ended with a failure status."""
    NOT_PERMITTED = "not-permitted"
    """It aborts the association at the request, as archives do that do not let us ask for it."""
    BROKEN_OFF = "broken-off"
    """The association ended before the final response."""
    UNASKED = "unasked"
    """Instances came that belong to nothing that was asked for."""
    MISSING = "missing"
    """A query has told of instances that were neither sent nor refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One cause."""

    kind: DiagnosisKind
    text: str
    """What happened, one sentence that names the peer."""
    advice: str
    """What to do next, one sentence or two."""
    card: str = ""
    """Lines for whoever administers the peer; "" where there is nothing to tell."""
    uids: tuple[str, ...] = ()
    """SOP Instance UIDs, or SOP Class UIDs where presentation contexts are concerned."""
    other: RetrieveMethod | None = None
    """The other method, where the peer takes it and this cause does not concern it."""

    @property
    def sentence(self) -> str:
        """What happened and what to do next, in one line of printable text."""
        return printable(" ".join(filter(None, (self.text, self.advice))))

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, printable: the sentence, the lines of the card, the first of the UIDs."""
        lines = [self.sentence, *(printable(line) for line in self.card.splitlines() if line)]
        lines += [f"  {printable(uid)}" for uid in self.uids[:_MOST_UIDS]]
        if len(self.uids) > _MOST_UIDS:
            lines.append(f"  and {len(self.uids) - _MOST_UIDS:,} more")
        return tuple(lines)

    @property
    def document(self) -> Mapping[str, str | list[str]]:
        """The same for JSON, with all UIDs: ``kind``, ``text``, ``advice``, ``card``, ``other_method``, ``uids``."""
        return {
            "kind": self.kind.value,
            "text": printable(self.text),
            "advice": printable(self.advice),
            "card": [printable(line) for line in self.card.splitlines() if line],
            "other_method": self.other.value if self.other is not None else "",
            "uids": [printable(uid) for uid in self.uids],
        }
