import os
import resource

import pytest

from dicomdesk.engine.open_file_limit import affordable_associations


@pytest.mark.parametrize(("left", "count"), [(0, 1), (5, 1), (6, 1), (12, 2), (47, 7), (48, 8), (1000, 8)])
def test_each_association_needs_some_descriptors(left: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listdir", lambda _path: ["0", "1", "2", "3"])
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (3 + left, 3 + left))
    assert affordable_associations(8) == count


def test_as_many_as_are_wanted_without_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert affordable_associations(8) == 8


def test_as_many_as_are_wanted_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: str) -> list[str]:
        raise FileNotFoundError

    monkeypatch.setattr(os, "listdir", refuse)
    assert affordable_associations(8) == 8
