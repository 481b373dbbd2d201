"""Commitment to what errands have sent, and files that are deleted after it."""

from dataclasses import replace
from pathlib import Path

from dicomdesk.engine.commit.request import CommitWay, CommitWish
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import Commitment, InstanceState
from dicomdesk.engine.outbox.errands import wish_of, with_wish
from dicomdesk.engine.outbox.facts import FileDeleted, InstanceCommitted
from tests.helpers.archives.served_archives import ARCHIVE, running
from tests.helpers.jobs.outbox import OpenOutbox, errand_for, open_outbox
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import Accept, FakePeer, Reject, Status

TITLES = {"PACS": ARCHIVE}
WISH = CommitWish(way=CommitWay.SAME, patience_s=10.0)
DELETING = CommitWish(way=CommitWay.SAME, patience_s=10.0, deletes=True)


def test_a_wish_is_kept_as_plain_settings() -> None:
    settings = with_wish({"calling_ae_title": "WS1"}, DELETING)
    assert wish_of(settings) == DELETING
    assert settings["calling_ae_title"] == "WS1"
    assert wish_of(with_wish(settings, None)) is None
    assert wish_of({"commit": "of a later version"}) is None


def committed(opened: OpenOutbox, errand_id: int) -> list[Commitment]:
    return [record.commitment for record in opened.journal.instances(errand_id)]


def test_what_is_stored_is_asked_for_and_shown_apart_from_what_is_committed(tmp_path: Path) -> None:
    (sources := tmp_path / "sources").mkdir()
    paths = write_instances(sources, 3)
    with running(tmp_path / "archive") as archive, open_outbox(titles=TITLES, PACS=archive.port) as opened:
        one = opened.outbox.add(errand_for("PACS", paths[:2], commit=WISH))
        other = opened.outbox.add(errand_for("PACS", paths[2:]))
        opened.wait_for(one, lambda errand: errand.commitments.get(Commitment.COMMITTED) == 2)
        assert opened.outbox.errand(one).stored == 2
        assert committed(opened, one) == [Commitment.COMMITTED] * 2
        assert committed(opened, other) == [Commitment.NOT_ASKED]
        assert all(Path(path).exists() for path in paths)
        opened.outbox.commit([other], WISH)
        opened.wait_for(other, lambda errand: errand.commitments.get(Commitment.COMMITTED) == 1)


def test_files_are_deleted_after_commitment_unless_changed_or_needed_by_another_errand(tmp_path: Path) -> None:
    (sources := tmp_path / "sources").mkdir()
    paths = write_instances(sources, 3)
    with running(tmp_path / "archive") as archive, open_outbox(titles=TITLES, PACS=archive.port) as opened:
        opened.outbox.add(errand_for("OTHER", paths[1:2], is_held=True))
        errand_id = opened.outbox.add(errand_for("PACS", paths, commit=DELETING, is_held=True))
        changed = Path(paths[2])
        opened.facts.react = lambda fact: append_at_commitment(fact, changed)
        opened.outbox.release([errand_id])
        opened.facts.wait_for(FileDeleted, 3)
    told = {Path(fact.path).name: fact for fact in opened.facts.of(FileDeleted)}
    assert told["000.dcm"].is_deleted
    assert not Path(paths[0]).exists()
    assert "Another errand" in told["001.dcm"].reason
    assert "not what was sent" in told["002.dcm"].reason
    assert Path(paths[1]).exists()
    assert changed.exists()


def append_at_commitment(fact: object, path: Path) -> None:
    """Change a file once the peer was asked, and before it has reported."""
    if isinstance(fact, InstanceCommitted) and fact.commitment is Commitment.ASKED:
        path.write_bytes(path.read_bytes() + b"\0\0")


def test_a_peer_that_cannot_be_asked_commits_to_nothing_and_nothing_is_deleted(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 2)
    deaf = FakePeer(associate=[Accept(), Reject()], stores=[Status(0), Status(0xA900)])
    with deaf as peer, open_outbox(PACS=peer.port) as opened:
        errand_id = opened.outbox.add(errand_for("PACS", paths, commit=DELETING))
        opened.facts.wait_for(InstanceCommitted, 2)
        assert opened.outbox.errand(errand_id).counts == {InstanceState.STORED: 1, InstanceState.REFUSED: 1}
        assert Commitment.COMMITTED not in committed(opened, errand_id)
        told = opened.facts.of(InstanceCommitted)
        assert {fact.number for fact in told} == {0}
        assert told[-1].reason
    assert all(Path(path).exists() for path in paths)


def test_what_was_not_asked_before_the_end_is_asked_by_the_next_program(tmp_path: Path) -> None:
    (sources := tmp_path / "sources").mkdir()
    journal = MemoryJournal()
    with running(tmp_path / "archive") as archive:
        with open_outbox(journal=journal, titles=TITLES, PACS=archive.port) as opened:
            errand_id = opened.outbox.add(errand_for("PACS", write_instances(sources, 2)))
            opened.wait_for_end()
        record = journal.errand(errand_id)
        journal.change(replace(record, settings=with_wish(record.settings, WISH)))
        with open_outbox(journal=journal, titles=TITLES, PACS=archive.port) as opened:
            opened.wait_for(errand_id, lambda errand: errand.commitments.get(Commitment.COMMITTED) == 2)
