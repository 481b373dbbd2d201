from pathlib import Path

from pytestqt.qtbot import QtBot

from dicomdesk.engine.receive.request import FileNaming, Storage, SubFolders
from dicomdesk.gui.entries.storing_entry import StoringEntry
from dicomdesk.gui.theme import Theme

PLAIN = Storage(folder=Path("/in"), naming=FileNaming.ONLY_INSTANCE_UID)


def test_what_went_in_comes_out(theme: Theme, qtbot: QtBot) -> None:
    for storage in (PLAIN, Storage(sub_folders=SubFolders.SERIES_DATE, extension=".DCM")):
        entry = StoringEntry(theme, storage)
        qtbot.addWidget(entry)
        assert entry.value() == storage


def test_example_follows_the_choice(theme: Theme, qtbot: QtBot) -> None:
    entry = StoringEntry(theme, PLAIN)
    qtbot.addWidget(entry)
    assert entry.example.text() == "/in/1.2.840.99999.1.4.17"
    entry.folders.setCurrentIndex(1)
    entry.folders.activated.emit(1)
    chosen = entry.value()
    assert (chosen.sub_folders, chosen.extension) == (SubFolders.PATIENT_STUDY_SERIES, ".dcm")
    assert entry.example.text().endswith("1.2.840.99999.1.4.17.dcm")
    assert "DOE" in entry.example.text()
    assert entry.example.text().count("/") >= 4
    entry.extension.setChecked(False)
    assert not entry.example.text().endswith(".dcm")
    assert entry.summary().startswith("Folders of patient")
