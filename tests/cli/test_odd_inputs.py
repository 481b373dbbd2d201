"""Inputs that are not what they were, or not all there, named on command lines of the senders."""

import json
from pathlib import Path

import pytest

from tests.helpers.data.directories import write_medium
from tests.helpers.data.replacing import Meanwhile, instance_file, put_in_place
from tests.helpers.dcmtk.commands import Done, ours, run
from tests.helpers.peers.fake_peer import Accept, FakePeer, Hold

CHANGED = "changed since it was listed: it holds another instance now"


@pytest.mark.parametrize(("options", "code"), [([], 0), (["--no-halt"], 0), (["--strict"], 80)])
def test_a_file_that_is_another_instance_now_is_named_and_counted(
    tmp_path: Path, options: list[str], code: int
) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.dcm").write_bytes(instance_file(f"1.2.3.{number}"))
    swap = Meanwhile(lambda: put_in_place(tmp_path / "1.dcm", instance_file("1.2.3.9")))
    with FakePeer(associate=[Hold(swap, Accept())]) as peer:
        words = [*options, "+crf", "report", "--report-format", "jsonl", "127.0.0.1", str(peer.port)]
        done = run(ours("dcmsend"), *words, "1.dcm", "2.dcm", folder=tmp_path)
        peer.finish()
        assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.2"]
    assert done.code == code
    assert f"E: cannot send SOP instance from file: 1.dcm: {CHANGED}" in done.err
    assert "W: 1 of 2 instances not stored by the peer" in done.err
    lines = [json.loads(line) for line in (tmp_path / "report").read_text().splitlines()]
    assert any(CHANGED in line.values() for line in lines)


def send(peer: FakePeer, folder: Path, tool: str, *words: str) -> Done:
    """Run one of our tools; ``TO`` stands for the peer."""
    to = ["127.0.0.1", str(peer.port)]
    done = run(ours(tool), *(part for word in words for part in (to if word == "TO" else [word])), folder=folder)
    peer.finish()
    return done


def uids(peer: FakePeer) -> list[str]:
    return [store.sop_instance_uid for store in peer.stores]


@pytest.mark.parametrize(("options", "code"), [([], 0), (["-nh"], 0), (["--strict"], 80), (["--strict", "-nh"], 80)])
@pytest.mark.parametrize("cut", [20, 200])
def test_a_dicomdir_that_is_cut_is_named_and_what_it_lists_goes(
    tmp_path: Path, options: list[str], code: int, cut: int
) -> None:
    path = write_medium(tmp_path, {"IM1": "IM1", "IM2": "IM2", "IM3": "IM3"})
    path.write_bytes(path.read_bytes()[:-cut])
    with FakePeer() as peer:
        done = send(peer, tmp_path, "dcmsend", "+rd", *options, "TO", "DICOMDIR")
    assert done.code == code
    assert uids(peer)[0] == "1.2.3.1"
    (line,) = [line for line in done.err.splitlines() if "DICOMDIR is cut off or damaged" in line]
    assert line.startswith("W: ")
    assert line.endswith(": DICOMDIR")


def test_what_a_dicomdir_lists_is_found_by_names_like_it(tmp_path: Path) -> None:
    write_medium(tmp_path, {"DIR\\IM1": "dir/im1", "DIR\\IM2": "dir/IM2.dcm", "DIR\\IM3": "dir/IM3.;1"})
    with FakePeer() as peer:
        done = send(peer, tmp_path, "dcmsend", "+rd", "--strict", "TO", "DICOMDIR")
    assert (done.code, done.err) == (0, "")
    assert uids(peer) == ["1.2.3.1", "1.2.3.2", "1.2.3.3"]


def test_what_a_dicomdir_lists_in_vain_is_named(tmp_path: Path) -> None:
    write_medium(tmp_path, {"IM1": "", "..\\IM2": "", "IM3": "im3", "IM4": "IM4"})
    (tmp_path / "Im3").write_bytes(instance_file("1.2.3.3"))
    with FakePeer() as peer:
        done = send(peer, tmp_path, "dcmsend", "+rd", "-nh", "--strict", "TO", "DICOMDIR")
    assert done.code == 80
    assert uids(peer) == ["1.2.3.4"]
    for words in ("IM1: No such file", "..\\IM2: Referenced File ID leads out", "IM3: Referenced File ID fits several"):
        assert words in done.err


@pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
@pytest.mark.parametrize("name", ["none.dcm", "empty.dcm", "text.txt", "cut.dcm", "folder", "a.zip"], ids=str)
def test_strict_is_not_content_while_a_named_input_is_left_out(tmp_path: Path, tool: str, name: str) -> None:
    (tmp_path / "good.dcm").write_bytes(instance_file("1.2.3.1"))
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "text.txt").write_bytes(b"This is no DICOM file, however long one looks at it.\n" * 20)
    (tmp_path / "cut.dcm").write_bytes(instance_file("1.2.3.2")[:300])
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.zip").write_bytes(b"PK\3\4 and nothing that fits" * 20)
    for options, code in ((["-nh"], 0), (["-nh", "--strict"], 80)):
        with FakePeer() as peer:
            done = send(peer, tmp_path, tool, *options, "TO", "good.dcm", name)
        assert (done.code, uids(peer)) == (code, ["1.2.3.1"]), done.err
        assert name in done.err


def test_strict_bears_files_that_are_not_dicom_where_a_folder_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "good.dcm").write_bytes(instance_file("1.2.3.1"))
    (tmp_path / "text.txt").write_bytes(b"This is no DICOM file, however long one looks at it.\n" * 20)
    with FakePeer() as peer:
        assert send(peer, tmp_path, "dcmsend", "-nh", "--strict", "+sd", "TO", ".").code == 0
    (tmp_path / "cut.dcm").write_bytes(instance_file("1.2.3.2")[:100] + instance_file("1.2.3.2")[100:190])
    with FakePeer() as peer:
        assert send(peer, tmp_path, "dcmsend", "-nh", "--strict", "+sd", "TO", ".").code == 80
