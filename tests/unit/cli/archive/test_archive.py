from datetime import datetime
from pathlib import Path

import pytest

from dicomdesk.cli.archive.carrying_out import carry_out
from dicomdesk.cli.archive.confirmation import asks_for_confirmation, confirm, who_asks
from dicomdesk.cli.archive.place import read_place, read_selected
from dicomdesk.cli.archive.progress import ItemProgress
from dicomdesk.cli.archive.rows import RowOutput, iso_time
from dicomdesk.cli.archive.tool import PROGRAM
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.program import find_command, run_program
from dicomdesk.cli.query.options import Form
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.errors import StorageError
from dicomdesk.logs import Level as LogLevel
from dicomdesk.logs import Logger, console_log


def test_every_command_is_named_as_its_tool_and_helps(capsys: pytest.CaptureFixture[str]) -> None:
    assert PROGRAM.commands is not None
    names = PROGRAM.commands.names()
    assert "list" in names
    for name in names:
        program, rest = find_command(PROGRAM, [name, "--help"])
        assert program.tool.name == f"archive {name}"
        assert rest == ["--help"]
        assert program.tool.examples, name
    assert run_program(PROGRAM, ["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in names)


def test_a_command_that_is_mistyped_is_guessed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_program(PROGRAM, ["lisst"]) == 1
    assert "did you mean list" in capsys.readouterr().err


def test_the_place_is_a_configuration_or_a_folder() -> None:
    program, _ = find_command(PROGRAM, ["list"])
    place = read_place(parse(program.tool, ["-c", "a.cfg", "--area", "A", "--area", "B"]))
    assert (place.configuration_file, place.ae_titles) == (Path("a.cfg"), ("A", "B"))
    line = parse(program.tool, ["--folder", "area", "--database", "postgresql://u:secret@h/d"])
    assert read_place(line).folder == Path("area")
    assert "secret" not in " ".join(line.arguments)
    with pytest.raises(CommandLineError, match="--folder not allowed with --config"):
        read_place(parse(program.tool, ["--folder", "area", "-c", "a.cfg"]))


def test_a_selection_that_is_wrong_is_a_mistake_of_the_command_line() -> None:
    assert read_selected(["series", "1.2"]).level is Level.SERIES
    with pytest.raises(CommandLineError):
        read_selected(["series", "Nothing=1"])


def test_errors_become_a_line_and_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_logger: Logger) -> int:
        raise StorageError("it is gone")

    assert carry_out(console_log(LogLevel.WARN), fail) == 10
    assert capsys.readouterr().err == "F: it is gone\n"


def test_rows_are_written_with_their_heading_though_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert RowOutput(Form.TABLE, ["a", "b"]).end() == 0
    assert RowOutput(Form.CSV, ["a", "b"]).take_all([("x", {"a": [1, 2], "b": None})]) == 0
    assert capsys.readouterr().out == "a  b\n-  -\na,b\r\n1 2,\r\n"


def test_moments_have_the_offset_of_here() -> None:
    assert datetime.fromisoformat(iso_time(1e9)).timestamp() == 1e9
    assert iso_time(0) == ""


def test_who_says_yes_is_not_asked() -> None:
    program, _ = find_command(PROGRAM, ["remove"])
    line = parse(program.tool, ["1.2", "--yes"])
    assert not asks_for_confirmation(line)
    assert confirm(line, "Sure?", console_log(LogLevel.WARN).logger("test"))
    assert asks_for_confirmation(parse(program.tool, ["1.2"]))
    assert "@" in who_asks()


def test_progress_is_told_once_a_second_only(capsys: pytest.CaptureFixture[str]) -> None:
    output = RowOutput(Form.JSON, ())
    progress = ItemProgress(output, "files", total=3)
    for _ in range(3):
        progress.add(10)
    progress.clear()
    assert capsys.readouterr() == ("", "")
