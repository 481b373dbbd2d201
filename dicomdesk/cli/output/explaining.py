"""The words of the table of failures, for those who write lines: it is read when the first failure is told."""

from pathlib import Path

from dicomdesk.human import printable
from dicomdesk.logs import UNEXPLAINED, Explanation, Logger

__all__ = ["explain_fact", "explain_status", "explain_text", "folder_trouble", "hold_words"]


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


def explain_status(status: int, service: str) -> Explanation:
    """Find what a status means that answers a service, such as "C-FIND", and what to do; nothing for success."""
    from dicomdesk.engine.explain.recognition import explain_text as explain  # noqa: PLC0415 - only after a failure: start-up time

    known = explain(f"{status:04X}H", service)
    return Explanation(known[0].cause, known[0].advice) if known else UNEXPLAINED


def hold_words(logger: Logger, sentence: str) -> None:
    """Have a sentence of ours that names more than DCMTK's line, and what it means, follow that line, the next."""
    logger.hold(printable(sentence), explain_text(sentence))


def folder_trouble(folder: Path, reason: str = "Directory does not exist") -> str:
    """Say in a sentence why nothing can be stored in a folder."""
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file, not a folder"
    return f"{folder}: {reason}"
