"""Operations that take their time, asked for by real requestors: pending responses, cancellation, sub-operations."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association

from dicomdesk.dicom.data_set_source import DataSetSource, FileRange
from dicomdesk.errors import DicomdeskError, TruncatedError
from dicomdesk.network.acceptor.operation import Answer, Operation
from dicomdesk.network.dimse.command_sets import (
    AFFECTED_SOP_CLASS_UID,
    COMMAND_DATA_SET_TYPE,
    COMMAND_FIELD,
    MESSAGE_ID,
    MESSAGE_ID_RESPONDED_TO,
    NO_DATA_SET,
    STATUS,
    write_command_set,
)
from dicomdesk.network.dimse.instance_writer import StoreItem
from dicomdesk.network.dimse.requests import event_report_request
from dicomdesk.network.negotiation import Role
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy
from tests.helpers.dcmtk.programs import dcmtk_program
from tests.helpers.peers.receivers import DEADLINE_S, Receiver, listening
from tests.helpers.peers.requestors import (
    ABORT,
    P_DATA,
    RELEASE_RQ,
    Proposal,
    Requestor,
    connected,
    data_pdu,
    find_command,
    pdu,
)

IMPLICIT = "1.2.840.10008.1.2"
FIND, GET = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.2.3"
CT = "1.2.840.10008.5.1.4.1.1.2"
POLICY = AcceptancePolicy(
    contexts={FIND: [IMPLICIT], GET: [IMPLICIT], CT: [IMPLICIT]}, roles={CT: Role(scu=True, scp=True)}
)
IDENTIFIER = bytes.fromhex("0800520006000000535455445920")  # (0008,0052) STUDY
CANCELLED, PENDING = 0xFE00, 0xFF00


def response(operation: Operation, status: int, *, has_data_set: bool = False) -> bytes:
    """A C-FIND-RSP or C-GET-RSP."""
    return write_command_set(
        {
            AFFECTED_SOP_CLASS_UID: operation.message.context.abstract_syntax.encode(),
            COMMAND_FIELD: operation.message.field | 0x8000,
            MESSAGE_ID_RESPONDED_TO: operation.message.message_id,
            COMMAND_DATA_SET_TYPE: 1 if has_data_set else NO_DATA_SET,
            STATUS: status,
        }
    )


class Finding:
    """Answers each C-FIND with so many matches, and notes what came of it."""

    def __init__(self, matches: int) -> None:
        self.matches = matches
        self.given = 0
        self.ended = threading.Event()

    def __call__(self, operation: Operation) -> bool:
        if operation.message.field != 0x20:
            return False
        try:
            self._find(operation)
        finally:
            self.ended.set()
        return True

    def _find(self, operation: Operation) -> None:
        for _ in range(self.matches):
            if operation.is_cancelled():
                operation.reply(response(operation, CANCELLED))
                return
            operation.reply(response(operation, PENDING, has_data_set=True), IDENTIFIER)
            self.given += 1
        operation.reply(response(operation, 0))


@contextmanager
def associated(port: int, *, stores: list[Dataset] | None = None) -> Iterator[Association]:
    """An association of pynetdicom's, released at the end where it still stands."""
    entity = AE(ae_title="QUERY")
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = DEADLINE_S
    for uid in (FIND, GET, CT):
        entity.add_requested_context(uid, IMPLICIT)

    def stored(event: evt.Event) -> int:
        assert stores is not None
        stores.append(event.dataset)
        return 0xB000 if len(stores) == 2 else 0

    association = entity.associate(
        "127.0.0.1", port, ext_neg=[build_role(CT, scp_role=True)], evt_handlers=[(evt.EVT_C_STORE, stored)]
    )
    assert association.is_established
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


def query() -> Dataset:
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.StudyInstanceUID = "1.2"
    return identifier


def test_matches_are_streamed() -> None:
    service = Finding(300)
    with listening(Receiver(), POLICY, services=service) as (port, _), associated(port) as association:
        for _ in range(2):
            statuses = [status.Status for status, _ in association.send_c_find(query(), FIND)]
            assert statuses == [PENDING] * 300 + [0]


def test_a_query_is_cancelled() -> None:
    service = Finding(1_000_000)
    with listening(Receiver(), POLICY, services=service) as (port, _), associated(port) as association:
        last = None
        for number, (status, _) in enumerate(association.send_c_find(query(), FIND, msg_id=5)):
            last = status.Status
            if number == 10:
                association.send_c_cancel(5, query_model=FIND)
        assert last == CANCELLED
        assert service.given < 1_000_000


