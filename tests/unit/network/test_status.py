"""DIMSE status codes in words."""

import pytest

from dicomdesk.network.status import DimseService, Status, StatusClass, classify_status, dumped_status, status_text

TABLE = [
    (0x0000, StatusClass.SUCCESS, "Success"),
    (0x0001, StatusClass.WARNING, "Unknown Status: 0x1"),
    (0x0107, StatusClass.WARNING, "Unknown Status: 0x107"),
    (0x0110, StatusClass.UNKNOWN, "Unknown Status: 0x110"),
    (0x0116, StatusClass.WARNING, "Unknown Status: 0x116"),
    (0x0122, StatusClass.REFUSED, "Refused: SOPClassNotSupported"),
    (0x0210, StatusClass.UNKNOWN, "Unknown Status: 0x210"),
    (0xA700, StatusClass.REFUSED, "Refused: OutOfResources"),
    (0xA7FF, StatusClass.REFUSED, "Refused: OutOfResources"),
    (0xA800, StatusClass.UNKNOWN, "Unknown Status: 0xa800"),
    (0xA900, StatusClass.ERROR, "Error: DataSetDoesNotMatchSOPClass"),
    (0xA9FF, StatusClass.ERROR, "Error: DataSetDoesNotMatchSOPClass"),
    (0xB000, StatusClass.WARNING, "Warning: CoercionOfDataElements"),
    (0xB006, StatusClass.WARNING, "Warning: ElementsDiscarded"),
    (0xB007, StatusClass.WARNING, "Warning: DataSetDoesNotMatchSOPClass"),
    (0xB00F, StatusClass.WARNING, "Unknown Status: 0xb00f"),
    (0xC000, StatusClass.ERROR, "Error: CannotUnderstand"),
    (0xCFFF, StatusClass.ERROR, "Error: CannotUnderstand"),
    (0xD000, StatusClass.UNKNOWN, "Unknown Status: 0xd000"),
    (0xFE00, StatusClass.UNKNOWN, "Unknown Status: 0xfe00"),
    (0xFF00, StatusClass.UNKNOWN, "Unknown Status: 0xff00"),
]


@pytest.mark.parametrize(("status", "status_class", "text"), TABLE)
def test_status_is_classified_and_named(status: int, status_class: StatusClass, text: str) -> None:
    assert classify_status(status) is status_class
    assert status_text(status) == text


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (0x0000, "0x0000: Success"),
        (0x0110, "0x0110: Failure"),
        (0x0122, "0x0122: Refused: SOP Class not supported"),
        (0x0213, "0x0213: Failure"),
        (0xA702, "0xa702: Refused: Out of resources"),
        (0xA801, "0xa801: Failure"),
        (0xA9FF, "0xa9ff: Error: Data Set does not match SOP Class"),
        (0xB007, "0xb007: Warning: Data Set does not match SOP Class"),
        (0xBFFF, "0xbfff: Warning"),
        (0xC123, "0xc123: Error: Cannot understand"),
        (0xFF01, "0xff01: Pending"),
        (0xD000, "0xd000: Unknown Status Code (non-standard)"),
        (0x1234, "0x1234: Unknown Status Code (non-standard)"),
    ],
)
def test_words_are_those_of_dcmtks_dumps(status: int, text: str) -> None:
    assert dumped_status(status) == text


@pytest.mark.parametrize("service", [DimseService.C_MOVE, DimseService.C_GET])
def test_a_number_means_after_a_retrieval_what_it_means_there(service: DimseService) -> None:
    assert status_text(Status.SUB_OPERATIONS_NOT_ALL_WELL) == "Warning: CoercionOfDataElements"
    assert status_text(0xB000, service) == "Warning: SubOperationsCompleteOneOrMoreFailures"
    assert status_text(0xA702, service) == "Refused: OutOfResourcesSubOperations"
    assert status_text(0xA7FF, service) == "Refused: OutOfResources"


@pytest.mark.parametrize("service", [DimseService.C_FIND, DimseService.C_MOVE, DimseService.C_GET])
@pytest.mark.parametrize("status", [0xC000, 0xC123, 0xCFFF])
def test_a_query_that_failed_is_no_data_set_that_nobody_understood(service: DimseService, status: int) -> None:
    assert status_text(status, service) == "Failed: UnableToProcess"


def test_names_stand_for_the_numbers_that_the_standard_gives() -> None:
    assert [status for status in Status if not 0 <= status <= 0xFFFF] == []
    assert int(Status.UNABLE_TO_PROCESS) == int(Status.CANNOT_UNDERSTAND) == 0xC000
    assert (Status.CANCEL, Status.PENDING) == (0xFE00, 0xFF00)
