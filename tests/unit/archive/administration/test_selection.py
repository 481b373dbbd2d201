import pytest

from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import SettingsError


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], "study"),
        (["studies"], "study"),
        (["1.2.3"], "study StudyInstanceUID=1.2.3"),
        (["study", "1.2", "1.3"], "study StudyInstanceUID=1.2\\1.3"),
        (["patient", "Doe 17"], "patient PatientID=Doe 17"),
        (["Instances", "patientid=4711", "(0008,0060)=CT"], "image PatientID=4711 Modality=CT"),
        (["series", "0020000e=1.2=3"], "series SeriesInstanceUID=1.2=3"),
    ],
)
def test_words_are_a_level_and_keys(words: list[str], text: str) -> None:
    assert read_selection(words).text == text


@pytest.mark.parametrize("words", [["study", "Smith"], ["X=1"], ["patient", "Modality=CT"], ["00081032=1"]])
def test_what_cannot_select_is_refused(words: list[str]) -> None:
    with pytest.raises(SettingsError):
        read_selection(words)


@pytest.mark.parametrize(("words", "restricts"), [([], False), (["PatientID="], False), (["PatientID=1"], True)])
def test_a_selection_of_everything_says_so(words: list[str], restricts: bool) -> None:
    assert read_selection(words).restricts is restricts


def test_a_selection_is_a_query_for_what_belongs_to_it() -> None:
    query = read_selection(["patient", "P1"]).query(Level.IMAGE)
    assert query.level is Level.IMAGE
    assert [(key.attribute.keyword, key.value) for key in query.keys] == [("PatientID", "P1")]
