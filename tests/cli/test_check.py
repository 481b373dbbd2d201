"""``--check`` from the command line: what it shows, that nothing is sent, and its exit codes."""

import json
import os
from pathlib import Path

from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.jobs.sending import write_instance, write_instances
from tests.helpers.peers.fake_peer import Accept, FakePeer

MR = "1.2.840.10008.5.1.4.1.1.4"


def test_everything_can_go(tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    with FakePeer() as peer:
        done = run(ours("dcmsend"), "--check", "+sd", "127.0.0.1", str(peer.port), str(tmp_path))
        assert peer.stores == []
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0].startswith("as is      CT Image Storage, Little Endian Explicit: 3 instances")
    assert done.out.splitlines()[-1] == (
        "3 instances: 3 as is, 0 converted, 0 cannot go; 1 association opened, nothing sent"
    )


def test_something_cannot_go(tmp_path: Path) -> None:
    ct, mr = write_instance(tmp_path, "ct.dcm"), write_instance(tmp_path, "mr.dcm", sop_class_uid=MR)
    for options, code in (((), 62), (("--no-halt",), 80)):
        with FakePeer(associate=[Accept(refused={3: 3})]) as peer:
            done = run(ours("dcmsend"), "--check", *options, "127.0.0.1", str(peer.port), ct, mr)
        assert done.code == code
        assert done.out.startswith("cannot go  MR Image Storage")
        assert "does not take MR Image Storage" in done.out
        assert ("E: sending would end early" in done.err) == (code == 62)


def test_bad_files_and_absent_peers_give_the_codes_of_sending(tmp_path: Path) -> None:
    good, bad = write_instance(tmp_path, "good.dcm"), tmp_path / "bad.dcm"
    bad.write_bytes(b"bad")
    with FakePeer() as peer:
        for words in ((good, str(bad)), (str(bad), "-nh"), (str(tmp_path),)):
            checked = run(ours("dcmsend"), "--check", "127.0.0.1", str(peer.port), *words)
            assert checked.code == run(ours("dcmsend"), "127.0.0.1", str(peer.port), *words).code != 0
    done = run(ours("dcmsend"), "--check", "127.0.0.1", str(free_port()), good)
    assert done.code == 61
    assert "nothing listens" in done.out


def test_json_has_the_groups_only_once_and_nothing_else(tmp_path: Path) -> None:
    write_instances(tmp_path, 2)
    with FakePeer() as peer:
        done = run(ours("dcmsend"), "--check", "--json", "+sd", "127.0.0.1", str(peer.port), str(tmp_path))
    events = [json.loads(line) for line in done.out.splitlines()]
    groups = [event for event in events if event["event"] == "group-forecast"]
    assert [(group["verdict"], group["items"]) for group in groups] == [("as-is", 2)]
    assert events[-1]["event"] == "job-finished"


def test_verbose_says_what_is_done(tmp_path: Path) -> None:
    path = write_instance(tmp_path, "a.dcm")
    with FakePeer() as peer:
        done = run(ours("dcmsend"), "--check", "-v", "127.0.0.1", str(peer.port), path)
    assert done.err.splitlines() == [
        "I: checking 1 instance, 238 B",
        "I: Requesting Association",
        "I: Association Accepted (1 of 1 context)",
        "I: Releasing Association",
    ]


def test_inputs_that_are_passed_over_are_told_as_when_sending(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    good, loop = write_instance(folder, "good.dcm"), folder / "loop"
    loop.symlink_to(loop)
    os.mkfifo(folder / "pipe")
    with FakePeer() as peer:
        for tool, *words in (
            ("dcmsend", "+sd", "-nh", str(folder)),
            ("dcmsend", good, str(folder)),
            ("storescu", good, str(folder)),
        ):
            checked = run(ours(tool), "--check", "127.0.0.1", str(peer.port), *words)
            sent = run(ours(tool), "127.0.0.1", str(peer.port), *words)
            told = [line for line in sent.err.splitlines() if str(folder) in line and "bad DICOM" not in line]
            assert told
            assert [line for line in checked.err.splitlines() if line.startswith("W: ")] == [
                line for line in told if line.startswith("W: ")
            ]


def test_storescu_says_what_its_proposal_leaves_out(tmp_path: Path) -> None:
    ct = write_instance(tmp_path, "ct.dcm")
    segmentation = write_instance(tmp_path, "seg.dcm", sop_class_uid="1.2.840.10008.5.1.4.1.1.66.4")
    for options, code in (((), 1), (("-nh",), 80), (("-R", "+rn"), 0)):
        with FakePeer() as peer:
            done = run(ours("storescu"), "--check", *options, "127.0.0.1", str(peer.port), ct, segmentation)
            assert peer.stores == []
        assert done.code == code
        assert ("--required" in done.out) == (code != 0)
    assert Path(ct).exists()
