"""When something is tried again, and when not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceState
from dicomdesk.engine.outbox.errands import OutboxLimits
from dicomdesk.engine.outbox.facts import PeerPaused, RunEnded
from tests.helpers.jobs.outbox import errand_for, find, open_outbox
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import Abort, Accept, FakePeer, Reject, Status

QUICK = OutboxLimits(longest_pause_s=0.02)


def test_a_peer_that_rejects_for_now_is_tried_again_and_the_next_try_is_told(tmp_path: Path) -> None:
    busy = Reject(result=2, source=3, reason=2)
    with FakePeer(associate=[busy, busy, Accept()]) as peer, open_outbox(limits=QUICK, PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", write_instances(tmp_path, 2)))
        told = opened.facts.wait_for(PeerPaused)
        (errand,) = opened.wait_for_end()
        assert told.peer == "PACS"
        assert told.until.tzinfo is not None
        assert "limit" in told.reason.lower()
        assert errand.stored == 2
        assert opened.journal.errand(errand_id).tries == 0


def test_a_peer_that_rejects_for_good_ends_the_errand_with_its_reason(tmp_path: Path) -> None:
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer, open_outbox(limits=QUICK, PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", write_instances(tmp_path, 2)))
        (errand,) = opened.wait_for_end()
        assert errand.counts == {InstanceState.NOT_SENT: 2}
        assert all(record.reason for record in opened.journal.instances(errand_id))
        assert opened.facts.wait_for(RunEnded).reason
        assert len(peer.associations) == 1


def test_out_of_resources_is_tried_again_and_what_is_stored_is_not(tmp_path: Path) -> None:
    stores = [Status(0), Status(0xA700), Status(0xA900), Status(0)]
    with FakePeer(stores=stores) as peer, open_outbox(limits=QUICK, PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", write_instances(tmp_path, 3)))
        (errand,) = opened.wait_for_end()
        assert errand.counts == {InstanceState.STORED: 2, InstanceState.REFUSED: 1}
        assert [record.attempts for record in opened.journal.instances(errand_id)] == [1, 2, 1]


def test_an_instance_that_breaks_every_association_goes_last_and_is_given_up(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 4)
    limits = OutboxLimits(longest_pause_s=0.02, tries=3)
    poison = FakePeer(in_object={0: Abort(), 4: Abort(), 5: Abort(), 6: Abort()})
    with poison as peer, open_outbox(limits=limits, PACS=peer.port) as opened:
        first = opened.outbox.add(errand_for("PACS", paths[:1]))
        second = opened.outbox.add(errand_for("PACS", paths[1:]))
        opened.wait_for_end()
        assert opened.outbox.errand(second).stored == 3
        errand = opened.outbox.errand(first)
        assert errand.counts == {InstanceState.FAILED: 1}
        assert "given up after 3 tries" in errand.record.reason
        assert errand.state is ErrandState.DONE


def test_a_next_try_that_is_years_away_since_the_clock_was_set_is_soon(tmp_path: Path) -> None:
    journal = MemoryJournal()
    record = ErrandRecord(
        title="study",
        peer="PACS",
        added_at=datetime.now(UTC),
        state=ErrandState.RETRYING,
        next_try_at=datetime.now(UTC) + timedelta(days=3650),
        reason="Connection refused",
    )
    errand_id = journal.add(record, find(write_instances(tmp_path, 2)))
    with FakePeer() as peer, open_outbox(journal=journal, limits=QUICK, PACS=peer.port) as opened:
        opened.wait_for_end()
        assert opened.outbox.errand(errand_id).stored == 2
