from pathlib import Path

import pytest

from dicomdesk.engine.events import Notice, NoticeLevel
from tests.helpers.jobs.one_association import OneAssociation
from tests.helpers.jobs.sending import write_instances


@pytest.mark.parametrize("reason", ["halt", "cancel"])
def test_nothing_more_is_begun_after_a_halt_or_a_cancel(tmp_path: Path, reason: str) -> None:
    write_instances(tmp_path, 1)
    delivery = OneAssociation(tmp_path, 1).delivery
    assert not delivery.is_ending
    if reason == "halt":
        delivery.is_halted = True
    else:
        delivery.control.cancel()
    assert delivery.is_ending


def test_notices_carry_the_job(tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    sending = OneAssociation(tmp_path, 1)
    sending.delivery.notice(NoticeLevel.WARNING, "slow")
    assert sending.events == [Notice(job_id="job", level=NoticeLevel.WARNING, text="slow")]
