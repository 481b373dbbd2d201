"""The archive as a whole: its start and end, many at once, and what a crash leaves for its next start."""

import os
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pynetdicom import evt

from dicomdesk.archive.archive import Archive
from dicomdesk.archive.facts import ShutdownRequested
from dicomdesk.archive.file_check import check_area
from dicomdesk.archive.index import sqlite_url
from dicomdesk.archive.setup.configuration import ArchiveConfiguration
from dicomdesk.archive.setup.settings import ArchiveSettings
from dicomdesk.dicom.query.sop_classes import SHUTDOWN
from dicomdesk.errors import IndexDamagedError, PortInUseError, StorageError
from dicomdesk.network.acceptor.observers import ListenerObserver
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    DEADLINE_S,
    FIND_STUDY,
    GET_STUDY,
    MOVE_STUDY,
    Running,
    calling,
    destination,
    encoded,
    identifier,
    make_settings,
    running,
    serving,
    until,
)
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.peers.requestors import ASSOCIATE_RJ, Proposal, connected


def test_an_archive_starts_ends_and_starts_again_with_what_it_has(tmp_path: Path) -> None:
    for number in range(3):
        with running(tmp_path) as archive:
            assert archive.archive.repairs == {}
            archive.put(encoded(f"1.2.3.5.{number}"))
            assert len(archive.files()) == len(archive.indexed()) == number + 1
            assert archive.archive.bytes_received > 0
    assert sorted(os.listdir(tmp_path / ".dicomdesk")) == ["area.json", "index.sqlite"]


