"""Retrieve jobs against archives, DCMTK's and ours, and against peers that answer as nobody should."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationReceived,
    AssociationRequested,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobOutcome,
)
from dicomdesk.engine.query.facts import QueryStarted
from dicomdesk.engine.receive.request import Acceptance, Storage
from dicomdesk.engine.retrieve.facts import (
    RetrieveAnswered,
    RetrieveEnded,
    RetrieveFact,
    RetrieveStarted,
    SubOperations,
)
from dicomdesk.engine.retrieve.outcome import DiagnosisKind, RetrieveFailure, RetrieveOutcome
from dicomdesk.engine.retrieve.request import WAYS, ExpectedInstance, RetrieveMethod, RunningListener
from dicomdesk.engine.retrieve.retrieve import RetrieveJob
from dicomdesk.errors import PortInUseError, StorageError
from dicomdesk.settings import AccessRules
from tests.helpers.archives.served_archives import ARCHIVE, Running, encoded, running
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.querying import of
from tests.helpers.jobs.recorder import no_threads
from tests.helpers.jobs.retrieving import CT, ct, element, getting, moving, request_to, retrieve, storing, study
from tests.helpers.peers.answering_peer import C_CANCEL, AnsweringPeer, Asked, Message, response, roles
from tests.helpers.peers.fake_peer import Accept
from tests.helpers.peers.requestors import ABORT, data_pdu, pdu, store_command

ASKER = "ASKER"
"""Our AE title, and so the destination of a C-MOVE to here."""
RLE = "1.2.840.10008.1.2.5"
UIDS = ["1.2.3.1", "1.2.3.2", "1.2.3.3"]
STUDY = "1.2.3"


@contextmanager
def filled(folder: Path, to_port: int = 0) -> Iterator[Running]:
    """An archive with a study of three instances, in two series, that knows us."""
    with running(folder / "archive", peers={ASKER: to_port} if to_port else {}) as archive:
        archive.put(*(encoded(uid, STUDY, "1.2.3.8" if uid == UIDS[0] else "1.2.3.9") for uid in UIDS))
        yield archive


def kinds(outcome: RetrieveOutcome) -> list[DiagnosisKind]:
    return [one.kind for one in outcome.diagnoses]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


NAMES = [f"CT.{uid}" for uid in UIDS]
EXPECTED = tuple(
    ExpectedInstance(sop_instance_uid=uid, sop_class_uid=CT, study_instance_uid=STUDY, series_instance_uid="1.2.3.9")
    for uid in UIDS
)


# -- what there is arrives


def test_instances_come_over_the_association_that_asks_for_them(tmp_path: Path) -> None:
    with filled(tmp_path) as archive:
        outcome, facts = retrieve(getting(archive.port, tmp_path / "in", study(STUDY), called=ARCHIVE))
    assert (outcome.outcome, outcome.arrived, outcome.stored, outcome.diagnoses) == (JobOutcome.COMPLETED, 3, 3, ())
    assert outcome.reported == SubOperations(completed=3, remaining=0)
    assert files(tmp_path / "in") == NAMES
    assert [fact.sop_instance_uid for fact in of(facts, ItemStarted)] == UIDS
    assert {(fact.association, fact.outcome) for fact in of(facts, ItemFinished)} == {(1, ItemOutcome.STORED)}
    assert of(facts, RetrieveEnded)[0].status == 0


def test_instances_come_to_the_listener_of_the_job(tmp_path: Path) -> None:
    port = free_port()
    with filled(tmp_path, port) as archive:
        outcome, facts = retrieve(moving(archive.port, port, tmp_path / "in", study(STUDY), called=ARCHIVE))
    assert (outcome.outcome, outcome.arrived, outcome.stored, outcome.diagnoses) == (JobOutcome.COMPLETED, 3, 3, ())
    assert files(tmp_path / "in") == NAMES
    (received,) = of(facts, AssociationReceived)
    assert received.job_id.startswith("receive-")
    assert of(facts, RetrieveStarted)[0].destination == ASKER
    with socket.create_server(("127.0.0.1", port)):  # nobody listens there any more
        pass


def test_what_exists_is_asked_for_first_and_says_which_contexts_are_proposed(tmp_path: Path) -> None:
    with filled(tmp_path) as archive:
        request = getting(archive.port, tmp_path / "in", study(STUDY), called=ARCHIVE, asks_first=True)
        outcome, facts = retrieve(request)
    assert (outcome.announced, outcome.stored, outcome.missing) == (3, 3, ())
    assert [fact.association for fact in of(facts, QueryStarted)] == [1, 1, 1]
    proposed = of(facts, AssociationRequested)[1].contexts
    assert [context.abstract_syntax for context in proposed[1:]] == [CT]


def test_what_is_here_is_not_asked_for_again(tmp_path: Path) -> None:
    with filled(tmp_path) as archive:
        request = getting(
            archive.port, tmp_path / "in", study(STUDY), called=ARCHIVE, asks_first=True, present=frozenset(UIDS[1:2])
        )
        outcome, _ = retrieve(request)
        assert files(tmp_path / "in") == [NAMES[0], NAMES[2]]
        assert (outcome.missing, outcome.stored) == ((), 2)
        request = getting(
            archive.port, tmp_path / "in", study(STUDY), called=ARCHIVE, asks_first=True, present=frozenset(UIDS)
        )
        outcome, facts = retrieve(request)
    assert not of(facts, RetrieveStarted)
    assert (outcome.outcome, outcome.diagnoses) == (JobOutcome.COMPLETED, ())


@pytest.mark.parametrize("method", WAYS)
def test_what_an_earlier_job_has_stored_is_left_out(tmp_path: Path, method: RetrieveMethod) -> None:
    port, folder = free_port(), tmp_path / "in"
    with filled(tmp_path, port) as archive:
        request = (
            getting(archive.port, folder, study(STUDY), called=ARCHIVE, asks_first=True, resumes=True)
            if method is RetrieveMethod.GET
            else moving(archive.port, port, folder, study(STUDY), called=ARCHIVE, asks_first=True, resumes=True)
        )
        (folder / NAMES[1]).write_bytes(b"of an earlier job")
        outcome, _ = retrieve(request)
        assert (outcome.stored, outcome.missing, files(folder)) == (2, (), NAMES)
        assert (folder / NAMES[1]).read_bytes() == b"of an earlier job"
        again, facts = retrieve(request)
    assert not of(facts, RetrieveStarted)
    assert (again.announced, again.stored, again.diagnoses) == (3, 0, ())


def test_several_identifiers_go_over_so_many_associations_at_once(tmp_path: Path) -> None:
    studies = [f"1.2.{number}" for number in range(30, 36)]
    with running(tmp_path / "archive") as archive:
        archive.put(*(encoded(f"{uid}.1", uid, f"{uid}.9") for uid in studies))
        request = getting(archive.port, tmp_path / "in", *map(study, studies), called=ARCHIVE, parallel=3)
        outcome, facts = retrieve(request)
    assert outcome.stored == 6
    assert sorted(fact.number for fact in of(facts, RetrieveEnded)) == list(range(6))
    assert 1 <= len(of(facts, AssociationRequested)) <= 3


def test_the_same_instance_twice_is_one(tmp_path: Path) -> None:
    with AnsweringPeer(storing([UIDS[0], UIDS[0]]), roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study(STUDY)))
    assert (outcome.arrived, outcome.stored, outcome.diagnoses) == (2, 1, ())
    assert files(tmp_path / "in") == NAMES[:1]


def test_classes_that_have_no_place_in_one_association_are_asked_for_over_another(tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        has_ct = CT in {uid for uid, _ in asked.contexts.values()}
        (storing(UIDS) if has_ct else storing([], failed=UIDS, completed=0, status=0xA702))(asked, message)

    classes = tuple(f"1.2.3.4.{number}" for number in range(127))
    with AnsweringPeer(answer, roles) as peer:
        request = getting(peer.port, tmp_path / "in", study(STUDY), storage_sop_classes=(*classes, CT))
        outcome, facts = retrieve(request)
    assert [len(fact.contexts) for fact in of(facts, AssociationRequested)] == [128, 2]
    assert (outcome.stored, outcome.reported.failed, outcome.diagnoses) == (3, 0, ())


def test_what_one_round_cannot_send_and_another_has_sent_is_no_failure(tmp_path: Path) -> None:
    """Of a study with two SOP classes that do not fit into one association, each round fails for the other's."""

    def answer(asked: Asked, message: Message) -> None:
        has_ct = CT in {uid for uid, _ in asked.contexts.values()}
        first, second = UIDS[:1], UIDS[1:]
        if has_ct:
            storing(second, failed=first, status=0xB000)(asked, message)
        else:
            number = max(asked.contexts)
            asked.send(data_pdu(number, 3, store_command(first[0])), data_pdu(number, 2, ct(first[0])))
            asked.read_message()
            listed = element(0x0058, "\\".join(second))
            asked.send(response(message, 0xB000, listed, x1021=1, x1022=2, x1023=0))

    classes = (CT, *(f"1.2.3.4.{number}" for number in range(127)))
    with AnsweringPeer(answer, roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), storage_sop_classes=classes))
    assert (outcome.stored, outcome.reported.completed, outcome.reported.failed) == (3, 3, 0)
    assert outcome.diagnoses == ()


