from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.settings import Decompression, Peer


def test_sending_behaves_like_dcmsend_unless_asked() -> None:
    request = SendRequest(peer=Peer(host="localhost", port=104), inputs=InputSelection(paths=("a",)))
    assert request.decompression is Decompression.LOSSLESS
    assert request.halt_on_error
    assert request.multiple_associations
    assert (request.parallel, request.retries, request.compression_level) == (1, 0, 6)
