"""The same echoscu command lines through DCMTK's program and ours: proposals, lines, exit codes."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import EXPLANATION, dcmtks, ours
from tests.helpers.dcmtk.commands import run as run_command
from tests.helpers.dcmtk.differential import differing, programs, run
from tests.helpers.peers.fake_peer import Abort, Accept, Close, FakePeer, Reject, Send, Silence, Status
from tests.helpers.tls.certificates import EXPIRED, Authority

pytestmark = pytest.mark.dcmtk

MISTAKES = (
    "-pts 0 h 1",
    "-pts 39 h 1",
    "-pts x h 1",
    "-ppc 0 h 1",
    "-ppc 129 h 1",
    "-ppc -1 h 1",
    "h",
    "h 1 x",
    "-td 0 h 104",
    "-ts -2 h 104",
    "-ta x h 104",
    "-to 0 h 104",
    "-to 0 -ta 0 -pts 0 h 104",
    "-pdu 4095 -repeat h 104",
    "-pdu 4095 h 104",
    "-pdu 131073 --repeat 0 h 104",
    "--repeat 0 h 104",
    "--repeat 0 -pts 0 -ppc 0 h 104",
    "h 0",
    "-q h 0",
    "h 65536",
    "h x",
    "h -5",
    "+v h 104",
    "--verbose-pc h 104",
    "-nh h 104",
    "-v -ll info h 104",
    "-ll foo h 104",
    "-pts",
    "+vc",
    "+pw x h 104",
    "-der h 104",
    "+cf a h 104",
    "+tla +crv +cra h 104",
    "+tla -vc h 104",
    "+tls a h 104",
    "-q -pts 99 h 104",
    "@nofile",
    "+vc nofile",
    "+rc nofile",
    "+rc nofile +vc nofile",
    "+vc nofile h 0",
    "-pts 99 +vc nofile",
)


@pytest.mark.parametrize("words", MISTAKES)
def test_mistake_is_answered_alike(words: str, tmp_path: Path) -> None:
    theirs = run_command(dcmtks("echoscu"), *shlex.split(words), folder=tmp_path)
    found = run_command(ours("echoscu"), *shlex.split(words), folder=tmp_path)
    assert (found.code, found.error) == (theirs.code, theirs.error)
    if "c nofile" in words:
        assert (found.out, found.told.splitlines()[3:]) == (theirs.out, theirs.err.splitlines()[3:])


PEERS: dict[str, tuple[str, Callable[[], FakePeer]]] = {
    "plain": ("-v", FakePeer),
    "silent": ("", FakePeer),
    "titles": ("-v -aet ME -aec YOU", FakePeer),
    "long title": ("-aet ABCDEFGHIJKLMNOPQRSTUVWXYZ", FakePeer),
    "all syntaxes": ("-v -pts 38", FakePeer),
    "all contexts": ("-v -ppc 128 -pts 3", FakePeer),
    "one of two contexts": ("-v -ppc 2", lambda: FakePeer(associate=[Accept(refused={1: 3})])),
    "repeat": ("-v --repeat 3", FakePeer),
    "abort": ("-v --abort", FakePeer),
    "abort after repeat": ("-v --abort --repeat 2", FakePeer),
    "max PDU": ("-v -pdu 65536", lambda: FakePeer(associate=[Accept(max_pdu_bytes=65536)])),
    "unlimited": ("-v", lambda: FakePeer(associate=[Accept(max_pdu_bytes=0)])),
    "small": ("-v", lambda: FakePeer(associate=[Accept(max_pdu_bytes=4096)])),
    "status": ("-v --repeat 2", lambda: FakePeer(echo=Status(0x0110))),
    "refused status": ("-v", lambda: FakePeer(echo=Status(0x0122))),
    "abort for an answer": ("-v --repeat 2", lambda: FakePeer(echo=Abort())),
    "hang-up for an answer": ("-v", lambda: FakePeer(echo=Close())),
    "no answer": ("-v -td 1", lambda: FakePeer(echo=Silence())),
    "no context": ("-v", lambda: FakePeer(associate=[Accept(refuse_all=True)])),
    "rejected": ("-v", lambda: FakePeer(associate=[Reject(1, 1, 7)])),
    "rejected for now": ("-v", lambda: FakePeer(associate=[Reject(2, 3, 2)])),
    "association aborted": ("-v", lambda: FakePeer(associate=[Abort()])),
    "association not answered": ("-v -ta 1", lambda: FakePeer(associate=[Silence()])),
    "no DICOM": ("-v", lambda: FakePeer(associate=[Send(b"HTTP/1.1 400 Bad\r\n\r\n", then_close=True)])),
    "release not answered": ("-v -ta 1", lambda: FakePeer(release=Silence())),
    "release aborted": ("-v", lambda: FakePeer(release=Abort())),
    "empty title": ("-v -aec ''", FakePeer),
}


@pytest.mark.parametrize(("words", "make_peer"), PEERS.values(), ids=PEERS.keys())
def test_peer_sees_and_user_reads_the_same(words: str, make_peer: Callable[[], FakePeer], tmp_path: Path) -> None:
    outcomes = []
    for program in programs("echoscu"):
        with make_peer() as peer:
            outcomes.append(run(program, [*shlex.split(words), "127.0.0.1", "{port}"], tmp_path, tmp_path, peer))
    theirs, found = outcomes
    assert differing(theirs, found) == []


def test_absent_peers_are_told_alike(tmp_path: Path) -> None:
    for words in ("-v 127.0.0.1 1", "-q 127.0.0.1 1", "-v no-such-host.invalid 104", "127.0.0.1 1"):
        theirs = run_command(dcmtks("echoscu"), *words.split(), folder=tmp_path)
        found = run_command(ours("echoscu"), *words.split(), folder=tmp_path)
        lines = [line for line in found.err.splitlines() if not line.startswith(EXPLANATION)]
        assert (found.code, lines, found.out) == (theirs.code, theirs.err.splitlines(), theirs.out)


def test_certificates_are_judged_alike(tmp_path: Path) -> None:
    authority, other = Authority(tmp_path), Authority(tmp_path, name="Other")
    inner = Authority(tmp_path, name="Inner", issuer=authority)
    sound, expired, chained = authority.issue("sound"), authority.issue("expired", dates=EXPIRED), inner.issue("deep")
    trust = f"+tla +cf {authority.certificate}"
    lines = (
        f"+vc {sound.certificate}",
        f"{trust} +vc {sound.certificate}",
        f"{trust} +vc {expired.certificate}",
        f"{trust} +vc {chained.certificate}",
        f"{trust} +vc {authority.certificate}",
        f"{trust} +vc {other.certificate}",
        f"{trust} +vc {sound.certificate} h 104",
        f"+tla +cf {other.certificate} +vc {sound.certificate}",
        f"+tla +cd {tmp_path} +vc nofile",
        f"{trust} +vc {sound.key}",
        f"{trust} -q +vc {expired.certificate}",
        f"+rc {authority.certificate}",
        f"+rc {inner.certificate}",
        f"+rc {sound.certificate}",
        f"+rc {sound.key}",
        f"+tla -der +rc {authority.certificate}",
        f"+rc {sound.certificate} {trust} +vc {sound.certificate}",
    )
    for line in lines:
        theirs = run_command(dcmtks("echoscu"), *line.split(), folder=tmp_path)
        found = run_command(ours("echoscu"), *line.split(), folder=tmp_path)
        assert (found.code, found.out, found.told) == (theirs.code, theirs.out, theirs.err), line
