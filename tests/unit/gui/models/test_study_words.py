from dataclasses import replace

from dicomdesk.gui.models.study_words import SeriesWords, StudyWords
from dicomdesk.gui.outline.model import joined
from tests.helpers.window import scenes

HEADER = replace(scenes.header(scenes.JANE, ("2", "Axial", "CT"), 1), accession_number="A77")


def test_a_study_is_found_by_all_that_names_it() -> None:
    words = StudyWords(HEADER)
    assert joined(words.parts()) == "DOE, JANE   12345   CT abdomen   2026-11-20"
    for typed in ("doe", "jane", "12345", "abdomen", "2026-11-20", "a77", HEADER.study_instance_uid):
        assert typed in words.search_text


def test_a_study_of_which_nothing_is_known_has_a_title() -> None:
    assert joined(StudyWords(None).parts()) == "No patient name"


def test_each_modality_of_a_study_is_named_once() -> None:
    words = StudyWords(HEADER)
    for modality in ("CT", "", "SR", "CT"):
        words.add_modality(modality)
    assert words.modality_text() == "CT/SR"


def test_a_series_has_a_title_with_and_without_description() -> None:
    assert joined(SeriesWords(HEADER).parts()) == "2   Axial"
    bare = replace(HEADER, series_number=" ", series_description="")
    assert joined(SeriesWords(bare).parts()) == "Series without description"
    assert HEADER.series_instance_uid in SeriesWords(HEADER).search_text
