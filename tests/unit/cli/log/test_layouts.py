import os
import threading
import time

import pytest

from dicomdesk.cli.log.layouts import format_time, pattern_layout, simple_layout, ttcc_layout
from dicomdesk.logs import Level, Record

AT_S = 1_700_000_000.191042
RECORD = Record(Level.WARN, "dcmtk.apps.dcmsend", "bad file", AT_S)


def laid_out(pattern: str, record: Record = RECORD) -> str:
    mistakes: list[str] = []
    text = pattern_layout(pattern, mistakes.append)(record)
    assert not mistakes
    return text


def local(date_format: str) -> str:
    return time.strftime(date_format, time.localtime(AT_S))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%p: %m%n", "WARN: bad file\n"),
        ("%P", "W"),
        ("%5p|%-6p|%.3p|%10.2p|%3p", " WARN|WARN  |ARN|        RN|WARN"),
        ("%c|%c{1}|%-8c{1}|%c{2}|%c{9}", "dcmtk.apps.dcmsend|dcmsend|dcmsend |apps.dcmsend|dcmtk.apps.dcmsend"),
        ("%-12.30m|%m{3}|", "bad file    |bad file{3}|"),
        ("%%", "%"),
        ("abc\\n", "abc\\n"),
        ("", ""),
        ("%x%X%l%L%M", ""),
    ],
)
def test_pattern_gives_text(pattern: str, text: str) -> None:
    assert laid_out(pattern) == text


def test_pattern_knows_local_and_universal_time() -> None:
    assert laid_out("%D") == local("%Y-%m-%d %H:%M:%S")
    assert laid_out("%D{%H:%M:%S}") == local("%H:%M:%S")
    assert laid_out("%d{%Y-%m-%d %H:%M:%S.%q}") == "2023-11-14 22:13:20.191"
    assert laid_out("%d{%Q}") == "191.042"


def test_pattern_knows_process_and_threads() -> None:
    assert laid_out("%i") == str(os.getpid())
    assert laid_out("%t") == str(threading.get_ident())
    assert laid_out("%h") == laid_out("%H").partition(".")[0]
    assert laid_out("%r").lstrip("-").isdigit()
    assert laid_out("%b")
    assert laid_out("%F").endswith(laid_out("%b"))
    assert laid_out("%T").isdigit()


def test_doubled_percent_in_a_date_is_kept() -> None:
    assert format_time("%%q", AT_S) == "%q"


def test_unknown_directive_is_reported_and_stays() -> None:
    mistakes: list[str] = []
    text = pattern_layout("a %z %m", mistakes.append)(RECORD)
    assert text == "a %z bad file"
    assert mistakes == ["Unexpected char [z] at position 4 in conversion pattern."]


def test_lone_percent_stays() -> None:
    assert laid_out("50%") == "50%"


def test_simple_layout() -> None:
    assert simple_layout(RECORD) == "WARN - bad file\n"


def test_ttcc_layout_tells_milliseconds_or_the_time_asked_for() -> None:
    thread = threading.get_ident()
    assert ttcc_layout("%H:%M", print)(RECORD) == f"{local('%H:%M')} [{thread}] WARN dcmtk.apps.dcmsend <> - bad file\n"
    assert ttcc_layout("", print)(RECORD).partition(" ")[0].lstrip("-").isdigit()


@pytest.mark.parametrize("argument", ["²", "x", "-1", "1" * 5000, "٣x"])
def test_logger_name_of_no_number_of_parts_is_told_and_whole(argument: str) -> None:
    mistakes: list[str] = []
    text = pattern_layout(f"%c{{{argument}}}", mistakes.append)(RECORD)
    assert text.startswith("dcmtk.apps.dcmsend")
    assert bool(mistakes) is (len(argument) < 256)


@pytest.mark.parametrize("digits", ["999999999999", "9" * 5000])
@pytest.mark.parametrize("pattern", ["%{}m", "%-{}m", "%.{}m", "%1.{}m"])
def test_columns_have_a_largest_width(pattern: str, digits: str) -> None:
    assert len(laid_out(pattern.format(digits))) <= 4096


def test_date_format_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    mistakes: list[str] = []
    for layout in (pattern_layout("%D{%H\0}", mistakes.append), ttcc_layout("%H\0", mistakes.append)):
        assert layout(RECORD).startswith(local("%Y-%m-%d %H:%M:%S"))
    assert len(mistakes) == 2
