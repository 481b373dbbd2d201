"""One signal ends every tool, whatever its peer does: in good time, truthfully, and without leaving anything behind."""

import contextlib
import json
import signal
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Generic, TypeVar

import pytest

from dicomdesk.network.dimse.command_sets import write_command_set
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder
from tests.helpers.dcmtk.commands import ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.sending import write_instance, write_instances
from tests.helpers.peers.fake_peer import FakePeer, Send, Silence, Stall
from tests.helpers.peers.requestors import Proposal, Requestor, connected, data_pdu, store_command
from tests.helpers.tls.tls_files import TlsFiles

ENDS_WITHIN_S = 20
"""Ten on a machine that has nothing else to do."""

AT_ONCE = 5

MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
MOVE_COMMAND = write_command_set(
    {0x0002: MOVE.encode(), 0x0100: 0x21, 0x0110: 1, 0x0600: b"THERE", 0x0700: 0, 0x0800: 1}
)
MOVE_KEYS = b"\x08\0\x52\0\6\0\0\0STUDY \x20\0\x0d\0\6\0\0\x001.2.3\0"
STORING = Proposal(contexts=((1, CT_IMAGE, (EXPLICIT,)),), called=b"ARCHIVE")


def end(process: "Popen[str]", number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Send one signal and wait for the end."""
    process.send_signal(number)
    out, err = process.communicate(timeout=ENDS_WITHIN_S)
    return process.returncode, out, err


CaseT = TypeVar("CaseT", bound=tuple[object, ...])
FoundT = TypeVar("FoundT")


class Together(Generic[CaseT, FoundT]):
    """Tries cases that spend their time waiting, a few at once, each in a folder of its own."""

    def __init__(
        self, cases: Sequence[CaseT], try_out: Callable[[CaseT, Path], FoundT], folders: pytest.TempPathFactory
    ) -> None:
        with ThreadPoolExecutor(AT_ONCE) as threads:
            self._found = {case: threads.submit(try_out, case, folders.mktemp("case")) for case in cases}

    def result(self, case: CaseT) -> FoundT:
        """What came of a case, or the error that did."""
        return self._found[case].result()


def write_large_and_small(folder: Path) -> list[str]:
    """The first is larger than what the kernel holds for a peer that reads nothing."""
    size_bytes = 16 << 20
    pixels = struct.pack("<HH2sxxL", 0x7FE0, 0x10, b"OW", size_bytes) + bytes(size_bytes)
    large = write_instance(folder, "0.dcm", rest=pixels)
    return [large, write_instance(folder, "1.dcm")]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    return write_large_and_small(tmp_path)


def sending(tool: str, port: int, *words: str) -> list[str]:
    return [
        *ours(tool),
        "-v",
        "--create-report-file",
        "report.json",
        "--report-format",
        "jsonl",
        *words,
        "127.0.0.1",
        str(port),
    ]


def outcomes(folder: Path) -> list[str]:
    lines = [json.loads(line) for line in (folder / "report.json").read_text().splitlines()]
    assert lines[-1]["job_outcome"] == "cancelled"
    return [line["outcome"] for line in lines if line["type"] == "instance"]


# -- senders


@dataclass(frozen=True)
class EndedSender:
    """What a sender left behind that was ended."""

    code: int
    err: str
    outcomes: list[str]
    stores: int


SCRIPTS: dict[str, tuple[dict[str, object], str, list[str]]] = {
    "mute": ({"associate": [Silence()]}, "Requesting Association", ["not-sent", "not-sent"]),
    "half-answer": ({"associate": [Send(b"\2\0\0\0\1\0")]}, "Requesting Association", ["not-sent", "not-sent"]),
    "reads-nothing": ({"in_object": {0: Stall()}}, "Request (MsgID 1", ["failed", "not-sent"]),
    "no-response": ({"stores": [Silence()]}, "Request (MsgID 1", ["failed", "not-sent"]),
    "half-response": ({"stores": [Send(b"\4\0\0\0\0\x40\0")]}, "Request (MsgID 1", ["failed", "not-sent"]),
}
"""What a peer does, the line after which the sender is ended, and what it then says of its files."""


def end_sender(case: tuple[str, str], folder: Path) -> EndedSender:
    tool, name = case
    script, event, _ = SCRIPTS[name]
    files = write_large_and_small(folder)
    with FakePeer(**script) as peer:  # type: ignore[arg-type] # each scripts one action
        with running([*sending(tool, peer.port), *files], folder=folder) as process:
            wait_for_line(process, event)
            code, _, err = end(process)
        return EndedSender(code, err, outcomes(folder), len(peer.stores))


@pytest.fixture(scope="module")
def ended_senders(tmp_path_factory: pytest.TempPathFactory) -> Together[tuple[str, str], EndedSender]:
    cases = [(tool, name) for tool in ("dcmsend", "storescu") for name in SCRIPTS]
    return Together(cases, end_sender, tmp_path_factory)


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_sender_ends_and_reports(tool: str, name: str, ended_senders: Together[tuple[str, str], EndedSender]) -> None:
    ended = ended_senders.result((tool, name))
    assert ended.stores <= 2
    assert ended.code == 143
    assert "Traceback" not in ended.err
    assert ended.outcomes == SCRIPTS[name][2]


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
def test_sender_does_not_wait_for_the_answer_to_its_release(tool: str, files: list[str], tmp_path: Path) -> None:
    with FakePeer(release=Silence()) as peer, running([*sending(tool, peer.port), *files], folder=tmp_path) as process:
        peer.wait_for("stored", 2)
        code, _, err = end(process)
    assert "Traceback" not in err
    assert code in {0, 1}  # all was stored before
    lines = [json.loads(line) for line in (tmp_path / "report.json").read_text().splitlines()]
    assert [line["outcome"] for line in lines[:-1]] == ["stored", "stored"]


@contextlib.contextmanager
def unanswered_port() -> Iterator[int]:
    """A port whose queue is full: the kernel answers no more connection requests."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(contextlib.closing(socket.socket()))
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(8):
            waiting = stack.enter_context(contextlib.closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_sender_ends_while_it_connects(number: int, files: list[str], tmp_path: Path) -> None:
    with unanswered_port() as port, running([*sending("dcmsend", port), *files], folder=tmp_path) as process:
        wait_for_line(process, "Requesting Association")
        code, _, err = end(process, number)
    assert (code, "Traceback" in err) == (128 + number, False)
    assert outcomes(tmp_path) == ["not-sent", "not-sent"]


@pytest.mark.parametrize("words", [(), ("--diagnose",), ("--json",), ("--diagnose", "--json")])
def test_echo_ends_where_nothing_is_answered(words: tuple[str, ...]) -> None:
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        listening.settimeout(ENDS_WITHIN_S)
        port = listening.getsockname()[1]
        process = stack.enter_context(running([*ours("echoscu"), *words, "127.0.0.1", str(port)]))
        is_asked = False
        while not is_asked:  # echoscu --diagnose tries the connection before it asks
            connection = stack.enter_context(listening.accept()[0])
            connection.settimeout(ENDS_WITHIN_S)
            is_asked = connection.recv(1) == b"\1"
        code, _, err = end(process)
    assert (code, "Traceback" in err) == (143, False)


@pytest.mark.parametrize("words", [(), ("--diagnose",)])
def test_echo_ends_where_the_echo_is_not_answered(words: tuple[str, ...]) -> None:
    with FakePeer(echo=Silence()) as peer, running([*ours("echoscu"), *words, "127.0.0.1", str(peer.port)]) as process:
        peer.wait_for("associated")
        code, _, err = end(process)
    assert (code, "Traceback" in err) == (143, False)


def test_sender_whose_output_nobody_reads_ends(tmp_path: Path) -> None:
    paths = write_instances(tmp_path, 600)  # their events fill every pipe
    with FakePeer() as peer, running([*ours("dcmsend"), "--json", "127.0.0.1", str(peer.port), *paths]) as process:
        peer.wait_for("stored", len(paths))
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDS_WITHIN_S) == 143


# -- receivers


def begin_to_store(requestor: Requestor) -> None:
    requestor.associate(STORING)
    requestor.send(data_pdu(1, 3, store_command("1.2.3.4")), data_pdu(1, 0, Builder(EXPLICIT).instance()))


def say_nothing(_requestor: Requestor) -> None:
    """Connect only."""


def ask_half(requestor: Requestor) -> None:
    requestor.send(STORING.encode()[:40])


def be_idle(requestor: Requestor) -> None:
    requestor.associate(STORING)


def send_half_a_header(requestor: Requestor) -> None:
    begin_to_store(requestor)
    requestor.send(b"\4\0\0")


BEHAVIOURS = (say_nothing, ask_half, be_idle, begin_to_store, send_half_a_header)
RECEIVING = [
    (tool, behave, drips) for tool in ("dcmrecv", "dcmqrscp") for behave in BEHAVIOURS for drips in (False, True)
]
ReceiverCase = tuple[str, Callable[[Requestor], None], bool]


def end_receiver(case: ReceiverCase, folder: Path) -> tuple[int, str, list[str]]:
    """Exit code, what was told, and the files left in its area."""
    tool, behave, drips = case
    (folder / "area").mkdir()
    port = free_port()
    words = ["--accept-all", "-od", "area"] if tool == "dcmrecv" else ["-c", "a.cfg"]
    (folder / "a.cfg").write_text(
        f"AETable BEGIN\nARCHIVE {folder / 'area'} RW (unlimited, unlimited) ANY\nAETable END\n"
    )
    over = threading.Event()
    with running([*ours(tool), "-v", *words, str(port)], folder=folder) as process:
        wait_for_line(process, "listening")
        with connected(port) as peer:
            behave(peer)
            dripping = threading.Thread(target=drip, args=(peer, over) if drips else (None, over))
            dripping.start()
            code, _, err = end(process)
            over.set()
            dripping.join()
    return code, err, [path.name for path in (folder / "area").rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def ended_receivers(tmp_path_factory: pytest.TempPathFactory) -> Together[ReceiverCase, tuple[int, str, list[str]]]:
    return Together(RECEIVING, end_receiver, tmp_path_factory)


@pytest.mark.parametrize("drips", [False, True], ids=["stops", "drips"])
@pytest.mark.parametrize("behave", BEHAVIOURS)
@pytest.mark.parametrize("tool", ["dcmrecv", "dcmqrscp"])
def test_receiver_ends_and_leaves_nothing_behind(
    tool: str,
    behave: Callable[[Requestor], None],
    drips: bool,
    ended_receivers: Together[ReceiverCase, tuple[int, str, list[str]]],
) -> None:
    code, err, left = ended_receivers.result((tool, behave, drips))
    assert (code, "Traceback" in err) == (143, False)
    assert all(name.startswith("index.sqlite") or name == "area.json" for name in left)


def drip(peer: Requestor | None, over: threading.Event) -> None:
    """A byte now and then until the connection has gone: it never makes a whole."""
    with contextlib.suppress(OSError):
        while not over.wait(0.2) and peer is not None:
            peer.send(b"\1")


@pytest.mark.parametrize("greeting", [b"", b"\x16\x03\x01\x02\x00"], ids=["mute", "half-a-record"])
def test_receiver_ends_while_a_peer_shakes_hands(greeting: bytes, tmp_path: Path) -> None:
    files = TlsFiles(tmp_path)
    port = free_port()
    words = files.words("+tls {server_key} {server_pem} --accept-all")
    with running([*ours("dcmrecv"), "-v", *words, "-od", str(tmp_path), str(port)]) as process:
        wait_for_line(process, "listening")
        with connected(port) as peer:
            peer.send(greeting)
            code, _, err = end(process)
    assert (code, "Traceback" in err) == (143, False)


def test_archive_ends_while_it_moves_to_a_destination_that_does_not_answer(tmp_path: Path) -> None:
    (tmp_path / "area").mkdir()
    port = free_port()
    with FakePeer(stores=[Silence()]) as destination:
        (tmp_path / "a.cfg").write_text(
            f"HostTable BEGIN\nthere = (THERE, 127.0.0.1, {destination.port})\nHostTable END\n"
            f"AETable BEGIN\nARCHIVE {tmp_path / 'area'} RW (unlimited, unlimited) ANY\nAETable END\n"
        )
        with running([*ours("dcmqrscp"), "-v", "-c", "a.cfg", str(port)], folder=tmp_path) as process:
            wait_for_line(process, "listening")
            with connected(port) as peer:
                peer.associate(STORING)
                assert peer.store("1.2.3.4", [Builder(EXPLICIT).instance(sop_instance_uid="1.2.3.4")]) == 0
                peer.release()
            with connected(port) as peer:
                peer.associate(Proposal(contexts=((1, MOVE, (IMPLICIT,)),), called=b"ARCHIVE"))
                peer.send(data_pdu(1, 3, MOVE_COMMAND), data_pdu(1, 2, MOVE_KEYS))
                destination.wait_for("associated")
                code, _, err = end(process)
    assert (code, "Traceback" in err) == (143, False)


@pytest.mark.parametrize("option", ["--reindex", "--verify"])
def test_upkeep_ends_before_the_next_file_and_leaves_the_index_as_it_was(option: str, tmp_path: Path) -> None:
    area = tmp_path / "area"
    area.mkdir()
    for number in range(1500):
        write_instance(area, f"{number}.dcm")
    (tmp_path / "a.cfg").write_text(f"AETable BEGIN\nARCHIVE {area} RW (unlimited, unlimited) ANY\nAETable END\n")
    if option == "--verify":
        assert run([*ours("dcmqrscp"), "-c", "a.cfg", "--reindex"], folder=tmp_path).code == 0
    before = index_of(area)
    with running([*ours("dcmqrscp"), "-c", "a.cfg", option, "--json"], folder=tmp_path) as process:
        wait_for_line(process, "upkeep-progress", of_stdout=True)
        code, _, err = end(process)
    assert (code, "Traceback" in err) == (143, False)
    assert "ended before all files were looked at" in err
    assert index_of(area) == before
    assert not list(area.rglob("index-new*"))


def index_of(area: Path) -> bytes:
    return b"".join(path.read_bytes() for path in area.rglob("index.sqlite"))
