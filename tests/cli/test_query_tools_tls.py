"""The query tools over TLS: the options of DCMTK's findscu, and the same by long names where DCMTK's tool has none."""

from pathlib import Path

import pytest

from tests.helpers.archives.four_archives import FOUR_ARCHIVES, SECURE, Ports, Tls
from tests.helpers.archives.opened_archives import AREA
from tests.helpers.archives.stored_studies import ROOT, Study, write_studies
from tests.helpers.dcmtk.commands import ours, run
from tests.helpers.dcmtk.programs import free_port
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


@pytest.mark.long
def test_movescu_takes_what_is_sent_over_tls(tmp_path: Path) -> None:
    for folder in ("certificates", "got", "archive"):
        (tmp_path / folder).mkdir()
    tls, destinations = Tls.made(tmp_path / "certificates"), Ports(plain=free_port(), secure=free_port())
    security = ["--enable-tls", str(tls.key), str(tls.certificate), "--add-cert-file", str(tls.authority)]
    (instance,) = write_studies(tmp_path / "sent", [Study(number=1, patient={"PatientID": "1"}, values={})])
    with FOUR_ARCHIVES["ours"](tmp_path / "archive", destinations, tls) as ports:
        to = ["-aec", AREA, "localhost", str(ports.secure)]
        sent = run(ours("storescu"), *security, *to, str(instance), folder=tmp_path)
        assert sent.code == 0, sent.err
        words = [*security, "--listener-tls", "-aem", SECURE, "+P", str(destinations.secure), *to]
        keys = ["-S", "-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={ROOT}.1"]
        done = run(ours("movescu"), *keys, *words, folder=tmp_path / "got")
    assert (done.code, done.err) == (0, "")
    assert len(list((tmp_path / "got").iterdir())) == 1


@pytest.mark.parametrize("words", ["--anonymous-tls --port 104", "--enable-tls k c", "--port 104"])
def test_a_listener_with_tls_has_a_key_and_a_port(words: str, tmp_path: Path) -> None:
    done = run(ours("movescu"), *words.split(), "--listener-tls", *KEYS, "h", "1", folder=tmp_path)
    assert done.code == 1
    assert "--listener-tls only allowed with" in done.error
