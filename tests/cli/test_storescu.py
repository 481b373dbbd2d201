"""What our storescu does beside DCMTK's, as a process."""

import json
import shutil
import signal
import struct
import sys
import threading
from pathlib import Path

import pytest

from tests.helpers.data.datasets import Builder, part10
from tests.helpers.dcmtk.commands import Done, ours, run, running, wait_for_line
from tests.helpers.peers.association_requests import read_request
from tests.helpers.peers.fake_peer import Abort, Accept, Action, FakePeer, Hold, Reject, Send, Status, item

STORESCU = ours("storescu")
CONFIRMED = item(0x59, struct.pack(">H", 6) + b"TICKET")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(4):
        uid = f"1.2.3.{number}"
        data_set = Builder().instance(sop_instance_uid=uid, patient_name=b"SECRET^NAME")
        (folder / f"{number}.dcm").write_bytes(part10(data_set, sop_instance_uid=uid))
    return folder


def send(peer: FakePeer, folder: Path, *words: str) -> Done:
    return run(STORESCU, "-R", *words, "+sd", "127.0.0.1", str(peer.port), str(folder))


def test_data_sets_arrive_byte_for_byte(folder: Path) -> None:
    with FakePeer() as peer:
        done = send(peer, folder)
        assert (done.code, done.out, done.err) == (0, "", "")
        sent = [part10(store.data, sop_instance_uid=store.sop_instance_uid) for store in peer.stores]
        assert sent == [path.read_bytes() for path in sorted(folder.iterdir())]
        assert peer.events.count("released") == 1


@pytest.mark.parametrize(
    ("words", "actions", "code"),
    [
        (["-nh"], (Status(0xA700),), 0),
        (["-nh", "--strict"], (Status(), Status(0xA700), Status()), 80),
        (["-nh", "--strict"], (Status(0xB000),), 0),
        (["--strict"], (Status(0xA700),), 167),
        (["--strict"], (Status(), Abort()), 10),
    ],
)
def test_strict_is_not_content_with_zero(
    words: list[str], actions: tuple[Action, ...], code: int, folder: Path
) -> None:
    with FakePeer(stores=actions) as peer:
        done = send(peer, folder, *words)
    assert done.code == code
    if Status(0xA700) in actions:
        assert "W: not stored by the peer: " in done.err


def test_json_lines_tell_everything_but_no_patient(folder: Path) -> None:
    with FakePeer() as peer:
        done = send(peer, folder, "--json", "-v")
    lines = [json.loads(line) for line in done.out.splitlines()]
    names = [line["event"] for line in lines]
    assert names[0] == "job-started"
    assert names[-1] == "job-finished"
    assert names.count("item-finished") == 4
    assert lines[-1]["counts"]["stored"] == 4
    assert "SECRET" not in done.out
    assert "I: Received Store Response (Success)" in done.err


def test_report_is_written_after_failures_too(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    with FakePeer(stores=[Status(), Status(0xA700)]) as peer:
        done = send(peer, folder, "--create-report-file", str(report), "--report-format", "jsonl")
    assert done.code == 167
    instances = [json.loads(line) for line in report.read_text().splitlines()][:-1]
    assert [each["status"] for each in instances] == [0, 0xA700, None, None]


def test_report_is_written_after_a_rejection(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer:
        done = send(peer, folder, "--create-report-file", str(report))
    assert done.code == 1
    assert report.read_text().count("DIMSE Status  : <not sent>") == 4
    assert "F: Reason: Called AE Title Not Recognized" in done.err
    assert "AE title" in done.err


def test_no_level_of_the_log_shows_patient_or_password(folder: Path) -> None:
    with FakePeer(associate=[Accept(extra_user_items=CONFIRMED)]) as peer:
        words = ("-ll", "trace", "+v", "-usr", "jones", "-pwd", "GEHEIM", "-rsp", "--json")
        done = send(peer, folder, *words)
        assert ("user identity", "type 2 response 1 b'jones' b'GEHEIM' 8") in read_request(
            peer.associations[0].pdu
        ).user_items
    assert done.code == 0
    assert "I: Releasing Association" in done.err
    for secret in ("SECRET", "GEHEIM", "TICKET"):
        assert secret not in done.err + done.out


def test_progress_never_gets_into_what_is_no_terminal(folder: Path) -> None:
    with FakePeer() as peer:
        done = send(peer, folder, "--progress")
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_first_signal_finishes_the_instance_and_releases(number: signal.Signals, code: int, folder: Path) -> None:
    answer = threading.Event()
    with FakePeer(stores=[Status(), Hold(answer, Status())]) as peer:
        words = ("-v", "-R", "+sd", "127.0.0.1", str(peer.port), str(folder))
        with running(STORESCU, *words) as process:
            peer.wait_for("stored", 1)
            wait_for_line(process, "(MsgID 2, CT)")
            process.send_signal(number)
            wait_for_line(process, "cancelling")
            answer.set()
            _, err = process.communicate(timeout=30)
        peer.wait_for("released")
        assert process.returncode == code
        assert "Aborting" not in err
        assert len(peer.stores) == 2


def test_second_signal_aborts(folder: Path) -> None:
    never = threading.Event()
    with FakePeer(stores=[Hold(never, Status())]) as peer:
        words = ("-v", "-R", "+sd", "127.0.0.1", str(peer.port), str(folder))
        with running(STORESCU, *words) as process:
            wait_for_line(process, "(MsgID 1, CT)")
            process.send_signal(signal.SIGINT)
            wait_for_line(process, "cancelling")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        never.set()
        assert process.returncode == 130


@pytest.mark.parametrize(
    "peer_options",
    [
        {"associate": (Send(b"\2\0\xff\xff\xff\xff" + b"x" * 99, then_close=True),)},
        {"stores": (Send(b"\4\0\0\0\0\7\0\0\0\3\1\3\x1b", then_close=True),)},
        {"associate": (Accept(extra_contexts={255: "\x1b[31m"}, extra_user_items=item(0x59, b"\xff")),)},
    ],
)
def test_hostile_answers_are_an_error_in_plain_text(peer_options: dict[str, tuple[Action, ...]], folder: Path) -> None:
    with FakePeer(**peer_options) as peer:  # type: ignore[arg-type] # the names are checked by the class
        done = send(peer, folder, "-v", "+v")
    assert done.code in (0, 1, 10)
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err


def test_link_named_after_the_tool_is_the_tool(tmp_path: Path) -> None:
    script = shutil.which("dicomdesk", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("the package is not installed, only importable")
    link = tmp_path / "storescu"
    link.symlink_to(script)
    assert run([str(link)], "--version").out.startswith("$dicomdesk: storescu v")
