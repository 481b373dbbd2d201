import shlex

import pytest

from dicomdesk.cli.catalogue import TOOLS, load_all_programs, load_program
from dicomdesk.cli.examples import EXAMPLES, examples_of, shell_line
from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.program import find_command

COMMANDS = [
    command
    for program in load_all_programs().values()
    for example in examples_of(program.tool)
    for command in example.commands
    if not command.startswith("$")
]


def test_every_tool_has_examples() -> None:
    assert list(EXAMPLES) == list(TOOLS)
    assert all(EXAMPLES.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_example_is_a_command_line_that_the_tool_takes(command: str) -> None:
    name, *words = shlex.split(command)
    program, rest = find_command(load_program(name), words)
    line = parse(program.tool, rest)
    assert line.parameters or line.occurrences or not program.tool.mandatory_parameters


def test_what_is_typed_stands_behind_a_prompt() -> None:
    assert shell_line("echoscu peer 104") == "$ dicomdesk echoscu peer 104"
    assert shell_line("$ curl") == "$ curl"
