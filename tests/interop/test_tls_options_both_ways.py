"""TLS options through DCMTK's storescu and dcmrecv and ours: each sender with each receiver, and what comes of it.

DCMTK's sender with DCMTK's receiver says what is right: the exit code, whether the file arrives, and what is logged.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from tests.helpers.dcmtk.commands import DEADLINE_S, Done, dcmtks, ours, run
from tests.helpers.dcmtk.delivery import wait_for_port
from tests.helpers.dcmtk.programs import EVERY_CLASS_PROFILE, dcmtk_server, free_port
from tests.helpers.jobs.sending import write_instance
from tests.helpers.processes import tool_process
from tests.helpers.tls.tls_files import TlsFiles

pytestmark = pytest.mark.dcmtk

KEY = "+tls {server_key} {server_pem}"
TRUST = "+cf {ca}"
SERVER = f"{KEY} {TRUST}"
CLIENT = "+tls {client_key} {client_pem} +cf {ca}"
RSA_CLIENT = f"{KEY} {TRUST}"
EASY = f"{KEY} -ic"
"""A receiver that looks at no certificate."""
TRUSTING = "+tla +cf {ca}"


@dataclass(frozen=True)
class Case:
    """What a receiver and a sender are told."""

    receiver: str
    sender: str
    is_stored: bool = True


CASES = [
    # certificates of both, and of one
    Case(SERVER, CLIENT),
    Case(SERVER, TRUSTING, is_stored=False),
    Case(EASY, TRUSTING),
    Case(EASY, "+tla -ic"),
    Case(EASY, "+tla", is_stored=False),
    Case(f"{SERVER} -vc", TRUSTING),
    Case(f"{SERVER} -vc", "+tls {stranger_key} {stranger_pem} +cf {ca}", is_stored=False),
    Case(SERVER, "+tls {stranger_key} {stranger_pem} +cf {ca}", is_stored=False),
    Case(EASY, "+tls {stranger_key} {stranger_pem} +cf {ca}"),
    Case(EASY, "+tla +cf {other_ca}", is_stored=False),
    # one of them without TLS
    Case(SERVER, "", is_stored=False),
    Case("", CLIENT, is_stored=False),
    # files
    Case("+tls {key_der} {certificate_der} -der +cf {ca_der}", CLIENT),
    Case(EASY, "+tla -der +cf {ca_der}"),
    Case(EASY, "+tla -der +cf {ca}", is_stored=False),
    Case("+tls {locked_key} {server_pem} +pw sesame -ic", TRUSTING),
    Case(SERVER, "+tls {locked_key} {server_pem} +pw sesame +cf {ca}"),
    Case(SERVER, "+tls {both} {both} +cf {ca}"),
    Case(EASY, "+tla +cd {ca_folder}"),
    Case(EASY, "+tla +cd {empty_folder}", is_stored=False),
    Case(f"{KEY} +cd {{ca_folder}}", CLIENT),
    Case(EASY, "+tla +cf {none} +cf {ca} -rc"),
    Case(f"{EASY} +dp {{dh}}", f"{TRUSTING} +px +cs TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"),
    Case(f"{EASY} +dp {{text}}", TRUSTING),
    Case(EASY, f"{TRUSTING} +rs {{text}} +ws"),
    # validity, chains, revocation
    Case("+tls {expired_key} {expired_pem} -ic", TRUSTING, is_stored=False),
    Case(SERVER, "+tls {expired_key} {expired_pem} +cf {ca}", is_stored=False),
    Case("+tls {early_key} {early_pem} -ic", TRUSTING, is_stored=False),
    Case("+tls {elsewhere_key} {elsewhere_pem} -ic", TRUSTING),
    Case("+tls {below_key} {below_pem} -ic", TRUSTING),
    Case(f"{SERVER} +crl {{crl}}", CLIENT),
    Case(f"{SERVER} +crl {{crl}}", "+tls {revoked_key} {revoked_pem} +cf {ca}", is_stored=False),
    Case(f"{SERVER} +crl {{crl}} +cra", "+tls {revoked_key} {revoked_pem} +cf {ca}", is_stored=False),
    Case("+tls {revoked_key} {revoked_pem} -ic", f"{TRUSTING} +crl {{crl}}", is_stored=False),
    Case("+tls {revoked_key} {revoked_pem} -ic", TRUSTING),
    Case(EASY, f"{TRUSTING} +crl {{old_crl}}", is_stored=False),
    Case(EASY, f"{TRUSTING} +crv", is_stored=False),
    Case(EASY, f"{TRUSTING} +crl {{none}}", is_stored=False),
    Case("+tls {below_key} {below_pem} -ic", f"{TRUSTING} +crl {{middle_crl}}"),
    Case("+tls {below_key} {below_pem} -ic", f"{TRUSTING} +crl {{middle_crl}} +cra", is_stored=False),
    Case("+tls {below_key} {below_pem} -ic", f"{TRUSTING} +crl {{middle_crl}} +crl {{crl}} +cra"),
    Case(
        "+tls {below_key} {below_pem} -ic",
        f"{TRUSTING} +crl {{middle_crl}} +crl {{revoked_middle_crl}} +cra",
        is_stored=False,
    ),
    # profiles and cipher suites
    *(Case(f"{EASY} {profile}", f"{TRUSTING} {profile}") for profile in ("+py", "+px", "+pz", "+pa", "+pn")),
    Case(f"{EASY} +px", f"{TRUSTING} +pa"),
    Case(f"{EASY} +pa", f"{TRUSTING} +px"),
    Case(f"{EASY} +py", f"{TRUSTING} +pa", is_stored=False),
    Case(f"{EASY} +pa", f"{TRUSTING} +py", is_stored=False),
    Case(f"{EASY} +pz", f"{TRUSTING} +py"),
    Case(f"{EASY} +py", f"{TRUSTING} +pz"),
    Case(f"{EASY} +pa", f"{TRUSTING} +cs TLS_RSA_WITH_AES_128_CBC_SHA"),
]


@dataclass
class Receivers:
    """Receivers that run, of each kind one for the words it was started with."""

    folder: Path
    files: TlsFiles
    stack: ExitStack
    running: dict[tuple[str, str], tuple[int, Path, Path]] = field(default_factory=dict)

    def find(self, kind: str, words: str) -> tuple[int, Path, Path]:
        """Port, folder of what arrives and log of a receiver; started where none is."""
        if (kind, words) not in self.running:
            self.running[kind, words] = self._start(kind, words)
        return self.running[kind, words]

    def _start(self, kind: str, words: str) -> tuple[int, Path, Path]:
        folder = self.folder / f"{kind}-{len(self.running)}"
        folder.mkdir()
        port, log = free_port(), folder.with_suffix(".log")
        command = ours("dcmrecv") if kind == "ours" else dcmtks("dcmrecv")
        options = ["-v", "+B", "+fu", "-od", str(folder), "-xf", str(self.folder / "all.cfg"), "Default"]
        process = tool_process.Popen(
            [*command, *options, *self.files.words(words), str(port)],
            env=tool_process.environment(),
            stdout=subprocess.DEVNULL,
            stderr=self.stack.enter_context(log.open("wb")),
        )
        self.stack.callback(process.wait, DEADLINE_S)
        self.stack.callback(process.kill)
        wait_for_port(port, process)
        if words:
            _wait_for_complaint(log, 0)  # about that one who only looked whether somebody listens
        return port, folder, log


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TlsFiles:
    return TlsFiles(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def receivers(tmp_path_factory: pytest.TempPathFactory, files: TlsFiles) -> Iterator[Receivers]:
    folder = tmp_path_factory.mktemp("receivers")
    (folder / "all.cfg").write_text(EVERY_CLASS_PROFILE)
    write_instance(folder, "ct.dcm")
    with ExitStack() as stack:
        yield Receivers(folder, files, stack)


@dataclass(frozen=True)
class Seen:
    """What came of one sender with one receiver."""

    code: int
    stored: int
    fatal: tuple[str, ...]
    """The sender's last words."""
    complaint: str
    """The receiver's, about the connection."""