@pytest.mark.dcmtk
def test_findscu_cancels_and_goes_on() -> None:
    service = Finding(100_000)
    receiver = Receiver()
    with listening(receiver, POLICY, services=service) as (port, _):
        command = [dcmtk_program("findscu"), "-S", "-v", "--cancel", "3", "-k", "QueryRetrieveLevel=STUDY"]
        result = subprocess.run(
            [*command, "127.0.0.1", str(port)], capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        assert result.returncode == 0
        assert "Cancel" in result.stderr + result.stdout
        receiver.wait_for("released")
    assert service.given < 100_000


def ask(peer: Requestor) -> None:
    peer.associate(Proposal(contexts=[(1, FIND, [IMPLICIT])]))
    peer.send(data_pdu(1, 3, find_command()), data_pdu(1, 2, IDENTIFIER))


@contextmanager
def asking(port: int) -> Iterator[Requestor]:
    """A raw requestor that has sent a C-FIND and has read the first response."""
    with connected(port) as peer:
        ask(peer)
        assert peer.read_response().number(STATUS) == PENDING
        yield peer


def test_a_peer_that_leaves_ends_the_operation() -> None:
    service, receiver = Finding(10_000_000), Receiver()
    with listening(receiver, POLICY, services=service) as (port, _):
        with asking(port):
            pass
        assert service.ended.wait(DEADLINE_S)
        receiver.wait_for("aborted 1 by peer")


def test_stopping_the_listener_ends_the_operation() -> None:
    service, receiver = Finding(10_000_000), Receiver()
    with listening(receiver, POLICY, services=service) as (port, listener), asking(port) as peer:
        stopping = threading.Thread(target=listener.stop)
        stopping.start()
        while not service.ended.is_set():
            peer.read_pdu()
        stopping.join(DEADLINE_S)
        receiver.wait_for("aborted 1 by us")


def test_what_no_service_answers_ends_the_association() -> None:
    receiver = Receiver()
    with listening(receiver, POLICY, services=lambda _: False) as (port, _), associated(port) as association:
        list(association.send_c_find(query(), FIND))
        receiver.wait_for("cannot handle this kind of DIMSE command (0x0020)")


@pytest.mark.parametrize("farewell", [pdu(RELEASE_RQ, bytes(4)), pdu(ABORT, bytes(4)), b"\xff" * 6, b""])
def test_what_a_peer_answers_before_it_leaves_is_known(farewell: bytes) -> None:
    """The operation ends all the same."""
    outcomes: list[tuple[str, Answer | None]] = []

    def report(operation: Operation) -> bool:
        try:
            answer = operation.ask(event_report_request(operation.message.context, "1.2", 1, b""))
        except DicomdeskError:
            outcomes.append(("raised", operation.last_answer))
            raise
        outcomes.append(("returned", answer))
        operation.reply(response(operation, 0))
        return True

    receiver = Receiver()
    with listening(receiver, POLICY, services=report) as (port, _), connected(port) as peer:
        ask(peer)
        number = peer.read_response().number(MESSAGE_ID)
        assert peer.read_pdu()[0] == P_DATA
        answer = {COMMAND_FIELD: 0x8100, MESSAGE_ID_RESPONDED_TO: number, COMMAND_DATA_SET_TYPE: NO_DATA_SET}
        peer.send(data_pdu(1, 3, write_command_set({**answer, STATUS: 0x0107})) + farewell)
        while peer.read_pdu()[0]:
            if not farewell:
                break
    assert outcomes == [("raised" if farewell else "returned", Answer(0x0107))]


def test_a_peer_that_leaves_without_an_answer_has_given_none() -> None:
    answers: list[Answer | None] = []

    def report(operation: Operation) -> bool:
        try:
            operation.ask(event_report_request(operation.message.context, "1.2", 1, b""))
        finally:
            answers.append(operation.last_answer)
        return True

    with listening(Receiver(), POLICY, services=report) as (port, _), connected(port) as peer:
        ask(peer)
        peer.read_response()
        peer.send(pdu(ABORT, bytes(4)))
        while peer.read_pdu()[0]:
            pass
    assert answers == [None]


def test_sub_operations_go_over_the_same_association(tmp_path: Path) -> None:
    large = tmp_path / "large"
    element = bytes.fromhex("10001000") + (4).to_bytes(4, "little") + b"A^B "
    pixels = bytes.fromhex("e07f1000") + (3_000_000).to_bytes(4, "little") + bytes(3_000_000)
    large.write_bytes(element + pixels)
    answers: list[tuple[int, str]] = []

    def get(operation: Operation) -> bool:
        context = 5
        with open(large, "rb") as file:
            whole = FileRange(file.fileno(), 0, len(element) + len(pixels))
            beyond = FileRange(file.fileno(), 0, len(element) + len(pixels) + 1)
            sources: tuple[DataSetSource, ...] = (element, whole, beyond)
            for number, data in enumerate(sources, 1):
                try:
                    answer = operation.store(StoreItem(context, CT, f"1.2.{number}", data, None))
                except TruncatedError:
                    answers.append((-1, ""))
                else:
                    answers.append((answer.status, answer.comment))
                operation.reply(response(operation, PENDING))
        operation.reply(response(operation, 0))
        return True

    stored: list[Dataset] = []
    with listening(Receiver(), POLICY, services=get) as (port, _), associated(port, stores=stored) as association:
        statuses = [status.Status for status, _ in association.send_c_get(query(), GET)]
        assert statuses == [PENDING, PENDING, PENDING, 0]
        assert association.is_established
    assert [status for status, _ in answers] == [0, 0xB000, -1]
    assert str(stored[0].PatientName) == "A^B"
    assert len(stored[1].PixelData) == 3_000_000
