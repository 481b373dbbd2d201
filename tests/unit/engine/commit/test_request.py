"""What a commit job is asked to do."""

import pytest

from dicomdesk.engine.commit.commit import CommitJob
from dicomdesk.engine.commit.request import CommitRequest, CommitWay, CommitWish, ReportListener
from dicomdesk.engine.commit.transactions import Transactions
from dicomdesk.errors import SettingsError
from dicomdesk.settings import Peer
from tests.helpers.jobs.recorder import no_threads


def request(**changes: object) -> CommitRequest:
    return CommitRequest(
        peer=Peer(host="127.0.0.1", port=104),
        references=(),
        transactions=Transactions(),
        wish=CommitWish(way=CommitWay.NEW),
        **changes,  # type: ignore[arg-type]  # any field
    )


def test_nobody_asks_for_a_report_that_nobody_would_hear() -> None:
    with pytest.raises(SettingsError, match="Nobody listens for the report"):
        request().make_job(print, no_threads)
    for heard in (request(has_receiver=True), request(listener=ReportListener(port=0))):
        assert isinstance(heard.make_job(print, no_threads), CommitJob)
