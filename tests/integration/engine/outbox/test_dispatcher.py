"""What goes at once, what waits for what, and what an Outbox leaves behind."""

import logging
import threading
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import OutboxLimits
from dicomdesk.engine.outbox.facts import PeerPaused, RunEnded, RunStarted
from dicomdesk.engine.outbox.outbox import Outbox
from tests.helpers.jobs.outbox import Facts, KnownPorts, errand_for, open_outbox
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import FakePeer, Hold, Silence, Status


def test_several_peers_are_sent_to_at_once_as_many_as_are_allowed(tmp_path: Path) -> None:
    paths, go_on = write_instances(tmp_path, 1), threading.Event()
    peers = [FakePeer(stores=[Hold(go_on, Status(0))]) for _ in range(3)]
    a, b, c = (peer.port for peer in peers)
    limits = OutboxLimits(peers_at_once=2)
    with peers[0], peers[1], peers[2], open_outbox(limits=limits, A=a, B=b, C=c) as opened:
        for name in "ABC":
            opened.outbox.add(errand_for(name, paths))
        peers[0].wait_for("associated")
        peers[1].wait_for("associated")
        assert not peers[2].associations
        go_on.set()
        assert all(errand.stored == 1 for errand in opened.wait_for_end())


def test_a_peer_that_is_down_holds_only_what_goes_to_it(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 2)
    with FakePeer() as peer, open_outbox(UP=peer.port, DOWN=1) as opened:
        down = opened.outbox.add(errand_for("DOWN", paths))
        up = opened.outbox.add(errand_for("UP", paths))
        opened.wait_for(up, lambda errand: errand.is_ended)
        waiting = opened.wait_for(down, lambda errand: errand.state is ErrandState.RETRYING)
        assert waiting.record.next_try_at is not None
        assert waiting.record.reason


def test_a_peer_that_is_not_in_the_address_book_is_waited_for_with_the_reason(tmp_path: Path) -> None:
    with FakePeer() as peer, open_outbox() as opened:
        errand_id = opened.outbox.add(errand_for("NEW", write_instances(tmp_path, 1)))
        opened.facts.wait_for(PeerPaused)
        assert "no peer called NEW" in opened.outbox.errand(errand_id).record.reason
        opened.peers.ports["NEW"] = peer.port
        opened.outbox.peers_changed()
        assert opened.wait_for_end()[0].stored == 1


def test_what_waits_for_its_next_try_goes_at_once_when_the_address_book_is_another(tmp_path: Path) -> None:
    with FakePeer() as peer, open_outbox(limits=OutboxLimits(longest_pause_s=3600.0), PACS=1) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", write_instances(tmp_path, 1)))
        opened.wait_for(errand_id, lambda errand: errand.state is ErrandState.RETRYING)
        opened.peers.ports["PACS"] = peer.port
        opened.outbox.peers_changed()
        assert opened.wait_for_end()[0].stored == 1


def test_a_fault_of_who_resolves_costs_its_own_peer_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    paths = write_instances(tmp_path, 1)
    with FakePeer() as peer, open_outbox(UP=peer.port, BAD=1) as opened, caplog.at_level(logging.CRITICAL + 1):
        opened.peers.faults["BAD"] = ZeroDivisionError("of the resolver")
        bad = opened.outbox.add(errand_for("BAD", paths))
        up = opened.outbox.add(errand_for("UP", paths))
        opened.wait_for(up, lambda errand: errand.is_ended)
        assert "internal error" in opened.outbox.errand(bad).record.reason


def test_a_run_keeps_its_settings_and_the_next_has_the_new_ones(tmp_path: Path) -> None:
    paths, go_on = write_instances(tmp_path, 2), threading.Event()
    with FakePeer(stores=[Hold(go_on, Status(0))]) as old, FakePeer() as new, open_outbox(PACS=old.port) as opened:
        opened.outbox.add(errand_for("PACS", paths))
        old.wait_for("associated")
        opened.peers.ports["PACS"] = new.port
        opened.outbox.peers_changed()
        go_on.set()
        opened.wait_for_end()
        opened.facts.wait_for(RunEnded)
        opened.outbox.add(errand_for("PACS", paths))
        opened.wait_for_end()
        assert (len(old.stores), len(new.stores)) == (2, 2)


def test_what_is_broken_off_at_the_end_waits_in_the_journal(tmp_path: Path) -> None:
    journal = MemoryJournal()
    with FakePeer(stores=[Status(0), Silence()]) as peer:
        with open_outbox(journal=journal, PACS=peer.port) as opened:
            errand_id = opened.outbox.add(errand_for("PACS", write_instances(tmp_path, 3)))
            opened.wait_for(errand_id, lambda errand: errand.counts.get(InstanceState.UNDER_WAY, 0) == 1)
        states = [record.state for record in journal.instances(errand_id)]
        assert states == [InstanceState.STORED, InstanceState.WAITING, InstanceState.WAITING]
        assert journal.errand(errand_id).state is ErrandState.WAITING


def test_an_end_that_takes_too_long_can_be_made_an_abort(tmp_path: Path) -> None:
    with FakePeer(stores=[Silence()]) as peer, open_outbox(PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", write_instances(tmp_path, 2)))
        opened.wait_for(errand_id, lambda errand: errand.counts.get(InstanceState.UNDER_WAY, 0) == 1)
        patient = threading.Thread(target=opened.outbox.close)
        patient.start()
        opened.outbox.close(abort=True)
        patient.join(20)
        assert not patient.is_alive()
        assert {record.state for record in opened.journal.instances(errand_id)} == {InstanceState.WAITING}


def test_an_outbox_that_is_closed_as_soon_as_something_was_added_loses_nothing(tmp_path: Path) -> None:
    request = errand_for("PACS", write_instances(tmp_path, 3))
    with FakePeer() as peer:
        for _ in range(30):
            journal = MemoryJournal()
            with open_outbox(journal=journal, PACS=peer.port) as opened:
                errand_id = opened.outbox.add(request)
            states = {record.state for record in journal.instances(errand_id)}
            assert states <= {InstanceState.WAITING, InstanceState.STORED}


def test_an_engine_that_is_closed_first_takes_the_outbox_with_it(tmp_path: Path) -> None:
    journal, facts = MemoryJournal(), Facts()
    engine = Engine()
    outbox = Outbox(engine, journal, facts, KnownPorts(PACS=1))
    engine.close()
    errand_id = outbox.add(errand_for("PACS", write_instances(tmp_path, 1)))
    outbox.close()
    assert journal.errand(errand_id).state is ErrandState.WAITING
    assert not facts.of(RunStarted)
