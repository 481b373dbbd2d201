"""Values of corrections as words."""

import pytest

from dicomdesk.archive.corrections.values import read_values
from dicomdesk.errors import SettingsError


def test_keys_are_keywords_in_any_case_or_tags_and_values_may_be_empty() -> None:
    assert read_values(["patientid=4711", "(0010,0010)=Doe^Jane=a=b", "00100040=", "OtherPatientIDs=1\\2"]) == {
        0x00100020: "4711",
        0x00100010: "Doe^Jane=a=b",
        0x00100040: "",
        0x00101000: "1\\2",
    }


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("PatientID", "not KEY=VALUE"),
        ("StudyInstanceUID=1.2", "can not be corrected"),
        ("Rows=5", "can not be corrected"),
        ("Nothing=5", "can not be corrected"),
        ("PatientID=" + "x" * 65, "longer than 64"),
        ("PatientID=a\\b", "one value only"),
        ("PatientID= a", "blanks"),
        ("PatientID=a\nb", "control characters"),
        ("PatientBirthDate=20261301", "a date as"),
        ("PatientSex=f", "capital letters"),
        ("PatientName=a=b=c=d", "is no name"),
        ("PatientName=" + "^" * 5, "is no name"),
        ("PatientAge=42", "three digits"),
        ("AccessionNumber=" + "1" * 17, "longer than 16"),
    ],
)
def test_what_the_standard_does_not_allow_is_refused_with_what_it_does(word: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason):
        read_values([word])
