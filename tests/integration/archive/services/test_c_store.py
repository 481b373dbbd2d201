"""C-STORE into a running archive: what is kept, what is refused and how, and what a failing disk or index leaves."""

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import unpack_from

import pytest

from dicomdesk.archive.facts import InstanceStored
from dicomdesk.archive.setup.configuration import Quota
from dicomdesk.atomic_file import AtomicFile
from dicomdesk.dicom.files.part10 import read_header
from dicomdesk.dicom.files.storing_format import StoringFormat
from dicomdesk.dicom.instance import InputFormat
from dicomdesk.engine.receive.instance_file import STORED_AS_RECEIVED
from dicomdesk.errors import IndexBusyError, IndexUncertainError
from dicomdesk.network.dimse.store_reception import IncomingStore
from tests.helpers.archives.served_archives import ARCHIVE, MR_IMAGE, encoded, running
from tests.helpers.data.datasets import CT_IMAGE, EXPLICIT, IMPLICIT, Builder
from tests.helpers.data.disagreeing import disagreeing
from tests.helpers.peers.requestors import Proposal, Requestor, connected, data_pdu, store_command

CONTEXTS = ((1, CT_IMAGE, (EXPLICIT,)), (3, MR_IMAGE, (IMPLICIT,)))
OUT_OF_RESOURCES, DOES_NOT_MATCH, CANNOT_UNDERSTAND = 0xA700, 0xA900, 0xC000


@contextmanager
def storing(port: int, title: str = "SENDER") -> Iterator[Requestor]:
    """A raw requestor with CT in explicit and MR in implicit VR."""
    with connected(port) as peer:
        peer.associate(Proposal(contexts=CONTEXTS, called=ARCHIVE.encode(), calling=title.encode()))
        yield peer


def test_what_is_acknowledged_is_a_file_and_in_the_index(tmp_path: Path) -> None:
    data = encoded("1.2.3.4")
    with running(tmp_path) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.4", [data]) == 0
        ((path, content),) = archive.files().items()
        assert content.endswith(data)
        assert archive.indexed() == {path: "1.2.3.4"}
        header = read_header(archive.archive.keeper(ARCHIVE).storage.path_of(path), InputFormat.FILE_OR_DATA_SET)
        assert (header.sop_class_uid, header.transfer_syntax_uid) == (CT_IMAGE, EXPLICIT)
        (fact,) = archive.told(InstanceStored)
        assert fact.stored.file.path == path
        peer.release()


@pytest.mark.parametrize("kind", ["references", "undefined lengths", "private value"])
def test_what_identifies_the_study_may_come_behind_long_elements(tmp_path: Path, kind: str) -> None:
    builder = Builder(EXPLICIT)
    if kind == "private value":
        long = builder.element(0x00090010, "LO", "ACME") + builder.element(0x00091001, "OB", bytes(3 << 20))
    else:
        is_defined = kind == "references"
        items = (
            builder.item(builder.element(0x00081155, "UI", f"1.2.{number}"), is_defined=is_defined)
            for number in range(60_000)
        )
        long = builder.sequence(0x00081140, *items, is_defined=is_defined)
    data = builder.instance(before_series=long) + builder.element(0x00280010, "US", 512)
    assert data.index(builder.tag(0x0020000D)) > 1 << 20
    with running(tmp_path) as archive, storing(archive.port) as peer:
        pieces = [data[start : start + 16000] for start in range(0, len(data), 16000)]
        assert peer.store("1.2.3.4", pieces) == 0
        (fact,) = archive.told(InstanceStored)
        assert fact.stored.entry.values[0x0020000D] == "1.2.3"
        assert fact.stored.entry.values[0x00280010] == "512"
        peer.release()


def test_a_uid_that_is_too_long_may_be_cut_in_the_command(tmp_path: Path) -> None:
    """As DCMTK's senders do it; what is stored keeps its own."""
    long = "1." + "2" * 64
    with running(tmp_path) as archive, storing(archive.port) as peer:
        assert peer.store(long[:64], [encoded(long)]) == 0
        assert list(archive.indexed().values()) == [long]
        assert peer.store(long, [encoded(long)], 2) == 0
        assert peer.store(long[:63], [encoded(long)], 3) == DOES_NOT_MATCH
        assert peer.store(long[:63] + "3", [encoded(long)], 4) == DOES_NOT_MATCH
        assert peer.store("1.2", [encoded("1.2.3")], 5) == DOES_NOT_MATCH
        peer.release()


