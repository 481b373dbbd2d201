"""The dialog of a report: the summary first, saved by the end of a name, copied as text, printed as a page."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from dicomdesk.engine.events import ItemOutcome
from dicomdesk.errors import ReportError
from dicomdesk.gui.dialogs import report as module
from dicomdesk.gui.dialogs.report import ReportDialog
from dicomdesk.gui.tasks import Tasks
from tests.helpers.jobs.sample_reports import record, report

REFUSED = record(2, path="bad.dcm", outcome=ItemOutcome.REFUSED, status=0xA700, reason="Out of <room>.")


@pytest.fixture
def dialog(qtbot: QtBot, tasks: Tasks) -> ReportDialog:
    made = ReportDialog([report(record(), REFUSED)], tasks)
    qtbot.addWidget(made)
    return made


def test_a_report_begins_with_its_summary_and_names_what_needs_attention(dialog: ReportDialog) -> None:
    assert not dialog.isModal()
    text = dialog.text()
    assert text.startswith("Report on the transfer of instances\n1 of 2 instances stored by the peer.")
    assert text.index("What needs attention (1)") < text.index("Out of <room>.") < text.index("All instances (2)")


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("r.html", "<!DOCTYPE html>"), ("r.csv", "number,path,"), ("r.txt", "Detailed Report"), ("r.json", "{")],
)
def test_a_report_is_saved_in_the_format_of_its_name(
    dialog: ReportDialog, tmp_path: Path, name: str, beginning: str
) -> None:
    dialog.write(str(tmp_path / name))
    content = (tmp_path / name).read_text()
    assert content.startswith(beginning)
    if name == "r.json":
        assert len(json.loads(content)["instances"]) == 2


def test_a_report_that_cannot_be_saved_says_so(dialog: ReportDialog, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot write detailed report"):
        dialog.write(str(tmp_path))


def test_a_report_is_copied_as_text(dialog: ReportDialog, loop: asyncio.AbstractEventLoop, tasks: Tasks) -> None:
    dialog.copy_button.click()
    loop.run_until_complete(tasks.finish(20))
    assert "Number of SOP instances  : 2" in QGuiApplication.clipboard().text()


def test_a_report_is_printed_as_a_page(dialog: ReportDialog, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "r.pdf"))
    dialog.print_to(printer)
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_of_a_long_report_so_much_is_shown_and_it_is_said_how_much_more_there_is(
    qtbot: QtBot, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SHOWN", 3)
    dialog = ReportDialog([report(*(record(number, path=f"{number}.dcm") for number in range(1, 11)))], tasks)
    qtbot.addWidget(dialog)
    assert "10 of 10 instances stored" in dialog.text()
    assert "3.dcm" in dialog.text()
    assert "4.dcm" not in dialog.text()
    assert "7 more are in the report as a file." in dialog.text()


def test_reports_on_several_peers_are_chosen_by_peer(tasks: Tasks, qtbot: QtBot, tmp_path: Path) -> None:
    other = replace(report(record()), called_ae_title="ARCHIVE", peer_host="archive.example")
    dialog = ReportDialog([report(record(), REFUSED), other], tasks)
    qtbot.addWidget(dialog)
    words = [dialog.chosen.itemText(number) for number in range(dialog.chosen.count())]
    assert [word.partition(": ")[2] for word in words] == ["1 of 2 stored", "1 of 1 stored"]
    assert words[1].startswith("ARCHIVE")
    assert "archive.example" not in dialog.text()
    dialog.chosen.setCurrentIndex(1)
    assert "archive.example" in dialog.text()
    dialog.write(str(tmp_path / "report.txt"))
    assert "archive.example" in (tmp_path / "report.txt").read_text(encoding="utf-8")
