from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.preflight.exact_preflight import ExactPreflightJob
from dicomdesk.engine.preflight.planned_preflight import PlannedPreflightJob
from dicomdesk.engine.preflight.request import PreflightRequest
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.engine.send_exactly.request import ExactSendRequest
from dicomdesk.settings import Peer
from tests.helpers.jobs.recorder import EventRecorder, no_threads

PEER = Peer(host="localhost", port=104)
INPUTS = InputSelection(paths=("a",))


def test_each_way_of_sending_has_its_preflight() -> None:
    planned = PreflightRequest(send=SendRequest(peer=PEER, inputs=INPUTS))
    exact = PreflightRequest(send=ExactSendRequest(peer=PEER, inputs=INPUTS))
    assert isinstance(planned.make_job(EventRecorder(), no_threads), PlannedPreflightJob)
    assert isinstance(exact.make_job(EventRecorder(), no_threads), ExactPreflightJob)
