import time
from pathlib import Path

from dicomdesk.archive.areas.trash import Trash
from dicomdesk.archive.index import Index
from dicomdesk.archive.upkeep.retention import ClockWatch
from dicomdesk.archive.upkeep.trash_emptying import TrashEmptying
from tests.helpers.archives.kept_areas import make, put

DAY_S = 86_400.0


def test_what_has_been_in_the_trash_for_its_time_goes_and_is_looked_for_once_an_hour(
    tmp_path: Path, empty_index: Index
) -> None:
    (tmp_path / "area").mkdir()
    keeper = make(tmp_path, empty_index)
    trash = Trash(keeper.storage.folder)
    for number, days in enumerate((1.0, 3.0)):
        put(keeper, f"1.{number}", "1.3", "1.4")
        going = list(empty_index.find_instances("ARCHIVE"))[-1:]
        with trash.filling(going, what=str(days), by="", why="", keep_days=days) as complete:
            complete(going)
    wall_s, steady_s = time.time(), 0.0
    emptying = TrashEmptying(
        {"ARCHIVE": keeper, "ALIAS": keeper}, ClockWatch(), wall_s=lambda: wall_s, steady_s=lambda: steady_s
    )
    emptying()
    assert len(trash.entries()) == 2
    wall_s += 2 * DAY_S
    emptying()
    assert len(trash.entries()) == 2
    steady_s += 3600.0
    emptying()
    assert [entry.what for entry in trash.entries()] == ["3.0"]
