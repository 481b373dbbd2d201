import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.cli.log.configuration import load_log, read_properties
from dicomdesk.cli.options.grammar import CommandLineError
from dicomdesk.logs import Level, Log

CONSOLE = "log4cplus.appender.a = log4cplus::ConsoleAppender\n"
ROOT = "log4cplus.rootLogger = INFO, a\n"


def load(text: str, folder: Path, environment: dict[str, str] | None = None) -> Log:
    path = folder / "log.cfg"
    path.write_text(text)
    return load_log(str(path), application="dcmsend", environment=environment or {})


def write_three(log: Log) -> None:
    log.logger("dcmtk.apps.dcmsend").info("checking")
    log.logger("dcmtk.dcmnet").error("cannot add")
    log.logger("dcmtk.apps.dcmsend").fatal("bad file")
    log.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not contain any settings"),
        ("# only a comment = this\nno setting\n", "does not contain any settings"),
        ("foo = bar", "does not contain any valid settings"),
        ("log4cplus.foo = bar", "does not set up log4cplus.rootLogger"),
        ("log4cplus.rootLogger : INFO, a\n" + CONSOLE, "does not set up log4cplus.rootLogger"),
        ("log4cplus.rootLogger = FOO, a\n" + CONSOLE, "has no valid level for log4cplus.rootLogger"),
    ],
)
def test_file_without_settings_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(CommandLineError) as caught:
        load(text, tmp_path)
    assert str(caught.value) == f"Specified --log-config file {words}"


def test_missing_file_and_folder_do_not_exist(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nofile"):
        with pytest.raises(CommandLineError, match=r"^Specified --log-config file does not exist$"):
            load_log(str(path), application="x")


def test_unreadable_file_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_text(ROOT)

    def refuse(*_values: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("dicomdesk.cli.log.configuration.read_named_file", refuse)
    with pytest.raises(CommandLineError, match=r"^Specified --log-config file cannot be read$"):
        load_log(str(path), application="x")


def test_properties_are_trimmed_and_comments_left_out() -> None:
    assert read_properties(" a = b = c \n#d = e\n  # f = g\n\nh\ti=\n") == {"a": "b = c", "h\ti": ""}


def test_console_without_layout_is_simple_and_on_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_three(load(ROOT + CONSOLE, tmp_path))
    assert capsys.readouterr() == ("INFO - checking\nERROR - cannot add\nFATAL - bad file\n", "")


def test_console_may_be_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_three(load(ROOT + CONSOLE + "log4cplus.appender.a.logToStdErr = TRUE", tmp_path))
    assert capsys.readouterr().err == "INFO - checking\nERROR - cannot add\nFATAL - bad file\n"


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ("log4cplus.appender.a.Threshold = FATAL", ["FATAL - bad file"]),
        ("log4cplus.appender.a.Threshold = NONSENSE", ["INFO - checking", "ERROR - cannot add", "FATAL - bad file"]),
        ("log4cplus.logger.dcmtk.apps = FATAL", ["ERROR - cannot add", "FATAL - bad file"]),
        (
            "log4cplus.logger.dcmtk.apps = INHERIT, a",
            ["INFO - checking", "INFO - checking", "ERROR - cannot add", "FATAL - bad file", "FATAL - bad file"],
        ),
        (
            "log4cplus.logger.dcmtk.apps = INHERIT, a\nlog4cplus.additivity.dcmtk.apps = false",
            ["INFO - checking", "ERROR - cannot add", "FATAL - bad file"],
        ),
        (
            (
                "log4cplus.appender.a.layout = log4cplus::PatternLayout\n"
                "log4cplus.appender.a.layout.ConversionPattern = %5p: %m%n"
            ),
            [" INFO: checking", "ERROR: cannot add", "FATAL: bad file"],
        ),
        (
            (
                "log4cplus.appender.a.filters.1 = log4cplus::spi::LogLevelMatchFilter\n"
                "log4cplus.appender.a.filters.1.LogLevelToMatch = ERROR\n"
                "log4cplus.appender.a.filters.2 = log4cplus::spi::DenyAllFilter"
            ),
            ["ERROR - cannot add"],
        ),
        (
            (
                "log4cplus.appender.a.filters.1 = log4cplus::spi::LogLevelRangeFilter\n"
                "log4cplus.appender.a.filters.1.LogLevelMin = ERROR\n"
                "log4cplus.appender.a.filters.1.LogLevelMax = ERROR"
            ),
            ["ERROR - cannot add"],
        ),
        (
            (
                "log4cplus.appender.a.filters.1 = log4cplus::spi::StringMatchFilter\n"
                "log4cplus.appender.a.filters.1.StringToMatch = add\n"
                "log4cplus.appender.a.filters.1.AcceptOnMatch = false"
            ),
            ["INFO - checking", "FATAL - bad file"],
        ),
    ],
)
def test_settings_decide_what_is_shown(
    settings: str, shown: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_three(load(ROOT + CONSOLE + settings, tmp_path))
    assert capsys.readouterr().out.splitlines() == shown


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        (
            ROOT + "log4cplus.appender.a = log4cplus::FooAppender",
            ["Cannot find AppenderFactory", "Invalid appender: a"],
        ),
        (ROOT + "log4cplus.appender.a = log4cplus::FileAppender", ["Invalid filename"]),
        (
            ROOT + "log4cplus.appender.a = log4cplus::FileAppender\nlog4cplus.appender.a.File = nofolder/x",
            ["Unable to open file: nofolder/x"],
        ),
        (ROOT + CONSOLE + "log4cplus.appender.a.layout = Foo", ['Cannot find LayoutFactory: "Foo"']),
        (
            ROOT + CONSOLE + "log4cplus.appender.a.layout = log4cplus::PatternLayout",
            ["ConversionPattern not specified in properties"],
        ),
        (ROOT + CONSOLE + "log4cplus.appender.a.filters.1 = Foo", ["Cannot find FilterFactory: Foo"]),
        ("log4cplus.rootLogger = INFO", ["No appenders could be found"]),
        ("log4cplus.rootLogger =", ["No appenders could be found"]),
    ],
)
def test_mistake_is_told_and_the_rest_works(
    text: str, mistakes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_three(load(text, tmp_path))
    told = capsys.readouterr().err
    assert all(line.startswith("log4cplus:ERROR ") for line in told.splitlines())
    assert all(mistake in told for mistake in mistakes)


def test_variables_are_settings_then_facts_then_environment(tmp_path: Path) -> None:
    text = (
        "log4cplus.rootLogger = ${level}, a\n"
        "level = ERROR\n"
        "log4cplus.appender.a = log4cplus::FileAppender\n"
        f"log4cplus.appender.a.File = {tmp_path}/${{appname}}-${{pid}}-${{USER}}-${{nothing}}.log\n"
    )
    write_three(load(text, tmp_path, {"USER": "me", "level": "INFO", "appname": "never"}))
    file = tmp_path / f"dcmsend-{os.getpid()}-me-${{nothing}}.log"
    assert file.read_text() == "ERROR - cannot add\nFATAL - bad file\n"


@pytest.mark.parametrize("kind", ["RollingFileAppender", "DailyRollingFileAppender"])
def test_rolling_files_are_written(kind: str, tmp_path: Path) -> None:
    text = (
        f"{ROOT}log4cplus.appender.a = log4cplus::{kind}\nlog4cplus.appender.a.File = {tmp_path}/x.log\n"
        "log4cplus.appender.a.MaxFileSize = 5MB\nlog4cplus.appender.a.MaxBackupIndex = 10\n"
        "log4cplus.appender.a.Schedule = HOURLY\nlog4cplus.appender.a.Append = true\n"
    )
    for _ in range(2):
        write_three(load(text, tmp_path))
    assert len((tmp_path / "x.log").read_text().splitlines()) == 6


def test_null_and_syslog_appenders_are_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "log4cplus.rootLogger = FATAL, a, b\nlog4cplus.appender.a = log4cplus::NullAppender\n"
        "log4cplus.appender.b = log4cplus::SysLogAppender\nlog4cplus.appender.b.ident = x\n"
    )
    log = load(text, tmp_path)
    assert log.logger("x").level is Level.FATAL
    log.close()
    assert capsys.readouterr() == ("", "")


