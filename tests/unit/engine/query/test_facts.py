from dataclasses import FrozenInstanceError

import pytest

from dicomdesk.engine.query.facts import QueryAnswered, QueryEnded


def test_facts_do_not_change() -> None:
    answered = QueryAnswered("query-1", 1, 0, 1, 1, 1, 0xFF00, b"", "1.2.840.10008.1.2")
    ended = QueryEnded(job_id="query-1", association=1, query=0, message_id=1, status=0)
    with pytest.raises(FrozenInstanceError):
        answered.number = 2  # type: ignore[misc]  # what must not be possible
    with pytest.raises(FrozenInstanceError):
        ended.status = 2  # type: ignore[misc]  # what must not be possible
