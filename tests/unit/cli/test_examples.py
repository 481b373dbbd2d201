import shlex

import pytest

from dicomdesk.cli.catalogue import TOOLS, load_program
from dicomdesk.cli.examples import EXAMPLES, shell_line
from dicomdesk.cli.options.grammar import parse

COMMANDS = [
    command
    for examples in EXAMPLES.values()
    for example in examples
    for command in example.commands
    if not command.startswith("$")
]


def test_every_tool_has_examples() -> None:
    assert list(EXAMPLES) == list(TOOLS)
    assert all(EXAMPLES.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_is_a_command_line_that_the_tool_takes(command: str) -> None:
    name, *words = shlex.split(command)
    line = parse(load_program(name).tool, words)
    assert line.parameters or line.occurrences


def test_what_is_typed_stands_behind_a_prompt() -> None:
    assert shell_line("echoscu peer 104") == "$ dicomdesk echoscu peer 104"
    assert shell_line("$ curl") == "$ curl"
