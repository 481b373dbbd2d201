"""Whom the rules let in, and with which numbers the others are refused."""

from dataclasses import replace

import pytest

from dicomdesk.errors import SettingsError
from dicomdesk.network.acceptor import passcodes
from dicomdesk.network.acceptor.access_control import AccessControl
from dicomdesk.network.acceptor.passcodes import hash_passcode
from dicomdesk.network.negotiation import TlsSession
from dicomdesk.network.upper_layer.association_items import PresentedIdentity
from dicomdesk.network.upper_layer.association_pdus import AssociateRequest, read_associate_request
from dicomdesk.settings import AccessRules
from tests.helpers.peers.requestors import Proposal

REQUEST = read_associate_request(Proposal(called=b"US", calling=b"MODALITY").encode()[6:])
HASHES = {"joe": hash_passcode("secret")}
VERIFIED = TlsSession(version="TLSv1.3", cipher="C", peer_subject="CN=x", is_peer_verified=True)


def refusal(
    rules: AccessRules,
    request: AssociateRequest = REQUEST,
    address: str = "10.0.0.7",
    tls: TlsSession | None = None,
) -> tuple[tuple[int, int, int], str] | None:
    found = AccessControl(rules).check(request, address, tls)
    return None if found is None else (found.numbers, found.text)


def presenting(kind: int, primary: bytes, secondary: bytes = b"") -> AssociateRequest:
    identity = PresentedIdentity(kind=kind, wants_response=False, primary=primary, secondary=secondary)
    return replace(REQUEST, user_identity=identity)


def test_no_rules_refuse_nobody() -> None:
    assert refusal(AccessRules()) is None
    assert refusal(AccessRules(), presenting(2, b"joe", b"wrong"), "?") is None


@pytest.mark.parametrize(
    ("network", "address", "is_served"),
    [
        ("10.0.0.7", "10.0.0.7", True),
        ("10.0.0.7", "10.0.0.8", False),
        ("10.0.0.0/8", "10.255.0.1", True),
        ("10.0.0.7/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        (" 10.0.0.0/255.0.0.0 ", "10.0.0.1", True),
        ("10.0.0.0/8", "::ffff:10.0.0.1", True),
        ("::ffff:10.0.0.0/104", "10.3.0.1", True),
        ("::ffff:10.0.0.7", "::ffff:10.0.0.7", True),
        ("::ffff:0:0/96", "192.0.2.1", True),
        ("::/0", "10.0.0.7", False),
        ("0.0.0.0/0", "::1", False),
        ("fe80::/10", "fe80::1%eth0", True),
        ("2001:db8::/32", "2001:db8:1::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("10.0.0.0/8", "no address", False),
        ("10.0.0.0/8", "", False),
    ],
)
def test_addresses(network: str, address: str, *, is_served: bool) -> None:
    found = refusal(AccessRules(networks=("192.0.2.99", network)), address=address)
    assert found == (None if is_served else ((1, 1, 1), f"the address {address} is not served"))


@pytest.mark.parametrize("text", ["", "10.0.0", "10.0.0.0/33", "pacs.example", "10.0.0.1-10.0.0.9", "::g", "1\n"])
def test_what_is_no_network_is_an_error(text: str) -> None:
    with pytest.raises(SettingsError, match="neither an IP address nor a network"):
        AccessControl(AccessRules(networks=("10.0.0.1", text)))


@pytest.mark.parametrize("behind", [b"", b" ", b"\0", b"\0OTHER", b" \0\xff\r\n"])
def test_what_stands_behind_a_nul_in_an_ae_title_does_not_count(behind: bytes) -> None:
    proposal = Proposal(called=b"US" + behind, calling=b" MODALITY" + behind)
    request = read_associate_request(proposal.encode()[6:])
    rules = AccessRules(calling_ae_titles=frozenset({"MODALITY"}), called_ae_titles=frozenset({"US"}))
    assert refusal(rules, request) is None
    others = AccessRules(calling_ae_titles=frozenset({"MODALITY2", "OTHER"}))
    assert refusal(others, request) == ((1, 1, 3), 'the calling AE title "MODALITY" is not served')


def test_ae_titles() -> None:
    assert refusal(AccessRules(calling_ae_titles=frozenset({"X", " MODALITY "}))) is None
    assert refusal(AccessRules(calling_ae_titles=frozenset({"modality"}))) == (
        (1, 1, 3),
        'the calling AE title "MODALITY" is not served',
    )
    assert refusal(AccessRules(called_ae_titles=frozenset({"US"}))) is None
    assert refusal(AccessRules(called_ae_titles=frozenset({"THEM"}))) == (
        (1, 1, 7),
        'the called AE title "US" is not ours',
    )


@pytest.mark.parametrize(
    ("tls", "is_served"),
    [(None, False), (replace(VERIFIED, is_peer_verified=False), False), (VERIFIED, True)],
)
def test_certificate(tls: TlsSession | None, *, is_served: bool) -> None:
    found = refusal(AccessRules(needs_client_certificate=True), tls=tls)
    assert (found is None) == is_served
    assert is_served or found == ((1, 1, 1), "the peer presented no certificate that could be verified")


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (REQUEST, "the peer presented no user identity"),
        (presenting(1, b"joe"), 'user "joe" presented no passcode'),
        (presenting(2, b"joe", b"SECRET"), 'user "joe" is not known, or the passcode is wrong'),
        (presenting(2, b"jo\n", b"secret"), 'user "jo\\n" is not known, or the passcode is wrong'),
        (presenting(3, b"secret"), "the user identity is Kerberos, but user name and passcode are asked for"),
        (presenting(4, b"secret"), "the user identity is SAML, but user name and passcode are asked for"),
        (presenting(5, b"secret"), "the user identity is JSON Web Token, but user name and passcode are asked for"),
        (presenting(77, b"secret"), "the user identity is type 77, but user name and passcode are asked for"),
    ],
)
def test_identities_that_are_refused_by_the_provider_without_telling_secrets(
    request_: AssociateRequest, text: str
) -> None:
    assert refusal(AccessRules(user_pass_codes=HASHES), request_) == ((1, 2, 1), text)
    assert "secret" not in text.lower()


