"""Reindexing and verifying as the tool does it: area after area, with findings and a summary."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.cli.dcmqrscp.upkeep import Upkeep, run_upkeep
from dicomdesk.errors import SettingsError
from dicomdesk.logs import Level, console_log
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder, part10

TOOL = console_log(Level.WARN).logger("tool")


@pytest.fixture
def settings(tmp_path: Path) -> ArchiveSettings:
    """Two areas, the first with an instance that no index knows; the second entry of its name does not count."""
    areas = []
    for title, name in (("ONE", "one"), ("TWO", "two"), ("ONE", "three")):
        folder = tmp_path / name
        if name != "three":
            folder.mkdir()
        areas.append(Area(ae_title=title, folder=folder, is_writable=True))
    body = Builder(EXPLICIT).instance(sop_instance_uid="1.2.3.4")
    content = part10(body, EXPLICIT, sop_class_uid=CT_IMAGE, sop_instance_uid="1.2.3.4")
    (tmp_path / "one" / "CT_1.dcm").write_bytes(content)
    return ArchiveSettings(configuration=ArchiveConfiguration(areas=tuple(areas)))


def upkeep(settings: ArchiveSettings, *areas: str, reindexes: bool = False, writes_json: bool = False) -> int:
    which = Upkeep.REINDEX if reindexes else Upkeep.VERIFY
    return run_upkeep(settings, areas, TOOL, which, writes_json=writes_json)


def test_what_is_wrong_is_told_and_repaired(settings: ArchiveSettings, capsys: pytest.CaptureFixture[str]) -> None:
    assert upkeep(settings) == 80
    seen = capsys.readouterr()
    assert seen.err == "W: ONE: CT_1.dcm: not in the index\n"
    assert seen.out.splitlines() == [
        "ONE: 0 missing, 1 not in the index, 0 of another size, 0 wrong counts",
        "TWO: 0 files, all right",
    ]
    assert upkeep(settings, "ONE", reindexes=True) == 0
    assert capsys.readouterr().out == "ONE: 1 instance in the index\n"
    assert upkeep(settings) == 0


def test_what_is_left_out_can_be_meant(
    settings: ArchiveSettings,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    announce_log: Callable[[str], None],
) -> None:
    announce_log("are not found; dcmqrscp --reindex takes them in, --leave-out says that it is meant")
    for _ in range(2):
        caplog.clear()
        with Archive(settings):
            assert "The storage area ONE has files" in caplog.text
    assert run_upkeep(settings, ["ONE"], TOOL, Upkeep.LEAVE_OUT, writes_json=True) == 0
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["counts"] == {"studies": 0, "flat_files": 1, "other_names": 0}
    caplog.clear()
    with Archive(settings):
        assert not caplog.text


def test_json_lines_tell_the_same(settings: ArchiveSettings, capsys: pytest.CaptureFixture[str]) -> None:
    assert upkeep(settings, "ONE", reindexes=True, writes_json=True) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["upkeep-progress", "upkeep-finished"]
    assert lines[-1]["counts"] == {
        "indexed": 1,
        "unreadable": 0,
        "passed_over": 0,
        "superseded": 0,
        "forgotten": 0,
    }


def test_an_area_that_cannot_be_used_does_not_hide_the_others(
    settings: ArchiveSettings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "two").rmdir()
    assert upkeep(settings, reindexes=True) == 80
    seen = capsys.readouterr()
    assert seen.err.startswith("E: TWO: ")
    assert seen.out == "ONE: 1 instance in the index\n"


def test_unknown_and_missing_areas_are_errors(settings: ArchiveSettings) -> None:
    with pytest.raises(SettingsError, match="NOBODY"):
        upkeep(settings, "NOBODY")
    with pytest.raises(SettingsError, match="AETable"):
        upkeep(ArchiveSettings(configuration=ArchiveConfiguration()))
