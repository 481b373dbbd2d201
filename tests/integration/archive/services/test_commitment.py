"""Storage commitment asked for by pynetdicom, reported on the same association or, where that is over, on a new one."""

import errno
import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dsutils import encode
from pynetdicom.pdu import P_DATA_TF

from dicomdesk.archive.facts import CommitmentAnswered
from dicomdesk.archive.index import Index
from dicomdesk.archive.services import commitment_reports
from dicomdesk.archive.services.commitment_values import Report
from dicomdesk.archive.services.kept_commitment_reports import KeptReports
from dicomdesk.dicom.commitment import documents
from dicomdesk.dicom.query.sop_classes import COMMITMENT
from dicomdesk.errors import IndexDamagedError
from dicomdesk.network.dimse.command_sets import COMMAND_FIELD, ERROR_COMMENT, MESSAGE_ID, write_command_set
from dicomdesk.network.status import Status
from tests.helpers.archives.archive_process import archive_process
from tests.helpers.archives.served_archives import ARCHIVE, DEADLINE_S, MR_IMAGE, calling, encoded, running, until
from tests.helpers.data.datasets import CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT, Builder
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.pynetdicom_ends import serving_pynetdicom
from tests.helpers.peers.report_takers import kept_reports, report_answer, taking_and_leaving
from tests.helpers.peers.requestors import (
    ABORT,
    P_DATA,
    RELEASE_RP,
    RELEASE_RQ,
    Proposal,
    Requestor,
    connected,
    data_pdu,
    pdu,
)

WELL_KNOWN = "1.2.840.10008.1.20.1.1"
NO_SUCH_OBJECT, CLASS_CONFLICT = 0x0112, 0x0119


class Reports:
    """What was reported, answered with a status."""

    def __init__(self, status: int = 0) -> None:
        self.status = status
        self.received: list[tuple[int, Dataset]] = []
        self.came = threading.Event()
        self.answered = threading.Event()
        """The answer is out; pynetdicom's thread raises where its own release comes before that."""

    def take(self, event: evt.Event) -> tuple[int, None]:
        self.received.append((int(event.event_type or 0), event.event_information))
        self.came.set()
        return self.status, None

    def note(self, event: evt.Event) -> None:
        if self.came.is_set() and isinstance(event.pdu, P_DATA_TF):
            self.answered.set()

    @property
    def handlers(self) -> list[Any]:
        return [(evt.EVT_N_EVENT_REPORT, self.take), (evt.EVT_PDU_SENT, self.note)]


@contextmanager
def taking_reports(reports: Reports, syntaxes: Sequence[str] = (EXPLICIT, IMPLICIT)) -> Iterator[int]:
    """A peer that is called to take reports; its port."""
    entity = AE(ae_title="ASKER")
    entity.add_supported_context(COMMITMENT, list(syntaxes), scu_role=False, scp_role=True)
    with serving_pynetdicom(entity, reports.handlers) as port:
        yield port


def request(*references: tuple[str, str], transaction: str = "1.2.77") -> Dataset:
    made = Dataset()
    made.TransactionUID = transaction
    made.ReferencedSOPSequence = []
    for sop_class, instance in references:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, instance
        made.ReferencedSOPSequence.append(item)
    return made


def ask(association: Association, query: Dataset, action: int = 1, instance: str = WELL_KNOWN) -> int:
    status, _ = association.send_n_action(query, action, COMMITMENT, instance)
    return int(status.Status)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, DEFLATED])
def test_what_is_kept_is_committed_on_the_same_association(tmp_path: Path, syntax: str) -> None:
    reports = Reports()
    preferred = {"preferred_transfer_syntax": syntax} if syntax == DEFLATED else {}
    with running(tmp_path, **preferred) as archive:
        archive.put(encoded("1.2.3.1"), encoded("1.2.3.2"))
        with calling(archive.port, classes=[COMMITMENT], syntaxes=[syntax], handlers=reports.handlers) as association:
            assert ask(association, request((CT_IMAGE, "1.2.3.1"), (CT_IMAGE, "1.2.3.2"))) == 0
            (fact,) = archive.wait_for(CommitmentAnswered)
        ((event_type, report),) = reports.received
        assert (event_type, report.TransactionUID, report.RetrieveAETitle) == (1, "1.2.77", ARCHIVE)
        assert [item.ReferencedSOPInstanceUID for item in report.ReferencedSOPSequence] == ["1.2.3.1", "1.2.3.2"]
        assert "FailedSOPSequence" not in report
        assert (fact.committed, fact.failed, fact.is_reported) == (2, 0, True)


