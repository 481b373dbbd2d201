"""A whole level is listed without SQLAlchemy, and says what a listing with it says."""

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.archive.administration.listing import Listed, list_area
from dicomdesk.archive.administration.opening import opened_areas
from dicomdesk.archive.administration.place import ArchivePlace
from dicomdesk.archive.administration.selection import Selection, read_selection
from dicomdesk.archive.administration.whole_listing import opened_whole
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.matching.listed_rows import LISTED
from dicomdesk.archive.matching.whole_levels import LISTED_NAMES
from dicomdesk.dicom.query.attributes import ATTRIBUTES, Attribute, Level, Source
from tests.helpers.archives.index_entries import AREA, index_entry

ALL = [attribute for attribute in ATTRIBUTES if attribute.source is not Source.ITEMS]


@pytest.fixture
def place(tmp_path: Path) -> ArchivePlace:
    """An archive of one area that has some studies."""
    state = tmp_path / "area" / ".dicomdesk"
    state.mkdir(parents=True)
    with contextlib.closing(Index(sqlite_url(state / "index.sqlite"))) as index:
        index.add(
            [
                index_entry(
                    instance=f"1.{number}", series=f"1.2.{number % 7}", study=f"1.{number % 5}", number=str(number),
                    patient=f"P{number % 5 % 3}", modality="CTMR"[number % 2 * 2 :][:2], date="20260101", name="Doe^J",
                )
                for number in range(200)
            ]
        )  # fmt: skip
        index.add([index_entry("OTHER", instance="9.1", study="9.2", series="9.3")])
    return ArchivePlace(folder=tmp_path / "area", ae_titles=(AREA,))


def listed(place: ArchivePlace, level: Level, shown: list[Attribute] | None = None) -> list[Listed] | None:
    with opened_whole(place, Selection(level=level, values={}), shown) as whole:
        return None if whole is None else list(whole.rows())


def listed_as_ever(place: ArchivePlace, level: Level, shown: list[Attribute] | None = None) -> list[Listed]:
    with opened_areas(place) as (opened,):
        return list(list_area(opened, Selection(level=level, values={}), shown))


def in_order(rows: list[Listed] | None) -> Iterator[str]:
    assert rows is not None
    return iter(sorted(repr(sorted(row.values.items())) + row.area + row.level.value for row in rows))


@pytest.mark.parametrize("level", Level)
def test_a_whole_level_is_as_a_query_that_nothing_restricts(place: ArchivePlace, level: Level) -> None:
    shown = [attribute for attribute in ALL if not level.is_above(attribute.level)]
    for attributes in (None, shown, shown[:1]):
        said = list(in_order(listed_as_ever(place, level, attributes)))
        assert list(in_order(listed(place, level, attributes))) == said
        assert len(said) == {Level.PATIENT: 3, Level.STUDY: 5, Level.SERIES: 35, Level.IMAGE: 200}[level]
    assert tuple(LISTED[level]) == LISTED_NAMES[level]


def test_what_has_to_be_looked_at_more_closely_is_not_read_so(place: ArchivePlace) -> None:
    assert place.folder is not None
    file = place.folder / ".dicomdesk" / "index.sqlite"
    items = [attribute for attribute in ATTRIBUTES if attribute.source is Source.ITEMS]
    assert listed(place, Level.SERIES, items) is None
    with opened_whole(place, read_selection(["studies", "PatientID=P1"]), None) as whole:
        assert whole is None
    with contextlib.closing(Index(sqlite_url(file))) as index:
        index.add([index_entry(instance="1.999", study="1.0", series="1.2.0", patient="P0", name="Another")])
    assert listed(place, Level.SERIES) is None
    assert list(in_order(listed(place, Level.STUDY))) == list(in_order(listed_as_ever(place, Level.STUDY)))
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE settings SET value = '4' WHERE name = 'version'")
    assert listed(place, Level.STUDY) is None
    file.write_bytes(b"this is no database" * 100)
    assert listed(place, Level.STUDY) is None
    file.unlink()
    assert listed(place, Level.STUDY) is None


@pytest.mark.long
def test_the_tool_lists_without_the_library(place: ArchivePlace) -> None:
    code = (
        "import sys\nfrom dicomdesk.__main__ import run_tool\n"
        f"code = run_tool(['dicomdesk', 'archive', 'list', '--folder', {str(place.folder)!r}, '--area', {AREA!r}])\n"
        "sys.exit(code or 'sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 7
