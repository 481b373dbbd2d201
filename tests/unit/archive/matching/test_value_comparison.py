import pytest

from dicomdesk.archive.matching.value_comparison import has_match
from dicomdesk.dicom.query.attributes import find_attribute


@pytest.mark.parametrize(
    ("tag", "value", "wanted", "result"),
    [
        (0x00101000, "A\\B", "B", True),
        (0x00101000, "A\\B", "b", False),
        (0x00101000, "A\\B", "A\\C", True),
        (0x00101000, "A\\B", "A?B", False),
        (0x00081060, "Doe^Jane\\Roe^John", "roe*", True),
        (0x00081060, "Doe^Jane\\Roe^John", "doe^john", False),
        (0x00080090, "Smith=山田", "=山*", True),
        (0x00080090, "Smith=山田", "山田", True),
        (0x00080090, "Smith=山田", "smith=x", False),
        (0x00201070, "1\\02", "2", True),
        (0x00201070, "1\\x", "x", True),
        (0x00201070, "1", "3\\4", False),
    ],
)
def test_one_value_that_matches_one_wanted_is_enough(tag: int, value: str, wanted: str, result: bool) -> None:
    attribute = find_attribute(tag)
    assert attribute is not None
    assert has_match(attribute, value, wanted) is result
