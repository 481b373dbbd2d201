from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from dicomdesk.gui.main_window import MainWindow
from dicomdesk.gui.receive.element_nodes import NAME, TAG, VALUE
from dicomdesk.gui.receive.elements_dialog import ElementsDialog
from tests.helpers.data.datasets import Builder, part10

WaitUntil = Callable[[Callable[[], bool]], None]
B = Builder()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    items = [B.item(B.element(0x00080100, "SH", f"CODE{n}") + B.element(0x00080104, "LO", "Meaning")) for n in range(3)]
    data = (
        B.element(0x00080018, "UI", "1.2.3")
        + B.sequence(0x00082218, *items)
        + B.element(0x00090010, "LO", "ACME 1.1")
        + B.element(0x00091001, "LO", "inside")
        + B.element(0x00100010, "PN", "DOE^JANE")
        + B.element(0x00100020, "LO", "12345")
    )
    path = tmp_path / "one.dcm"
    path.write_bytes(part10(data))
    return path


def opened(window: MainWindow, path: Path, wait_until: WaitUntil) -> ElementsDialog:
    dialog = ElementsDialog(window.receive._theme, window._tasks, "CT", str(path), window)
    dialog.begin()
    wait_until(lambda: dialog.details.details().title != "Reading…")
    return dialog


def texts(dialog: ElementsDialog, column: int) -> list[str]:
    return [node.text(column) for node in dialog.model.root.children]


def test_elements_are_shown_and_found_by_tag_name_and_value(
    window: MainWindow, wait_until: WaitUntil, file: Path
) -> None:
    dialog = opened(window, file, wait_until)
    assert dialog.count.text().endswith(" elements")
    assert "DOE^JANE" in texts(dialog, VALUE)
    for typed, found in (("(0010,0020)", "12345"), ("00100010", "DOE^JANE"), ("patient name", "DOE^JANE")):
        dialog.search.setText(typed)
        wait_until(lambda: dialog.count.text() == "1 element fits")
        assert texts(dialog, VALUE) == [found]
        dialog.search.clear()
        wait_until(lambda: dialog.count.text().endswith(" elements"))
    dialog.search.setText("code1")
    wait_until(lambda: dialog.count.text() == "1 element fits")
    sequence = dialog.model.root.children[0]
    assert sequence.text(NAME) == "Anatomic Region Sequence"
    assert dialog.view.is_open(sequence)
    assert [item.text(TAG) for item in sequence.children] == ["Item 2"]
    assert [row.text(VALUE) for row in sequence.children[0].children] == ["CODE1"]
    dialog.search.setText("there is no such thing")
    wait_until(lambda: dialog.count.text() == "0 elements fit")
    dialog.close()


def test_value_and_row_are_copied_by_key(window: MainWindow, wait_until: WaitUntil, file: Path) -> None:
    dialog = opened(window, file, wait_until)
    node = next(node for node in dialog.model.root.children if node.text(VALUE) == "DOE^JANE")
    dialog.view.select_node(node)
    assert dialog.details.details().title == "(0010,0010) Patient Name, PN"
    dialog.details.buttons()[0].click()
    assert QGuiApplication.clipboard().text() == "DOE^JANE"
    dialog.details.buttons()[1].click()
    assert QGuiApplication.clipboard().text() == "(0010,0010)\tPatient Name\tPN\tDOE^JANE"
    sequence = next(node for node in dialog.model.root.children if node.text(VALUE) == "3 items")
    dialog.view.select_node(sequence)
    QTest.keyClick(dialog.view, Qt.Key.Key_Return)
    assert dialog.view.is_open(sequence)
    assert [item.text(TAG) for item in sequence.children] == ["Item 1", "Item 2", "Item 3"]
    QTest.keyClick(dialog.view, Qt.Key.Key_Return)
    assert not dialog.view.is_open(sequence)
    dialog.close()


def test_file_that_is_gone_or_no_dicom_is_said(window: MainWindow, wait_until: WaitUntil, tmp_path: Path) -> None:
    dialog = opened(window, tmp_path / "gone.dcm", wait_until)
    assert dialog.details.details().title == "The file cannot be shown"
    assert "No such file" in dialog.details.details().text
    dialog.close()
    (tmp_path / "text").write_text("no DICOM" * 99)
    dialog = opened(window, tmp_path / "text", wait_until)
    assert dialog.details.details().title == "The file cannot be shown"
    dialog.close()
