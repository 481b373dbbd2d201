"""C-MOVE from a running archive to real destinations: good ones, wrong ones, and those that vanish."""

import contextlib
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom.association import Association
from pynetdicom.dsutils import encode

from dicomdesk.archive.facts import OperationEnded, SubOperationEnded
from dicomdesk.archive.setup.configuration import PeerEntry
from dicomdesk.archive.setup.settings import MoveRestriction
from dicomdesk.network.dimse.command_sets import write_command_set
from dicomdesk.settings import Timeouts
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    DEADLINE_S,
    MOVE_STUDY,
    MR_IMAGE,
    Running,
    calling,
    destination,
    encoded,
    identifier,
    make_settings,
    running,
    serving,
    until,
)
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.dcmtk.programs import dcmtk_program, free_port
from tests.helpers.peers.fake_peer import Abort, Action, Close, FakePeer, Release, Silence, Status
from tests.helpers.peers.requestors import Proposal, Requestor, connected, data_pdu

PENDING, SUCCESS, WARNING, CANCELLED, ALL_FAILED, UNKNOWN = 0xFF00, 0, 0xB000, 0xFE00, 0xA702, 0xA801
STUDY = "1.2.3"


def data_sets(count: int) -> list[bytes]:
    return [encoded(f"1.2.3.5.{number}") for number in range(1, count + 1)]


def move(
    association: Association, title: str = "DEST", query: Dataset | None = None, message_id: int = 7
) -> list[tuple[Dataset, Dataset | None]]:
    """All responses with their identifiers; the last is the final one."""
    query = query or identifier(StudyInstanceUID=STUDY)
    return list(association.send_c_move(query, title, MOVE_STUDY, msg_id=message_id))


def counts(response: Dataset) -> tuple[int | None, int, int, int]:
    """Remaining, completed, failed, warning."""
    return (
        response.get("NumberOfRemainingSuboperations"),
        response.NumberOfCompletedSuboperations,
        response.NumberOfFailedSuboperations,
        response.NumberOfWarningSuboperations,
    )


def failed_uids(final: tuple[Dataset, Dataset | None]) -> Sequence[str]:
    assert final[1] is not None
    value = final[1].FailedSOPInstanceUIDList
    return [value] if isinstance(value, str) else list(value)


def test_instances_arrive_as_they_were_stored(tmp_path: Path) -> None:
    stored = data_sets(3)
    with destination() as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(*stored)
        with calling(archive.port) as association:
            responses = move(association)
        assert [response.Status for response, _ in responses] == [PENDING] * 3 + [SUCCESS]
        assert [counts(response) for response, _ in responses] == [
            (2, 1, 0, 0),
            (1, 2, 0, 0),
            (0, 3, 0, 0),
            (None, 3, 0, 0),
        ]
        assert [data for _, data in target.stored.values()] == stored
        assert {request.MoveOriginatorApplicationEntityTitle for request in target.requests} == {"ASKER"}
        assert {request.MoveOriginatorMessageID for request in target.requests} == {7}
        until(lambda: target.ends == ["released"])
        (ended,) = archive.told(OperationEnded)
        assert (ended.status, ended.destination) == (SUCCESS, "DEST")
        assert len(archive.told(SubOperationEnded)) == 3


def test_nothing_found_is_success_even_where_the_destination_is_unknown(tmp_path: Path) -> None:
    with running(tmp_path) as archive, calling(archive.port) as association:
        ((final, _),) = move(association, "NOBODY")
        assert (final.Status, counts(final)) == (SUCCESS, (None, 0, 0, 0))


def test_an_unknown_destination_is_said(tmp_path: Path) -> None:
    with running(tmp_path) as archive, calling(archive.port) as association:
        archive.put(*data_sets(1))
        ((final, _),) = move(association, "NOBODY")
        assert final.Status == UNKNOWN
        assert "NOBODY" in final.ErrorComment


