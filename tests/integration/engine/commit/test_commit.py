"""Storage commitment asked of our own archive, and of peers that report late, elsewhere, in parts, twice or falsely."""

from pathlib import Path

import pytest

from dicomdesk.dicom.commitment.references import Reference
from dicomdesk.engine.commit.commit import CommitResult
from dicomdesk.engine.commit.facts import CommitFact
from dicomdesk.engine.commit.request import CommitRequest, CommitWay, CommitWish, ReportListener
from dicomdesk.engine.commit.states import CommitmentState
from dicomdesk.engine.commit.transactions import Transactions
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import JobOutcome
from dicomdesk.settings import AssociationSettings, Peer
from tests.helpers.archives.served_archives import ARCHIVE, DEADLINE_S, MR_IMAGE, encoded, running
from tests.helpers.data.datasets import CT_IMAGE
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.tls.certificates import Authority
from tests.helpers.tls.secured import identity

NO_SUCH_OBJECT, CLASS_CONFLICT = 0x0112, 0x0119
OURS = AssociationSettings(calling_ae_title="ASKER")


def ask(request: CommitRequest, facts: list[CommitFact] | None = None) -> CommitResult:
    """What comes of a request."""
    told: list[CommitFact] = [] if facts is None else facts
    with Engine() as engine:
        return engine.submit(request, told.append).done.result(DEADLINE_S)


def request_of(port: int, *references: Reference, **changes: object) -> CommitRequest:
    wish = CommitWish(way=changes.pop("way", CommitWay.AUTO), patience_s=changes.pop("patience_s", DEADLINE_S))  # type: ignore[arg-type]  # as given
    return CommitRequest(
        peer=Peer(host="127.0.0.1", port=port, ae_title=ARCHIVE),
        association=OURS,
        references=references,
        wish=wish,
        **{"transactions": Transactions(), **changes},  # type: ignore[arg-type]  # any field
    )


def test_our_archive_commits_to_what_it_has(tmp_path: Path) -> None:
    stored, lost = Reference(CT_IMAGE, "1.2.3.1"), Reference(CT_IMAGE, "1.2.3.2")
    other_class = Reference(MR_IMAGE, "1.2.3.1")
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.1"))
        result = ask(request_of(archive.port, stored, lost, other_class))
    assert result.outcome is JobOutcome.COMPLETED
    assert result.error is None
    assert result.commitments[stored].state is CommitmentState.COMMITTED
    assert result.commitments[lost].failure_reason == NO_SUCH_OBJECT
    assert result.commitments[other_class].failure_reason == CLASS_CONFLICT
    assert "does not have the instance" in result.commitments[lost].text


def test_our_archive_reports_over_an_association_of_its_own(tmp_path: Path) -> None:
    stored = Reference(CT_IMAGE, "1.2.3.1")
    port = free_port()
    with running(tmp_path, peers={"ASKER": port}) as archive:
        archive.put(encoded("1.2.3.1"))
        listener = ReportListener(port=port, address="127.0.0.1")
        result = ask(request_of(archive.port, stored, way=CommitWay.NEW, listener=listener))
    assert result.commitments[stored].state is CommitmentState.COMMITTED


@pytest.mark.long
def test_thousands_of_instances_are_asked_about_in_bounded_requests(tmp_path: Path) -> None:
    known = [Reference(CT_IMAGE, f"1.2.3.{number}") for number in range(30)]
    unknown = [Reference(CT_IMAGE, f"1.2.4.{number}") for number in range(5000)]
    with running(tmp_path) as archive:
        archive.put(*(encoded(reference.sop_instance_uid) for reference in known))
        result = ask(request_of(archive.port, *known, *unknown, most_at_once=700))
    assert result.counts[CommitmentState.COMMITTED] == 30
    assert result.counts[CommitmentState.NOT_COMMITTED] == 5000


@pytest.mark.parametrize("way", [CommitWay.SAME, CommitWay.NEW])
def test_both_associations_are_secured_where_the_peer_is(tmp_path: Path, way: CommitWay) -> None:
    authority = Authority(tmp_path)
    theirs, ours = identity(authority, "archive"), identity(authority, "asker")
    lost, port = Reference(CT_IMAGE, "1.2.3.1"), free_port()
    with running(tmp_path / "archive", peers={"ASKER": port}, tls=theirs, destination_tls=theirs) as archive:
        request = CommitRequest(
            peer=Peer(host="127.0.0.1", port=archive.port, ae_title=ARCHIVE, tls=ours),
            association=OURS,
            references=(lost,),
            transactions=Transactions(),
            wish=CommitWish(way=way, patience_s=DEADLINE_S),
            listener=ReportListener(port=port, address="127.0.0.1", tls=ours),
        )
        result = ask(request)
    assert result.commitments[lost].failure_reason == NO_SUCH_OBJECT
