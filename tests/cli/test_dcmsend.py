"""What our dcmsend does beside DCMTK's, as a process."""

import json
import shutil
import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.helpers.data.datasets import Builder, part10
from tests.helpers.dcmtk.commands import Done, ours, run, running, wait_for_line
from tests.helpers.peers.fake_peer import Accept, Action, FakePeer, Hold, Reject, Status

DCMSEND = ours("dcmsend")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(6):
        uid = f"1.2.3.{number}"
        data_set = Builder().instance(sop_instance_uid=uid, patient_name=b"SECRET^NAME")
        (folder / f"{number}.dcm").write_bytes(part10(data_set, sop_instance_uid=uid))
    return folder


def send(peer: FakePeer, folder: Path, *words: str) -> Done:
    return run(DCMSEND, *words, "+sd", "127.0.0.1", str(peer.port), str(folder))


def test_everything_arrives_over_several_associations_at_once(folder: Path) -> None:
    with FakePeer() as peer:
        done = send(peer, folder, "--parallel", "3")
        assert (done.code, done.out, done.err) == (0, "", "")
        assert sorted(store.sop_instance_uid for store in peer.stores) == [f"1.2.3.{number}" for number in range(6)]
        assert len(peer.associations) == 3
        assert peer.events.count("released") == 3


@pytest.mark.parametrize("actions", [(Status(0xA700),), (Status(), Status(0xC000), Status())])
def test_strict_tells_by_the_exit_code_that_something_was_not_stored(actions: tuple[Action, ...], folder: Path) -> None:
    with FakePeer(stores=actions) as peer:
        lenient = send(peer, folder)
    with FakePeer(stores=actions) as peer:
        strict = send(peer, folder, "--strict")
    assert lenient.code == 0
    assert strict.code == 80
    assert "not stored by the peer" in strict.err


def test_strict_is_content_with_warnings(folder: Path) -> None:
    with FakePeer(stores=[Status(0xB000)]) as peer:
        assert send(peer, folder, "--strict").code == 0


def test_strict_is_not_content_when_no_context_was_accepted(folder: Path) -> None:
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        assert send(peer, folder, "--strict").code == 80
        assert send(peer, folder).code == 0


def test_transient_refusal_is_tried_again(folder: Path) -> None:
    with FakePeer(stores=[Status(0xA700), Status()]) as peer:
        done = send(peer, folder, "--retry", "1", "--strict")
        assert done.code == 0
        assert len(peer.stores) == 7
    assert "W: trying again with 1 instance at " in done.err


def test_json_lines_tell_everything_but_no_patient(folder: Path) -> None:
    with FakePeer() as peer:
        done = send(peer, folder, "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    names = [line["event"] for line in lines]
    assert names[0] == "job-started"
    assert names[-1] == "job-finished"
    assert names.count("item-finished") == 6
    assert lines[-1]["counts"]["stored"] == 6
    assert done.err == ""
    assert "SECRET" not in done.out


def test_transfer_goes_on_when_nobody_reads_the_events_any_more(folder: Path) -> None:
    with FakePeer() as peer:
        words = ("--json", "+sd", "127.0.0.1", str(peer.port), str(folder))
        with running(DCMSEND, *words) as process:
            assert process.stdout is not None
            process.stdout.close()
            process.stdout = None
            _, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
        assert len(peer.stores) == 6


def test_logs_name_no_patient_at_any_level(folder: Path) -> None:
    with FakePeer() as peer:
        done = send(peer, folder, "-ll", "trace", "+v")
    assert "Sending C-STORE Request (MsgID 6, CT)" in done.err
    assert "SECRET" not in done.err


def test_report_can_be_json_lines(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    with FakePeer() as peer:
        assert send(peer, folder, "+crf", str(report), "--report-format", "jsonl").code == 0
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [line["type"] for line in lines] == ["instance"] * 6 + ["summary"]


def test_report_is_written_after_a_rejection(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer:
        done = send(peer, folder, "+crf", str(report))
    assert done.code == 61
    assert report.read_text().count("DIMSE Status  : <not sent>") == 6
    assert "F: cannot negotiate network association: DUL Association Rejected" in done.err
    assert "AE title" in done.err


def test_progress_never_gets_into_what_is_no_terminal(folder: Path) -> None:
    with FakePeer() as peer:
        done = send(peer, folder, "--progress")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_log_configuration_file_is_followed(folder: Path, tmp_path: Path) -> None:
    configuration, log = tmp_path / "log.cfg", tmp_path / "dcmsend.log"
    configuration.write_text(
        "log4cplus.rootLogger = DEBUG, console, file\n"
        "log4cplus.appender.console = log4cplus::ConsoleAppender\n"
        "log4cplus.appender.console.Threshold = ERROR\n"
        "log4cplus.appender.console.logToStdErr = true\n"
        "log4cplus.appender.file = log4cplus::RollingFileAppender\n"
        f"log4cplus.appender.file.File = {tmp_path}/${{appname}}.log\n"
        "log4cplus.appender.file.layout = log4cplus::PatternLayout\n"
        "log4cplus.appender.file.layout.ConversionPattern = %5p - %-8c{1} - %m%n\n"
    )
    with FakePeer() as peer:
        done = send(peer, folder, "-lc", str(configuration))
    assert (done.code, done.out, done.err) == (0, "", "")
    lines = log.read_text().splitlines()
    assert " INFO - dcmsend  - checking input files ..." in lines
    assert " INFO - dcmnet   - Received C-STORE Response (Success)" in lines


def test_missing_data_dictionary_is_told(folder: Path) -> None:
    with FakePeer() as peer:
        words = ("+sd", "127.0.0.1", str(peer.port), str(folder))
        done = run(DCMSEND, *words, changes={"DCMDICTPATH": "nofile"})
    assert done.code == 0
    assert done.err.splitlines()[0] == "E: DcmDataDictionary: Cannot open file: nofile"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_first_signal_finishes_the_instance_and_releases(
    number: signal.Signals, code: int, folder: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.txt"
    answer = threading.Event()
    with FakePeer(stores=[Status(), Hold(answer, Status())]) as peer:
        words = ("-v", "+sd", "+crf", str(report), "127.0.0.1", str(peer.port), str(folder))
        with running(DCMSEND, *words) as process:
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
    text = report.read_text()
    assert text.count("0x0000 (Success)") == 2
    assert text.count("<not sent>") == 4


def test_second_signal_aborts(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    never = threading.Event()
    with FakePeer(stores=[Hold(never, Status())]) as peer:
        words = ("-v", "+sd", "+crf", str(report), "127.0.0.1", str(peer.port), str(folder))
        with running(DCMSEND, *words) as process:
            wait_for_line(process, "(MsgID 1, CT)")
            process.send_signal(signal.SIGINT)
            wait_for_line(process, "cancelling")
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        never.set()
        assert process.returncode == 130
    text = report.read_text()
    assert (text.count("<not sent>"), text.count("<no answer, may be stored>")) == (5, 1)


def test_link_named_after_the_tool_is_the_tool(tmp_path: Path) -> None:
    script = shutil.which("dicomdesk", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("the package is not installed, only importable")
    link = tmp_path / "dcmsend"
    link.symlink_to(script)
    assert run([str(link)], "--version").out.startswith("$dicomdesk: dcmsend v")


def test_closed_stdout_is_no_traceback() -> None:
    with running(DCMSEND, "--help") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
        process.stdout = None
