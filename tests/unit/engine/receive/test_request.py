from dicomdesk.engine.receive.request import DuplicatePolicy, FileNaming, ReceiveRequest, StorageMode


def test_receiving_behaves_like_dcmrecv_unless_asked() -> None:
    request = ReceiveRequest(port=0)
    assert request.storage.mode is StorageMode.NORMAL
    assert request.storage.naming is FileNaming.INSTANCE_UID
    assert request.storage.on_duplicate is DuplicatePolicy.OVERWRITE
    assert request.acceptance.profile is None
    assert not request.acceptance.accept_all
