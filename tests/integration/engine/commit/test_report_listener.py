"""The listener of a commit job takes reports and verification, and refuses whatever else."""

import pytest

from dicomdesk.dicom.commitment.documents import CommitmentReport
from dicomdesk.dicom.query.sop_classes import COMMITMENT
from dicomdesk.dicom.sop_classes import VERIFICATION
from dicomdesk.engine.commit.report_listener import open_listener
from dicomdesk.engine.commit.request import ReportListener
from dicomdesk.errors import PortInUseError
from dicomdesk.network.dimse.commitment import ReportAnswer
from dicomdesk.settings import AssociationSettings
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.peers.requestors import Proposal, connected


def take(_report: CommitmentReport, _sender: str) -> ReportAnswer:
    raise AssertionError("there is no report")


def test_only_reports_and_verification_are_taken() -> None:
    listener, port = open_listener(ReportListener(port=0, address="127.0.0.1"), AssociationSettings(), take)
    try:
        with connected(port) as peer:
            proposed = [(1, COMMITMENT, [EXPLICIT]), (3, VERIFICATION, [IMPLICIT]), (5, CT_IMAGE, [EXPLICIT])]
            answer = peer.associate(Proposal(contexts=proposed))
            assert {number: result for number, (result, _) in answer.results.items()} == {1: 0, 3: 0, 5: 3}
            assert peer.echo() == 0
            peer.release()
    finally:
        listener.stop()


def test_a_port_that_is_taken_is_an_error_that_leaves_nothing_behind() -> None:
    listener, port = open_listener(ReportListener(port=0, address="127.0.0.1"), AssociationSettings(), take)
    try:
        with pytest.raises(PortInUseError):
            open_listener(ReportListener(port=port, address="127.0.0.1"), AssociationSettings(), take)
    finally:
        listener.stop()