def test_compressed_instances_come_in_contexts_of_their_own_where_asked_for(tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        (number,) = [number for number, (uid, syntaxes) in asked.contexts.items() if uid == CT and syntaxes == [RLE]]
        asked.send(data_pdu(number, 3, store_command(UIDS[0])), data_pdu(number, 2, ct(UIDS[0])))
        asked.read_message()
        asked.send(response(message, 0, x1021=1, x1022=0, x1023=0))

    with AnsweringPeer(answer, roles) as peer:
        request = getting(peer.port, tmp_path / "in", study(STUDY), expected=EXPECTED[:1], takes_compressed=True)
        outcome, _ = retrieve(request)
    assert (outcome.stored, outcome.diagnoses) == (1, ())
    header = read_header(str(tmp_path / "in" / NAMES[0]), InputFormat.FILE_ONLY)
    assert header.transfer_syntax_uid == RLE


def test_after_a_loss_only_what_is_missing_is_asked_for_again(tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        contexts = {uid: number for number, (uid, _) in asked.contexts.items()}
        if asked.peer.associations == 1:
            asked.send(
                data_pdu(contexts[CT], 3, store_command(UIDS[0])), data_pdu(contexts[CT], 2, b"\x08\0\x16\0UI\0\0")
            )
            asked.read_message()
            asked.send(pdu(ABORT, b"\0\0\0\0"))
        else:
            storing(UIDS[1:])(asked, message)

    with AnsweringPeer(answer, roles) as peer:
        outcome, facts = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), expected=EXPECTED, retries=1))
    assert (outcome.outcome, outcome.stored, outcome.missing) == (JobOutcome.COMPLETED, 3, ())
    assert "\\".join(UIDS[1:]).encode() in of(facts, RetrieveStarted)[1].identifier
    assert UIDS[0].encode() not in of(facts, RetrieveStarted)[1].identifier.replace(b"\\", b"")[:-16]


