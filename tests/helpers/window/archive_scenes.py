"""States of the Archive view and of its dialogs, each with a real archive on the disk."""

import contextlib
import os
import random
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication, QDialog

from dicomdesk.archive.administration.keeping.making import make_archive
from dicomdesk.archive.areas.storage_area import INDEX_NAME, STATE_FOLDER
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.gui.archive.dialogs.list_dialog import ListDialog
from dicomdesk.gui.archive.dialogs.plan_dialog import PlanDialog
from dicomdesk.gui.archive.found import CONFLICTS, PATIENTS
from dicomdesk.gui.archive.nodes import EntryNode
from dicomdesk.gui.archive.pane import ArchivePane
from dicomdesk.gui.archive.works import WorkWatch
from tests.helpers.archives.index_entries import index_entry
from tests.helpers.archives.served_archives import encoded
from tests.helpers.data.datasets import CT_IMAGE, part10
from tests.helpers.window.live_stage import LiveStage

_AREA = "ARCHIVE"
_FEW = 100
_NAMES = ("Miller^Anna", "Schmidt^Jörg", "Tanaka^Yuki", "Okafor^Chidi", "Larsen^Ingrid", "García^Lucía", "Novák^Petr")
_STUDIES = (
    ("CT", "CT Thorax mit KM"),
    ("MR", "MR Schädel nativ"),
    ("CR", "Thorax p.a."),
    ("US", "Abdomen"),
    ("PT", "FDG PET/CT"),
    ("MG", "Mammographie bds."),
)