def test_what_is_not_kept_is_not_committed(tmp_path: Path) -> None:
    reports = Reports()
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"), encoded("1.2.3.2"))
        storage = archive.archive.keeper(ARCHIVE).storage
        os.unlink(next(storage.path_of(path) for path, uid in archive.indexed().items() if uid == "1.2.3.2"))
        with calling(archive.port, classes=[COMMITMENT], handlers=reports.handlers) as association:
            wanted = [(CT_IMAGE, "1.2.3.1"), (CT_IMAGE, "1.2.3.2"), (MR_IMAGE, "1.2.3.1"), (CT_IMAGE, "9.9")]
            assert ask(association, request(*wanted)) == 0
            archive.wait_for(CommitmentAnswered)
        ((event_type, report),) = reports.received
        assert event_type == 2
        assert [item.FailureReason for item in report.FailedSOPSequence] == [
            NO_SUCH_OBJECT,
            CLASS_CONFLICT,
            NO_SUCH_OBJECT,
        ]
        assert len(report.ReferencedSOPSequence) == 1


def test_a_file_that_is_not_whole_is_not_committed(tmp_path: Path) -> None:
    reports = Reports()
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"))
        (path,) = archive.indexed()
        file = archive.archive.keeper(ARCHIVE).storage.path_of(path)
        os.truncate(file, os.stat(file).st_size - 1)
        with calling(archive.port, classes=[COMMITMENT], handlers=reports.handlers) as association:
            assert ask(association, request((CT_IMAGE, "1.2.3.1"))) == 0
            archive.wait_for(CommitmentAnswered)
        ((_, report),) = reports.received
        assert [item.FailureReason for item in report.FailedSOPSequence] == [NO_SUCH_OBJECT]


def test_any_of_several_instances_of_one_uid_is_committed(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("another study has its SOPInstanceUID")
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"))
        other = encoded("1.2.3.1", study="1.9", series="1.9.1", sop_class=MR_IMAGE)
        archive.put(other, sop_class=MR_IMAGE, status=Status.COERCION_OF_DATA_ELEMENTS)
        reports = Reports()
        with calling(archive.port, classes=[COMMITMENT], handlers=reports.handlers) as association:
            wanted = [(CT_IMAGE, "1.2.3.1"), (MR_IMAGE, "1.2.3.1"), (WELL_KNOWN, "1.2.3.1")]
            assert ask(association, request(*wanted)) == 0
            archive.wait_for(CommitmentAnswered)
        ((_, report),) = reports.received
        assert [item.FailureReason for item in report.FailedSOPSequence] == [CLASS_CONFLICT]
        assert len(report.ReferencedSOPSequence) == 2


def test_ten_thousand_references_are_answered(tmp_path: Path) -> None:
    reports = Reports()
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"))
        with calling(archive.port, classes=[COMMITMENT], handlers=reports.handlers) as association:
            wanted = [(CT_IMAGE, f"1.2.3.{number}") for number in range(1, 10_001)]
            assert ask(association, request(*wanted)) == 0
            (fact,) = archive.wait_for(CommitmentAnswered)
        assert (fact.committed, fact.failed) == (1, 9_999)


@pytest.mark.parametrize(
    ("query", "action", "instance", "status"),
    [
        (request((CT_IMAGE, "1.2")), 2, WELL_KNOWN, 0x0123),
        (request((CT_IMAGE, "1.2")), 1, "1.2.3", 0x0112),
        (request(), 1, WELL_KNOWN, 0x0115),
        (request((CT_IMAGE, "1.2"), transaction=""), 1, WELL_KNOWN, 0x0115),
    ],
)
def test_wrong_requests_are_refused(tmp_path: Path, query: Dataset, action: int, instance: str, status: int) -> None:
    with running(tmp_path) as archive, calling(archive.port, classes=[COMMITMENT]) as association:
        assert ask(association, query, action, instance) == status
        assert ask(association, query, action, instance) == status
        assert archive.told(CommitmentAnswered) == []


def test_an_index_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Any) -> None:
    announce_log("Storage commitment failed")

    def fail(*_: object, **__: object) -> Iterator[object]:
        raise IndexDamagedError("damaged")

    with running(tmp_path) as archive, calling(archive.port, classes=[COMMITMENT]) as association:
        monkeypatch.setattr(archive.archive.keeper(ARCHIVE).index, "find_instances", fail)
        assert ask(association, request((CT_IMAGE, "1.2"))) == 0x0110


