"""The connection check against peers of every kind: each failure has its own cause, and says what to do next."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from dicomdesk.engine.check.check import CheckResult, CheckStage, CheckState, CheckStep, ServiceGroup
from dicomdesk.engine.check.requests import CheckRequest
from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import (
    AssociationRequested,
    CapabilityFound,
    CheckStepFinished,
    CheckStepStarted,
    JobOutcome,
)
from dicomdesk.settings import AssociationSettings, Peer, PeerVerification, Timeouts, TlsSettings
from tests.helpers.dcmtk.programs import EVERY_CLASS_PROFILE, dcmtk_server, free_port
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.peers.fake_peer import Abort, Accept, Action, Close, FakePeer, Reject, Send, Silence, Status, pdu
from tests.helpers.tls.certificates import DAY, EXPIRED, Authority, deform

SETTINGS = AssociationSettings(calling_ae_title="WS1", timeouts=Timeouts(connect_s=5, acse_s=5, dimse_s=5))
IMPATIENT = AssociationSettings(timeouts=Timeouts(connect_s=5, acse_s=0.2, dimse_s=0.2))
EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"
CT = "1.2.840.10008.5.1.4.1.1.2"


def check(
    port: int,
    *,
    host: str = "127.0.0.1",
    settings: AssociationSettings = SETTINGS,
    tls: TlsSettings | None = None,
    asks_capabilities: bool = False,
) -> tuple[CheckResult, EventRecorder]:
    recorder = EventRecorder()
    with Engine() as engine:
        peer = Peer(host=host, port=port, ae_title="PACS", tls=tls)
        job = engine.submit(
            CheckRequest(peer=peer, association=settings, asks_capabilities=asks_capabilities), recorder
        )
        result = job.done.result(DEADLINE_S)
    recorder.check()
    assert {event.step.stage for event in recorder.of(CheckStepFinished)} == {step.stage for step in result.steps}
    begun = [event.stage for event in recorder.of(CheckStepStarted)]
    assert begun == [step.stage for step in result.steps if step.duration_s is not None]
    for step in result.steps:
        is_troubled = step.state in {CheckState.WARNING, CheckState.FAILED}
        assert bool(step.cause) == bool(step.advice) == is_troubled, step
        assert step.text.endswith("."), step
    return result, recorder


def states(result: CheckResult) -> list[str]:
    return [step.state.value for step in result.steps]


def step_of(result: CheckResult, stage: CheckStage) -> CheckStep:
    return next(step for step in result.steps if step.stage is stage)


@contextmanager
def listener_that(greeting: bytes = b"", *, answers: bytes = b"") -> Iterator[int]:
    """Something that is not DICOM: it greets, and answers whatever comes with the same bytes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections: list[socket.socket] = []

        def serve(connection: socket.socket) -> None:
            try:
                connection.sendall(greeting)
                while connection.recv(1 << 16):
                    if answers:
                        connection.sendall(answers)
                        break
            except OSError:
                pass
            connection.close()

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.settimeout(DEADLINE_S)
                connections.append(connection)
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(DEADLINE_S)


def test_sound_peer_passes_every_step() -> None:
    with FakePeer() as peer:
        result, recorder = check(peer.port, host="localhost")
        peer.wait_for("released")
    assert states(result) == ["ok"] * 4
    assert (result.outcome, result.capabilities, result.failed_step) == (JobOutcome.COMPLETED, None, None)
    assert result.negotiation is not None
    assert all(step.duration_s is not None and step.duration_s >= 0 for step in result.steps)
    assert "127.0.0.1" in step_of(result, CheckStage.RESOLUTION).details
    assert [event.contexts[0].abstract_syntax for event in recorder.of(AssociationRequested)] == ["1.2.840.10008.1.1"]


def test_peer_that_says_nothing_of_its_maximum_length_passes() -> None:
    with FakePeer(associate=[Accept(max_pdu_bytes=None)]) as peer:
        result, _ = check(peer.port)
    assert result.outcome is JobOutcome.COMPLETED


