import pytest

from dicomdesk.cli.echoscu.options import TOOL, check_port, read_options
from dicomdesk.cli.options.grammar import CommandLineError, parse


def test_defaults_are_those_of_dcmtk() -> None:
    options = read_options(parse(TOOL, ["host", "104"]))
    assert options.peer is not None
    assert (str(options.peer), options.peer.tls) == ("ANY-SCP@host:104", None)
    assert options.association.calling_ae_title == "ECHOSCU"
    assert (options.contexts, options.transfer_syntaxes, options.repeats) == (1, ("1.2.840.10008.1.2",), 1)
    timeouts = options.association.timeouts
    assert (timeouts.connect_s, timeouts.socket_s, timeouts.acse_s, timeouts.dimse_s) == (None, 60.0, 30.0, None)
    assert (options.aborts_at_end, options.diagnoses, options.writes_json) == (False, False, False)


def test_all_transfer_syntaxes_can_be_proposed() -> None:
    options = read_options(parse(TOOL, ["-pts", "38", "-ppc", "128", "h", "1"]))
    assert (len(options.transfer_syntaxes), options.contexts) == (38, 128)


def test_certificates_are_checked_without_a_peer() -> None:
    line = parse(TOOL, ["+vc", "file"])
    check_port(line)
    options = read_options(line)
    assert (options.peer, options.certificate_to_check, options.root_to_check) == (None, "file", "")


def test_port_is_checked_first() -> None:
    with pytest.raises(CommandLineError, match="underflow"):
        check_port(parse(TOOL, ["h", "0"]))


def test_options_that_dcmtk_lacks_are_long_only() -> None:
    (extensions,) = [group for group in TOOL.groups if group.title.startswith("extensions")]
    assert all(not option.short for option in extensions.walk())
    assert "--verbose-pc" not in {option.long for option in TOOL.options()}
