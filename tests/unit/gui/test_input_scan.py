import os
from pathlib import Path

import pytest

from dicomdesk.dicom.files.scan import ScanResult, SkippedInput
from dicomdesk.dicom.instance import FoundInstance
from dicomdesk.gui.input_scan import MOST_PER_BATCH, InputScan, selection_of
from tests.helpers.data.datasets import Builder, part10
from tests.helpers.data.studies import write_study


def test_everything_below_a_folder_is_found_in_batches(tmp_path: Path) -> None:
    write_study(tmp_path / "a" / "b", 3)
    (tmp_path / "notes.txt").write_text("hello")
    scanning = InputScan((str(tmp_path),))
    found: list[ScanResult] = []
    while batch := scanning.read():
        assert len(batch) <= MOST_PER_BATCH
        found += batch
    assert sum(isinstance(item, FoundInstance) for item in found) == 3
    (skipped,) = [item for item in found if isinstance(item, SkippedInput)]
    assert skipped.path.endswith("notes.txt")
    assert skipped.reason


@pytest.mark.parametrize("is_last", [True, False])
def test_a_cancelled_scan_ends_in_the_middle_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_last: bool
) -> None:
    """One without meta information is checked to its end, which takes many steps."""
    (tmp_path / "b").write_bytes(Builder().instance() + Builder().element(0x00080060, "CS", "CT") * 500_000)
    if not is_last:
        (tmp_path / "c").write_bytes(part10(Builder().instance()))
    scanning, reads, pread = InputScan((str(tmp_path),)), 0, os.pread

    def cancel_at_the_tenth(descriptor: int, size: int, offset: int) -> bytes:
        nonlocal reads
        reads += 1
        if reads == 10:
            scanning.cancel()
        return pread(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", cancel_at_the_tenth)
    assert scanning.read() == []
    assert reads == 10
    assert scanning.read() == []


def test_window_takes_folders_archives_and_dicomdirs() -> None:
    selection = selection_of(("a",))
    assert selection.scan_directories
    assert selection.recurse
    assert selection.open_archives
    assert selection.read_dicomdir
