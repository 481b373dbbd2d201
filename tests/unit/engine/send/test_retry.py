import pytest

from dicomdesk.engine.send.retry import LONGEST_DELAY_S, backoff_s, is_transient_error, is_transient_status
from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    ConversionError,
    PeerProtocolError,
    PeerTimeoutError,
    PeerUnreachableError,
    StorageError,
)


@pytest.mark.parametrize(
    ("error", "is_transient"),
    [
        (PeerUnreachableError("refused"), True),
        (AssociationAbortedError("reset"), True),
        (PeerTimeoutError("late"), True),
        (AssociationRejectedError("busy", result=2, source=3, reason=2), True),
        (AssociationRejectedError("who are you", result=1, source=1, reason=3), False),
        (PeerProtocolError("rubbish"), False),
        (ConversionError("no codec"), False),
        (StorageError("full"), False),
        (OSError("gone"), False),
    ],
)
def test_errors_are_classified(error: Exception, *, is_transient: bool) -> None:
    assert is_transient_error(error) == is_transient


@pytest.mark.parametrize(
    ("status", "is_transient"),
    [
        (0xA700, True),
        (0xA7FF, True),
        (0xA800, False),
        (0xA900, False),
        (0xC000, False),
        (0x0122, False),
        (0xB000, False),
        (0, False),
    ],
)
def test_statuses_are_classified(status: int, *, is_transient: bool) -> None:
    assert is_transient_status(status) == is_transient


def test_delays_double_up_to_a_bound() -> None:
    assert [backoff_s(attempt, jitter=0) for attempt in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert backoff_s(1000, jitter=0) == LONGEST_DELAY_S


def test_jitter_shortens_by_up_to_a_half() -> None:
    assert backoff_s(3, jitter=1) == 2