_LOST = re.compile(r"0006:031[7d] .*|000b:0017 .*|000b:0926 .*|000b:090b .*|0006:0321 Unrecognized PDU type: 15")
"""How a connection ends that the other side drops depends on who is faster; our receiver gives an answer first."""
_COMPLAINT = re.compile(r"^E: Could not receive association request: (.*?)( \(.*\))?$", re.MULTILINE)
"""What is in brackets is our explanation."""
_PATIENCE_S = 10


def send(receivers: Receivers, sender: str, receiver: str, case: Case) -> Seen:
    port, folder, log = receivers.find(receiver, case.receiver)
    before, told = len(list(folder.iterdir())), log.stat().st_size
    command = ours("storescu") if sender == "ours" else dcmtks("storescu")
    words = receivers.files.words(case.sender)
    done = run(command, "-R", *words, "127.0.0.1", str(port), str(receivers.folder / "ct.dcm"))
    complaint = "" if case.is_stored else _wait_for_complaint(log, told)
    return Seen(done.code, len(list(folder.iterdir())) - before, _fatal(done), complaint)


def _fatal(done: Done) -> tuple[str, ...]:
    """The lines that say why."""
    lines = [line for line in done.err.splitlines() if line.startswith("F: ")]
    return tuple(_LOST.sub("(lost)", line) for line in lines)


