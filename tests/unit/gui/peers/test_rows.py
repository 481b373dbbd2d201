from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dicomdesk.engine.peers.known_peer import CheckOutcome, LastCheck
from dicomdesk.gui.outline.model import OutlineModel
from dicomdesk.gui.peers.rows import (
    ADDRESS,
    ALL,
    CHECK,
    NAME,
    OWN_TITLE,
    TITLE,
    TROUBLED,
    UNCHECKED,
    WELL,
    PeerRow,
    PeerRows,
    accepts,
    check_mark,
    names_of,
    peer_columns,
    time_text,
)
from dicomdesk.gui.theme import Tone
from tests.helpers.peers.known_peers import FULL, many, named

PEERS = (named("Desk"), FULL, named("Old", "Radiology", 2), named("Ward", "Wards", 3))


@pytest.fixture
def rows() -> PeerRows:
    found = PeerRows(OutlineModel(peer_columns()))
    found.show(PEERS)
    return found


def test_row_says_what_is_known() -> None:
    row = PeerRow(FULL)
    assert [row.text(column) for column in (NAME, TITLE, ADDRESS, OWN_TITLE)] == [
        "Main archive   TLS, ws1",
        "PACS",
        "pacs.example:2762",
        "WS1",
    ]
    assert row.text(CHECK).startswith("Warning, "), "and when it was"
    assert "Slow." in row.tip(CHECK)
    assert row.tip(NAME) == FULL.notes
    assert PeerRow(named("x")).text(CHECK) == "Never checked"
    assert PeerRow(replace(named("x"), host="fe80::1")).text(ADDRESS) == "[fe80::1]:104"


@pytest.mark.parametrize(
    ("before", "shown"),
    [(timedelta(minutes=5), "11:55"), (timedelta(days=3), "27 Nov 12:00"), (timedelta(days=400), "26 Oct 2025")],
)
def test_time_is_as_short_as_it_can_be(before: timedelta, shown: str) -> None:
    now = datetime(2026, 11, 30, 12, 0).astimezone()
    assert time_text(now - before, now) == shown


def test_rows_stand_in_groups_and_follow_the_book(rows: PeerRows) -> None:
    assert list(rows.groups) == ["Radiology", "Wards"]
    assert [row.text(NAME) for row in rows.groups["Radiology"].children] == ["Main archive   TLS, ws1", "Old"]
    warned = rows.groups["Radiology"].mark(CHECK)
    assert warned is not None
    assert (warned.word, warned.tone) == ("1 problem", Tone.WARNING)
    kept = rows.rows["old"]
    checked = replace(PEERS[2], last_check=LastCheck(at=datetime.now(UTC), outcome=CheckOutcome.FAILED))
    assert rows.show((*PEERS[:2], checked, PEERS[3])) is False
    assert rows.rows["old"] is kept
    assert kept.text(CHECK).startswith("Failed, ")
    mark = rows.groups["Radiology"].mark(CHECK)
    assert mark is not None
    assert (mark.word, mark.tone) == ("2 problems", Tone.BAD)
    assert rows.show(PEERS[1:]) is True
    assert "desk" not in rows.rows


def test_filter_lets_groups_through_with_their_peers(rows: PeerRows) -> None:
    radiology, wards = rows.groups.values()
    assert accepts(radiology, ALL, ["old"])
    assert not accepts(wards, ALL, ["old"])
    assert accepts(radiology, TROUBLED, [])
    assert not accepts(wards, TROUBLED, [])
    assert not accepts(radiology, WELL, [])
    assert accepts(wards, UNCHECKED, ["host3.example:104"])
    assert rows.counts() == [4, 0, 1, 3]


def test_selected_groups_stand_for_their_peers(rows: PeerRows) -> None:
    nodes = [rows.rows["ward"], rows.groups["Radiology"], rows.rows["old"]]
    assert names_of(nodes, rows.rows) == ["Main archive", "Old", "Ward"]


def test_busy_rows_stay_busy_when_others_move(rows: PeerRows) -> None:
    rows.show_busy(["Old"])
    assert rows.rows["old"].text(CHECK) == "Checking…"
    rows.show(PEERS[1:])
    assert rows.rows["old"].is_busy
    rows.show_busy([])
    assert rows.rows["old"].text(CHECK) == "Never checked"


def test_each_outcome_has_a_word_and_an_icon() -> None:
    marks = [check_mark(LastCheck(at=datetime.now(UTC), outcome=outcome)) for outcome in CheckOutcome]
    assert len({mark.word for mark in marks} | {check_mark(None).word}) == 4
    assert len({mark.icon for mark in marks} | {check_mark(None).icon}) == 4


def test_five_thousand_rows_are_shown() -> None:
    found = PeerRows(OutlineModel(peer_columns()))
    found.show(many(5000))
    assert found.counts() == [5000, 0, 0, 5000]
