"""A command line says of its journal what is to be known, and no more."""

from pathlib import Path

from dicomdesk.cli.output.journal_notices import close_journal, open_journal, trouble_teller
from dicomdesk.engine.events import Notice
from dicomdesk.logs import Level, Log, Route
from tests.unit.cli.output.test_log_lines import Kept


def opened(path: Path, *, is_made: bool = True) -> tuple[bool, list[str]]:
    """Whether a journal could be used, and what was written from its opening to its end."""
    kept = Kept()
    logger = Log({"": Route(level=Level.ALL, appenders=(kept,))}).logger("tool")
    journal = open_journal(str(path), logger, is_made=is_made)
    if journal is not None:
        close_journal(journal, logger)
    return journal is not None, [record.text for record in kept.records]


def test_a_sound_journal_is_not_worth_a_word(tmp_path: Path) -> None:
    assert opened(tmp_path / "kept") == (True, [])
    assert opened(tmp_path / "kept", is_made=False) == (True, [])


def test_what_cannot_be_used_is_told_and_nothing_is_made(tmp_path: Path) -> None:
    assert opened(tmp_path / "gone", is_made=False) == (False, ["There is no journal gone"])
    assert not list(tmp_path.iterdir())


def test_what_was_not_kept_is_told_at_the_end_too(tmp_path: Path) -> None:
    is_usable, (first, words, last) = opened(tmp_path / "away" / "kept")
    assert is_usable
    assert first.endswith("cannot be made: No such file or directory: what happens now is not kept")
    assert words.startswith("  Its folder is not there")
    assert last.endswith("No such file or directory: what is left is not in the journal")


def test_trouble_is_told_among_the_facts_of_a_job_and_that_it_is_over() -> None:
    told: list[Notice] = []
    tell = trouble_teller(told.append)
    tell("The disk is full")
    tell("")
    assert [notice.text for notice in told] == [
        "The disk is full: what happens now is not kept",
        "the journal is kept again, with all that happened meanwhile",
    ]