# -- it is ended


def until_cancelled(asked: Asked, message: Message) -> None:
    asked.send(response(message, 0xFF00, x1020=9, x1021=1, x1022=0, x1023=0))
    cancel = asked.read_message()
    assert cancel is not None
    assert cancel.field == C_CANCEL
    asked.send(response(message, 0xFE00, x1020=9, x1021=1, x1022=0, x1023=0))


def test_cancel_of_the_job_cancels_at_the_peer_and_releases(tmp_path: Path) -> None:
    def cancel(job: RetrieveJob, fact: RetrieveFact) -> None:
        if isinstance(fact, RetrieveAnswered):
            job.cancel()

    with AnsweringPeer(until_cancelled, roles) as peer:
        outcome, facts = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), study("1.2.4")), cancel)
        assert peer.events == ["released"]
    assert (outcome.outcome, outcome.ended[0].status, outcome.diagnoses) == (JobOutcome.CANCELLED, 0xFE00, ())
    assert len(of(facts, RetrieveStarted)) == 1


def test_a_request_is_cancelled_after_so_many_answers(tmp_path: Path) -> None:
    with AnsweringPeer(until_cancelled, roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), cancel_after=1))
    assert (outcome.outcome, outcome.ended[0].is_cancelled) == (JobOutcome.COMPLETED, True)


def test_the_second_cancel_aborts_also_what_the_listener_is_at(tmp_path: Path) -> None:
    def cancel(job: RetrieveJob, fact: RetrieveFact) -> None:
        if isinstance(fact, RetrieveAnswered):
            job.cancel()
            job.cancel()

    def deaf(asked: Asked, message: Message) -> None:
        asked.send(response(message, 0xFF00, x1020=9, x1021=1, x1022=0, x1023=0))

    with AnsweringPeer(deaf) as peer:
        outcome, _ = retrieve(moving(peer.port, 0, tmp_path / "in", study(STUDY)), cancel)
    assert outcome.outcome is JobOutcome.CANCELLED


# -- something does not arrive: each cause by a real peer


def test_a_destination_that_the_archive_does_not_know(tmp_path: Path) -> None:
    with filled(tmp_path) as archive:
        outcome, _ = retrieve(moving(archive.port, 0, tmp_path / "in", study(STUDY), called=ARCHIVE, explains=True))
    assert kinds(outcome) == [DiagnosisKind.DESTINATION_UNKNOWN]
    assert "AE title: ASKER" in outcome.diagnoses[0].card
    assert "C-GET" in outcome.diagnoses[0].advice


