"""A journal that is taken up: what is left goes, what cannot go now stays, and it ends."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import JobFinished, JobOutcome, JobStarted
from dicomdesk.engine.journal.journal import Journal
from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import ErrandRecord, ErrandState, InstanceNote, InstanceState, SettingValue
from dicomdesk.engine.outbox.errands import Destination
from dicomdesk.engine.outbox.facts import InstanceEnded, PeerPaused
from dicomdesk.engine.query.request import Identifier
from dicomdesk.engine.request_documents import write_request
from dicomdesk.engine.resume.errand_requests import find_what_was_not_found, request_of, resolve_request
from dicomdesk.engine.resume.facts import ResumeFact, WorkEnded, WorkStarted
from dicomdesk.engine.resume.kept_work import WORK, WorkState, end_work, keep_work, kept_works, new_work_key
from dicomdesk.engine.resume.resume_job import ResumeRequest, ResumeResult
from dicomdesk.engine.retrieve.request import RetrieveRequest
from dicomdesk.engine.send.journaled_send import REQUEST
from dicomdesk.errors import SettingsError
from dicomdesk.settings import Peer
from tests.helpers.jobs.outbox import find
from tests.helpers.jobs.sending import send_request, write_instances
from tests.helpers.peers.fake_peer import FakePeer, Status

NOW = datetime(2026, 11, 30, tzinfo=UTC)
DEADLINE_S = 30.0
WAITING, STORED, REFUSED = InstanceState.WAITING, InstanceState.STORED, InstanceState.REFUSED


def add(journal: Journal, port: int, paths: list[str], **told: object) -> int:
    """An errand as a command line leaves it."""
    document = write_request(send_request(port, paths))
    record = ErrandRecord(title="files", peer=f"ANY-SCP@127.0.0.1:{port}", settings={REQUEST: document}, added_at=NOW)
    return journal.add(replace(record, **told), find(paths))  # type: ignore[arg-type] # of its fields


def resolve(_peer: str, settings: Mapping[str, SettingValue]) -> Destination:
    found = resolve_request(settings)
    assert found is not None
    return found


def resume(journal: Journal, **options: object) -> tuple[ResumeResult, list[ResumeFact]]:
    facts: list[ResumeFact] = []
    request = replace(ResumeRequest(journal=journal, resolve=resolve, retries=0), **options)  # type: ignore[arg-type] # as above
    with Engine() as engine:
        result = engine.submit(request, facts.append).done.result(DEADLINE_S)
    assert isinstance(facts[0], JobStarted)
    assert isinstance(facts[-1], JobFinished)
    assert sum(isinstance(fact, JobStarted | JobFinished) for fact in facts) == 2
    return result, facts


def test_what_is_left_goes_and_what_is_held_stays(tmp_path: Path) -> None:
    journal, paths = MemoryJournal(), write_instances(tmp_path, 4)
    with FakePeer() as peer:
        first = add(journal, peer.port, paths[:3])
        journal.note(first, 0, InstanceNote(STORED, 1, 0))
        held = add(journal, peer.port, paths[3:], state=ErrandState.HELD)
        result, facts = resume(journal)
        assert len(peer.stores) == 2
        assert (dict(result.counts), result.left, result.is_all_well) == ({STORED: 3}, 0, True)
        assert journal.errand(held).state is ErrandState.HELD
        assert Counter(fact.state for fact in facts if isinstance(fact, InstanceEnded)) == {STORED: 2}
        chosen, _ = resume(journal, errand_ids=frozenset({held}))
        assert len(peer.stores) == 3
    assert dict(chosen.counts) == {STORED: 1}


def test_only_what_is_chosen_is_taken_up(tmp_path: Path) -> None:
    journal, paths = MemoryJournal(), write_instances(tmp_path, 2)
    with FakePeer() as peer:
        first, second = add(journal, peer.port, paths[:1]), add(journal, peer.port, paths[1:])
        resume(journal, errand_ids=frozenset({second}))
        assert len(peer.stores) == 1
    assert journal.errand(first).state is ErrandState.WAITING
    assert journal.errand(second).state is ErrandState.DONE


def test_a_peer_that_is_away_is_tried_so_often_and_what_is_for_it_stays(tmp_path: Path) -> None:
    journal, paths = MemoryJournal(), write_instances(tmp_path, 2)
    with FakePeer() as away:
        port = away.port
    errand = add(journal, port, paths)
    result, facts = resume(journal, retries=1)
    assert (dict(result.counts), result.left, result.is_all_well) == ({WAITING: 2}, 2, False)
    assert sum(isinstance(fact, PeerPaused) for fact in facts) == 2
    assert journal.errand(errand).state is ErrandState.RETRYING
    again, _ = resume(journal)
    assert dict(again.counts) == {WAITING: 2}


def test_what_was_refused_is_tried_once_more_only_where_that_is_wanted(tmp_path: Path) -> None:
    journal, paths = MemoryJournal(), write_instances(tmp_path, 2)
    with FakePeer(stores=[Status(0xC000), Status(0)]) as peer:
        add(journal, peer.port, paths)
        first, _ = resume(journal)
        assert dict(first.counts) == {REFUSED: 1, STORED: 1}
        assert not first.is_all_well
        second, _ = resume(journal)
        assert (dict(second.counts), second.is_all_well) == ({}, True)
        third, _ = resume(journal, tries_failed_again=True)
        assert (dict(third.counts), third.is_all_well) == ({STORED: 2}, True)
        assert len(peer.stores) == 3


def test_what_its_program_did_not_come_to_find_is_found(tmp_path: Path) -> None:
    journal, paths = MemoryJournal(), write_instances(tmp_path, 3)
    with FakePeer() as peer:
        document = write_request(send_request(peer.port, paths))
        record = ErrandRecord(title="files", peer="A@b:1", settings={REQUEST: document}, added_at=NOW)
        errand = journal.add(record)
        journal.add(replace(record, settings={REQUEST: write_request(send_request(1, [tmp_path / "gone"]))}))
        result, _ = resume(journal)
        assert len(peer.stores) == 3
    assert dict(result.counts) == {STORED: 3}
    assert [each.id for each in journal.errands()] == [errand]


def test_a_request_that_is_none_to_send_is_said_to_be_so() -> None:
    with pytest.raises(SettingsError, match="not one to send"):
        request_of({REQUEST: write_request(RetrieveRequest(peer=Peer(host="a", port=1), identifiers=()))})
    assert request_of({}) is None
    journal = MemoryJournal()
    journal.add(ErrandRecord(title="by hand", peer="PACS", added_at=NOW))
    find_what_was_not_found(journal, lambda: None)
    assert len(journal.errands()) == 1


def test_a_cancel_leaves_the_rest_for_another_time(tmp_path: Path) -> None:
    journal, paths = MemoryJournal(), write_instances(tmp_path, 30)
    with FakePeer() as peer, Engine() as engine:
        add(journal, peer.port, paths)
        job = engine.submit(ResumeRequest(journal=journal, resolve=resolve), lambda _: None)
        peer.wait_for("stored", 2)
        job.cancel()
        result = job.done.result(DEADLINE_S)
        arrived = len(peer.stores)
        assert result.counts[STORED] == arrived
        assert sum(result.counts.values()) == 30
        if arrived < 30:
            assert result.outcome is JobOutcome.CANCELLED
        assert resume(journal)[0].left == 0
        assert len(peer.stores) == 30


def test_a_retrieve_is_kept_until_it_is_done_and_its_secrets_are_not() -> None:
    journal = MemoryJournal()
    request = RetrieveRequest(peer=Peer(host="127.0.0.1", port=1), identifiers=(Identifier(),))
    key = keep_work(journal, request, "a study", new_work_key(request))
    (work,) = kept_works(journal)
    assert (work.key, work.kind, work.title, work.state) == (key, "retrieve", "a study", WorkState.OPEN)
    end_work(journal, key, WorkState.DONE)
    end_work(journal, "retrieve-gone", WorkState.DONE)
    (done,) = kept_works(journal)
    assert done.state is WorkState.DONE
    assert done.ended_at is not None
    assert not resume(journal)[0].works


def test_a_retrieve_whose_peer_is_away_stays_open_with_the_reason() -> None:
    journal = MemoryJournal()
    with FakePeer() as away:
        port = away.port
    peer = Peer(host="127.0.0.1", port=port)
    keep_work(journal, RetrieveRequest(peer=peer, identifiers=(Identifier(),)), "a study", "retrieve-1")
    result, facts = resume(journal)
    ((_, state, text),) = result.works
    assert (state, result.is_all_well) == (WorkState.OPEN, False)
    assert "refused" in text
    assert [type(fact) for fact in facts if isinstance(fact, WorkStarted | WorkEnded)] == [WorkStarted, WorkEnded]
    assert kept_works(journal)[0].reason == text


@pytest.mark.parametrize(
    "written", ["", "{}", "[1]", '{"version": 2}', '{"version": 1, "title": "a", "state": "lost"}']
)
def test_work_that_cannot_be_read_is_said_to_be_so(written: str) -> None:
    journal = MemoryJournal()
    journal.keep(WORK, "retrieve-1", written)
    with pytest.raises(SettingsError, match="retrieve-1"):
        kept_works(journal)


def test_work_that_cannot_be_read_hides_no_other() -> None:
    journal, told = MemoryJournal(), list[str]()
    journal.keep(WORK, "retrieve-1", "{}")
    request = RetrieveRequest(peer=Peer(host="127.0.0.1", port=104), identifiers=(Identifier(),))
    keep_work(journal, request, "a study", "retrieve-2")
    assert [work.key for work in kept_works(journal, told.append)] == ["retrieve-2"]
    assert len(told) == 1
    assert "retrieve-1" in told[0]


def test_inputs_are_taken_as_the_request_says() -> None:
    request = send_request(104, [])
    found = resolve_request({REQUEST: write_request(replace(request, parallel=3))})
    assert found is not None
    assert (found.associations, found.request.inputs) == (3, InputSelection(paths=(), scan_directories=True))
