from dicomdesk.engine.check_findings import Capabilities, ServiceGroup, SopClassCapability


def test_capabilities_are_found_by_group() -> None:
    echo, store = (
        SopClassCapability(group=group, sop_class_uid=uid, name=uid, transfer_syntaxes=("1.2.840.10008.1.2",))
        for group, uid in ((ServiceGroup.VERIFICATION, "1.2"), (ServiceGroup.STORAGE, "1.3"))
    )
    capabilities = Capabilities(accepted=(echo, store), asked=3, total=3, associations=2, is_complete=True)
    assert capabilities.of(ServiceGroup.STORAGE) == (store,)
    assert capabilities.of(ServiceGroup.PRINT) == ()
