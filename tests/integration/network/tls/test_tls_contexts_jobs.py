"""Jobs over TLS: what holds for plain connections holds there too."""

import threading
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import AssociationAccepted, AssociationFailed, ItemStarted, JobOutcome, RetryScheduled
from dicomdesk.errors import KeyPassPhraseError, PeerTimeoutError, TlsHandshakeError, TlsSettingsError
from dicomdesk.network.tls.tls_contexts import server_context
from dicomdesk.settings import AssociationSettings, Peer, Timeouts, TlsSettings
from tests.helpers.jobs.receiving import receive_request, receiving
from tests.helpers.jobs.recorder import DEADLINE_S, EventRecorder
from tests.helpers.jobs.sending import send, send_request, write_instances
from tests.helpers.peers.fake_peer import Accept, Action, Close, FakePeer, Hold, Reject, Silence, Status
from tests.helpers.tls.certificates import EXPIRED, Authority, key_bytes, rsa_key
from tests.helpers.tls.secured import identity, presenting


@dataclass
class Pki:
    """An authority and both ends."""

    authority: Authority
    server: TlsSettings
    client: TlsSettings

    def peer(self, port: int) -> Peer:
        """The server, dialled by the client."""
        return Peer(host="127.0.0.1", port=port, tls=replace(self.client, checks_host_name=True))


