"""An archive whose files live in an object store: acknowledged is in the store, and its folder may be empty."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.areas.objects.object_area import ObjectStorageArea, open_storage
from dicomdesk.archive.areas.objects.object_store import open_object_store
from dicomdesk.archive.file_check import check_area
from dicomdesk.archive.reindex import reindex_area
from dicomdesk.archive.setup.configuration import ObjectPlace, parse_configuration
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.archive.setup.settings_in_force import SettingsInForce
from dicomdesk.archive.upkeep.chores import Chores
from dicomdesk.errors import ConfigurationError, StorageError
from tests.helpers.archives.kept_areas import fail_on
from tests.helpers.archives.object_stores import object_url
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    MOVE_STUDY,
    Running,
    calling,
    destination,
    encoded,
    identifier,
    make_settings,
    serving,
)
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT
from tests.helpers.peers.requestors import Proposal, connected


class Silent:
    """Observer of a reindexing in which nothing is left out."""

    def progressed(self, area: str, done: int, total: int) -> None:
        """Take note of nothing."""

    def left_out(self, area: str, path: str, reason: str) -> None:
        raise AssertionError(path)

    def check(self) -> None:
        """Go on."""


def settings_of(folder: Path, url: str, folder_bytes: int | None = None, **more: object) -> ArchiveSettings:
    settings = make_settings(folder, **more)  # type: ignore[arg-type]  # as there
    area = replace(settings.configuration.areas[0], objects=ObjectPlace(url=url, folder_bytes=folder_bytes))
    return replace(settings, configuration=replace(settings.configuration, areas=(area,)))


@pytest.fixture(params=["folder", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with object_url(request.param, tmp_path / "objects", monkeypatch) as found:
        yield found


@contextmanager
def moving(folder: Path, url: str) -> Iterator[tuple[Running, Callable[[], list[str]]]]:
    with destination() as target, serving(settings_of(folder, url, peers={"DEST": target.port})) as archive:

        def moved() -> list[str]:
            target.stored.clear()
            with calling(archive.port) as association:
                query = identifier("STUDY", StudyInstanceUID="1.2.3")
                assert list(association.send_c_move(query, "DEST", MOVE_STUDY))[-1][0].Status == 0
            return sorted(target.stored)

        yield archive, moved


def local_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("??/*/*/*.dcm"))


def test_what_the_folder_has_lost_is_fetched_from_the_store(tmp_path: Path, url: str) -> None:
    folder, store = tmp_path / "area", open_object_store(url)
    with moving(folder, url) as (archive, moved):
        archive.put(encoded("1.1"), encoded("1.2", pixels=bytes(3_000_000)))
        assert {one.key for one in store.objects()} == set(archive.indexed())
        assert len(local_files(folder)) == 2
        keeper = archive.archive.keeper(ARCHIVE)
        assert isinstance(keeper.storage, ObjectStorageArea)
        assert keeper.storage.trim(1_000_000) in (1, 2)
        for path in local_files(folder):
            path.unlink()
        assert moved() == ["1.1", "1.2"]
        assert len(local_files(folder)) == 2
        assert keeper.secure(archive.indexed()) == set()
        assert keeper.secure(["ab/1/2/gone.01234567.dcm"]) == {"ab/1/2/gone.01234567.dcm"}
        keeper.remove(sop_instance_uid="1.1", study_instance_uid="1.2.3")
        assert len(list(store.objects())) == len(local_files(folder)) == 1
        assert moved() == ["1.2"]


def test_the_folder_keeps_as_much_as_it_may(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    settings = settings_of(tmp_path / "area", f"file://{tmp_path}/objects", 6_000)
    with serving(settings) as archive:
        archive.put(*(encoded(f"1.{number}", pixels=bytes(2_000)) for number in range(5)))
        keeper = archive.archive.keeper(ARCHIVE)
        Chores(SettingsInForce(settings), {ARCHIVE: keeper}, lambda _fact: None).turn()
        assert len(local_files(tmp_path / "area")) == 2
        assert len(list(keeper.storage.files())) == 5
        (tmp_path / "objects").rename(tmp_path / "away")
        with pytest.raises(StorageError, match="cannot be read"):
            list(keeper.storage.files())
        (tmp_path / "away").rename(tmp_path / "objects")


def test_a_folder_that_is_lost_as_a_whole_is_made_again_from_the_store(tmp_path: Path, url: str) -> None:
    folder = tmp_path / "area"
    with serving(settings_of(folder, url)) as archive:
        archive.put(encoded("1.1"), encoded("1.2"))
        indexed = archive.indexed()
    shutil.rmtree(folder)
    folder.mkdir()
    settings = settings_of(folder, url)
    (area,) = settings.configuration.areas
    assert reindex_area(settings, area, Silent()).indexed == 2
    assert check_area(settings, area, fail_on).is_right
    lost, *_ = open_object_store(url).objects()
    open_storage(area).path_of(lost.key)  # in the folder it is, and yet it is lost
    open_object_store(url).remove(lost.key)
    assert check_area(settings, area, lambda _finding: None).missing == 1
    file = tmp_path / "again"
    file.write_bytes(Path(open_storage(area).path_of(lost.key)).read_bytes())
    with file.open("rb") as content:
        open_object_store(url).put(lost.key, content.fileno())
    with moving(folder, url) as (archive, moved):
        assert archive.indexed() == indexed
        assert moved() == ["1.1", "1.2"]


def test_what_the_store_does_not_take_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    objects, folder = tmp_path / "objects", tmp_path / "area"
    objects.mkdir()
    with serving(settings_of(folder, f"file://{objects}")) as archive:
        archive.put(encoded("1.1"))
        kept = archive.files()
        objects.rename(tmp_path / "away")
        objects.write_text("no folder")
        with connected(archive.port) as peer:
            peer.associate(Proposal(contexts=[(1, CT_IMAGE, [EXPLICIT])], called=ARCHIVE.encode()))
            assert peer.store("1.2", [encoded("1.2")]) == 0xA700
            peer.release()
        objects.unlink()
        (tmp_path / "away").rename(objects)
        assert archive.files() == kept
        assert len(local_files(folder)) == 1
        archive.put(encoded("1.2"))


def test_an_object_that_a_killed_process_left_is_adopted(tmp_path: Path, url: str) -> None:
    folder = tmp_path / "area"
    settings = settings_of(folder, url)
    (area,) = settings.configuration.areas
    with serving(settings):
        pass
    storage = open_storage(area)
    storage.mark_running()
    file = storage.open()
    file.write([encoded("1.1")])
    storage.place(file, "1.2.3", "1.2.3.5", "1.1")
    marker = folder / ".dicomdesk" / f"running-{storage.owner}"
    storage.mark_ended()
    marker.touch()  # as if it had been killed
    os.utime(marker, (0, 0))
    for path in local_files(folder):
        path.unlink()
    with serving(settings) as archive:
        assert list(archive.indexed().values()) == ["1.1"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("ARCHIVE http://x 1gb", "is no URL of an object store"),
        ("ARCHIVE s3://b lots", "is no size"),
        ("ARCHIVE s3://b", "an entry has"),
        ("OTHER s3://b unlimited", 'there is no storage area "OTHER"'),
    ],
)
def test_a_mistake_in_the_table_is_told_with_its_line(line: str, words: str) -> None:
    text = "AETable BEGIN\nARCHIVE /a RW (unlimited, unlimited) ANY\nAETable END\nObjectTable BEGIN\n"
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration(f"{text}{line}\nObjectTable END\n")
    assert words in caught.value.problems[0]
    assert caught.value.problems[0].endswith("line 5")
    (area,) = parse_configuration(f"{text}ARCHIVE s3://b/p 2gb\nObjectTable END\n").areas
    assert area.objects == ObjectPlace(url="s3://b/p", folder_bytes=2 << 30)
