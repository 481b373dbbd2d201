"""The query tools over TLS: the options of DCMTK's findscu, and the same by long names where DCMTK's tool has none."""

from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.peers.fake_peer import Answer, FakePeer
from tests.helpers.tls.certificates import Authority

KEYS = ("-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    folder = tmp_path / "certificates"
    folder.mkdir()
    return Authority(folder)


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ("findscu", ["+tla", "+cf"]),
        ("findscu", ["--anonymous-tls", "--add-cert-file"]),
        ("getscu", ["--anonymous-tls", "--add-cert-file"]),
        ("movescu", ["--anonymous-tls", "--add-cert-file"]),
    ],
)
def test_peer_is_asked_over_tls(tool: str, words: list[str], authority: Authority, tmp_path: Path) -> None:
    server = authority.issue("server")
    with FakePeer(answers=[[Answer(0)]], tls=server.server_context()) as peer:
        done = run(ours(tool), *words, str(authority.certificate), *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    assert (done.code, peer.events[:3]) == (0, ["associated", "queried", "released"]), done.err


@pytest.mark.parametrize(("tool", "code"), [("findscu", 2), ("getscu", 1), ("movescu", 61)])
def test_nobody_is_asked_whom_no_authority_knows(tool: str, code: int, authority: Authority, tmp_path: Path) -> None:
    with FakePeer(tls=authority.issue("server").server_context()) as peer:
        done = run(ours(tool), "--anonymous-tls", *KEYS, "127.0.0.1", str(peer.port), folder=tmp_path)
    assert (done.code, peer.associations) == (code, [])
    assert "certificate" in done.err
