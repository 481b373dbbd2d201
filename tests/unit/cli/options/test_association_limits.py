import pytest

from dicomdesk.cli.dcmqrscp.options import TOOL as DCMQRSCP
from dicomdesk.cli.dcmqrscp.settings import read_options as read_archive_options
from dicomdesk.cli.dcmrecv.options import TOOL as DCMRECV
from dicomdesk.cli.dcmrecv.options import read_options as read_receive_options
from dicomdesk.cli.options.association_limits import LIMIT_OPTIONS, read_place_rules
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError, OptionGroup, Tool, parse
from dicomdesk.settings import PlaceRules

TOOL = Tool(name="try", description="", parameters=(), groups=(OptionGroup(title="extensions", options=LIMIT_OPTIONS),))
ALL = "--address-share 3 --make-room-after 120 --least-rate 1000"
RULES = PlaceRules(address_share=3, room_after_s=120.0, least_bytes_per_s=1000)


def line(words: str, tool: Tool = TOOL) -> CommandLine:
    return parse(tool, words.split())


def test_nothing_given_is_the_default() -> None:
    assert read_place_rules(line("")) == PlaceRules()


def test_every_option_reaches_the_rules() -> None:
    assert read_place_rules(line(ALL)) == RULES


def test_zero_switches_off() -> None:
    rules = read_place_rules(line("--make-room-after 0 --least-rate 0"))
    assert rules.room_after_s is None
    assert rules.least_bytes_per_s == 0


def test_both_tools_have_them() -> None:
    assert read_receive_options(line(f"{ALL} 104", DCMRECV)).request.acceptance.places == RULES
    assert read_archive_options(line(f"{ALL} 104", DCMQRSCP), lambda _: None).settings.places == RULES


@pytest.mark.parametrize("words", ["--address-share 0", "--make-room-after -1", "--least-rate x"])
def test_what_is_no_number_is_refused(words: str) -> None:
    with pytest.raises(CommandLineError):
        read_place_rules(line(words))
