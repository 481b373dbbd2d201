"""Harness of the archive's index: a sound database, of this version or an older one, in which something was changed."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import TypeVar

from sqlalchemy import text

from dicomdesk.archive.administration.listing import default_attributes, listed
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.matching.whole_levels import WholeLevels
from dicomdesk.archive.tables.schema import VERSION
from dicomdesk.dicom.query.attributes import Level
from dicomdesk.dicom.query.query import Model
from dicomdesk.errors import IndexBusyError, IndexDamagedError, IndexUnusableError
from tests.fuzz.databases import build_changes, changed_file
from tests.fuzz.properties import attempt, require, require_same
from tests.helpers.archives.index_entries import AREA, index_entry, study_query

_OWN = (IndexDamagedError, IndexUnusableError, IndexBusyError)
_MOST_READ = 100
_ASKED = (
    ("PATIENT", {"patient": "", "name": "", "patient_studies": "", "patient_instances": ""}),
    ("STUDY", {"study": "", "date": "20200101-", "modalities": "", "classes": "", "study_instances": "", "name": "D*"}),
    ("SERIES", {"study": "1.2", "series": "", "modality": "CT", "series_number": ""}),
    ("IMAGE", {"study": "1.2", "series": "1.2.3", "instance": "", "number": "", "class_uid": ""}),
)
_QUERIES = [
    study_query(keys, level=level, model=Model.PATIENT_ROOT if level == "PATIENT" else Model.STUDY_ROOT)
    for level, keys in _ASKED
]

Value = TypeVar("Value")


@cache
def _sound() -> bytes:
    """The database of an index with three studies, one instance of which is there twice."""
    with tempfile.TemporaryDirectory(prefix="fuzz-index-") as folder:
        file = Path(folder, "index.sqlite")
        with closing(Index(sqlite_url(file))) as index:
            index.add([index_entry(instance=f"1.{number}", name="Doe^Jane", date="20200102") for number in range(3)])
            index.add([index_entry(instance="1.9", series="1.2.4", modality="MR", path="other/1.9", size=7)])
            index.add([index_entry(instance="1.9", study="1.3", series="1.3.1", patient="P2", path="1.3/1.9")])
            index.add([index_entry(instance="1.11", study="1.4", series="1.4.1", patient="", name="Roe")])
            index.note_session(AREA, "s")
        return file.read_bytes()


def read_index(data: bytes) -> None:
    """Whatever its database is, an index answers, or says that it is damaged or not to be used; nothing else leaves."""
    path = changed_file("index.sqlite", _sound(), data)
    opened = attempt(lambda: Index(sqlite_url(path)), *_OWN)
    index = opened.value
    if index is None:
        require(path.exists(), "what cannot be opened stays", opened.error)
        return
    with closing(index):
        attempt(index.find_damage)
        _list_whole(path)
        _ask(index)
        _change(index)
        _ask(index)


def _ask(index: Index) -> None:
    for query in _QUERIES:
        for match in _told(lambda: list(islice(index.find(query, AREA), _MOST_READ))) or ():  # noqa: B023 - called at once
            texts = all(isinstance(value, str | type(None)) for value in match.values.values())
            require(texts, "what is found is told in texts", match.values)
        _told(lambda: list(islice(index.find_listed(query, AREA), _MOST_READ)))  # noqa: B023 - as above
        for one in _told(lambda: list(islice(index.instances(query, AREA), _MOST_READ))) or ():  # noqa: B023 - as above
            require(isinstance(one.path, str) and type(one.size_bytes) is int, "files have paths and sizes", one)
    for path, size, *_ in _told(lambda: [*index.file_entries(AREA), *index.snapshot(AREA)]) or ():
        require(isinstance(path, str) and type(size) is int, "files have paths and sizes", (path, size))
    for usage in _told(lambda: index.oldest_studies(AREA, 3)) or ():
        numbers = (usage.instance_count, usage.size_bytes)
        require(all(type(number) is int for number in numbers), "what studies use is counted", numbers)
    for read in _READERS:
        _told(lambda: read(index))  # noqa: B023 - called at once


def _list_whole(path: Path) -> None:
    """As a listing does it that nothing restricts."""
    with closing(WholeLevels(path)) as levels:
        for level in Level:
            shown = default_attributes(level)
            if attempt(lambda: levels.can_read(level, shown), sqlite3.Error).value:  # noqa: B023 - called at once
                rows = _told(lambda: list(islice(levels.rows(AREA, level, shown), _MOST_READ)))  # noqa: B023 - as above
                for texts, more in rows or ():
                    _told(lambda: listed(AREA, level, shown, texts, more))  # noqa: B023 - as above


def _change(index: Index) -> None:
    """Add, correct and remove, as an archive does that goes on."""
    added = _told(lambda: index.add([index_entry(instance="1.77", study="1.2", path="1.2/1.77")]))
    if added is not None:
        found = _told(lambda: list(index.instances(study_query({"study": "1.2"}, level="STUDY"), AREA)))
        require(found is None or "1.77" in {one.sop_instance_uid for one in found}, "what was added is found")
    _told(index.recount)
    _told(lambda: index.forget_older_of_files(AREA))
    _told(lambda: index.clear(AREA))
    if _told(lambda: index.count_studies(AREA)) == 0:
        again = _told(lambda: index.add([index_entry(instance="1.78")]))
        if again is not None:
            require_same(_told(lambda: index.count_studies(AREA)), 1, "what was cleared can be filled again")


_READERS: tuple[Callable[[Index], object], ...] = (
    lambda index: list(islice(index.study_texts(AREA), _MOST_READ)),
    lambda index: index.study_stamp(AREA),
    lambda index: index.area_names(),
    lambda index: index.known_paths(AREA, {"1.9": "1.3/1.9"}),
    lambda index: index.study_conflicts(AREA),
    lambda index: index.conflict_counts(AREA),
    lambda index: list(islice(index.conflicts(AREA), _MOST_READ)),
    lambda index: index.statistics(AREA),
    lambda index: index.study_usage(AREA, "1.2"),
    lambda index: index.count_studies_by_area(),
    lambda index: index.count_study_uids(AREA),
    lambda index: index.count_flat_files(AREA),
    lambda index: index.session(AREA),
    lambda index: index.is_doubted(AREA),
    lambda index: index.damages(),
    lambda index: list(islice(index.wrong_counts(), _MOST_READ)),
)


def _told(read: Callable[[], Value]) -> Value | None:
    return attempt(read, *_OWN).value


@cache
def _statements() -> tuple[str, ...]:
    """What makes the tables others than they should be."""
    with tempfile.TemporaryDirectory(prefix="fuzz-index-") as folder:
        file = Path(folder, "index.sqlite")
        file.write_bytes(_sound())
        with closing(Index(sqlite_url(file))) as index, index.database.reading() as connection:
            found = connection.execute(text("SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL")).all()
    made = [f"DROP {kind} {name}" for kind, name in found]
    made += [f"ALTER TABLE {name} RENAME TO gone_{name}" for kind, name in found if kind == "table"]
    made += [f"UPDATE settings SET value = '{version}' WHERE name = 'version'" for version in range(1, VERSION + 2)]
    return *made, "DELETE FROM instance", "CREATE TABLE other (a)", "DELETE FROM settings"


def build_index(random: Random) -> bytes:
    """Some changes, of values and bytes, and now and then of the tables."""
    changes = build_changes(random)
    if random.random() < 0.3:
        changes += f"\nsql {random.choice(_statements())}".encode("ascii")
    return changes
