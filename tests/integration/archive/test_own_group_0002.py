"""Data sets that begin with elements of group 0002 are kept, served and indexed like all others."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from dicomdesk.archive.file_check import FileCheckReport, check_area
from dicomdesk.archive.reindex import ReindexReport, reindex_area
from dicomdesk.archive.setup.settings import ArchiveSettings
from tests.helpers.archives.kept_areas import fail_on
from tests.helpers.archives.served_archives import (
    GET_STUDY,
    MOVE_STUDY,
    Running,
    calling,
    destination,
    identifier,
    make_settings,
    serving,
)
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.data.meta_elements import OWN_ELEMENTS, own_data_set

SUCCESS = 0
STUDY = "1.2.3"
INSTANCES = {f"1.2.3.4.{number}": own for number, own in enumerate(OWN_ELEMENTS.values(), 1)}


def data_sets(syntax: str) -> dict[str, bytes]:
    return {uid: own_data_set(syntax, own, uid) for uid, own in INSTANCES.items()}


def got(archive: Running, syntax: str) -> dict[str, bytes]:
    came: dict[str, bytes] = {}

    def take(event: evt.Event) -> int:
        came[str(event.request.AffectedSOPInstanceUID)] = event.request.DataSet.getvalue()  # type: ignore[union-attr]  # a C-STORE
        return SUCCESS

    with calling(
        archive.port,
        classes=(GET_STUDY, CT_IMAGE),
        syntaxes=[syntax],
        stores_to_us=(CT_IMAGE,),
        handlers=[(evt.EVT_C_STORE, take)],
    ) as association:
        assert status_of(association.send_c_get(identifier(StudyInstanceUID=STUDY), GET_STUDY)) == SUCCESS
    return came


def status_of(responses: Iterator[tuple[Dataset, Dataset | None]]) -> int:
    return int(list(responses)[-1][0].Status)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_what_is_stored_is_got_and_moved_as_it_came(tmp_path: Path, syntax: str) -> None:
    stored = data_sets(syntax)
    with (
        destination(syntaxes=[syntax]) as dest,
        serving(make_settings(tmp_path / "area", peers={"DEST": dest.port})) as archive,
    ):
        archive.put(*stored.values(), syntax=syntax)
        assert got(archive, syntax) == stored
        with calling(archive.port) as association:
            query = identifier(StudyInstanceUID=STUDY)
            assert status_of(association.send_c_move(query, "DEST", MOVE_STUDY)) == SUCCESS
        assert {uid: data for uid, (_, data) in dest.stored.items()} == stored


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_what_is_stored_is_got_in_another_transfer_syntax(tmp_path: Path, syntax: str) -> None:
    (other,) = {EXPLICIT, IMPLICIT} - {syntax}
    with serving(make_settings(tmp_path / "area")) as archive:
        archive.put(*data_sets(syntax).values(), syntax=syntax)
        assert got(archive, other) == data_sets(other)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_the_index_is_made_again_with_all_of_them(tmp_path: Path, syntax: str) -> None:
    class Silent:
        def progressed(self, area: str, done: int, total: int) -> None:
            assert (area, done) == ("ARCHIVE", total)

        def check(self) -> None:
            """Nobody ends it."""

        def left_out(self, area: str, path: str, reason: str) -> None:
            pytest.fail(f"{area} {path} {reason}")

    settings: ArchiveSettings = make_settings(tmp_path / "area")
    (area,) = settings.configuration.areas
    with serving(settings) as archive:
        archive.put(*data_sets(syntax).values(), syntax=syntax)
        before = archive.indexed()
    count = len(INSTANCES)
    assert reindex_area(settings, area, Silent()) == ReindexReport(indexed=count)
    assert check_area(settings, area, fail_on) == FileCheckReport(files=count, entries=count)
    with serving(settings) as archive:
        assert archive.indexed() == before
        assert got(archive, syntax) == data_sets(syntax)
