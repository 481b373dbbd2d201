"""What queries have found, as values, at a peer of this machine."""

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity, FoundPlace
from dicomdesk.settings import AssociationSettings, Peer

CALLING = "WS1"


def asked_peer(port: int = 104, ae_title: str = "ARCHIVE", host: str = "127.0.0.1") -> AskedPeer:
    """A peer that we call as WS1."""
    peer = Peer(host=host, port=port, ae_title=ae_title)
    return AskedPeer(peer=peer, association=AssociationSettings(calling_ae_title=CALLING))


def found(
    level: Level = Level.STUDY,
    *places: tuple[AskedPeer, int | None],
    model: QueryModel = QueryModel.STUDY_ROOT,
    title: str = "Doe, Jane",
    patient: str = "P1",
    study: str = "1.2.3",
    series: str = "",
    instance: str = "",
) -> FoundEntity:
    """An entity at peers with the counts that they announce; without any, at one that says nothing."""
    return FoundEntity(
        level=level,
        model=model,
        title=title,
        places=tuple(FoundPlace(asked=asked, instances=count) for asked, count in places or ((asked_peer(), None),)),
        patient_id=patient,
        study_instance_uid=study,
        series_instance_uid=series,
        sop_instance_uid=instance,
    )