def test_identity_that_is_right() -> None:
    control = AccessControl(AccessRules(user_pass_codes=HASHES))
    assert control.checks_identity
    assert control.check(presenting(2, b"joe", b"secret"), "10.0.0.7", None) is None
    assert not AccessControl(AccessRules()).checks_identity


def test_nobody_is_known_to_an_empty_list_of_users() -> None:
    assert refusal(AccessRules(user_pass_codes={}), presenting(2, b"", b"")) is not None


def test_everything_that_is_set_must_be_met() -> None:
    rules = AccessRules(
        calling_ae_titles=frozenset({"MODALITY"}),
        called_ae_titles=frozenset({"US"}),
        networks=("10.0.0.0/8",),
        user_pass_codes=HASHES,
        needs_client_certificate=True,
    )
    right = presenting(2, b"joe", b"secret")
    assert refusal(rules, right, "10.0.0.7", VERIFIED) is None
    assert refusal(rules, right, "192.0.2.1", VERIFIED) is not None
    assert refusal(rules, right, "10.0.0.7", None) is not None
    assert refusal(rules, replace(right, calling_ae_title="X"), "10.0.0.7", VERIFIED) is not None
    assert refusal(rules, replace(right, called_ae_title="X"), "10.0.0.7", VERIFIED) is not None
    assert refusal(rules, REQUEST, "10.0.0.7", VERIFIED) is not None


def test_passcode_without_hash_is_an_error() -> None:
    with pytest.raises(SettingsError, match="not hashed"):
        AccessControl(AccessRules(user_pass_codes={"joe": "secret"}))


def test_too_many_at_once_are_refused_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passcodes.Passcodes, "are_right", lambda *_: None)
    found = refusal(AccessRules(user_pass_codes=HASHES), presenting(2, b"joe", b"secret"))
    assert found == ((2, 3, 1), "too many user identities of 10.0.0.7 are to be verified at once")
