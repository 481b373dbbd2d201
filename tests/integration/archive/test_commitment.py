"""Storage commitment asked for by pynetdicom, reported on the same association or, where that is over, on a new one."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dsutils import encode

from dicomdesk.archive.commitment_reports import Reference, Report
from dicomdesk.archive.facts import CommitmentAnswered
from dicomdesk.archive.service_classes import COMMITMENT
from dicomdesk.errors import IndexDamagedError
from dicomdesk.network.command_sets import write_command_set
from tests.helpers.datasets import CT_IMAGE, DEFLATED, EXPLICIT, IMPLICIT
from tests.helpers.dcmtk import free_port
from tests.helpers.pynetdicom_ends import serving_pynetdicom
from tests.helpers.requestors import ABORT, P_DATA, RELEASE_RQ, Proposal, connected, data_pdu, pdu
from tests.helpers.served_archives import ARCHIVE, DEADLINE_S, MR_IMAGE, calling, encoded, running

WELL_KNOWN = "1.2.840.10008.1.20.1.1"
NO_SUCH_OBJECT, CLASS_CONFLICT = 0x0112, 0x0119


class Reports:
    """What was reported, answered with a status."""

    def __init__(self, status: int = 0) -> None:
        self.status = status
        self.received: list[tuple[int, Dataset]] = []
        self.came = threading.Event()

    def take(self, event: evt.Event) -> tuple[int, None]:
        self.received.append((int(event.event_type or 0), event.event_information))
        self.came.set()
        return self.status, None

    @property
    def handlers(self) -> list[Any]:
        return [(evt.EVT_N_EVENT_REPORT, self.take)]


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


def test_any_of_several_instances_of_one_uid_is_committed(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"))
        archive.put(encoded("1.2.3.1", study="1.9", series="1.9.1", sop_class=MR_IMAGE), sop_class=MR_IMAGE)
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


@pytest.mark.parametrize("how", ["release", "abort"])
def test_a_peer_that_leaves_after_asking_is_called(tmp_path: Path, how: str) -> None:
    taking = Reports()
    proposal = Proposal(contexts=[(1, COMMITMENT, [EXPLICIT])], called=ARCHIVE.encode(), calling=b"ASKER")
    command: dict[int, bytes | int] = {
        0x0003: COMMITMENT.encode(),
        0x0100: 0x0130,
        0x0110: 1,
        0x0800: 1,
        0x1001: WELL_KNOWN.encode(),
        0x1008: 1,
    }
    query = encode(request((CT_IMAGE, "1.2.3.1")), is_implicit_vr=False, is_little_endian=True)
    assert query is not None
    with taking_reports(taking) as port, running(tmp_path, peers={"ASKER": port}) as archive:
        archive.put(encoded("1.2.3.1"))
        with connected(archive.port) as peer:
            peer.associate(proposal)
            peer.send(data_pdu(1, 3, write_command_set(command)) + data_pdu(1, 2, query))
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


@pytest.mark.parametrize("is_known", [False, True])
def test_a_peer_that_cannot_be_reached_is_given_up_at_the_end(tmp_path: Path, is_known: bool) -> None:
    peers = {"ASKER": free_port()} if is_known else {}
    refusing = Reports(0x0110)
    with running(tmp_path, peers=peers) as archive:
        with calling(archive.port, classes=[COMMITMENT], handlers=refusing.handlers) as association:
            assert ask(association, request((CT_IMAGE, "1.2"))) == 0
            assert refusing.came.wait(DEADLINE_S)
        if not is_known:
            assert not archive.wait_for(CommitmentAnswered)[0].is_reported
        ending = threading.Thread(target=archive.archive.stop)
        ending.start()
        ending.join(10.0)
        assert not ending.is_alive()


def test_a_report_says_what_became_of_it() -> None:
    outcomes = {Reference(CT_IMAGE, "1.2"): 0, Reference(CT_IMAGE, "1.3"): NO_SUCH_OBJECT}
    report = Report(
        association=4, transaction_uid="1.2", outcomes=outcomes, archive_ae_title=ARCHIVE, peer_ae_title="ASKER"
    )
    fact = report.answered(is_reported=False)
    assert (report.event_type, fact.committed, fact.failed, fact.is_reported) == (2, 1, 1, False)