@pytest.mark.parametrize("how", ["refused", "rejected", "aborted"])
def test_a_destination_that_cannot_be_used_fails_all(tmp_path: Path, how: str) -> None:
    with destination(called="OTHER") as target, FakePeer(associate=[Abort()]) as aborting:
        port = {"refused": free_port(), "rejected": target.port, "aborted": aborting.port}[how]
        with running(tmp_path, peers={"DEST": port}) as archive, calling(archive.port) as association:
            archive.put(*data_sets(3))
            responses = move(association)
            final = responses[-1]
            assert (final[0].Status, counts(final[0])) == (ALL_FAILED, (None, 0, 3, 0))
            assert set(failed_uids(final)) == {"1.2.3.5.1", "1.2.3.5.2", "1.2.3.5.3"}
            assert all(fact.reason for fact in archive.told(SubOperationEnded))
            assert move(association)[-1][0].Status == ALL_FAILED


def test_answers_of_the_destination_are_counted(tmp_path: Path) -> None:
    answers = {1: 0, 2: 0xB000, 3: 0xA700, 4: 0xC123}
    with destination(answers.__getitem__) as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(*data_sets(4))
        with calling(archive.port) as association:
            final = move(association)[-1]
        assert (final[0].Status, counts(final[0])) == (WARNING, (None, 1, 2, 1))
        assert set(failed_uids(final)) == {"1.2.3.5.3", "1.2.3.5.4"}


@pytest.mark.parametrize("last", [Abort(), Close(), Close(reset=True), Release(), Status(message_id_offset=5)])
def test_a_destination_that_vanishes_fails_the_rest(tmp_path: Path, last: Action) -> None:
    with FakePeer(stores=[Status(), last]) as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(*data_sets(4))
        with calling(archive.port) as association:
            final = move(association)[-1]
            assert (final[0].Status, counts(final[0])) == (WARNING, (None, 1, 3, 0))
            assert list(failed_uids(final)) == ["1.2.3.5.2", "1.2.3.5.3", "1.2.3.5.4"]
            assert association.is_established


@pytest.mark.parametrize("accepted", [IMPLICIT, EXPLICIT, "1.2.840.10008.1.2.2"])
def test_what_the_destination_does_not_take_is_converted(tmp_path: Path, accepted: str) -> None:
    with destination(syntaxes=[accepted]) as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(encoded("1.2.3.5.1"))
        archive.put(encoded("1.2.3.5.2", syntax=IMPLICIT), syntax=IMPLICIT)
        with calling(archive.port) as association:
            assert move(association)[-1][0].Status == SUCCESS
        assert {syntax for syntax, _ in target.stored.values()} == {accepted}
        if accepted != "1.2.840.10008.1.2.2":
            assert target.stored["1.2.3.5.1"][1] == encoded("1.2.3.5.1", syntax=accepted)
            assert target.stored["1.2.3.5.2"][1] == encoded("1.2.3.5.2", syntax=accepted)


def test_what_the_destination_does_not_take_at_all_fails_alone(tmp_path: Path) -> None:
    with destination(classes=[CT_IMAGE]) as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(encoded("1.2.3.5.1"))
        archive.put(encoded("1.2.3.5.2", sop_class=MR_IMAGE), sop_class=MR_IMAGE)
        with calling(archive.port) as association:
            final = move(association)[-1]
        assert (final[0].Status, counts(final[0])) == (WARNING, (None, 1, 1, 0))
        assert failed_uids(final) == ["1.2.3.5.2"]


