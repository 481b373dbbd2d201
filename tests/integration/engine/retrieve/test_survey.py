"""What exists is asked for from the level of the identifier down."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.engine.job import JobControl
from dicomdesk.engine.query.match_requestor import MatchRequestor, QueryTerms, find_context
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.retrieve.survey import find_existing
from dicomdesk.errors import DataError
from dicomdesk.network.negotiation import number_contexts
from dicomdesk.network.requestor.association import open_association
from dicomdesk.settings import Peer
from tests.helpers.archives.served_archives import ARCHIVE, FIND_PATIENT, encoded, running
from tests.helpers.jobs.querying import SETTINGS
from tests.helpers.jobs.retrieving import CT, IMAGE, LEVEL, SERIES, STUDY
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response

PATIENT = 0x00100020
EXPLICIT = "1.2.840.10008.1.2.1"


@contextmanager
def asking(port: int) -> Iterator[MatchRequestor]:
    association = open_association(
        peer=Peer(host="127.0.0.1", port=port, ae_title=ARCHIVE),
        settings=SETTINGS,
        contexts=number_contexts([(FIND_PATIENT, (EXPLICIT,))]),
    )
    context = find_context(association.negotiation, FIND_PATIENT)
    assert context is not None
    yield MatchRequestor(
        association, context, QueryTerms(job_id="r", number=1, control=JobControl(), report=lambda _fact: None)
    )
    association.release()


def wanted(level: str, *keys: tuple[int, str]) -> Identifier:
    return Identifier(keys=tuple(QueryKey(tag=tag, value=value) for tag, value in ((LEVEL, level), *keys)))


@pytest.mark.parametrize(
    ("identifier", "uids"),
    [
        (wanted("PATIENT", (PATIENT, "P1")), ["1.1.1.1", "1.1.2.1", "1.2.1.1", "1.2.1.2"]),
        (wanted("STUDY", (PATIENT, "P1"), (STUDY, "1.2")), ["1.2.1.1", "1.2.1.2"]),
        (wanted("STUDY", (PATIENT, "P1"), (STUDY, "1.1\\1.2")), ["1.1.1.1", "1.1.2.1", "1.2.1.1", "1.2.1.2"]),
        (wanted("SERIES", (PATIENT, "P1"), (STUDY, "1.1"), (SERIES, "1.1.2")), ["1.1.2.1"]),
        (wanted("IMAGE", (PATIENT, "P1"), (STUDY, "1.2"), (SERIES, "1.2.1"), (IMAGE, "1.2.1.2\\9")), ["1.2.1.2"]),
        (wanted("STUDY", (PATIENT, "P1"), (STUDY, "9")), []),
    ],
)
def test_the_instances_of_each_level_are_found(tmp_path: Path, identifier: Identifier, uids: list[str]) -> None:
    with running(tmp_path) as archive:
        archive.put(
            encoded("1.1.1.1", "1.1", "1.1.1"),
            encoded("1.1.2.1", "1.1", "1.1.2"),
            encoded("1.2.1.1", "1.2", "1.2.1"),
            encoded("1.2.1.2", "1.2", "1.2.1"),
            encoded("3.1.1.1", "3.1", "3.1.1", patient="P3"),
        )
        with asking(archive.port) as asks:
            found = find_existing(asks, identifier, 7)
    assert sorted(one.sop_instance_uid for one in found) == uids
    assert all(one.sop_class_uid == CT and one.identifier == 7 for one in found)
    assert all(one.sop_instance_uid.startswith(f"{one.series_instance_uid}.") for one in found)
    assert all(one.series_instance_uid.startswith(f"{one.study_instance_uid}.") for one in found)


def test_an_identifier_without_level_is_refused() -> None:
    with AnsweringPeer(lambda _asked, _message: None) as peer, asking(peer.port) as asks, pytest.raises(DataError):
        find_existing(asks, Identifier(keys=(QueryKey(tag=STUDY, value="1.2"),)), 0)


def test_matches_that_cannot_be_read_or_name_nothing_are_passed_over() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(*(response(message, 0xFF00, data) for data in (b"\x08\0", b"", b"\xff" * 20)), response(message, 0))

    with AnsweringPeer(answer) as peer, asking(peer.port) as asks:
        assert find_existing(asks, wanted("STUDY", (STUDY, "1.2")), 0) == []


def test_a_peer_that_cannot_be_asked_at_a_level_tells_nothing() -> None:
    with AnsweringPeer(lambda asked, message: asked.send(response(message, 0xA900))) as peer, asking(peer.port) as asks:
        assert find_existing(asks, wanted("STUDY", (STUDY, "1.2")), 0) == []
