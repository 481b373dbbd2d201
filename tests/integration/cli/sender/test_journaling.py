"""``dcmsend --journal`` with real peers: all is kept, nothing else changes, and no end of any kind loses anything."""

import os
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from dicomdesk.cli.sender.commit_options import CommitChoice
from dicomdesk.cli.sender.journaling import errand_of
from dicomdesk.engine.commit.request import CommitWay, CommitWish, ReportListener
from dicomdesk.engine.journal.records import Commitment, ErrandState, InstanceState
from dicomdesk.engine.journal.sqlite_journal import SqliteJournal
from dicomdesk.engine.outbox.errands import wish_of, with_wish
from dicomdesk.engine.resume.errand_requests import resolve_request
from dicomdesk.engine.send.journaled_send import REQUEST
from tests.helpers.archives.served_archives import ARCHIVE, encoded
from tests.helpers.archives.served_archives import running as archive_running
from tests.helpers.data.datasets import part10
from tests.helpers.data.studies import write_study
from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.jobs.sending import send_request
from tests.helpers.peers.fake_peer import Close, FakePeer, Status

STORED, WAITING, REFUSED = InstanceState.STORED, InstanceState.WAITING, InstanceState.REFUSED


def words(peer: FakePeer, *more: str | Path) -> list[str]:
    return ["127.0.0.1", str(peer.port), *map(str, more)]


def kept(path: Path) -> Counter[InstanceState]:
    """How many instances of all errands are in which state."""
    journal = SqliteJournal(str(path), is_made=False)
    try:
        return Counter(record.state for errand in journal.errands() for record in journal.instances(errand.id))
    finally:
        journal.close()


def test_what_is_sent_is_kept_and_nothing_else_is_told_than_without(tmp_path: Path) -> None:
    write_study(tmp_path / "study", 12)
    told = []
    for more in ([], ["--journal", "kept"]):
        with FakePeer(stores=[Status(0)] * 3 + [Status(0xC000)] + [Status(0)]) as peer:
            told.append(run(ours("dcmsend"), "-v", "+sd", *more, *words(peer, "study"), folder=tmp_path))
            port = peer.port
    plain, journaled = [re.sub(r"[\d.]+ seconds|port \d+|:\d+", "", done.err.replace(str(port), "")) for done in told]
    assert (told[0].code, told[1].code) == (0, 0)
    assert journaled.count("\n") == plain.count("\n")
    assert kept(tmp_path / "kept") == {STORED: 11, REFUSED: 1}


def test_what_was_not_reached_waits_and_it_is_told_how_to_send_it(tmp_path: Path) -> None:
    write_study(tmp_path / "study", 5)
    with FakePeer(stores=[Status(0), Close()]) as peer:
        done = run(ours("dcmsend"), "+sd", "--journal", "kept", *words(peer, "study"), folder=tmp_path)
    assert done.code == 62
    assert "4 instances left: dicomdesk resume --journal kept sends what is left" in done.err
    assert kept(tmp_path / "kept") == {STORED: 1, WAITING: 4}
    journal = SqliteJournal(str(tmp_path / "kept"))
    (errand,) = journal.errands()
    second = journal.instances(errand.id)[1]
    assert (errand.state, second.attempts) == (ErrandState.WAITING, 1)
    assert second.found.path == str(tmp_path / "study" / "IM0002")
    journal.close()


def test_a_file_that_is_no_journal_is_refused_and_a_folder_that_is_away_costs_nothing_but_a_sentence(
    tmp_path: Path,
) -> None:
    write_study(tmp_path / "study", 2)
    (tmp_path / "letter").write_text("Dear Sir")
    with FakePeer() as peer:
        refused = run(ours("dcmsend"), "+sd", "--journal", "letter", *words(peer, "study"), folder=tmp_path)
        assert not peer.stores
        away = run(ours("dcmsend"), "+sd", "--journal", "away/kept", *words(peer, "study"), folder=tmp_path)
        assert len(peer.stores) == 2
    assert (refused.code, away.code) == (87, 0)
    assert "letter is no journal, and is left as it is" in refused.err
    assert away.err.count("what happens now is not kept") == 1
    assert "away" not in os.listdir(tmp_path)


