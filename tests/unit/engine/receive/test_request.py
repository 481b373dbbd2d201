from dicomdesk.engine.receive.request import DuplicatePolicy, FileNaming, ReceiveRequest, StorageMode


def test_receiving_behaves_like_dcmrecv_unless_asked() -> None:
    request = ReceiveRequest(port=0)
    assert request.mode is StorageMode.NORMAL
    assert request.naming is FileNaming.INSTANCE_UID
    assert request.on_duplicate is DuplicatePolicy.OVERWRITE
    assert request.profile is None
    assert not request.accept_all
