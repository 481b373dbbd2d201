"""Jobs that choose their method, and that try the other one where the first did not bring what there is."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import AssociationRequested, Event, JobOutcome
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage
from dicomdesk.engine.retrieve.facts import RetrieveFact, RetrieveMethodChosen, RetrieveStarted
from dicomdesk.engine.retrieve.outcome import DiagnosisKind, RetrieveFailure, RetrieveOutcome
from dicomdesk.engine.retrieve.request import RetrieveMethod, RetrieveRequest, RunningListener
from dicomdesk.engine.retrieve.retrieve import RetrieveJob
from dicomdesk.settings import AccessRules
from tests.helpers.archives.served_archives import ARCHIVE, MR_IMAGE, Running, encoded, running
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.querying import of
from tests.helpers.jobs.recorder import DEADLINE_S
from tests.helpers.jobs.retrieving import CT, getting, moving, retrieve, storing, study
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response, roles
from tests.helpers.peers.fake_peer import Accept

UIDS = ["1.2.3.1", "1.2.3.2", "1.2.3.3"]
STUDY = "1.2.3"
MOVE_CLASS, GET_CLASS = "1.2.840.10008.5.1.4.1.2.2.2", "1.2.840.10008.5.1.4.1.2.2.3"
MOVE, GET = RetrieveMethod.MOVE, RetrieveMethod.GET


@contextmanager
def filled(folder: Path, to_port: int = 0) -> Iterator[Running]:
    with running(folder / "archive", peers={"ASKER": to_port} if to_port else {}) as archive:
        archive.put(*(encoded(uid, STUDY, "1.2.3.9") for uid in UIDS))
        yield archive


def automatic(port: int, to_port: int, folder: Path, **changes: object) -> RetrieveRequest:
    changes.setdefault("called", ARCHIVE)
    request = moving(port, to_port, folder, study(STUDY), **changes)  # type: ignore[arg-type]  # any field
    return replace(request, method=RetrieveMethod.AUTOMATIC)


def methods(facts: list[RetrieveFact]) -> list[tuple[RetrieveMethod, bool]]:
    return [(fact.method, fact.is_retry) for fact in of(facts, RetrieveMethodChosen)]


def refusing(sop_class: str) -> Callable[[dict[int, tuple[str, list[str]]]], Accept]:
    def accept(contexts: dict[int, tuple[str, list[str]]]) -> Accept:
        refused = {number: 3 for number, (uid, _) in contexts.items() if uid == sop_class}
        return replace(roles(contexts), refused=refused)

    return accept


def kinds(outcome: RetrieveOutcome) -> list[DiagnosisKind]:
    return [one.kind for one in outcome.diagnoses]


# -- the choice


def test_a_peer_that_takes_both_is_asked_by_get(tmp_path: Path) -> None:
    with filled(tmp_path) as archive:
        outcome, facts = retrieve(automatic(archive.port, 0, tmp_path / "in"))
    assert (outcome.outcome, outcome.stored, methods(facts)) == (JobOutcome.COMPLETED, 3, [(GET, False)])
    assert [one.reason for one in outcome.choices] == [fact.reason for fact in of(facts, RetrieveMethodChosen)]
    assert "127.0.0.1" in outcome.choices[0].reason


def test_what_is_preferred_is_taken_and_the_listener_opened_for_it(tmp_path: Path) -> None:
    port = free_port()
    with filled(tmp_path, port) as archive:
        request = automatic(archive.port, port, tmp_path / "in", preferred=MOVE, asks_first=True)
        outcome, facts = retrieve(request)
    assert (outcome.announced, outcome.stored, outcome.missing, methods(facts)) == (3, 3, (), [(MOVE, False)])
    assert len(of(facts, AssociationRequested)) == 2  # one for both questions, one to retrieve


@pytest.mark.parametrize(("refused", "left"), [(GET_CLASS, MOVE), (MOVE_CLASS, GET)])
def test_what_the_peer_does_not_accept_is_not_chosen(refused: str, left: RetrieveMethod, tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        if left is GET:
            storing(UIDS)(asked, message)
        else:
            asked.send(response(message, 0, x1021=0, x1022=0, x1023=0))

    with AnsweringPeer(answer, refusing(refused)) as peer:
        _, facts = retrieve(automatic(peer.port, 0, tmp_path / "in", called="PACS"))
    assert methods(facts) == [(left, False)]


def test_what_is_known_of_the_peer_saves_the_question(tmp_path: Path) -> None:
    with AnsweringPeer(storing(UIDS), roles) as peer:
        request = automatic(peer.port, 0, tmp_path / "in", called="PACS", supported=frozenset({GET}))
        outcome, _ = retrieve(request)
        assert peer.associations == 1
    assert outcome.choices[0].method is GET


def test_nothing_is_chosen_where_all_is_here(tmp_path: Path) -> None:
    with filled(tmp_path) as archive, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]  # nobody needs to listen
        request = automatic(
            archive.port, port, tmp_path / "in", asks_first=True, present=frozenset(UIDS), preferred=MOVE
        )
        outcome, facts = retrieve(request)
    assert (outcome.outcome, outcome.choices, of(facts, RetrieveStarted)) == (JobOutcome.COMPLETED, (), [])


def test_a_peer_that_cannot_be_asked_is_told_before_anything_is_chosen(tmp_path: Path) -> None:
    outcome, _ = retrieve(automatic(free_port(), 0, tmp_path / "in"))
    assert (outcome.failure, outcome.choices) == (RetrieveFailure.ASSOCIATION, ())
    assert kinds(outcome) == [DiagnosisKind.UNREACHABLE]


def test_a_port_in_use_is_a_diagnosis_where_only_a_move_would_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, AnsweringPeer(storing([]), refusing(GET_CLASS)) as peer:
        request = automatic(peer.port, server.getsockname()[1], tmp_path / "in", called="PACS")
        outcome, facts = retrieve(request)
    assert (outcome.outcome, outcome.failure) == (JobOutcome.FAILED, RetrieveFailure.LISTENER)
    assert (kinds(outcome), of(facts, RetrieveStarted)) == ([DiagnosisKind.NO_LISTENER], [])


def test_what_is_in_either_folder_is_here(tmp_path: Path) -> None:
    (tmp_path / "got").mkdir()
    with filled(tmp_path) as archive:
        request = automatic(archive.port, 0, tmp_path / "moved", asks_first=True, resumes=True)
        (tmp_path / "moved" / f"CT.{UIDS[0]}").write_bytes(b"by a listener")
        (tmp_path / "got" / f"CT.{UIDS[1]}").write_bytes(b"by a get")
        outcome, _ = retrieve(replace(request, storage=Storage(folder=tmp_path / "got")))
    assert (outcome.stored, outcome.missing) == (1, ())


# -- the other way


def test_an_unknown_destination_is_answered_by_a_get(tmp_path: Path) -> None:
    with filled(tmp_path) as archive:
        request = automatic(archive.port, 0, tmp_path / "in", preferred=MOVE, tries_other_way=True)
        outcome, facts = retrieve(request)
    assert methods(facts) == [(MOVE, False), (GET, True)]
    assert (outcome.outcome, outcome.stored, outcome.diagnoses) == (JobOutcome.COMPLETED, 3, ())
    assert "A801" in outcome.choices[1].reason
    assert (outcome.reported.completed, outcome.reported.failed) == (3, 0)


def test_a_peer_that_never_connects_is_asked_by_a_get(tmp_path: Path) -> None:
    with filled(tmp_path, free_port()) as archive:
        request = moving(
            archive.port, 0, tmp_path / "in", study(STUDY), called=ARCHIVE, tries_other_way=True, asks_first=True
        )
        outcome, facts = retrieve(request)
    assert methods(facts) == [(GET, True)]
    assert (outcome.stored, outcome.missing, outcome.diagnoses) == (3, (), ())


def test_a_port_in_use_leads_to_a_get(tmp_path: Path) -> None:
    with filled(tmp_path) as archive, socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        request = automatic(archive.port, port, tmp_path / "in", preferred=MOVE, tries_other_way=True)
        outcome, facts = retrieve(request)
    assert (methods(facts), outcome.stored) == ([(MOVE, False), (GET, True)], 3)


def test_a_peer_that_we_do_not_let_in_is_asked_by_a_get(tmp_path: Path) -> None:
    port = free_port()
    acceptance = Acceptance(accept_all=True, access=AccessRules(calling_ae_titles=frozenset({"FRIEND"})))
    with filled(tmp_path, port) as archive:
        request = moving(
            *(archive.port, port, tmp_path / "in", study(STUDY)),
            called=ARCHIVE,
            tries_other_way=True,
            acceptance=acceptance,
        )
        outcome, _ = retrieve(request)
    assert (outcome.stored, outcome.diagnoses) == (3, ())


def test_what_came_by_a_get_is_not_asked_for_again_by_the_move_that_brings_the_rest(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "archive", peers={"ASKER": port}) as archive:
        archive.put(encoded(UIDS[0], STUDY, "1.2.3.8"))
        archive.put(*(encoded(uid, STUDY, sop_class=MR_IMAGE) for uid in UIDS[1:]), sop_class=MR_IMAGE)
        request = automatic(archive.port, port, tmp_path / "in", tries_other_way=True, storage_sop_classes=(CT,))
        outcome, facts = retrieve(request)
    assert methods(facts) == [(GET, False), (MOVE, True)]
    assert (outcome.arrived, outcome.stored, outcome.missing, outcome.diagnoses) == (3, 3, (), ())
    assert (outcome.reported.completed, outcome.reported.failed) == (3, 0)
    assert b"1.2.3.8" not in of(facts, RetrieveStarted)[1].identifier


def test_nothing_is_tried_after_all_has_come_nor_where_the_peer_takes_no_other_way(tmp_path: Path) -> None:
    with filled(tmp_path) as archive:
        _, facts = retrieve(automatic(archive.port, 0, tmp_path / "in", tries_other_way=True))
    assert len(methods(facts)) == 1

    def answer(asked: Asked, message: Message) -> None:
        asked.send(response(message, 0xA801))

    with AnsweringPeer(answer, refusing(GET_CLASS)) as peer:
        outcome, facts = retrieve(automatic(peer.port, 0, tmp_path / "in", called="PACS", tries_other_way=True))
    assert (methods(facts), kinds(outcome)) == ([(MOVE, False)], [DiagnosisKind.DESTINATION_UNKNOWN])
    assert outcome.diagnoses[0].other is None


# -- a listener that runs already


def test_instances_come_to_a_listener_that_runs_already(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    jobs: list[RetrieveJob] = []

    def pass_on(event: Event) -> None:
        for job in jobs:
            job.note_arrival(event)

    with Engine() as engine:
        listening = engine.submit(
            ReceiveRequest(
                port=0,
                address="127.0.0.1",
                acceptance=Acceptance(accept_all=True),
                storage=Storage(folder=tmp_path / "in"),
            ),
            pass_on,
        )
        with filled(tmp_path, listening.port) as archive:
            request = replace(
                getting(archive.port, tmp_path / "in", study(STUDY), called=ARCHIVE),
                method=MOVE,
                running_listener=RunningListener(port=listening.port, address="127.0.0.1"),
            )
            job = request.make_job(lambda _fact: None, engine._start_thread)
            jobs.append(job)
            job.run()
            outcome = job.done.result(DEADLINE_S)
    assert (outcome.arrived, outcome.stored, outcome.diagnoses) == (3, 3, ())


def test_a_running_listener_that_nobody_calls_has_its_card(tmp_path: Path) -> None:
    with filled(tmp_path, free_port()) as archive:
        request = replace(
            getting(archive.port, tmp_path / "in", study(STUDY), called=ARCHIVE, explains=True),
            method=MOVE,
            running_listener=RunningListener(port=11112),
        )
        outcome, _ = retrieve(request)
    assert kinds(outcome)[0] is DiagnosisKind.NEVER_CONNECTED
    assert "Port:     11112" in outcome.diagnoses[0].card
    assert outcome.diagnoses[0].other is GET
