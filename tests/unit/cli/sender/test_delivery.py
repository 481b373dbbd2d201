from pathlib import Path

import pytest

from dicomdesk.cli.sender.delivery import write_report_file
from dicomdesk.engine.delivery.report import Report
from dicomdesk.engine.delivery.report_files import ReportFormat
from dicomdesk.logs import Level, console_log

REPORT = Report(
    peer_host="peer",
    peer_port=104,
    calling_ae_title="A",
    called_ae_title="B",
    associations=1,
    contexts_proposed=1,
    items=(),
)
LOGGER = console_log(Level.DEBUG).logger("test")


def test_report_is_written_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report"
    assert write_report_file(REPORT, str(path), ReportFormat.JSON_LINES, LOGGER)
    assert path.read_text().startswith("{")
    assert capsys.readouterr().err == "I: creating detailed report on the transfer ...\n"


def test_file_that_is_there_is_overwritten_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report"
    path.write_text("old")
    assert write_report_file(REPORT, str(path), ReportFormat.TEXT, LOGGER)
    assert "old" not in path.read_text()
    assert f"W: file '{path}' already exists, overwriting" in capsys.readouterr().err


def test_report_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not write_report_file(REPORT, str(tmp_path), ReportFormat.TEXT, LOGGER)
    said, words, reason = capsys.readouterr().err.splitlines()[1:]
    assert said == f"E: cannot write detailed report to file '{tmp_path}'"
    assert words.startswith("W:   Is a directory. ")
    assert reason == "D: Is a directory"
