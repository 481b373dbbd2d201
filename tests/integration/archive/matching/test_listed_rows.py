from collections.abc import Callable

from dicomdesk.archive.administration.selection import read_selection
from dicomdesk.archive.index import Index
from dicomdesk.archive.matching.listed_rows import LISTED
from dicomdesk.dicom.query.attributes import Level
from tests.helpers.archives.kept_areas import entry


def test_every_row_of_many_pages_has_what_is_listed_of_it(open_index: Callable[[], Index]) -> None:
    index = open_index()
    index.add([entry("1.2", f"1.2.{number % 7}", f"1.2.3.{number}", size=number) for number in range(1, 201)])
    rows = list(index.find_listed(read_selection(["instances"]).query(), "ARCHIVE"))
    assert sorted(more["bytes"] for _match, more in rows) == list(range(1, 201))
    assert all(tuple(more) == tuple(LISTED[Level.IMAGE]) for _match, more in rows)
    sizes = [more["bytes"] for _match, more in index.find_listed(read_selection(["series"]).query(), "ARCHIVE")]
    assert (len(sizes), sum(map(int, sizes))) == (7, sum(range(201)))
    assert [more["bytes"] for _match, more in index.find_listed(read_selection([]).query(), "ARCHIVE")] == [
        sum(range(201))
    ]


def test_areas_are_named_by_the_index(open_index: Callable[[], Index]) -> None:
    index = open_index()
    assert index.area_names() == []
    index.add([entry()])
    assert index.area_names() == ["ARCHIVE"]
