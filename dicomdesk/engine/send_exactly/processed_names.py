"""Renames files that were processed: ".done" or ".bad" is appended."""

import os

from dicomdesk.records import dataclass

__all__ = ["RenamedFile", "rename_processed"]

_DONE, _BAD = ".done", ".bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamedFile:
    """Outcome of a renaming."""

    path: str
    """The new name, or the one that it was to have."""
    problem: str = ""
    """Why the file keeps its name; "" where it does not."""
    has_replaced: bool = False
    """Whether there was a file of the new name before, which is gone now."""


def rename_processed(path: str, *, is_done: bool) -> RenamedFile:
    """Append ".done", or ".bad" where not done, to the file's name. A file of that name is replaced; never raises."""
    renamed = path + (_DONE if is_done else _BAD)
    try:
        has_replaced = os.path.lexists(renamed)
        os.replace(path, renamed)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        return RenamedFile(path=renamed, problem=reason or str(error))
    return RenamedFile(path=renamed, has_replaced=has_replaced)
