"""One failure that people meet, in words."""

from enum import Enum

from dicomdesk.records import dataclass

__all__ = ["Area", "Failure"]


class Area(Enum):
    """Where in the course of things a failure happens."""

    CONNECTING = "Connecting"
    TLS = "TLS"
    ASSOCIATING = "Opening an association"
    REJECTED = "Rejected associations (PS3.8 9.3.4)"
    TRANSFER = "During a transfer"
    FILES = "Files that are to be sent"
    RECEIVING = "Receiving and storing"
    RETRIEVING = "Queries and retrieves"
    ARCHIVE = "The archive"
    SETTINGS = "Settings and this machine"


@dataclass(frozen=True, slots=True)
class Failure:
    """What happened, why it usually happens, and what to do about it."""

    key: str
    """Short name, the same for ever: "port-closed"."""
    area: Area
    sentence: str
    """What happened."""
    cause: str
    """The likely cause, a sentence or two."""
    advice: str
    """What to do, a sentence or two."""
    patterns: tuple[str, ...] = ()
    """Regular expressions for the words by which logs tell of it, DCMTK's and ours, without regard to case."""