def test_two_at_once_keep_journals_of_their_own(tmp_path: Path) -> None:
    write_study(tmp_path / "study", 2)
    held = SqliteJournal(str(tmp_path / "kept"))
    with FakePeer() as peer:
        done = run(ours("dcmsend"), "+sd", "--journal", "kept", *words(peer, "study"), folder=tmp_path)
    held.close()
    assert done.code == 0
    assert "is in use" in done.err
    assert "kept in kept-2" in done.err
    assert kept(tmp_path / "kept-2") == {STORED: 2}


def test_what_the_peer_has_committed_to_is_kept_too(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    for number in range(3):
        uid = f"1.2.3.{number}"
        (folder / f"{number}.dcm").write_bytes(part10(encoded(uid), sop_instance_uid=uid))
    with archive_running(tmp_path / "archive") as archive:
        words = ["-aec", ARCHIVE, "-aet", "ASKER", "+sd", "--commit", "auto", "--delete-committed", "--journal", "kept"]
        done = run(ours("dcmsend"), *words, "127.0.0.1", str(archive.port), "study", folder=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert not list(folder.iterdir())
    journal = SqliteJournal(str(tmp_path / "kept"))
    (errand,) = journal.errands()
    told = [(each.state, each.commitment) for each in journal.instances(errand.id)]
    journal.close()
    assert told == [(STORED, Commitment.COMMITTED)] * 3


def test_what_the_peer_was_not_asked_for_is_asked_for_when_the_journal_is_taken_up(tmp_path: Path) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    for number in range(3):
        uid = f"1.2.3.{number}"
        (folder / f"{number}.dcm").write_bytes(part10(encoded(uid), sop_instance_uid=uid))
    with FakePeer(stores=[Status(), Close()]) as peer:
        words = ["-aec", ARCHIVE, "-aet", "ASKER", "+sd", "--journal", "kept"]
        done = run(ours("dcmsend"), *words, "127.0.0.1", str(peer.port), "study", folder=tmp_path)
        assert done.code != 0
        port = peer.port
    with archive_running(tmp_path / "archive") as archive:
        journal = SqliteJournal(str(tmp_path / "kept"))
        (errand,) = journal.errands()
        request = str(errand.settings[REQUEST]).replace(f'"port": {port}', f'"port": {archive.port}')
        assert request != errand.settings[REQUEST]
        settings = with_wish({**errand.settings, REQUEST: request}, CommitWish(deletes=True))
        journal.change(replace(errand, settings=settings))
        journal.close()
        taken_up = run(ours("resume"), "-v", "--journal", "kept", folder=tmp_path)
    assert taken_up.code == 88  # the archive has never seen the first one
    assert "not committed by the peer: 1 instance" in taken_up.err
    assert "committed: 1.2.3.2" in taken_up.err
    journal = SqliteJournal(str(tmp_path / "kept"))
    told = Counter((each.state, each.commitment) for each in journal.instances(errand.id))
    journal.close()
    assert told == {(STORED, Commitment.COMMITTED): 2, (STORED, Commitment.NOT_COMMITTED): 1}
    assert [path.name for path in folder.iterdir()] == ["0.dcm"]


def test_an_errand_of_a_command_line_says_what_is_to_be_asked_for() -> None:
    request = send_request(104, ["a.dcm"])
    assert wish_of(errand_of(request).settings) is None
    asked = errand_of(request, CommitChoice(way="new", patience_s=9, port=11112, deletes=True)).settings
    assert wish_of(asked) == CommitWish(way=CommitWay.NEW, patience_s=9, deletes=True)
    destination = resolve_request(asked)
    assert destination is not None
    assert destination.report_listener == ReportListener(port=11112)
