"""Choice of folders and names for what is received, with an example that follows it."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dicomdesk.dicom.instance import InstanceHeader
from dicomdesk.dicom.sop_classes import find_uid_by_symbol
from dicomdesk.engine.receive.naming import example_path
from dicomdesk.engine.receive.request import Storage, SubFolders
from dicomdesk.gui.controls.check_box import CheckBox
from dicomdesk.gui.controls.combo import Combo
from dicomdesk.gui.controls.form import Form
from dicomdesk.gui.controls.message_line import MessageLine
from dicomdesk.gui.layouts import column_of
from dicomdesk.gui.theme import GRID, Theme
from dicomdesk.gui.window_state import WindowState
from dicomdesk.human import printable

__all__ = ["READABLE_EXTENSION", "StoringEntry", "storage_of"]

READABLE_EXTENSION = ".dcm"
_CHOICES = (SubFolders.NONE, SubFolders.PATIENT_STUDY_SERIES, SubFolders.SERIES_DATE)
_EXAMPLE = InstanceHeader(
    sop_class_uid=find_uid_by_symbol("CTImageStorage") or "",
    sop_instance_uid="1.2.840.99999.1.4.17",
    transfer_syntax_uid="1.2.840.10008.1.2.1",
    data_set_offset=0,
    data_set_length=0,
    patient_id="12345",
    patient_name="DOE^JANE",
    study_instance_uid="1.2.840.99999.1",
    study_date="20261120",
    study_description="CT abdomen",
    accession_number="A4711",
    series_instance_uid="1.2.840.99999.1.4",
    series_number="4",
    series_description="Axial 1.0",
    series_date="20261120",
    modality="CT",
)


def storage_of(state: WindowState) -> Storage:
    """Return how files are named and sorted; what makes no sense is as at a first start."""
    kinds = {kind.value: kind for kind in SubFolders}
    extension = state.listen_extension if state.listen_extension in {"", READABLE_EXTENSION} else ""
    sub_folders = kinds.get(state.listen_sub_folders, SubFolders.NONE)
    return Storage(folder=Path(state.listen_folder), sub_folders=sub_folders, extension=extension)


class StoringEntry(QWidget):
    """Asks how files are named and sorted into folders."""

    changed = Signal()

    def __init__(self, theme: Theme, storage: Storage) -> None:
        """``storage`` has what is chosen now; its other values come out as they went in."""
        super().__init__()
        self._storage = storage
        words = [
            self.tr("All in one folder"),
            self.tr("Folders of patient, study and series, with readable names"),
            self.tr("Folders by date of the series"),
        ]
        self.folders = Combo(theme, words)
        self.folders.setCurrentIndex(_CHOICES.index(storage.sub_folders))
        self.extension = CheckBox(
            theme,
            self.tr("File names end in {extension}").format(extension=READABLE_EXTENSION),
            is_checked=bool(storage.extension),
        )
        self.example = MessageLine(theme)
        form = Form(is_in_fold=True)
        form.add(self.tr("Sorted into"), self.folders)
        form.add("", self.extension)
        column_of(form, self.example, inside=self, spacing=GRID)
        self.folders.activated.connect(self._on_folders)
        self.extension.toggled.connect(lambda _is_on: self._on_changed())
        self._show_example()

    def value(self) -> Storage:
        """Return what is chosen."""
        kept = self._storage.extension or READABLE_EXTENSION
        return replace(
            self._storage,
            sub_folders=_CHOICES[self.folders.currentIndex()],
            extension=kept if self.extension.isChecked() else "",
        )

    def summary(self) -> str:
        """A few words on what is chosen."""
        return self.folders.currentText()

    def _on_folders(self, number: int) -> None:
        if _CHOICES[number] is SubFolders.PATIENT_STUDY_SERIES:
            self.extension.setChecked(True)
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_example()
        self.changed.emit()

    def _show_example(self) -> None:
        storage = self.value()
        path = str(storage.folder / example_path(storage, _EXAMPLE))
        self.example.say(printable(path), "file")