@pytest.mark.parametrize("own", ["1.2.3.4\0", "1.2.3.4\0.5", "1.2.3.4\0\0rubbish", "1.2. 3.4 "])
def test_a_uid_of_a_data_set_ends_at_a_nul_and_has_no_spaces(tmp_path: Path, own: str) -> None:
    """As for DCMTK's archive, whose senders name such an instance so in the command."""
    with running(tmp_path) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.4", [encoded(own)]) == 0
        assert peer.store("1.2.3.4.5", [encoded(own)], 2) == DOES_NOT_MATCH
        assert list(archive.indexed().values()) == ["1.2.3.4"]
        peer.release()


@pytest.mark.parametrize(
    ("command", "data", "status"),
    [
        (store_command("1.2.3.4"), encoded("1.2.3.5"), DOES_NOT_MATCH),
        (store_command("1.2.3.4"), encoded("1.2.3.4", sop_class=MR_IMAGE), DOES_NOT_MATCH),
        (store_command("1.2.3.4", sop_class=MR_IMAGE), encoded("1.2.3.4"), DOES_NOT_MATCH),
        (store_command("1.2.3.4"), b"", CANNOT_UNDERSTAND),
        (store_command("1.2.3.4"), encoded("1.2.3.4", without=[0x0020000D]), CANNOT_UNDERSTAND),
        (store_command("1.2.3.4"), encoded("1.2.3.4", without=[0x0020000E]), CANNOT_UNDERSTAND),
        (store_command("1.2.3.4"), encoded("1.2.3.4", without=[0x00080016]), CANNOT_UNDERSTAND),
        (store_command("1.2.3.4"), encoded("1.2.3.4", without=[0x00080018]), CANNOT_UNDERSTAND),
    ],
    ids=[
        "instance-uid",
        "class-uid",
        "command-of-other-class",
        "empty",
        "no-study",
        "no-series",
        "no-class",
        "no-instance",
    ],
)
def test_what_is_refused_is_said_and_the_association_goes_on(
    tmp_path: Path, command: bytes, data: bytes, status: int
) -> None:
    with running(tmp_path) as archive, storing(archive.port) as peer:
        peer.send(data_pdu(1, 3, command), data_pdu(1, 2, data))
        response = peer.read_response()
        assert response.number(0x0900) == status
        assert response.text(0x0902)
        assert peer.store("1.2.3.9", [encoded("1.2.3.9")]) == 0
        peer.release()
        assert set(archive.indexed().values()) == {"1.2.3.9"}
        assert set(archive.files()) == set(archive.indexed())


@pytest.mark.parametrize(
    "data", [encoded("1.2.3.4")[:-3], encoded("1.2.3.4") + b"\x08\0\0\0LO\xff\0ab", encoded("1.2.3.4")[:150]]
)
def test_lengths_that_do_not_fit_end_the_association(tmp_path: Path, data: bytes) -> None:
    with running(tmp_path) as archive:
        with storing(archive.port) as peer:
            assert peer.store("1.2.3.4", [data]) == CANNOT_UNDERSTAND
            peer.read_abort()
        assert archive.files() == {}
        assert archive.indexed() == {}


def test_the_check_of_a_long_instance_is_broken_off_where_the_archive_aborts(tmp_path: Path) -> None:
    request = IncomingStore(
        association=1,
        message_id=1,
        context_id=1,
        sop_class_uid=CT_IMAGE,
        sop_instance_uid="1.2.3.4",
        transfer_syntax_uid=EXPLICIT,
        calling_ae_title="SENDER",
        called_ae_title=ARCHIVE,
        peer_host="localhost",
    )
    with running(tmp_path) as archive:
        sinks = [archive.archive.begin(request) for _ in range(2)]
        for sink in sinks:
            sink.write([memoryview(encoded("1.2.3.4") + Builder().element(0x00080060, "CS", "CT") * 200_000)])
        archive.archive.stop()
        assert sinks[0].finish().status == 0
        archive.archive.stop(abort=True)
        answer = sinks[1].finish()
        assert (answer.status, answer.abort) == (OUT_OF_RESOURCES, True)
        assert len(archive.files()) == 1


