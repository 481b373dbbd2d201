"""What a status means, in each service."""

import pytest

from dicomdesk.network.status import DimseService, Status, StatusClass, classify_status
from dicomdesk.network.status_meanings import defined_statuses, explain_status, status_advice

NEEDS_NO_ADVICE = {0xFE00, 0xFF00}
"""Nothing is to be done about them where they are in place."""


@pytest.mark.parametrize("service", DimseService)
def test_every_number_has_a_cause_and_what_is_wrong_something_to_do(service: DimseService) -> None:
    assert explain_status(0, service).text == ""
    for status in range(1, 0x10000):
        meaning = explain_status(status, service)
        assert meaning.cause.endswith("."), hex(status)
        assert meaning.advice.endswith(".") or status in NEEDS_NO_ADVICE or not meaning.advice, hex(status)
        assert len(meaning.text) < 300
    for status in defined_statuses(service):
        meaning = explain_status(status, service)
        assert meaning.name
        assert meaning.advice or status in NEEDS_NO_ADVICE, hex(status)


def test_every_number_that_the_standard_names_is_defined_somewhere() -> None:
    everywhere = {status for service in DimseService for status in defined_statuses(service)}
    ranges = {Status.DUPLICATE_HERE}  # ours, of a range that is free
    assert {int(status) for status in Status} - {0} - ranges <= everywhere


@pytest.mark.parametrize(
    ("status", "service", "cause"),
    [
        (0xA700, DimseService.C_STORE, "disk space"),
        (0xA7FF, DimseService.C_STORE, "disk space"),
        (0xA702, DimseService.C_MOVE, "destination"),
        (0xA702, DimseService.C_STORE, "disk space"),
        (0xA801, DimseService.C_MOVE, "AE title"),
        (0xA801, DimseService.C_STORE, "for C-MOVE and C-GET, not for C-STORE"),
        (0xA900, DimseService.C_STORE, "SOP class"),
        (0xA900, DimseService.C_FIND, "other keys"),
        (0xB000, DimseService.C_STORE, "changed some of the values"),
        (0xB000, DimseService.C_MOVE, "some instances failed"),
        (0xC123, DimseService.C_STORE, "understand"),
        (0xC123, DimseService.C_FIND, "query"),
        (0xFF01, DimseService.C_FIND, "not looked at some of the keys"),
        (0xFF00, DimseService.C_STORE, "which C-STORE does not know"),
        (0x0124, DimseService.C_ECHO, "does not allow"),
        (0xD000, DimseService.C_STORE, "does not define"),
        (0x0199, DimseService.C_STORE, "does not define"),
        (0xB603, DimseService.C_ECHO, "printer"),
        (0xC310, DimseService.N_ACTION, "begun"),
    ],
)
def test_a_number_means_what_the_service_makes_of_it(status: int, service: DimseService, cause: str) -> None:
    assert cause in explain_status(status, service).cause


def test_nobody_is_told_to_send_again_what_can_never_be_stored() -> None:
    for status in range(0x10000):
        if classify_status(status) is StatusClass.ERROR:
            assert "will not help" in status_advice(status)
