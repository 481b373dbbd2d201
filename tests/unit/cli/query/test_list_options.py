"""Command lines with lists."""

from pathlib import Path

import pytest

from dicomdesk.cli.findscu.options import TOOL as FINDSCU
from dicomdesk.cli.findscu.options import read_options as read_find
from dicomdesk.cli.getscu.options import TOOL as GETSCU
from dicomdesk.cli.getscu.options import read_options as read_get
from dicomdesk.cli.movescu.options import TOOL as MOVESCU
from dicomdesk.cli.movescu.options import read_options as read_move
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.query.list_options import LIST_NOTE, ListChoice
from dicomdesk.engine.lists.window import read_window


def choice(*words: str) -> ListChoice | None:
    return read_find(parse(FINDSCU, ["h", "104", *words])).list_choice


def test_without_a_list_there_is_no_choice() -> None:
    assert choice("-k", "PatientID=1") is None


def test_everything_that_is_said_of_a_list_is_read(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.touch()
    words = f"--list {file} --list-column B --list-key PatientID --list-header no --list-sheet S --list-zeros 7 -S"
    more = "--list-report r --list-state s --list-pause 1.5 --list-parallel 2 --list-window 20:00-06:00 -q"
    assert choice(*words.split(), *more.split()) == ListChoice(
        file=str(file),
        columns=("B",),
        keys=("PatientID",),
        has_header=False,
        sheet="S",
        fill_to=7,
        report_file="r",
        state_file=Path("s"),
        pause_s=1.5,
        parallel=2,
        window=read_window("20:00-06:00"),
        has_model=True,
        is_loud=False,
    )
    assert choice("--list", str(file)) == ListChoice(file=str(file), is_loud=True)


def test_a_list_needs_no_keys_and_takes_no_query_files(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.touch()
    with pytest.raises(CommandLineError, match="query files are not taken with --list"):
        choice(str(file), "--list", str(file))
    with pytest.raises(CommandLineError, match="either query file"):
        choice()


def test_nothing_is_written_over_the_list_or_its_state(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.touch()
    (tmp_path / "link.csv").symlink_to(file)
    for words in (
        f"--list-report {file}",
        f"--list-report {tmp_path}/link.csv",
        f"--list-state {tmp_path}/x/../list.csv",
        f"--list-report {tmp_path}/s --list-state {tmp_path}/s",
    ):
        with pytest.raises(CommandLineError, match="would overwrite"):
            choice("--list", str(file), *words.split())


def test_only_tools_that_fetch_take_all(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.touch()
    words = ["h", "104", "--list", str(file), "--list-take-all"]
    for found in (read_get(parse(GETSCU, words)), read_move(parse(MOVESCU, words))):
        assert found.list_choice is not None
        assert found.list_choice.takes_all
    with pytest.raises(CommandLineError, match="Unknown option"):
        parse(FINDSCU, words)


@pytest.mark.parametrize("pause", ["x", "-1", "nan", "inf", "90000"])
def test_a_pause_is_a_number_of_seconds(tmp_path: Path, pause: str) -> None:
    file = tmp_path / "list.csv"
    file.touch()
    with pytest.raises(CommandLineError, match="--list-pause"):
        choice("--list", str(file), "--list-pause", pause)


def test_every_option_has_a_word_in_the_notes_or_speaks_for_itself() -> None:
    assert all(tool.notes and LIST_NOTE in tool.notes for tool in (FINDSCU, GETSCU, MOVESCU))
