from pathlib import Path

from dicomdesk.cli import exit_codes
from dicomdesk.cli.catalogue import TOOLS, load_program
from dicomdesk.cli.reference_pages import reference_pages, tool_page, write_reference_pages


def test_a_page_explains_every_option_that_is_shown() -> None:
    for name in TOOLS:
        tool = load_program(name).tool
        page = tool_page(tool)
        for option in tool.options():
            assert (f"`{option.long}` |" in page) is not option.is_hidden


def test_a_cell_that_holds_a_bar_stays_one_cell() -> None:
    for page in reference_pages().values():
        rows = [line for line in page.splitlines() if line.startswith("|")]
        widths = [row.replace("\\|", "").count("|") for row in rows]
        for row, width, before in zip(rows, widths, [0, *widths], strict=False):
            if not row.startswith(
                ("| option", "| parameter", "| event", "| code", "| tool |", "| what happened", "| status")
            ):
                assert width == before, row


def test_every_exit_code_is_in_its_page() -> None:
    page = reference_pages()["exit-codes.md"]
    assert all(f"\n| {int(code)} |" in page for code in exit_codes.ExitCode)


def test_pages_are_written_below_the_folder(tmp_path: Path) -> None:
    paths = write_reference_pages(tmp_path / "docs")
    assert {path.relative_to(tmp_path / "docs").as_posix() for path in paths} == set(reference_pages())
    assert all(path.read_text(encoding="utf-8").startswith("<!-- Made by") for path in paths)
