from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dicomdesk.dicom.files.scan import SkippedInput
from dicomdesk.engine.check.echo import EchoResult
from dicomdesk.engine.delivery.transfer_list import judge_status
from dicomdesk.engine.events import ItemOutcome, JobOutcome
from dicomdesk.engine.outbox.facts import RunEnded
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import DicomdeskError
from dicomdesk.gui.outline.states import ItemState
from dicomdesk.gui.panes import send_details
from dicomdesk.gui.sending.nodes import StudyNode
from dicomdesk.gui.sending.queue import SendQueue
from dicomdesk.gui.theme import Tone
from tests.helpers.window import scenes
from tests.helpers.window.errands import end, hand_over
from tests.helpers.window.outlines import PlainOutline

HEADERS = [scenes.header(scenes.JANE, ("1", "Axial", "CT"), n, transfer_syntax_uid=scenes.JPEG_2000) for n in range(4)]
FOUND = scenes.found(HEADERS)
PROGRESS = Progress(
    items_total=10,
    items_done=4,
    bytes_total=1_000_000,
    bytes_done=400_000,
    bytes_per_s=1e5,
    items_per_s=1.0,
    seconds_left=6.0,
    associations=1,
)


def study_with(state: ItemState, status: int | None, reason: str) -> StudyNode:
    outline = PlainOutline()
    queue = SendQueue(outline)
    queue.add(FOUND)
    study = hand_over(queue)[0]
    end(queue, study, 0, state, status, reason)
    return study


def test_refusal_says_who_why_and_what_to_do() -> None:
    study = study_with(ItemState.REFUSED, 0xA700, judge_status(0xA700, "Disk full").reason)
    details = send_details.describe_node(study)
    assert details.title == "PACS refused 1 instance"
    assert details.text.startswith("The peer is out of resources")
    assert 'Try again later, or ask who runs it. The peer says: "Disk full". Status A700.' in details.text
    assert details.tone is Tone.BAD


def test_lossy_instances_that_were_not_sent_may_need_decompression() -> None:
    assert send_details.may_need_decompression(study_with(ItemState.NOT_SENT, None, "no context"))
    assert not send_details.may_need_decompression(study_with(ItemState.STORED, 0, ""))


def test_each_row_is_described() -> None:
    outline = PlainOutline()
    queue = SendQueue(outline)
    queue.add([*FOUND, SkippedInput(path="/data/notes.txt", reason="Not a DICOM file")])
    study, skipped = outline.root.children
    assert isinstance(study, StudyNode)
    series = next(iter(study.series.values()))
    rows = [study, series, series.instances[0], skipped, *skipped.fetch(1)]
    assert all(send_details.describe_node(row).title for row in rows)
    assert "Press Send" in send_details.describe_node(study).text
    assert send_details.describe_node(skipped).title == "1 file is not sent"


def test_running_jobs_tell_how_far_they_are_and_where_they_go() -> None:
    details = send_details.describe_progress(PROGRESS, {"PACS": 1})
    assert details.title == "Sending to PACS: 4 of 10 instances"
    assert details.progress == pytest.approx(0.4)
    assert "about 0:06 left" in details.text
    two = send_details.describe_progress(replace(PROGRESS, associations=3), {"PACS": 1, "A@h.example:104": 2})
    assert two.title.startswith("Sending to PACS, A:")
    assert "3 associations" in two.text


def test_retry_tells_when_and_why() -> None:
    study = study_with(ItemState.WAITING, None, "")
    study.whole_state, study.reason = ItemState.RETRYING, "The peer was busy"
    study.next_try_at = datetime.now(UTC) + timedelta(seconds=30.5)
    for details in (send_details.describe_retries([study]), send_details.describe_node(study)):
        assert details.title.startswith("Next try in 0:3")
        assert details.text.startswith("The peer was busy.")


def test_paused_and_cancelled_studies_say_so() -> None:
    study = study_with(ItemState.STORED, 0, "")
    study.whole_state = ItemState.HELD
    assert send_details.describe_node(study).title == "Paused: it goes to PACS when you let it go on"
    study.whole_state = ItemState.CANCELLED
    assert send_details.describe_node(study).title == "Cancelled: nothing more of it goes to PACS"
    assert send_details.describe_several([study, study]).title == "2 studies selected"


def test_result_is_told_as_it_is() -> None:
    rejected = RunEnded(job_id="j", peer="PACS", reason="No", advice="Have WS1 entered there.")
    lost = RunEnded(job_id="j", peer="PACS", reason="No route")
    told = [
        send_details.describe_result({ItemOutcome.STORED: 3}, None, "PACS", is_held=False),
        send_details.describe_result({ItemOutcome.STORED: 3, ItemOutcome.REFUSED: 1}, None, "PACS", is_held=False),
        send_details.describe_result({ItemOutcome.STORED: 1}, None, "PACS", is_held=True),
        send_details.describe_result({}, rejected, "PACS", is_held=False),
        send_details.describe_result({}, lost, "PACS@h.example:104", is_held=False),
    ]
    assert [details.title for details in told] == [
        "All 3 instances stored by PACS",
        "3 instances stored by PACS, 1 not",
        "Paused. 1 instance stored by PACS",
        "Nothing more could be sent to PACS",
        "Nothing more could be sent to PACS",
    ]
    assert told[3].text == "No. Have WS1 entered there."
    assert "Echo" in told[4].text


def test_echo_is_told_in_words_and_time() -> None:
    good = EchoResult(outcome=JobOutcome.COMPLETED, text="", status=0, association_s=0.02, round_trip_s=0.004)
    bad = EchoResult(outcome=JobOutcome.FAILED, text="Nobody listens there", advice="Check the port.")
    odd = EchoResult(outcome=JobOutcome.FAILED, text="It said no.", status=0x0122)
    assert send_details.describe_echo(good, "P").text == "Echo answered in 4 ms. Connecting and negotiating took 20 ms."
    assert send_details.describe_echo(bad, "P").text == "Nobody listens there.\nCheck the port."
    assert send_details.describe_echo(odd, "P").title == "P answered, but not with Success"
    assert send_details.describe_echo_failure(DicomdeskError("closing"), "P").text == "closing."
