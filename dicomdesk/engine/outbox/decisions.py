"""Decisions of an Outbox on what is tried again; pure."""

from enum import Enum

from dicomdesk.engine.send.retry import is_transient_error
from dicomdesk.errors import DicomdeskError

__all__ = ["RunVerdict", "judge_run"]


class RunVerdict(Enum):
    """What the end of a run means for what is left of it."""

    GOES_ON = "goes-on"
    """It waits for the next run."""
    LATER = "later"
    """It waits until the peer is tried again."""
    NEVER = "never"
    """It ends: the same would come of it again."""


def judge_run(error: DicomdeskError | None, *, is_cancelled: bool, has_moved: bool) -> RunVerdict:
    """Judge a run that has left something; ``has_moved`` where something of it was claimed."""
    if is_cancelled:
        return RunVerdict.GOES_ON
    if error is None:
        return RunVerdict.GOES_ON if has_moved else RunVerdict.LATER
    return RunVerdict.LATER if is_transient_error(error) else RunVerdict.NEVER
