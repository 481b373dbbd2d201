"""What peers and damaged files say, in log lines and file names of the tools as processes."""

from pathlib import Path

import pytest

from tests.helpers.data.datasets import Builder, part10
from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.peers.fake_peer import FakePeer

DCMSEND, STORESCU = ours("dcmsend"), ours("storescu")


@pytest.mark.parametrize("uid", ["1.2.840.10008.5.1.4.é.1", "1." + "2" * 300, "1.2\x1b[31m\n3"])
@pytest.mark.parametrize("options", [(), ("-nuc",)])
def test_one_instance_that_cannot_be_proposed_does_not_keep_the_others(
    uid: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "bad.dcm").write_bytes(part10(Builder().instance(sop_class_uid=uid)))
    (tmp_path / "good.dcm").write_bytes(part10(Builder().instance()))
    with FakePeer() as peer:
        done = run(DCMSEND, "-v", "-nh", *options, "+sd", "127.0.0.1", str(peer.port), str(tmp_path))
    assert done.code == 0
    assert [store.sop_instance_uid for store in peer.stores] == ["1.2.3.4"]
    assert "bad.dcm: Invalid SOP Class UID, ignoring file" in done.err
    assert all(line[:3] in {"I: ", "W: ", "E: "} for line in done.err.splitlines())
    assert "Doe" not in done.err


@pytest.mark.parametrize("uid", ["1.2.840.10008.5.1.4.é.1", "1." + "2" * 300, "1.2\x1b[31m\n3"])
@pytest.mark.parametrize("options", [(), ("-R",), ("-R", "+II"), ("+rn",)])
def test_nothing_in_files_or_their_names_disturbs_an_exact_proposal(
    uid: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "bad\x1b[31m.dcm").write_bytes(part10(Builder().instance(sop_class_uid=uid)))
    (tmp_path / "good.dcm").write_bytes(part10(Builder().instance()))
    with FakePeer() as peer:
        done = run(STORESCU, "-v", "-nh", *options, "+sd", "127.0.0.1", str(peer.port), str(tmp_path))
    assert done.code == 0
    assert len(peer.stores) == 1
    assert (peer.stores[0].sop_instance_uid == "1.2.3.4") is ("+II" not in options)
    assert all(line[:3] in {"I: ", "W: ", "E: "} for line in done.err.splitlines())
    assert "Doe" not in done.err
