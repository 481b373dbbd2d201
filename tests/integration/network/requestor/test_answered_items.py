"""User identity, roles and extended negotiation of the requestor, with peers that answer well, badly or not at all."""

import struct
from dataclasses import replace
from typing import Any

import pytest
from pynetdicom import AE, evt

from dicomdesk.errors import (
    AssociationRejectedError,
    PeerError,
    ProposalTooLongError,
    SettingsError,
    UserIdentityError,
)
from dicomdesk.network.negotiation import ExtendedNegotiation, NegotiatedExtension, Role
from dicomdesk.network.requestor.association import RequestedAssociation, open_association
from dicomdesk.network.upper_layer.association_items import read_items
from dicomdesk.settings import AssociationSettings, Peer, UserIdentity, UserIdentityType
from tests.helpers.jobs.requesting import CONTEXTS, CT, MR, PATIENT, VERIFICATION, associate
from tests.helpers.peers.fake_peer import Accept, FakePeer, Reject, item

SETTINGS = AssociationSettings(calling_ae_title="US", timeouts=PATIENT)
JOE = UserIdentity(kind=UserIdentityType.USER_NAME_AND_PASSCODE, primary=b"joe", secondary=b"x", wants_response=True)


def counted(text: str | bytes) -> bytes:
    data = text.encode() if isinstance(text, str) else text
    return struct.pack(">H", len(data)) + data


def role(uid: str, scu: int, scp: int) -> bytes:
    return item(0x54, counted(uid) + bytes((scu, scp)))


def extension(uid: str, information: bytes) -> bytes:
    return item(0x56, counted(uid) + information)


CONFIRMED = item(0x59, counted(b""))


def user_items_of(pdu: bytes) -> list[tuple[int, bytes]]:
    """The user information items of an A-ASSOCIATE-RQ."""
    (user,) = (value for kind, value in read_items(pdu[74:], "PDU") if kind == 0x50)
    return list(read_items(user, "PDU"))


def as_user(port: int, identity: UserIdentity) -> RequestedAssociation:
    return associate(port, settings=replace(SETTINGS, user_identity=identity))


@pytest.mark.parametrize("kind", UserIdentityType)
@pytest.mark.parametrize("wants_response", [False, True])
def test_identity_arrives_as_the_standard_has_it(kind: UserIdentityType, *, wants_response: bool) -> None:
    secondary = b"" if kind is not UserIdentityType.USER_NAME_AND_PASSCODE else b"pass"
    identity = UserIdentity(kind=kind, primary=b"joe", secondary=secondary, wants_response=wants_response)
    with FakePeer(associate=[Accept(extra_user_items=CONFIRMED)]) as peer:
        as_user(peer.port, identity).release()
        items = user_items_of(peer.associations[0].pdu)
    assert items[-1] == (0x58, bytes((kind, wants_response)) + counted("joe") + counted(secondary))
    assert [number for number, _ in items] == sorted(number for number, _ in items)


def test_empty_passcode_is_sent() -> None:
    with FakePeer() as peer:
        identity = UserIdentity(kind=UserIdentityType.USER_NAME_AND_PASSCODE, primary=b"joe")
        as_user(peer.port, identity).release()
        assert user_items_of(peer.associations[0].pdu)[-1] == (0x58, b"\2\0\0\3joe\0\0")


def test_confirmation_is_told_without_its_content() -> None:
    with FakePeer(associate=[Accept(extra_user_items=item(0x59, counted(b"S3CRET")))]) as peer:
        association = as_user(peer.port, replace(JOE, kind=UserIdentityType.KERBEROS))
        exchange = association.negotiation.user_identity
        association.release()
    assert exchange is not None
    assert (exchange.kind, exchange.wants_response, exchange.has_response, exchange.response_bytes) == (
        3,
        True,
        True,
        6,
    )
    assert "S3CRET" not in repr(association.negotiation)


