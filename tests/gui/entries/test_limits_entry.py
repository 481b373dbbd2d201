import pytest
from pytestqt.qtbot import QtBot

from dicomdesk.gui.entries.limits_entry import LimitsEntry
from dicomdesk.settings import Timeouts
from tests.helpers.peers.known_peers import FULL, named


def test_limits_come_out_as_they_went_in(qtbot: QtBot) -> None:
    entry = LimitsEntry(FULL)
    qtbot.addWidget(entry)
    assert (entry.max_pdu_bytes(), entry.most_associations(), entry.timeouts()) == (65536, 4, FULL.timeouts)
    plain = LimitsEntry(named("x"))
    qtbot.addWidget(plain)
    assert (plain.max_pdu_bytes(), plain.most_associations(), plain.timeouts()) == (None, None, Timeouts())


@pytest.mark.parametrize("text", ["0", "-1", "x", "1e9", "nan"])
def test_seconds_that_are_none_are_told(text: str, qtbot: QtBot) -> None:
    entry = LimitsEntry(FULL)
    qtbot.addWidget(entry)
    entry.times["acse_s"].setText(text)
    assert entry.times["acse_s"].problem()
    entry.max_pdu.setText("5")
    assert "from 4096 to 131072" in entry.max_pdu.problem()
