from dicomdesk.engine.check.check import CheckJob
from dicomdesk.engine.check.echo import EchoJob
from dicomdesk.engine.check.requests import CheckRequest, EchoRequest
from dicomdesk.settings import Peer
from tests.helpers.jobs.recorder import EventRecorder, no_threads

PEER = Peer(host="localhost", port=104)


def test_an_echo_is_one_in_the_most_usual_way_unless_asked() -> None:
    request = EchoRequest(peer=PEER)
    assert (request.contexts, request.repeats, request.aborts_at_end) == (1, 1, False)
    assert request.transfer_syntaxes == ("1.2.840.10008.1.2",)
    assert isinstance(request.make_job(EventRecorder(), no_threads), EchoJob)


def test_a_check_asks_for_capabilities_unless_told_otherwise() -> None:
    request = CheckRequest(peer=PEER)
    assert request.asks_capabilities
    assert isinstance(request.make_job(EventRecorder(), no_threads), CheckJob)
