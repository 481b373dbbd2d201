"""The tool route as a process: what it receives and finds goes on, whatever ends it in between."""

import json
import random
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.routing import write_instance
from tests.helpers.peers.fake_peer import FakePeer

ROUTE = ours("route")
DCMSEND = ours("dcmsend")
LISTENING = "starting service class provider and listening"
DEADLINE_S = 30.0


def write_rules(folder: Path, *rules: dict[str, object], port: int) -> Path:
    file = folder / "rules.json"
    peer = {"name": "ARCHIVE", "ae_title": "ARCHIVE", "host": "127.0.0.1", "port": port}
    document = {"dicomdesk_rules": 1, "peers": [peer], "rules": [{"to": "ARCHIVE", **rule} for rule in rules]}
    file.write_text(json.dumps(document))
    return file


@contextmanager
def routing(rules: Path, *words: str) -> Iterator[int]:
    """A route that listens; its port."""
    port = free_port()
    received = rules.with_name("received")
    received.mkdir(exist_ok=True)
    with running(ROUTE, "-v", "--rules", str(rules), "--port", str(port), "-od", str(received), *words) as process:
        wait_for_line(process, LISTENING)
        yield port


@pytest.mark.long
def test_what_is_received_is_sent_on_until_a_signal_comes(tmp_path: Path) -> None:
    files = [write_instance(tmp_path / "ct" / str(number), uid=f"1.2.{number}") for number in range(3)]
    port = free_port()
    (tmp_path / "received").mkdir()
    with FakePeer() as peer:
        rules = write_rules(tmp_path, {"name": "CT", "when": {"quiet_s": 0.2}}, port=peer.port)
        words = ("--json", "--rules", str(rules), "--port", str(port), "-od", str(tmp_path / "received"))
        with running(ROUTE, *words) as process:
            wait_for_line(process, "listener-started", of_stdout=True)
            run(DCMSEND, "127.0.0.1", str(port), *map(str, files))
            ended = json.loads(wait_for_line(process, "sending-ended", of_stdout=True)[-1])
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE_S) == 143
        assert (ended["rule"], ended["stored"], ended["failed"]) == ("CT", 3, 0)
        assert sorted(store.sop_instance_uid for store in peer.stores) == ["1.2.0", "1.2.1", "1.2.2"]


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_kills_it_everything_arrives_and_only_what_was_under_way_twice(tmp_path: Path, seed: int) -> None:
    chance, count, kills = random.Random(seed), 40, 4
    files = [write_instance(tmp_path / "ct" / str(number), uid=f"1.2.{number}") for number in range(count)]
    with FakePeer() as peer:
        rules = write_rules(
            tmp_path,
            {"name": "Received", "when": {"quiet_s": 0.1}},
            {"name": "Folder", "when": {"folder": "in", "rest_s": 0.1}, "afterwards": "move"},
            port=peer.port,
        )
        (tmp_path / "in").mkdir()
        for turn in range(kills):
            with routing(rules) as port:
                batch = files[turn * count // kills : (turn + 1) * count // kills]
                half = len(batch) // 2
                run(DCMSEND, "127.0.0.1", str(port), *map(str, batch[:half]))
                for number, file in enumerate(batch[half:]):
                    write_instance(tmp_path / "in" / file.name, uid=f"1.3.{turn}.{number}", study=f"1.3.{turn}")
                wanted = len(peer.stores) + chance.randrange(half)
                if wanted:
                    peer.wait_for("stored", wanted)
                # the end of ``routing`` kills it
        expected = {f"1.2.{number}" for turn in range(kills) for number in _received(turn, count, kills)}
        expected |= {f"1.3.{turn}.{number}" for turn in range(kills) for number in range(count // kills // 2)}
        with routing(rules):
            stored = list(peer.stores)
            while not {store.sop_instance_uid for store in stored} >= expected:
                peer.wait_for("stored", len(stored) + 1)
                stored = list(peer.stores)
        stores = Counter(store.sop_instance_uid for store in peer.stores)
        assert set(stores) == expected
        assert max(stores.values()) <= 2
        assert sum(stores.values()) <= len(expected) + kills * MOST_UNDER_WAY


MOST_UNDER_WAY = 20
"""Instances whose answers came within the time that a journal may take to keep them."""


def _received(turn: int, count: int, kills: int) -> range:
    first = turn * count // kills
    return range(first, first + count // kills // 2)


@pytest.mark.long
def test_a_port_a_folder_and_a_journal_that_cannot_be_had_have_exit_codes(tmp_path: Path) -> None:
    rules = write_rules(tmp_path, {"name": "CT"}, port=1)
    with FakePeer() as peer:
        taken = ("--port", str(peer.port), "-od", str(tmp_path))
        assert run(ROUTE, "--rules", str(rules), *taken).code == 64
    nowhere = ("--port", str(free_port()), "-od", str(tmp_path / "nowhere"))
    assert run(ROUTE, "--rules", str(rules), *nowhere).code == 45
    assert run(ROUTE, "--rules", str(rules), "--journal", str(rules), *nowhere).code == 87
    assert run(ROUTE).code == 1