def test_an_archive_that_calls_somewhere_else(tmp_path: Path) -> None:
    with filled(tmp_path, free_port()) as archive:
        outcome, _ = retrieve(moving(archive.port, 0, tmp_path / "in", study(STUDY), called=ARCHIVE))
    assert kinds(outcome) == [DiagnosisKind.NEVER_CONNECTED, DiagnosisKind.SUB_OPERATIONS_FAILED]
    assert set(outcome.diagnoses[1].uids) == set(UIDS)


def test_an_archive_that_we_do_not_let_in(tmp_path: Path) -> None:
    port = free_port()
    acceptance = Acceptance(accept_all=True, access=AccessRules(calling_ae_titles=frozenset({"FRIEND"})))
    with filled(tmp_path, port) as archive:
        request = moving(archive.port, port, tmp_path / "in", study(STUDY), called=ARCHIVE, acceptance=acceptance)
        outcome, _ = retrieve(request)
    assert kinds(outcome)[0] is DiagnosisKind.REJECTED_BY_US


def test_an_archive_whose_contexts_we_do_not_take(tmp_path: Path) -> None:
    port = free_port()
    with filled(tmp_path, port) as archive:
        request = moving(archive.port, port, tmp_path / "in", study(STUDY), called=ARCHIVE, acceptance=Acceptance())
        outcome, _ = retrieve(request)
    assert kinds(outcome)[0] is DiagnosisKind.CONTEXTS_REFUSED
    assert outcome.diagnoses[0].uids == (CT,)


def test_instances_that_find_no_room_here(tmp_path: Path) -> None:
    port = free_port()
    with filled(tmp_path, port) as archive:
        request = moving(archive.port, port, tmp_path / "in", study(STUDY), called=ARCHIVE, min_free_bytes=1 << 62)
        outcome, _ = retrieve(request)
    assert kinds(outcome)[0] is DiagnosisKind.REFUSED_BY_US
    assert set(outcome.diagnoses[0].uids) == set(outcome.refused) == set(UIDS)
    assert (outcome.arrived, outcome.stored) == (3, 0)


def test_a_peer_whose_counters_lie(tmp_path: Path) -> None:
    with AnsweringPeer(storing(UIDS[:2], completed=5), roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study(STUDY)))
    assert kinds(outcome) == [DiagnosisKind.COUNTERS_DIFFER]


def test_results_that_vanish_between_query_and_retrieve(tmp_path: Path) -> None:
    with AnsweringPeer(storing(UIDS[:2]), roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), expected=EXPECTED))
    assert kinds(outcome) == [DiagnosisKind.MISSING]
    assert (outcome.announced, outcome.stored, outcome.missing) == (3, 2, (UIDS[2],))


def test_a_study_that_grows_meanwhile_arrives_whole(tmp_path: Path) -> None:
    with AnsweringPeer(storing(UIDS), roles) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), expected=EXPECTED[:2]))
    assert (outcome.announced, outcome.stored, outcome.missing, outcome.diagnoses) == (2, 3, (), ())


def test_a_peer_that_finds_nothing(tmp_path: Path) -> None:
    with filled(tmp_path) as archive:
        outcome, _ = retrieve(getting(archive.port, tmp_path / "in", study("9.9.9"), called=ARCHIVE))
    assert kinds(outcome) == [DiagnosisKind.NOTHING_FOUND]


def test_a_peer_that_takes_only_the_other_way(tmp_path: Path) -> None:
    def refuse_get(contexts: dict[int, tuple[str, list[str]]]) -> Accept:
        return Accept(refused={number: 3 for number, (uid, _) in contexts.items() if uid.endswith(".2.3")})

    with AnsweringPeer(storing(UIDS), refuse_get) as peer:
        outcome, _ = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), explains=True))
    assert (outcome.failure, kinds(outcome)) == (
        RetrieveFailure.NO_PRESENTATION_CONTEXT,
        [DiagnosisKind.METHOD_NOT_SUPPORTED],
    )
    assert "C-MOVE" in outcome.diagnoses[0].advice