@pytest.mark.parametrize("kind", [UserIdentityType.USER_NAME, UserIdentityType.USER_NAME_AND_PASSCODE])
@pytest.mark.parametrize("answer", [b"", item(0x59, b""), item(0x59, b"\0\5ab"), item(0x59, b"\0")])
def test_user_name_without_the_confirmation_asked_for_is_an_error(kind: UserIdentityType, answer: bytes) -> None:
    with FakePeer(associate=[Accept(extra_user_items=answer)]) as peer:
        with pytest.raises(UserIdentityError) as raised:
            as_user(peer.port, replace(JOE, kind=kind))
        peer.wait_for("aborted")
    assert raised.value.condition == "ASC User Identification Negotiation failed"
    assert raised.value.explanation == (
        "User Identity Negotiation failed: Positive response requested but none received"
    )
    assert "joe" not in str(raised.value)


@pytest.mark.parametrize("kind", [UserIdentityType.KERBEROS, UserIdentityType.SAML, UserIdentityType.JSON_WEB_TOKEN])
def test_token_without_the_confirmation_asked_for_is_borne_with_as_dcmtk_does(kind: UserIdentityType) -> None:
    with FakePeer() as peer:
        association = as_user(peer.port, replace(JOE, kind=kind))
        association.release()
    assert association.negotiation.user_identity is not None
    assert not association.negotiation.user_identity.has_response


def test_confirmation_that_nobody_asked_for_is_ignored() -> None:
    with FakePeer(associate=[Accept(extra_user_items=CONFIRMED + CONFIRMED)]) as peer:
        association = associate(peer.port, settings=SETTINGS)
        association.release()
    assert association.negotiation.user_identity is None


def test_refused_identity_is_a_rejection_with_advice() -> None:
    with (
        FakePeer(associate=[Reject(result=1, source=2, reason=1)]) as peer,
        pytest.raises(AssociationRejectedError) as raised,
    ):
        as_user(peer.port, JOE)
    assert "user identity" in raised.value.advice


@pytest.mark.parametrize("primary_bytes", [65000, 65460, 65535])
def test_identity_that_does_not_fit_is_an_error_in_dcmtks_words(primary_bytes: int) -> None:
    identity = UserIdentity(kind=UserIdentityType.JSON_WEB_TOKEN, primary=b"t" * primary_bytes)
    with FakePeer() as peer:
        if primary_bytes == 65000:
            as_user(peer.port, identity).release()
            assert user_items_of(peer.associations[0].pdu)[-1][1][4:-2] == identity.primary
            return
        with pytest.raises(ProposalTooLongError) as raised:
            as_user(peer.port, identity)
    assert raised.value.condition.startswith("Total length of user items (65")
    assert raised.value.condition.endswith("bytes) exceeds upper limit of 65535 bytes")


def test_identity_longer_than_its_length_field_is_an_error() -> None:
    with FakePeer() as peer, pytest.raises(SettingsError, match="at most 65535"):
        as_user(peer.port, UserIdentity(kind=UserIdentityType.SAML, primary=b"t" * 65536))


# -- roles


def roles_of(port: int, *roles: Role | None) -> list[Role | None]:
    contexts = [replace(context, role=role) for context, role in zip(CONTEXTS, roles, strict=True)]
    association = associate(port, contexts=contexts)
    assert association.echo() == 0
    association.release()
    return [context.accepted_role for context in association.negotiation.contexts]


SCU, SCP, BOTH, NO_ROLE = (
    Role(scu=scu, scp=scp) for scu, scp in ((True, False), (False, True), (True, True), (False, False))
)


