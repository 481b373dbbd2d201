import pytest

from dicomdesk.cli.dcmsend.options import TOOL
from dicomdesk.cli.options import shared as options
from dicomdesk.cli.options.grammar import CommandLine, parse


def line(*tokens: str) -> CommandLine:
    return parse(TOOL, [*tokens, "peer", "104", "file"])


@pytest.mark.parametrize(
    ("tokens", "is_quiet"), [([], False), (["-q"], True), (["-q", "-d"], False), (["-v", "-q"], True)]
)
def test_rightmost_of_quiet_verbose_and_debug_counts(tokens: list[str], is_quiet: bool) -> None:
    assert options.is_quiet(line(*tokens)) is is_quiet


def test_timeouts_have_dcmtks_defaults() -> None:
    timeouts = options.read_timeouts(line())
    assert (timeouts.connect_s, timeouts.acse_s, timeouts.dimse_s, timeouts.socket_s) == (None, 30.0, None, 60.0)


def test_timeouts_are_read() -> None:
    timeouts = options.read_timeouts(line("-to", "1", "-ta", "2", "-td", "3x"))
    assert (timeouts.connect_s, timeouts.acse_s, timeouts.dimse_s) == (1.0, 2.0, 3.0)


def test_pdu_has_dcmtks_default_and_limits() -> None:
    assert options.read_max_pdu(line()) == 16384
    assert options.read_max_pdu(line("-pdu", "4096")) == options.SMALLEST_MAX_PDU_BYTES
    assert options.read_max_pdu(line("-pdu", "131072")) == options.LARGEST_MAX_PDU_BYTES


def test_general_options_begin_with_help() -> None:
    group = options.general_options(exclusive=(options.JSON,))
    assert [option.long for option in group.options][:4] == ["--help", "--version", "--json", "--arguments"]
