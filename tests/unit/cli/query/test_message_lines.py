import pytest

from dicomdesk.cli.query.message_lines import (
    counts_of,
    find_request_lines,
    find_response_lines,
    find_status_word,
    retrieve_request_lines,
    retrieve_response_lines,
    retrieve_status_word,
    status_detail_lines,
)
from dicomdesk.engine.retrieve.facts import RetrieveStarted, SubOperations

STUDY_ROOT = "1.2.840.10008.5.1.4.1.2.2.1"


@pytest.mark.parametrize(
    ("status", "word", "text"),
    [
        (0x0000, "Success", "Success: Matching is complete"),
        (0xFF00, "Pending", "Pending: Matches are continuing"),
        (
            0xFF01,
            "Pending: WarningUnsupportedOptionalKeys",
            "Pending: Matches are continuing - Warning: Unsupported optional keys",
        ),
        (0xFE00, "Cancel: MatchingTerminatedDueToCancelRequest", "Cancel: Matching terminated due to Cancel Request"),
        (0xA700, "Refused: OutOfResources", "Refused: Out of resources"),
        (0xA900, "Error: DataSetDoesNotMatchSOPClass", "Error: Data Set does not match SOP Class"),
        (0xC123, "Failed: UnableToProcess", "Failed: Unable to process"),
        (0x0122, "Refused: SOPClassNotSupported", "Refused: SOP Class not supported"),
        (0x0124, "Unknown Status: 0x124", "Failure"),
        (0xA801, "Unknown Status: 0xa801", "Failure"),
        (0xB000, "Unknown Status: 0xb000", "Warning"),
        (0x0001, "Unknown Status: 0x1", "Warning"),
        (0xFFFF, "Unknown Status: 0xffff", "Unknown Status Code (non-standard)"),
    ],
)
def test_statuses_have_the_words_of_dcmtk(status: int, word: str, text: str) -> None:
    assert find_status_word(status) == word
    lines = find_response_lines(7, STUDY_ROOT, status, has_data_set=False)
    assert f"DIMSE Status                  : 0x{status:04x}: {text}" in lines


def test_messages_are_shown_as_blocks() -> None:
    assert find_request_lines(1, 7, STUDY_ROOT) == [
        "===================== OUTGOING DIMSE MESSAGE ====================",
        "Message Type                  : C-FIND RQ",
        "Presentation Context ID       : 1",
        "Message ID                    : 7",
        "Affected SOP Class UID        : FINDStudyRootQueryRetrieveInformationModel",
        "Data Set                      : present",
        "Priority                      : medium",
        "======================= END DIMSE MESSAGE =======================",
    ]
    assert "Data Set                      : present" in find_response_lines(7, STUDY_ROOT, 0xFF00, has_data_set=True)


def test_what_a_response_says_of_its_status_is_dumped() -> None:
    assert status_detail_lines({0x0900: b"\1\xc0"}) == []
    lines = status_detail_lines({0x0901: b"\x10\0\x10\0", 0x0902: b"no way"})
    assert [line.rstrip() for line in lines] == [
        "Status Detail:",
        "",
        "# Dicom-Data-Set",
        "# Used TransferSyntax: Little Endian Implicit",
        "(0000,0901) AT (0010,0010)                              #   4, 1 OffendingElement",
        "(0000,0902) LO [no way]                                 #   6, 1 ErrorComment",
        "",
    ]


STARTED = RetrieveStarted(
    job_id="j",
    association=1,
    number=0,
    repetition=0,
    message_id=7,
    context_id=3,
    sop_class_uid="1.2.840.10008.5.1.4.1.2.2.2",
    identifier=b"",
    transfer_syntax_uid="",
    destination="ME",
)


@pytest.mark.parametrize(
    ("status", "word", "text"),
    [
        (0x0000, "Success", "Success: Sub-operations complete - No failures or warnings"),
        (0xFF00, "Pending", "Pending: Sub-operations are continuing"),
        (
            0xA702,
            "Refused: OutOfResourcesSubOperations",
            "Refused: Out of resources - Unable to perform sub-operations",
        ),
        (0xA801, "Refused: MoveDestinationUnknown", "Refused: Move Destination unknown"),
        (0xC001, "Failed: UnableToProcess", "Failed: Unable to process"),
        (0xB001, "Unknown Status: 0xb001", "Warning"),
    ],
)
def test_statuses_of_retrieves_have_the_words_of_dcmtk(status: int, word: str, text: str) -> None:
    assert retrieve_status_word(status, is_move=True) == word
    lines = retrieve_response_lines(STARTED, status, (None, 1, 2, 3))
    assert f"DIMSE Status                  : 0x{status:04x}: {text}" in lines
    assert "Remaining Suboperations       : none" in lines
    assert "Completed Suboperations       : 1" in lines


def test_only_a_c_move_knows_destinations() -> None:
    assert retrieve_status_word(0xA801, is_move=False) == "Unknown Status: 0xa801"
    assert retrieve_request_lines(3, 7, STUDY_ROOT, destination="ME")[-1] == "Move Destination              : ME"
    assert retrieve_request_lines(3, 7, STUDY_ROOT)[-1] == "Priority                      : medium"


def test_counts_that_were_not_told_are_none() -> None:
    counts = SubOperations(completed=1, failed=2, warning=3, remaining=0)
    assert counts_of(None) == (None, None, None, None)
    assert counts_of(counts) == (0, 1, 2, 3)
    assert counts_of(counts, {0x1021: b"\1\0"}) == (None, 1, None, None)