@pytest.fixture
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    authority = Authority(tmp_path_factory.mktemp("certificates"))
    return Pki(authority, identity(authority, "server"), identity(authority, "client"))


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries without waiting."""
    monkeypatch.setattr("dicomdesk.engine.send.retry.FIRST_DELAY_S", 0.01)


def test_everything_is_delivered_with_client_certificates(pki: Pki, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    write_instances(source, 5)
    with receiving(target, tls=pki.server) as job:
        result, sent = send(job.port, [source], peer=pki.peer(job.port), parallel=2)
        accepted = job.events.wait_for(AssociationAccepted)
    assert result.outcome is JobOutcome.COMPLETED
    assert len(job.files()) == 5
    theirs, ours = accepted.negotiation.tls, sent.of(AssociationAccepted)[0].negotiation.tls
    assert theirs is not None
    assert ours is not None
    assert (theirs.peer_subject, theirs.is_peer_verified) == ("CN=client", True)
    assert (ours.peer_subject, ours.is_peer_verified) == ("CN=server", True)


def test_lost_connections_and_transient_rejections_are_tried_again(
    pki: Pki, tmp_path: Path, quick_retries: None
) -> None:
    write_instances(tmp_path, 3)
    associate: list[Action] = [Reject(result=2), Accept(), Accept()]
    stores: list[Action] = [Status(), Close(reset=True), Status(), Status()]
    context = server_context(pki.server).context
    with FakePeer(tls=context, associate=associate, stores=stores) as peer:
        result, recorder = send(peer.port, [tmp_path], peer=pki.peer(peer.port), retries=2)
    assert [item.outcome.value for item in result.report.items] == ["stored"] * 3
    assert len(recorder.of(RetryScheduled)) == 2
    assert result.report.associations == 3


def test_what_is_wrong_with_certificates_is_not_tried_again(pki: Pki, tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 1)
    old = presenting(pki.authority.issue("old", dates=EXPIRED), pki.authority)
    with FakePeer(tls=server_context(old).context) as peer:
        result, recorder = send(peer.port, [tmp_path], peer=pki.peer(peer.port), retries=3)
    assert isinstance(result.error, TlsHandshakeError)
    assert not recorder.of(RetryScheduled)
    (failed,) = recorder.of(AssociationFailed)
    assert "it has expired" in failed.reason
    assert failed.advice


def test_certificate_that_is_demanded_is_asked_for_once(pki: Pki, tmp_path: Path, quick_retries: None) -> None:
    write_instances(tmp_path, 1)
    target = tmp_path / "target"
    target.mkdir()
    anonymous = replace(pki.client, certificate_file=None, private_key_file=None)
    with receiving(target, tls=pki.server) as job:
        peer = Peer(host="127.0.0.1", port=job.port, tls=anonymous)
        result, recorder = send(job.port, [tmp_path / "000.dcm"], peer=peer, retries=3)
    assert isinstance(result.error, TlsHandshakeError)
    assert "demands a certificate" in str(result.error)
    assert not recorder.of(RetryScheduled)


def test_peer_that_does_not_answer_is_given_up(pki: Pki, tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    settings = AssociationSettings(timeouts=Timeouts(acse_s=DEADLINE_S, dimse_s=0.2))
    with FakePeer(tls=server_context(pki.server).context, stores=[Silence()]) as peer:
        result, _ = send(peer.port, [tmp_path], peer=pki.peer(peer.port), association=settings)
        peer.wait_for("aborted")
    assert isinstance(result.error, PeerTimeoutError)


def test_first_cancel_ends_after_the_current_instance_and_releases(pki: Pki, tmp_path: Path) -> None:
    write_instances(tmp_path, 5)
    recorder, cancelled = EventRecorder(), threading.Event()
    stores: list[Action] = [Status(), Hold(cancelled, Status())]
    with FakePeer(tls=server_context(pki.server).context, stores=stores) as peer, Engine() as engine:
        job = engine.submit(send_request(peer.port, [tmp_path], peer=pki.peer(peer.port)), recorder)
        recorder.wait_for(ItemStarted, 2)
        job.cancel()
        cancelled.set()
        result = job.done.result(DEADLINE_S)
        peer.wait_for("released")
    assert result.outcome is JobOutcome.CANCELLED
    assert [item.outcome.value for item in result.report.items].count("stored") == 2
    recorder.check()


def test_second_cancel_aborts(pki: Pki, tmp_path: Path) -> None:
    write_instances(tmp_path, 3)
    recorder = EventRecorder()
    with FakePeer(tls=server_context(pki.server).context, stores=[Silence()]) as peer, Engine() as engine:
        job = engine.submit(send_request(peer.port, [tmp_path], peer=pki.peer(peer.port)), recorder)
        recorder.wait_for(ItemStarted)
        job.cancel()
        job.cancel()
        result = job.done.result(DEADLINE_S)
        peer.wait_for("aborted")
    assert result.outcome is JobOutcome.CANCELLED
    recorder.check()


def test_receive_job_does_not_begin_with_what_cannot_be_used(pki: Pki, tmp_path: Path) -> None:
    key = tmp_path / "encrypted.key"
    certificate = pki.authority.issue("rsa", uses_rsa=True).certificate
    key.write_bytes(key_bytes(rsa_key(), pass_phrase="let me in"))
    encrypted = replace(pki.server, certificate_file=certificate, private_key_file=key)
    other = replace(pki.server, private_key_file=pki.client.private_key_file)
    with Engine() as engine:
        with pytest.raises(KeyPassPhraseError):
            engine.submit(receive_request(tmp_path, tls=encrypted), EventRecorder())
        with pytest.raises(TlsSettingsError, match="does not belong"):
            engine.submit(receive_request(tmp_path, tls=other), EventRecorder())
    with receiving(tmp_path, tls=replace(encrypted, pass_phrase="let me in")):
        pass


def test_send_job_with_what_cannot_be_used_fails_in_words(pki: Pki, tmp_path: Path) -> None:
    write_instances(tmp_path, 1)
    broken = replace(pki.client, private_key_file=tmp_path / "missing")
    with FakePeer(tls=server_context(pki.server).context) as peer:
        result, _ = send(peer.port, [tmp_path], peer=Peer(host="127.0.0.1", port=peer.port, tls=broken), retries=2)
    assert isinstance(result.error, TlsSettingsError)
    assert "does not exist" in str(result.error)