def test_ttcc_layout_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_three(load(ROOT + CONSOLE + "log4cplus.appender.a.layout = log4cplus::TTCCLayout", tmp_path))
    assert "] ERROR dcmtk.dcmnet <> - cannot add" in capsys.readouterr().out


@pytest.mark.parametrize("where", ["log4cplus.appender.a.File = {}\0", "# a comment\0"])
def test_file_with_a_nul_is_refused(where: str, tmp_path: Path) -> None:
    with pytest.raises(CommandLineError, match="holds a NUL character"):
        load(ROOT + CONSOLE + where, tmp_path)


def test_file_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(CommandLineError, match="cannot be read"):
        load_log(str(path), application="x")


def test_variables_that_grow_without_bound_are_refused(tmp_path: Path) -> None:
    text = f"log4cplus.a = {'x' * 100_000}\nlog4cplus.b = {'${log4cplus.a}' * 10_000}\n{ROOT}"
    with pytest.raises(CommandLineError, match="too large"):
        load(text, tmp_path)


def test_file_appender_does_not_wait_for_the_reader_of_a_fifo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "fifo")
    appender = f"log4cplus.appender.a = log4cplus::FileAppender\nlog4cplus.appender.a.File = {tmp_path / 'fifo'}\n"
    write_three(load(ROOT + appender, tmp_path))
    assert "Unable to open file" in capsys.readouterr().err


_KEYS = st.sampled_from(
    [
        "rootLogger", "logger.dcmtk", "additivity.dcmtk", "appender.a", "appender.a.layout", "appender.a.Threshold",
        "appender.a.layout.ConversionPattern", "appender.a.layout.DateFormat", "appender.a.MaxFileSize",
        "appender.a.MaxBackupIndex", "appender.a.Append", "appender.a.ident", "appender.a.facility",
        "appender.a.filters.1", "appender.a.filters.1.LogLevelMin", "appender.a.filters.1.StringToMatch",
    ]
)  # fmt: skip
_VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "INFO, a", "DEBUG, a, b", "log4cplus::ConsoleAppender", "log4cplus::SysLogAppender", "UPTO", "PID",
            "log4cplus::NullAppender", "log4cplus::PatternLayout", "log4cplus::TTCCLayout", "log4cplus::SimpleLayout",
            "log4cplus::spi::StringMatchFilter", "log4cplus::spi::LogLevelRangeFilter", "${log4cplus.rootLogger}", "²",
        ]
    ),
    st.from_regex(r"(%-?[0-9]{0,12}(\.[0-9]{0,12})?[a-zA-Z%](\{[^}]{0,8}\})?){1,4}", fullmatch=True),
)  # fmt: skip


@pytest.mark.long
@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_KEYS, _VALUES, max_size=8), st.binary(max_size=20))
def test_any_configuration_gives_a_log_or_an_error_of_ours(values: dict[str, str], rest: bytes) -> None:
    text = "".join(f"log4cplus.{key} = {value}\n" for key, value in {"rootLogger": "INFO, a", **values}.items())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.cfg")
        path.write_bytes(text.encode("utf-8", "surrogatepass") + rest)
        with suppress(CommandLineError):
            write_three(load_log(str(path), application="dcmsend", environment={}))
