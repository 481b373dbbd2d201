from dicomdesk.engine.events import ItemOutcome
from dicomdesk.engine.receive.book.day_totals import DayTotals
from dicomdesk.errors import PortInUseError, ProfileError, SettingsError
from dicomdesk.gui.models.received_studies import ReceivedStudies
from dicomdesk.gui.outline.model import Node
from dicomdesk.gui.panes import receive_details
from dicomdesk.gui.security.security_store import ListenerSecurity
from dicomdesk.gui.theme import Tone
from tests.helpers.window import scenes
from tests.helpers.window.outlines import PlainOutline


def arrived(*, problems: int = 0) -> ReceivedStudies:
    studies = ReceivedStudies(PlainOutline())
    for event in scenes.incoming(1):
        studies.apply(event, 1.0)
    header = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 1)
    studies.apply(scenes.finished(header, 0, path="/in/F1", job_id=scenes.RECEIVE_JOB), 1.0)
    for number in range(problems):
        other = scenes.header(scenes.JANE, ("1", "Axial", "CT"), 2 + number)
        refused = scenes.finished(
            other, 1, ItemOutcome.REFUSED, status=0xA700, reason="The disk is full", job_id=scenes.RECEIVE_JOB
        )
        studies.apply(refused, 1.0)
    return studies


def test_study_tells_from_whom_and_where() -> None:
    (study,) = arrived().studies
    details = receive_details.describe_received(study)
    assert details.text.splitlines() == ["1 here, 525 KB.", "From CT1 at 10.1.4.20.", "/in"]
    series = next(iter(study.series.values()))
    assert receive_details.describe_received(series).title == "1   Axial"


def test_problem_tells_why() -> None:
    (study,) = arrived(problems=2).studies
    details = receive_details.describe_received(study)
    assert details.title.startswith("2 not stored")
    assert details.text.startswith("The disk is full")
    assert details.tone is Tone.BAD


def test_listener_tells_how_it_is_reached() -> None:
    nothing = ReceivedStudies(PlainOutline())
    plain = ListenerSecurity()
    places = ("10.0.0.7", "192.168.4.1")
    ready = receive_details.describe_listener("WS1:11112", 0, nothing, plain, is_stopping=False, addresses=places)
    assert ready.title == "Ready to receive"
    assert ready.text == (
        "Reach this machine as WS1 at 10.0.0.7 or 192.168.4.1 port 11112.\nAccepts calls from anybody, not encrypted."
    )
    assert receive_details.describe_listener("", 0, nothing, plain, is_stopping=False).title == "Not listening"
    ended = receive_details.describe_listener("", 2, arrived(), plain, is_stopping=False)
    assert ended.text == "Not listening now."
    assert ended.title == "1 instance of 1 study received"
    assert "2 open" in receive_details.describe_listener("WS1:1", 2, nothing, plain, is_stopping=True).title


def test_refusals_are_counted_and_explained() -> None:
    once = receive_details.describe_refusal("CT9@10.0.0.1", "its AE title is not known", "", 1)
    assert (once.title, once.text) == ("CT9@10.0.0.1 was refused", "Its AE title is not known.")
    again = receive_details.describe_refusal("", "the TLS handshake failed.", "Look there.", 3)
    assert again.title == "A peer was refused; 3 refusals so far"
    assert again.text == "The TLS handshake failed. Look there."


def test_trouble_names_the_peer_where_it_is_known() -> None:
    from_a_peer = receive_details.describe_trouble("could not receive association request: x", "ct9\n")
    assert from_a_peer.title == "Trouble with a connection from ct9\\n"
    assert from_a_peer.text == "Could not receive association request: x."
    assert receive_details.describe_trouble("the command failed").title == "Trouble while listening"


def test_lost_security_is_not_passed_over() -> None:
    details = receive_details.describe_lost_security("security.json is damaged")
    assert details.text.startswith("security.json is damaged. Look through them")


def test_start_failure_has_advice_that_fits() -> None:
    told = receive_details.describe_start_failure
    assert told(PortInUseError("The port 104 is taken")).text.startswith("The port 104 is taken. Another port may help")
    assert told(ProfileError("unable to open x")).text.startswith("Unable to open x. Choose another profile")
    assert told(OSError(13, "Permission denied", "/in")).text.startswith("/in: Permission denied. Another folder")
    assert told(SettingsError("That cannot be")).text == "That cannot be."


def test_other_rows_tell_nothing() -> None:
    assert receive_details.describe_received(Node()).title == ""


def test_totals_of_the_day_are_told() -> None:
    today = DayTotals(day="2026-11-30", instances=420, size_bytes=190_000_000, studies=2, again=40, refused=3)
    said = "Today 420 instances of 2 studies, 190 MB; 40 again, 3 not stored"
    assert receive_details.totals_text(today) == said
    assert ";" not in receive_details.totals_text(DayTotals(day="2026-11-30", instances=1))
