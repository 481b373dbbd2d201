"""Studies are found as somebody types, by whatever is known of them, and what is found follows the index."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dicomdesk.archive.administration.opening import OpenedArea
from dicomdesk.archive.administration.search import searching
from dicomdesk.archive.administration.search.orders import Order, StudyValue
from dicomdesk.archive.administration.search.searching import StudySearch
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.archive.index_entries import IndexEntry
from dicomdesk.archive.matching.study_texts import StudyText
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area
from dicomdesk.archive.setup.settings import ArchiveSettings
from tests.helpers.archives.index_entries import AREA, index_entry


def entry(number: int, name: str = "Doe^Jane", **values: str) -> IndexEntry:
    uid = f"1.2.{number}"
    known = {"study": uid, "series": f"{uid}.1", "instance": f"{uid}.1.1", "name": name} | values
    return index_entry(AREA, 100, f"p{number}/{values.get('instance', '')}", 0.0, **known)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with closing(Index(sqlite_url(tmp_path / "index.sqlite"))) as opened:
        yield opened


def search_in(index: Index, folder: Path) -> StudySearch:
    settings = ArchiveSettings(configuration=ArchiveConfiguration())
    return StudySearch(
        OpenedArea(area=Area(ae_title=AREA, folder=folder, is_writable=True), index=index, settings=settings)
    )


def uids(studies: list[StudyText] | tuple[StudyText, ...]) -> list[str]:
    return [one.study_instance_uid for one in studies]


def found(search: StudySearch, text: str, most: int = 100) -> list[str]:
    return uids(list(search.find(text, most).studies))


def test_each_word_counts_whatever_it_is_of_and_however_it_is_written(index: Index, tmp_path: Path) -> None:
    index.add(
        [
            entry(1, "Müller^Jörg", patient="A1", accession="ACC-7", date="20240131", description="Schädel nativ"),
            entry(2, "Muller^Anna", patient="A2", modality="MR", date="20240201"),
            entry(3, "山田^太郎", patient="B1", modality="CT"),
        ]
    )
    search = search_in(index, tmp_path)
    assert found(search, "") == ["1.2.3", "1.2.2", "1.2.1"]
    for text, expected in {
        "muller": ["1.2.2", "1.2.1"],
        "MÜLLER jörg": ["1.2.1"],
        "anna mull": ["1.2.2"],
        "a1": ["1.2.1"],
        "acc-7 schadel": ["1.2.1"],
        "2024-01-31": ["1.2.1"],
        "31.01.2024": ["1.2.1"],
        "2024.02.01": ["1.2.2"],
        "31.01": [],
        "202402": ["1.2.2"],
        "mr": ["1.2.2"],
        "山田": ["1.2.3"],
        "1.2.3": ["1.2.3"],
        "nobody": [],
        "muller nobody": [],
    }.items():
        assert found(search, text) == expected, text


def test_what_some_instances_carry_is_found_and_the_total_is_told(index: Index, tmp_path: Path) -> None:
    index.add([entry(1, "Doe^John", instance=f"1.{number}") for number in range(3)])
    index.add([entry(1, "Doe^Jon", instance="1.9", accession="OTHER")])
    index.add([entry(number) for number in range(2, 30)])
    search = search_in(index, tmp_path)
    assert found(search, "jon other") == ["1.2.1"]
    result = search.find("doe", 5)
    assert (len(result.studies), result.total) == (5, 29)


def test_what_is_typed_on_finds_what_it_finds_at_once(index: Index, tmp_path: Path) -> None:
    index.add([entry(number, f"Doe^{number:03}", patient=f"P{number}") for number in range(200)])
    typed, fresh = search_in(index, tmp_path), search_in(index, tmp_path)
    for text in ("d", "do", "doe", "doe 1", "doe 12", "doe 1", "oe 19", "p1 doe", "p19 doe", ""):
        fresh.find("nothing of the kind", 1)
        assert found(typed, text, 1000) == found(fresh, text, 1000), text


class _CountedIndex:
    """Counts the studies that are read."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.read = 0

    def study_stamp(self, area: str) -> object:
        return self._index.study_stamp(area)

    def study_texts(self, area: str, since: object = None) -> Iterator[StudyText]:
        for one in self._index.study_texts(area, since):  # type: ignore[arg-type]  # a stamp, or None
            self.read += 1
            yield one


def test_only_what_has_changed_is_read_again(index: Index, tmp_path: Path) -> None:
    index.add([entry(number) for number in range(300)])
    search = search_in(index, tmp_path)
    counted = _CountedIndex(index)
    object.__setattr__(search._opened, "index", counted)
    assert search.refresh()
    assert not search.refresh()
    assert counted.read == 300
    index.add([entry(7, instance="1.9.9"), entry(301)])
    assert search.refresh()
    assert counted.read == 302
    assert found(search, "")[:2] == ["1.2.301", "1.2.7"] or found(search, "")[:2] == ["1.2.7", "1.2.301"]
    index.remove(AREA, study_instance_uid="1.2.5")
    assert search.refresh()
    assert counted.read == 302 + 300
    assert "1.2.5" not in found(search, "", 1000)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", "look"]),
            st.integers(1, 4),
            st.sampled_from(["Doe", "Roe", "Döe"]),
            st.sampled_from(["P1", "P2"]),
        ),
        max_size=12,
    )
)
def test_whatever_comes_and_goes_it_finds_what_a_new_search_finds(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("search")
    with closing(Index(sqlite_url(folder / "index.sqlite"))) as index:
        search = search_in(index, folder)
        for number, (step, study, name, patient) in enumerate(steps):
            if step == "add":
                index.add([entry(study, name, patient=patient, instance=f"1.{study}.{number % 3}")])
            elif step == "remove":
                index.remove(AREA, study_instance_uid=f"1.2.{study}")
            search.refresh()
            for text in ("", "doe", "p1", "p2 roe"):
                assert search.find(text, 100) == search_in(index, folder).find(text, 100)


def test_what_is_found_is_in_the_order_that_is_wished_page_by_page(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_RUN", 7)
    index.add([entry(number, f"Doe^{number * 37 % 50:02}", patient=f"P{number % 9}") for number in range(50)])
    search = search_in(index, tmp_path)
    by_name = [f"1.2.{number}" for number in sorted(range(50), key=lambda number: number * 37 % 50)]
    order = Order(value=StudyValue.NAME)
    assert uids(list(search.find("doe", 100, order).studies)) == by_name
    assert uids(list(search.find("doe", 5, replace(order, is_descending=True)).studies)) == by_name[:-6:-1]
    patients, total = search.find_patients("doe", 4, order)
    assert total == 9
    assert [one.study.patient_id for one in patients] == list(dict.fromkeys(f"P{int(uid[4:]) % 9}" for uid in by_name))[
        :4
    ]
    assert {one.studies for one in search.find_patients("doe", 99, order)[0]} == {5, 6}
    assert uids(list(search.find("", 9, order, {"1.2.3", "1.2.9"}).studies)) == ["1.2.3", "1.2.9"]
