import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    AssociationAborted,
    AssociationAccepted,
    AssociationFailed,
    AssociationReceived,
    AssociationReleased,
    EchoReceived,
    Event,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobFinished,
    JobOutcome,
    JobStarted,
    ListenerStarted,
    Notice,
    RequestFailed,
    StudySettled,
)
from dicomdesk.engine.receive.request import DuplicatePolicy, FileNaming, StorageMode, SubFolders
from dicomdesk.errors import PortInUseError, ProfileError, SettingsError, StorageError
from dicomdesk.network.status import Status
from dicomdesk.settings import PlaceRules, ProfileSelection
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, Builder, part10
from tests.helpers.dcmtk.programs import dcmtk_program
from tests.helpers.jobs.receiving import receive_request, receiving
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send, write_instance, write_instances
from tests.helpers.peers.requestors import Proposal, connected, data_pdu, store_command

UID = "1.2.3.4"


def data_set(uid: str = UID, rest: bytes = b"") -> bytes:
    return Builder().instance(sop_instance_uid=uid) + rest


def stored_data_set(file: bytes) -> bytes:
    """What follows group 0002."""
    length = int.from_bytes(file[140:144], "little")
    return file[144 + length :]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert not set(threading.enumerate()) - before


@pytest.mark.parametrize("mode", [StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
def test_instance_is_stored_as_a_file_before_success(tmp_path: Path, mode: StorageMode) -> None:
    with receiving(tmp_path, mode=mode, extension=".dcm") as running:
        with connected(running.port) as requestor:
            requestor.associate()
            assert requestor.store(UID, [data_set()]) == 0
            files = running.files()
            assert list(files) == [f"CT.{UID}.dcm"]
            requestor.release()
        event = running.events.wait_for(ItemFinished)
        running.events.wait_for(AssociationReleased)
    file = files[f"CT.{UID}.dcm"]
    assert stored_data_set(file) == data_set()
    assert file[128:132] == b"DICM"
    assert b"RAW" in file[:400], "the source AE title is missing"
    assert (event.outcome, event.status, event.path) == (
        ItemOutcome.STORED,
        0,
        str(tmp_path / f"CT.{UID}.dcm"),
    )
    assert event.header is not None
    assert (event.header.patient_id, event.header.modality) == ("P1", "CT")
    assert event.size_bytes == len(data_set())


def test_events_tell_the_whole_story(tmp_path: Path) -> None:
    with receiving(tmp_path) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            requestor.store(UID, [data_set()])
            assert requestor.echo() == 0
            requestor.release()
        running.events.wait_for(AssociationReleased)
    kinds = [type(event) for event in running.events.events if not isinstance(event, StudySettled)]
    assert kinds == [
        JobStarted,
        ListenerStarted,
        AssociationReceived,
        AssociationAccepted,
        ItemStarted,
        ItemFinished,
        EchoReceived,
        AssociationReleased,
        JobFinished,
    ]


def test_connection_that_is_no_association_is_told_with_its_peer(tmp_path: Path) -> None:
    with receiving(tmp_path) as running:
        with socket.create_connection(("127.0.0.1", running.port), DEADLINE_S) as scanner:
            scanner.sendall(b"GET / HTTP/1.0\r\n\r\n")
        failed = running.events.wait_for(RequestFailed)
    assert failed.peer_host in {"127.0.0.1", "localhost"}
    assert failed.reason
    assert failed.peer_host not in failed.reason


def test_fragments_of_any_size_are_put_together(tmp_path: Path) -> None:
    data = data_set(rest=b"\x28\0\x10\0US\x02\0\x10\0")
    with receiving(tmp_path) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [data[index : index + 1] for index in range(len(data))]) == 0
        assert stored_data_set(running.files()[f"CT.{UID}"]) == data
        requestor.release()


@pytest.mark.parametrize("mode", [StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
def test_large_instance_goes_through_the_file(tmp_path: Path, mode: StorageMode) -> None:
    pixels = os.urandom(5 << 20)
    (tmp_path / "source").mkdir()
    (tmp_path / "in").mkdir()
    rest = b"\xe0\x7f\x10\0OW\0\0" + len(pixels).to_bytes(4, "little") + pixels
    path = write_instance(tmp_path / "source", "large.dcm", sop_instance_uid=UID, rest=rest)
    with receiving(tmp_path / "in", mode=mode) as running:
        result, _ = send(running.port, [path])
        assert result.report.items[0].status == 0
        assert stored_data_set(running.files()[f"CT.{UID}"]) == stored_data_set(Path(path).read_bytes())


def with_sequence(*, is_defined: bool) -> bytes:
    builder = Builder()
    item = builder.item(builder.element(0x00080104, "LO", "meaning"), is_defined=is_defined)
    return builder.sequence(0x00400260, item, is_defined=is_defined)


@pytest.mark.parametrize("padding", [0, 2 << 20], ids=["small", "large"])
def test_normal_mode_makes_lengths_explicit(tmp_path: Path, padding: int) -> None:
    pixels = b"\xe0\x7f\x10\0OW\0\0" + padding.to_bytes(4, "little") + bytes(padding)
    sent = data_set(rest=with_sequence(is_defined=False) + pixels)
    with receiving(tmp_path) as running, connected(running.port) as requestor:
        requestor.associate()
        pieces = [sent[start : start + 16000] for start in range(0, len(sent), 16000)]
        assert requestor.store(UID, pieces) == 0
        file = running.files()[f"CT.{UID}"]
        requestor.release()
    assert stored_data_set(file) == data_set(rest=with_sequence(is_defined=True) + pixels)


def test_bit_preserving_mode_keeps_undefined_lengths(tmp_path: Path) -> None:
    sent = data_set(rest=with_sequence(is_defined=False))
    with receiving(tmp_path, mode=StorageMode.BIT_PRESERVING) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [sent]) == 0
        assert stored_data_set(running.files()[f"CT.{UID}"]) == sent
        requestor.release()


def test_ignored_instances_are_answered_and_not_stored(tmp_path: Path) -> None:
    with receiving(tmp_path, mode=StorageMode.IGNORE) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            assert requestor.store(UID, [data_set()]) == 0
            requestor.release()
        event = running.events.wait_for(ItemFinished)
        assert running.files() == {}
    assert (event.outcome, event.path) == (ItemOutcome.STORED, "")
    assert event.header is not None


def test_empty_data_set_is_not_understood_in_normal_mode(tmp_path: Path) -> None:
    with receiving(tmp_path) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [b""]) == 0xC000
        assert requestor.echo() == 0
        assert running.files() == {}
        requestor.release()


def test_empty_data_set_is_stored_in_bit_preserving_mode(tmp_path: Path) -> None:
    with receiving(tmp_path, mode=StorageMode.BIT_PRESERVING) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [b""]) == 0
        assert stored_data_set(running.files()[f"CT.{UID}"]) == b""
        requestor.release()


