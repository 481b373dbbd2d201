"""What DCMTK's echoscu does not have: the diagnosis, and events as JSON."""

import json
from pathlib import Path

import pytest

from dicomdesk.cli.manual import write_manual_pages
from tests.helpers.data.encoded import implicit
from tests.helpers.dcmtk.commands import ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.fake_peer import Accept, FakePeer, Reject, Send, Silence, p_data


def test_diagnosis_of_a_sound_peer() -> None:
    with FakePeer() as peer:
        done = run(ours("echoscu"), "--diagnose", "localhost", str(peer.port))
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("ok ")] == [
        "name",
        "connection",
        "association",
        "echo",
        "capabilities",
    ]
    assert "    CT Image Storage" in lines
    assert "    Study Root Query (C-FIND)" in lines


@pytest.mark.parametrize(
    ("words", "code"),
    [(("no-such-host.invalid", "104"), 81), (("127.0.0.1", "{free}"), 82)],
)
def test_diagnosis_without_a_peer(words: tuple[str, str], code: int) -> None:
    done = run(ours("echoscu"), "--diagnose", *(word.format(free=free_port()) for word in words))
    assert done.code == code
    assert "Likely cause:" in done.out
    assert "Next:" in done.out


def test_diagnosis_of_unwilling_peers() -> None:
    for peer, code in (
        (FakePeer(associate=[Reject(1, 1, 3)]), 84),
        (FakePeer(associate=[Accept(refuse_all=True)]), 85),
    ):
        with peer:
            done = run(ours("echoscu"), "--diagnose", "127.0.0.1", str(peer.port))
        assert done.code == code


def test_tls_that_fails_has_its_code() -> None:
    with FakePeer() as peer:
        done = run(ours("echoscu"), "--diagnose", "+tla", "-ta", "1", "127.0.0.1", str(peer.port))
    assert done.code == 83
    assert "DICOM without TLS" in done.out


def test_events_are_written_as_json() -> None:
    with FakePeer() as peer:
        done = run(ours("echoscu"), "--diagnose", "--json", "127.0.0.1", str(peer.port))
        plain = run(ours("echoscu"), "--json", "127.0.0.1", str(peer.port))
    events = [json.loads(line) for line in done.out.splitlines()]
    steps = [event for event in events if event["event"] == "check-step-finished"]
    assert [step["stage"] for step in steps] == ["resolution", "tcp", "association", "echo", "capabilities"]
    capabilities = [event for event in events if event["event"] == "capability-found"]
    assert len(capabilities) > 200
    names = [json.loads(line)["event"] for line in plain.out.splitlines()]
    assert names[0] == "job-started"
    assert names[-1] == "job-finished"


def test_interrupt_ends_the_diagnosis() -> None:
    with (
        FakePeer(associate=[Accept(), Silence()]) as peer,
        running(ours("echoscu"), "--diagnose", "127.0.0.1", str(peer.port)) as process,
    ):
        wait_for_line(process, "echo", of_stdout=True)
        process.terminate()
        assert process.wait(20) == 143


def test_manual_page_is_there(tmp_path: Path) -> None:
    write_manual_pages(tmp_path, date="2026-01-01")
    assert "\\-\\-diagnose" in (tmp_path / "echoscu.1").read_text()


@pytest.mark.parametrize(
    "odd", [implicit(0x00000101, b"x "), implicit(0x3400312E, b"x "), implicit(0x00000902, b"\xff")]
)
def test_odd_elements_in_an_answer_disturb_nobody(odd: bytes) -> None:
    uid = implicit(0x00000002, b"1.2.840.10008.1.1\0")
    numbers = ((0x0100, 0x8030), (0x0120, 1), (0x0800, 0x0101), (0x0900, 0))
    values = uid + b"".join(implicit(number, code.to_bytes(2, "little")) for number, code in numbers)
    values += odd
    answer = implicit(0, len(values).to_bytes(4, "little")) + values
    with FakePeer(echo=Send(p_data(1, 3, answer))) as peer:
        done = run(ours("echoscu"), "localhost", str(peer.port))
    assert (done.code, done.err) == (0, "")
