"""What queries have found at peers, as values: what a retrieve needs to know to ask for it."""

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.records import dataclass
from dicomdesk.settings import AssociationSettings, Peer

__all__ = ["AskedPeer", "FoundEntity", "FoundPlace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPeer:
    """A peer with all that an association with it needs."""

    peer: Peer
    association: AssociationSettings
    name: str = ""
    """What it is called here; "" for its AE title."""
    character_set: str = ""
    """That keys are encoded in, a value of (0008,0005); "" says nothing of it."""
    associations: int | None = None
    """That are open with it at once, at most; None leaves that to who asks."""

    @property
    def word(self) -> str:
        """What it is called, in a few letters."""
        return self.name or self.peer.ae_title


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """A peer that has the entity, and what it says of it."""

    asked: AskedPeer
    instances: int | None = None
    """How many instances it announces; None where it says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEntity:
    """A patient, study, series or instance; the text is as hostile as it came, but of one line."""

    level: Level
    model: QueryModel
    """That it was found in."""
    title: str
    """A few words for people."""
    places: tuple[FoundPlace, ...]
    """At least one; the first is the peer that answered first."""
    patient_id: str = ""
    study_instance_uid: str = ""
    series_instance_uid: str = ""
    sop_instance_uid: str = ""
    sop_class_uid: str = ""
    """Of an instance."""
    modalities: tuple[str, ...] = ()

    @property
    def instances(self) -> int | None:
        """How many instances the peer announces that has most; None where nobody says; 1 for an instance."""
        if self.level is Level.IMAGE:
            return 1
        return max((place.instances for place in self.places if place.instances is not None), default=None)