def test_files_that_are_missing_or_damaged_fail_alone(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("is damaged")
    with destination() as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(*data_sets(5))
        storage = archive.archive.keeper(ARCHIVE).storage
        paths = {uid: Path(storage.path_of(path)) for path, uid in archive.indexed().items()}
        paths["1.2.3.5.1"].unlink()
        paths["1.2.3.5.2"].write_bytes(paths["1.2.3.5.2"].read_bytes()[:-9])
        paths["1.2.3.5.3"].write_bytes(paths["1.2.3.5.4"].read_bytes())
        paths["1.2.3.5.4"].write_bytes(b"")
        with calling(archive.port) as association:
            final = move(association)[-1]
        assert (final[0].Status, counts(final[0])) == (WARNING, (None, 1, 4, 0))
        assert list(target.stored) == ["1.2.3.5.5"]


def test_a_file_that_was_changed_at_equal_size_fails_alone_with_the_reason(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("is damaged: it has another content than was stored")
    with destination() as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(*data_sets(3))
        (path,) = [path for path, uid in archive.indexed().items() if uid == "1.2.3.5.2"]
        file = Path(archive.archive.keeper(ARCHIVE).storage.path_of(path))
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
        with calling(archive.port) as association:
            final = move(association)[-1]
        assert final[0].Status == WARNING
        assert failed_uids(final) == ["1.2.3.5.2"]
        assert set(target.stored) == {"1.2.3.5.1", "1.2.3.5.3"}
        (failed,) = [ended for ended in archive.told(SubOperationEnded) if ended.status is None]
        assert "damaged" in failed.reason


def test_instances_that_come_again_meanwhile_go_in_their_newer_form(tmp_path: Path) -> None:
    """The index was asked before: the file that it named is gone when its turn comes."""
    archives: list[Running] = []

    def answer(number: int) -> int:
        if number == 1:
            archives[0].put(encoded("1.2.3.5.4", pixels=b"newer!"))
        return 0

    with destination(answer) as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archives.append(archive)
        archive.put(*data_sets(4))
        with calling(archive.port) as association:
            assert move(association)[-1][0].Status == SUCCESS
        assert target.stored["1.2.3.5.4"][1] == encoded("1.2.3.5.4", pixels=b"newer!")


def test_a_long_list_of_failures_is_told_whole(tmp_path: Path) -> None:
    """More than an explicit VR of two length bytes holds."""
    uids = [f"1.2.3.5.{'9' * 50}{number:04}" for number in range(1200)]
    with running(tmp_path, peers={"DEST": free_port()}) as archive:
        archive.put(*(encoded(uid) for uid in uids))
        with calling(archive.port, syntaxes=[EXPLICIT]) as association:
            final = move(association)[-1]
        assert counts(final[0]) == (None, 0, 1200, 0)
        assert final[1] is not None
        value = final[1]["FailedSOPInstanceUIDList"].value
        assert (value.decode().rstrip("\0").split("\\") if isinstance(value, bytes) else list(value)) == uids


def test_a_move_is_cancelled_after_the_present_instance(tmp_path: Path) -> None:
    asking: list[Association] = []

    def answer(number: int) -> int:
        if number == 2:
            asking[0].send_c_cancel(7, query_model=MOVE_STUDY)
        return 0

    with destination(answer) as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(*data_sets(200))
        with calling(archive.port) as association:
            asking.append(association)
            final = move(association)[-1][0]
            assert final.Status == CANCELLED
            remaining, completed, failed, _ = counts(final)
            assert (remaining or 0) + completed == 200
            assert failed == 0
            assert completed < 100
        until(lambda: target.ends == ["released"])


def moving_command(title: str = "DEST") -> bytes:
    return write_command_set(
        {0x0002: MOVE_STUDY.encode(), 0x0100: 0x21, 0x0110: 7, 0x0600: title.encode(), 0x0700: 0, 0x0800: 1}
    )


KEYS = bytes.fromhex("08005200 06000000") + b"STUDY " + bytes.fromhex("20000d00 06000000") + b"1.2.3\0"


def start_move(peer: Requestor) -> None:
    peer.associate(Proposal(contexts=[(1, MOVE_STUDY, [IMPLICIT])], called=ARCHIVE.encode()))
    peer.send(data_pdu(1, 3, moving_command()) + data_pdu(1, 2, KEYS))


def test_a_silent_destination_does_not_keep_the_archive_from_ending(tmp_path: Path) -> None:
    timeouts = Timeouts()
    with (
        FakePeer(stores=[Silence()]) as silent,
        running(tmp_path, peers={"DEST": silent.port}, timeouts=timeouts) as archive,
        connected(archive.port) as peer,
    ):
        archive.put(*data_sets(2))
        start_move(peer)
        silent.wait_for("stored")
        ending = threading.Thread(target=archive.archive.stop)
        ending.start()
        ending.join(10.0)
        assert not ending.is_alive()


def test_a_peer_that_asked_and_left_is_noticed_while_the_destination_is_silent(tmp_path: Path) -> None:
    with (
        FakePeer(stores=[Silence()]) as silent,
        running(tmp_path, peers={"DEST": silent.port}, timeouts=Timeouts()) as archive,
    ):
        archive.put(*data_sets(2))
        with connected(archive.port) as peer:
            start_move(peer)
            silent.wait_for("stored")
        silent.wait_for("aborted")
        until(lambda: archive.archive.associations == 0)


def test_a_peer_that_asked_and_left_is_noticed_while_the_destination_negotiates(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        running(tmp_path, peers={"DEST": silent.getsockname()[1]}) as archive,
    ):
        silent.settimeout(DEADLINE_S)
        archive.put(*data_sets(2))
        with connected(archive.port) as peer:
            start_move(peer)
            called, _ = silent.accept()
        with called:
            called.settimeout(DEADLINE_S)
            while called.recv(65536):
                pass
        until(lambda: archive.archive.associations == 0)


def test_a_cancellation_does_not_disturb_the_instance_that_is_being_sent(tmp_path: Path) -> None:
    answered = threading.Event()

    def answer(_number: int) -> int:
        assert answered.wait(DEADLINE_S)
        return 0

    cancel = write_command_set({0x0100: 0x0FFF, 0x0120: 7, 0x0800: 0x0101})
    with destination(answer) as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(*data_sets(9))
        with connected(archive.port) as peer:
            start_move(peer)
            until(lambda: len(target.requests) == 1)
            peer.send(data_pdu(1, 3, cancel))
            peer.send(data_pdu(1, 3, cancel))
            answered.set()
            statuses = [peer.read_response().number(0x0900)]
            while statuses[-1] == PENDING:
                statuses.append(peer.read_response().number(0x0900))
            assert statuses[-1] == CANCELLED
            peer.release()
        until(lambda: target.ends == ["released"])


@pytest.mark.parametrize("silent", ["stores", "negotiation"])
def test_a_move_to_a_destination_that_no_longer_answers_can_be_cancelled(tmp_path: Path, silent: str) -> None:
    cancel = write_command_set({0x0100: 0x0FFF, 0x0120: 7, 0x0800: 0x0101})
    with contextlib.ExitStack() as stack:
        if silent == "stores":
            peer = stack.enter_context(FakePeer(stores=[Status(0), Silence()]))
            port = peer.port
        else:
            port = stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
        archive = stack.enter_context(running(tmp_path, peers={"DEST": port}, timeouts=Timeouts()))
        archive.put(*data_sets(3))
        with connected(archive.port) as asking:
            start_move(asking)
            if silent == "stores":
                assert asking.read_response().number(0x0900) == PENDING
            asking.send(data_pdu(1, 3, cancel))
            statuses = [asking.read_response().number(0x0900)]
            while statuses[-1] == PENDING:
                statuses.append(asking.read_response().number(0x0900))
            assert statuses[-1] == CANCELLED


def test_dcmtks_movescu_cancels_a_move_to_a_destination_that_no_longer_answers(tmp_path: Path) -> None:
    with (
        FakePeer(stores=[Status(0), Silence()]) as silent,
        running(tmp_path / "area", peers={"DEST": silent.port}, timeouts=Timeouts()) as archive,
    ):
        archive.put(*data_sets(3))
        options = ["-v", "--cancel", "1", "-aec", ARCHIVE, "-aem", "DEST", "-S"]
        options += ["-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={STUDY}"]
        done = subprocess.run(
            [dcmtk_program("movescu"), *options, "127.0.0.1", str(archive.port)],
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert "Cancel" in done.stderr + done.stdout, done
        (ended,) = archive.wait_for(OperationEnded)
        assert ended.status == CANCELLED
        assert ended.counts is not None
        assert ended.counts.completed == 1


def test_several_move_to_several_destinations_at_once(tmp_path: Path) -> None:
    statuses: list[int] = []
    with (
        destination() as one,
        destination() as other,
        running(tmp_path, peers={"ONE": one.port, "OTHER": other.port}) as archive,
    ):
        archive.put(*data_sets(20))

        def ask(title: str) -> None:
            with calling(archive.port) as association:
                statuses.append(move(association, title)[-1][0].Status)

        threads = [threading.Thread(target=ask, args=(title,)) for title in ("ONE", "OTHER") * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [SUCCESS] * 6
    assert len(one.requests) == len(other.requests) == 60


@pytest.mark.parametrize(
    ("restriction", "title", "status"),
    [
        (MoveRestriction.SAME_AE_TITLE, "ASKER", SUCCESS),
        (MoveRestriction.SAME_AE_TITLE, "DEST", UNKNOWN),
        (MoveRestriction.SAME_HOST, "DEST", SUCCESS),
        (MoveRestriction.SAME_HOST, "FAR", UNKNOWN),
        (MoveRestriction.SAME_VENDOR, "DEST", UNKNOWN),
        (MoveRestriction.SAME_VENDOR, "ASKER", SUCCESS),
    ],
)
def test_moves_can_be_restricted(tmp_path: Path, restriction: MoveRestriction, title: str, status: int) -> None:
    with destination() as target:
        settings = make_settings(
            tmp_path, peers={"DEST": target.port, "ASKER": target.port}, move_restriction=restriction
        )
        hosts = {**settings.configuration.hosts, "far": (PeerEntry(ae_title="FAR", host="192.0.2.1", port=104),)}
        vendors = {"us": hosts["ASKER"], "them": hosts["DEST"]}
        object.__setattr__(settings.configuration, "hosts", hosts)
        object.__setattr__(settings.configuration, "vendors", vendors)
        with serving(settings) as archive, calling(archive.port) as association:
            archive.put(*data_sets(1))
            assert move(association, title)[-1][0].Status == status


@pytest.mark.parametrize("title", [b"DEST\0", b"DEST\0OTHER\xff", b" DEST \0\0x"])
def test_a_destination_is_named_up_to_the_first_nul(tmp_path: Path, title: bytes) -> None:
    command = write_command_set(
        {0x0002: MOVE_STUDY.encode(), 0x0100: 0x21, 0x0110: 7, 0x0600: title, 0x0700: 0, 0x0800: 1}
    )
    query = encode(identifier(StudyInstanceUID=STUDY), is_implicit_vr=False, is_little_endian=True)
    assert query is not None
    with destination(called="DEST") as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        archive.put(*data_sets(1))
        with connected(archive.port) as peer:
            # What stands behind the NUL in the titles of the association does not count either.
            called = ARCHIVE.encode() + b"\0" + b"\xff"
            peer.associate(Proposal(contexts=[(1, MOVE_STUDY, [EXPLICIT])], called=called, calling=b"ASKER\0\r\n/.."))
            peer.send(data_pdu(1, 3, command) + data_pdu(1, 2, query))
            (ended,) = archive.wait_for(OperationEnded)
        assert (ended.status, ended.destination) == (SUCCESS, "DEST")
        assert list(target.stored) == ["1.2.3.5.1"]
        assert target.requests[0].MoveOriginatorApplicationEntityTitle == "ASKER"


def test_a_name_that_the_host_does_not_have_is_not_its_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who owns an address gives it whatever name they like."""
    monkeypatch.setattr(socket, "gethostbyaddr", lambda _address: ("192.0.2.1", [], []))
    settings = make_settings(tmp_path, move_restriction=MoveRestriction.SAME_HOST, resolve_hosts=True)
    hosts = {"far": (PeerEntry(ae_title="FAR", host="192.0.2.1", port=104),)}
    object.__setattr__(settings.configuration, "hosts", hosts)
    with serving(settings) as archive, calling(archive.port) as association:
        archive.put(*data_sets(1))
        assert move(association, "FAR")[-1][0].Status == UNKNOWN


def test_instances_can_be_moved_to_the_archive_itself(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, peers={ARCHIVE: port}, port=port) as archive:
        archive.put(*data_sets(5))
        with calling(archive.port) as association:
            assert move(association, ARCHIVE)[-1][0].Status == SUCCESS
        assert_in_order(archive, 5)


def assert_in_order(archive: Running, instances: int) -> None:
    assert set(archive.files()) == set(archive.indexed())
    assert len(archive.files()) == instances