@pytest.mark.parametrize("is_bit_preserving", [False, True])
@pytest.mark.parametrize("kind", disagreeing(EXPLICIT))
def test_lengths_that_disagree_are_stored_and_indexed_with_a_warning(
    tmp_path: Path, kind: str, *, is_bit_preserving: bool, announce_log: Callable[[str], None]
) -> None:
    case = disagreeing(EXPLICIT)[kind]
    words = STORED_AS_RECEIVED if is_bit_preserving else case.words
    announce_log(words.capitalize())
    storing_format = StoringFormat(is_bit_preserving=is_bit_preserving)
    with running(tmp_path, storing_format=storing_format) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.4", [case.data]) == 0
        ((path, content),) = archive.files().items()
        assert content.endswith(case.data if is_bit_preserving else case.right)
        assert archive.indexed() == {path: "1.2.3.4"}


def test_a_peer_that_leaves_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as archive:
        with storing(archive.port) as peer:
            peer.send(data_pdu(1, 3, store_command("1.2.3.4")), data_pdu(1, 0, encoded("1.2.3.4") + bytes(12000)))
        archive.archive.stop()
        assert archive.files() == {}
        assert [name for name in os.listdir(tmp_path) if name != ".dicomdesk"] == []


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x0020000D, "UI", "../../../etc/passwd"),
        (0x0020000D, "UI", "1." * 300 + "1"),
        (0x0020000E, "UI", "a/b\\c\0d"),
        (0x00100010, "PN", "x" * 60000),
        (0x00100020, "LO", "'; DROP TABLE instance; --"),
        (0x00080005, "CS", "NO SUCH SET"),
        (0x00080020, "DA", "tomorrow"),
        (0x00200013, "IS", "9" * 5000),
        (0x00100010, "PN", b"\xff\x00\x1b$)C\xfe\x80".decode("latin-1")),
    ],
)
def test_hostile_values_are_kept_and_lead_nowhere(tmp_path: Path, tag: int, vr: str, value: str) -> None:
    data = encoded("1.2.3.4", without=[tag])
    added = Builder().element(tag, vr, value.encode("latin-1"))
    position = 0
    while position < len(data):
        group, number, length = unpack_from("<HH2xH", data, position)
        if group << 16 | number > tag:
            break
        position += 8 + length
    data = data[:position] + added + data[position:]
    with running(tmp_path / "area") as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.4", [data[:9000], data[9000:]] if len(data) > 9000 else [data]) == 0
        assert list(archive.files()) == list(archive.indexed())
        assert len(archive.files()) == 1
        assert os.listdir(tmp_path) == ["area"]


def test_an_instance_that_comes_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    with running(tmp_path) as archive, storing(archive.port) as peer:
        for pixels in (b"1111", b"2222"):
            assert peer.store("1.2.3.4", [encoded("1.2.3.4", pixels=pixels)]) == 0
        ((path, content),) = archive.files().items()
        assert content.endswith(b"2222")
        assert archive.indexed() == {path: "1.2.3.4"}


@pytest.mark.parametrize("other", [{"study": "1.2.9"}, {"series": "1.2.9"}])
def test_contradictions_are_kept_beside_each_other_and_flagged(
    tmp_path: Path, other: dict[str, str], announce_log: Callable[[str], None]
) -> None:
    announce_log("has its SOPInstanceUID")
    with running(tmp_path) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == 0
        assert peer.store("1.2.3.4", [encoded("1.2.3.4", **other)]) == 0xB000  # type: ignore[arg-type]  # UIDs
        assert len(archive.files()) == 2
        assert set(archive.files()) == set(archive.indexed())
        assert list(archive.archive.keeper(ARCHIVE).index.conflicts(ARCHIVE))
        assert any(fact.stored.file.addition.conflict for fact in archive.told(InstanceStored))


def test_long_instances_go_to_the_file_as_they_come(tmp_path: Path) -> None:
    data = encoded("1.2.3.4", pixels=bytes(range(256)) * 12_000)
    parts = [data[start : start + 16_000] for start in range(0, len(data), 16_000)]
    with running(tmp_path) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.4", parts) == 0
        ((_, content),) = archive.files().items()
        assert content.endswith(data)
        assert peer.store("1.2.3.5", parts) == DOES_NOT_MATCH
        assert len(archive.files()) == 1