@pytest.mark.parametrize("syntaxes", [(EXPLICIT,), (IMPLICIT,)])
def test_a_peer_that_refuses_the_report_there_is_called(tmp_path: Path, syntaxes: Sequence[str]) -> None:
    refusing, taking = Reports(0x0110), Reports()
    with taking_reports(taking, syntaxes) as port, running(tmp_path, peers={"ASKER": port}) as archive:
        archive.put(encoded("1.2.3.1"))
        with calling(archive.port, classes=[COMMITMENT], handlers=refusing.handlers) as association:
            assert ask(association, request((CT_IMAGE, "1.2.3.1"))) == 0
            assert taking.came.wait(DEADLINE_S)
            assert association.is_established
        (fact,) = archive.wait_for(CommitmentAnswered)
        assert fact.is_reported
        ((event_type, report),) = taking.received
        assert (event_type, report.TransactionUID) == (1, "1.2.77")


def action(*references: tuple[str, str], more: bytes = b"") -> bytes:
    """An N-ACTION request as it goes over the wire, in context 1."""
    command: dict[int, bytes | int] = {
        0x0003: COMMITMENT.encode(),
        0x0100: 0x0130,
        0x0110: 1,
        0x0800: 1,
        0x1001: WELL_KNOWN.encode(),
        0x1008: 1,
    }
    query = encode(request(*references), is_implicit_vr=False, is_little_endian=True)
    assert query is not None
    return data_pdu(1, 3, write_command_set(command)) + data_pdu(1, 2, query + more)


PROPOSAL = Proposal(contexts=[(1, COMMITMENT, [EXPLICIT])], called=ARCHIVE.encode(), calling=b"ASKER")


def read_report(peer: Requestor) -> int:
    """Read the report that comes on the same association; its message ID."""
    command = peer.read_response()
    assert command.number(COMMAND_FIELD) == 0x0100
    number, body = peer.read_pdu()
    assert (number, body[5]) == (P_DATA, 2)
    return command.number(MESSAGE_ID)


@pytest.mark.parametrize("how", ["release", "abort"])
def test_a_peer_that_leaves_after_asking_is_called(tmp_path: Path, how: str) -> None:
    taking = Reports()
    with taking_reports(taking) as port, running(tmp_path, peers={"ASKER": port}) as archive:
        archive.put(encoded("1.2.3.1"))
        with connected(archive.port) as peer:
            peer.associate(PROPOSAL)
            peer.send(action((CT_IMAGE, "1.2.3.1")))
            assert peer.read_response().number(0x0900) == 0
            if how == "abort":
                peer.send(pdu(ABORT, bytes(4)))
            else:
                peer.send(pdu(RELEASE_RQ, bytes(4)))
                while peer.read_pdu()[0] == P_DATA:
                    pass  # the report, which is not answered
        (fact,) = archive.wait_for(CommitmentAnswered)
        assert fact.is_reported
        assert [report.TransactionUID for _, report in taking.received] == ["1.2.77"]
        assert kept_reports(tmp_path) == []


