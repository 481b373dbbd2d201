import dataclasses
from typing import get_args

import pytest

from dicomdesk.engine import events

EVENTS = get_args(events.Event)


@pytest.mark.parametrize("event", EVENTS)
def test_events_are_frozen_slotted_and_keyword_only(event: type) -> None:
    assert event.__dataclass_params__.frozen  # type: ignore[attr-defined] # every event is a dataclass
    assert hasattr(event, "__slots__")
    assert all(field.kw_only for field in dataclasses.fields(event))


@pytest.mark.parametrize("event", EVENTS)
def test_events_name_their_job_first(event: type) -> None:
    assert dataclasses.fields(event)[0].name == "job_id"


def test_every_public_name_is_exported() -> None:
    assert set(events.__all__) >= {event.__name__ for event in EVENTS}
