"""Every failure has a cause and a next thing to do, and different failures have different ones."""

import errno
import itertools

import pytest

from dicomdesk.engine.explain import remedies
from dicomdesk.engine.explain.remedies import NOTHING
from dicomdesk.errors import (
    AssociationAbortedError,
    DicomdeskError,
    PeerProtocolError,
    PeerTimeoutError,
    SettingsError,
    TlsHandshakeError,
    TlsSettingsError,
    UserIdentityError,
)
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext
from dicomdesk.network.upper_layer.rejection import rejection_error
from dicomdesk.network.wire.greetings import ListenerKind
from dicomdesk.network.wire.listener_probe import IdentifiedListener
from dicomdesk.settings import AssociationSettings, Peer, UserIdentity, UserIdentityType

PEER = Peer(host="h", port=104, ae_title="PACS")
SETTINGS = AssociationSettings(calling_ae_title="WS1")


def test_connections_fail_for_different_causes() -> None:
    numbers = (errno.ECONNREFUSED, errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EIO)
    found = [remedies.explain_connection(number) for number in numbers]
    assert len(set(found)) == len(numbers)
    assert all(remedy.cause and remedy.advice for remedy in found)


def test_names_that_are_empty_are_told() -> None:
    assert remedies.explain_name(" ") != remedies.explain_name("nobody")


@pytest.mark.parametrize(("result", "source", "reason"), list(itertools.product((1, 2), (1, 2, 3), range(1, 11))))
def test_every_rejection_has_a_cause(result: int, source: int, reason: int) -> None:
    remedy = remedies.explain_association(rejection_error(result, source, reason), PEER, SETTINGS)
    assert remedy.cause
    assert remedy.advice


def test_rejected_identity_is_suspected_where_one_was_presented() -> None:
    identity = UserIdentity(kind=UserIdentityType.USER_NAME, primary=b"x")
    settings = AssociationSettings(user_identity=identity)
    remedy = remedies.explain_association(rejection_error(1, 2, 1), PEER, settings)
    assert "identity" in remedy.cause


@pytest.mark.parametrize(
    "error",
    [
        SettingsError("x"),
        TlsHandshakeError("x"),
        UserIdentityError("x", explanation="y"),
        PeerTimeoutError("x"),
        AssociationAbortedError("x"),
        AssociationAbortedError("x", source=2, reason=0),
        PeerProtocolError("x"),
        DicomdeskError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_association_error_has_a_cause(error: DicomdeskError) -> None:
    remedy = remedies.explain_association(error, PEER, SETTINGS)
    assert remedy.cause.endswith(".")
    assert remedy.advice.endswith(".")


@pytest.mark.parametrize("kind", ListenerKind)
def test_what_listens_is_told_where_it_is_known(kind: ListenerKind) -> None:
    plain = remedies.explain_listener(IdentifiedListener(kind=kind, words="hello"), with_tls=False)
    assert bool(plain.cause) == (kind is not ListenerKind.UNKNOWN)
    secured = remedies.explain_listener(IdentifiedListener(kind=kind), with_tls=True)
    assert bool(secured.cause) == (kind not in {ListenerKind.UNKNOWN, ListenerKind.TLS})


def test_what_it_says_is_quoted() -> None:
    listener = IdentifiedListener(kind=ListenerKind.SSH, words="SSH-2.0-x")
    assert '"SSH-2.0-x"' in remedies.explain_listener(listener, with_tls=False).cause


def test_plain_dicom_where_tls_is_wanted() -> None:
    listener = IdentifiedListener(kind=ListenerKind.UNKNOWN)
    assert "without TLS" in remedies.explain_listener(listener, with_tls=True, speaks_plain_dicom=True).cause


def test_tls_errors_keep_their_advice() -> None:
    error = TlsHandshakeError("The peer's certificate is refused: it has expired", advice="Renew it.")
    remedy = remedies.explain_tls(error)
    assert "validity" in remedy.cause
    assert remedy.advice == "Renew it."
    assert "Our own" in remedies.explain_tls(TlsSettingsError("x")).cause
    assert "does not speak TLS" in remedies.explain_tls(PeerTimeoutError("x")).cause
    assert remedies.explain_tls(TlsHandshakeError("strange")) != NOTHING


@pytest.mark.parametrize("result", list(ContextResult)[1:])
def test_missing_verification_has_a_cause(result: ContextResult) -> None:
    context = NegotiatedContext(
        context_id=1,
        abstract_syntax="1.2.840.10008.1.1",
        proposed_transfer_syntaxes=("1.2.840.10008.1.2",),
        result=result,
        accepted_transfer_syntax=None,
    )
    assert "Verification" in remedies.explain_no_verification([context]).cause


def test_echo_failures_have_causes() -> None:
    found = {
        remedies.explain_echo(0x0110, None),
        remedies.explain_echo(None, PeerTimeoutError("x")),
        remedies.explain_echo(None, AssociationAbortedError("x")),
    }
    assert len(found) == 3
    assert all(remedy.cause and remedy.advice for remedy in found)
