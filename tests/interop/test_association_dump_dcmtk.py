"""What +v shows of roles, extended negotiation and user identity, beside the same association of DCMTK's tools."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.helpers.dcmtk.commands import dcmtks, ours, run, running, wait_for_line
from tests.helpers.dcmtk.programs import dcmtk_server, free_port
from tests.helpers.jobs.sending import write_instance
from tests.helpers.peers.fake_peer import Accept, FakePeer, item

pytestmark = pytest.mark.dcmtk

PROFILES = """[[TransferSyntaxes]]
[U]
TransferSyntax1 = LittleEndianExplicit
TransferSyntax2 = LittleEndianImplicit
[[PresentationContexts]]
[C]
PresentationContext1 = CTImageStorage\\U
PresentationContext2 = MRImageStorage\\U
PresentationContext3 = VerificationSOPClass\\U
PresentationContext4 = NuclearMedicineImageStorage\\U
[D]
PresentationContext1 = CTImageStorage\\U
PresentationContext2 = MRImageStorage\\U
PresentationContext3 = VerificationSOPClass\\U
PresentationContext4 = UltrasoundImageStorage\\U
[[SCPSCURoleSelection]]
[R]
Role1 = MRImageStorage\\SCP
Role2 = CTImageStorage\\BOTH
Role3 = VerificationSOPClass\\SCU
[S]
Role1 = CTImageStorage\\SCU
Role2 = MRImageStorage\\SCP
[[ExtendedNegotiation]]
[E]
ExtendedNegotiation1 = MRImageStorage\\0102
ExtendedNegotiation2 = CTImageStorage\\aabbccddeeff00112233445566778899
[F]
ExtendedNegotiation1 = MRImageStorage\\03
[[Profiles]]
[Requestor]
PresentationContexts = C
SCPSCURoleSelection = R
ExtendedNegotiation = E
[Acceptor]
PresentationContexts = D
SCPSCURoleSelection = S
ExtendedNegotiation = F
[Plain]
PresentationContexts = D
"""
IDENTITIES = {
    "none": (),
    "name": ("-usr", "jöe"),
    "name and passcode": ("-usr", "joe", "-pwd", "S3CRET"),
    "empty passcode": ("-usr", "joe", "-epw"),
    "kerberos": ("-kt", "token", "-rsp"),
    "saml": ("--saml", "token"),
    "jwt": ("--jwt", "token"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "profile.cfg").write_text(PROFILES)
    (tmp_path / "token").write_bytes(b"S3CRET" * 100)
    (tmp_path / "in").mkdir()
    write_instance(tmp_path, "a.dcm")
    return tmp_path


def blocks(log: str) -> list[str]:
    """The association parameter blocks of a log, without what is ours or theirs by name, and without passcodes."""
    lines: list[str] = []
    is_inside = False
    for line in log.splitlines():
        is_inside = is_inside or " BEGIN A-ASSOCIATE" in line
        if is_inside and "Implementation" not in line:
            lines.append(re.sub(r"Password: .*", "Password: ...", line))
        is_inside = is_inside and " END A-ASSOCIATE" not in line
    return lines


def sent(program: Sequence[str], folder: Path, port: int, *words: str) -> str:
    done = run(program, "-v", "+v", "-xf", "profile.cfg", *words, "127.0.0.1", str(port), "a.dcm", folder=folder)
    return done.err


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("profile", ["Acceptor", "Plain"])
def test_storescu_shows_what_dcmtks_shows(folder: Path, identity: str, profile: str) -> None:
    words = ("Requestor", *IDENTITIES[identity])
    with dcmtk_server("dcmrecv", ["-xf", "profile.cfg", profile, "-od", "in"], folder) as port:
        theirs = sent(dcmtks("storescu"), folder, port, *words)
        mine = sent(ours("storescu"), folder, port, *words)
    assert blocks(mine) == blocks(theirs)
    assert len(blocks(mine)) > 60
    assert "S3CRET" not in mine


@pytest.mark.parametrize("kind", ["-usr", "-kt"])
@pytest.mark.parametrize("response", [b"", b"answer"])
def test_response_is_shown_as_dcmtk_shows_it(folder: Path, kind: str, response: bytes) -> None:
    confirmed = item(0x59, len(response).to_bytes(2, "big") + response)
    with FakePeer(associate=[Accept(extra_user_items=confirmed)]) as peer:
        words = ("Requestor", kind, "token", "-rsp")
        theirs = sent(dcmtks("storescu"), folder, peer.port, *words)
        mine = sent(ours("storescu"), folder, peer.port, *words)
    assert blocks(mine) == blocks(theirs)
    assert f"I:   Server Response (not dumped) length: {len(response)}" in blocks(mine)


def received(program: Sequence[str], folder: Path, identity: Sequence[str]) -> list[str]:
    """The log of a receiver to whom DCMTK's storescu sends once."""
    port = free_port()
    words = ("-v", "+v", "-xf", "profile.cfg", "Acceptor", "-od", "in", str(port))
    with running(program, *words, folder=folder) as receiver:
        wait_for_line(receiver, "listening")
        sender = threading.Thread(target=sent, args=(dcmtks("storescu"), folder, port, "Requestor", *identity))
        sender.start()
        lines = wait_for_line(receiver, "Release Request")
        sender.join(60)
    return lines


@pytest.mark.parametrize("identity", ["none", "name and passcode", "jwt"])
def test_dcmrecv_shows_what_dcmtks_shows(folder: Path, identity: str) -> None:
    theirs = received(dcmtks("dcmrecv"), folder, IDENTITIES[identity])
    mine = received(ours("dcmrecv"), folder, IDENTITIES[identity])
    assert blocks("\n".join(mine)) == blocks("\n".join(theirs))
    assert len(blocks("\n".join(mine))) > 60
    assert "S3CRET" not in "\n".join(mine)
