"""What DCMTK's findscu does not have: forms on stdout, a limit, progress, identity, signals."""

import csv
import io
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers.data.datasets import Builder
from tests.helpers.dcmtk.commands import DEADLINE_S, EXPLANATION, ours, run, running
from tests.helpers.peers.fake_peer import Action, Answer, AwaitCancel, FakePeer

BUILDER = Builder()
RESPONSE = BUILDER.element(0x00080005, "CS", "ISO_IR 100") + BUILDER.element(0x00100010, "PN", b"M\xfcller")
MANY: Sequence[Action] = [*[Answer(0xFF00, RESPONSE)] * 3, Answer(0)]


def find(peer: FakePeer, *words: str, folder: Path) -> tuple[int, str, str]:
    done = run(ours("findscu"), *words, "-S", "-k", "PatientName", "127.0.0.1", str(peer.port), folder=folder)
    return done.code, done.out, done.err


def test_forms_go_to_stdout_and_nothing_else(tmp_path: Path) -> None:
    with FakePeer(answers=[MANY]) as peer:
        assert find(peer, "--table", folder=tmp_path) == (0, "PatientName\n-----------\n" + "Müller\n" * 3, "")
        code, out, err = find(peer, "--csv", folder=tmp_path)
        assert (code, err, list(csv.reader(io.StringIO(out)))) == (0, "", [["PatientName"], *[["Müller"]] * 3])
        code, out, err = find(peer, "--json", "-v", folder=tmp_path)
    assert [json.loads(line)["00100010"]["Value"][0]["Alphabetic"] for line in out.splitlines()] == ["Müller"] * 3
    assert (code, err.splitlines()[-2:]) == (
        0,
        ["I: Received Final Find Response (Success)", "I: Releasing Association"],
    )


def test_limit_cancels_when_there_are_enough(tmp_path: Path) -> None:
    answers: list[Action] = [
        Answer(0xFF00, RESPONSE),
        Answer(0xFF00, RESPONSE),
        AwaitCancel(),
        Answer(0xFF00, RESPONSE),
        Answer(0xFE00),
    ]
    with FakePeer(answers=[answers]) as peer:
        code, out, _ = find(peer, "--json", "--limit", "2", folder=tmp_path)
        peer.wait_for("cancelled")
    assert (code, len(out.splitlines())) == (0, 2)


def test_dates_are_split_where_the_answer_is_cut(tmp_path: Path) -> None:
    def study(number: int) -> Answer:
        return Answer(0xFF00, BUILDER.element(0x0020000D, "UI", f"1.2.{number}"))

    answers: Sequence[Sequence[Action]] = [
        [study(1), study(2), Answer(0xA700)],
        [study(1), study(2), study(3), Answer(0)],
        [study(4), Answer(0)],
    ]
    words = ["--json", "--split-dates", "-k", "StudyDate=20240101-20240104", "-k", "StudyInstanceUID"]
    with FakePeer(answers=answers) as peer:
        code, out, err = find(peer, *words, folder=tmp_path)
    found = [json.loads(line)["0020000D"]["Value"][0] for line in out.splitlines()]
    assert (code, err, sorted(found)) == (0, "", ["1.2.1", "1.2.2", "1.2.3", "1.2.4"])
    assert len(peer.queries) == 3


def test_a_full_stdout_is_told(tmp_path: Path) -> None:
    with FakePeer(answers=[MANY]) as peer, Path("/dev/full").open("w") as full:
        command = [*ours("findscu"), "--json", "-S", "-k", "PatientName", "127.0.0.1", str(peer.port)]
        process = os.posix_spawn(
            command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, full.fileno(), 1)]
        )
        _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 43


@pytest.mark.parametrize("words", ["-X", "-Xx", "-Xs rsp.xml"])
def test_a_response_that_cannot_be_written_to_its_file_makes_the_exit_code(words: str, tmp_path: Path) -> None:
    for name in ("rsp0002.dcm", "rsp0002.xml", "rsp.xml"):
        (tmp_path / name).mkdir()
    with FakePeer(answers=[MANY]) as peer:
        code, _, err = find(peer, *words.split(), "-od", str(tmp_path), folder=tmp_path)
    assert code == 43
    assert [line[:15] for line in err.splitlines() if not line.startswith(EXPLANATION)] == ["E: Writing file"]
    assert {file.name for file in tmp_path.iterdir() if file.is_file()} == {
        "-X": {"rsp0001.dcm", "rsp0003.dcm"},
        "-Xx": {"rsp0001.xml", "rsp0003.xml"},
    }.get(words, set())


def test_user_identity_is_presented(tmp_path: Path) -> None:
    with FakePeer(answers=[MANY]) as peer:
        assert find(peer, "-q", "--user", "anna", "--password", "secret", folder=tmp_path)[0] == 0
    assert b"anna" in peer.associations[0].pdu
    with FakePeer() as peer:
        code, _, err = find(peer, "--saml", "nofile", folder=tmp_path)
    assert (code, err.splitlines()[0][:10]) == (1, "F: Unable ")


def test_first_signal_cancels_the_query(tmp_path: Path) -> None:
    answers: list[Action] = [Answer(0xFF00, RESPONSE), AwaitCancel(), Answer(0xFE00)]
    words = ["-v", "-S", "-k", "PatientName", "127.0.0.1"]
    with (
        FakePeer(answers=[answers]) as peer,
        running(ours("findscu"), *words, str(peer.port), folder=tmp_path) as process,
    ):
        peer.wait_for("queried")
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE_S) == 130
        assert peer.events[-2:] == ["cancelled", "released"] or "released" in peer.events


@pytest.mark.parametrize("words", [["--help"], []])
def test_help_names_the_options(words: list[str], tmp_path: Path) -> None:
    done = run(ours("findscu"), *words, folder=tmp_path)
    assert done.code == 0
    assert "--extract-xml-single" in done.out
    assert "--table" in done.out
