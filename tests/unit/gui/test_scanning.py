from pathlib import Path

from dicomdesk.gui.models.send_queue import Found, Skipped
from dicomdesk.gui.scanning import MOST_PER_BATCH, Scanning, selection_of
from tests.helpers.studies import write_study


def test_everything_below_a_folder_is_found_in_batches(tmp_path: Path) -> None:
    write_study(tmp_path / "a" / "b", 3)
    (tmp_path / "notes.txt").write_text("hello")
    scanning = Scanning((str(tmp_path),))
    found: list[Found | Skipped] = []
    while batch := scanning.read():
        assert len(batch) <= MOST_PER_BATCH
        found += batch
    assert sum(isinstance(item, Found) for item in found) == 3
    (skipped,) = [item for item in found if isinstance(item, Skipped)]
    assert skipped.path.endswith("notes.txt")
    assert skipped.reason


def test_window_takes_folders_archives_and_dicomdirs() -> None:
    selection = selection_of(("a",))
    assert selection.scan_directories
    assert selection.recurse
    assert selection.open_archives
    assert selection.read_dicomdir
