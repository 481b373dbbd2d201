"""References are values."""

from dicomdesk.dicom.commitment.references import Reference


def test_the_same_instance_under_another_class_is_another_reference() -> None:
    assert Reference("1.2", "1.3") == Reference("1.2", "1.3")
    assert Reference("1.2", "1.3") != Reference("1.4", "1.3")