def _entries(studies: int) -> list[IndexEntry]:
    chance, found = random.Random(7), []
    for number in range(studies):
        modality, description = chance.choice(_STUDIES)
        patient = chance.randrange(max(studies // 3, 1))
        uid = f"1.2.826.0.1.3680043.9.9.{number}"
        day = f"20{chance.randint(18, 26)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
        known = {
            "study": uid,
            "name": _NAMES[patient % len(_NAMES)],
            "patient": f"{4711 + patient}",
            "modality": modality,
            "description": description,
            "date": day,
            "accession": f"A{number:06}",
        }
        for series in range(chance.randint(1, 3)):
            path = f"{number}/{series}"
            size, received = chance.randint(200_000, 90_000_000), 1.76e9 + number * 911
            known |= {"series": f"{uid}.{series}", "instance": f"{uid}.{series}.1"}
            found.append(index_entry(_AREA, size, path, received, **known))
    return found


def _indexed(folder: Path, studies: int) -> None:
    """An archive whose index knows studies that have files of nothing, or none where they are many."""
    make_archive(folder, _AREA)
    for entry in _entries(studies if studies < _FEW else 0):
        path = folder / entry.path
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.truncate(path, entry.size_bytes)  # takes no room
    with contextlib.closing(Index(sqlite_url(folder / STATE_FOLDER / INDEX_NAME))) as index:
        index.add(_entries(studies))
        if studies > 9:
            index.add(
                [
                    index_entry(
                        _AREA,
                        500_000,
                        "x",
                        1.7e9,
                        study="1.2.826.0.1.3680043.9.9.5",
                        patient="8000",
                        series="1.2.9.1",
                        instance="1.2.9.1.1",
                        name="Petrov^Ivan",
                    )
                ]
            )


def _open(stage: LiveStage, path: Path) -> ArchivePane:
    pane = stage.window.archive
    stage.window.open_view("archive")
    pane.choice.open(str(path))
    stage.until(lambda: pane.access.is_open and not pane.found.is_asking)
    return pane


def _rows(pane: ArchivePane) -> list[EntryNode]:
    return [node for node in pane.model.root.children if isinstance(node, EntryNode)]


def archive_empty(stage: LiveStage) -> None:
    """No archive is chosen."""
    stage.window.open_view("archive")


def archive_new(stage: LiveStage) -> None:
    """A new archive has nothing in it."""
    make_archive(stage.folder / "archive", _AREA)
    _open(stage, stage.folder / "archive")


def archive_failed(stage: LiveStage) -> None:
    """What was chosen is gone."""
    pane = stage.window.archive
    stage.window.open_view("archive")
    pane.choice.open(str(stage.folder / "dcmqrscp.cfg"))
    stage.until(lambda: bool(pane.access.problem))


def archive_usual(stage: LiveStage) -> None:
    """Some studies, one of which is selected and open."""
    _usual(stage)


def _usual(stage: LiveStage) -> ArchivePane:
    _indexed(stage.folder / "archive", 40)
    pane = _open(stage, stage.folder / "archive")
    node = _rows(pane)[2]
    pane.list.expand_node(node)
    stage.until(lambda: node.is_known)
    pane.list.select_node(node)
    stage.until(lambda: pane._described is not None)
    return pane


def archive_large(stage: LiveStage) -> None:
    """Five thousand studies, searched."""
    _indexed(stage.folder / "archive", 5000)
    pane = _open(stage, stage.folder / "archive")
    pane.filters.search.setText("schmidt 2024 ct")
    stage.until(lambda: not pane.found.is_asking)


def archive_patients(stage: LiveStage) -> None:
    """By patients, one of whom is open."""
    _indexed(stage.folder / "archive", 60)
    pane = _open(stage, stage.folder / "archive")
    pane.filters.chips.choose(PATIENTS)
    stage.until(lambda: not pane.found.is_asking)
    node = _rows(pane)[1]
    pane.list.expand_node(node)
    stage.until(lambda: node.is_known)


def archive_conflicts(stage: LiveStage) -> None:
    """Two patients have a study of the same UID."""
    _indexed(stage.folder / "archive", 40)
    pane = _open(stage, stage.folder / "archive")
    pane.filters.chips.choose(CONFLICTS)
    stage.until(lambda: not pane.found.is_asking)
    pane.list.select_node(_rows(pane)[0])
    stage.until(lambda: pane._described is not None)


def archive_busy(stage: LiveStage) -> None:
    """It is verified."""
    pane = _usual(stage)

    pane.list.clearSelection()
    pane.works.title, pane.works._watch = "Backing up", WorkWatch()
    pane.works._watch.progressed(1204, 4711)
    pane.works.changed.emit()


def _filed(stage: LiveStage) -> ArchivePane:
    """An archive with files."""
    make_archive(stage.folder / "archive", _AREA)
    source = stage.folder / "source"
    source.mkdir()
    for number, (name, patient) in enumerate((("Miller^Anna", "4711"), ("Miller^Anne", "4712"))):
        uid = f"1.2.7.{number}"
        content = encoded(uid, f"1.2.{number}", f"1.2.{number}.1", patient=patient, name=name)
        (source / f"{number}.dcm").write_bytes(part10(content, sop_class_uid=CT_IMAGE, sop_instance_uid=uid))
    pane = _open(stage, stage.folder / "archive")
    stage.tasks.start(pane.carrying.take_in([str(source)]))
    stage.until(lambda: len(_rows(pane)) == 2 and not pane.found.is_asking)
    return pane


def _dialog(stage: LiveStage, kind: type[QDialog], is_ready: Callable[[QDialog], bool]) -> None:
    def found() -> QDialog | None:
        return next((w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()), None)

    stage.until(lambda: (dialog := found()) is not None and is_ready(dialog))
    stage.shown = found()


def archive_correct(stage: LiveStage) -> None:
    """A name is corrected, and what would change is shown."""
    pane = _filed(stage)
    pane.list.select_node(_rows(pane)[0])
    pane._on_correct()

    def look(dialog: QDialog) -> bool:
        assert isinstance(dialog, PlanDialog)
        if dialog.fields["PatientID"].text() != "4711":
            dialog.fields["PatientID"].setText("4711")
            dialog.fields["PatientName"].setText("Miller^Anna")
            dialog.fields["reason"].setText("typed wrong at the modality")
            dialog.begin()
        return dialog.confirm.isEnabled()

    _dialog(stage, PlanDialog, look)


def archive_remove(stage: LiveStage) -> None:
    """What would go."""
    pane = _filed(stage)
    pane.list.selectAll()
    pane._on_remove()
    _dialog(stage, PlanDialog, lambda dialog: isinstance(dialog, PlanDialog) and dialog.confirm.isEnabled())


def archive_corrections(stage: LiveStage) -> None:
    """Nothing was corrected yet."""
    pane = _filed(stage)
    pane.undoing.show_corrections()
    _dialog(stage, ListDialog, lambda _dialog: True)
