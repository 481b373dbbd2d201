from pathlib import Path

import pytest

from dicomdesk.cli.dcmrecv.options import TOOL
from dicomdesk.cli.log.options import open_log
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.logs import Level


def level_of(*tokens: str) -> Level:
    return open_log(parse(TOOL, [*tokens, "104"]), "dcmrecv").logger("dcmtk.apps.dcmrecv").level


@pytest.mark.parametrize(
    ("tokens", "level"),
    [
        ([], Level.WARN),
        (["-q"], Level.FATAL),
        (["-v"], Level.INFO),
        (["-d"], Level.DEBUG),
        (["-d", "-q", "-v"], Level.INFO),
        (["-v", "-d", "-q"], Level.FATAL),
        (["-ll", "trace"], Level.TRACE),
        (["-ll", "INFO"], Level.INFO),
        (["-ll", "off"], Level.OFF),
        (["-ll", "nonsense", "-ll", "error"], Level.ERROR),
    ],
)
def test_rightmost_option_sets_the_level(tokens: list[str], level: Level) -> None:
    assert level_of(*tokens) is level


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (["-v", "-ll", "info"], "--log-level not allowed with --verbose, --debug or --quiet"),
        (["-ll", "nonsense", "-q"], "--log-level not allowed with --verbose, --debug or --quiet"),
        (["-ll", "nonsense"], "Invalid log level for --log-level option"),
        (["-ll", ""], "Invalid log level for --log-level option"),
        (["-ll", "nonsense", "-lc", "nofile"], "Invalid log level for --log-level option"),
        (["-ll", "info", "-lc", "nofile"], "--log-config not allowed with --log-level"),
        (["-lc", "nofile", "-v"], "--log-config not allowed with --verbose, --debug or --quiet"),
        (["-lc", "nofile"], "Specified --log-config file does not exist"),
    ],
)
def test_contradictions_are_refused_in_dcmtks_order(tokens: list[str], message: str) -> None:
    with pytest.raises(CommandLineError) as caught:
        level_of(*tokens)
    assert str(caught.value) == message


def test_configuration_file_sets_the_level(tmp_path: Path) -> None:
    path = tmp_path / "log.cfg"
    path.write_text("log4cplus.rootLogger = ERROR, a\nlog4cplus.appender.a = log4cplus::NullAppender\n")
    assert level_of("-lc", str(path)) is Level.ERROR
