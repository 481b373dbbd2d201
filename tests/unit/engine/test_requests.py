from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.requests import (
    Decompression,
    DuplicatePolicy,
    FileNaming,
    ReceiveRequest,
    SendRequest,
    StorageMode,
)
from dicomdesk.settings import Peer


def test_sending_behaves_like_dcmsend_unless_asked() -> None:
    request = SendRequest(peer=Peer(host="localhost", port=104), inputs=InputSelection(paths=("a",)))
    assert request.decompression is Decompression.LOSSLESS
    assert request.halt_on_error
    assert request.multiple_associations
    assert (request.parallel, request.retries, request.compression_level) == (1, 0, 6)


def test_receiving_behaves_like_dcmrecv_unless_asked() -> None:
    request = ReceiveRequest(port=0)
    assert request.mode is StorageMode.NORMAL
    assert request.naming is FileNaming.INSTANCE_UID
    assert request.on_duplicate is DuplicatePolicy.OVERWRITE
    assert request.profile is None
    assert not request.accept_all
