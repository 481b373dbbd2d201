"""Command sets of services, as pynetdicom reads them."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pynetdicom.dsutils import decode

from dicomdesk.network.dimse.command_sets import read_command_set, write_command_set
from dicomdesk.network.dimse.responses import (
    PendingRetrieval,
    SubOperations,
    action_response,
    service_response,
)

FIND = b"1.2.840.10008.5.1.4.1.2.2.1\0"
COMMITMENT = b"1.2.840.10008.1.20.1"


def read(encoded: bytes) -> Dataset:
    elements = decode(BytesIO(encoded), True, True)
    assert elements.CommandGroupLength == len(encoded) - 12
    tags = [element.tag for element in elements]
    assert tags == sorted(tags)
    return elements


def test_a_pending_response_announces_its_identifier() -> None:
    request = read_command_set(write_command_set({0x0002: FIND, 0x0100: 0x20, 0x0110: 7, 0x0800: 1}))
    response = read(service_response(request, 0xFF00, has_data_set=True))
    assert response.AffectedSOPClassUID == "1.2.840.10008.5.1.4.1.2.2.1"
    assert (response.CommandField, response.MessageIDBeingRespondedTo, response.Status) == (0x8020, 7, 0xFF00)
    assert response.CommandDataSetType != 0x0101


def test_a_failure_names_what_offends() -> None:
    request = read_command_set(write_command_set({0x0002: FIND, 0x0100: 0x20, 0x0110: 7, 0x0800: 1}))
    response = read(
        service_response(request, 0xA900, comment="no level" + "x" * 100, offending=[0x00080052, 0x0020000D])
    )
    assert response.CommandDataSetType == 0x0101
    assert response.ErrorComment == "no level" + "x" * 56
    assert [int(tag) for tag in response.OffendingElement] == [0x00080052, 0x0020000D]


@pytest.mark.parametrize("remaining", [None, 3, 100_000])
def test_counts_of_a_retrieval(remaining: int | None) -> None:
    request = read_command_set(write_command_set({0x0002: FIND, 0x0100: 0x21, 0x0110: 8, 0x0800: 1}))
    counts = SubOperations(completed=1, failed=2, warning=70_000, remaining=remaining)
    response = read(service_response(request, 0xB000, counts=counts))
    assert response.CommandField == 0x8021
    assert response.NumberOfCompletedSuboperations == 1
    assert response.NumberOfFailedSuboperations == 2
    assert response.NumberOfWarningSuboperations == 65535
    told = response.get("NumberOfRemainingSuboperations")
    assert told == (None if remaining is None else min(remaining, 65535))


@given(st.lists(st.integers(0, 70_000), min_size=4, max_size=4))
def test_a_pending_response_of_a_retrieval_is_the_one_that_is_written_element_by_element(numbers: list[int]) -> None:
    completed, failed, warning, remaining = numbers
    request = read_command_set(write_command_set({0x0002: FIND, 0x0100: 0x10, 0x0110: 9, 0x0800: 1}))
    counts = SubOperations(completed=completed, failed=failed, warning=warning, remaining=remaining)
    assert PendingRetrieval(request).response(counts) == service_response(request, 0xFF00, counts=counts)


def test_actions_and_events_of_storage_commitment() -> None:
    request = read_command_set(
        write_command_set({0x0003: COMMITMENT, 0x0100: 0x130, 0x0110: 9, 0x0800: 1, 0x1001: b"1.2", 0x1008: 1})
    )
    response = read(action_response(request, 0x0110, comment="cannot"))
    assert response.AffectedSOPClassUID == COMMITMENT.decode()
    assert (response.AffectedSOPInstanceUID, response.ActionTypeID, response.Status) == ("1.2", 1, 0x0110)
