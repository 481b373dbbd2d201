"""A receiver that does not serve everybody: with our requestor, pynetdicom's, DCMTK's storescu, and raw ones."""

import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from pynetdicom import AE
from pynetdicom.pdu_primitives import UserIdentityNegotiation

from dicomdesk.engine.engine import Engine
from dicomdesk.engine.events import AssociationAccepted, AssociationFailed, AssociationReceived, Notice, NoticeLevel
from dicomdesk.errors import AssociationRejectedError, SettingsError, UserIdentityError
from dicomdesk.network.acceptor.acceptor import Callbacks
from dicomdesk.network.acceptor.listener import Listener, ListenerSettings
from dicomdesk.network.acceptor.passcodes import MAX_HASHES_AT_ONCE, hash_passcode
from dicomdesk.settings import (
    AccessRules,
    AssociationSettings,
    PeerVerification,
    PlaceRules,
    TlsSettings,
    UserIdentity,
    UserIdentityType,
)
from tests.helpers.dcmtk.programs import dcmtk_program
from tests.helpers.jobs.receiving import Receiving, receive_request, receiving
from tests.helpers.jobs.recorder import EventRecorder
from tests.helpers.jobs.requesting import PATIENT, VERIFICATION, associate
from tests.helpers.jobs.sending import write_instance
from tests.helpers.peers.receivers import Receiver, listener_settings, listening
from tests.helpers.peers.requestors import ASSOCIATE_AC, ASSOCIATE_RJ, Proposal, connected
from tests.helpers.tls.certificates import Authority

HASHES = {"joe": hash_passcode("sésame")}
JOE = UserIdentity(
    kind=UserIdentityType.USER_NAME_AND_PASSCODE, primary=b"joe", secondary="sésame".encode(), wants_response=True
)
US = AssociationSettings(calling_ae_title="US", timeouts=PATIENT)


def settings(**rules: object) -> ListenerSettings:
    return replace(listener_settings(), access=AccessRules(**rules))  # type: ignore[arg-type] # rules of a test


def numbers_of(port: int, *, identity: UserIdentity | None = None) -> tuple[int, int, int] | None:
    """How our requestor is rejected; None when it is accepted."""
    try:
        associate(port, settings=replace(US, user_identity=identity)).release()
    except AssociationRejectedError as error:
        return error.result, error.source, error.reason
    return None


def reason_of(running: Receiving, count: int) -> str:
    return running.events.wait_for(AssociationFailed, count).reason


@pytest.mark.parametrize(
    ("rules", "numbers", "words"),
    [
        ({"calling_ae_titles": frozenset({"US"})}, None, ""),
        ({"calling_ae_titles": frozenset({"X"})}, (1, 1, 3), 'the calling AE title "US" is not served'),
        ({"called_ae_titles": frozenset({"PEER"})}, None, ""),
        ({"called_ae_titles": frozenset({"X"})}, (1, 1, 7), 'the called AE title "PEER" is not ours'),
        ({"networks": ("127.0.0.0/8",)}, None, ""),
        ({"networks": ("::ffff:127.0.0.1",)}, None, ""),
        ({"networks": ("10.0.0.0/8",)}, (1, 1, 1), "the address 127.0.0.1 is not served"),
    ],
)
def test_rules_are_enforced_and_the_reason_is_told(
    rules: dict[str, object], numbers: tuple[int, int, int] | None, words: str
) -> None:
    receiver = Receiver()
    with listening(receiver, settings=settings(**rules)) as (port, _):
        assert numbers_of(port) == numbers
        if numbers is not None:
            receiver.wait_for(f"refused 1: {words}")


def test_address_of_a_socket_for_both_families_is_compared_as_ipv4() -> None:
    rules = AccessRules(networks=("127.0.0.0/8", "::1"))
    receiver = Receiver()
    with listening(receiver, settings=replace(listener_settings(), address="", access=rules)) as (port, _):
        assert numbers_of(port) is None