@pytest.mark.parametrize(
    ("proposed", "answer", "accepted"),
    [
        (None, b"", None),
        (None, role(CT, 1, 1), None),
        (None, role(CT, 0, 1), None),
        (BOTH, b"", None),
        (BOTH, role(CT, 1, 1), BOTH),
        (BOTH, role(CT, 0, 1), SCP),
        (BOTH, role(CT, 0, 0), NO_ROLE),
        (SCU, role(CT, 1, 1), SCU),
        (SCU, role(CT, 0, 1), NO_ROLE),
        (SCP, role(CT, 1, 1), SCP),
        (SCP, role(CT, 1, 0), NO_ROLE),
        (BOTH, role(MR, 1, 1) + role("1.2.3.4", 1, 1), None),
    ],
)
def test_no_role_is_accepted_that_was_not_proposed(proposed: Role | None, answer: bytes, accepted: Role | None) -> None:
    with FakePeer(associate=[Accept(extra_user_items=answer)]) as peer:
        found = roles_of(peer.port, proposed, None, None)
    assert found == [accepted, None, None]


def test_roles_that_are_neither_0_nor_1_are_no_answer() -> None:
    with FakePeer(associate=[Accept(extra_user_items=role(CT, 200, 7))]) as peer:
        assert roles_of(peer.port, BOTH, None, None) == [None, None, None]


def test_classes_in_several_contexts_have_one_role_item() -> None:
    contexts = [
        replace(CONTEXTS[0], context_id=2 * index + 1, role=role) for index, role in enumerate((BOTH, BOTH, None))
    ]
    with FakePeer(associate=[Accept(extra_user_items=role(CT, 1, 0))]) as peer:
        association = associate(peer.port, contexts=contexts)
        association.release()
        assert [value for kind, value in user_items_of(peer.associations[0].pdu) if kind == 0x54] == [
            counted(CT) + b"\1\1"
        ]
    assert [context.accepted_role for context in association.negotiation.contexts] == [SCU, SCU, None]


def test_verification_role_that_was_not_asked_for_does_not_hinder_an_echo() -> None:
    with FakePeer(associate=[Accept(extra_user_items=role(VERIFICATION, 0, 1))]) as peer:
        assert roles_of(peer.port, None, None, None) == [None, None, None]


# -- extended negotiation


def with_extensions(port: int, *extensions: tuple[str, bytes]) -> RequestedAssociation:
    return open_association(
        peer=Peer(host="127.0.0.1", port=port),
        settings=SETTINGS,
        contexts=CONTEXTS,
        extensions=[ExtendedNegotiation(sop_class_uid=uid, information=data) for uid, data in extensions],
    )


def test_extensions_are_proposed_in_order_and_answers_are_collected() -> None:
    answer = extension(MR, b"\3") + extension(CT, b"")
    with FakePeer(associate=[Accept(extra_user_items=answer)]) as peer:
        association = with_extensions(peer.port, (MR, b"\1\2"), (VERIFICATION, b"\0"), (CT, b"\xff" * 1000))
        association.release()
        items = user_items_of(peer.associations[0].pdu)
    assert [value for kind, value in items if kind == 0x56] == [
        counted(MR) + b"\1\2",
        counted(VERIFICATION) + b"\0",
        counted(CT) + b"\xff" * 1000,
    ]
    assert association.negotiation.extensions == (
        NegotiatedExtension(sop_class_uid=MR, proposed=b"\1\2", accepted=b"\3"),
        NegotiatedExtension(sop_class_uid=VERIFICATION, proposed=b"\0", accepted=None),
        NegotiatedExtension(sop_class_uid=CT, proposed=b"\xff" * 1000, accepted=b""),
    )


def test_answers_that_nobody_asked_for_are_told_only_for_proposed_classes() -> None:
    answer = extension("1.2.3.4", b"\1") + extension(MR, b"\2") + extension(MR, b"\3") + extension(CT, b"\4")
    with FakePeer(associate=[Accept(extra_user_items=answer)]) as peer:
        association = with_extensions(peer.port, (CT, b"\5"))
        association.release()
    assert association.negotiation.extensions == (
        NegotiatedExtension(sop_class_uid=CT, proposed=b"\5", accepted=b"\4"),
        NegotiatedExtension(sop_class_uid=MR, proposed=b"", accepted=b"\2"),
    )


