import pytest

from dicomdesk.cli.query.retrieve_lines import diagnosis_lines, overwriting_text
from dicomdesk.engine.events import Notice, NoticeLevel
from dicomdesk.engine.retrieve.outcome import Diagnosis, DiagnosisKind


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("file already exists, overwriting: CT.1.2", "DICOM file already exists, overwriting: CT.1.2"),
        ("file already exists, overwriting: ./CT.1.2", "DICOM file already exists, overwriting: CT.1.2"),
        ("file already exists, overwriting: out/CT.1.2", "DICOM file already exists, overwriting: out/CT.1.2"),
        ("something else", "something else"),
    ],
)
def test_files_that_were_there_are_told_in_the_words_of_dcmtk(text: str, shown: str) -> None:
    assert overwriting_text(Notice(job_id="j", level=NoticeLevel.WARNING, text=text)).text == shown


def test_diagnoses_are_lines_with_what_to_do_next() -> None:
    uids = tuple(f"1.2.{number}" for number in range(22))
    lines = diagnosis_lines(
        [
            Diagnosis(
                kind=DiagnosisKind.DESTINATION_UNKNOWN,
                text="The peer P does not know ME.",
                advice="Ask its administrator.",
                card="AE title: ME\nPort: 104",
            ),
            Diagnosis(kind=DiagnosisKind.MISSING, text="Missing\x1b.", advice="", uids=uids),
        ]
    )
    assert lines[:4] == [
        "The peer P does not know ME. Ask its administrator.",
        "AE title: ME",
        "Port: 104",
        "Missing\\x1b.",
    ]
    assert lines[4:] == [f"  {uid}" for uid in uids[:20]] + ["  and 2 more"]