def _wait_for_complaint(log: Path, told: int) -> str:
    end, pause = monotonic() + _PATIENCE_S, Event()
    while monotonic() < end:
        found = _COMPLAINT.search(log.read_bytes()[told:].decode())
        if found:
            return found[1]
        pause.wait(0.02)
    raise AssertionError("the receiver did not complain")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.receiver} / {case.sender}")
def test_sender_and_receiver_go_together_as_with_dcmtk(receivers: Receivers, case: Case) -> None:
    expected = send(receivers, "dcmtk", "dcmtk", case)
    assert (expected.code == 0, expected.stored) == (case.is_stored, int(case.is_stored))
    for sender, receiver in (("ours", "dcmtk"), ("dcmtk", "ours"), ("ours", "ours")):
        assert send(receivers, sender, receiver, case) == expected, f"{sender} to {receiver}"


BEYOND = [
    Case(SERVER, "+tls {locked_key_der} {certificate_der} +pw sesame -der +cf {ca_der}"),
    Case(EASY, "+tla -der +cf {ca_der} +crl {crl_der}"),
    Case("+tls {revoked_key} {revoked_pem} -ic", "+tla -der +cf {ca_der} +crl {crl_der}", is_stored=False),
    Case("+tls {elsewhere_key} {elsewhere_pem} -ic", f"{TRUSTING} --verify-hostname", is_stored=False),
    Case(EASY, f"{TRUSTING} --verify-hostname"),
    Case(EASY, f"{TRUSTING} --profile-8996"),
    Case(EASY, f"{TRUSTING} --profile-8996-mod"),
    Case(f"{EASY} +pa", f"{TRUSTING} --profile-8996", is_stored=False),
]
"""What only our sender can."""


@pytest.mark.parametrize("case", BEYOND, ids=lambda case: f"{case.receiver} / {case.sender}")
def test_our_sender_does_more_than_dcmtks(receivers: Receivers, case: Case) -> None:
    seen = send(receivers, "ours", "dcmtk", case)
    assert (seen.code == 0, seen.stored) == (case.is_stored, int(case.is_stored))


@pytest.mark.parametrize("profile", ["--profile-8996", "--profile-8996-mod"])
def test_our_receiver_has_newer_profiles(receivers: Receivers, profile: str) -> None:
    for sender in ("+py", profile):
        assert send(receivers, "ours", "ours", Case(f"{EASY} {profile}", f"{TRUSTING} {sender}")) == Seen(0, 1, (), "")
    assert send(receivers, "dcmtk", "ours", Case(f"{EASY} {profile}", f"{TRUSTING} +py")).code == 0
    assert send(receivers, "dcmtk", "ours", Case(f"{EASY} {profile}", f"{TRUSTING} +pa", is_stored=False)).code == 1


