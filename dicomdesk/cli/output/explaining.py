"""The words of the table of failures, for those who write lines: it is read when the first failure is told."""

from dicomdesk.logs import UNEXPLAINED, Explanation

__all__ = ["explain_fact", "explain_text"]


def explain_text(text: str) -> Explanation:
    """Find what a line means, and what to do; nothing where nothing is known of it."""
    try:
        from dicomdesk.engine.explain.recognition import explain_line  # noqa: PLC0415 - only after a failure: start-up time
    except (OSError, ImportError):  # there may be no descriptor left to read it by
        return UNEXPLAINED
    return explain_line(text) or UNEXPLAINED


def explain_fact(event: object) -> Explanation:
    """Find why what an event tells of happened, and what to do; nothing where it is no failure."""
    try:
        from dicomdesk.engine.reasons.outcomes import explain_event  # noqa: PLC0415 - as above
    except (OSError, ImportError):  # as above
        return UNEXPLAINED
    return explain_event(event)
