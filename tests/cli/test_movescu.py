"""What DCMTK's movescu does not have: the retrieve doctor, identity, TLS by long names."""

import shlex
from pathlib import Path

from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.dcmtk.programs import free_port
from tests.helpers.peers.fake_peer import Answer, FakePeer, Reject

KEYS = shlex.split("-S -k QueryRetrieveLevel=STUDY -k StudyInstanceUID=1.2.3")


def test_an_unknown_destination_is_explained_with_a_card(tmp_path: Path) -> None:
    port = str(free_port())
    with FakePeer(answers=[[Answer(0xA801)]]) as peer:
        done = run(ours("movescu"), *KEYS, "-aem", "WS1", "+P", port, "127.0.0.1", str(peer.port), folder=tmp_path)
    assert done.code == 69
    assert done.err.splitlines()[0] == "W: Move response with error status (Refused: MoveDestinationUnknown)"
    assert "W: AE title: WS1" in done.err
    assert port in done.err


def test_success_without_instances_is_explained(tmp_path: Path) -> None:
    told: list[tuple[int, bytes | int]] = [(0x1021, 3), (0x1022, 0), (0x1023, 0)]
    with FakePeer(answers=[[Answer(0, elements=told)]]) as peer:
        words = [*KEYS, "+P", str(free_port()), "127.0.0.1", str(peer.port)]
        done = run(ours("movescu"), *words, folder=tmp_path)
    assert done.code == 0
    assert len(done.err.splitlines()) > 1
    assert list(tmp_path.iterdir()) == []


def test_identity_and_tls_have_long_names(tmp_path: Path) -> None:
    with FakePeer(answers=[[Answer(0)]]) as peer:
        run(ours("movescu"), "--user", "anna", *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    assert b"anna" in peer.associations[0].pdu
    assert run(ours("movescu"), "+tla", *KEYS, "h", "1", folder=tmp_path).error == "Unknown option +tla"
    done = run(ours("movescu"), "--anonymous-tls", "-ta", "1", *KEYS, "127.0.0.1", str(free_port()), folder=tmp_path)
    assert done.code == 61


def test_a_rejected_association_is_told_once(tmp_path: Path) -> None:
    with FakePeer(associate=[Reject(1, 1, 7)]) as peer:
        done = run(ours("movescu"), *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    told = [line for line in done.err.splitlines() if "AE title" in line]
    assert [line[:13] for line in told] == ["W:   The peer"]
    assert done.err.count("W: ") == 1
