"""What a server notes about its configuration is read by others, and gone when it is."""

from pathlib import Path

import pytest

from dicomdesk.archive.areas.storage_area import STATE_FOLDER, StorageArea
from dicomdesk.archive.upkeep.reload_notes import Reloading, forget_reloads, note_reload, reload_notes


def test_a_note_lasts_as_long_as_its_process(tmp_path: Path) -> None:
    storage = StorageArea(tmp_path)
    assert list(reload_notes(tmp_path)) == []
    storage.mark_running()
    assert list(reload_notes(tmp_path)) == []
    note_reload(storage, "/etc/a.cfg", 3, Reloading(problems=("line 5",)))
    (note,) = reload_notes(tmp_path)
    assert (note.configuration, note.count, note.problems) == ("/etc/a.cfg", 3, ("line 5",))
    forget_reloads(storage)
    storage.mark_ended()
    assert list(reload_notes(tmp_path)) == []
    assert not list((tmp_path / STATE_FOLDER).glob("reload-*"))


@pytest.mark.parametrize("text", ["", "[]", '{"configuration": 1, "count": 1, "problems": []}', "[" * 5000])
def test_what_is_no_note_is_passed_over(tmp_path: Path, text: str) -> None:
    storage = StorageArea(tmp_path)
    storage.mark_running()
    (tmp_path / STATE_FOLDER / f"reload-{storage.owner}.json").write_text(text)
    assert list(reload_notes(tmp_path)) == []
    storage.mark_ended()


def test_notes_of_processes_that_have_ended_are_cleared_away(tmp_path: Path) -> None:
    storage = StorageArea(tmp_path)
    (tmp_path / STATE_FOLDER / "reload-gone-1-00.json").write_text("{}")
    storage.mark_running()
    forget_reloads(storage)
    storage.mark_ended()
    assert not list((tmp_path / STATE_FOLDER).glob("reload-*"))
