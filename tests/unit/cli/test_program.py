import json
import subprocess
import sys
from pathlib import Path

import pytest

from dicomdesk.cli.dcmrecv.options import TOOL, read_options
from dicomdesk.cli.options.grammar import CommandLine
from dicomdesk.cli.options.usage import header, usage_text, version_text
from dicomdesk.cli.program import Program, run_program
from dicomdesk.logs import Log


def work(line: CommandLine, log: Log) -> int:
    read_options(line)
    log.logger("dcmtk.apps.dcmrecv").warn("worked")
    return 42


PROGRAM = Program(tool=TOOL, run=work, answers={"--list-ciphers": lambda: "none\n"})


@pytest.mark.parametrize(
    ("tokens", "answer"),
    [
        ([], usage_text(TOOL)),
        (["--help"], usage_text(TOOL)),
        (["--version", "-h", "-ta", "0"], usage_text(TOOL)),
        (["--version", "-ll", "nonsense"], version_text(TOOL)),
        (["--list-ciphers", "--version", "-q"], version_text(TOOL)),
        (["--list-ciphers", "1", "2", "3"], f"{header(TOOL)}\nnone\n"),
    ],
)
def test_option_that_stands_alone_answers_on_stdout(
    tokens: list[str], answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_program(PROGRAM, tokens) == 0
    assert capsys.readouterr() == (answer, "")


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (["-x", "104"], "Unknown option -x"),
        (["-q", "-x"], "Unknown option -x"),
        (["-q"], "Missing parameter port"),
        (["-q", "1", "2"], "Too many parameters"),
        (["-ta", "0", "1"], "Invalid value for option --acse-timeout (underflow: 0)"),
        (["-q", "-v", "-ta", "0", "1"], "Invalid value for option --acse-timeout (underflow: 0)"),
        (["+v", "-ta", "0", "1"], "--verbose-pc only allowed with verbose mode"),
        (["-ll", "warn", "+v", "1"], "--verbose-pc only allowed with verbose mode"),
        (["+v", "-ll", "nonsense", "1"], "Invalid log level for --log-level option"),
        (["\x1b[31m"], "Invalid parameter value \\x1b[31m"),
    ],
)
def test_mistake_is_told_on_stderr(tokens: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(PROGRAM, tokens) == 1
    out, err = capsys.readouterr()
    told, remark, _ = err.rpartition("W:   ")
    assert (out, told, bool(remark)) == ("", f"{header(TOOL)}error: {message}\n", True)


def test_a_terse_tool_tells_a_mistake_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(PROGRAM, ["--terse", "--nonsense"]) == 1
    assert capsys.readouterr().err == f"{header(TOOL)}error: Unknown option --nonsense\n"


def test_an_option_that_is_nearly_one_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(PROGRAM, ["--acse-timeot", "3", "104"]) == 1
    assert "Did you mean --acse-timeout or " in capsys.readouterr().err


@pytest.mark.parametrize("tokens", [["--json", "-ta", "0", "1"], ["--json", "--nonsense"], ["--json", "104"]])
def test_json_tells_an_exit_code_that_is_not_0(tokens: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = run_program(PROGRAM, tokens)
    told = json.loads(capsys.readouterr().out)
    assert (told["event"], told["exit_code"], told["exit_code"] != 0) == ("exit", code, True)
    assert bool(told["advice"]) == bool(told["error"])


@pytest.mark.parametrize("tokens", [["-ta", "0", "1"], ["+B", "+ssd", "1"], ["x"], ["+v", "1"]])
def test_quiet_hides_mistakes_that_are_not_lexical(tokens: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(PROGRAM, [*tokens, "-q"]) == 1
    assert capsys.readouterr() == ("", "")


def test_exit_code_is_that_of_the_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(PROGRAM, ["104"]) == 42
    assert capsys.readouterr() == ("", "W: worked\n")


def test_verbose_mode_may_come_from_the_log_level(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(PROGRAM, ["104", "+v", "-ll", "info"]) == 42


def test_arguments_are_shown_expanded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.write_text("'M E' -fe ''")
    assert run_program(PROGRAM, ["--arguments", "-aet", f"@{file}", "104"]) == 42
    first, second, *_ = capsys.readouterr().err.splitlines()
    shown = "'--arguments' '--aetitle' 'M E' '--filename-extension' '104' "
    assert first == f"I: calling 'dcmrecv' with 6 arguments: {shown}"
    assert second == "I: "


def test_arguments_are_not_shown_after_a_lexical_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(PROGRAM, ["--arguments"]) == 1
    assert "calling" not in capsys.readouterr().err


def test_interrupt_is_an_exit_code() -> None:
    def interrupted(_line: CommandLine, _log: Log) -> int:
        raise KeyboardInterrupt

    assert run_program(Program(tool=TOOL, run=interrupted), ["104"]) == 130


def test_debug_mode_begins_with_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    run_program(PROGRAM, ["-d", "104"])
    first, second, *_ = capsys.readouterr().err.splitlines()
    assert first == f"D: {header(TOOL).splitlines()[0]}"
    assert second == "D: "


def test_process_ends_at_once_with_all_that_was_written() -> None:
    script = "from dicomdesk.cli.program import end_process; print('written', end=''); end_process(7); print('never')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "written", "")


@pytest.mark.parametrize("spoil", ["sys.stdout.close()", "sys.stdout.write('x'); os.close(1)", "os.close(2)"])
def test_process_whose_output_is_closed_ends_with_its_exit_code(spoil: str) -> None:
    script = f"import os, sys; from dicomdesk.cli.program import end_process; {spoil}; end_process(7)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 7


def test_what_is_checked_first_is_told_in_quiet_mode_too(capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(line: CommandLine) -> None:
        line.integer_parameter(0, 1, 65535)

    program = Program(tool=TOOL, run=work, check_first=refuse)
    assert run_program(program, ["-q", "--arguments", "-ll", "nonsense", "0"]) == 1
    assert capsys.readouterr().err.startswith(f"{header(TOOL)}error: Invalid parameter value 0 (underflow)\nW:   ")
