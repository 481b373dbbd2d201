"""TLS with DCMTK's programs at the other end, both ways."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dicomdesk.errors import PeerError, TlsHandshakeError
from dicomdesk.settings import PeerVerification, TlsFileFormat, TlsProfile, TlsSettings
from tests.helpers.dcmtk.programs import DEADLINE_S, EVERY_CLASS_PROFILE, dcmtk_program, dcmtk_server, wait_for_log
from tests.helpers.jobs.requesting import Recorded, associate, ct_items
from tests.helpers.peers.receivers import Receiver, listening
from tests.helpers.tls.certificates import EXPIRED, Authority, Certificate, as_der
from tests.helpers.tls.secured import presenting, tls_listening

pytestmark = pytest.mark.dcmtk

_PROFILE_OPTIONS = {
    TlsProfile.BCP_195_NON_DOWNGRADING: "+py",
    TlsProfile.BCP_195: "+px",
    TlsProfile.BCP_195_EXTENDED: "+pz",
    TlsProfile.AES: "+pa",
    TlsProfile.NULL: "+pn",
}


@dataclass
class Pki:
    """An authority, and a server and a client with RSA keys."""

    authority: Authority
    server: Certificate
    client: Certificate

    def tls(self, certificate: Certificate, **options: object) -> TlsSettings:
        return presenting(certificate, self.authority, **options)

    def options(self, certificate: Certificate) -> list[str]:
        """DCMTK's, for the same."""
        return ["+tls", str(certificate.key), str(certificate.certificate), "+cf", str(self.authority.certificate)]


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    authority = Authority(tmp_path)
    return Pki(authority, authority.issue("server", uses_rsa=True), authority.issue("client", uses_rsa=True))


def _echoscu(port: int, options: Sequence[str]) -> tuple[int, str]:
    done = subprocess.run(
        [dcmtk_program("echoscu"), "-v", *options, "localhost", str(port)],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_S,
    )
    return done.returncode, done.stdout


# -- our requestor, DCMTK's acceptor


@pytest.mark.parametrize("profile", _PROFILE_OPTIONS)
def test_instances_reach_dcmtk_in_every_profile(pki: Pki, tmp_path: Path, profile: TlsProfile) -> None:
    folder = tmp_path / "received"
    folder.mkdir()
    configuration = tmp_path / "profiles.cfg"
    configuration.write_text(EVERY_CLASS_PROFILE)
    options = ["-v", *pki.options(pki.server), _PROFILE_OPTIONS[profile], "-xf", str(configuration), "Default", "+B"]
    data = [os.urandom(size) for size in (2, 16384, 1_000_000)]
    recorder = Recorded()
    with dcmtk_server("dcmrecv", options, folder) as port:
        association = associate(port, tls=pki.tls(pki.client, profile=profile, checks_host_name=True))
        association.store_all(ct_items(*data), recorder)
        association.release()
        session = association.negotiation.tls
    assert recorder.statuses == [0, 0, 0]
    stored = [path.read_bytes() for path in sorted(folder.glob("CT.*"))]
    assert [content[-len(sent) :] for content, sent in zip(stored, data, strict=True)] == data
    log = (folder / "dcmrecv.log").read_text()
    assert "Received Association Release Request" in log
    complaints = [line for line in log.splitlines() if line.startswith(("E:", "F:"))]
    assert all("Peer aborted Association (or never connected)" in line or "eof" in line for line in complaints), log
    assert session is not None
    assert session.peer_subject == "CN=server"


@pytest.mark.parametrize("profile", _PROFILE_OPTIONS)
@pytest.mark.parametrize("other", _PROFILE_OPTIONS)
def test_profiles_meet_exactly_where_dcmtks_do(
    pki: Pki, tmp_path: Path, profile: TlsProfile, other: TlsProfile
) -> None:
    with dcmtk_server("dcmrecv", [*pki.options(pki.server), _PROFILE_OPTIONS[other]], tmp_path) as port:
        their_code, _ = _echoscu(port, [*pki.options(pki.client), _PROFILE_OPTIONS[profile]])
        try:
            association = associate(port, tls=pki.tls(pki.client, profile=profile))
        except PeerError as error:
            ours: PeerError | None = error
        else:
            ours = None
            association.release()
    receiver = Receiver()
    with tls_listening(receiver, pki.tls(pki.server, profile=other)) as port:
        code, _ = _echoscu(port, [*pki.options(pki.client), _PROFILE_OPTIONS[profile]])
    assert (ours is None) == (their_code == 0)
    assert (code == 0) == (their_code == 0)


