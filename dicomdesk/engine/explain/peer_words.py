"""What peers say of a failure in words of their own: it may hold what is known of a patient.

It is shown where the user is (terminal, window, reports, JSON lines), and not written to log files.
"""

from typing import Final

__all__ = ["PEER_SAYS", "split_peer_words"]

PEER_SAYS: Final = "The peer says:"
"""Before the words, which stand in quotation marks at the end of a reason."""


def split_peer_words(reason: str) -> tuple[str, str]:
    """Return a reason without what the peer says in its own words, and that, "" where it says nothing."""
    before, mark, said = reason.partition(f'{PEER_SAYS} "')
    return (before.rstrip(), f"{mark}{said}") if mark else (reason, "")