@pytest.mark.parametrize("farewell", ["release", "abort", "close", "rubbish", "nothing"])
@pytest.mark.parametrize("status", [0, 0x0110])
def test_an_answer_counts_that_comes_together_with_the_end(tmp_path: Path, farewell: str, status: int) -> None:
    """Success: the report is not sent again. Failure: it is, to where the peer is."""
    taking = Reports()
    ends = {
        "release": pdu(RELEASE_RQ, bytes(4)),
        "abort": pdu(ABORT, bytes(4)),
        "rubbish": pdu(2, bytes(4)),
    }
    with taking_reports(taking) as port, running(tmp_path, peers={"ASKER": port}) as archive:
        archive.put(encoded("1.2.3.1"))
        with connected(archive.port) as peer:
            peer.associate(PROPOSAL)
            peer.send(action((CT_IMAGE, "1.2.3.1")))
            assert peer.read_response().number(0x0900) == 0
            peer.send(data_pdu(1, 3, report_answer(read_report(peer), status)) + ends.get(farewell, b""))
            if farewell == "close":
                peer.socket.shutdown(socket.SHUT_WR)
            if farewell == "nothing":
                archive.wait_for(CommitmentAnswered)
                peer.release()
            else:
                while peer.read_pdu()[0]:
                    pass
        (fact,) = archive.wait_for(CommitmentAnswered)
        assert fact.is_reported
        archive.archive.stop()
        assert len(taking.received) == (1 if status else 0)
        assert len(archive.told(CommitmentAnswered)) == 1
        assert kept_reports(tmp_path) == []


@pytest.mark.parametrize("farewell", [b"", pdu(RELEASE_RQ, bytes(4)), pdu(ABORT, bytes(4)), b"\xff" * 6])
def test_on_a_new_association_too_the_report_is_sent_once(tmp_path: Path, farewell: bytes) -> None:
    with taking_and_leaving(farewell) as taker, running(tmp_path, peers={"ASKER": taker.port}) as archive:
        archive.put(encoded("1.2.3.1"))
        with connected(archive.port) as peer:
            peer.associate(PROPOSAL)
            peer.send(action((CT_IMAGE, "1.2.3.1")))
            assert peer.read_response().number(0x0900) == 0
            peer.send(pdu(ABORT, bytes(4)))
        (fact,) = archive.wait_for(CommitmentAnswered)
        assert fact.is_reported
        archive.archive.stop()
        assert taker.reports == 1
        assert kept_reports(tmp_path) == []


@pytest.mark.parametrize(("how", "is_report_read"), [("kill", False), ("kill", True), ("end", True)])
def test_a_report_survives_the_process_that_promised_it(tmp_path: Path, how: str, is_report_read: bool) -> None:
    """``kill -9`` between the answer to the request and that to the report."""
    proposal = Proposal(
        contexts=[(1, COMMITMENT, [EXPLICIT]), (3, CT_IMAGE, [EXPLICIT])], called=ARCHIVE.encode(), calling=b"ASKER"
    )
    with archive_process(tmp_path, peers={"ASKER": free_port()}) as process, connected(process.port) as peer:
        peer.associate(proposal)
        assert peer.store("1.2.3.1", [encoded("1.2.3.1")], context_id=3) == 0
        peer.send(action((CT_IMAGE, "1.2.3.1"), (CT_IMAGE, "9.9")))
        assert peer.read_response().number(0x0900) == 0
        if is_report_read:
            read_report(peer)
        process.kill() if how == "kill" else process.end()
    assert len(kept_reports(tmp_path)) == 1
    taking = Reports()
    with taking_reports(taking) as port:
        for _ in range(2):
            with archive_process(tmp_path, peers={"ASKER": port}) as process:
                assert taking.came.wait(DEADLINE_S)
                until(lambda: kept_reports(tmp_path) == [], "the report is forgotten")
                process.end()
    ((event_type, report),) = taking.received
    assert (event_type, report.TransactionUID, report.RetrieveAETitle) == (2, "1.2.77", ARCHIVE)
    assert [item.ReferencedSOPInstanceUID for item in report.ReferencedSOPSequence] == ["1.2.3.1"]
    assert [item.FailureReason for item in report.FailedSOPSequence] == [NO_SUCH_OBJECT]


