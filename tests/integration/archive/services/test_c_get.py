"""C-GET from a running archive: sub-operations on the association that asks, with and without roles."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from dicomdesk.archive.facts import OperationEnded, SubOperationEnded
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.network.dimse.command_sets import STATUS, read_command_set, write_command_set
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    GET_STUDY,
    MR_IMAGE,
    Running,
    calling,
    encoded,
    identifier,
    running,
    until,
)
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, part10
from tests.helpers.peers.requestors import Proposal, connected, data_pdu

PENDING, SUCCESS, WARNING, CANCELLED, ALL_FAILED = 0xFF00, 0, 0xB000, 0xFE00, 0xA702


def get(
    archive: Running,
    answer: Callable[[int], int] = lambda _number: 0,
    *,
    syntax: str = EXPLICIT,
    roles: tuple[str, ...] = (CT_IMAGE, MR_IMAGE),
) -> tuple[dict[str, bytes], list[tuple[Dataset, Dataset | None]]]:
    """Ask for the study: the data sets that came by instance, and all responses."""
    came: dict[str, bytes] = {}

    def take(event: evt.Event) -> int:
        request: Any = event.request
        came[str(request.AffectedSOPInstanceUID)] = request.DataSet.getvalue()
        return answer(len(came))

    classes = (GET_STUDY, CT_IMAGE, MR_IMAGE)
    handlers = [(evt.EVT_C_STORE, take)]
    with calling(
        archive.port, classes=classes, syntaxes=[syntax], stores_to_us=roles, handlers=handlers
    ) as association:
        responses = list(association.send_c_get(identifier(StudyInstanceUID="1.2.3"), GET_STUDY))
        assert association.is_established
    return came, responses


def counts(response: Dataset) -> tuple[int, int, int]:
    """Completed, failed, warning."""
    return (
        response.NumberOfCompletedSuboperations,
        response.NumberOfFailedSuboperations,
        response.NumberOfWarningSuboperations,
    )


def test_instances_come_over_the_same_association(tmp_path: Path) -> None:
    stored = {f"1.2.3.5.{number}": encoded(f"1.2.3.5.{number}") for number in range(5)}
    large = encoded("1.2.3.5.9", pixels=bytes(3_000_000))
    with running(tmp_path) as archive:
        archive.put(*stored.values(), large)
        came, responses = get(archive)
        assert came == {**stored, "1.2.3.5.9": large}
        assert [response.Status for response, _ in responses] == [PENDING] * 6 + [SUCCESS]
        assert counts(responses[-1][0]) == (6, 0, 0)
        (ended,) = archive.wait_for(OperationEnded)
        assert (ended.status, ended.destination) == (SUCCESS, "")


def test_without_the_role_nothing_can_come_and_it_is_said_why(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.5.1"))
        came, responses = get(archive, roles=())
        final, failed = responses[-1]
        assert (came, final.Status, counts(final)) == ({}, ALL_FAILED, (0, 1, 0))
        assert failed is not None
        assert failed.FailedSOPInstanceUIDList == "1.2.3.5.1"
        assert "role" in archive.told(SubOperationEnded)[0].reason


def test_what_the_peer_refuses_is_counted(tmp_path: Path) -> None:
    answers = {1: 0, 2: 0xB000, 3: 0xA700}
    with running(tmp_path) as archive:
        archive.put(*(encoded(f"1.2.3.5.{number}") for number in range(3)))
        _, responses = get(archive, answers.__getitem__)
        final, failed = responses[-1]
        assert (final.Status, counts(final)) == (WARNING, (1, 1, 1))
        assert failed is not None
        assert failed.FailedSOPInstanceUIDList == "1.2.3.5.2"


def test_what_the_peer_does_not_take_is_converted(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.5.1"))
        archive.put(encoded("1.2.3.5.2", sop_class=MR_IMAGE), sop_class=MR_IMAGE)
        came, responses = get(archive, syntax=IMPLICIT, roles=(CT_IMAGE,))
        assert came == {"1.2.3.5.1": encoded("1.2.3.5.1", syntax=IMPLICIT)}
        assert responses[-1][0].Status == WARNING


def test_files_that_are_missing_or_damaged_fail_alone(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(*(encoded(f"1.2.3.5.{number}") for number in range(4)))
        storage = archive.archive.keeper(ARCHIVE).storage
        paths = {uid: storage.path_of(path) for path, uid in archive.indexed().items()}
        os.unlink(paths["1.2.3.5.0"])
        os.truncate(paths["1.2.3.5.1"], 200)
        Path(paths["1.2.3.5.2"]).write_bytes(Path(paths["1.2.3.5.3"]).read_bytes())
        came, responses = get(archive)
        assert list(came) == ["1.2.3.5.3"]
        assert counts(responses[-1][0]) == (1, 3, 0)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_a_file_that_was_replaced_by_one_of_another_class_is_not_sent(tmp_path: Path, syntax: str) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.5.1"), encoded("1.2.3.5.2"))
        storage = archive.archive.keeper(ARCHIVE).storage
        paths = {uid: storage.path_of(path) for path, uid in archive.indexed().items()}
        other = encoded("1.2.3.5.1", sop_class=MR_IMAGE, syntax=syntax)
        Path(paths["1.2.3.5.1"]).write_bytes(part10(other, syntax, sop_instance_uid="1.2.3.5.1"))
        came, responses = get(archive)
        assert list(came) == ["1.2.3.5.2"]
        assert counts(responses[-1][0]) == (1, 1, 0)
        assert {fact.reason for fact in archive.told(SubOperationEnded)} == {
            "",
            "the file is of another SOP class than the index says",
        }


def test_a_class_that_only_the_meta_information_names_otherwise_does_not_matter(tmp_path: Path) -> None:
    with running(tmp_path / "area") as archive:
        meta_of_another = part10(encoded("1.2.3.5.1"), sop_class_uid=MR_IMAGE, sop_instance_uid="1.2.3.5.1")
        keeper = archive.archive.keeper(ARCHIVE)
        file = keeper.storage.open()
        file.write([meta_of_another])
        (tmp_path / "named.dcm").write_bytes(meta_of_another)
        keeper.keep(file, entry_reader(keeper.area)(str(tmp_path / "named.dcm"), ""))
        came, _ = get(archive)
        assert came == {"1.2.3.5.1": encoded("1.2.3.5.1")}


def test_get_can_be_switched_off(tmp_path: Path) -> None:
    with running(tmp_path, allows_get=False) as archive, connected(archive.port) as peer:
        answer = peer.associate(
            Proposal(contexts=[(1, GET_STUDY, [IMPLICIT])], called=ARCHIVE.encode(), roles=[(CT_IMAGE, 1, 1)])
        )
        assert answer.results[1][0] == 3


KEYS = bytes.fromhex("08005200 06000000") + b"STUDY " + bytes.fromhex("20000d00 06000000") + b"1.2.3\0"


def test_a_get_is_cancelled_between_instances(tmp_path: Path) -> None:
    """The cancellation arrives before the answer to the first sub-operation."""
    command = write_command_set({0x0002: GET_STUDY.encode(), 0x0100: 0x10, 0x0110: 7, 0x0700: 0, 0x0800: 1})
    cancel = write_command_set({0x0100: 0x0FFF, 0x0120: 7, 0x0800: 0x0101})
    with running(tmp_path) as archive, connected(archive.port) as peer:
        archive.put(*(encoded(f"1.2.3.5.{number}") for number in range(20)))
        contexts = [(1, GET_STUDY, [IMPLICIT]), (3, CT_IMAGE, [EXPLICIT])]
        peer.associate(Proposal(contexts=contexts, called=ARCHIVE.encode(), roles=[(CT_IMAGE, 0, 1)]))
        peer.send(data_pdu(1, 3, command) + data_pdu(1, 2, KEYS))
        stored = peer.read_response()
        assert stored.number(0x0100) == 1
        peer.read_pdu()
        answer: dict[int, bytes | int] = {
            0x0002: CT_IMAGE.encode(),
            0x0100: 0x8001,
            0x0120: stored.number(0x0110),
            0x0800: 0x0101,
            0x0900: 0,
        }
        peer.send(data_pdu(1, 3, cancel) + data_pdu(3, 3, write_command_set(answer)))
        assert peer.read_response().number(STATUS) == PENDING
        final = peer.read_response()
        assert (final.number(STATUS), final.number(0x1020)) == (CANCELLED, 19)
        peer.release()


def test_a_peer_that_asked_and_left_ends_the_retrieval(tmp_path: Path) -> None:
    command = write_command_set({0x0002: GET_STUDY.encode(), 0x0100: 0x10, 0x0110: 7, 0x0700: 0, 0x0800: 1})
    with running(tmp_path) as archive:
        archive.put(*(encoded(f"1.2.3.5.{number}", pixels=bytes(200_000)) for number in range(20)))
        assert len(archive.indexed()) == 20  # by a connection that reads, which stays, beside the one that writes
        descriptors = len(os.listdir("/proc/self/fd"))
        for _ in range(3):
            with connected(archive.port) as peer:
                contexts = [(1, GET_STUDY, [IMPLICIT]), (3, CT_IMAGE, [EXPLICIT])]
                peer.associate(Proposal(contexts=contexts, called=ARCHIVE.encode(), roles=[(CT_IMAGE, 0, 1)]))
                peer.send(data_pdu(1, 3, command) + data_pdu(1, 2, KEYS))
                number, body = peer.read_pdu()
                assert read_command_set(body[6 : 4 + int.from_bytes(body[:4], "big")]).number(0x0100) == 1
                assert number == 4
        until(lambda: archive.archive.associations == 0)
        until(lambda: len(os.listdir("/proc/self/fd")) <= descriptors)
        assert archive.told(OperationEnded) == []
