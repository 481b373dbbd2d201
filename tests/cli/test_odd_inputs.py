"""Inputs that are not what they were, or not all there, named on command lines of the senders."""

import json
from pathlib import Path

import pytest

from tests.helpers.commands import ours, run
from tests.helpers.peers import Accept, FakePeer, Hold
from tests.helpers.replacing import Meanwhile, instance_file, put_in_place

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
