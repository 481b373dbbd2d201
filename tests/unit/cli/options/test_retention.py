"""What an archive keeps, as a command line says it."""

import pytest

from dicomdesk.archive.setup.retention_rules import FreeSpace, RetentionRule
from dicomdesk.cli.options.grammar import CommandLineError, Tool, group, parse
from dicomdesk.cli.options.retention import RETENTION_OPTIONS, read_retention

TOOL = Tool(name="t", description="d", parameters=(), groups=(group("o", *RETENTION_OPTIONS),))


def test_a_rule_is_made_of_what_is_given() -> None:
    assert read_retention(parse(TOOL, [])) is None
    assert read_retention(parse(TOOL, ["--keep-days", "30"])) == RetentionRule(keep_days=30)
    free = RetentionRule(keep_free=FreeSpace(percent=5))
    assert read_retention(parse(TOOL, ["--keep-free", "5%"])) == free


@pytest.mark.parametrize("words", [["--keep-days", "0"], ["--keep-free", "5"], ["--keep-free", ""]])
def test_what_makes_no_sense_is_a_mistake(words: list[str]) -> None:
    with pytest.raises(CommandLineError):
        read_retention(parse(TOOL, words))