@pytest.mark.parametrize("damaged", [item(0x56, b""), item(0x56, b"\0"), item(0x56, b"\xff\xffabc"), item(0x57, b"?")])
def test_damaged_answers_are_ignored(damaged: bytes) -> None:
    with FakePeer(associate=[Accept(extra_user_items=damaged + extension(CT, b"\4"))]) as peer:
        association = with_extensions(peer.port, (CT, b"\5"))
        assert association.echo() == 0
        association.release()
    assert [each.accepted for each in association.negotiation.extensions] == [b"\4"]


@pytest.mark.parametrize("tail", [b"\x56", b"\x59\0\xff\xff", b"\x54\0\0"])
def test_user_information_cut_short_is_a_protocol_error(tail: bytes) -> None:
    with FakePeer(associate=[Accept(extra_user_items=tail)]) as peer, pytest.raises(PeerError):
        as_user(peer.port, JOE)


@pytest.mark.parametrize(
    ("extensions", "words"),
    [
        ([("1.2.3.4", b"\1")], "no presentation context"),
        ([(CT, b"\1"), (CT, b"\2")], "no presentation context"),
        ([(CT, bytes(65500))], "too long"),
        ([(CT, bytes(70000))], "too long"),
    ],
)
def test_extensions_that_cannot_be_proposed(extensions: list[tuple[str, bytes]], words: str) -> None:
    with FakePeer() as peer, pytest.raises(SettingsError, match=words):
        with_extensions(peer.port, *extensions)


def test_extensions_that_do_not_fit_together_are_an_error() -> None:
    with FakePeer() as peer, pytest.raises(ProposalTooLongError):
        with_extensions(peer.port, (CT, bytes(60000)), (MR, bytes(6000)))


# -- pynetdicom as the peer


def test_pynetdicom_understands_and_answers_everything() -> None:
    seen: list[object] = []

    def check(event: Any) -> tuple[bool, bytes | None]:
        seen.append((event.user_id_type, event.primary_field, event.secondary_field))
        return event.primary_field == b"joe", b"token" if event.user_id_type > 2 else b""

    def negotiate(event: Any) -> dict[str, bytes]:
        seen.append(dict(event.app_info))
        return {str(uid): b"\7" for uid in event.app_info}

    entity = AE()
    entity.add_supported_context(CT, scu_role=True, scp_role=True)
    entity.add_supported_context(VERIFICATION)
    server = entity.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_USER_ID, check), (evt.EVT_SOP_EXTENDED, negotiate)]
    )
    assert server is not None
    assert server.socket is not None
    try:
        port = server.socket.getsockname()[1]
        for kind in UserIdentityType:
            identity = replace(JOE, kind=kind, wants_response=kind > 2)
            association = open_association(
                peer=Peer(host="127.0.0.1", port=port),
                settings=replace(SETTINGS, user_identity=identity),
                contexts=[replace(CONTEXTS[0], role=BOTH), CONTEXTS[2]],
                extensions=[ExtendedNegotiation(sop_class_uid=CT, information=b"\1\2")],
            )
            negotiation = association.negotiation
            association.release()
            assert seen == [(kind, b"joe", b"x"), {CT: b"\1\2"}]
            assert negotiation.extensions == (NegotiatedExtension(sop_class_uid=CT, proposed=b"\1\2", accepted=b"\7"),)
            assert negotiation.contexts[0].accepted_role == BOTH
            assert negotiation.user_identity is not None
            assert negotiation.user_identity.response_bytes == (5 if kind > 2 else 0)
            seen.clear()
        with pytest.raises(AssociationRejectedError) as raised:
            as_user(port, replace(JOE, primary=b"jim"))
        assert (raised.value.result, raised.value.source, raised.value.reason) == (2, 2, 1)
    finally:
        server.shutdown()
