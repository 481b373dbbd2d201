"""What our dcmrecv does beside DCMTK's, as a process."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder
from tests.helpers.dcmtk.commands import ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.requestors import Proposal, connected, data_pdu, store_command

DCMRECV = ours("dcmrecv")
LISTENING = "starting service class provider and listening"


@dataclass
class Receiver:
    """A dcmrecv that listens."""

    port: int
    folder: Path
    process: "subprocess.Popen[str]"


@contextmanager
def receiving(folder: Path, *words: str) -> Iterator[Receiver]:
    port = free_port()
    with running(DCMRECV, "-v", "--accept-all", "-od", str(folder), *words, str(port)) as process:
        wait_for_line(process, LISTENING)
        yield Receiver(port=port, folder=folder, process=process)


def data_set(uid: str) -> bytes:
    return Builder().instance(sop_instance_uid=uid)


def store(receiver: Receiver, *uids: str) -> list[int]:
    with connected(receiver.port) as requestor:
        requestor.associate()
        statuses = [requestor.store(uid, [data_set(uid)], number) for number, uid in enumerate(uids, 1)]
        requestor.release()
    return statuses


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_listening(number: signal.Signals, code: int, tmp_path: Path) -> None:
    with receiving(tmp_path) as receiver:
        assert store(receiver, "1.2.3") == [0]
        receiver.process.send_signal(number)
        receiver.process.communicate(timeout=30)
        assert receiver.process.returncode == code
    assert names(tmp_path) == ["CT.1.2.3"]


def test_first_signal_lets_the_present_instance_finish(tmp_path: Path) -> None:
    body = data_set("1.2.3")
    with receiving(tmp_path) as receiver, connected(receiver.port) as requestor:
        requestor.associate()
        requestor.send(data_pdu(1, 3, store_command("1.2.3")), data_pdu(1, 0, body[:50]))
        wait_for_line(receiver.process, "Received C-STORE Request (MsgID 1)")
        receiver.process.send_signal(signal.SIGTERM)
        wait_for_line(receiver.process, "cancelling")
        requestor.send(data_pdu(1, 2, body[50:]))
        assert requestor.read_response().number(0x0900) == 0
        receiver.process.communicate(timeout=30)
        assert receiver.process.returncode == 143
    assert names(tmp_path) == ["CT.1.2.3"]


def test_second_signal_aborts_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with receiving(tmp_path) as receiver, connected(receiver.port) as requestor:
        requestor.associate()
        requestor.send(data_pdu(1, 3, store_command("1.2.3")), data_pdu(1, 0, data_set("1.2.3")[:50]))
        wait_for_line(receiver.process, "Received C-STORE Request (MsgID 1)")
        receiver.process.send_signal(signal.SIGINT)
        wait_for_line(receiver.process, "cancelling")
        receiver.process.send_signal(signal.SIGINT)
        receiver.process.communicate(timeout=30)
        assert receiver.process.returncode == 130
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("policy", "statuses", "files"),
    [("overwrite", [0, 0], 1), ("keep-both", [0, 0], 2), ("refuse", [0, 0xC111], 1)],
)
def test_duplicate_is_treated_as_asked(policy: str, statuses: list[int], files: int, tmp_path: Path) -> None:
    with receiving(tmp_path, "--on-duplicate", policy) as receiver:
        assert store(receiver, "1.2.3", "1.2.3") == statuses
    assert len(names(tmp_path)) == files


def test_full_disk_is_told_to_the_peer_and_on_stderr(tmp_path: Path) -> None:
    with receiving(tmp_path, "--min-free-space", "999T") as receiver:
        assert store(receiver, "1.2.3") == [0xA700]
        lines = wait_for_line(receiver.process, "W: received object not stored")
        assert any(line.startswith("E: cannot store received object") for line in lines)
    assert names(tmp_path) == []


def test_no_more_associations_than_asked_for(tmp_path: Path) -> None:
    with receiving(tmp_path, "--max-associations", "1") as receiver, connected(receiver.port) as first:
        first.associate()
        with connected(receiver.port) as second:
            second.send(Proposal().encode())
            kind, body = second.read_pdu()
        assert (kind, body[1]) == (3, 2), "rejected, transient"
        first.release()


def test_several_associations_are_served_at_once(tmp_path: Path) -> None:
    with receiving(tmp_path, "--fsync") as receiver, connected(receiver.port) as first:
        first.associate()
        assert store(receiver, "1.2.4") == [0]
        assert first.store("1.2.5", [data_set("1.2.5")]) == 0
        first.release()
    assert names(tmp_path) == ["CT.1.2.4", "CT.1.2.5"]


def test_json_lines_tell_everything_but_no_patient(tmp_path: Path) -> None:
    with receiving(tmp_path, "--json") as receiver:
        assert store(receiver, "1.2.3") == [0]
        lines = wait_for_line(receiver.process, "association-released", of_stdout=True)
        receiver.process.send_signal(signal.SIGTERM)
        out, _ = receiver.process.communicate(timeout=30)
    found = [json.loads(line) for line in [*lines, *out.splitlines()]]
    events = [line["event"] for line in found if line["event"] != "progress"]
    assert events[:2] == ["job-started", "listener-started"]
    assert events[-1] == "job-finished"
    (finished,) = (line for line in found if line["event"] == "item-finished")
    assert (finished["outcome"], finished["status"], finished["study_instance_uid"]) == ("stored", 0, "1.2.3")
    assert "Doe" not in out + "".join(lines)


def test_command_is_run_when_a_study_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    script = f"import sys; open({str(tmp_path / 'told')!r}, 'w').write('|'.join(sys.argv[1:]))"
    command = shlex.join([sys.executable, "-c", script, "#s", "#p", "#a"])
    with receiving(tmp_path / "in", "--exec-on-study", command, "--settle-time", "0") as receiver:
        assert store(receiver, "1.2.3") == [0]
        wait_for_line(receiver.process, "Study quiet: 1.2.3 (1 here)")
    assert (tmp_path / "told").read_text() == f"1.2.3|{tmp_path / 'in'}|RAW"


def test_everything_that_is_storage_is_accepted(tmp_path: Path) -> None:
    contexts = ((1, CT_IMAGE, ("1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.90", EXPLICIT)),)
    with receiving(tmp_path) as receiver, connected(receiver.port) as requestor:
        answer = requestor.associate(Proposal(contexts=contexts))
        requestor.release()
    assert answer.results[1][0] == 0
    assert answer.results[1][1] != "1.2.840.10008.1.2.4.91", "lossless before lossy"


def test_command_that_cannot_be_understood_is_a_mistake_of_the_command_line() -> None:
    done = run(DCMRECV, "--exec-on-study", "echo 'open", str(free_port()))
    assert done.code == 1
    assert "cannot be understood" in done.error


def test_broken_profile_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "bad.cfg").write_text("# mine\n[[TransferSyntaxes]]\n[U]\nTransferSyntax1 = Foo\n")
    done = run(DCMRECV, "-xf", "bad.cfg", "P", "1", folder=tmp_path)
    assert done.code == 66
    assert done.err.splitlines()[-1] == "W: bad.cfg, line 4: not a valid transfer syntax UID: Foo"


@pytest.mark.parametrize("profile", ["Default", "AllDICOM"])
def test_shipped_profiles_are_found_by_their_name(profile: str, tmp_path: Path) -> None:
    port = free_port()
    with running(DCMRECV, "-v", "-xf", "storescp.cfg", profile, str(port), folder=tmp_path) as process:
        wait_for_line(process, LISTENING)
        assert store(Receiver(port=port, folder=tmp_path, process=process), "1.2.3") == [0]
    assert names(tmp_path) == ["CT.1.2.3"]
