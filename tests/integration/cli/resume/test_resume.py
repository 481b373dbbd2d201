"""``dicomdesk resume`` as users know it: what it does, shows, writes, exits with; and that no kill loses anything."""

import json
import os
import signal
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from dicomdesk.cli.exit_codes import ExitCode
from dicomdesk.cli.options.grammar import CommandLineError, parse
from dicomdesk.cli.resume.answers import forget, show_history, show_list
from dicomdesk.cli.resume.json_lines import ResumeJsonReporter
from dicomdesk.cli.resume.lines import ResumeLines
from dicomdesk.cli.resume.options import TOOL, Deed, read_options
from dicomdesk.cli.resume.rows import counts_text
from dicomdesk.cli.resume.tool import PROGRAM
from dicomdesk.engine.journal.records import InstanceState
from tests.helpers.data.studies import write_study
from tests.helpers.dcmtk.commands import DEADLINE_S, Done, ours, run, running
from tests.helpers.peers.fake_peer import Close, FakePeer, Status

KILLS = int(os.environ.get("DICOMDESK_KILLS", "2"))
"""More of them through ``packaging/bench``."""
INSTANCES = 400
LATE_S = float(os.environ.get("DICOMDESK_KILL_LATE_S", "2"))
"""Much longer than the journal takes, for machines that are busy with tests."""


def send(peer: FakePeer, folder: Path, *more: str) -> Done:
    words = ["+sd", "--journal", "kept", *more, "127.0.0.1", str(peer.port), "study"]
    return run(ours("dcmsend"), *words, folder=folder)


def resume(folder: Path, *more: str) -> Done:
    return run(ours("resume"), "--journal", "kept", *more, folder=folder)


def objects(done: Done) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.out.splitlines()]


def test_what_dcmsend_left_is_shown_sent_and_shown_as_sent(tmp_path: Path) -> None:
    write_study(tmp_path / "study", 5)
    with FakePeer(stores=[Status(0), Close(), Status(0), Status(0), Status(0xC000), Status(0)]) as peer:
        assert send(peer, tmp_path).code == 62
        shown = resume(tmp_path, "--list")
        assert "1  waiting  study -> ANY-SCP@127.0.0.1" in shown.out
        assert "1 of 5 instances stored, 4 waiting" in shown.out
        done = resume(tmp_path, "--retry", "0", "--report-file", "report")
        assert (done.code, len(peer.stores)) == (80, 6)
        assert "4 of 5 instances stored, 1 refused" in done.err
        assert (tmp_path / "report").read_text().count("attempt 2") == 1
        assert not resume(tmp_path, "--list").out
        again = resume(tmp_path, "--retry-failed", "--json")
    assert again.code == 0
    ended = objects(again)[-1]
    assert (ended["event"], ended["left"], ended["counts"]) == ("resume-ended", 0, {"stored": 5})
    history = resume(tmp_path, "--history", "--instances", "--search", "IM0005")
    assert history.out.count("attempt") == 6 + 1
    assert not resume(tmp_path, "--history", "--search", "IM0006").out
    assert not resume(tmp_path, "--history", "--outcome", "refused").out
    lines = objects(resume(tmp_path, "--history", "--instances", "--json"))
    assert [line["event"] for line in lines] == ["errand", *["instance"] * 5]


def test_what_ended_is_deleted_by_its_age(tmp_path: Path) -> None:
    write_study(tmp_path / "study", 1)
    with FakePeer() as peer:
        assert send(peer, tmp_path).code == 0
    assert resume(tmp_path, "--forget", "1").code == 0
    assert "1 of 1 instance stored" in resume(tmp_path, "--history").out
    assert resume(tmp_path, "--forget", "0").code == 0
    assert not resume(tmp_path, "--history").out


def test_a_journal_that_is_not_there_or_in_use_is_not_made_or_touched(tmp_path: Path) -> None:
    done = resume(tmp_path)
    assert (done.code, list(tmp_path.iterdir())) == (int(ExitCode.CANNOT_USE_JOURNAL), [])
    assert "There is no journal kept" in done.err
    assert run(ours("resume"), "--list", folder=tmp_path).code == 1


class TimedPeer(FakePeer):
    """Notes when instances have arrived."""

    def __init__(self) -> None:
        self.times_s: list[float] = []
        super().__init__()

    def record(self, event: str) -> None:
        if event == "stored":
            self.times_s.append(time.monotonic())
        super().record(event)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(KILLS))
def test_a_kill_in_mid_send_loses_nothing_and_only_the_last_is_sent_twice(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    write_study(tmp_path / "study", INSTANCES)
    with TimedPeer() as peer:
        command = [*ours("dcmsend"), "+sd", "--journal", "kept", "127.0.0.1", str(peer.port), "study"]
        with running(command, folder=tmp_path) as process:
            peer.wait_for("stored", random.randrange(1, INSTANCES - 50))
            os.kill(process.pid, signal.SIGKILL)
            killed_s = time.monotonic()
            process.wait(DEADLINE_S)
        done = resume(tmp_path)
        assert done.code == 0, done.err
        arrivals = Counter(store.sop_instance_uid for store in peer.stores)
        assert len(arrivals) == INSTANCES
        firsts = {
            store.sop_instance_uid: at_s for store, at_s in zip(peer.stores[::-1], peer.times_s[::-1], strict=True)
        }
    twice = [uid for uid, count in arrivals.items() if count > 1]
    assert max(arrivals.values()) <= 2
    assert all(firsts[uid] > killed_s - LATE_S for uid in twice)
    assert resume(tmp_path).code == 0


@pytest.mark.parametrize(
    ("words", "deed"),
    [
        ("", Deed.RESUME),
        ("--list", Deed.LIST),
        (
            "--history --search x --state done --outcome stored --since 2026-11-30 --until 2026-12-01T10:00",
            Deed.HISTORY,
        ),
        ("--forget 3", Deed.FORGET),
    ],
)
def test_a_command_line_says_what_is_to_be_done(words: str, deed: Deed) -> None:
    options = read_options(parse(TOOL, ["--journal", "kept", *words.split()]))
    assert (options.deed, options.journal, options.retries) == (deed, "kept", 2)
    if deed is Deed.HISTORY:
        assert options.query.text == "x"
        assert options.query.since is not None


@pytest.mark.parametrize(
    "words",
    ["--list --history", "--search x", "--history --state lost", "--history --since soon", "--errand 0", "--retry -1"],
)
def test_what_makes_no_sense_is_refused(words: str) -> None:
    with pytest.raises(CommandLineError):
        read_options(parse(TOOL, ["--journal", "kept", *words.split()]))


def test_counts_are_told_by_what_is_stored_of_all() -> None:
    assert counts_text(
        {InstanceState.STORED: 7, InstanceState.WARNING: 1, InstanceState.REFUSED: 1, InstanceState.WAITING: 3}
    ) == ("8 of 12 instances stored, 1 refused, 3 waiting")
    assert PROGRAM.tool is TOOL
    assert all(map(callable, (forget, show_history, show_list, ResumeJsonReporter, ResumeLines)))
