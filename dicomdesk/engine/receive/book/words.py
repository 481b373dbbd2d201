"""Counts of the arrival book in words: the same in log lines, reports and wherever a tool says them."""

__all__ = ["counts_text"]


def counts_text(here: int, again: int = 0, refused: int = 0, expected: int | None = None) -> str:
    """Return such as "60 here, 40 again" or "60 of 100 here, 3 refused"."""
    words = [f"{here} here" if expected is None else f"{here} of {expected} here"]
    words += [f"{again} again"] if again else []
    words += [f"{refused} not stored"] if refused else []
    return ", ".join(words)
