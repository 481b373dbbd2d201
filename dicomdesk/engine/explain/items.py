"""Explanations of what became of one instance, from what a report keeps of it. Pure."""

from dicomdesk.engine.explain.failure import Area, Failure
from dicomdesk.engine.explain.recognition import explain_all, find_failure
from dicomdesk.logs import UNEXPLAINED, Explanation
from dicomdesk.network.status_meanings import explain_status

__all__ = ["explain_failure", "explain_input", "explain_instance"]

_UNANSWERED = (Area.TRANSFER, Area.CONNECTING, Area.TLS)
_UNSENT = (
    Area.CONNECTING,
    Area.TLS,
    Area.REJECTED,
    Area.ASSOCIATING,
    Area.FILES,
    Area.TRANSFER,
    Area.RECEIVING,
    Area.SETTINGS,
)
_INPUTS = (Area.FILES, Area.RECEIVING, Area.SETTINGS)


def explain_instance(status: int | None, reason: str, *, is_unanswered: bool) -> Explanation:
    """Why an instance was not simply stored, and what to do; UNEXPLAINED where it was, or nothing is known.

    ``is_unanswered`` where it was sent, or part of it, and no answer came.
    """
    if status is not None:
        meaning = explain_status(status)
        return Explanation(meaning.cause, meaning.advice) if status else UNEXPLAINED
    if is_unanswered:
        return _remedy(_first(reason, _UNANSWERED) or find_failure("lost-in-transfer"))
    return explain_failure(reason)


def explain_failure(reason: str) -> Explanation:
    """Why a job ended early, or an instance was not sent, and what to do; UNEXPLAINED where nothing is known of it."""
    return _remedy(_first(reason, _UNSENT))


def explain_input(reason: str) -> Explanation:
    """Why an input was not taken, and what to do; UNEXPLAINED where nothing is known of it."""
    return _remedy(_first(reason, _INPUTS))


def _first(text: str, areas: tuple[Area, ...]) -> Failure | None:
    """The failure that the words tell of, of the first of these areas that has one."""
    known = [failure for failure in explain_all(text) if failure.area in areas] if text else []
    return min(known, key=lambda failure: areas.index(failure.area), default=None)


def _remedy(failure: Failure | None) -> Explanation:
    return UNEXPLAINED if failure is None else Explanation(failure.cause, failure.advice)