def test_authorities_of_the_machine_are_trusted_when_asked_for(receivers: Receivers) -> None:
    port, _, _ = receivers.find("dcmtk", EASY)
    changes = {"SSL_CERT_FILE": str(receivers.files.paths["ca"])}
    for words, code in (("+tla --trust-system", 0), ("+tla", 1)):
        command = [*ours("storescu"), "-R", *words.split(), "127.0.0.1", str(port), str(receivers.folder / "ct.dcm")]
        assert run(command, changes=changes).code == code


SENTENCES = [
    (EASY, "+tla", "the peer's certificate is refused: its issuer is not among the trusted authorities"),
    ("+tls {expired_key} {expired_pem} -ic", TRUSTING, "the peer's certificate is refused: it has expired"),
    ("+tls {early_key} {early_pem} -ic", TRUSTING, "the peer's certificate is refused: it is not valid yet"),
    ("+tls {revoked_key} {revoked_pem} -ic", f"{TRUSTING} +crl {{crl}}", "refused: it was revoked"),
    ("+tls {elsewhere_key} {elsewhere_pem} -ic", f"{TRUSTING} --verify-hostname", "it is for another address"),
    (EASY, f"{TRUSTING} +crv", "there is no revocation list of its issuer"),
    (f"{EASY} +pa", TRUSTING, "found nothing in common in our TLS versions, cipher suites and certificate"),
    (SERVER, TRUSTING, "the peer demands a certificate and got none"),
    (SERVER, "", "a peer that takes TLS only"),
]


@pytest.mark.parametrize(("receiver", "sender", "words"), SENTENCES)
def test_sentence_says_what_is_wrong(receivers: Receivers, receiver: str, sender: str, words: str) -> None:
    kinds = ("dcmtk", "ours") if sender else ("dcmtk",)
    for kind in kinds:
        port, _, _ = receivers.find(kind, receiver)
        tool = [*ours("dcmsend"), *_long(receivers.files.words(sender))]
        done = run(tool, "127.0.0.1", str(port), str(receivers.folder / "ct.dcm"))
        assert done.code == 61
        assert words in done.err, done.err


_LONG = {
    "+tla": "--anonymous-tls",
    "+tls": "--enable-tls",
    "+cf": "--add-cert-file",
    "+crl": "--add-crl-file",
    "+crv": "--enable-crl-vfy",
}


def _long(words: list[str]) -> list[str]:
    """With the names that dcmsend has for them."""
    return [_LONG.get(word, word) for word in words]


def test_dcmsend_sends_over_tls(receivers: Receivers) -> None:
    for kind in ("dcmtk", "ours"):
        port, folder, _ = receivers.find(kind, SERVER)
        before = len(list(folder.iterdir()))
        tool = [*ours("dcmsend"), *_long(receivers.files.words(CLIENT))]
        done = run(tool, "127.0.0.1", str(port), str(receivers.folder / "ct.dcm"))
        assert (done.code, done.err) == (0, "")
        assert len(list(folder.iterdir())) == before + 1


@pytest.mark.parametrize(
    ("receiver", "words", "code"),
    [
        (EASY, "+tla -ic", 0),
        (EASY, "+tla", 1),
        (SERVER, CLIENT, 0),
        (SERVER, TRUSTING, 1),
        (EASY, f"{TRUSTING} +pa", 1),
    ],
)
def test_echoscu_echoes_over_tls(receivers: Receivers, receiver: str, words: str, code: int) -> None:
    for kind in ("dcmtk", "ours"):
        port, _, _ = receivers.find(kind, receiver)
        for command in (dcmtks("echoscu"), ours("echoscu")):
            assert run(command, *receivers.files.words(words), "127.0.0.1", str(port)).code == code


@pytest.mark.parametrize(("receiver", "sender"), [(SERVER, CLIENT), (EASY, "+tla -ic"), (f"{SERVER} -vc", TRUSTING)])
def test_storescp_gets_from_us_over_tls(receivers: Receivers, tmp_path: Path, receiver: str, sender: str) -> None:
    with dcmtk_server("storescp", [*receivers.files.words(receiver), "-od", str(tmp_path)], receivers.folder) as port:
        words = receivers.files.words(sender)
        done = run(ours("storescu"), *words, "127.0.0.1", str(port), str(receivers.folder / "ct.dcm"))
    assert (done.code, done.err) == (0, "")
    assert len(list(tmp_path.iterdir())) == 1
