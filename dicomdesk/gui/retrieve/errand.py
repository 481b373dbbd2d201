"""One retrieve as it is asked for in the window: what, from whom, to where, by which method."""

from collections.abc import Sequence
from pathlib import Path

from dicomdesk.dicom.query.attributes import QUERY_RETRIEVE_LEVEL, UNIQUE_KEYS, Level
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.query import Model
from dicomdesk.engine.query.request import Identifier, QueryModel
from dicomdesk.engine.receive.request import Storage
from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest, RunningListener
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity
from dicomdesk.records import dataclass

RETRIES = 1
"""After an association was lost: what has come is not asked for again."""

_MODELS = {
    QueryModel.PATIENT_ROOT: Model.PATIENT_ROOT,
    QueryModel.STUDY_ROOT: Model.STUDY_ROOT,
    QueryModel.PATIENT_STUDY_ONLY: Model.PATIENT_STUDY_ONLY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenListener:
    """A listener of this machine that takes what a C-MOVE brings."""

    ae_title: str
    folder: Path
    running: RunningListener


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where instances are to go."""

    folder: Path = Path()
    """Of this machine."""
    destination: str = ""
    """AE title of another peer, as the source knows it; "" for here."""

    @property
    def is_here(self) -> bool:
        """Whether they come to this machine."""
        return not self.destination


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Entities of one peer, fetched by one job."""

    asked: AskedPeer
    entities: tuple[FoundEntity, ...]
    """At least one, all in one model."""
    target: Target
    method: RetrieveMethod = RetrieveMethod.AUTOMATIC
    takes_again: bool = False
    """Whether to fetch also what is here already."""

    @property
    def model(self) -> Model:
        """The model to retrieve by."""
        return retrieve_model(self.entities[0])

    @property
    def study_instance_uids(self) -> frozenset[str]:
        """Of the studies concerned; empty where patients are fetched whole."""
        uids = frozenset(entity.study_instance_uid for entity in self.entities)
        return frozenset() if "" in uids else uids

    @property
    def announced(self) -> int | None:
        """How many instances the peer has said there are, of all together; None where it did not say of each."""
        counts = [_announced(entity, self.asked) for entity in self.entities]
        return None if None in counts else sum(count for count in counts if count is not None)

    @property
    def counts_by_study(self) -> dict[str, int]:
        """How many instances the peer has said there are of studies that are fetched whole, where it did say."""
        counts = {e.study_instance_uid: _announced(e, self.asked) for e in self.entities if e.level is Level.STUDY}
        return {uid: count for uid, count in counts.items() if count}

    @property
    def is_whole_patient(self) -> bool:
        """Whether a patient is fetched, whose studies are not named."""
        return any(entity.level is Level.PATIENT for entity in self.entities)

    def others(self) -> list[AskedPeer]:
        """Other peers that have all of it."""
        known = [[place.asked for place in entity.places] for entity in self.entities]
        return [asked for asked in known[0] if asked != self.asked and all(asked in each for each in known)]

    def request(
        self,
        method: RetrieveMethod,
        *,
        present: frozenset[str] = frozenset(),
        listener: OpenListener | None = None,
        supported: frozenset[RetrieveMethod] | None = None,
    ) -> RetrieveRequest:
        """Return what the engine is asked to do; ``present`` are SOP Instance UIDs of what is here."""
        destination = self.target.destination or (listener.ae_title if listener is not None else "")
        return RetrieveRequest(
            peer=self.asked.peer,
            identifiers=tuple(identifier_of(entity) for entity in self.entities),
            method=method,
            association=self.asked.association,
            model=self.model,
            destination=destination,
            running_listener=listener.running if listener is not None else None,
            supported=supported,
            storage=Storage(folder=self.target.folder) if self.target.is_here else Storage(),
            asks_first=True,
            present=present,
            takes_compressed=True,
            retries=RETRIES,
            explains=True,
            character_set=self.asked.character_set,
        )


def retrieve_model(entity: FoundEntity) -> Model:
    """The model by which an entity can be retrieved: patients are not known to Study Root (PS3.4 C.6.2.1)."""
    model = _MODELS.get(entity.model, Model.STUDY_ROOT)
    return Model.PATIENT_ROOT if entity.level is Level.PATIENT and model is Model.STUDY_ROOT else model


def unique_keys(entity: FoundEntity) -> dict[Level, str]:
    """The keys that name an entity in its model, from the top down; one that the peer did not tell is ""."""
    values = {
        Level.PATIENT: entity.patient_id,
        Level.STUDY: entity.study_instance_uid,
        Level.SERIES: entity.series_instance_uid,
        Level.IMAGE: entity.sop_instance_uid,
    }
    keys = {level: value for level, value in values.items() if not entity.level.is_above(level)}
    if retrieve_model(entity) is Model.STUDY_ROOT:
        keys.pop(Level.PATIENT, None)
    return keys


def nameless_level(entity: FoundEntity) -> Level | None:
    """The level whose unique key the peer did not tell, so that nothing can be asked for; None where all is well."""
    return next((level for level, value in unique_keys(entity).items() if not value), None)


def identifier_of(entity: FoundEntity) -> Identifier:
    """Names an entity, and nothing else."""
    keys = [QueryKey(tag=QUERY_RETRIEVE_LEVEL, value=entity.level.value)]
    keys += [QueryKey(tag=UNIQUE_KEYS[level], value=value) for level, value in unique_keys(entity).items()]
    return Identifier(keys=tuple(keys))


def plan_errands(
    entities: Sequence[FoundEntity],
    target: Target,
    method: RetrieveMethod = RetrieveMethod.AUTOMATIC,
    *,
    takes_again: bool = False,
) -> list[Errand]:
    """Share entities out among jobs: one for each peer and model; an entity that several have comes from the first."""
    groups: dict[tuple[AskedPeer, Model], list[FoundEntity]] = {}
    for entity in entities:
        groups.setdefault((_best_place(entity), retrieve_model(entity)), []).append(entity)
    return [
        Errand(asked=asked, entities=tuple(group), target=target, method=method, takes_again=takes_again)
        for (asked, _model), group in groups.items()
    ]


def _best_place(entity: FoundEntity) -> AskedPeer:
    """The peer that has most of it; among equals the first."""
    return max(entity.places, key=lambda place: -1 if place.instances is None else place.instances).asked


def _announced(entity: FoundEntity, asked: AskedPeer) -> int | None:
    if entity.level is Level.IMAGE:
        return 1
    return next((place.instances for place in entity.places if place.asked == asked), None)
