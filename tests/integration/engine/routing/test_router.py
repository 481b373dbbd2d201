"""What has arrived goes to peers of this machine, as rules say."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.engine.journal.memory_journal import MemoryJournal
from dicomdesk.engine.journal.records import Commitment, ErrandState
from dicomdesk.engine.lists.window import read_window
from dicomdesk.engine.outbox.errands import OutboxLimits
from dicomdesk.engine.routing.facts import (
    FileHandled,
    FileUnusable,
    RuleSent,
    RulesMended,
    RulesTroubled,
    RuleWithheld,
    SendingEnded,
)
from dicomdesk.engine.rules.conditions import SUBJECTS, Criterion, Sender
from dicomdesk.engine.rules.deciding import MOST_VERSIONS, Verdict
from dicomdesk.engine.rules.rule import Afterwards, Destination, Priority, QuietStudy, RuleSet, Scope
from dicomdesk.engine.rules.schedule import Schedule
from tests.helpers.archives.served_archives import ARCHIVE, running
from tests.helpers.jobs.outbox import errand_for
from tests.helpers.jobs.routing import CT1, Routed, SetClock, folder_rule, make_rule, routed, write_instance
from tests.helpers.peers.fake_peer import FakePeer, Status


def stored_uids(peer: FakePeer) -> list[str]:
    return sorted(store.sop_instance_uid for store in peer.stores)


def arrive(here: Routed, path: Path, *, study: str = "1.2.3", sender: Sender = CT1) -> None:
    here.router.arrived(str(path), study, sender)


def test_a_study_goes_when_it_has_been_quiet_and_what_is_added_goes_alone(tmp_path: Path) -> None:
    with FakePeer() as peer, routed(make_rule("r", "PACS"), PACS=peer.port) as here:
        for number in (1, 2):
            arrive(here, write_instance(tmp_path / str(number), uid=f"1.2.{number}"))
        assert here.turn_after(9) == pytest.approx(1)
        assert not here.of(RuleSent)
        here.turn_after(1)
        here.end_errands()
        assert stored_uids(peer) == ["1.2.1", "1.2.2"]
        arrive(here, write_instance(tmp_path / "3", uid="1.2.3"))
        arrive(here, write_instance(tmp_path / "1", uid="1.2.1"))  # the same again
        here.turn_after(10)
        here.end_errands()
        assert stored_uids(peer) == ["1.2.1", "1.2.2", "1.2.3"]
        assert [(fact.instances, fact.destination) for fact in here.of(RuleSent)] == [(2, "PACS"), (1, "PACS")]
        assert [fact.stored for fact in here.of(SendingEnded)][-1] == 1
        done = here.book.last_done(make_rule("r", "PACS"))
        assert done is not None
        assert (done.instances, done.studies) == (3, 2)


def test_another_content_of_an_instance_goes_again_but_not_for_ever(tmp_path: Path) -> None:
    with FakePeer() as peer, routed(make_rule("r", "PACS"), PACS=peer.port) as here:
        for version in range(MOST_VERSIONS + 3):
            arrive(here, write_instance(tmp_path / "a", size=2 + version * 2))
            here.turn_after(10)
            here.end_errands()
        assert len(peer.stores) == MOST_VERSIONS
        assert {fact.verdict for fact in here.of(RuleWithheld)} == {Verdict.TOO_OFTEN}


def test_nothing_goes_back_to_its_sender_or_to_this_machine(tmp_path: Path) -> None:
    with FakePeer() as peer, routed(make_rule("r", "PACS", "US"), PACS=peer.port, US=11112) as here:
        here.own_port = 11112
        arrive(here, write_instance(tmp_path / "a"), sender=Sender("PACS", "US", "127.0.0.1"))
        here.turn_after(10)
        assert not here.opened.outbox.errands()
        assert [(fact.destination, fact.verdict) for fact in here.of(RuleWithheld)] == [
            ("PACS", Verdict.TO_SENDER),
            ("US", Verdict.TO_US),
        ]
        assert [doing.text for doing in here.book.doings("R")] == [
            "not sent back to PACS, who has sent it: 1 instance",
            "US is this machine, nothing is sent: 1 instance",
        ]


def test_a_study_that_matches_late_goes_as_a_whole(tmp_path: Path) -> None:
    with FakePeer() as peer, routed(make_rule("r", "PACS", modality="CT"), PACS=peer.port) as here:
        arrive(here, write_instance(tmp_path / "sr", uid="1.2.1", modality="SR"))
        here.turn_after(10)
        assert not here.of(RuleSent)
        arrive(here, write_instance(tmp_path / "ct", uid="1.2.2"))
        here.turn_after(10)
        arrive(here, write_instance(tmp_path / "sr2", uid="1.2.3", modality="SR"))
        here.turn_after(10)
        here.end_errands()
        assert stored_uids(peer) == ["1.2.1", "1.2.2", "1.2.3"]


def test_rules_that_wait_longer_act_later_and_keep_theirs_from_those_below(tmp_path: Path) -> None:
    late = make_rule("late", "B", modality="CT", trigger=QuietStudy(quiet_s=60), stops=True, scope=Scope.MATCHING)
    soon = make_rule("soon", "A")
    with FakePeer() as first, FakePeer() as second, routed(late, soon, A=first.port, B=second.port) as here:
        arrive(here, write_instance(tmp_path / "1", uid="1.2.1"))
        arrive(here, write_instance(tmp_path / "2", uid="1.2.2", modality="SR"))
        here.turn_after(10)
        assert [(fact.rule, fact.instances) for fact in here.of(RuleSent)] == [("soon", 1)]
        here.turn_after(50)
        assert [(fact.rule, fact.instances) for fact in here.of(RuleSent)] == [("soon", 1), ("late", 1)]
        assert here.router.studies_waiting == 0
        here.end_errands()


def test_a_rule_for_nights_waits_in_the_queue_and_goes_at_its_hour(tmp_path: Path) -> None:
    nights = make_rule("r", "PACS", schedule=Schedule(hours=read_window("20:00-06:00")))
    with FakePeer() as peer, routed(nights, PACS=peer.port) as here:
        arrive(here, write_instance(tmp_path / "a"))
        here.turn_after(10)
        (fact,) = here.of(RuleSent)
        assert fact.opens_at is not None
        assert (fact.opens_at.hour, fact.opens_at.minute) == (20, 0)
        (errand,) = here.opened.outbox.errands()
        assert (errand.state, errand.record.next_try_at) == (ErrandState.HELD, fact.opens_at.astimezone())
        assert errand.record.reason == 'The rule "r" sends between 20:00 and 06:00'
        waits = here.book.last_done(nights)
        assert waits is not None
        assert (waits.instances, waits.studies) == (0, 0)  # nothing was sent today
        here.turn_after(8 * 3600)
        here.end_errands()
        assert len(peer.stores) == 1
        here.turn_after(12 * 3600)  # morning
        assert here.book.held() == {}


def test_what_a_night_leaves_is_held_and_what_its_user_releases_goes(tmp_path: Path) -> None:
    nights = make_rule("r", "AWAY", schedule=Schedule(hours=read_window("20:00-06:00")))
    with routed(nights, AWAY=1) as here:
        here.turn_after(9 * 3600)
        arrive(here, write_instance(tmp_path / "a"))
        here.turn_after(10)
        assert here.opened.outbox.errands()[0].state is not ErrandState.HELD
        here.turn_after(10 * 3600)
        held = here.opened.outbox.errands()[0]
        assert held.state is ErrandState.HELD
        assert held.record.next_try_at is not None
        here.opened.outbox.release([here.opened.outbox.errands()[0].id])
        here.turn_after(60)
        assert here.opened.outbox.errands()[0].state is not ErrandState.HELD


def test_files_that_have_come_to_rest_go_and_are_moved_once_they_are_stored(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    with (
        FakePeer() as first,
        FakePeer(stores=[Status(0xC000), Status(0)]) as second,
        routed(folder_rule("r", inside, "A", "B", afterwards=Afterwards.MOVE), A=first.port, B=second.port) as here,
    ):
        write_instance(inside / "deep" / "1.dcm", uid="1.2.1")
        write_instance(inside / "2.dcm", uid="1.2.2")
        (inside / "half").write_bytes((inside / "2.dcm").read_bytes()[:-4])
        (inside / "notes.txt").write_text("no DICOM")
        here.turn_after(0)
        here.turn_after(5)
        assert {os.path.basename(fact.path) for fact in here.of(FileUnusable)} == {"half", "notes.txt"}
        here.end_errands()
        left = sorted(path.relative_to(inside).as_posix() for path in inside.rglob("*") if path.is_file())
        assert len(left) == 4
        assert sum(path.startswith("sent/") for path in left) == 1  # the other one B has refused
        (failed,) = (errand for errand in here.opened.outbox.errands() if errand.stored == 1)
        here.opened.outbox.retry([failed.id])
        here.end_errands()
        left = sorted(path.relative_to(inside).as_posix() for path in inside.rglob("*") if path.is_file())
        assert left == ["half", "notes.txt", "sent/2.dcm", "sent/deep/1.dcm"]
        here.turn_after(100)
        here.turn_after(100)
        assert len(here.of(RuleSent)) == 2
        assert len(here.of(FileUnusable)) == 2


def test_a_file_that_was_changed_after_it_was_sent_is_not_deleted_and_goes_again(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    nights = Schedule(hours=read_window("20:00-06:00"))
    rule = folder_rule("r", inside, "PACS", afterwards=Afterwards.DELETE_STORED, schedule=nights)
    with FakePeer() as peer, routed(rule, PACS=peer.port) as here:
        write_instance(inside / "a")
        write_instance(inside / "b", uid="1.2.5")
        here.turn_after(0)
        here.turn_after(5)
        here.turn_after(8 * 3600)
        here.opened.wait_for_end()
        write_instance(inside / "a", size=99)
        here.end_errands()
        assert {(os.path.basename(fact.path), fact.problem) for fact in here.of(FileHandled)} == {
            ("a", "it has changed since, and stays"),
            ("b", ""),
        }
        here.turn_after(400)
        here.turn_after(5)
        here.end_errands()
        assert not list(inside.iterdir())
        assert len(peer.stores) == 3


def test_a_folder_that_vanishes_is_told_once_and_when_it_is_back(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    with routed(folder_rule("r", inside, "PACS"), PACS=1) as here:
        for _ in range(3):
            here.turn_after(30)
        (trouble,) = here.of(RulesTroubled)
        assert "is not there. Mount it" in trouble.text
        inside.mkdir()
        here.turn_after(400)
        assert [fact.about for fact in here.of(RulesMended)] == [str(inside)]


def test_a_watched_folder_that_is_received_into_meanwhile_is_left_alone_and_told_once(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    with FakePeer() as peer, routed(folder_rule("r", inside, "PACS"), PACS=peer.port) as here:
        here.router._received_folder = str(tmp_path)
        write_instance(inside / "a")
        for _ in range(3):
            here.turn_after(30)
        (trouble,) = here.of(RulesTroubled)
        assert trouble.text.startswith('rule "r": when.folder: instances are received into this folder')
        here.router._received_folder = ""
        here.turn_after(30)
        here.turn_after(30)
        here.end_errands()
        assert [fact.about for fact in here.of(RulesMended)] == [str(inside)]
        assert len(peer.stores) == 1


def test_what_goes_to_a_peer_that_nobody_knows_waits_and_is_told_once(tmp_path: Path) -> None:
    with FakePeer() as peer, routed(make_rule("r", "NEW")) as here:
        for number in (1, 2):
            arrive(here, write_instance(tmp_path / str(number), uid=f"1.2.{number}"))
            here.turn_after(10)
        (trouble,) = here.of(RulesTroubled)
        assert 'No peer is called "NEW"' in trouble.text
        here.opened.peers.ports["NEW"] = peer.port
        here.opened.outbox.peers_changed()
        here.end_errands()
        here.turn_after(1)
        assert here.of(RulesMended)
        assert len(peer.stores) == 2


def test_what_waited_when_the_program_ended_is_found_again_with_its_sender(tmp_path: Path) -> None:
    of_ct1 = Criterion(subject=SUBJECTS["address"], patterns=("10.0.0.9",))
    rule = make_rule("r", "PACS", condition=of_ct1)
    journal, clock = MemoryJournal(), SetClock()
    received = tmp_path / "received"
    write_instance(received / "old", sender="CT1")
    os.utime(received / "old", (clock.at.timestamp() - 7200,) * 2)
    with routed(rule, journal=journal, clock=clock, received=received) as here:
        here.book.note_sender(CT1)
        clock.pass_s(5)
    for number, sender in ((1, "CT1"), (2, "CT2"), (3, "CT1")):
        path = write_instance(received / str(number), uid=f"1.2.{number}", study=f"1.2.{number}", sender=sender)
        os.utime(path, (clock.at.timestamp(),) * 2)
    with FakePeer() as peer, routed(rule, journal=journal, clock=clock, received=received, PACS=peer.port) as here:
        here.turn_after(10)
        here.end_errands()
        assert stored_uids(peer) == ["1.2.1", "1.2.3"]
        assert here.router.studies_waiting == 0
    with routed(rule, journal=journal, clock=clock, received=received) as here:
        assert here.router.studies_waiting == 0


def test_what_an_errand_has_taken_before_a_crash_is_not_sent_again(tmp_path: Path) -> None:
    """The journal kept the errand, and nothing that came after it."""
    rule, journal, inside = folder_rule("r", tmp_path, "PACS"), MemoryJournal(), write_instance(tmp_path / "a")
    with FakePeer() as peer, routed(rule, journal=journal, PACS=peer.port) as here:
        here.opened.outbox.add(errand_for("PACS", [inside], origin="rule r"))
        here.opened.wait_for_end()
    with FakePeer() as peer, routed(rule, journal=journal, PACS=peer.port) as here:
        here.turn_after(0)
        here.turn_after(5)
        assert [fact.verdict for fact in here.of(RuleWithheld)] == [Verdict.BEFORE]
        assert not peer.stores


def test_priority_goes_before_what_waits(tmp_path: Path) -> None:
    rules = [make_rule("slow", "AWAY"), make_rule("fast", "AWAY", modality="MR", priority=Priority.HIGH)]
    with routed(*rules, AWAY=1) as here:
        arrive(here, write_instance(tmp_path / "1", uid="1.2.1"))
        here.turn_after(10)
        arrive(here, write_instance(tmp_path / "2", uid="1.2.2", modality="MR"), study="1.2.9")
        here.router.set_rules(RuleSet(rules=tuple(reversed(rules))))
        here.turn_after(10)
        assert [errand.record.origin for errand in here.opened.outbox.errands()] == ["rule fast", "rule slow"]


def test_rules_that_are_changed_count_at_once(tmp_path: Path) -> None:
    rule = make_rule("r", "AWAY")
    with routed(rule, AWAY=1) as here:
        here.router.set_rules(RuleSet(rules=(replace(rule, is_on=False),)))
        arrive(here, write_instance(tmp_path / "1"))
        here.turn_after(10)
        assert not here.opened.outbox.errands()
        folder = folder_rule("f", tmp_path, "AWAY", destinations=(Destination(name="AWAY"),))
        here.router.set_rules(RuleSet(rules=(folder,)))
        here.turn_after(0)
        here.turn_after(5)
        assert len(here.opened.outbox.errands()) == 1


def test_what_was_given_up_is_tried_again_as_often_as_the_rule_says(tmp_path: Path) -> None:
    rule, limits = make_rule("r", "PACS", retries=2), OutboxLimits(instance_attempts=1, tries=1, longest_pause_s=0.01)
    with FakePeer(stores=[Status(0xA700)]) as peer, routed(rule, limits=limits, PACS=peer.port) as here:
        arrive(here, write_instance(tmp_path / "a"))
        here.turn_after(10)
        for pause_s, stores in ((59, 1), (1, 2), (119, 2), (1, 3), (10_000, 3)):
            here.end_errands()
            here.turn_after(pause_s)
            here.opened.wait_for_end()
            assert len(peer.stores) == stores
    with FakePeer(stores=[Status(0xC000)]) as peer, routed(rule, PACS=peer.port) as here:
        arrive(here, write_instance(tmp_path / "a"))
        here.turn_after(10)
        here.end_errands()
        here.turn_after(10_000)
        here.opened.wait_for_end()
        assert len(peer.stores) == 1


def test_files_are_deleted_once_a_real_archive_has_committed_to_keep_them(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    rule = folder_rule("r", inside, "PACS", afterwards=Afterwards.DELETE_COMMITTED)
    with (
        running(tmp_path / "archive") as archive,
        routed(rule, titles={"PACS": ARCHIVE}, PACS=archive.port) as here,
    ):
        write_instance(inside / "a")
        here.turn_after(0)
        here.turn_after(5)
        here.opened.wait_for_end()
        (errand,) = here.opened.outbox.errands()
        here.router.errand_ended(errand.id)
        if not here.opened.outbox.errand(errand.id).commitments.get(Commitment.COMMITTED):
            assert (inside / "a").exists()
        here.opened.wait_for(errand.id, lambda one: one.commitments.get(Commitment.COMMITTED) == 1)
        here.router.errand_committed(errand.id)
        assert not (inside / "a").exists()
        assert not here.opened.outbox.errands()
