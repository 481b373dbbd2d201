"""Confirmation of what changes an archive."""

import io
import sys

import pytest

from dicomdesk.cli.archive.confirming import CONFIRMING, is_confirmed
from dicomdesk.cli.options.grammar import Parameter, Tool, parse
from dicomdesk.logs import Level, Log, Route

TOOL = Tool(
    name="archive change",
    description="Change",
    parameters=(Parameter(name="what", text="what", is_optional=True),),
    groups=(CONFIRMING,),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("words", "stdin", "is_done"),
    [
        (["--yes"], io.StringIO(""), True),
        ([], io.StringIO("y\n"), False),
        ([], Terminal("y\n"), True),
        ([], Terminal(" YES \n"), True),
        ([], Terminal("\n"), False),
        ([], Terminal(""), False),
    ],
)
def test_it_takes_yes_of_the_command_line_or_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, words: list[str], stdin: io.StringIO, *, is_done: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    logger = Log({"": Route(level=Level.WARN)}).logger("test")
    assert is_confirmed(parse(TOOL, words), "Change it?", logger) is is_done
