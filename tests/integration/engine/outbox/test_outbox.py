"""Errands to peers of this machine."""

from pathlib import Path

from dicomdesk.engine.events import JobFinished
from dicomdesk.engine.journal.records import ErrandState, InstanceState
from dicomdesk.engine.outbox.facts import ErrandAdded, InstanceEnded, RunEnded, RunStarted
from tests.helpers.jobs.outbox import errand_for, open_outbox
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import FakePeer, Reject, Status


def test_an_errand_is_sent_and_its_end_is_told_and_kept(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 3)
    with FakePeer(stores=[Status(0), Status(0xB000), Status(0xA900)]) as peer, open_outbox(PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", paths, title="CT"))
        (errand,) = opened.wait_for_end()
        opened.facts.wait_for(RunEnded)
        assert errand.state is ErrandState.DONE
        assert errand.counts == {InstanceState.STORED: 1, InstanceState.WARNING: 1, InstanceState.REFUSED: 1}
        kept = opened.journal.instances(errand_id)
        assert [record.state for record in kept] == [InstanceState.STORED, InstanceState.WARNING, InstanceState.REFUSED]
        assert [record.attempts for record in kept] == [1, 1, 1]
        assert opened.journal.errand(errand_id).state is ErrandState.DONE
        opened.facts.wait_for(InstanceEnded, 3)
        opened.facts.wait_for(RunEnded)
        kinds = [type(fact) for fact in opened.facts.facts]
        assert kinds[0] is ErrandAdded
        assert kinds.index(RunStarted) < kinds.index(JobFinished) < kinds.index(RunEnded)
        assert [fact.number for fact in opened.facts.of(InstanceEnded)] == [0, 1, 2]


def test_errands_of_one_peer_with_the_same_settings_go_over_one_association(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 30)
    with FakePeer() as peer, open_outbox(PACS=peer.port) as opened:
        ids = [opened.outbox.add(errand_for("PACS", [path], is_held=True)) for path in paths]
        opened.outbox.release(ids)
        opened.wait_for_end()
        assert len(peer.associations) == 1
        assert len(peer.stores) == len(paths)


def test_what_is_held_without_a_peer_goes_where_and_how_it_is_told_later(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 2)
    with FakePeer() as peer, open_outbox(PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("", paths))
        opened.outbox.release([errand_id])
        assert opened.outbox.errand(errand_id).state is ErrandState.HELD
        assert opened.outbox.redirect([errand_id], "PACS", {"calling_ae_title": "WS9"}) == {errand_id: errand_id}
        opened.outbox.release([errand_id])
        (errand,) = opened.wait_for_end()
        assert errand.record.settings == {"calling_ae_title": "WS9"}
        assert len(peer.stores) == 2
        opened.outbox.redirect([errand_id], "PACS", {"calling_ae_title": "WS10"})
        assert opened.journal.errand(errand_id).settings == {"calling_ae_title": "WS10"}


def test_a_peer_that_would_not_associate_is_told_apart(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 1)
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer, open_outbox(PACS=peer.port) as opened:
        opened.outbox.add(errand_for("PACS", paths))
        opened.facts.wait_for(RunEnded)
        (ended,) = opened.facts.of(RunEnded)
        assert ended.is_rejected
        assert "AE title" in ended.advice