@pytest.mark.parametrize("padding", [0, 2 << 20], ids=["small", "large"])
def test_broken_data_set_ends_the_association_without_debris(tmp_path: Path, padding: int) -> None:
    broken = data_set(rest=bytes(8) * (padding // 8) + b"\x10\0\x10\0PN\xff\x0fshort")
    with receiving(tmp_path) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            pieces = [broken[start : start + 16000] for start in range(0, len(broken), 16000)]
            assert requestor.store(UID, pieces) == 0xC000
            requestor.read_abort()
        event = running.events.wait_for(ItemFinished)
        running.events.wait_for(AssociationAborted)
        assert running.files() == {}
    assert (event.outcome, event.status) == (ItemOutcome.REFUSED, 0xC000)
    assert event.reason


@pytest.mark.parametrize("mode", [StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
@pytest.mark.parametrize("size", [100, 3 << 20])
def test_peer_that_vanishes_leaves_nothing(tmp_path: Path, mode: StorageMode, size: int) -> None:
    with receiving(tmp_path, mode=mode) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            requestor.send(data_pdu(1, 3, store_command(UID)))
            for _ in range(size // 100):
                requestor.send(data_pdu(1, 0, bytes(100)))
        event = running.events.wait_for(ItemFinished)
        running.events.wait_for(AssociationAborted)
        assert running.files() == {}
    assert (event.outcome, event.status) == (ItemOutcome.FAILED, None)


@pytest.mark.parametrize("uid", ["../../x", "a/b", "1.2\n3", "9" * 300, "x" * 16000, ".."])
def test_hostile_uid_never_leaves_the_folder(tmp_path: Path, uid: str) -> None:
    folder = tmp_path / "deep" / "in"
    folder.mkdir(parents=True)
    with receiving(folder) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            command = store_command(uid)
            for start in range(0, len(command), 8000):
                flags = 3 if start + 8000 >= len(command) else 1
                requestor.send(data_pdu(1, flags, command[start : start + 8000]))
            requestor.send(data_pdu(1, 2, data_set()))
            assert requestor.read_response().number(0x0900) == 0
            requestor.release()
        (name,) = running.files()
    assert len(name) < 150
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted(["deep", "in", name])


@pytest.mark.parametrize("mode", [StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
def test_vanished_folder_is_out_of_resources_and_the_association_goes_on(tmp_path: Path, mode: StorageMode) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with receiving(folder, mode=mode) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            folder.rmdir()
            assert requestor.store(UID, [data_set()]) == 0xA700
            folder.mkdir()
            assert requestor.store(UID, [data_set()]) == 0
            assert list(running.files()) == [f"CT.{UID}"]
            requestor.release()
        running.events.wait_for(AssociationReleased)
    first = running.events.of(ItemFinished)[0]
    assert (first.outcome, first.status) == (ItemOutcome.REFUSED, 0xA700)
    assert "No such file or directory" in first.reason


@pytest.mark.parametrize("mode", [StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
@pytest.mark.parametrize("size", [1000, 3 << 20])
def test_full_disk_is_out_of_resources_without_debris(
    tmp_path: Path, mode: StorageMode, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_args: object) -> int:
        raise OSError(28, "No space left on device")

    data = data_set(rest=b"\xe0\x7f\x10\0OW\0\0" + size.to_bytes(4, "little") + bytes(size))
    with receiving(tmp_path, mode=mode) as running, connected(running.port) as requestor:
        requestor.associate()
        monkeypatch.setattr(os, "writev", write)
        pieces = [data[start : start + 16000] for start in range(0, len(data), 16000)]
        assert requestor.store(UID, pieces) == 0xA700
        monkeypatch.undo()
        assert running.files() == {}
        assert requestor.store(UID, pieces) == 0
        requestor.release()


def test_too_little_free_space_is_out_of_resources(tmp_path: Path) -> None:
    with receiving(tmp_path, min_free_bytes=1 << 62) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [data_set()]) == 0xA700
        requestor.release()


def store_twice(folder: Path, policy: DuplicatePolicy) -> tuple[int, dict[str, bytes], list[Event]]:
    with receiving(folder, on_duplicate=policy) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            assert requestor.store(UID, [data_set()]) == 0
            status = requestor.store(UID, [data_set(rest=b"\x28\0\x10\0US\x02\0\x10\0")])
            requestor.release()
        running.events.wait_for(AssociationReleased)
        files = running.files()
    return status, files, running.events.events


def test_duplicate_is_overwritten_with_a_warning(tmp_path: Path) -> None:
    status, files, events = store_twice(tmp_path, DuplicatePolicy.OVERWRITE)
    assert status == 0
    assert [len(stored_data_set(file)) for file in files.values()] == [len(data_set()) + 10]
    path = tmp_path / f"CT.{UID}"
    assert f"file already exists, overwriting: {path}" in [event.text for event in events if isinstance(event, Notice)]


def test_duplicate_is_kept_beside(tmp_path: Path) -> None:
    status, files, _ = store_twice(tmp_path, DuplicatePolicy.KEEP_BOTH)
    assert status == 0
    assert list(files) == [f"CT.{UID}", f"CT.{UID}_2"]


def test_duplicate_is_refused(tmp_path: Path) -> None:
    status, files, _ = store_twice(tmp_path, DuplicatePolicy.REFUSE)
    assert status == 0xC111
    assert [stored_data_set(file) for file in files.values()] == [data_set()]


def test_two_peers_with_the_same_instance_end_with_one_whole_file(tmp_path: Path) -> None:
    contents = [data_set(rest=b"\x28\0\x10\0US\x02\0" + bytes([number, 0])) for number in range(4)]
    with receiving(tmp_path) as running:

        def store_many(content: bytes) -> None:
            with connected(running.port) as requestor:
                requestor.associate()
                for number in range(1, 20):
                    assert requestor.store(UID, [content[:100], content[100:]], message_id=number) == 0
                requestor.release()

        threads = [threading.Thread(target=store_many, args=(content,)) for content in contents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE_S)
        (file,) = running.files().values()
        running.events.wait_for(ItemFinished, 76)
    assert stored_data_set(file) in contents


def test_series_date_decides_the_sub_folder(tmp_path: Path) -> None:
    with receiving(tmp_path, sub_folders=SubFolders.SERIES_DATE) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [data_set()]) == 0
        assert list(running.files()) == [f"data/2024/01/03/CT.{UID}"]
        undated = data_set().replace(b"20240103", b"00000000")
        assert requestor.store(UID, [undated]) == 0
        assert any(name.startswith("undef/20") for name in running.files())
        requestor.release()


@pytest.mark.parametrize("naming", FileNaming)
def test_naming_scheme_is_used(tmp_path: Path, naming: FileNaming) -> None:
    with receiving(tmp_path, naming=naming) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [data_set()]) == 0
        (name,) = running.files()
        assert (name == f"CT.{UID}") is (naming is FileNaming.INSTANCE_UID)
        requestor.release()


def test_many_associations_are_served_at_once(tmp_path: Path) -> None:
    with receiving(tmp_path) as running:
        with connected(running.port) as first, connected(running.port) as second:
            first.associate()
            second.associate()
            first.send(data_pdu(1, 3, store_command("1.2.1")))
            assert second.store("1.2.2", [data_set()]) == 0
            first.send(data_pdu(1, 2, data_set()))
            assert first.read_response().number(0x0900) == 0
            assert running.job.progress().associations == 2
            first.release()
            second.release()
        running.events.wait_for(AssociationReleased, 2)
        assert running.job.progress().items_done == 2
        assert running.job.progress().bytes_done > 2 * len(data_set())


def test_more_associations_than_allowed_are_refused(tmp_path: Path) -> None:
    with receiving(tmp_path, max_associations=1, places=PlaceRules(wait_s=0.0)) as running:
        with connected(running.port) as first, connected(running.port) as second:
            first.associate()
            second.send(Proposal().encode())
            assert second.read_pdu()[0] == 3
            first.release()
        running.events.wait_for(AssociationFailed)


def test_verification_only_without_a_profile(tmp_path: Path) -> None:
    with receiving(tmp_path, accept_all=False) as running, connected(running.port) as requestor:
        answer = requestor.associate()
        assert {number: result for number, (result, _) in answer.results.items()}[3] == 0
        assert answer.results[1][0] != 0
        requestor.release()


def test_transfer_syntaxes_are_accepted_in_our_order(tmp_path: Path) -> None:
    implicit, big = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
    proposal = Proposal(contexts=[(1, CT_IMAGE, [EXPLICIT, implicit]), (3, CT_IMAGE, [big]), (5, "1.2.3", [implicit])])
    options = {"accept_all": False, "storage_transfer_syntaxes": (implicit, EXPLICIT)}
    with receiving(tmp_path, **options) as running, connected(running.port) as requestor:
        answer = requestor.associate(proposal)
        requestor.release()
    assert answer.results[1] == (0, implicit)
    assert (answer.results[3][0], answer.results[5][0]) == (4, 3)


def test_start_errors_are_raised_at_once_and_report_nothing(tmp_path: Path) -> None:
    recorder = EventRecorder()
    with Engine() as engine, socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(StorageError, match="Directory does not exist"):
            engine.submit(receive_request(tmp_path / "gone"), recorder)
        with pytest.raises(PortInUseError):
            engine.submit(receive_request(tmp_path, port=taken.getsockname()[1]), recorder)
        profile = ProfileSelection(file=tmp_path / "none.cfg", name="Default")
        with pytest.raises(ProfileError):
            engine.submit(receive_request(tmp_path, profile=profile), recorder)
        with pytest.raises(SettingsError):
            engine.submit(receive_request(tmp_path, on_study="'unbalanced"), recorder)
    assert recorder.events == []
    assert os.listdir(tmp_path) == []


def test_first_cancel_lets_the_current_instance_finish(tmp_path: Path) -> None:
    recorder = EventRecorder()
    with Engine() as engine:
        job = engine.submit(receive_request(tmp_path), recorder)
        with connected(job.port) as requestor:
            requestor.associate()
            requestor.send(data_pdu(1, 3, store_command(UID)))
            recorder.wait_for(ItemStarted)
            job.cancel()
            requestor.send(data_pdu(1, 2, data_set()))
            assert requestor.read_response().number(0x0900) == 0
            requestor.read_abort()
        result = job.done.result(DEADLINE_S)
    recorder.check()
    assert result.outcome is JobOutcome.COMPLETED
    assert result.counts == {ItemOutcome.STORED: 1}
    assert os.listdir(tmp_path) == [f"CT.{UID}"]


def test_second_cancel_aborts_and_leaves_nothing(tmp_path: Path) -> None:
    recorder = EventRecorder()
    with Engine() as engine:
        job = engine.submit(receive_request(tmp_path, mode=StorageMode.BIT_PRESERVING), recorder)
        with connected(job.port) as requestor:
            requestor.associate()
            requestor.send(data_pdu(1, 3, store_command(UID)), data_pdu(1, 0, data_set()))
            recorder.wait_for(ItemStarted)
            job.cancel()
            job.cancel()
            requestor.read_abort()
            result = job.done.result(DEADLINE_S)
    recorder.check()
    assert result.outcome is JobOutcome.CANCELLED
    assert result.counts == {ItemOutcome.FAILED: 1}
    assert os.listdir(tmp_path) == []


def test_fsync_changes_nothing_but_durability(tmp_path: Path) -> None:
    with receiving(tmp_path, fsync=True) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [data_set()]) == 0
        assert stored_data_set(running.files()[f"CT.{UID}"]) == data_set()
        requestor.release()


def test_command_runs_when_a_study_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    out = tmp_path / "out"
    script = tmp_path / "script.sh"
    script.write_text(f'echo "$1|$2|$3|$DICOMDESK_STUDY_UID|$DICOMDESK_INSTANCES" >> {out}\n')
    command = f"sh {script} #p #a #c"
    with receiving(tmp_path / "in", on_study=command, settle_s=0.05, identify=False) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            assert requestor.store("1.2.1", [data_set("1.2.1")]) == 0
            requestor.release()
        event = running.events.wait_for(StudySettled)
    assert (event.study_instance_uid, event.items, event.command_exit_code) == ("1.2.3", 1, 0)
    assert out.read_text() == f"{tmp_path / 'in'}|RAW|ANY-SCP|1.2.3|1\n"


def test_pending_studies_are_run_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with receiving(tmp_path / "in", on_study="false", settle_s=3600) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            assert requestor.store(UID, [data_set()]) == 0
            requestor.release()
        running.events.wait_for(AssociationReleased)
    assert [event.command_exit_code for event in running.events.of(StudySettled)] == [1]


def test_what_we_send_arrives_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "in").mkdir()
    paths = write_instances(tmp_path / "source", 30)
    with receiving(tmp_path / "in") as running:
        result, _ = send(running.port, paths, parallel=3)
        assert {item.status for item in result.report.items} == {0}
        received = sorted(stored_data_set(file) for file in running.files().values())
    assert received == sorted(stored_data_set(Path(path).read_bytes()) for path in paths)


@pytest.mark.parametrize("mode", [StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
def test_killed_receiver_leaves_no_half_file(tmp_path: Path, mode: StorageMode) -> None:
    program = f"""
from pathlib import Path
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import ItemStarted
from dicomdesk.engine.receive.request import Acceptance, ReceiveRequest, Storage, StorageMode

request = ReceiveRequest(port=0, address="127.0.0.1", acceptance=Acceptance(accept_all=True),
    storage=Storage(folder=Path({str(tmp_path)!r}), mode=StorageMode({mode.value!r})))
job = Engine().submit(request, lambda event: None)
print(job.port, flush=True)
job.done.result()
"""
    half = bytes(100_000)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with connected(port) as requestor:
            requestor.associate()
            assert requestor.store("1.2.1", [data_set("1.2.1")]) == 0
            requestor.send(data_pdu(1, 3, store_command("1.2.2")))
            for _ in range(30):
                requestor.send(data_pdu(1, 0, half))
            process.kill()
            process.wait(DEADLINE_S)
    names = [name for name in os.listdir(tmp_path) if not name.startswith(".")]
    assert names == ["CT.1.2.1"]
    with receiving(tmp_path) as running:
        assert list(running.files()) == ["CT.1.2.1"]


def test_stored_instance_whose_answer_is_lost_is_told(tmp_path: Path) -> None:
    with receiving(tmp_path) as running:
        with connected(running.port) as requestor:
            requestor.associate()
            requestor.send(data_pdu(1, 3, store_command(UID)), data_pdu(1, 2, data_set()))
            requestor.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        event = running.events.wait_for(ItemFinished)
        running.events.wait_for(AssociationAborted)
        assert len(running.files()) == (event.outcome is ItemOutcome.STORED)


@pytest.mark.dcmtk
@pytest.mark.parametrize("mode", [StorageMode.NORMAL, StorageMode.BIT_PRESERVING])
def test_dcmsend_delivers_to_us(tmp_path: Path, mode: StorageMode) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "in").mkdir()
    paths = write_instances(tmp_path / "source", 5)
    with receiving(tmp_path / "in", mode=mode) as running:
        command = [dcmtk_program("dcmsend"), "127.0.0.1", str(running.port), *paths]
        subprocess.run(command, check=True, env={**os.environ, "TCP_NODELAY": "1"}, timeout=DEADLINE_S)
        received = sorted(stored_data_set(file) for file in running.files().values())
    assert received == sorted(stored_data_set(Path(path).read_bytes()) for path in paths)


def test_stored_instances_are_not_reported_where_nobody_wants_to_know(tmp_path: Path) -> None:
    refuse = DuplicatePolicy.REFUSE
    with (
        receiving(tmp_path, report_stored=False, on_duplicate=refuse) as running,
        connected(running.port) as requestor,
    ):
        requestor.associate()
        assert requestor.store(UID, [data_set()]) == 0
        assert requestor.store(UID, [data_set()]) == Status.DUPLICATE_HERE
        requestor.release()
        running.events.wait_for(AssociationReleased)
        assert [event.outcome for event in running.events.of(ItemFinished)] == [ItemOutcome.REFUSED]
        assert not running.events.of(ItemStarted)
        assert running.job.progress().items_done == 2


def test_implicit_data_sets_get_their_transfer_syntax_in_the_file(tmp_path: Path) -> None:
    content = part10(data_set(), EXPLICIT, sop_class_uid=CT_IMAGE, sop_instance_uid=UID)
    with receiving(tmp_path, identify=False) as running, connected(running.port) as requestor:
        requestor.associate()
        assert requestor.store(UID, [data_set()]) == 0
        assert EXPLICIT.encode() in content
        assert EXPLICIT.encode() in running.files()[f"CT.{UID}"]
        requestor.release()
        assert running.events.wait_for(ItemFinished).header is None
