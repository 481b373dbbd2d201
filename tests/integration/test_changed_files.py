"""Files that change between being listed and being sent, or while they are sent: nothing goes out as what it is not."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dicomdesk.dicom.files.scan import scan
from dicomdesk.dicom.instance import FoundInstance, InputSelection
from dicomdesk.engine.delivery.delivery import SendFailure, SendResult
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    Event,
    InputSkipped,
    ItemFinished,
    ItemOutcome,
    ItemStarted,
    JobOutcome,
    NotSentCause,
)
from tests.helpers.data.datasets import BIG_ENDIAN, EXPLICIT, IMPLICIT
from tests.helpers.data.replacing import Meanwhile, data_set_of, instance_file, once_scanned, put_in_place
from tests.helpers.data.zips import write_zip
from tests.helpers.jobs.exact_sending import outcomes as exact_outcomes
from tests.helpers.jobs.exact_sending import send_exactly
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send_request
from tests.helpers.peers.fake_peer import Accept, FakePeer, Hold

NOT_SENT, STORED = ItemOutcome.NOT_SENT, ItemOutcome.STORED
CHANGED = "changed since it was listed"
LARGE = 40 << 20
MR = "1.2.840.10008.5.1.4.1.1.4"


def outcomes(result: SendResult) -> list[ItemOutcome]:
    return [item.outcome for item in result.report.items]


def send_reacting(
    port: int, paths: list[Path], react: Callable[[Event], None], **options: object
) -> tuple[SendResult, EventRecorder]:
    recorder = EventRecorder(react)
    with Engine() as engine:
        job = engine.submit(send_request(port, paths, **options), recorder)
        result = job.done.result(DEADLINE_S)
        progress = job.progress()
    recorder.check()
    assert progress.bytes_done == progress.bytes_total
    return result, recorder


def write_three(folder: Path) -> list[Path]:
    paths = [folder / f"{number}.dcm" for number in (1, 2, 3)]
    for number, path in enumerate(paths, 1):
        path.write_bytes(instance_file(f"1.2.3.{number}"))
    return paths


@pytest.mark.parametrize("halt", [True, False])
def test_another_instance_is_not_sent_and_named_and_the_others_go(tmp_path: Path, halt: bool) -> None:
    paths = write_three(tmp_path)
    react = once_scanned(lambda: put_in_place(paths[1], instance_file("1.2.3.9")))
    with FakePeer() as peer:
        result, recorder = send_reacting(peer.port, paths, react, halt_on_error=halt)
    assert outcomes(result) == [STORED, NOT_SENT, STORED]
    assert result.report.items[1].reason.startswith(CHANGED)
    ended = next(event for event in recorder.of(ItemFinished) if event.index == 1)
    assert (ended.path, ended.not_sent_cause) == (str(paths[1]), NotSentCause.UNREADABLE)
    assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.1", "1.2.3.3"]
    assert (result.outcome, result.failure) == (JobOutcome.COMPLETED, None)


def listed(*paths: Path) -> tuple[FoundInstance, ...]:
    """What a scan before finds, as it is kept."""
    results = scan(InputSelection(paths=tuple(map(str, paths)), open_archives=True))
    return tuple(result.brief() for result in results if isinstance(result, FoundInstance))


def remove(path: Path) -> None:
    path.unlink()


def take_its_place_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


SPOILT: list[tuple[Callable[[Path], object], str]] = [
    (lambda path: put_in_place(path, instance_file("1.2.3.9")), f"{CHANGED}: it holds another instance now"),
    (lambda path: put_in_place(path, instance_file("1.2.3.2", sop_class=MR)), f"{CHANGED}: it is of another SOP class"),
    (lambda path: put_in_place(path, b"hello" * 99), "File meta information header missing"),
    (remove, "No such file or directory"),
    (take_its_place_by_a_folder, "Is a directory"),
]


@pytest.mark.parametrize(("spoil", "reason"), SPOILT)
def test_of_what_was_found_before_a_file_that_has_changed_is_named_by_its_id_and_the_others_go(
    tmp_path: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    paths = write_three(tmp_path)
    found = listed(*paths)
    spoil(paths[1])
    with FakePeer() as peer:
        result, recorder = send_reacting(peer.port, [], lambda _: None, found=found, halt_on_error=False)
    ids = [each.id for each in found]
    assert [(item.instance_id, item.outcome) for item in result.report.items] == list(
        zip(ids, [STORED, NOT_SENT, STORED], strict=True)
    )
    assert [event.instance_id for event in recorder.of(ItemStarted)] == [ids[0], ids[2]]
    assert sorted(event.instance_id for event in recorder.of(ItemFinished)) == ids
    assert result.report.items[1].reason.startswith(reason)
    assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.1", "1.2.3.3"]


def test_what_was_found_before_goes_in_its_order_and_nothing_is_looked_for(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"a": "1.2.3.7", "b": "1.2.3.8"})
    found = listed(archive, *write_three(tmp_path))[::-2]
    with FakePeer() as peer:
        result, recorder = send_reacting(peer.port, [tmp_path / "none"], lambda _: None, found=found)
    assert [item.instance_id for item in result.report.items] == [each.id for each in found]
    assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.3", "1.2.3.1", "1.2.3.7"]
    assert not recorder.of(InputSkipped)


def test_files_that_have_changed_places_are_both_not_sent(tmp_path: Path) -> None:
    paths = write_three(tmp_path)

    def swap() -> None:
        first, second = paths[0].read_bytes(), paths[1].read_bytes()
        paths[0].write_bytes(second)
        paths[1].write_bytes(first)

    with FakePeer() as peer:
        result, _ = send_reacting(peer.port, paths, once_scanned(swap))
    assert outcomes(result) == [NOT_SENT, NOT_SENT, STORED]
    assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.3"]


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("pixels", [4, 100, 2 << 20])
def test_the_same_instance_goes_as_it_is_now(tmp_path: Path, syntax: str, pixels: int) -> None:
    paths = write_three(tmp_path)
    now = instance_file("1.2.3.2", syntax=syntax, pixels=pixels)
    with FakePeer(associate=[Accept(transfer_syntaxes={1: EXPLICIT})]) as peer:
        result, recorder = send_reacting(peer.port, paths, once_scanned(lambda: put_in_place(paths[1], now)))
    assert outcomes(result) == [STORED] * 3
    assert peer.stores[1].data == data_set_of(instance_file("1.2.3.2", pixels=pixels))
    assert peer.stores[1].sop_instance_uid == "1.2.3.2"
    item = result.report.items[1]
    assert (item.transfer_syntax_uid, item.data_set_bytes) == (syntax, len(data_set_of(now)))
    started = recorder.of(ItemStarted)[1]
    assert started.converted_from == ("" if syntax == EXPLICIT else syntax)


def test_a_member_that_is_another_instance_now_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"

    def write(*uids: str) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for number, uid in enumerate(uids):
                archive.writestr(f"{number}.dcm", instance_file(uid))

    write("1.2.3.1", "1.2.3.2")
    inputs = InputSelection(paths=(str(path),), open_archives=True)
    with FakePeer() as peer:
        react = once_scanned(lambda: write("1.2.3.1", "1.2.3.7"))
        result, _ = send_reacting(peer.port, [], react, inputs=inputs)
    assert outcomes(result) == [STORED, NOT_SENT]
    assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.1"]


def test_what_changes_while_the_peer_thinks_of_the_association_is_seen(tmp_path: Path) -> None:
    paths = write_three(tmp_path)
    swapped = Meanwhile(lambda: paths[2].write_bytes(instance_file("1.2.3.8")))
    with FakePeer(associate=[Hold(swapped, Accept())]) as peer:
        result, _ = send_reacting(peer.port, paths, lambda _: None)
    assert outcomes(result) == [STORED, STORED, NOT_SENT]


def test_an_exact_job_sends_what_the_file_holds_when_its_turn_comes(tmp_path: Path) -> None:
    paths = write_three(tmp_path)
    react = once_scanned(lambda: put_in_place(paths[1], instance_file("1.2.3.9", pixels=2 << 20)))
    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, paths, react=react)
    assert exact_outcomes(result) == [STORED] * 3
    assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.1", "1.2.3.9", "1.2.3.3"]
    assert peer.stores[1].data == data_set_of(instance_file("1.2.3.9", pixels=2 << 20))


def overwrite(path: Path) -> None:
    """With another instance of the same size, in the same file."""
    with path.open("r+b") as file:
        file.write(instance_file("1.2.3.9", pixels=LARGE))
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))


def cut(path: Path) -> None:
    os.truncate(path, 1 << 20)


@pytest.mark.parametrize("spoil", [overwrite, cut])
@pytest.mark.parametrize("halt", [True, False])
def test_what_changes_while_it_is_sent_is_never_completed(
    tmp_path: Path, spoil: Callable[[Path], None], halt: bool
) -> None:
    large, other = tmp_path / "1.dcm", tmp_path / "2.dcm"
    large.write_bytes(instance_file("1.2.3.1", pixels=LARGE))
    other.write_bytes(instance_file("1.2.3.2"))

    def react(event: Event) -> None:
        if isinstance(event, ItemStarted) and event.sop_instance_uid == "1.2.3.1":
            spoil(large)

    with FakePeer() as peer:
        result, _ = send_reacting(peer.port, [large, other], react, halt_on_error=halt)
        peer.wait_for("aborted")
    assert outcomes(result) == [NOT_SENT, NOT_SENT if halt else STORED]
    assert result.failure is (SendFailure.SEND if halt else None)
    assert [store.sop_instance_uid for store in peer.stores] == ([] if halt else ["1.2.3.2"])
    assert "The file" in result.report.items[0].reason


@pytest.mark.parametrize("spoil", [overwrite, cut])
def test_an_exact_job_aborts_what_changes_while_it_is_sent(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    large = tmp_path / "1.dcm"
    large.write_bytes(instance_file("1.2.3.1", pixels=LARGE))

    def react(event: Event) -> None:
        if isinstance(event, ItemStarted):
            spoil(large)

    with FakePeer() as peer:
        result, _ = send_exactly(peer.port, [large], react=react)
        peer.wait_for("aborted")
    assert exact_outcomes(result) == [NOT_SENT]
    assert result.failure is SendFailure.SEND
    assert not peer.stores
