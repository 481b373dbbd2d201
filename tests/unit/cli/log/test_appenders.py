import os
import time
from pathlib import Path

import pytest

from dicomdesk.cli.log.appenders import (
    SMALLEST_ROLLING_BYTES,
    DailyRollingFileAppender,
    FileAppender,
    FilterDecision,
    FilteredAppender,
    NullAppender,
    RollingFileAppender,
    Schedule,
    SyslogAppender,
)
from dicomdesk.cli.log.layouts import simple_layout
from dicomdesk.logs import Level, Record, StreamAppender

LONG = "x" * 50_000


def record(text: str, level: Level = Level.INFO, at_s: float = 0.0) -> Record:
    return Record(level, "a", text, at_s or time.time())


def test_file_is_begun_again_or_continued(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    for is_appending in (False, True, False):
        appender = FileAppender(simple_layout, str(path), is_appending=is_appending)
        appender.append(record("text"))
        appender.flush()
        lines = path.read_text().splitlines()
        appender.close()
        assert lines == ["INFO - text"] * (2 if is_appending else 1)


def test_file_that_cannot_be_opened_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        FileAppender(simple_layout, str(tmp_path / "nofolder" / "x"), is_appending=False)


def test_closed_file_swallows_records(tmp_path: Path) -> None:
    appender = FileAppender(simple_layout, str(tmp_path / "x"), is_appending=False)
    appender.close()
    appender.append(record("late"))
    appender.flush()
    assert (tmp_path / "x").read_text() == ""


def test_rolling_file_keeps_as_many_old_files_as_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    appender = RollingFileAppender(simple_layout, str(path), is_appending=False, limit_bytes=1, backups=2)
    for number in range(22):
        appender.append(record(f"{number} {LONG}"))
    appender.close()
    assert sorted(found.name for found in tmp_path.iterdir()) == ["x.log", "x.log.1", "x.log.2"]
    assert path.read_text().startswith("INFO - 20")
    assert (tmp_path / "x.log.1").read_text().startswith("INFO - 15")
    assert (tmp_path / "x.log.2").read_text().startswith("INFO - 10")


def test_rolling_file_is_not_rotated_below_the_smallest_size(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    appender = RollingFileAppender(simple_layout, str(path), is_appending=False, limit_bytes=1, backups=1)
    for _ in range(SMALLEST_ROLLING_BYTES // (len(LONG) + 8)):
        appender.append(record(LONG))
    appender.close()
    assert [found.name for found in tmp_path.iterdir()] == ["x.log"]


@pytest.mark.parametrize(
    ("schedule", "suffix"),
    [
        (Schedule.MONTHLY, "2023-11"),
        (Schedule.DAILY, "2023-11-14"),
        (Schedule.TWICE_DAILY, "2023-11-14-PM"),
        (Schedule.HOURLY, "2023-11-14-22"),
        (Schedule.MINUTELY, "2023-11-14-22-13"),
    ],
)
def test_daily_rolling_file_is_named_after_its_period(
    schedule: Schedule, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "localtime", time.gmtime)
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
    path = tmp_path / "day.log"
    appender = DailyRollingFileAppender(simple_layout, str(path), is_appending=False, schedule=schedule, backups=3)
    appender.append(record("old", at_s=1_700_000_000.0))
    appender.append(record("new", at_s=1_800_000_000.0))
    appender.close()
    assert (tmp_path / f"day.log.{suffix}").read_text() == "INFO - old\n"
    assert path.read_text() == "INFO - new\n"


def test_daily_rolling_file_keeps_an_earlier_file_of_the_same_period(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "localtime", time.gmtime)
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
    (tmp_path / "day.log.2023-11-14").write_text("earlier")
    appender = DailyRollingFileAppender(
        simple_layout, str(tmp_path / "day.log"), is_appending=False, schedule=Schedule.DAILY, backups=3
    )
    appender.append(record("old", at_s=1_700_000_000.0))
    appender.append(record("new", at_s=1_700_100_000.0))
    appender.close()
    assert (tmp_path / "day.log.2023-11-14").read_text() == "INFO - old\n"
    assert (tmp_path / "day.log.2023-11-14.1").read_text() == "earlier"


def test_stream_appender_writes_where_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for is_error_stream in (True, False):
        appender = StreamAppender(simple_layout, is_error_stream=is_error_stream)
        appender.append(record("text"))
        appender.close()
    assert capsys.readouterr() == ("INFO - text\n", "INFO - text\n")


@pytest.mark.parametrize(
    ("verdicts", "is_shown"),
    [
        ([], True),
        ([FilterDecision.NEUTRAL], True),
        ([FilterDecision.DENY], False),
        ([FilterDecision.ACCEPT, FilterDecision.DENY], True),
        ([FilterDecision.NEUTRAL, FilterDecision.DENY, FilterDecision.ACCEPT], False),
    ],
)
def test_first_filter_that_decides_counts(
    verdicts: list[FilterDecision], is_shown: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    filters = tuple((lambda _record, verdict=verdict: verdict) for verdict in verdicts)
    appender = FilteredAppender(StreamAppender(simple_layout, is_error_stream=False), Level.ALL, filters)
    appender.append(record("text"))
    appender.flush()
    appender.close()
    assert capsys.readouterr().out == ("INFO - text\n" if is_shown else "")


def test_threshold_holds_back_what_is_below(capsys: pytest.CaptureFixture[str]) -> None:
    appender = FilteredAppender(StreamAppender(simple_layout, is_error_stream=False), Level.WARN, ())
    for level in (Level.INFO, Level.WARN, Level.FATAL):
        appender.append(record("text", level))
    appender.flush()
    assert capsys.readouterr().out == "WARN - text\nFATAL - text\n"


def test_null_appender_takes_everything() -> None:
    appender = NullAppender()
    appender.append(record("text"))
    appender.flush()
    appender.close()


def test_syslog_gets_priority_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    syslog = pytest.importorskip("syslog")
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(syslog, "openlog", lambda *values: sent.append(values))
    monkeypatch.setattr(syslog, "syslog", lambda *values: sent.append(values))
    appender = SyslogAppender(simple_layout, ident="pacs", facility="local3")
    for level in (Level.FATAL, Level.DEBUG):
        appender.append(record("text", level))
    appender.flush()
    appender.close()
    assert sent == [
        ("pacs", 0, syslog.LOG_LOCAL3),
        (syslog.LOG_CRIT, "FATAL - text"),
        (syslog.LOG_DEBUG, "DEBUG - text"),
    ]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
def test_full_disk_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    appender = FileAppender(simple_layout, "/dev/full", is_appending=False)
    for _ in range(3):
        appender.append(record("text"))
        appender.flush()
    appender.close()
    assert capsys.readouterr().err == "log4cplus:ERROR Unable to write to file: /dev/full: No space left on device\n"


@pytest.mark.parametrize("facility", ["", "UPTO", "MASK", "PID", "nothing", "LOCAL7", "\0"])
def test_system_log_takes_any_text(facility: str) -> None:
    appender = SyslogAppender(simple_layout, ident="dicomdesk\udc80\0", facility=facility)
    appender.append(record("text \0 \udc80"))