def test_sequences_get_lengths_unless_bits_are_preserved(tmp_path: Path) -> None:
    build = Builder()
    sequence = build.sequence(
        0x00081140, build.item(build.element(0x00081155, "UI", "1.2"), is_defined=False), is_defined=False
    )
    data = encoded("1.2.3.4")
    cut = data.index(build.tag(0x00100010))
    data = data[:cut] + sequence + data[cut:]
    for preserves in (False, True):
        formats = StoringFormat(is_bit_preserving=preserves)
        with running(tmp_path / str(preserves), storing_format=formats) as archive, storing(archive.port) as peer:
            assert peer.store("1.2.3.4", [data]) == 0
            ((_, content),) = archive.files().items()
            assert content.endswith(data) is preserves
            assert peer.store("1.2.3.5", [encoded("1.2.3.5")]) == 0


def test_stores_can_be_ignored(tmp_path: Path) -> None:
    with running(tmp_path, ignores_stores=True) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == 0
        assert archive.files() == {}
        assert archive.indexed() == {}


# -- the disk


def fail(code: int) -> Callable[..., None]:
    def raise_it(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return raise_it


@pytest.mark.parametrize("operation", ["write", "publish", "__init__"])
@pytest.mark.parametrize("size", [4, 3_000_000])
def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str, size: int
) -> None:
    data = encoded("1.2.3.4", pixels=bytes(size))
    parts = [data[start : start + 16_000] for start in range(0, len(data), 16_000)]
    with running(tmp_path) as archive, storing(archive.port) as peer:
        with monkeypatch.context() as patch:
            patch.setattr(AtomicFile, operation, fail(errno.ENOSPC))
            assert peer.store("1.2.3.4", parts) == OUT_OF_RESOURCES
        assert archive.files() == {}
        assert peer.store("1.2.3.4", parts) == 0
        assert set(archive.files()) == set(archive.indexed())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_became_read_only_is_said(tmp_path: Path) -> None:
    with running(tmp_path) as archive, storing(archive.port) as peer:
        tmp_path.chmod(0o500)
        assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == OUT_OF_RESOURCES
        tmp_path.chmod(0o700)
        assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == 0


# -- the index


def test_an_index_that_is_locked_is_said_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("could not be kept")
    with running(tmp_path) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.1", [encoded("1.2.3.1")]) == 0
        index = archive.archive.keeper(ARCHIVE).index

        def locked(*_: object, **__: object) -> None:
            raise IndexBusyError("the database of the index is locked by others for too long")

        with monkeypatch.context() as patch:
            patch.setattr(index, "add", locked)
            assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == OUT_OF_RESOURCES
        assert set(archive.files()) == set(archive.indexed())
        assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == 0
        assert len(archive.files()) == 2


def test_an_index_that_is_damaged_is_said_and_nothing_is_lost(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("could not be kept")
    with running(tmp_path) as archive:
        with storing(archive.port) as peer:
            assert peer.store("1.2.3.1", [encoded("1.2.3.1")]) == 0
        archive.archive.keeper(ARCHIVE).index.close()
        for file in (tmp_path / ".dicomdesk").glob("index.sqlite*"):
            file.write_bytes(b"no database" * 1000)
        with storing(archive.port) as peer:
            assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == OUT_OF_RESOURCES
        assert len(archive.files()) >= 1


def test_an_index_that_took_the_instance_and_lost_its_answer_keeps_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("could not be kept")
    with running(tmp_path) as archive, storing(archive.port) as peer:
        index = archive.archive.keeper(ARCHIVE).index
        add = index.add

        def lose_answer(*arguments: object, **named: object) -> None:
            add(*arguments, **named)  # type: ignore[arg-type]  # as they came
            raise IndexUncertainError("the connection was lost")

        with monkeypatch.context() as patch:
            patch.setattr(index, "add", lose_answer)
            assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == OUT_OF_RESOURCES
        assert set(archive.files()) == set(archive.indexed())
        assert len(archive.files()) == 1


def test_files_of_which_the_index_says_nothing_are_put_in_order_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, announce_log: Callable[[str], None]
) -> None:
    announce_log("could not be kept")

    def unreachable(*_: object, **__: object) -> None:
        raise IndexUncertainError("the database cannot be reached")

    with running(tmp_path) as archive, storing(archive.port) as peer:
        index = archive.archive.keeper(ARCHIVE).index
        monkeypatch.setattr(index, "add", unreachable)
        monkeypatch.setattr(index, "known_paths", unreachable)
        assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == OUT_OF_RESOURCES
        assert len(archive.files()) == 1
    monkeypatch.undo()
    with running(tmp_path) as archive:
        assert archive.archive.repairs[ARCHIVE].adopted == 1
        assert set(archive.files()) == set(archive.indexed())


