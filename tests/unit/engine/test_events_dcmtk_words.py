from dicomdesk.engine.events import dcmtk_rejection_lines
from dicomdesk.errors import AssociationRejectedError


def test_rejection_is_told_in_two_lines() -> None:
    error = AssociationRejectedError("no", result=1, source=1, reason=7)
    assert dcmtk_rejection_lines(error) == (
        "Result: Rejected Permanent, Source: Service User",
        "Reason: Called AE Title Not Recognized",
    )
