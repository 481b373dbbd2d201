"""A program that is killed at random, again and again, while its errands go to a real acceptor: nothing is lost."""

import random
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.journal.records import InstanceState
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.engine.outbox.errands import OutboxLimits
from dicomdesk.engine.outbox.outbox import Outbox
from tests.helpers.jobs.outbox import Facts, KnownPorts, errand_for
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import Abort, Accept, FakePeer, Hold, Reject, Status

BUSY = Reject(result=2, source=3, reason=2)
LIMITS = OutboxLimits(longest_pause_s=0.02, run_instances=40)


class Program:
    """What a program has, until it is gone without having closed anything."""

    def __init__(self, path: Path, port: int) -> None:
        self.engine, self.facts = Engine(), Facts()
        self.journal = SqliteJournal(str(path))
        self.outbox = Outbox(self.engine, self.journal, self.facts, KnownPorts(PACS=port), limits=LIMITS)

    @property
    def is_done(self) -> bool:
        """Whether nothing is to be done any more."""
        return all(errand.is_ended for errand in self.outbox.errands())

    def wait_for(self, peer: FakePeer, stores: int) -> None:
        """Wait until so much has come to the peer, or all is done."""
        self.facts.wait_until(lambda: len(peer.stores) >= stores or self.is_done)

    def kill(self, copy: Path) -> None:
        """Keep what stands on the disk now, as a killed program leaves it; then let the threads of this one end."""
        source = Path(self.journal.path)
        for name in (source.name, f"{source.name}-wal"):
            if (source.parent / name).exists():
                (copy.parent / name.replace(source.name, copy.name)).write_bytes((source.parent / name).read_bytes())
        self.close()

    def close(self) -> None:
        """End in order."""
        self.outbox.close(abort=True)
        self.engine.close()
        self.journal.close()


def test_what_is_sent_is_in_the_file_before_so_that_it_goes_on_after_a_kill(tmp_path: Path) -> None:
    paths, go_on = write_instances(tmp_path, 3), threading.Event()
    with FakePeer(stores=[Status(0), Hold(go_on, Status(0)), Status(0)]) as peer:
        program = Program(tmp_path / "0.journal", peer.port)
        held = program.outbox.add(replace(errand_for("PACS", paths), is_held=True))
        program.outbox.release([held])
        program.wait_for(peer, 1)
        go_on.set()
        program.kill(tmp_path / "1.journal")
        program = Program(tmp_path / "1.journal", peer.port)
        program.facts.wait_until(lambda: program.is_done)
        (errand,) = program.outbox.errands()
        assert errand.counts == {InstanceState.STORED: 3}
        program.close()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_every_instance_is_stored_however_often_the_program_ends_in_the_middle(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    (sources := tmp_path / "sources").mkdir()
    paths = write_instances(sources, 60)
    stores = [Status(chance.choice([0, 0, 0, 0, 0xA700])) for _ in range(60)] + [Status(0)]
    in_object = {number: Abort() for number in chance.sample(range(90), 4)}
    with FakePeer(associate=[Accept(), BUSY, Accept()], stores=stores, in_object=in_object) as peer:
        program = Program(tmp_path / "0.journal", peer.port)
        for first in range(0, 60, 6):
            program.outbox.add(errand_for("PACS", paths[first : first + 6], title=str(first)))
        assert program.journal.flush()
        for life in range(1, 4):
            taken = len(peer.stores) + chance.randrange(1, 16)
            program.wait_for(peer, taken)
            program.kill(tmp_path / f"{life}.journal")
            program = Program(tmp_path / f"{life}.journal", peer.port)
        program.wait_for(peer, 10**6)
        counts: Counter[InstanceState] = Counter()
        for errand in program.outbox.errands():
            counts.update(errand.counts)
            assert {record.state for record in program.journal.instances(errand.id)} == set(errand.counts)
        program.close()
        assert sum(counts.values()) == 60
        assert counts[InstanceState.STORED] == 60, counts
        assert len({store.sop_instance_uid for store in peer.stores}) == 60
