"""ZIP archives named on command lines of the senders: what is in them goes, by one name everywhere."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.data.replacing import data_set_of, instance_file
from tests.helpers.data.zips import GOOD, HOSTILE, PASSED_OVER, hostile_zip, write_zip
from tests.helpers.dcmtk.commands import Done, ours, run
from tests.helpers.peers.fake_peer import FakePeer, Status

TOOLS = pytest.mark.parametrize("tool", ["dcmsend", "storescu"])
Hostile = tuple[Callable[[Path], None], str]


def send(peer: FakePeer, folder: Path, tool: str, *words: str) -> Done:
    """Run one of our tools; ``TO`` stands for the peer."""
    to = ["127.0.0.1", str(peer.port)]
    done = run(ours(tool), *(part for word in words for part in (to if word == "TO" else [word])), folder=folder)
    peer.finish()
    return done


def uids(peer: FakePeer) -> list[str]:
    return [store.sop_instance_uid for store in peer.stores]


@TOOLS
def test_what_is_in_an_archive_goes_and_has_one_name_everywhere(tmp_path: Path, tool: str) -> None:
    write_zip(tmp_path / "a.zip", GOOD)
    (tmp_path / "c.dcm").write_bytes(instance_file("1.2.3.3"))
    report = {"dcmsend": "+crf", "storescu": "--create-report-file"}[tool]
    with FakePeer() as peer:
        done = send(peer, tmp_path, tool, "-v", "--json", report, "report", "TO", "a.zip", "c.dcm")
    assert done.code == 0, done.err
    assert uids(peer) == ["1.2.3.1", "1.2.3.2", "1.2.3.3"]
    assert peer.stores[0].data == data_set_of(instance_file("1.2.3.1"))
    names = ["a.zip:a/1.dcm", "a.zip:b.dcm", "c.dcm"]
    events = [json.loads(line) for line in done.out.splitlines()]
    assert [event["path"] for event in events if event["event"] == "item-finished"] == names
    text = (tmp_path / "report").read_text()
    assert all(name in text for name in names)
    if tool == "storescu":
        assert all(f"I: Sending file: {name}\n" in done.err for name in names)


@TOOLS
def test_members_that_are_refused_or_not_answered_are_named(tmp_path: Path, tool: str) -> None:
    write_zip(tmp_path / "a.zip", GOOD)
    with FakePeer(stores=[Status(0xC000), Status()]) as peer:
        done = send(peer, tmp_path, tool, "-nh", "--strict", "TO", "a.zip")
    assert done.code == 80
    assert "W: not stored by the peer: a.zip:a/1.dcm: " in done.err


@TOOLS
def test_large_members_are_streamed_and_converted(tmp_path: Path, tool: str) -> None:
    write_zip(tmp_path / "a.zip", {"large.dcm": instance_file("1.2.3.1", pixels=6 << 20)})
    with FakePeer() as peer:
        assert send(peer, tmp_path, tool, "--strict", "TO", "a.zip").code == 0
    assert peer.stores[0].data == data_set_of(instance_file("1.2.3.1", pixels=6 << 20))


@pytest.mark.parametrize(
    ("tool", "name"), [*(("dcmsend", name) for name in HOSTILE), ("storescu", "encrypted"), ("storescu", "nested")]
)
def test_a_bad_member_costs_its_neighbours_nothing(tmp_path: Path, tool: str, name: str) -> None:
    hostile_zip(tmp_path / "a.zip", HOSTILE[name][0])
    with FakePeer() as peer:
        done = send(peer, tmp_path, tool, "-nh", "TO", "a.zip")
    assert done.code == 0
    assert uids(peer) == list(GOOD.values())
    assert HOSTILE[name][1] in done.err
    assert "Traceback" not in done.err


@TOOLS
@pytest.mark.parametrize("name", PASSED_OVER)
def test_what_is_passed_over_by_rule_does_not_even_stop_a_halting_job(tmp_path: Path, tool: str, name: str) -> None:
    hostile_zip(tmp_path / "a.zip", PASSED_OVER[name][0])
    with FakePeer() as peer:
        done = send(peer, tmp_path, tool, "--strict", "TO", "a.zip")
    assert done.code == 0
    assert uids(peer) == list(GOOD.values())
    assert PASSED_OVER[name][1] in done.err


def test_a_halting_job_ends_at_a_bad_member_as_at_a_bad_file(tmp_path: Path) -> None:
    hostile_zip(tmp_path / "a.zip", HOSTILE["text"][0])
    for tool, code in (("dcmsend", 22), ("storescu", 1)):
        with FakePeer() as peer:
            done = send(peer, tmp_path, tool, "TO", "a.zip")
        assert (done.code, uids(peer)) == (code, [])
        assert "a.zip:x.txt" in done.err


@TOOLS
@pytest.mark.parametrize(("options", "count"), [([], 0), (["--zip"], 2), (["--no-zip"], 0)])
def test_archives_in_folders_are_opened_where_that_is_asked_for(
    tmp_path: Path, tool: str, options: list[str], count: int
) -> None:
    write_zip(tmp_path / "a.zip", GOOD)
    (tmp_path / "c.dcm").write_bytes(instance_file("1.2.3.3"))
    with FakePeer() as peer:
        done = send(peer, tmp_path, tool, "-nh", "+sd", *options, "TO", ".")
    assert done.code == 0
    assert len(peer.stores) == 1 + count


@TOOLS
def test_archives_can_be_left_closed(tmp_path: Path, tool: str) -> None:
    write_zip(tmp_path / "a.zip", GOOD)
    with FakePeer() as peer:
        done = send(peer, tmp_path, tool, "--no-zip", "TO", "a.zip")
    assert done.code == {"dcmsend": 22, "storescu": 1}[tool]
    assert not peer.stores


@TOOLS
def test_the_check_knows_members_by_the_same_names(tmp_path: Path, tool: str) -> None:
    write_zip(tmp_path / "a.zip", GOOD)
    with FakePeer() as peer:
        done = send(peer, tmp_path, tool, "--check", "--json", "TO", "a.zip")
    assert done.code == 0
    assert "a.zip:a/1.dcm" in done.out


@pytest.mark.parametrize(("stored", "suffix"), [(True, "done"), (False, "bad")])
def test_an_archive_is_renamed_with_its_last_member(tmp_path: Path, stored: bool, suffix: str) -> None:
    write_zip(tmp_path / "a.zip", GOOD)
    with FakePeer(stores=[Status(0 if stored else 0xC000), Status()]) as peer:
        send(peer, tmp_path, "storescu", "-nh", "+rn", "TO", "a.zip")
    assert [path.name for path in tmp_path.iterdir()] == [f"a.zip.{suffix}"]
    assert len(peer.stores) == 2


def test_storescu_proposes_what_members_are_where_only_that_is_required(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.zip", GOOD)
    with FakePeer() as peer:
        assert send(peer, tmp_path, "storescu", "-R", "TO", "a.zip").code == 0
    assert len(peer.associations[0].contexts) == 2