def test_a_writer_of_another_process_is_waited_for(tmp_path: Path) -> None:
    with running(tmp_path) as archive, storing(archive.port) as peer:
        other = sqlite3.connect(tmp_path / ".dicomdesk" / "index.sqlite", check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, other.rollback)
        release.start()
        assert peer.store("1.2.3.4", [encoded("1.2.3.4")]) == 0
        release.join()
        other.close()


# -- quotas and rights


def test_quotas_hold_when_many_store_at_once(tmp_path: Path, announce_log: Callable[[str], None]) -> None:
    announce_log("due to quota")
    statuses: list[int] = []
    with running(tmp_path, quota=Quota(max_studies=3, max_bytes_per_study=4000)) as archive:

        def store(number: int) -> None:
            with storing(archive.port) as peer:
                for item in range(12):
                    uid = f"1.2.3.{number}.{item}"
                    study = f"1.2.{number * 4 + item // 3}"
                    statuses.append(peer.store(uid, [encoded(uid, study, f"{study}.1", pixels=bytes(700))]))
                peer.release()

        threads = [threading.Thread(target=store, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [0] * 72
        assert set(archive.files()) == set(archive.indexed())
        index = archive.archive.keeper(ARCHIVE).index
        assert index.count_studies(ARCHIVE) <= 3
        assert all(usage.size_bytes <= 4000 for usage in index.oldest_studies(ARCHIVE, 9))


@pytest.mark.parametrize("size", [5000, 2_000_000])
def test_an_instance_beyond_the_quota_is_refused_and_nothing_goes(tmp_path: Path, size: int) -> None:
    data = encoded("1.2.3.4", pixels=bytes(size))
    parts = [data[start : start + 16_000] for start in range(0, len(data), 16_000)]
    with running(tmp_path, quota=Quota(max_bytes_per_study=4000)) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.1", [encoded("1.2.3.1")]) == 0
        assert peer.store("1.2.3.4", parts) == OUT_OF_RESOURCES
        assert set(archive.indexed().values()) == {"1.2.3.1"}


def test_an_area_that_is_read_only_takes_nothing(tmp_path: Path) -> None:
    with running(tmp_path, is_writable=False) as archive, connected(archive.port) as peer:
        answer = peer.associate(Proposal(contexts=CONTEXTS, called=ARCHIVE.encode()))
        assert {result for result, _ in answer.results.values()} == {1}


def test_only_one_stores_at_a_time_where_that_is_asked_for(tmp_path: Path) -> None:
    with running(tmp_path, allows_parallel_store=False) as archive:
        with storing(archive.port) as first:
            with connected(archive.port) as second:
                answer = second.associate(Proposal(contexts=CONTEXTS, called=ARCHIVE.encode()))
                assert {result for result, _ in answer.results.values()} == {1}
                second.release()
            assert first.store("1.2.3.4", [encoded("1.2.3.4")]) == 0
            first.release()
        with storing(archive.port) as third:
            assert third.store("1.2.3.5", [encoded("1.2.3.5")]) == 0
            third.release()


def test_another_patients_instance_of_the_same_uids_is_kept_beside_with_a_warning(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("PatientID differs")
    ours, theirs = encoded("1.2.3.4"), encoded("1.2.3.4", patient="P2", name="Roe^Ann")
    with running(tmp_path) as archive, storing(archive.port) as peer:
        assert [peer.store("1.2.3.4", [data]) for data in (ours, theirs, ours)] == [0, 0xB000, 0xB000]
        assert len(archive.files()) == 2
        assert set(archive.files()) == set(archive.indexed())


def test_what_contradicts_is_refused_where_the_settings_say_so(
    tmp_path: Path, announce_log: Callable[[str], None]
) -> None:
    announce_log("it contradicts what is stored")
    ours, theirs = encoded("1.2.3.4"), encoded("1.2.3.5", patient="P2", name="Roe^Ann")
    with running(tmp_path, refuses_conflicts=True) as archive, storing(archive.port) as peer:
        assert peer.store("1.2.3.4", [ours]) == 0
        assert [peer.store(uid, [theirs]) for uid in ("1.2.3.5", "1.2.3.5")] == [0xC111, 0xC111]
        assert peer.store("1.2.3.4", [ours]) == 0
        assert len(archive.files()) == 1
        assert set(archive.files()) == set(archive.indexed())
