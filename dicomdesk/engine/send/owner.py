"""Seam of a planned job whose instances belong to somebody else, who may take what waits out of it while it runs."""

from typing import Protocol

__all__ = ["SendOwner"]


class SendOwner(Protocol):
    """Decides which instances of a job go, and takes back what does not.

    A job that has an owner tries nothing again by itself: what ended for a reason that may pass it puts back into the
    ledger, and it ends where no association can be opened, or one was lost before anything was answered. Called from
    all threads of the job; no method blocks.
    """

    def is_wanted(self, index: int) -> bool:
        """Whether the instance, which waits, is to go with this job still."""
        ...

    def claim(self, index: int) -> bool:
        """Take the instance out of the owner's hands, as its turn has come; False where it is not to go any more.

        One that was claimed ends, is put back or is given back.
        """
        ...

    def give_back(self, index: int) -> None:
        """Take an instance back that was claimed but not begun."""
        ...
