"""``kill -9`` at any moment: nothing that was acknowledged is missing, files and index agree, nothing is left over."""

import contextlib
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.archive.areas.keeper import Keeper
from dicomdesk.archive.areas.storage_area import StorageArea
from dicomdesk.archive.index import Index, sqlite_url
from dicomdesk.network.dimse.command_sets import write_command_set
from tests.helpers.archives.archive_process import ArchiveProcess, archive_process
from tests.helpers.archives.postgresql import PostgresqlServer
from tests.helpers.archives.served_archives import (
    ARCHIVE,
    MOVE_STUDY,
    Destination,
    calling,
    destination,
    encoded,
    identifier,
    make_settings,
)
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT
from tests.helpers.peers.balancer import balancing
from tests.helpers.peers.requestors import Proposal, Requestor, connected, data_pdu

ROUNDS = 50
SENDERS = 3
STUDIES = 4


class Load:
    """What senders store and movers ask for, until the archive is gone; remembers what was acknowledged."""

    def __init__(self, seed: int) -> None:
        self.acknowledged: dict[str, bytes] = {}
        self.offered: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._count = 0

    def make(self) -> tuple[str, bytes]:
        """Something new, or now and then something that is there already."""
        with self._lock:
            if self.acknowledged and self._random.random() < 0.15:
                uid = self._random.choice(list(self.acknowledged))
                return uid, self.acknowledged[uid]
            self._count += 1
            study = f"1.2.{self._random.randrange(STUDIES)}"
            uid = f"{study}.1.{self._count}"
            size = self._random.choice((10, 10_000, 1_500_000))
            data = encoded(uid, study, f"{study}.1", pixels=self._count.to_bytes(4, "big") * (size // 4))
            self.offered[uid] = data
        return uid, data

    def store(self, port: int) -> None:
        """Store one after the other until the connection breaks."""
        try:
            with connected(port) as peer:
                proposal = Proposal(contexts=[(1, CT_IMAGE, [EXPLICIT])], called=ARCHIVE.encode(), max_pdu_bytes=0)
                peer.associate(proposal)
                while True:
                    uid, data = self.make()
                    parts = [data[start : start + 60_000] for start in range(0, len(data), 60_000)]
                    assert peer.store(uid, parts) == 0
                    with self._lock:
                        self.acknowledged[uid] = data
        except (OSError, AssertionError):
            return

    def move(self, port: int) -> None:
        """Have studies moved until the connection breaks."""
        command = write_command_set(
            {0x0002: MOVE_STUDY.encode(), 0x0100: 0x21, 0x0110: 7, 0x0600: b"DEST", 0x0700: 0, 0x0800: 1}
        )
        keys = bytes.fromhex("08005200 06000000") + b"STUDY " + bytes.fromhex("20000d00 06000000") + b"1.2.1\0"
        try:
            with connected(port) as peer:
                peer.associate(Proposal(contexts=[(1, MOVE_STUDY, [IMPLICIT])], called=ARCHIVE.encode()))
                while True:
                    peer.send(data_pdu(1, 3, command) + data_pdu(1, 2, keys))
                    while final_status(peer) == 0xFF00:
                        pass
        except (OSError, AssertionError):
            return


def final_status(peer: Requestor) -> int:
    number, body = peer.read_pdu()
    assert number == 4
    return int.from_bytes(body[-2:], "little") if body[5] & 1 else 0xFF00


def kill_under_load(archive: ArchiveProcess, load: Load, after_s: float) -> None:
    jobs: list[Callable[[int], None]] = [*[load.store] * SENDERS, load.move]
    threads = [threading.Thread(target=job, args=(archive.port,)) for job in jobs]
    for thread in threads:
        thread.start()
    threading.Event().wait(after_s)
    archive.kill()
    for thread in threads:
        thread.join()


def assert_in_order(folder: Path, load: Load, database_url: str = "") -> None:
    """Look at files and index, while no archive runs."""
    index = Index(database_url or sqlite_url(folder / ".dicomdesk" / "index.sqlite"))
    try:
        keeper = Keeper(make_settings(folder).configuration.areas[0], StorageArea(folder), index)
        indexed = {found.path: found.sop_instance_uid for found in index.find_instances(ARCHIVE)}
        assert set(keeper.storage.files()) == set(indexed)
        assert len(set(indexed.values())) == len(indexed)
        assert set(load.acknowledged) <= set(indexed.values()) <= set(load.offered)
        assert list(index.wrong_counts()) == []
        for path, uid in indexed.items():
            assert Path(keeper.storage.path_of(path)).read_bytes().endswith(load.offered[uid]), uid
        state = {name for name in os.listdir(folder / ".dicomdesk") if not name.startswith("index.sqlite")}
        assert state == {"area.json"}
        assert [name for name in os.listdir(folder) if len(name) != 2 and name != ".dicomdesk"] == []
    finally:
        index.close()


def move_everything(archive: ArchiveProcess, target: Destination) -> dict[str, bytes]:
    target.stored.clear()
    with calling(archive.port) as association:
        for study in range(STUDIES):
            query = identifier(StudyInstanceUID=f"1.2.{study}")
            responses = list(association.send_c_move(query, "DEST", MOVE_STUDY))
            assert responses[-1][0].Status == 0
    return {uid: data for uid, (_, data) in target.stored.items()}


def test_nothing_that_was_acknowledged_is_missing_after_kills(tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")  # noqa: T201 - to do it again
    choice, load = random.Random(seed), Load(seed)
    with destination() as target:
        for _ in range(ROUNDS):
            with archive_process(tmp_path, peers={"DEST": target.port}) as archive:
                kill_under_load(archive, load, choice.uniform(0.0, 0.25))
        with archive_process(tmp_path, peers={"DEST": target.port}) as archive:
            moved = move_everything(archive, target)
            archive.end()
    assert_in_order(tmp_path, load)
    assert {uid: moved.get(uid) for uid in load.acknowledged} == load.acknowledged
    assert len(load.acknowledged) > ROUNDS


def test_one_of_two_processes_on_one_folder_and_postgresql_is_killed(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    url, load = postgresql.new_database(), Load(1)
    with (
        destination() as target,
        archive_process(tmp_path, database_url=url, peers={"DEST": target.port}) as one,
    ):
        stores = threading.Thread(target=load.store, args=(one.port,))
        stores.start()
        for after_s in (0.1, 0.3, 0.2):
            with archive_process(tmp_path, database_url=url, peers={"DEST": target.port}) as other:
                kill_under_load(other, load, after_s)
        with archive_process(tmp_path, database_url=url) as other:
            other.end()
        one.kill()
        stores.join()
        with archive_process(tmp_path, database_url=url, peers={"DEST": target.port}) as last:
            moved = move_everything(last, target)
            last.end()
    assert_in_order(tmp_path, load, url)
    assert {uid: moved.get(uid) for uid in load.acknowledged} == load.acknowledged


@pytest.mark.parametrize("kills", [3])
def test_an_archive_that_ends_in_order_finds_nothing_to_do(tmp_path: Path, kills: int) -> None:
    load = Load(3)
    for _ in range(kills):
        with archive_process(tmp_path) as archive:
            kill_under_load(archive, load, 0.1)
    with archive_process(tmp_path) as archive:
        archive.end()
    with archive_process(tmp_path) as archive:
        assert archive.order == ""
        archive.end()
    assert_in_order(tmp_path, load)


@pytest.mark.long
def test_any_of_three_processes_behind_one_address_is_killed(tmp_path: Path, postgresql: PostgresqlServer) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")  # noqa: T201 - to do it again
    url, choice, load, ended = postgresql.new_database(), random.Random(seed), Load(seed), threading.Event()
    ports: list[int] = []

    def store_on() -> None:
        while not ended.is_set():
            load.store(address)

    with destination() as target, contextlib.ExitStack() as processes:
        peers = {"DEST": target.port}
        running = [processes.enter_context(archive_process(tmp_path, database_url=url, peers=peers)) for _ in range(3)]
        ports += [one.port for one in running]
        with balancing(ports, seed) as address:
            senders = [threading.Thread(target=store_on) for _ in range(SENDERS)]
            for sender in senders:
                sender.start()
            for _ in range(4):
                threading.Event().wait(choice.uniform(0.05, 0.4))
                place = choice.randrange(3)
                running[place].kill()
                other = processes.enter_context(archive_process(tmp_path, database_url=url, peers=peers))
                running[place], ports[place] = other, other.port
            ended.set()
            moved = move_everything(choice.choice(running), target)
            for one in running:
                one.kill()
            for sender in senders:
                sender.join()
        with archive_process(tmp_path, database_url=url, peers=peers) as last:
            last.end()
    assert_in_order(tmp_path, load, url)
    assert len(moved) > 10
    assert set(moved) <= set(load.offered)
