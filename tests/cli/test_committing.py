"""dcmsend and storescu --commit as processes: archives commit, others lie; sent, stored, committed are told apart."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers.archives.served_archives import ARCHIVE, encoded, running
from tests.helpers.data.datasets import part10
from tests.helpers.dcmtk.commands import Done, ours, run, wait_for_line
from tests.helpers.dcmtk.commands import running as running_tool
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.answering_peer import AnsweringPeer, Asked, Message, response
from tests.helpers.peers.commitment_peers import N_ACTION, action_answer, asked_for, report_pdus
from tests.helpers.peers.fake_peer import Accept, FakePeer

TOOLS = {"dcmsend": ours("dcmsend"), "storescu": ours("storescu")}
C_STORE = 0x0001


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"{number}.dcm").write_bytes(part10(encoded(f"1.2.3.{number}"), sop_instance_uid=f"1.2.3.{number}"))
    return folder


def send(port: int, folder: Path, *words: str, tool: str = "dcmsend") -> Done:
    return run(TOOLS[tool], "-aec", ARCHIVE, "-aet", "ASKER", "+sd", *words, "127.0.0.1", str(port), str(folder))


def commitments(done: Done) -> dict[str, str]:
    lines = [json.loads(line) for line in done.out.splitlines()]
    return {line["sop_instance_uid"]: line["state"] for line in lines if line["event"] == "instance-commitment"}


@contextmanager
def provider(report: Callable[[Asked, Message], None]) -> Iterator[AnsweringPeer]:
    """Stores all, and does what the test says of commitment."""

    def answer(asked: Asked, message: Message) -> None:
        if message.field == C_STORE:
            asked.send(response(message, 0, x1000=message.command.values[0x1000]))
        elif message.field == N_ACTION:
            report(asked, message)

    with AnsweringPeer(answer) as peer:
        yield peer


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
def test_what_our_archive_has_stored_it_commits_to(folder: Path, tmp_path: Path, tool: str) -> None:
    report = tmp_path / "report.json"
    with running(tmp_path / "archive") as archive:
        done = send(archive.port, folder, "--commit", "auto", "--json", "--report-file", str(report), tool=tool)
    assert (done.code, done.err) == (0, "")
    assert commitments(done) == dict.fromkeys(("1.2.3.1", "1.2.3.2", "1.2.3.3"), "committed")
    document = json.loads(report.read_text())
    assert document["summary"]["commitments"]["committed"] == 3
    assert {one["commitment"] for one in document["instances"]} == {"committed"}
    assert len(list(folder.iterdir())) == 3


def test_the_archive_reports_on_an_association_of_its_own(folder: Path, tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path / "archive", peers={"ASKER": port}) as archive:
        done = send(archive.port, folder, "--commit", "new", "--commit-port", str(port), "--json")
    assert (done.code, done.err) == (0, "")
    assert set(commitments(done).values()) == {"committed"}


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
def test_files_are_deleted_once_committed(folder: Path, tmp_path: Path, tool: str) -> None:
    with running(tmp_path / "archive") as archive:
        done = send(archive.port, folder, "--commit", "auto", "--delete-committed", "-v", tool=tool)
        assert len(archive.indexed()) == 3
    assert done.code == 0
    assert "3 files deleted" in done.err
    assert list(folder.iterdir()) == []


def _only_the_first(asked: Asked, message: Message) -> None:
    transaction, references = asked_for(message)
    outcomes = {reference: 0 if reference.sop_instance_uid == "1.2.3.1" else 0x0112 for reference in references}
    asked.send(action_answer(message), report_pdus(transaction, outcomes))


def _another_transaction(asked: Asked, message: Message) -> None:
    _, references = asked_for(message)
    asked.send(action_answer(message), report_pdus("1.2.3", dict.fromkeys(references, 0)))


def _other_instances(asked: Asked, message: Message) -> None:
    transaction, references = asked_for(message)
    others = {type(one)(one.sop_class_uid, f"{one.sop_instance_uid}.9"): 0 for one in references}
    asked.send(action_answer(message), report_pdus(transaction, others))


def _nothing_at_all_as_success(asked: Asked, message: Message) -> None:
    asked.send(action_answer(message), report_pdus(asked_for(message)[0], {}, event_type=1))


def _silence(asked: Asked, message: Message) -> None:
    asked.send(action_answer(message))


def _refusal(asked: Asked, message: Message) -> None:
    asked.send(action_answer(message, 0x0213, "no room"))


def _committed_then_failed(asked: Asked, message: Message) -> None:
    transaction, references = asked_for(message)
    first, *_ = references
    asked.send(action_answer(message), report_pdus(transaction, {first: 0}))
    asked.send(report_pdus(transaction, dict.fromkeys(references, 0x0110)))


@pytest.mark.long
@pytest.mark.parametrize(
    ("report", "left", "words"),
    [
        (_only_the_first, 2, "2 instances not committed: The peer does not have the instance."),
        (_another_transaction, 3, "has not reported on 3 instances within 1 s"),
        (_other_instances, 3, "has not reported on 3 instances within 1 s"),
        (_nothing_at_all_as_success, 3, "has not reported on 3 instances within 1 s"),
        (_silence, 3, "has not reported on 3 instances within 1 s"),
        (_refusal, 3, 'The peer says: "no room"'),
        (_committed_then_failed, 3, "3 instances not committed"),
    ],
    ids=lambda one: one.__name__.strip("_") if callable(one) else "",
)
def test_nothing_is_deleted_that_the_peer_has_not_committed_to(
    folder: Path, report: Callable[[Asked, Message], None], left: int, words: str
) -> None:
    with provider(report) as peer:
        done = send(peer.port, folder, "--commit", "same", "--commit-timeout", "1", "--delete-committed")
    assert done.code == 88
    assert words in done.err
    assert len(list(folder.iterdir())) == left


def test_a_file_that_changes_between_sending_and_commitment_is_kept(folder: Path) -> None:
    def changing(asked: Asked, message: Message) -> None:
        (folder / "2.dcm").write_bytes((folder / "2.dcm").read_bytes().replace(b"Doe", b"Roe"))
        transaction, references = asked_for(message)
        asked.send(action_answer(message), report_pdus(transaction, dict.fromkeys(references, 0)))

    with provider(changing) as peer:
        done = send(peer.port, folder, "--commit", "same", "--delete-committed", "-v")
    assert done.code == 0
    assert "1 file kept: The file is not what was sent: it was changed since" in done.err
    assert [path.name for path in folder.iterdir()] == ["2.dcm"]


def test_a_peer_that_knows_no_commitment_is_told_so(folder: Path) -> None:
    with FakePeer(associate=[Accept(), Accept(refuse_all=True)]) as fake:
        done = send(fake.port, folder, "--commit", "auto")
    assert done.code == 88
    assert "The peer does not accept storage commitment. Ask who runs the peer" in done.err


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--commit", "maybe"), "use one of: same, new, auto"),
        (("--commit", "new"), "--commit new only allowed with --commit-port"),
        (("--commit-timeout", "5"), "--commit-timeout only allowed with --commit"),
        (("--delete-committed",), "--delete-committed only allowed with --commit"),
        (("--commit", "same", "--commit-port", "104"), "--commit-port not allowed with --commit same"),
    ],
)
def test_options_that_make_no_sense_are_refused(folder: Path, words: tuple[str, ...], text: str) -> None:
    done = send(1, folder, *words)
    assert done.code == 1
    assert text in done.err


def test_a_signal_ends_the_wait_and_nothing_is_deleted(folder: Path) -> None:
    asked_for_it = threading.Event()

    def silence(asked: Asked, message: Message) -> None:
        asked.send(action_answer(message))
        asked_for_it.set()

    with provider(silence) as peer:
        words = ("-v", "-aec", ARCHIVE, "+sd", "--commit", "same", "--delete-committed", "127.0.0.1", str(peer.port))
        with running_tool(TOOLS["dcmsend"], *words, str(folder)) as process:
            wait_for_line(process, "asked for storage commitment of 3 instances: Success")
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "before the wait was broken off" in err
    assert len(list(folder.iterdir())) == 3


def test_what_is_kept_in_a_journal_is_committed_too(folder: Path, tmp_path: Path) -> None:
    with running(tmp_path / "archive") as archive:
        done = send(archive.port, folder, "--journal", str(tmp_path / "journal"), "--commit", "auto", "--json")
    assert (done.code, done.err) == (0, "")
    assert set(commitments(done).values()) == {"committed"}


def test_reports_are_written_beside_each_other_each_in_its_format(folder: Path, tmp_path: Path) -> None:
    text, page = tmp_path / "r.txt", tmp_path / "r.html"
    with running(tmp_path / "archive") as archive:
        done = send(archive.port, folder, "+crf", str(text), "--report-file", str(page))
        assert done.code == 0
        table = send(archive.port, folder, "--report-file", str(tmp_path / "any"), "--report-format", "csv")
        assert table.code == 0
        lost = send(archive.port, folder, "--report-file", str(tmp_path / "no" / "r.html"))
    assert text.read_text().startswith("Detailed Report on the Transfer of Instances")
    assert "Commitment" not in text.read_text()
    assert "3 of 3 instances stored by the peer." in page.read_text()
    assert (tmp_path / "any").read_bytes().startswith(b"number,path,")
    assert lost.code == 43
