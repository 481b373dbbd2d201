"""Instances that nobody asked for are stored as all are, named, and counted apart."""

from pathlib import Path

import pytest

from dicomdesk.engine.events import Notice
from dicomdesk.engine.retrieve.facts import RetrieveDiagnosed
from dicomdesk.engine.retrieve.outcome import DiagnosisKind
from dicomdesk.engine.retrieve.request import ExpectedInstance
from tests.helpers.archives.served_archives import encoded, instance_uid_of
from tests.helpers.data.datasets import EXPLICIT
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.querying import of
from tests.helpers.jobs.retrieving import CT, getting, moving, retrieve, study
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response, roles
from tests.helpers.peers.requestors import Proposal, connected, data_pdu, store_command

UIDS = ["1.2.3.1", "1.2.3.2"]
STRANGE = ["9.9.9.1", "9.9.9.2"]
C_FIND_RQ = 0x0020
EXPECTED = tuple(ExpectedInstance(sop_instance_uid=uid, sop_class_uid=CT) for uid in UIDS)


def also_sends_others(asked: Asked, message: Message) -> None:
    contexts = {uid: number for number, (uid, _) in asked.contexts.items()}
    for number, uid in enumerate([*UIDS, *STRANGE], 1):
        data = encoded(uid, "1.2.3" if uid in UIDS else "9.9.9")
        asked.send(data_pdu(contexts[CT], 3, store_command(uid, number)), data_pdu(contexts[CT], 2, data))
        asked.read_message()
    asked.send(response(message, 0, x1021=4, x1022=0, x1023=0))


@pytest.mark.parametrize(
    ("expected", "asks_first"),
    [((), False), (EXPECTED, False), ((), True)],
    ids=["nothing known", "known", "asked for in vain"],
)
def test_a_get_that_brings_another_study_too(
    expected: tuple[ExpectedInstance, ...], asks_first: bool, tmp_path: Path
) -> None:
    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_FIND_RQ:
            asked.send(response(message, 0xC000))
        else:
            also_sends_others(asked, message)

    with AnsweringPeer(answer, roles) as peer:
        request = getting(peer.port, tmp_path / "in", study("1.2.3"), expected=expected, asks_first=asks_first)
        outcome, facts = retrieve(request)
    assert (outcome.arrived, outcome.stored, outcome.unasked, outcome.missing) == (2, 2, 2, ())
    assert [one.kind for one in outcome.diagnoses] == [DiagnosisKind.UNASKED]
    assert outcome.diagnoses[0].uids == tuple(STRANGE)
    assert [fact.diagnosis for fact in of(facts, RetrieveDiagnosed)] == list(outcome.diagnoses)
    assert {path.name for path in (tmp_path / "in").iterdir()} == {f"CT.{uid}" for uid in [*UIDS, *STRANGE]}


def test_a_move_to_here_that_brings_another_study_too(tmp_path: Path) -> None:
    port = free_port()

    def answer(asked: Asked, message: Message) -> None:
        with connected(port) as storing:
            storing.associate(Proposal(contexts=[(1, CT, [EXPLICIT])], called=b"ASKER", calling=b"PACS"))
            for data in (encoded(UIDS[0], "1.2.3"), encoded(STRANGE[0], "9.9.9"), encoded(UIDS[1], "1.2.3")):
                assert storing.store(instance_uid_of(data), [data], sop_class=CT) == 0
            storing.release()
        asked.send(response(message, 0, x1021=2, x1022=0, x1023=0))

    with AnsweringPeer(answer) as peer:
        outcome, _ = retrieve(moving(peer.port, port, tmp_path / "in", study("1.2.3")))
    assert (outcome.arrived, outcome.stored, outcome.unasked) == (2, 2, 1)
    assert [one.kind for one in outcome.diagnoses] == [DiagnosisKind.UNASKED]


def test_a_study_that_grows_is_no_other_study(tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        contexts = {uid: number for number, (uid, _) in asked.contexts.items()}
        for number, uid in enumerate([*UIDS, "1.2.3.3"], 1):
            data = encoded(uid, "1.2.3")
            asked.send(data_pdu(contexts[CT], 3, store_command(uid, number)), data_pdu(contexts[CT], 2, data))
            asked.read_message()
        asked.send(response(message, 0, x1021=3, x1022=0, x1023=0))

    with AnsweringPeer(answer, roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study("1.2.3"), expected=EXPECTED))
    assert (outcome.announced, outcome.arrived, outcome.stored, outcome.unasked) == (2, 3, 3, 0)
    assert outcome.diagnoses == ()


def test_an_instance_that_is_another_one_by_its_own_word_is_stored_as_it_was_sent_and_told(tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        contexts = {uid: number for number, (uid, _) in asked.contexts.items()}
        data = encoded("1.2.3.99", "1.2.3")
        asked.send(data_pdu(contexts[CT], 3, store_command(UIDS[0])), data_pdu(contexts[CT], 2, data))
        asked.read_message()
        asked.send(response(message, 0, x1021=1, x1022=0, x1023=0))

    with AnsweringPeer(answer, roles) as peer:
        outcome, facts = retrieve(getting(peer.port, tmp_path / "in", study("1.2.3")))
    assert outcome.stored == 1
    (notice,) = of(facts, Notice)
    assert UIDS[0] in notice.text
    assert "1.2.3.99" in notice.text
    assert [path.name for path in (tmp_path / "in").iterdir()] == [f"CT.{UIDS[0]}"]
