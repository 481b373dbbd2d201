"""Facts of receiving: what an arrival is, who sent it, which study is quiet."""

from enum import Enum

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.records import dataclass

__all__ = ["ArrivalKind", "StorageChanged", "StorageState", "StudySender", "StudySettled"]


class ArrivalKind(Enum):
    """Place of an arrival among those of its study: counts of what is here are of distinct SOP Instance UIDs."""

    NEW = "new"
    """Stored, and not here before."""
    REPEATED = "repeated"
    """Here already with the same data set."""
    OVERWRITTEN = "overwritten"
    """Here already: its file took the place of one with another data set, or of one that nobody compared."""
    KEPT_BOTH = "kept-both"
    """Here already: there is another file of it now."""
    REFUSED_AGAIN = "refused-again"
    """Refused because it is here already."""
    REFUSED = "refused"
    """Not stored, for another reason."""
    LOST = "lost"
    """Not stored: its association ended before."""

    __hash__ = object.__hash__  # members are compared by identity; the hash of Enum is slow where instances are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySender:
    """Somebody who brings instances; text is as it came."""

    calling_ae_title: str
    called_ae_title: str
    host: str
    """Name where host lookup is on and answers, else the address."""
    address: str = ""
    """IP address, "" where not known."""

    def __hash__(self) -> int:
        """Quick, since every arrival is counted for its sender; those of one title are few."""
        return hash(self.calling_ae_title)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudySettled:
    """A study received has been quiet for the settle time."""

    job_id: str
    study_instance_uid: str
    folder: str
    items: int
    """Arrivals that were stored since it last settled."""
    command_exit_code: int | None
    """None where no command was asked for."""
    here: int = 0
    """Distinct instances."""
    again: int = 0
    """Arrivals of instances that were here."""
    refused: int = 0
    """Arrivals that were not stored."""
    expected: int | None = None
    """How many distinct instances it has elsewhere, None where nobody said."""
    senders: tuple[StudySender, ...] = ()
    modalities: tuple[str, ...] = ()
    header: InstanceHeader | None = None
    """Of its first instance."""


class StorageState(Enum):
    """Whether what is received can be stored."""

    OK = "ok"
    LOW = "low"
    """There is room, but less than the threshold."""
    FULL = "full"
    """No room, or less than is to be kept free: instances are refused."""
    GONE = "gone"
    """The folder is not there, or its disk is not."""
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageChanged:
    """A state of the folder for what is received has begun; told once each time."""

    job_id: str
    state: StorageState
    folder: str
    free_bytes: int | None
    """None where nobody can know."""
    full_in_s: float | None
    """At the rate of the last minutes, None where it does not fill or that is not known yet."""
    text: str
    """Plain words."""
    advice: str
    """What to do next, "" for nothing."""
