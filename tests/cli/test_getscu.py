"""What DCMTK's getscu does not have: the retrieve doctor, files that appear whole, identity, TLS by long names."""

import shlex
from pathlib import Path

from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.peers.fake_peer import Accept, Answer, FakePeer, Reject

KEYS = shlex.split("-S -k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.3")


def test_what_did_not_arrive_is_explained(tmp_path: Path) -> None:
    failed: list[tuple[int, bytes | int]] = [(0x1021, 0), (0x1022, 2), (0x1023, 0)]
    with FakePeer(answers=[[Answer(0xB000, elements=failed)]]) as peer:
        done = run(ours("getscu"), *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    assert done.code == 0
    assert done.err.splitlines()[0] == "W: DIMSE status is: Warning: SubOperationsCompleteOneOrMoreFailures"
    assert len(done.err.splitlines()) > 1
    assert list(tmp_path.iterdir()) == []


def test_a_peer_that_cannot_c_get_is_told(tmp_path: Path) -> None:
    with FakePeer(associate=[Accept(refused={1: 3})]) as peer:
        done = run(ours("getscu"), *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    assert done.code == 1
    assert done.err.splitlines()[0] == "F: No adequate Presentation Contexts for sending C-GET"


def test_user_identity_is_presented(tmp_path: Path) -> None:
    with FakePeer(answers=[[Answer(0)]]) as peer:
        run(ours("getscu"), "--user", "anna", *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    assert b"anna" in peer.associations[0].pdu


def test_tls_has_long_names(tmp_path: Path) -> None:
    with FakePeer() as peer:
        done = run(ours("getscu"), "--anonymous-tls", "-ta", "1", *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    assert done.code == 1
    assert run(ours("getscu"), "+tla", *KEYS, "h", "1", folder=tmp_path).error == "Unknown option +tla"


def test_a_rejected_association_is_told_once(tmp_path: Path) -> None:
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer:
        done = run(ours("getscu"), *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    told = [line for line in done.err.splitlines() if "AE title" in line]
    assert [line[:13] for line in told] == ["W:   The peer"]
    assert done.err.count("W: ") == 1
