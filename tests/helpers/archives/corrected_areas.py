"""Storage areas with real instances that are corrected, and what an index says against what its files say."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.areas.checksums import checksum_of_file
from dicomdesk.archive.areas.entry_reader import read_entry
from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.indexed_areas import entry_reader
from dicomdesk.archive.setup.configuration import Area, Quota
from dicomdesk.dicom.query.attributes import ATTRIBUTES, Level
from dicomdesk.dicom.query.query import Key, Model, Query

Said = set[tuple[object, ...]]


class Watcher:
    """Observer of corrections that has nothing against them."""

    def progressed(self, done: int, total: int) -> None:
        """Nothing."""

    def check(self) -> None:
        """Nothing."""


@contextmanager
def open_area(folder: Path, quota: Quota | None = None, database_url: str = "") -> Iterator[Keeper]:
    """Open an area as the archive does: marked as running, in order after a crash.

    Its index is in its folder, or in another database.
    """
    folder.mkdir(parents=True, exist_ok=True)
    storage = StorageArea(folder)
    index = Index(database_url or sqlite_url(storage.index_path))
    keeper = Keeper(Area(ae_title="ARCHIVE", folder=folder, is_writable=True, quota=quota or Quota()), storage, index)
    since = storage.crashed_since()
    storage.mark_running()
    if since is not None:
        keeper.crash_repair.repair(entry_reader(keeper.area), since=since)
        storage.forget_crashes()
    try:
        yield keeper
    finally:
        storage.mark_ended()
        index.close()


def store(keeper: Keeper, content: bytes) -> str:
    """Store a Part 10 file as it arrives; its path."""
    file = keeper.storage.open()
    file.write([content])
    part = keeper.storage.path_of("arriving.dcm")
    Path(part).write_bytes(content)
    entry = replace(read_entry(part, area=keeper.name, path=""), checksum=checksum_of_file(part))
    Path(part).unlink()
    return keeper.keep(file, entry).path


def said(index: Index) -> Said:
    """All that an index answers to queries, at all levels."""
    found: Said = set()
    for level in Level:
        model = Model.PATIENT_ROOT if level is Level.PATIENT else Model.STUDY_ROOT
        keys = tuple(Key(attribute=one) for one in ATTRIBUTES if not level.is_above(one.level) and not one.item_tags)
        query = Query(model=model, level=level, keys=keys, is_relational=True)
        for match in index.find(query, "ARCHIVE"):
            found.add((level, match.character_set, *sorted(match.values.items())))
    return found


def check_index_is_that_of_files(keeper: Keeper, folder: Path) -> None:
    """The index says what a new one says that is made from the files, and there is no other file."""
    paths = set(keeper.storage.files())
    assert paths == {one.path for one in keeper.index.find_instances("ARCHIVE")}
    fresh = Index(sqlite_url(folder / "fresh.sqlite"))
    try:
        entries = [entry_reader(keeper.area)(keeper.storage.path_of(path), path) for path in paths]
        for entry in entries:
            fresh.add([entry])
        kept, made = said(keeper.index), said(fresh)
        assert sorted(map(str, kept - made)) == sorted(map(str, made - kept))
        assert not list(keeper.index.wrong_counts())
    finally:
        fresh.close()
        (folder / "fresh.sqlite").unlink()
