from dataclasses import FrozenInstanceError

import pytest

from dicomdesk.engine.retrieve.facts import RetrieveEnded, SubOperations


def test_facts_do_not_change() -> None:
    ended = RetrieveEnded(job_id="retrieve-1", association=1, number=0, message_id=1, status=0, counts=SubOperations())
    with pytest.raises(FrozenInstanceError):
        ended.status = 2  # type: ignore[misc]  # what must not be possible