def test_user_who_is_known_is_confirmed() -> None:
    receiver = Receiver()
    with listening(receiver, settings=settings(user_pass_codes=HASHES)) as (port, _):
        association = associate(port, settings=replace(US, user_identity=JOE))
        assert association.echo() == 0
        association.release()
        receiver.wait_for("released 1")
    for negotiation in (association.negotiation, receiver.negotiations[0]):
        exchange = negotiation.user_identity
        assert exchange is not None
        assert (exchange.user_name, exchange.wants_response, exchange.has_response) == ("joe", True, True)


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        (None, "the peer presented no user identity"),
        (replace(JOE, secondary=b"S3CRET"), 'user "joe" is not known, or the passcode is wrong'),
        (replace(JOE, primary=b"jim"), 'user "jim" is not known, or the passcode is wrong'),
        (replace(JOE, kind=UserIdentityType.USER_NAME, secondary=b""), 'user "joe" presented no passcode'),
        (replace(JOE, kind=UserIdentityType.SAML), "the user identity is SAML, but user name and passcode"),
        (replace(JOE, kind=UserIdentityType.KERBEROS), "the user identity is Kerberos, but user name and passcode"),
        (replace(JOE, kind=UserIdentityType.JSON_WEB_TOKEN), "the user identity is JSON Web Token, but user name"),
    ],
)
def test_users_who_are_not_known_are_refused_by_the_provider(
    identity: UserIdentity | None, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    receiver = Receiver()
    with caplog.at_level(0), listening(receiver, settings=settings(user_pass_codes=HASHES)) as (port, _):
        assert numbers_of(port, identity=identity) == (1, 2, 1)
        receiver.wait_for(f"refused 1: {words}")
    assert "S3CRET" not in caplog.text + "".join(receiver.facts)


def test_identity_that_no_rule_asks_for_is_taken_but_not_confirmed() -> None:
    receiver = Receiver()
    with listening(receiver) as (port, _):
        assert numbers_of(port, identity=replace(JOE, wants_response=False)) is None
        with pytest.raises(UserIdentityError):
            numbers_of(port, identity=JOE)


def test_those_who_are_refused_take_no_room_from_others() -> None:
    receiver = Receiver()
    rules = replace(settings(user_pass_codes=HASHES), max_associations=1, places=PlaceRules(wait_s=0.0))
    with listening(receiver, settings=rules) as (port, listener):
        for _ in range(3):
            assert numbers_of(port) == (1, 2, 1)
        association = associate(port, settings=replace(US, user_identity=JOE))
        assert numbers_of(port, identity=JOE) == (2, 3, 2)
        assert numbers_of(port) == (1, 2, 1)
        assert listener.associations == 1
        association.release()


def test_guessing_does_not_stop_an_association_that_stands() -> None:
    receiver = Receiver()
    with listening(receiver, settings=settings(user_pass_codes=HASHES)) as (port, _):
        association = associate(port, settings=replace(US, user_identity=JOE))
        guesses: list[tuple[int, int, int] | None] = []
        threads = [
            threading.Thread(target=lambda: guesses.append(numbers_of(port, identity=replace(JOE, secondary=b"?"))))
            for _ in range(4 * MAX_HASHES_AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        for _ in range(10):
            assert association.echo() == 0
        for thread in threads:
            thread.join(20)
        assert association.echo() == 0
        association.release()
    assert guesses == [(1, 2, 1)] * len(threads)


def test_broken_user_identity_is_answered_with_an_abort() -> None:
    receiver = Receiver()
    with listening(receiver, settings=settings(user_pass_codes=HASHES)) as (port, _), connected(port) as requestor:
        requestor.send(Proposal(extra_items=b"\x58\0\0\7\2\1\0\xffjoe").encode())
        assert requestor.read_abort() == (2, 6)


def test_user_item_is_checked_before_the_contexts_are_looked_at() -> None:
    receiver = Receiver()
    with listening(receiver, settings=settings(user_pass_codes=HASHES)) as (port, _), connected(port) as requestor:
        requestor.send(Proposal(contexts=[(1, "1.2.3", ("1.2.3.4",))]).encode())
        assert requestor.read_pdu() == (ASSOCIATE_RJ, b"\0\1\2\1")


def test_second_identity_does_not_count() -> None:
    receiver = Receiver()
    right = b"\2\0\0\3joe\0\7" + "sésame".encode()
    wrong = b"\2\0\0\3joe\0\1x"
    items = [b"\x58\0" + len(value).to_bytes(2, "big") + value for value in (right, wrong)]
    with listening(receiver, settings=settings(user_pass_codes=HASHES)) as (port, _):
        for extra, expected in ((items[0] + items[1], ASSOCIATE_AC), (items[1] + items[0], ASSOCIATE_RJ)):
            with connected(port) as requestor:
                requestor.send(Proposal(extra_items=extra).encode())
                assert requestor.read_pdu()[0] == expected


@pytest.mark.parametrize("rules", [{"networks": ("nonsense",)}, {"user_pass_codes": {"joe": "plain"}}])
def test_rules_that_make_no_sense_are_told_before_anybody_listens(rules: dict[str, object]) -> None:
    receiver = Receiver()
    with pytest.raises(SettingsError):
        Listener(settings(**rules), None, Callbacks(receiver, receiver))  # type: ignore[arg-type] # no policy is needed


# -- the job


def test_job_tells_who_was_refused_and_why(tmp_path: Path) -> None:
    with receiving(tmp_path, access=AccessRules(user_pass_codes=HASHES)) as running:
        assert numbers_of(running.port) == (1, 2, 1)
        assert reason_of(running, 1) == "the peer presented no user identity"
        notice = running.events.wait_for(Notice)
        assert notice.level is NoticeLevel.WARNING
        assert notice.text == "refused US from 127.0.0.1: the peer presented no user identity"
        assert numbers_of(running.port, identity=replace(JOE, secondary=b"S3CRET")) == (1, 2, 1)
        assert reason_of(running, 2) == 'user "joe" is not known, or the passcode is wrong'
        assert numbers_of(running.port, identity=JOE) is None
        received = running.events.wait_for(AssociationReceived, 3).user_identity
        accepted = running.events.wait_for(AssociationAccepted).negotiation.user_identity
    assert received is not None
    assert (received.user_name, received.has_response) == ("joe", False)
    assert accepted is not None
    assert accepted.has_response
    assert "S3CRET" not in repr(running.events.events)
    assert "sésame" not in repr(running.events.events)


def test_certificate_cannot_be_demanded_where_none_is_verified(tmp_path: Path) -> None:
    own = Authority(tmp_path).issue("server")
    unverified = TlsSettings(
        certificate_file=own.certificate, private_key_file=own.key, peer_verification=PeerVerification.NONE
    )
    rules = AccessRules(needs_client_certificate=True)
    for tls in (None, unverified):
        request = receive_request(tmp_path, access=rules, tls=tls)
        with Engine() as engine, pytest.raises(SettingsError, match="only be demanded"):
            engine.submit(request, EventRecorder())


@pytest.mark.parametrize("presents", [False, True])
def test_peer_without_a_certificate_is_refused_with_a_reason(tmp_path: Path, *, presents: bool) -> None:
    authority = Authority(tmp_path)
    server, client = authority.issue("server"), authority.issue("client")
    folder = tmp_path / "in"
    folder.mkdir()
    tls = TlsSettings(
        certificate_file=server.certificate,
        private_key_file=server.key,
        authority_files=(authority.certificate,),
        peer_verification=PeerVerification.IF_PRESENTED,
    )
    own = TlsSettings(authority_files=(authority.certificate,))
    if presents:
        own = replace(own, certificate_file=client.certificate, private_key_file=client.key)
    with receiving(folder, access=AccessRules(needs_client_certificate=True), tls=tls) as running:
        if presents:
            associate(running.port, tls=own).release()
            session = running.events.wait_for(AssociationAccepted).negotiation.tls
            assert session is not None
            assert session.is_peer_verified
            return
        with pytest.raises(AssociationRejectedError):
            associate(running.port, tls=own)
        assert reason_of(running, 1) == "the peer presented no certificate that could be verified"


# -- other requestors


@pytest.mark.dcmtk
@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["-usr", "joe", "-pwd", "sésame"], 0, ""),
        (["-usr", "joe", "-pwd", "sésame", "-rsp"], 0, ""),
        (["-usr", "joe", "-pwd", "wrong"], 1, "Reason: No Reason"),
        (["-usr", "joe", "-epw"], 1, "Source: Service Provider (ACSE Related)"),
        (["-usr", "joe"], 1, "Result: Rejected Permanent"),
        (["--saml", "token"], 1, "Result: Rejected Permanent"),
        ([], 1, "Result: Rejected Permanent"),
    ],
)
def test_storescu_of_dcmtk_is_served_or_refused(tmp_path: Path, options: list[str], code: int, words: str) -> None:
    instance = write_instance(tmp_path, "1.2.3")
    (tmp_path / "token").write_text("token")
    folder = tmp_path / "in"
    folder.mkdir()
    with receiving(folder, access=AccessRules(user_pass_codes=HASHES)) as running:
        done = subprocess.run(
            [dcmtk_program("storescu"), "-R", *options, "127.0.0.1", str(running.port), str(instance)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, words in done.stderr) == (code, True), done.stderr
    assert len(running.files()) == (code == 0)


@pytest.mark.parametrize(("passcode", "is_served"), [("sésame", True), ("wrong", False)])
def test_requestor_of_pynetdicom_is_served_or_refused(passcode: str, *, is_served: bool) -> None:
    identity = UserIdentityNegotiation()
    identity.user_identity_type = 2
    identity.primary_field, identity.secondary_field = b"joe", passcode.encode()
    identity.positive_response_requested = True
    entity = AE()
    entity.add_requested_context(VERIFICATION)
    receiver = Receiver()
    with listening(receiver, settings=settings(user_pass_codes=HASHES)) as (port, _):
        association = entity.associate("127.0.0.1", port, ext_neg=[identity])
        assert association.is_established == is_served
        if is_served:
            response = association.acceptor.user_identity
            assert response is not None
            assert response.server_response == b""
            association.release()
