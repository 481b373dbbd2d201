"""What the end of a run means for what it has left."""

import pytest

from dicomdesk.engine.outbox.decisions import RunVerdict, judge_run
from dicomdesk.errors import (
    AssociationAbortedError,
    AssociationRejectedError,
    DicomdeskError,
    LocalError,
    PeerTimeoutError,
    PeerUnreachableError,
    TlsHandshakeError,
)


def rejected(result: int) -> AssociationRejectedError:
    return AssociationRejectedError("rejected", result=result, source=1, reason=1)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (PeerUnreachableError("down"), RunVerdict.LATER),
        (PeerTimeoutError("slow"), RunVerdict.LATER),
        (AssociationAbortedError("gone"), RunVerdict.LATER),
        (rejected(2), RunVerdict.LATER),
        (rejected(1), RunVerdict.NEVER),
        (TlsHandshakeError("no trust"), RunVerdict.NEVER),
        (LocalError("no key"), RunVerdict.NEVER),
    ],
)
def test_what_may_pass_is_tried_later_and_nothing_else(error: DicomdeskError, verdict: RunVerdict) -> None:
    assert judge_run(error, is_cancelled=False, has_moved=True) is verdict


def test_what_is_left_by_a_cancel_or_a_good_end_goes_with_the_next_run() -> None:
    assert judge_run(rejected(1), is_cancelled=True, has_moved=False) is RunVerdict.GOES_ON
    assert judge_run(None, is_cancelled=False, has_moved=True) is RunVerdict.GOES_ON


def test_a_run_that_has_moved_nothing_is_not_begun_again_at_once() -> None:
    assert judge_run(None, is_cancelled=False, has_moved=False) is RunVerdict.LATER
