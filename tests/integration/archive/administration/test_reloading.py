"""Who cannot be asked to read the configuration again is named, with the reason."""

import json
from pathlib import Path

from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.reloading import ask_to_reload
from dicomdesk.archive.areas.storage_area import STATE_FOLDER, StorageArea


def test_a_server_on_another_machine_is_not_asked_from_here(tmp_path: Path) -> None:
    storage = StorageArea(tmp_path)
    storage.mark_running()
    state = tmp_path / STATE_FOLDER
    other = "far-off-4711-0badcafe"
    held = (state / f"running-{storage.owner}").rename(state / f"running-{other}")
    (state / f"reload-{other}.json").write_text(json.dumps({"configuration": "a.cfg", "count": 0, "problems": []}))
    (answer,) = ask_to_reload(ArchivePlace(folder=tmp_path), 0.0)
    assert (answer.host, answer.pid, answer.is_in_force) == ("far-off", 4711, False)
    assert answer.problems == ("it runs on another machine, and is asked there",)
    held.unlink()
    storage.mark_ended()
    assert ask_to_reload(ArchivePlace(folder=tmp_path), 0.0) == []
