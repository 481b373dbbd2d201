"""Requests whose files may be deleted are those of the delivery; what tools do with them is tested as processes."""

from pathlib import Path

from dicomdesk.cli.sender.committing import StampedRequest
from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.delivery.stamped_ledger import StampedLedger
from dicomdesk.engine.send.planned_send import SendJob
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send_exactly.exact_send import ExactSendJob
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.settings import Peer
from tests.helpers.jobs.recorder import no_threads


def test_each_request_has_its_own_kind_of_job(tmp_path: Path) -> None:
    peer, inputs = Peer(host="127.0.0.1", port=104), InputSelection(paths=(str(tmp_path),))
    planned = StampedRequest(SendRequest(peer=peer, inputs=inputs), StampedLedger())
    exact = StampedRequest(ExactSendRequest(peer=peer, inputs=inputs), StampedLedger())
    assert isinstance(planned.make_job(print, no_threads), SendJob)
    assert isinstance(exact.make_job(print, no_threads), ExactSendJob)
