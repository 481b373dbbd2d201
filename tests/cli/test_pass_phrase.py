"""Pass phrases and passcodes that are asked for: on a terminal of the process, or by a pipe where there is none."""

import select
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from dicomdesk.engine.security.user_file import read_user_file
from dicomdesk.network.acceptor.passcodes import Passcodes
from tests.helpers.dcmtk.commands import DEADLINE_S, ours, run
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.sending import write_instance
from tests.helpers.processes.tool_process import environment
from tests.helpers.tls.tls_files import PASS_PHRASE, TlsFiles


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    made = TlsFiles(tmp_path_factory.mktemp("tls"))
    write_instance(made.folder, "ct.dcm")
    return made


_ON_TERMINAL = """
import os, pty, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background of a shell
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
"""


def on_terminal(command: Sequence[str], prompt: str, *answers: bytes) -> tuple[int, str]:
    """Run a command on a terminal of its own, typing an answer after each prompt; exit code and what was shown."""
    process = subprocess.Popen(
        [sys.executable, "-c", _ON_TERMINAL, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
        bufsize=0,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    shown, rest = "", list(answers)
    with process.stdin, process.stdout:
        while select.select([process.stdout], [], [], DEADLINE_S)[0]:
            data = process.stdout.read(4096)
            if not data:
                break
            shown += data.decode()
            if rest and shown.count(prompt) > len(answers) - len(rest):
                process.stdin.write(rest.pop(0))
        return process.wait(DEADLINE_S), shown


def with_pipe(command: Sequence[str], text: bytes | None) -> tuple[int, str]:
    """Run a command without a terminal; the text, or nothing and no end of it, comes by a pipe."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), start_new_session=True
    )
    assert process.stdin is not None
    assert process.stderr is not None
    with process.stdin, process.stderr:
        if text is not None:
            process.stdin.write(text)
            process.stdin.close()
        return process.wait(DEADLINE_S), process.stderr.read().decode()


PROMPT = "Enter PEM pass phrase:"
UNREACHABLE = "TCP Initialization Error: Connection refused"
UNLOADED = "F: 000b:0004 Unable to load private TLS key from"


def storescu(files: TlsFiles) -> list[str]:
    words = files.words("+tls {locked_key} {server_pem} localhost 1")
    return [*ours("storescu"), *words, str(files.folder / "ct.dcm")]


@pytest.mark.parametrize(
    ("answers", "last"),
    [
        ((b"sesame\n",), UNREACHABLE),
        ((b"wrong\n", b"sesame\n"), UNREACHABLE),
        ((b"wrong\n", b"wrong\n"), UNLOADED),
        ((b"\x04",), UNLOADED),
    ],
)
def test_pass_phrase_is_asked_for_twice_at_most(files: TlsFiles, answers: tuple[bytes, ...], last: str) -> None:
    code, shown = on_terminal(storescu(files), PROMPT, *answers)
    assert code == 1
    assert shown.count(PROMPT) == len(answers)
    assert last in shown
    assert PASS_PHRASE not in shown


def test_interrupt_ends_the_question(files: TlsFiles) -> None:
    code, shown = on_terminal(storescu(files), PROMPT, b"\x03")
    assert code == 128 + signal.SIGINT
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("text", "last"), [(b"sesame\n", UNREACHABLE), (b"sesame", UNREACHABLE), (b"", UNLOADED), (None, UNLOADED)]
)
def test_without_terminal_a_line_is_taken_that_comes_at_once(files: TlsFiles, text: bytes | None, last: str) -> None:
    code, error = with_pipe(storescu(files), text)
    assert code == 1
    assert last in error
    assert ("no pass phrase was given" in error) is (last == UNLOADED)


def test_acceptor_asks_before_it_listens(files: TlsFiles, tmp_path: Path) -> None:
    words = files.words("+tls {locked_key} {server_pem}")
    command = [*ours("dcmrecv"), *words, "-od", str(tmp_path), str(free_port())]
    code, shown = on_terminal(command, PROMPT, b"wrong\n", b"wrong\n")
    assert code == 71
    assert UNLOADED in shown


def test_passcode_is_typed_twice_and_not_shown(tmp_path: Path) -> None:
    command = [*ours("passcode"), str(tmp_path / "users"), "anna"]
    code, shown = on_terminal(command, ": ", b"sesame\n", b"sesame\n")
    assert (code, "sesame" in shown) == (0, False)
    assert Passcodes(read_user_file(tmp_path / "users")).are_right(b"anna", b"sesame")


def test_passcode_is_taken_from_a_pipe(tmp_path: Path) -> None:
    assert with_pipe([*ours("passcode"), str(tmp_path / "users"), "anna"], b"sesame\n") == (0, "")
    assert Passcodes(read_user_file(tmp_path / "users")).are_right(b"anna", b"sesame")


@pytest.mark.parametrize("words", ["+tls {none} {none} +pw sesame", "-usr anna -pwd sesame"])
def test_secrets_on_a_command_line_are_not_shown_again(files: TlsFiles, words: str) -> None:
    done = run(ours("storescu"), "--arguments", "-d", *files.words(words), "localhost", "1", "nofile")
    assert "'***'" in done.err
    assert "sesame" not in done.err
