"""What users name is read at once or refused at once: never waited for, never read without end."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import DEADLINE_S, Done, ours, run
from tests.helpers.jobs.sending import write_instance
from tests.helpers.processes.tool_process import environment

NAMES = ("fifo", "socket", "/dev/zero", "folder", "huge", "nul")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("named")
    os.mkfifo(made / "fifo")
    os.mknod(made / "socket", 0o140600)
    (made / "folder").mkdir()
    with (made / "huge").open("wb") as file:
        file.truncate(1 << 40)
    (made / "nul").write_bytes(b"log4cplus.rootLogger = INFO, a\0")
    (made / "area").mkdir()
    (made / "users").write_text("")
    return made


@pytest.mark.parametrize("name", ["fifo", "socket", "/dev/zero", "huge", "nul"])
def test_command_file_is_refused_at_once(name: str, folder: Path) -> None:
    done = run(ours("dcmrecv"), f"@{name}", folder=folder)
    assert done.code == 1
    assert done.error.startswith(("Cannot open command file", "Cannot read command file"))


def has_ended_well(done: Done) -> bool:
    return "Traceback" not in done.err and done.code in {1, 10, 22, 66, 71}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "words",
    [
        ["dcmrecv", "--log-config", "{}", "1"],
        ["dcmrecv", "--user-file", "{}", "1"],
        ["dcmrecv", "-xf", "{}", "Default", "1"],
        ["dcmrecv", "+tls", "{}", "{}", "1"],
        ["dcmqrscp", "-c", "{}"],
        ["dcmqrscp", "-c", "{}", "--verify"],
        ["dcmqrscp", "-c", "{}", "--reindex"],
        ["storescu", "-xf", "{}", "Default", "localhost", "1", "x"],
        ["storescu", "--saml", "{}", "localhost", "1", "x"],
        ["storescu", "--enable-tls", "{}", "{}", "localhost", "1", "x"],
        ["echoscu", "--anonymous-tls", "+cf", "{}", "localhost", "1"],
        ["passcode", "--remove", "{}", "anna"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_file_of_a_command_line_is_refused_at_once(words: list[str], name: str, folder: Path) -> None:
    tool, *rest = words
    done = run(ours(tool), *[word.format(name) for word in rest], folder=folder)
    assert has_ended_well(done)


@pytest.mark.parametrize("name", NAMES[:-1])
def test_dictionary_that_cannot_be_read_is_told_and_left_out(name: str, folder: Path) -> None:
    done = run(ours("dcmsend"), "localhost", "1", "x", folder=folder, changes={"DCMDICTPATH": name})
    assert "E: DcmDataDictionary: " in done.err
    assert has_ended_well(done)


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
def test_report_does_not_wait_for_the_reader_of_a_fifo(tool: str, folder: Path) -> None:
    write_instance(folder, "ct.dcm")
    done = run(ours(tool), "--create-report-file", "fifo", "localhost", "1", "ct.dcm", folder=folder)
    assert "cannot write detailed report to file 'fifo'" in done.err
    assert "Traceback" not in done.err


def test_words_may_come_by_a_pipe_of_the_shell() -> None:
    command = " ".join(ours("dcmrecv"))
    done = subprocess.run(
        ["bash", "-c", f"{command} @<(echo --version)"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("$dicomdesk: dcmrecv v")
