"""States of an instance, a series or a study: name, word, icon and tone of each."""

from enum import Enum

from PySide6.QtCore import QCoreApplication

from dicomdesk.engine.events import ItemOutcome
from dicomdesk.gui.theme import Tone


class ItemState(Enum):
    """State of a row; the value is the name of its icon."""

    __hash__ = object.__hash__
    """Members are unique; Enum's own hash is Python code, and counting by state is done for each instance."""

    WAITING = "waiting"
    READY = "ready"
    """Listed, and nobody has said yet that it shall go."""
    HELD = "held"
    """Until somebody lets it go on."""
    RETRYING = "retrying"
    """Waits for its next try."""
    CANCELLED = "cancelled"
    SENDING = "sending"
    RECEIVING = "receiving"
    QUIET = "quiet"
    """An open association has brought nothing for a while."""
    STORED = "stored"
    WARNING = "warning"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_SENT = "not-sent"
    SKIPPED = "skipped"
    """An input that is not taken: not DICOM, unreadable."""


PROBLEMS = (ItemState.REFUSED, ItemState.FAILED, ItemState.NOT_SENT)
"""States that ask for somebody's attention."""

TONES: dict[ItemState, Tone] = {
    ItemState.WAITING: Tone.QUIET,
    ItemState.READY: Tone.QUIET,
    ItemState.HELD: Tone.WARNING,
    ItemState.RETRYING: Tone.WARNING,
    ItemState.CANCELLED: Tone.QUIET,
    ItemState.SENDING: Tone.ACTIVE,
    ItemState.RECEIVING: Tone.ACTIVE,
    ItemState.QUIET: Tone.QUIET,
    ItemState.STORED: Tone.GOOD,
    ItemState.WARNING: Tone.WARNING,
    ItemState.REFUSED: Tone.BAD,
    ItemState.FAILED: Tone.BAD,
    ItemState.NOT_SENT: Tone.BAD,
    ItemState.SKIPPED: Tone.QUIET,
}

ICONS: dict[ItemState, str] = {state: state.value for state in ItemState} | {
    ItemState.NOT_SENT: "failed",
    ItemState.READY: "waiting",
    ItemState.HELD: "pause",
    ItemState.RETRYING: "retry",
    ItemState.CANCELLED: "stop",
}

STATE_OF_OUTCOME = {outcome: ItemState(outcome.value) for outcome in ItemOutcome}


def state_word(state: ItemState) -> str:
    """Return the word for a state, as it stands in a list."""
    translate = QCoreApplication.translate
    words = {
        ItemState.WAITING: translate("states", "Waiting"),
        ItemState.READY: translate("states", "Ready"),
        ItemState.HELD: translate("states", "Paused"),
        ItemState.RETRYING: translate("states", "Tried again"),
        ItemState.CANCELLED: translate("states", "Cancelled"),
        ItemState.SENDING: translate("states", "Sending"),
        ItemState.RECEIVING: translate("states", "Receiving"),
        ItemState.QUIET: translate("states", "Quiet"),
        ItemState.STORED: translate("states", "Stored"),
        ItemState.WARNING: translate("states", "Warning"),
        ItemState.REFUSED: translate("states", "Refused"),
        ItemState.FAILED: translate("states", "Failed"),
        ItemState.NOT_SENT: translate("states", "Not sent"),
        ItemState.SKIPPED: translate("states", "Skipped"),
    }
    return words[state]
