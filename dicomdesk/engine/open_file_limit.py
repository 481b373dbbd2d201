"""Limit on parallel associations from the open files that are allowed to this process."""

import os

__all__ = ["affordable_associations"]

_EACH = 6
"""Of one association: its socket, two for being interrupted, the file that is sent, the next one, and one to spare."""


def affordable_associations(wanted: int) -> int:
    """``wanted``, or fewer where there are not enough descriptors left; at least one."""
    left = _descriptors_left()
    return wanted if left is None else max(1, min(wanted, left // _EACH))


def _descriptors_left() -> int | None:
    """Return how many files may still be opened; None where the system does not tell."""
    try:
        import resource  # noqa: PLC0415 - not on all systems

        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        in_use = len(os.listdir("/dev/fd")) - 1  # one is for reading the folder
    except (ImportError, OSError):
        return None
    return None if limit == resource.RLIM_INFINITY else max(limit - in_use, 0)
