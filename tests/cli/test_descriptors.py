"""Processes that may open few files: what fits is done, the rest is told, and all goes well again afterwards."""

import os
import resource
import shlex
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen

import pytest

from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder
from tests.helpers.dcmtk.commands import DEADLINE_S, ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.sending import write_instances
from tests.helpers.peers.fake_peer import FakePeer
from tests.helpers.peers.requestors import Proposal, Requestor, connected

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files cannot be counted here")

STORING = Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=b"ARCHIVE")
OUT_OF_RESOURCES = 0xA700


def limited(command: Sequence[str], most: int) -> list[str]:
    return ["sh", "-c", f"ulimit -n {most}; exec {shlex.join(command)}"]


@pytest.mark.parametrize("most", [9, 12, 20, 40])
def test_parallel_sender_sends_all_over_as_many_associations_as_fit(most: int, tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 40)
    with FakePeer() as peer:
        command = [*ours("dcmsend"), "--parallel", "8", "127.0.0.1", str(peer.port), *paths]
        done = run(limited(command, most))
    assert (done.code, len(peer.stores)) == (0, 40)
    assert done.err.count("associations need more open files than are allowed (ulimit -n): going on with") == 1
    assert "Traceback" not in done.err


@pytest.mark.parametrize("most", [7, 8, 9])
@pytest.mark.parametrize("words", [["dcmsend"], ["storescu"], ["echoscu"], ["echoscu", "--diagnose"], ["dcmrecv"]])
def test_too_few_for_anything_is_an_error_in_words(words: list[str], most: int, tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 1) if words[0] in {"dcmsend", "storescu"} else []
    with FakePeer() as peer:
        where = ["127.0.0.1", str(peer.port), *paths] if words[0] != "dcmrecv" else ["--accept-all", "1", "2"]
        done = run(limited([*ours(words[0]), *words[1:], *where], most))
    assert "Traceback" not in done.err
    assert done.code == 0 or "open files" in done.err + done.out or words[0] == "dcmrecv"


@contextmanager
def receiving(tool: str, folder: Path) -> Iterator[tuple["Popen[str]", int]]:
    port = free_port()
    (folder / "area").mkdir()
    area = f"ARCHIVE {folder / 'area'} RW (unlimited, unlimited) ANY"
    (folder / "a.cfg").write_text(f"AETable BEGIN\n{area}\nAETable END\n")
    where = ["--accept-all", "-od", "area"] if tool == "dcmrecv" else ["-c", "a.cfg"]
    with running([*ours(tool), "-v", *where, str(port)], folder=folder) as process:
        wait_for_line(process, "listening")
        yield process, port


def limit(process: "Popen[str]", more: int) -> None:
    """Let the process open so many more files."""
    count = max(map(int, os.listdir(f"/proc/{process.pid}/fd"))) + 1 + more
    resource.prlimit(
        process.pid, resource.RLIMIT_NOFILE, (count, resource.prlimit(process.pid, resource.RLIMIT_NOFILE)[1])
    )


def unlimit(process: "Popen[str]") -> None:
    _, most = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (most, most))


def store(requestor: Requestor, number: int) -> int:
    uid = f"1.2.3.{number}"
    return requestor.store(uid, [Builder(EXPLICIT).instance(sop_instance_uid=uid)], number)


def end(process: "Popen[str]") -> str:
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 143
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("tool", ["dcmrecv", "dcmqrscp"])
def test_peers_wait_to_be_accepted_and_are_once_others_have_left(tool: str, tmp_path: Path) -> None:
    with receiving(tool, tmp_path) as (process, port):
        limit(process, 2)
        with connected(port) as first, connected(port) as second, ExitStack() as stack:
            first.associate(STORING)
            second.associate(STORING)
            waiting = [stack.enter_context(connected(port)) for _ in range(3)]
            for peer in waiting:
                peer.send(STORING.encode())
            wait_for_line(process, "No more connections can be accepted for now")
            first.release()
            second.release()
            unlimit(process)
            assert [peer.read_pdu()[0] for peer in waiting] == [2, 2, 2]
            assert store(waiting[2], 1) == 0
        err = end(process)
    # Once while nothing changes: of three, one may get in by a place that has come free before the next has none.
    assert err.count("No more connections") <= 2


@pytest.mark.parametrize("tool", ["dcmrecv", "dcmqrscp"])
def test_instance_that_no_file_can_be_opened_for_is_refused_and_the_next_is_stored(tool: str, tmp_path: Path) -> None:
    with receiving(tool, tmp_path) as (process, port), connected(port) as requestor:
        requestor.associate(STORING)
        limit(process, 0)  # before the first: whoever has received one has the file of the next already
        assert store(requestor, 1) == OUT_OF_RESOURCES
        unlimit(process)
        assert store(requestor, 2) == 0
        assert store(requestor, 3) == 0
        requestor.release()
        end(process)
    stored = [
        path for path in (tmp_path / "area").rglob("*") if path.is_file() and path.read_bytes()[128:132] == b"DICM"
    ]
    assert len(stored) == 2


def test_archive_that_cannot_open_its_index_refuses_and_goes_on(tmp_path: Path) -> None:
    """The first instance of all: whatever the index opens when it is first written to cannot be opened."""
    with receiving("dcmqrscp", tmp_path) as (process, port), connected(port) as requestor:
        requestor.associate(STORING)
        statuses = []
        for more in range(6):
            limit(process, more)
            statuses.append(store(requestor, more + 1))
        unlimit(process)
        statuses.append(store(requestor, 100))
        requestor.release()
        end(process)
    assert set(statuses) <= {0, OUT_OF_RESOURCES}
    assert statuses[0] == OUT_OF_RESOURCES
    assert statuses[-1] == 0