def test_a_report_that_was_answered_does_not_survive_the_process(tmp_path: Path) -> None:
    taking = Reports()
    with taking_reports(taking) as port:
        with archive_process(tmp_path, peers={"ASKER": port}) as process, connected(process.port) as peer:
            peer.associate(PROPOSAL)
            peer.send(action((CT_IMAGE, "1.2.3.1")))
            assert peer.read_response().number(0x0900) == 0
            peer.send(data_pdu(1, 3, report_answer(read_report(peer), 0)) + pdu(RELEASE_RQ, bytes(4)))
            assert peer.read_pdu()[0] == RELEASE_RP
            until(lambda: kept_reports(tmp_path) == [], "the report is forgotten")
            process.kill()
        with archive_process(tmp_path, peers={"ASKER": port}) as process:
            process.end()
    assert taking.received == []


def name_of(descriptor: int) -> str:
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def test_what_is_committed_is_on_the_disk_before_the_peer_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every file, every folder that leads to it, then the index; then the report is kept, then it is answered."""
    flushed: list[str] = []
    real_fsync, real_flush = os.fsync, Index.flush

    def fsync(descriptor: int) -> None:
        flushed.append(name_of(descriptor))
        real_fsync(descriptor)

    def flush(index: Index) -> None:
        flushed.append("index")
        real_flush(index)

    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"), encoded("1.2.3.2"))
        archive.put(encoded("1.2.3.3", study="1.9", series="1.9.1"))
        assert flushed == []
        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(Index, "flush", flush)
        with connected(archive.port) as peer:
            peer.associate(PROPOSAL)
            peer.send(action(*((CT_IMAGE, f"1.2.3.{number}") for number in (1, 2, 3, 4))))
            peer.read_response()
            done = list(flushed)
            read_report(peer)
            peer.send(pdu(ABORT, bytes(4)))
        files = {archive.archive.keeper(ARCHIVE).storage.path_of(path) for path in archive.indexed()}
        folders = {str(parent) for file in files for parent in Path(file).parents if parent.is_relative_to(tmp_path)}
        before = done[: done.index("index")]
        assert sorted(before) == sorted(files | folders)
        report, state = done[done.index("index") + 1 :]
        assert state == str(tmp_path / ".dicomdesk")
        assert report not in files
        archive.wait_for(CommitmentAnswered)


@pytest.mark.parametrize("broken", ["file", "folder"])
def test_what_cannot_be_written_to_the_disk_is_not_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Any, broken: str
) -> None:
    announce_log("cannot be written to the disk")
    reports = Reports()
    real_fsync = os.fsync
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"))
        archive.put(encoded("1.2.3.2", study="1.9", series="1.9.1"))
        storage = archive.archive.keeper(ARCHIVE).storage
        bad = next(storage.path_of(path) for path, uid in archive.indexed().items() if uid == "1.2.3.1")
        bad = bad if broken == "file" else os.path.dirname(bad)

        def fsync(descriptor: int) -> None:
            if name_of(descriptor) == bad:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            real_fsync(descriptor)

        monkeypatch.setattr(os, "fsync", fsync)
        with calling(archive.port, classes=[COMMITMENT], handlers=reports.handlers) as association:
            assert ask(association, request((CT_IMAGE, "1.2.3.1"), (CT_IMAGE, "1.2.3.2"))) == 0
            (fact,) = archive.wait_for(CommitmentAnswered)
        assert (fact.committed, fact.failed) == (1, 1)
        ((event_type, report),) = reports.received
        assert event_type == 2
        ((item),) = report.FailedSOPSequence
        assert (item.ReferencedSOPInstanceUID, item.FailureReason) == ("1.2.3.1", 0x0110)


def test_a_folder_that_the_file_system_has_nothing_to_write_for_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) and not name_of(descriptor).endswith(".dicomdesk"):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real_fsync(descriptor)

    reports = Reports()
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"))
        monkeypatch.setattr(os, "fsync", fsync)
        with calling(archive.port, classes=[COMMITMENT], handlers=reports.handlers) as association:
            assert ask(association, request((CT_IMAGE, "1.2.3.1"))) == 0
            (fact,) = archive.wait_for(CommitmentAnswered)
        assert (fact.committed, fact.failed) == (1, 0)


def test_a_report_that_cannot_be_kept_is_not_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Any
) -> None:
    announce_log("Storage commitment failed")

    def full(_self: KeptReports, _report: Report) -> str:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    reports = Reports()
    with (
        running(tmp_path) as archive,
        calling(archive.port, classes=[COMMITMENT], handlers=reports.handlers) as association,
    ):
        with monkeypatch.context() as patch:
            patch.setattr(KeptReports, "keep", full)
            assert ask(association, request((CT_IMAGE, "1.2"))) == 0x0110
            patch.setattr(commitment_reports, "_MOST_KEPT", 0)
            assert ask(association, request((CT_IMAGE, "1.2"))) == 0x0213
        assert archive.told(CommitmentAnswered) == []
        assert ask(association, request((CT_IMAGE, "1.2"))) == 0
        assert reports.answered.wait(DEADLINE_S)


@pytest.mark.parametrize("kind", ["references", "elements"])
def test_a_request_has_so_many_instances_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(documents, "MOST_REFERENCES", 10)
    monkeypatch.setattr(documents, "_MOST_STEPS", 100)
    with running(tmp_path) as archive, connected(archive.port) as peer:
        peer.associate(PROPOSAL)
        if kind == "references":
            peer.send(action(*((CT_IMAGE, f"1.2.{number}") for number in range(11))))
        else:
            peer.send(action((CT_IMAGE, "1.2"), more=Builder(EXPLICIT).element(0x00091001, "LO", "") * 101))
        response = peer.read_response()
        assert response.number(0x0900) == 0x0115
        assert response.text(ERROR_COMMENT) == "more than 10 instances are referenced at once"
        peer.send(action(*((CT_IMAGE, f"1.2.{number}") for number in range(10))))
        assert peer.read_response().number(0x0900) == 0
        read_report(peer)


def test_text_of_a_request_ends_at_a_nul(tmp_path: Path) -> None:
    reports = Reports()
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"))
        with calling(archive.port, classes=[COMMITMENT], handlers=reports.handlers) as association:
            query = encode(request((CT_IMAGE, "1.2.3.1xyz"), transaction="1.2.77xy"), False, True)
            assert query is not None
            with connected(archive.port) as peer:
                peer.associate(PROPOSAL)
                changed = action((CT_IMAGE, "1.2.3.1xyz")).replace(b"1.2.3.1xyz", b"1.2.3.1\0\xff\0")
                peer.send(changed)
                assert peer.read_response().number(0x0900) == 0
                peer.send(data_pdu(1, 3, report_answer(read_report(peer), 0)))
                (fact,) = archive.wait_for(CommitmentAnswered)
                peer.release()
            assert association.is_established
        assert (fact.committed, fact.failed) == (1, 0)


@pytest.mark.parametrize("is_known", [False, True])
def test_a_peer_that_cannot_be_reached_does_not_keep_the_archive_from_ending(tmp_path: Path, is_known: bool) -> None:
    peers = {"ASKER": free_port()} if is_known else {}
    refusing = Reports(0x0110)
    with running(tmp_path, peers=peers) as archive:
        with calling(archive.port, classes=[COMMITMENT], handlers=refusing.handlers) as association:
            assert ask(association, request((CT_IMAGE, "1.2"))) == 0
            assert refusing.answered.wait(DEADLINE_S)
        if not is_known:
            assert not archive.wait_for(CommitmentAnswered)[0].is_reported
            assert kept_reports(tmp_path) == []
        ending = threading.Thread(target=archive.archive.stop)
        ending.start()
        ending.join(10.0)
        assert not ending.is_alive()
        assert len(kept_reports(tmp_path)) == is_known