def test_an_abort_in_the_middle_keeps_what_has_come(tmp_path: Path) -> None:
    def answer(asked: Asked, message: Message) -> None:
        contexts = {uid: number for number, (uid, _) in asked.contexts.items()}
        asked.send(data_pdu(contexts[CT], 3, store_command(UIDS[0])), data_pdu(contexts[CT], 2, b"\x08\0\x16\0UI\0\0"))
        asked.read_message()
        asked.send(data_pdu(contexts[CT], 3, store_command(UIDS[1])), data_pdu(contexts[CT], 0, b"\x08\0\x16\0UI\0\0"))
        asked.send(pdu(ABORT, b"\0\0\0\0"))

    with AnsweringPeer(answer, roles) as peer:
        outcome, facts = retrieve(getting(peer.port, tmp_path / "in", study(STUDY), expected=EXPECTED))
    assert (outcome.outcome, outcome.failure) == (JobOutcome.FAILED, RetrieveFailure.ABORTED_BY_PEER)
    assert (kinds(outcome), outcome.missing) == ([DiagnosisKind.BROKEN_OFF], tuple(UIDS[1:]))
    assert files(tmp_path / "in") == NAMES[:1]
    assert [fact.outcome for fact in of(facts, ItemFinished)] == [ItemOutcome.STORED, ItemOutcome.FAILED]


def test_an_instance_that_is_broken_is_refused_and_those_behind_it_are_taken(tmp_path: Path) -> None:
    statuses = []

    def answer(asked: Asked, message: Message) -> None:
        contexts = {uid: number for number, (uid, _) in asked.contexts.items()}
        for uid, data in ((UIDS[0], b"\x08\0\x16\0UI\xff\x7f12"), (UIDS[1], ct(UIDS[1]))):
            asked.send(data_pdu(contexts[CT], 3, store_command(uid)), data_pdu(contexts[CT], 2, data))
            stored = asked.read_message()
            assert stored is not None
            statuses.append(stored.command.number(0x0900))
        asked.send(response(message, 0xB000, element(0x0058, UIDS[0]), x1021=1, x1022=1, x1023=0))

    with AnsweringPeer(answer, roles) as peer:
        outcome, facts = retrieve(getting(peer.port, tmp_path / "in", study(STUDY)))
    assert statuses == [0xC000, 0]
    assert (outcome.outcome, outcome.stored, outcome.refused) == (JobOutcome.COMPLETED, 1, (UIDS[0],))
    assert kinds(outcome)[0] is DiagnosisKind.REFUSED_BY_US
    assert files(tmp_path / "in") == NAMES[1:2]
    assert not of(facts, AssociationAborted)


def test_nobody_there_is_told(tmp_path: Path) -> None:
    outcome, _ = retrieve(getting(free_port(), tmp_path / "in", study(STUDY)))
    assert (outcome.failure, kinds(outcome)) == (RetrieveFailure.ASSOCIATION, [DiagnosisKind.UNREACHABLE])


def test_a_move_to_somebody_else_goes_by_the_counters_of_the_peer() -> None:
    def answer(asked: Asked, message: Message) -> None:
        assert message.command.text(0x0600) == "OTHER"
        asked.send(response(message, 0xB000, x1021=4, x1022=1, x1023=0))

    with AnsweringPeer(answer) as peer:
        request = request_to(peer.port, study(STUDY), method=RetrieveMethod.MOVE, destination="OTHER")
        outcome, _ = retrieve(request)
    assert (outcome.arrived, outcome.stored, outcome.reported.completed) == (None, None, 4)
    assert kinds(outcome) == [DiagnosisKind.SUB_OPERATIONS_FAILED]


def test_facts_of_a_listener_that_runs_already_count(tmp_path: Path) -> None:
    request = request_to(
        1, study(STUDY), method=RetrieveMethod.MOVE, expected=EXPECTED, running_listener=RunningListener(port=2)
    )
    job = request.make_job(lambda _fact: None, no_threads)
    job.note_arrival(
        ItemStarted(job_id="r", association=1, index=0, message_id=1, sop_class_uid=CT, sop_instance_uid=UIDS[0])
    )
    job.note_arrival(ItemFinished(job_id="r", association=1, index=0, path="p", outcome=ItemOutcome.STORED, status=0))
    assert (job.progress().items_done, job.progress().items_total) == (1, 3)


# -- what cannot begin


def test_a_folder_that_is_not_there_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    request = request_to(1, study(STUDY), storage=Storage(folder=tmp_path / "none"))
    with Engine() as engine, pytest.raises(StorageError):
        engine.submit(request, lambda _fact: None)


def test_a_port_that_is_taken_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, Engine() as engine, pytest.raises(PortInUseError):
        engine.submit(moving(1, server.getsockname()[1], tmp_path / "in", study(STUDY)), lambda _fact: None)