def test_dcmtk_that_demands_a_certificate_is_understood(pki: Pki, tmp_path: Path) -> None:
    anonymous = TlsSettings(authority_files=(pki.authority.certificate,))
    with dcmtk_server("dcmrecv", pki.options(pki.server), tmp_path) as port:
        with pytest.raises(TlsHandshakeError, match="demands a certificate and got none"):
            associate(port, tls=anonymous)
        with pytest.raises(TlsHandshakeError):
            associate(port, tls=replace(anonymous, profile=TlsProfile.BCP_195_EXTENDED))
    with dcmtk_server("dcmrecv", [*pki.options(pki.server), "-ic"], tmp_path) as port:
        associate(port, tls=anonymous).release()


def test_dcmtk_with_another_authority_is_not_trusted(pki: Pki, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stranger = Authority(elsewhere, "Stranger")
    tls = replace(pki.tls(pki.client), authority_files=(stranger.certificate,))
    with dcmtk_server("dcmrecv", pki.options(pki.server), tmp_path) as port:
        with pytest.raises(TlsHandshakeError, match="is refused") as caught:
            associate(port, tls=tls)
        assert caught.value.condition == "TLS error: certificate verify failed"
        wait_for_log(tmp_path / "dcmrecv.log", "tlsv1 alert unknown ca")


def test_tls_at_dcmtks_plain_port_and_the_other_way_round(pki: Pki, tmp_path: Path) -> None:
    with dcmtk_server("dcmrecv", ["-v"], tmp_path) as port:
        with pytest.raises(PeerError) as caught:
            associate(port, tls=pki.tls(pki.client))
        assert caught.value.advice
        wait_for_log(tmp_path / "dcmrecv.log", "Unrecognized PDU type: 16")
    with dcmtk_server("dcmrecv", pki.options(pki.server), tmp_path) as port:
        with pytest.raises(PeerError) as caught:
            associate(port)
        assert "TLS" in caught.value.advice
        wait_for_log(tmp_path / "dcmrecv.log", "wrong version number")


# -- DCMTK's requestor, our acceptor


@pytest.mark.parametrize("verification", PeerVerification)
def test_dcmtk_is_served_as_the_verification_says(pki: Pki, verification: PeerVerification) -> None:
    receiver = Receiver()
    with tls_listening(receiver, pki.tls(pki.server, peer_verification=verification)) as port:
        code, output = _echoscu(port, pki.options(pki.client))
        assert code == 0, output
        receiver.wait_for("released 1")
        code, _ = _echoscu(port, ["+tla", "+cf", str(pki.authority.certificate)])
    assert (code == 0) == (verification is not PeerVerification.REQUIRED)
    session = receiver.negotiations[0].tls
    assert session is not None
    is_asked = verification is not PeerVerification.NONE
    assert (session.peer_subject, session.is_peer_verified) == ("CN=client" if is_asked else "", is_asked)
    if verification is PeerVerification.REQUIRED:
        receiver.wait_for("failed: TLS error: peer did not return a certificate")


def test_our_listener_is_refused_as_dcmtk_refuses_its_own(pki: Pki) -> None:
    receiver = Receiver()
    with tls_listening(receiver, pki.tls(pki.server)) as port:
        code, output = _echoscu(port, ["+tls", str(pki.client.key), str(pki.client.certificate)])
        assert (code, "000b:0886 TLS error: certificate verify failed" in output) == (1, True)
        receiver.wait_for("failed: TLS error: tlsv1 alert unknown ca")
        code, output = _echoscu(port, [])
        assert code == 1
        receiver.wait_for("failed: TLS error: wrong version number")
    old = pki.authority.issue("old", uses_rsa=True, dates=EXPIRED)
    with tls_listening(receiver, pki.tls(pki.server)) as port:
        code, output = _echoscu(port, pki.options(old))
        assert code == 1
        assert "it has expired" in receiver.wait_for("failed: TLS error: certificate verify failed")


def test_dcmtk_at_our_plain_port_is_told_apart(pki: Pki) -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        code, _ = _echoscu(port, pki.options(pki.client))
        assert code == 1
        receiver.wait_for("failed: Unrecognized PDU type: 16 (the peer speaks TLS")


def test_der_files_work_with_dcmtk(pki: Pki, tmp_path: Path) -> None:
    der_key = tmp_path / "client.key.der"
    subprocess.run(
        ["openssl", "rsa", "-in", pki.client.key, "-outform", "DER", "-out", der_key],
        check=True,
        capture_output=True,
        timeout=DEADLINE_S,
    )
    tls = TlsSettings(
        certificate_file=as_der(pki.client.certificate),
        private_key_file=der_key,
        authority_files=(as_der(pki.authority.certificate),),
        file_format=TlsFileFormat.DER,
    )
    with dcmtk_server("dcmrecv", pki.options(pki.server), tmp_path) as port:
        associate(port, tls=tls).release()


@pytest.mark.parametrize(
    ("cipher", "openssl_name"),
    [
        ("TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", "DHE-RSA-AES128-SHA256"),
        ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"),
        ("TLS_RSA_WITH_CAMELLIA_256_CBC_SHA", "CAMELLIA256-SHA"),
    ],
)
def test_further_ciphers_are_offered_and_taken(pki: Pki, tmp_path: Path, cipher: str, openssl_name: str) -> None:
    with dcmtk_server("dcmrecv", [*pki.options(pki.server), "+pn", "+cs", cipher], tmp_path) as port:
        association = associate(port, tls=pki.tls(pki.client, profile=TlsProfile.AES, ciphers=(cipher,)))
        association.release()
        assert association.negotiation.tls is not None
        assert association.negotiation.tls.cipher == openssl_name
    receiver = Receiver()
    with tls_listening(receiver, pki.tls(pki.server, profile=TlsProfile.NULL, ciphers=(cipher,))) as port:
        assert _echoscu(port, [*pki.options(pki.client), "+pa", "+cs", cipher])[0] == 0
        receiver.wait_for("released 1")
    assert receiver.negotiations[0].tls is not None
    assert receiver.negotiations[0].tls.cipher == openssl_name


# -- any requestor


_VERSIONS_AND_CIPHERS = [
    ("-tls1", "AES128-SHA"),
    ("-tls1_1", "AES128-SHA"),
    ("-tls1_1", "NULL-SHA"),
    ("-tls1_2", "AES128-SHA"),
    ("-tls1_2", "NULL-SHA"),
    ("-tls1_2", "ECDHE-RSA-AES128-GCM-SHA256"),
    ("-tls1_2", "ECDHE-RSA-AES256-GCM-SHA384"),
    ("-tls1_2", "DHE-RSA-AES128-GCM-SHA256"),
    ("-tls1_2", "DHE-RSA-AES256-GCM-SHA384"),
    ("-tls1_2", "ECDHE-RSA-AES128-SHA256"),
    ("-tls1_2", "ECDHE-RSA-CHACHA20-POLY1305"),
    ("-tls1_3", "ALL"),
]


def _taken(port: int) -> list[tuple[str, str]]:
    """Which of the versions and cipher suites the acceptor agrees to."""
    taken = []
    for version, cipher in _VERSIONS_AND_CIPHERS:
        command = ["openssl", "s_client", version, "-cipher", f"{cipher}:@SECLEVEL=0", "-connect", f"localhost:{port}"]
        done = subprocess.run(command, check=False, input=b"", capture_output=True, timeout=DEADLINE_S)
        if done.returncode == 0 and b"Cipher is (NONE)" not in done.stdout:
            taken.append((version, cipher))
    return taken


@pytest.mark.parametrize("profile", _PROFILE_OPTIONS)
def test_acceptor_agrees_to_exactly_what_dcmtk_agrees_to(pki: Pki, tmp_path: Path, profile: TlsProfile) -> None:
    with dcmtk_server("dcmrecv", [*pki.options(pki.server), "-ic", _PROFILE_OPTIONS[profile]], tmp_path) as port:
        theirs = _taken(port)
    tls = pki.tls(pki.server, profile=profile, peer_verification=PeerVerification.NONE)
    with tls_listening(Receiver(), tls) as port:
        ours = _taken(port)
    assert theirs
    assert ours == theirs
