import pytest

from dicomdesk.cli.dcmqrscp.options import TOOL, check_parameters, read_port
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.options.usage import synopsis, usage_text


def test_the_port_may_be_left_out() -> None:
    assert synopsis(TOOL) == "[options] [port]"
    assert read_port(parse(TOOL, [])) is None
    assert read_port(parse(TOOL, ["-v"])) is None
    assert read_port(parse(TOOL, ["104"])) == 104


def test_two_ports_are_too_many() -> None:
    with pytest.raises(CommandLineError, match="Too many parameters"):
        parse(TOOL, ["104", "105"])


def test_the_port_is_checked_before_the_log_is_opened() -> None:
    with pytest.raises(CommandLineError, match=r"Invalid parameter value 0 \(underflow\)"):
        check_parameters(parse(TOOL, ["-q", "0"]))


def test_no_name_is_given_twice() -> None:
    names = [name for option in TOOL.options() for name in (option.short, option.long) if name]
    assert len(names) == len(set(names))


def test_extensions_have_long_names_only() -> None:
    extensions = TOOL.groups[-1]
    assert extensions.title.startswith("extensions")
    assert not [option.short for option in extensions.walk() if option.short]


def test_the_old_option_for_more_words_is_understood_and_not_shown() -> None:
    assert parse(TOOL, ["-vv"]).has("--very-verbose")
    assert "--very-verbose" not in usage_text(TOOL)
