"""What happens in the archive, as values."""

from dataclasses import FrozenInstanceError

import pytest

from dicomdesk.archive.facts import OperationEnded, ShutdownRequested
from dicomdesk.dicom.query.sop_classes import Service


def test_facts_do_not_change() -> None:
    fact = ShutdownRequested(association=1)
    with pytest.raises(FrozenInstanceError):
        fact.association = 2  # type: ignore[misc]  # that is what is tested


def test_the_end_of_a_query_needs_no_counts() -> None:
    ended = OperationEnded(association=1, service=Service.FIND, message_id=2, status=0)
    assert (ended.counts, ended.destination, ended.matches) == (None, "", 0)
