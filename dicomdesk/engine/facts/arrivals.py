"""Facts of receiving and sending, summed up: how much since the last time, and not which instances."""

from array import array
from typing import NamedTuple

from dicomdesk.records import dataclass

__all__ = ["AssociationSum", "ReceptionSum", "StoredSum", "StudySum"]


class AssociationSum(NamedTuple):
    """What came of an association since the last time."""

    association: int
    """Number within the job."""
    messages: int
    """Instances that have ended, whatever became of them."""
    stored: int
    size_bytes: int
    """Of what was stored."""
    ended_bytes: int = 0
    """Of all that was tried."""


class StoredSum(NamedTuple):
    """Instances of an errand that were stored at their first attempt, of which there is nothing more to say."""

    errand_id: int
    numbers: "array[int]"
    """Within the errand, each once."""


class StudySum(NamedTuple):
    """What has come of a study since the last time."""

    study_instance_uid: str
    series: tuple[tuple[str, int], ...]
    """Those of which something came, by Series Instance UID, and how many bytes were stored of each."""
    associations: tuple[int, ...]
    """That it came by."""
    is_troubled: bool = False
    """Whether something of it was not stored, repeats that were refused apart."""
    reason: str = ""
    """Why, of the latest."""
    fault: str = ""
    """What kept us from storing the latest that our machine kept us from, in more detail; "" for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionSum:
    """What a job has received or sent since its last sum; stands for the events of each instance."""

    job_id: str
    associations: tuple[AssociationSum, ...]
    studies: tuple[StudySum, ...]
    troubled: tuple[tuple[str, int], ...] = ()
    """Files that did not end well, and the association of each; not all where they are very many."""
