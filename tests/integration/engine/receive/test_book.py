import os
from pathlib import Path

from dicomdesk.engine.events import ArrivalKind, AssociationReleased, ItemFinished, JobFinished, StudySettled
from dicomdesk.engine.receive.request import DuplicatePolicy, FileNaming, StorageMode
from tests.helpers.data.datasets import Builder
from tests.helpers.jobs.receiving import Receiving, receiving
from tests.helpers.peers.requestors import connected

FIRST, AGAIN = [f"1.2.{number}" for number in range(6)], [f"1.2.{number}" for number in range(4)]


def store(running: Receiving, uids: list[str]) -> None:
    """Send an instance for each UID over one association, to its end."""
    with connected(running.port) as requestor:
        requestor.associate()
        for uid in uids:
            requestor.store(uid, [Builder().instance(sop_instance_uid=uid)])
        requestor.release()
    running.events.wait_for(AssociationReleased)


def sent(folder: Path, uids: list[str], **options: object) -> tuple[dict[ArrivalKind, int], StudySettled, int]:
    """What a receiver says of the arrivals, and of the one study; and how many files there are."""
    with receiving(folder, settle_s=3600, **options) as running:
        store(running, uids)
    (finished,) = running.events.of(JobFinished)
    kinds = [event.arrival for event in running.events.of(ItemFinished)]
    assert {kind: kinds.count(kind) for kind in kinds} == finished.arrivals
    (settled,) = running.events.of(StudySettled)
    return finished.arrivals, settled, len(list(folder.iterdir()))


def test_what_is_sent_again_is_no_new_instance_and_is_told_with_its_sender(tmp_path: Path) -> None:
    arrivals, settled, files = sent(tmp_path, FIRST + AGAIN)
    assert (arrivals, files) == ({ArrivalKind.NEW: 6, ArrivalKind.REPEATED: 4}, 6)
    assert (settled.here, settled.again, settled.refused, settled.items) == (6, 4, 0, 10)
    assert [(each.calling_ae_title, each.called_ae_title, each.address) for each in settled.senders] == [
        ("RAW", "ANY-SCP", "127.0.0.1")
    ]
    assert settled.modalities == ("CT",)


def test_other_content_under_the_same_uid_is_told_apart_and_another_study_takes_its_place(tmp_path: Path) -> None:
    data = Builder().instance(sop_instance_uid="1.2.1")
    other_study = data.replace(b"\x20\0\x0d\0UI\6\x001.2.3\0", b"\x20\0\x0d\0UI\6\x001.2.9\0")
    assert other_study != data
    with receiving(tmp_path) as running, connected(running.port) as requestor:
        requestor.associate()
        for each in (data, data, data.replace(b"P1", b"P2"), other_study):
            assert requestor.store("1.2.1", [each]) == 0
        requestor.release()
        running.events.wait_for(AssociationReleased)
        assert running.job.book is not None
        counts = {study.uid: (study.here, study.replaced_by_others) for study in running.job.book.studies()}
    assert [event.arrival for event in running.events.of(ItemFinished)] == [
        ArrivalKind.NEW,
        ArrivalKind.REPEATED,
        ArrivalKind.OVERWRITTEN,
        ArrivalKind.NEW,
    ]
    assert counts == {"1.2.3": (0, 1), "1.2.9": (1, 0)}


def test_what_is_kept_twice_or_refused_is_here_once(tmp_path: Path) -> None:
    wanted = {
        "keep": (DuplicatePolicy.KEEP_BOTH, FileNaming.INSTANCE_UID, ArrivalKind.KEPT_BOTH, 10),
        "refuse": (DuplicatePolicy.REFUSE, FileNaming.INSTANCE_UID, ArrivalKind.REFUSED_AGAIN, 6),
        "unique": (DuplicatePolicy.OVERWRITE, FileNaming.UNIQUE_UID, ArrivalKind.KEPT_BOTH, 10),
    }
    for name, (policy, naming, kind, count) in wanted.items():
        folder = tmp_path / name
        folder.mkdir()
        arrivals, settled, files = sent(folder, FIRST + AGAIN, on_duplicate=policy, naming=naming)
        assert arrivals == {ArrivalKind.NEW: 6, kind: 4}
        assert (settled.here, settled.again, settled.refused, files) == (6, 4, 0, count)


def test_what_is_not_written_is_counted_too(tmp_path: Path) -> None:
    with receiving(tmp_path, mode=StorageMode.IGNORE) as running:
        store(running, FIRST + AGAIN)
    (finished,) = running.events.of(JobFinished)
    assert finished.arrivals == {ArrivalKind.NEW: 6, ArrivalKind.REPEATED: 4}


def test_what_is_in_the_folder_counts_as_here_after_a_restart(tmp_path: Path) -> None:
    for naming in (FileNaming.INSTANCE_UID, FileNaming.UNIQUE_UID):
        folder = tmp_path / naming.value
        folder.mkdir()
        sent(folder, FIRST, naming=naming)
        for path in folder.iterdir():
            os.utime(path, (1000, 1000))
        arrivals, settled, _ = sent(folder, [*AGAIN, "1.2.99"], naming=naming)
        assert (settled.here, settled.again, settled.items) == (7, 4, 5)
        assert sum(arrivals.values()) == 5
        assert {each.calling_ae_title for each in settled.senders} == {"RAW"}


def test_a_study_is_complete_when_as_many_are_here_as_its_instances_say(tmp_path: Path) -> None:
    counts = Builder().element(0x00201208, "IS", "2")
    with receiving(tmp_path, settle_s=3600) as running, connected(running.port) as requestor:
        requestor.associate()
        for uid in ("1.2.1", "1.2.2"):
            assert requestor.store(uid, [Builder().instance(sop_instance_uid=uid) + counts]) == 0
        requestor.release()
        running.events.wait_for(AssociationReleased)
    (settled,) = running.events.of(StudySettled)
    assert (settled.here, settled.expected) == (2, 2)
