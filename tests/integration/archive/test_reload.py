"""A configuration takes the place of another while an archive serves: all of it, or nothing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.setup.configuration import ArchiveConfiguration, Area, PeerEntry, Quota
from dicomdesk.errors import ConfigurationError, StorageError
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    MOVE_STUDY,
    Running,
    calling,
    destination,
    encoded,
    identifier,
    running,
)


def configuration_of(archive: Running) -> ArchiveConfiguration:
    return archive.archive.settings.configuration


def test_a_new_peer_is_known_to_associations_that_begin_then_and_to_no_others(tmp_path: Path) -> None:
    with destination() as target, running(tmp_path) as archive:
        archive.put(encoded("1.2.3.4"))
        query = identifier("STUDY", StudyInstanceUID="1.2.3")
        with calling(archive.port) as earlier:
            hosts = {"x": (PeerEntry(ae_title="DEST", host="127.0.0.1", port=target.port),)}
            archive.archive.reload(replace(configuration_of(archive), hosts=hosts))
            assert [one.Status for one, _ in earlier.send_c_move(query, "DEST", MOVE_STUDY)] == [0xA801]
            with calling(archive.port) as later:
                assert [one.Status for one, _ in later.send_c_move(query, "DEST", MOVE_STUDY)] == [0xFF00, 0]
        assert list(target.stored) == ["1.2.3.4"]


def test_an_area_comes_and_another_goes(tmp_path: Path) -> None:
    with running(tmp_path / "one") as archive:
        (tmp_path / "two").mkdir()
        first = configuration_of(archive)
        second = Area(ae_title="SECOND", folder=tmp_path / "two", is_writable=True)
        with calling(archive.port) as earlier:
            archive.archive.reload(replace(first, areas=(second,)))
            assert archive.archive.ae_titles == ("SECOND",)
            query = identifier("STUDY", StudyInstanceUID="9.9")
            assert [one.Status for one, _ in earlier.send_c_move(query, "DEST", MOVE_STUDY)] == [0]
        with calling(archive.port, called="SECOND"):
            pass
        with pytest.raises(AssertionError), calling(archive.port):
            pass
        archive.archive.reload(first)
        with calling(archive.port):
            pass


def test_nothing_of_a_configuration_that_cannot_be_put_in_force_is(tmp_path: Path) -> None:
    with running(tmp_path / "one") as archive:
        (tmp_path / "two").mkdir()
        old = configuration_of(archive)
        good = Area(ae_title="GOOD", folder=tmp_path / "two", is_writable=True)
        bad = Area(ae_title="BAD", folder=tmp_path / "gone", is_writable=True)
        with pytest.raises(StorageError):
            archive.archive.reload(replace(old, areas=(*old.areas, good, bad), hosts={"x": ()}))
        with pytest.raises(ConfigurationError):
            archive.archive.reload(replace(old, max_associations=7, areas=(*old.areas, good)))
        assert configuration_of(archive) is old
        assert archive.archive.ae_titles == (ARCHIVE,)
        assert not list((tmp_path / "two" / ".dicomdesk").glob("running-*"))


def test_a_new_quota_counts_from_then_on(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("Deleting file")
    with running(tmp_path) as archive:
        archive.put(encoded("1.1", study="1"), encoded("2.1", study="2"))
        old = configuration_of(archive)
        archive.archive.reload(replace(old, areas=(replace(old.areas[0], quota=Quota(max_studies=1)),)))
        archive.put(encoded("3.1", study="3"))
        assert set(archive.indexed().values()) == {"3.1"}