def test_name_that_is_not_known() -> None:
    result, _ = check(104, host="no-such-host.invalid")
    assert states(result) == ["failed", "skipped", "skipped", "skipped"]
    assert "name" in result.steps[0].cause
    assert result.outcome is JobOutcome.FAILED


def test_port_where_nothing_listens() -> None:
    result, _ = check(free_port())
    assert states(result) == ["ok", "failed", "skipped", "skipped"]
    assert "no service listens" in result.steps[1].cause
    assert "port" in result.steps[1].advice


def test_machine_that_does_not_answer() -> None:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    waiting = [socket.socket() for _ in range(3)]
    for sock in waiting:
        sock.setblocking(False)
        sock.connect_ex(server.getsockname())
    settings = AssociationSettings(timeouts=Timeouts(connect_s=0.2))
    result, _ = check(server.getsockname()[1], settings=settings)
    for sock in (*waiting, server):
        sock.close()
    assert states(result) == ["ok", "failed", "skipped", "skipped"]
    assert "firewall" in result.steps[1].cause


REJECTIONS = {
    (1, 1, 1): "does not say why",
    (1, 1, 2): "does not speak DICOM",
    (1, 1, 3): 'does not know our AE title "WS1"',
    (1, 1, 7): 'is not called "PACS"',
    (1, 2, 1): "user name",
    (1, 2, 2): "does not speak DICOM",
    (2, 3, 1): "busy",
    (2, 3, 2): "busy",
}


@pytest.mark.parametrize(("numbers", "words"), REJECTIONS.items(), ids=str)
def test_rejection_has_a_cause(numbers: tuple[int, int, int], words: str) -> None:
    result_number, source, reason = numbers
    with FakePeer(associate=[Reject(result=result_number, source=source, reason=reason)]) as peer:
        result, _ = check(peer.port)
    assert states(result) == ["ok", "ok", "failed", "skipped"]
    assert words in step_of(result, CheckStage.ASSOCIATION).cause


