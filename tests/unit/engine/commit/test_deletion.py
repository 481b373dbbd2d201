"""A file is deleted where the peer has committed to it and it is what was sent; whoever tries otherwise fails."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.dicom.instance import FoundInstance, InstanceHeader
from dicomdesk.engine.commit import deletion
from dicomdesk.engine.commit.deletion import Candidate, Deletion, delete_committed, take_stamp
from dicomdesk.engine.commit.states import NOT_ASKED, Commitment, CommitmentState, judge_outcome, refused

COMMITTED = judge_outcome(0, "", may_come=False)
HEADER = InstanceHeader(
    sop_class_uid="1.2", sop_instance_uid="1.3", transfer_syntax_uid="1.2", data_set_offset=0, data_set_length=4
)


def found_at(path: Path, *, member: str = "", origin: str = "") -> FoundInstance:
    return FoundInstance(path=str(path), header=HEADER, archive_member=member, origin=origin)


def made(path: Path, content: bytes = b"sent", *, age_s: float = 0.0) -> Path:
    path.write_bytes(content)
    then = path.stat().st_mtime - age_s
    os.utime(path, (then, then))
    return path


def delete(*candidates: Candidate) -> list[Deletion]:
    return list(delete_committed(candidates))


def candidate(path: Path, commitment: Commitment = COMMITTED, **changes: str) -> Candidate:
    found = found_at(path, **changes)
    return Candidate(found=found, stamp=take_stamp(found), commitment=commitment)


@pytest.mark.parametrize("age_s", [0.0, 3600.0, -3600.0])
def test_what_is_committed_and_unchanged_is_deleted(tmp_path: Path, age_s: float) -> None:
    path = made(tmp_path / "a.dcm", age_s=age_s)
    assert delete(candidate(path)) == [Deletion(path=str(path), is_deleted=True)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "commitment",
    [NOT_ASKED, refused("No."), judge_outcome(None, "", may_come=True), judge_outcome(1, "", may_come=True)],
)
def test_what_is_not_committed_is_kept(tmp_path: Path, commitment: Commitment) -> None:
    path = made(tmp_path / "a.dcm")
    (kept,) = delete(candidate(path, commitment))
    assert (kept.is_deleted, kept.text) == (False, "The peer has not committed to it")
    assert path.read_bytes() == b"sent"


def _rewritten(path: Path) -> None:
    path.write_bytes(b"SENT")


def _rewritten_unseen(path: Path) -> None:
    """In the tick of the clock in which it was written: nothing but its bytes tells."""
    state = path.stat()
    path.write_bytes(b"SENT")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def _grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"sent")
    path.unlink()
    other.rename(path)


def _linked(path: Path) -> None:
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "change",
    [_rewritten, _rewritten_unseen, _grown, _replaced, _linked, _a_folder, _gone],
    ids=lambda one: one.__name__,
)
def test_what_was_changed_since_it_was_sent_is_kept(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = made(tmp_path / "a.dcm")
    sent = candidate(path)
    change(path)
    before = sorted(tmp_path.iterdir())
    (kept,) = delete(sent)
    assert not kept.is_deleted
    assert kept.text
    assert sorted(tmp_path.iterdir()) == before


def test_bytes_that_change_in_one_tick_of_the_clock_are_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "a.dcm")
    sent = candidate(path)
    state = path.stat()
    path.write_bytes(b"SENT")
    monkeypatch.setattr(os, "fstat", lambda _descriptor: state)
    (kept,) = delete(sent)
    assert kept.text == "The file is not what was sent: it was changed since"
    assert path.read_bytes() == b"SENT"


def test_what_takes_its_place_in_the_last_moment_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "a.dcm")
    sent = candidate(path)
    rename = os.replace

    def late(source: str, target: str) -> None:
        _replaced(path)
        rename(source, target)

    monkeypatch.setattr(os, "replace", late)
    (kept,) = delete(sent)
    assert kept.text == "The file is not what was sent: another took its place"
    assert [one.name for one in tmp_path.iterdir()] == ["a.dcm"]


def test_a_file_that_cannot_be_deleted_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "a.dcm")
    sent = candidate(path)
    unlink = os.unlink
    failed: list[str] = []

    def once(target: str) -> None:
        if not failed:
            failed.append(target)
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), target)
        unlink(target)

    monkeypatch.setattr(os, "unlink", once)
    (kept,) = delete(sent)
    assert kept.text == "It cannot be deleted: Operation not permitted"
    assert [one.name for one in tmp_path.iterdir()] == ["a.dcm"]


def test_where_there_are_no_links_a_file_gets_its_name_back_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    path = made(tmp_path / "a.dcm")
    sent = candidate(path)
    monkeypatch.setattr(os, "unlink", never)
    monkeypatch.setattr(os, "link", never)
    (kept,) = delete(sent)
    assert not kept.is_deleted
    assert [one.name for one in tmp_path.iterdir()] == ["a.dcm"]


def test_members_of_archives_and_of_dicomdirs_are_kept_and_it_is_said_why(tmp_path: Path) -> None:
    archive, listed = made(tmp_path / "a.zip"), made(tmp_path / "IM1")
    dicomdir = made(tmp_path / "DICOMDIR")
    texts = [
        one.text
        for one in delete(candidate(archive, member="x.dcm"), candidate(listed, origin=str(dicomdir)))
        if not one.is_deleted
    ]
    assert texts == [
        "It is part of an archive, which is kept as a whole",
        "A DICOMDIR names it, which would name what is not there",
    ]
    assert len(list(tmp_path.iterdir())) == 3


def test_what_was_found_in_a_folder_is_deleted(tmp_path: Path) -> None:
    path = made(tmp_path / "a.dcm")
    assert [one.is_deleted for one in delete(candidate(path, origin=str(tmp_path)))] == [True]


def test_links_and_what_is_no_file_have_no_stamp(tmp_path: Path) -> None:
    target, link, pipe = made(tmp_path / "a.dcm"), tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(target)
    os.mkfifo(pipe)
    for path in (link, pipe, tmp_path, tmp_path / "nowhere"):
        assert take_stamp(found_at(path)) == ""
        assert [one.is_deleted for one in delete(candidate(path))] == [False]
    assert target.exists()
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_file_that_was_sent_twice_is_deleted_once_and_only_where_both_are_committed(tmp_path: Path) -> None:
    path = made(tmp_path / "a.dcm")
    twice = candidate(path), candidate(path, refused("No."))
    assert [one.is_deleted for one in delete(*twice)] == [False]
    same = candidate(path)
    other = Candidate(found=found_at(tmp_path / "." / "a.dcm"), stamp=take_stamp(same.found), commitment=COMMITTED)
    assert [one.is_deleted for one in delete(same, other)] == [True]


def test_a_file_that_has_become_old_since_its_first_stamp_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(tmp_path / "a.dcm")
    first = candidate(path)
    monkeypatch.setattr(deletion, "_RECENT_NS", -(10**18))
    second = candidate(path)
    assert first.stamp != second.stamp
    assert [one.is_deleted for one in delete(first, second)] == [True]


def _touched(path: Path) -> None:
    os.utime(path, (1, 1))


CHANGES = {"rewrite": _rewritten, "replace": _replaced, "touch": _touched}
STEPS = st.lists(st.sampled_from(sorted(CHANGES)), max_size=2)


@given(st.lists(st.tuples(st.sampled_from(CommitmentState), STEPS), min_size=1, max_size=6))
def test_nothing_is_ever_deleted_that_was_not_committed_or_was_changed(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[CommitmentState, list[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    candidates = []
    for number, (state, _) in enumerate(files):
        path = made(folder / f"{number}.dcm")
        candidates.append(candidate(path, Commitment(state=state)))
    for number, (_, steps) in enumerate(files):
        path = folder / f"{number}.dcm"
        for step in steps:
            CHANGES[step](path)
    told = {one.path: one.is_deleted for one in delete(*candidates)}
    for number, (state, steps) in enumerate(files):
        path = folder / f"{number}.dcm"
        may_go = state is CommitmentState.COMMITTED and not steps
        assert told[str(path)] == may_go
        assert path.exists() == (not may_go)
