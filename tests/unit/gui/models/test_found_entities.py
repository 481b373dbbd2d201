import pytest

from dicomdesk.dicom.query.attributes import Level
from dicomdesk.engine.query.request import QueryModel
from dicomdesk.gui.models.found_entities import AskedPeer, FoundEntity, FoundPlace
from dicomdesk.settings import AssociationSettings, Peer

PEER = AskedPeer(peer=Peer(host="127.0.0.1", port=104, ae_title="PACS"), association=AssociationSettings())


@pytest.mark.parametrize(
    ("level", "counts", "instances"),
    [
        (Level.STUDY, [10, None, 12], 12),
        (Level.STUDY, [None], None),
        (Level.SERIES, [0], 0),
        (Level.IMAGE, [None], 1),
    ],
)
def test_as_many_instances_are_announced_as_the_peer_says_that_has_most(
    level: Level, counts: list[int | None], instances: int | None
) -> None:
    places = tuple(FoundPlace(asked=PEER, instances=count) for count in counts)
    assert FoundEntity(level=level, model=QueryModel.STUDY_ROOT, title="", places=places).instances == instances


def test_a_peer_without_a_name_is_called_by_its_ae_title() -> None:
    assert PEER.word == "PACS"
