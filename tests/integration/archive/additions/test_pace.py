import logging
from collections.abc import Callable

import pytest

from dicomdesk.archive.additions.pace import SLOW_S, Pace


def test_a_slow_database_is_told_of_once_until_it_is_quick_again(
    caplog: pytest.LogCaptureFixture, announce_log: Callable[[str], None]
) -> None:
    announce_log("answers slowly")
    caplog.set_level(logging.INFO, "dicomdesk.archive")
    now = [0.0]
    pace = Pace(lambda: now[0])

    def told(seconds: float, count: int = 1) -> str:
        caplog.clear()
        with pace.watched(count):
            now[0] += seconds
        return caplog.text

    assert told(SLOW_S / 2) == ""
    assert told(SLOW_S * 4, count=2000) == ""
    assert "slowly: it took 6.0 s" in told(SLOW_S * 2)
    assert told(SLOW_S * 2) == ""
    assert told(SLOW_S / 2) == ""
    assert "quickly again" in told(SLOW_S / 10)
    assert "slowly" in told(SLOW_S * 2)
