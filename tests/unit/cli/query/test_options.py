from dicomdesk.cli.findscu.options import TOOL
from dicomdesk.cli.options.grammar import parse
from dicomdesk.cli.query.options import IDENTITY, read_compression_level, read_offer


def test_levels_of_compression_are_for_deflated_proposals() -> None:
    assert read_compression_level(parse(TOOL, ["-xd", "+cl", "9", "h", "1"])) == 9
    assert read_compression_level(parse(TOOL, ["-xd", "+cl", "0", "h", "1"])) == 0
    assert read_compression_level(parse(TOOL, ["h", "1"])) == 6


def test_the_last_proposal_counts() -> None:
    assert read_offer(parse(TOOL, ["-xb", "-xi", "h", "1"])) == ("1.2.840.10008.1.2",)


def test_options_that_dcmtk_has_not_got_take_no_letters() -> None:
    assert {option.short for option in IDENTITY} == {""}
