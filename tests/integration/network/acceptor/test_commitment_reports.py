"""Reports that a peer brings over an association of its own: with roles reversed, or without a word on roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.dicom.sop_classes import VERIFICATION
from dicomdesk.engine.commit.transactions import LateReport, Transactions
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage
from dicomdesk.network.dimse.command_sets import write_command_set
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.peers.commitment_peers import report_pdus
from tests.helpers.peers.report_takers import COMMITMENT, WELL_KNOWN
from tests.helpers.peers.requestors import Proposal, connected, data_pdu

ONE = Reference(CT_IMAGE, "1.2.1")
REVERSED = ((COMMITMENT, 0, 1),)


@contextmanager
def receiving(folder: Path, commitments: Transactions | None) -> Iterator[int]:
    """A receiver of ours; its port."""
    request = ReceiveRequest(
        port=0,
        address="127.0.0.1",
        acceptance=Acceptance(accept_all=True, resolve_hosts=False),
        storage=Storage(folder=folder),
        commitments=commitments,
    )
    with Engine() as engine:
        yield engine.submit(request, lambda _fact: None).port


@pytest.mark.parametrize("roles", [REVERSED, ((COMMITMENT, 1, 1),), ()], ids=["reversed", "both", "unsaid"])
def test_a_running_receiver_takes_reports(tmp_path: Path, roles: tuple[tuple[str, int, int], ...]) -> None:
    late: list[LateReport] = []
    book = Transactions(told=late.append)
    uid = book.open([ONE], peer_ae_title="PACS", our_ae_title="OURS", purpose="errand 7")
    book.collect(uid, stays_open=True)
    with receiving(tmp_path, book) as port, connected(port) as peer:
        answer = peer.associate(Proposal(contexts=[(1, COMMITMENT, [IMPLICIT, EXPLICIT])], roles=roles))
        assert answer.results == {1: (0, EXPLICIT)}
        assert answer.roles == ({COMMITMENT: (0, 1)} if roles else {})
        peer.send(report_pdus(uid, {ONE: 0}))
        assert peer.read_response().number(0x0900) == 0
        peer.send(report_pdus("1.2.3", {ONE: 0}))
        assert peer.read_response().number(0x0900) == 0x0115
        peer.release()
    assert [(told.purpose, told.outcomes) for told in late] == [("errand 7", {ONE: 0})]


@pytest.fixture(autouse=True)
def _announced(announce_log: object) -> None:
    assert callable(announce_log)
    announce_log("transaction that is not known")


def test_a_receiver_without_transactions_refuses_who_would_report(tmp_path: Path) -> None:
    with receiving(tmp_path, None) as port, connected(port) as peer:
        contexts = [(1, COMMITMENT, [EXPLICIT]), (3, VERIFICATION, [IMPLICIT])]
        answer = peer.associate(Proposal(contexts=contexts, roles=REVERSED))
        assert answer.results[1][0] == 3
        assert peer.echo() == 0
        peer.release()


def test_who_asks_us_to_commit_is_told_that_we_do_not(tmp_path: Path) -> None:
    with receiving(tmp_path, Transactions()) as port, connected(port) as peer:
        peer.associate(Proposal(contexts=[(1, COMMITMENT, [EXPLICIT])]))
        action: dict[int, int | bytes] = {
            0x0003: COMMITMENT.encode(),
            0x0100: 0x0130,
            0x0110: 1,
            0x0800: 0x0101,
            0x1001: WELL_KNOWN.encode(),
            0x1008: 1,
        }
        peer.send(data_pdu(1, 3, write_command_set(action)))
        assert peer.read_response().number(0x0900) == 0x0118
        peer.release()


def test_storing_and_reports_go_over_one_association(tmp_path: Path) -> None:
    book = Transactions()
    uid = book.open([ONE], peer_ae_title="PACS", our_ae_title="OURS")
    with receiving(tmp_path, book) as port, connected(port) as peer:
        peer.associate(Proposal(contexts=[(1, COMMITMENT, [EXPLICIT]), (3, CT_IMAGE, [EXPLICIT])], roles=REVERSED))
        assert peer.store("1.2.1", [b"\x08\x00\x18\x00UI\x06\x001.2.1\0"], context_id=3) == 0
        peer.send(report_pdus(uid, {ONE: 0}))
        assert peer.read_response().number(0x0900) == 0
        peer.release()
    assert book.collect(uid, stays_open=False) == {ONE: 0}
