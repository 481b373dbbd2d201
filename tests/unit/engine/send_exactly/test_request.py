from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.send_exactly.exact_send import ExactSendJob
from dicomdesk.engine.send_exactly.request import ExactSendRequest, Proposal
from dicomdesk.settings import Peer
from tests.helpers.jobs.recorder import EventRecorder, no_threads


def test_exact_sending_behaves_like_storescu_unless_asked() -> None:
    request = ExactSendRequest(peer=Peer(host="localhost", port=104), inputs=InputSelection(paths=("a",)))
    assert (request.proposal, request.invention) == (Proposal(), None)
    assert request.proposal.preferred_transfer_syntax == "1.2.840.10008.1.2.1"
    assert (request.halt_on_error, request.repeats, request.compression_level) == (True, 1, 6)
    assert not any((request.renames_files, request.aborts_at_end, request.trims_uid_padding))
    assert isinstance(request.make_job(EventRecorder(), no_threads), ExactSendJob)