def test_ending_twice_is_harmless(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.archive.stop()
        archive.archive.stop(abort=True)
        archive.archive.close()


def test_an_archive_without_areas_says_so_and_has_none(announce_log: Callable[[str], None]) -> None:
    announce_log("names no storage area")
    with Archive(ArchiveSettings(configuration=ArchiveConfiguration())) as archive:
        assert archive.ae_titles == ()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    settings = make_settings(tmp_path / "area")
    (tmp_path / "area").rmdir()
    with pytest.raises(StorageError, match="does not exist"):
        Archive(settings)


def test_an_index_that_is_no_database_is_said_and_the_files_stay(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.5.1"))
        (path,) = archive.files()
    (tmp_path / ".dicomdesk" / "index.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(IndexDamagedError, match="made again"):
        Archive(make_settings(tmp_path))
    assert (tmp_path / path).is_file()


def test_files_without_their_index_are_not_taken_for_an_empty_archive(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.5.1"))
    (tmp_path / ".dicomdesk" / "index.sqlite").unlink()
    settings = make_settings(tmp_path)
    (area,) = settings.configuration.areas
    for _ in range(2):  # whoever looks does not make an empty one either
        with pytest.raises(IndexDamagedError, match="no index"):
            Archive(settings)
        with pytest.raises(IndexDamagedError, match="no index"):
            check_area(settings, area, print)


@pytest.mark.parametrize("path", ["CT_1.dcm", "ab/1.2/1.3/1.4.00000000.dcm"])
def test_files_beside_an_empty_shared_index_are_told(
    tmp_path: Path, path: str, announce_log: Callable[[str], None]
) -> None:
    announce_log("dcmqrscp --reindex")
    url = sqlite_url(tmp_path / "shared.sqlite")
    file = tmp_path / "area" / path
    file.parent.mkdir(parents=True)
    file.touch()
    with running(tmp_path / "area", database_url=url):
        assert file.exists()


def test_files_of_dcmtk_without_an_index_are_told_until_there_is_one(
    tmp_path: Path, announce_log: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    announce_log("dcmqrscp --reindex")
    (tmp_path / "CT_1.dcm").touch()
    with running(tmp_path) as archive:
        assert "its index is empty" in caplog.text
        archive.put(encoded("1.2.3.1"))
    caplog.clear()
    with running(tmp_path):
        assert "shows less than its folder has: 1 files are not in the index" in caplog.text


def test_entities_that_share_a_folder_share_its_instances(tmp_path: Path) -> None:
    """As DCMTK's do; else one would come to remove files of the other."""
    settings = make_settings(tmp_path)
    (area,) = settings.configuration.areas
    other = replace(area, ae_title="OTHER", folder=tmp_path / ".")
    both = replace(settings, configuration=replace(settings.configuration, areas=(area, other)))
    with serving(both) as archive:
        archive.put(encoded("1.2.3.5.1"))
        for ae_title in (ARCHIVE, "OTHER"):
            keeper = archive.archive.keeper(ae_title)
            assert [found.sop_instance_uid for found in keeper.index.find_instances(keeper.name)] == ["1.2.3.5.1"]
        with calling(archive.port, called="OTHER") as peer:
            statuses = [status.Status for status, _ in peer.send_c_find(identifier(StudyInstanceUID=""), FIND_STUDY)]
        assert statuses == [0xFF00, 0]
    assert check_area(both, other, print).is_right


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with (
        running(tmp_path / "one") as archive,
        Archive(make_settings(tmp_path / "other", port=archive.port)) as other,
        pytest.raises(PortInUseError),
    ):
        other.start()


def test_what_a_crash_left_is_put_in_order_at_the_start(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.5.1"), encoded("1.2.3.5.2"))
        ((path, content), (other, _)) = archive.files().items()
    (tmp_path / ".dicomdesk" / "running-host-1-2").write_bytes(b"")
    os.utime(tmp_path / ".dicomdesk" / "running-host-1-2", (1.0, 1.0))
    (tmp_path / path).with_name("1.2.3.5.3.01234567.dcm").write_bytes(content.replace(b"1.2.3.5.1", b"1.2.3.5.3"))
    (tmp_path / other).with_name("rubbish.dcm").write_bytes(b"rubbish")
    with running(tmp_path) as archive:
        order = archive.archive.repairs[ARCHIVE]
        assert (order.adopted, len(order.unreadable)) == (1, 1)
        assert "1.2.3.5.3" in archive.indexed().values()
    with running(tmp_path) as archive:
        assert archive.archive.repairs == {}


def test_a_removal_that_was_not_completed_is_at_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        archive.put(encoded("1.2.3.5.1"))
        (path,) = archive.files()
        archive.archive.keeper(ARCHIVE).index.remove(ARCHIVE, path=path)
    (tmp_path / ".dicomdesk" / "removing-1.json").write_text(f'["{path}"]')
    with running(tmp_path) as archive:
        assert archive.files() == {}


def test_a_peer_may_ask_for_the_end_where_that_is_allowed(tmp_path: Path) -> None:
    proposal = Proposal(contexts=[(1, SHUTDOWN, [IMPLICIT])], called=ARCHIVE.encode())
    with running(tmp_path, allows_shutdown=True) as archive, connected(archive.port) as peer:
        peer.send(proposal.encode())
        assert peer.read_pdu()[0] == ASSOCIATE_RJ
        assert archive.wait_for(ShutdownRequested)
    with running(tmp_path) as archive, connected(archive.port) as peer:
        assert peer.associate(proposal).results[1][0] == 3
        assert archive.told(ShutdownRequested) == []


def test_an_instance_that_is_being_received_is_waited_for_at_the_end(tmp_path: Path) -> None:
    class Started(ListenerObserver):
        def __init__(self) -> None:
            self.event = threading.Event()

        def store_started(self, _request: object) -> None:
            self.event.set()

    observer, data = Started(), encoded("1.2.3.5.1", pixels=bytes(100_000))
    with serving(make_settings(tmp_path), observer) as archive, connected(archive.port) as peer:
        peer.associate(Proposal(called=ARCHIVE.encode()))
        ending = threading.Thread(target=archive.archive.stop)

        def parts() -> list[bytes]:
            return [data[start : start + 10_000] for start in range(0, len(data), 10_000)]

        def end_soon() -> None:
            assert observer.event.wait(DEADLINE_S)
            ending.start()

        watcher = threading.Thread(target=end_soon)
        watcher.start()
        status = peer.store("1.2.3.5.1", parts())
        watcher.join()
        ending.join(DEADLINE_S)
        assert not ending.is_alive()
        assert status == 0
        assert len(archive.indexed()) == 1


# -- many at once


class Crowd:
    """Fifty that store, query, move, get and delete."""

    def __init__(self, archive: Running) -> None:
        self.archive = archive
        self.stored: set[str] = set()
        self.failures: list[str] = []
        self._lock = threading.Lock()

    def run(self, action: Callable[[int], None], number: int) -> None:
        try:
            action(number)
        except Exception as error:  # noqa: BLE001 - told by the test
            self.failures.append(f"{action.__name__} {number}: {error!r}")

    def store(self, number: int) -> None:
        choice = random.Random(number)
        with connected(self.archive.port) as peer:
            peer.associate(Proposal(contexts=[(1, CT_IMAGE, [EXPLICIT])], called=ARCHIVE.encode()))
            for item in range(20):
                study = f"1.2.{choice.randrange(6)}"
                uid = f"{study}.1.{number}.{item}"
                data = encoded(uid, study, f"{study}.{number % 3}", pixels=bytes(choice.randrange(0, 10_000, 2)))
                assert peer.store(uid, [data]) == 0
                with self._lock:
                    self.stored.add(uid)
            peer.release()

    def find(self, _number: int) -> None:
        with calling(self.archive.port, classes=[FIND_STUDY]) as association:
            for _ in range(5):
                answers = list(association.send_c_find(identifier(PatientName="D*", StudyInstanceUID=None), FIND_STUDY))
                assert answers[-1][0].Status == 0

    def move(self, number: int) -> None:
        with calling(self.archive.port, classes=[MOVE_STUDY]) as association:
            query = identifier(StudyInstanceUID=f"1.2.{number % 6}")
            answers = list(association.send_c_move(query, "DEST", MOVE_STUDY))
            assert answers[-1][0].Status in (0, 0xB000)

    def get(self, number: int) -> None:
        handlers = [(evt.EVT_C_STORE, lambda _: 0)]
        with calling(self.archive.port, classes=[GET_STUDY], stores_to_us=[CT_IMAGE], handlers=handlers) as association:
            query = identifier(StudyInstanceUID=f"1.2.{number % 6}")
            answers = list(association.send_c_get(query, GET_STUDY))
            assert answers[-1][0].Status in (0, 0xB000)

    def delete(self, number: int) -> None:
        keeper = self.archive.archive.keeper(ARCHIVE)
        self.archive.put(*(encoded(f"1.9.{number}.{item}", f"1.9.{number}", "1.9.1") for item in range(10)))
        assert len(keeper.remove(study_instance_uid=f"1.9.{number}")) == 10


def test_fifty_at_once_store_query_move_get_and_delete(tmp_path: Path) -> None:
    threads_before = threading.active_count()
    descriptors = len(os.listdir("/proc/self/fd"))
    with destination() as target, running(tmp_path, peers={"DEST": target.port}) as archive:
        crowd = Crowd(archive)
        actions = [crowd.store] * 24 + [crowd.find] * 8 + [crowd.move] * 6 + [crowd.get] * 6 + [crowd.delete] * 6
        threads = [threading.Thread(target=crowd.run, args=(action, number)) for number, action in enumerate(actions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120.0)
        assert not any(thread.is_alive() for thread in threads)
        assert crowd.failures == []
        assert len(crowd.stored) == 24 * 20
        assert set(archive.indexed().values()) == crowd.stored
        assert set(archive.files()) == set(archive.indexed())
        assert list(archive.archive.keeper(ARCHIVE).index.wrong_counts()) == []
        until(lambda: archive.archive.associations == 0)
    until(lambda: threading.active_count() <= threads_before, "the end of all threads")
    until(lambda: len(os.listdir("/proc/self/fd")) <= descriptors, "the end of all descriptors")
