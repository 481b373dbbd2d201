"""Every failure of storage commitment has words that help."""

import pytest

from dicomdesk.dicom.commitment.documents import NO_REASON
from dicomdesk.dicom.commitment.failure_reasons import failure_text


@pytest.mark.parametrize("reason", [0x0110, 0x0112, 0x0119, 0x0122, 0x0131, 0x0213, 0x0001, 0xA700, 0xFFFF])
def test_a_failure_reason_has_words_and_its_number(reason: int) -> None:
    text = failure_text(reason)
    assert f"{reason:04X}H" in text
    assert text.endswith(".")


def test_a_failure_without_reason_is_said_to_have_none() -> None:
    assert "no reason" in failure_text(NO_REASON)


def test_what_is_committed_needs_no_words() -> None:
    assert failure_text(0) == ""
