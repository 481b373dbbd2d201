"""The small modules of the room."""

from datetime import UTC, datetime

from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.engine.journal.records import (
    AttemptRecord,
    ErrandRecord,
    ErrandState,
    HistoryErrand,
    InstanceRecord,
    InstanceState,
)
from dicomdesk.engine.peers.known_peer import KnownPeer
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.sending.past.history_nodes import (
    REASON,
    STATE,
    STORED,
    TITLE,
    WHEN,
    AttemptNode,
    HistoryNode,
    PastInstanceNode,
)
from dicomdesk.gui.sending.past.reports import report_of
from tests.helpers.window import scenes

PEER = KnownPeer(name="Main", ae_title="PACS", host="pacs.example", port=104)
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
ERRAND = ErrandRecord(id=3, title="DOE, JANE", peer="Main", added_at=AT, settings={"calling_ae_title": "WS1"})


def found(*paths: str) -> list[FoundInstance]:
    header = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)
    return [FoundInstance(path=path, header=header) for path in paths]


def record(number: int, state: InstanceState, **more: object) -> InstanceRecord:
    (instance,) = found(f"/data/{number}")
    return InstanceRecord(errand_id=3, number=number, found=instance, state=state, **more)  # type: ignore[arg-type] # fields of a test


def test_a_report_says_what_the_journal_knows() -> None:
    records = [
        record(0, InstanceState.STORED, status=0, attempts=1),
        record(1, InstanceState.REFUSED, status=0xA900, reason="No", attempts=2),
        record(2, InstanceState.WAITING, status=0xA700, reason="Busy"),
    ]
    report = report_of([(ERRAND, records)])
    assert [item.outcome for item in report.items] == [ItemOutcome.STORED, ItemOutcome.REFUSED, ItemOutcome.NOT_SENT]
    assert [item.status for item in report.items] == [0, 0xA900, None]
    assert (report.calling_ae_title, report.job_outcome) == ("WS1", JobOutcome.CANCELLED)
    assert not report.is_all_stored
    assert report_of([]).items == ()


def test_history_rows_say_what_became_of_an_errand_and_of_each_try() -> None:
    done = ErrandRecord(id=3, title="DOE, JANE", peer="Main", added_at=AT, state=ErrandState.DONE, reason="Given up")
    node = HistoryNode(HistoryErrand(errand=done, counts={InstanceState.STORED: 4, InstanceState.REFUSED: 1}))
    assert [node.text(column) for column in (TITLE, STORED, STATE, REASON)] == [
        "DOE, JANE",
        "4 of 5",
        "Refused",
        "Given up",
    ]
    assert node.unfetched() == 5
    past = PastInstanceNode(record(1, InstanceState.REFUSED, status=0xA900, reason="No", attempts=2, at=AT))
    assert (past.text(STORED), past.text(REASON)) == ("2 tries", "No (status A900)")
    attempt = AttemptRecord(
        number=2, peer="A@h:1", began_at=AT, ended_at=None, state=InstanceState.UNDER_WAY, status=None, reason=""
    )
    shown = AttemptNode(attempt)
    assert (shown.text(TITLE), shown.text(STATE), bool(shown.text(WHEN))) == ("Try 2", "Sending", True)
    held = ErrandRecord(id=4, title="x", peer="Main", added_at=AT, state=ErrandState.HELD)
    assert HistoryNode(HistoryErrand(errand=held, counts={})).state is ItemState.HELD
