from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.requests import Proposal


def test_what_is_proposed_is_as_with_storescu_unless_asked() -> None:
    assert Proposal() == Proposal(
        preferred_transfer_syntax=EXPLICIT_VR_LITTLE_ENDIAN, only_required=False, combine=False, profile=None
    )