NO_DICOM = {
    "web server": (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", "web server"),
    "secure shell": (b"SSH-2.0-OpenSSH_9.2\r\n", b"", "SSH"),
    "file server": (b"220 ProFTPD FTP ready\r\n", b"", "FTP"),
    "mail server": (b"220 mail.example ESMTP\r\n", b"", "mail server"),
    "something that greets": (b"hello there\r\n", b"", "speaks first"),
}


@pytest.mark.parametrize(("greeting", "answers", "words"), NO_DICOM.values(), ids=NO_DICOM.keys())
def test_what_else_listens_is_named(greeting: bytes, answers: bytes, words: str) -> None:
    with listener_that(greeting, answers=answers) as port:
        result, _ = check(port)
    step = step_of(result, CheckStage.ASSOCIATION)
    assert step.state is CheckState.FAILED
    assert words in step.cause
    assert "port" in step.advice


ENDS: dict[str, tuple[Action, str]] = {
    "abort": (Abort(), "broke off"),
    "hang-up": (Close(), "hangs up"),
    "rubbish": (Send(pdu(7, b"\0\0\0\0") + b"\x99" * 20, then_close=True), "broke off"),
}


@pytest.mark.parametrize(("action", "words"), ENDS.values(), ids=ENDS.keys())
def test_association_that_breaks_has_a_cause(action: Action, words: str) -> None:
    with FakePeer(associate=[action]) as peer:
        result, _ = check(peer.port)
    assert words in step_of(result, CheckStage.ASSOCIATION).cause


def test_peer_that_does_not_answer_has_a_cause() -> None:
    with listener_that() as port:
        result, _ = check(port, settings=IMPATIENT)
    assert "does not answer DICOM" in step_of(result, CheckStage.ASSOCIATION).cause


def test_peer_without_verification_has_a_cause() -> None:
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        result, _ = check(peer.port)
    assert states(result) == ["ok", "ok", "ok", "failed"]
    assert "Verification" in step_of(result, CheckStage.ECHO).cause


def test_echo_that_fails_has_a_cause() -> None:
    for action, words in ((Status(0x0110), "problem of its own"), (Abort(), "broke off"), (Silence(), "hangs")):
        with FakePeer(echo=action) as peer:
            result, _ = check(peer.port, settings=IMPATIENT)
        step = step_of(result, CheckStage.ECHO)
        assert step.state is CheckState.FAILED
        assert words in step.cause


def test_ae_title_that_cannot_be_sent_is_told() -> None:
    with FakePeer() as peer:
        result, _ = check(peer.port, settings=AssociationSettings(calling_ae_title=" "))
    assert "AE title" in step_of(result, CheckStage.ASSOCIATION).advice


def test_cancel_ends_the_check_at_once() -> None:
    recorder = EventRecorder()
    with FakePeer(associate=[Silence()]) as peer, Engine() as engine:
        job = engine.submit(CheckRequest(peer=Peer(host="127.0.0.1", port=peer.port), association=SETTINGS), recorder)
        recorder.wait_for(AssociationRequested)
        job.cancel()
        result = job.done.result(DEADLINE_S)
    assert result.outcome is JobOutcome.CANCELLED
    assert states(result) == ["ok", "ok", "skipped", "skipped", "skipped"]
    assert job.progress().items_total == 0


# -- TLS


def test_tls_session_is_shown(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server = authority.issue("server", dates=(-DAY, 400 * DAY))
    with FakePeer(tls=server.server_context()) as peer:
        result, _ = check(peer.port, tls=TlsSettings(authority_files=(authority.certificate,)))
    assert states(result) == ["ok"] * 5
    step = step_of(result, CheckStage.TLS)
    assert "TLSv1.3" in step.text
    assert any("CN=server" in line for line in step.details)
    assert any("valid until" in line for line in step.details)


def test_certificate_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    server = deform(Authority(tmp_path).issue("server"), "date")
    with FakePeer(tls=server.server_context()) as peer:
        result, _ = check(peer.port, tls=TlsSettings(peer_verification=PeerVerification.NONE))
    assert states(result) == ["ok"] * 5
    details = step_of(result, CheckStage.TLS).details
    assert list(details) == ["the peer's certificate cannot be read", "not verified, as asked for"]


def test_certificate_that_expires_soon_is_a_warning(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server = authority.issue("server", dates=(-DAY, 9 * DAY + timedelta(hours=1)))
    with FakePeer(tls=server.server_context()) as peer:
        result, _ = check(peer.port, tls=TlsSettings(authority_files=(authority.certificate,)))
    step = step_of(result, CheckStage.TLS)
    assert step.state is CheckState.WARNING
    assert "expires in 9 days" in step.cause
    assert result.outcome is JobOutcome.COMPLETED


def test_certificates_that_are_refused_have_causes(tmp_path: Path) -> None:
    authority, other = Authority(tmp_path), Authority(tmp_path, name="Other")
    cases = (
        (authority.issue("expired", dates=EXPIRED), authority, False, "validity"),
        (authority.issue("sound"), other, False, "not among the trusted"),
        (authority.issue("elsewhere", hosts=("elsewhere.example",)), authority, True, "another"),
    )
    for server, trusted, checks_host_name, words in cases:
        tls = TlsSettings(authority_files=(trusted.certificate,), checks_host_name=checks_host_name)
        with FakePeer(tls=server.server_context()) as peer:
            result, _ = check(peer.port, tls=tls)
        assert states(result) == ["ok", "ok", "failed", "skipped", "skipped"]
        assert words in step_of(result, CheckStage.TLS).cause


def test_tls_on_a_port_without(tmp_path: Path) -> None:
    with FakePeer() as peer:
        result, _ = check(peer.port, tls=TlsSettings())
    step = step_of(result, CheckStage.TLS)
    assert "DICOM without TLS" in step.cause
    assert "Turn off TLS" in step.advice


def test_no_tls_on_a_port_with(tmp_path: Path) -> None:
    server = Authority(tmp_path).issue("server")
    with FakePeer(tls=server.server_context()) as peer:
        result, _ = check(peer.port)
    step = step_of(result, CheckStage.ASSOCIATION)
    assert "expects TLS" in step.cause
    assert "Turn on TLS" in step.advice


def test_own_key_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with FakePeer() as peer:
        result, _ = check(peer.port, tls=TlsSettings(certificate_file=tmp_path / "none.pem"))
    assert "Our own key" in step_of(result, CheckStage.TLS).cause


# -- capabilities


def test_capabilities_are_found_and_told_one_by_one() -> None:
    with FakePeer() as peer:
        result, recorder = check(peer.port, asks_capabilities=True)
        assert peer.events.count("released") == len(peer.associations)
    capabilities = result.capabilities
    assert capabilities is not None
    assert capabilities.is_complete
    assert capabilities.asked == capabilities.total == len(capabilities.accepted) > 230
    assert len(recorder.of(CapabilityFound)) == len(capabilities.accepted)
    assert {capability.group for capability in capabilities.accepted} == set(ServiceGroup)
    assert capabilities.associations + 1 == len(recorder.of(AssociationRequested)) <= 101


def test_capabilities_of_dcmrecv_are_those_of_its_profile(tmp_path: Path) -> None:
    profile = tmp_path / "profile.cfg"
    profile.write_text(EVERY_CLASS_PROFILE)
    with dcmtk_server("dcmrecv", ("-xf", str(profile), "Default"), tmp_path) as port:
        result, _ = check(port, asks_capabilities=True)
    assert result.capabilities is not None
    found = {each.sop_class_uid: set(each.transfer_syntaxes) for each in result.capabilities.accepted}
    assert found == {uid: {EXPLICIT, IMPLICIT} for uid in ("1.2.840.10008.1.1", CT, "1.2.840.10008.5.1.4.1.1.4")}
    assert (result.capabilities.is_complete, result.outcome) == (True, JobOutcome.COMPLETED)


def test_peer_that_stores_but_has_no_verification_shows_what_it_takes(tmp_path: Path) -> None:
    profile = tmp_path / "profile.cfg"
    profile.write_text(EVERY_CLASS_PROFILE.replace("PresentationContext3 = VerificationSOPClass\\Any\n", ""))
    with dcmtk_server("dcmrecv", ("-xf", str(profile), "Default"), tmp_path) as port:
        result, _ = check(port, asks_capabilities=True)
    assert result.outcome is JobOutcome.FAILED
    assert result.capabilities is not None
    assert {each.sop_class_uid for each in result.capabilities.accepted} == {CT, "1.2.840.10008.5.1.4.1.1.4"}
    assert result.capabilities.is_complete


def test_peer_that_chokes_on_much_is_asked_for_less() -> None:
    actions: list[Action] = [Accept(), Abort(), Accept(refuse_all=True)]
    with FakePeer(associate=actions) as peer:
        result, _ = check(peer.port, asks_capabilities=True)
        sizes = [len(association.contexts) for association in peer.associations]
    assert sizes[1] > 100
    assert max(sizes[2:]) <= sizes[1] // 3
    assert result.capabilities is not None
    assert result.capabilities.is_complete


def test_peer_that_is_busy_meanwhile_cuts_it_short() -> None:
    with FakePeer(associate=[Accept(), Accept(), Reject(result=2, source=3, reason=2)]) as peer:
        result, _ = check(peer.port, asks_capabilities=True)
    step = step_of(result, CheckStage.CAPABILITIES)
    assert step.state is CheckState.WARNING
    assert "would not go on" in step.cause
    assert result.capabilities is not None
    assert not result.capabilities.is_complete
    assert result.outcome is JobOutcome.COMPLETED


def test_peer_that_takes_nothing_is_a_warning() -> None:
    with FakePeer(associate=[Accept(refuse_all=True)]) as peer:
        result, _ = check(peer.port, asks_capabilities=True)
    assert step_of(result, CheckStage.CAPABILITIES).state is CheckState.WARNING
