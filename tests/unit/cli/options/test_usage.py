import re

import pytest

from dicomdesk import __version__
from dicomdesk.cli.dcmrecv import options as dcmrecv_options
from dicomdesk.cli.dcmsend import options as dcmsend_options
from dicomdesk.cli.options.grammar import Option, OptionGroup, Tool
from dicomdesk.cli.options.usage import error_text, identifier, usage_text, version_text

BOTH = pytest.mark.parametrize("tool", [dcmsend_options.TOOL, dcmrecv_options.TOOL], ids=lambda tool: tool.name)


@BOTH
def test_first_line_names_tool_and_version(tool: Tool) -> None:
    for text in (usage_text(tool), version_text(tool), error_text(tool, "x")):
        assert text.splitlines()[0] == identifier(tool)
    assert re.match(rf"\$\w+: {tool.name} v{re.escape(__version__)} ", identifier(tool))


def test_error_block_is_header_and_error() -> None:
    lines = error_text(dcmsend_options.TOOL, "Missing parameter port").splitlines()
    assert lines[1] == ""
    assert lines[2].startswith("dcmsend: ")
    assert lines[3:] == ["error: Missing parameter port"]


@BOTH
def test_usage_has_dcmtks_layout(tool: Tool) -> None:
    lines = usage_text(tool).splitlines()
    assert lines[2] == f"{tool.name}: {tool.description}"
    assert lines[3].startswith(f"usage: {tool.name} [options] ")
    assert lines[4:6] == ["", "parameters:"]
    names = [parameter.name for parameter in tool.parameters]
    assert [line.split()[0] for line in lines[6 : 6 + len(names)]] == names
    assert "general options:" in lines
    assert "  -h      --help                 show this text and exit" in lines
    assert not any(len(line) > 84 or line != line.rstrip() for line in lines)


def test_options_of_a_group_stand_under_its_title() -> None:
    lines = usage_text(dcmsend_options.TOOL).splitlines()
    at = lines.index("  input file format:")
    assert lines[at - 1] == "input options:"
    assert lines[at + 1].startswith("    +f    --read-file            ")


def test_value_is_described_before_the_text() -> None:
    lines = usage_text(dcmsend_options.TOOL).splitlines()
    at = next(number for number, line in enumerate(lines) if "--max-send-pdu" in line)
    assert lines[at] == "          --max-send-pdu         [n]umber of bytes: integer (4096..131072)"
    assert lines[at + 1].startswith(" " * 33 + "send")


def test_hidden_options_are_not_shown() -> None:
    shown, hidden = Option(long="--shown", text=("s",)), Option(long="--hidden", text=("h",), is_hidden=True)
    tool = Tool(name="t", description="", parameters=(), groups=(OptionGroup(title="g", options=(shown, hidden)),))
    assert "--shown" in usage_text(tool)
    assert "--hidden" not in usage_text(tool)


@BOTH
def test_names_of_options_are_unique(tool: Tool) -> None:
    names = [name for option in tool.options() for name in (option.short, option.long) if name]
    assert len(names) == len(set(names))
