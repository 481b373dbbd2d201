"""What exists is asked for from the level of the identifier down."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.dicom.query.identifier_writer import put_keys
from dicomdesk.dicom.query.keys import QueryKey
from dicomdesk.dicom.query.results import read_result
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


def test_matches_that_cannot_be_read_tell_nothing() -> None:
    def answer(asked: Asked, message: Message) -> None:
        asked.send(*(response(message, 0xFF00, data) for data in (b"\x08\0", b"", b"\xff" * 20)), response(message, 0))

    with AnsweringPeer(answer) as peer, asking(peer.port) as asks:
        assert find_existing(asks, wanted("STUDY", (STUDY, "1.2")), 0) == []


def test_a_peer_that_cannot_be_asked_at_a_level_tells_nothing() -> None:
    with AnsweringPeer(lambda asked, message: asked.send(response(message, 0xA900))) as peer, asking(peer.port) as asks:
        assert find_existing(asks, wanted("STUDY", (STUDY, "1.2")), 0) == []


def match(**keys: str) -> bytes:
    tags = {"study": STUDY, "series": SERIES, "image": IMAGE}
    return put_keys(b"", [QueryKey(tag=tags[name], value=value) for name, value in keys.items()])


def answering(images: Callable[[str], list[bytes]], series: Sequence[str] = ("1.2.1",), end: int = 0) -> AnsweringPeer:
    """A peer whose study 1.2 has these series, with images by series; ``end`` is the status after images."""

    def answer(asked: Asked, message: Message) -> None:
        assert message.data is not None
        keys = read_result(message.data, EXPLICIT)
        if keys.value(LEVEL) == "SERIES":
            matches, status = [match(study="1.2", series=uid) for uid in series], 0
        else:
            matches, status = images(keys.value(SERIES)), end
        asked.send(*(response(message, 0xFF00, data) for data in matches), response(message, status))

    return AnsweringPeer(answer)


def survey(peer: AnsweringPeer, goes_on: Callable[[], bool] = lambda: True) -> list[str]:
    with peer, asking(peer.port) as asks:
        found = find_existing(asks, wanted("STUDY", (STUDY, "1.2")), 0, goes_on)
    return [one.sop_instance_uid for one in found]


def three(series: str) -> list[bytes]:
    return [match(study="1.2", series=series, image=f"{series}.{number}") for number in range(3)]


@pytest.mark.parametrize("end", [0xA700, 0xC000, 0xFE00])
def test_a_part_of_what_exists_is_not_taken_for_all(end: int) -> None:
    assert len(survey(answering(three))) == 3
    assert survey(answering(three, end=end)) == []


@pytest.mark.parametrize("odd", [b"\xff" * 20, b"", match(study="1.2", series="1.2.1")])
def test_a_match_that_tells_no_instance_leaves_it_unknown_what_exists(odd: bytes) -> None:
    assert survey(answering(lambda series: [*three(series), odd])) == []


def test_series_with_as_many_images_or_a_round_number_are_no_cut_answers() -> None:
    def fifty(series: str) -> list[bytes]:
        return [match(study="1.2", series=series, image=f"{series}.{number}") for number in range(50)]

    assert len(survey(answering(fifty, ["1.2.1", "1.2.2"]))) == 100


def test_a_series_that_comes_twice_is_asked_for_once_and_an_image_is_one() -> None:
    peer = answering(lambda series: three(series) * 2, ["1.2.1", "1.2.1"])
    assert len(survey(peer)) == 3
    assert len(peer.requests) == 2


def test_matches_of_another_study_do_not_belong_to_it() -> None:
    peer = answering(lambda series: [*three(series), match(study="9.9", series="9.9.1", image="9.9.1.1")])
    assert survey(peer) == ["1.2.1.0", "1.2.1.1", "1.2.1.2"]


def test_nobody_asks_on_who_is_cancelled_or_has_asked_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = answering(three)
    assert survey(peer, lambda: not peer.requests) == []
    assert len(peer.requests) == 1
    monkeypatch.setattr("dicomdesk.engine.retrieve.survey._MOST_QUESTIONS", 5)
    peer = answering(three, [f"1.2.{number}" for number in range(100)])
    assert survey(peer) == []
    assert len(peer.requests) == 5
