"""Rejections and aborts in words."""

import pytest

from dicomdesk.errors import PeerError, SettingsError
from dicomdesk.network.upper_layer.rejection import abort_error, condition_text, dcmtk_rejection_lines, rejection_error

DEFINED = [(1, 1), (1, 2), (1, 3), (1, 7), (2, 1), (2, 2), (3, 1), (3, 2)]


@pytest.mark.parametrize(("source", "reason"), DEFINED)
@pytest.mark.parametrize("result", [1, 2])
def test_every_defined_rejection_has_words_and_advice(result: int, source: int, reason: int) -> None:
    error = rejection_error(result, source, reason)
    assert "unknown" not in str(error)
    assert error.advice
    assert (error.result, error.source, error.reason) == (result, source, reason)
    assert error.is_transient is (result == 2)
    assert "Unknown" not in " ".join(dcmtk_rejection_lines(error))
    assert condition_text(error) == "DUL Association Rejected"


@pytest.mark.parametrize("numbers", [(0, 0, 0), (3, 1, 1), (1, 4, 1), (1, 1, 4), (255, 255, 255)])
def test_undefined_numbers_are_named(numbers: tuple[int, int, int]) -> None:
    error = rejection_error(*numbers)
    assert "unknown" in str(error)
    assert error.advice


def test_transient_rejection_advises_another_try() -> None:
    assert rejection_error(2, 1, 3).advice.startswith("Try again later.")
    assert rejection_error(2, 3, 2).advice == "Try again later, or with fewer associations at once."


def test_dcmtk_lines_are_those_that_its_tools_print() -> None:
    assert dcmtk_rejection_lines(rejection_error(1, 1, 7)) == (
        "Result: Rejected Permanent, Source: Service User",
        "Reason: Called AE Title Not Recognized",
    )
    assert dcmtk_rejection_lines(rejection_error(2, 3, 1)) == (
        "Result: Rejected Transient, Source: Service Provider (Presentation Related)",
        "Reason: Temporary Congestion",
    )


@pytest.mark.parametrize("reason", [0, 1, 2, 4, 5, 6])
def test_abort_of_the_provider_names_its_reason(reason: int) -> None:
    error = abort_error(2, reason)
    assert "unknown" not in str(error)
    assert (error.source, error.reason) == (2, reason)


def test_abort_of_the_user_has_no_reason() -> None:
    assert str(abort_error(0, 5)) == "The peer aborted the association (by its application)"
    assert "unknown source 9" in str(abort_error(9, 9))


def test_condition_text_falls_back_to_our_sentence() -> None:
    assert condition_text(PeerError("ours", condition="theirs")) == "theirs"
    assert condition_text(PeerError("ours")) == "ours"
    assert condition_text(SettingsError("ours")) == "ours"
