"""Items of both association PDUs: whole, cut at each byte, with bytes behind them, and random."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.network.negotiation import ExtendedNegotiation
from dicomdesk.network.upper_layer.association_items import (
    USER_INFORMATION,
    PresentedIdentity,
    read_extended_negotiation,
    read_identity_response,
    read_items,
    read_user_identity,
    shown_identity,
    write_extended_negotiation,
    write_identity_response,
    write_item,
    write_user_identity,
)
from dicomdesk.network.upper_layer.association_pdus import read_associate_request
from dicomdesk.network.upper_layer.pdu_reader import AbortReason, PduError
from dicomdesk.settings import UserIdentity, UserIdentityType

CT = "1.2.840.10008.5.1.4.1.1.2"
BYTES = st.binary(max_size=40)


@given(items=st.lists(st.tuples(st.integers(0, 255), BYTES), max_size=4))
def test_items_are_read_as_they_were_written(items: list[tuple[int, bytes]]) -> None:
    assert list(read_items(b"".join(write_item(kind, value) for kind, value in items), "PDU")) == items


def test_items_that_are_cut_are_an_error() -> None:
    whole = write_item(0x51, b"abcd") + write_item(0x52, b"")
    for length in set(range(len(whole))) - {0, 8}:
        with pytest.raises(PduError, match=r"in the middle of an item|exceeds what contains it"):
            list(read_items(whole[:length], "PDU"))


@pytest.mark.long
@given(kind=st.sampled_from(UserIdentityType), primary=BYTES, secondary=BYTES, wants_response=st.booleans())
def test_user_identity_is_read_as_it_was_written(
    kind: UserIdentityType, primary: bytes, secondary: bytes, *, wants_response: bool
) -> None:
    identity = UserIdentity(kind=kind, primary=primary, secondary=secondary, wants_response=wants_response)
    value = write_user_identity(identity)
    expected = PresentedIdentity(kind=kind, primary=primary, secondary=secondary, wants_response=wants_response)
    assert read_user_identity(value) == expected
    assert read_user_identity(value + b"behind") == expected


def test_user_identity_has_the_bytes_of_the_standard() -> None:
    identity = UserIdentity(
        kind=UserIdentityType.USER_NAME_AND_PASSCODE, primary=b"joe", secondary=b"x", wants_response=True
    )
    assert write_user_identity(identity) == b"\2\1\0\3joe\0\1x"


def test_user_identity_may_lack_its_secondary_field_altogether() -> None:
    assert read_user_identity(b"\1\0\0\3joe").secondary == b""


@pytest.mark.parametrize("length", [*range(7), 8, 9])
def test_cut_user_identity_is_an_error(length: int) -> None:
    with pytest.raises(PduError) as raised:
        read_user_identity(b"\2\0\0\3joe\0\1x"[:length])
    assert raised.value.reason is AbortReason.INVALID_PDU_PARAMETER_VALUE


@given(information=BYTES)
def test_extended_negotiation_is_read_as_it_was_written(information: bytes) -> None:
    extension = ExtendedNegotiation(sop_class_uid=CT, information=information)
    assert read_extended_negotiation(write_extended_negotiation(extension)) == extension


@pytest.mark.parametrize("value", [b"", b"\0", b"\0\5abcd", b"\xff\xff" + b"a" * 100])
def test_uid_that_exceeds_its_item_is_an_error(value: bytes) -> None:
    with pytest.raises(PduError, match="UID that exceeds"):
        read_extended_negotiation(value)


@given(response=BYTES)
def test_identity_response_is_read_as_it_was_written(response: bytes) -> None:
    assert read_identity_response(write_identity_response(response)) == response


@pytest.mark.parametrize("value", [b"", b"\0", b"\0\5ab"])
def test_identity_response_of_wrong_size_is_an_error(value: bytes) -> None:
    with pytest.raises(PduError):
        read_identity_response(value)


def test_names_are_shown_and_tokens_are_not() -> None:
    def shown(kind: int, primary: bytes) -> str:
        return PresentedIdentity(kind=kind, primary=primary, secondary=b"p", wants_response=False).exchange().user_name

    assert shown(1, b"joe") == shown(2, b"joe") == "joe"
    assert shown(1, "jöe\n".encode()) == "jöe\\n"
    assert shown(2, b"\xff\x1b[2J") == "\\xff\\x1b[2J"
    assert len(shown(2, b"n" * 60000)) == 64
    assert {shown(kind, b"token") for kind in (0, 3, 4, 5, 255)} == {""}


def test_secrets_are_in_no_representation() -> None:
    identity = UserIdentity(kind=UserIdentityType.SAML, primary=b"S3CRET", secondary=b"S3CRET")
    presented = PresentedIdentity(kind=2, primary=b"joe", secondary=b"S3CRET", wants_response=False)
    shown = shown_identity(identity)
    assert shown is not None
    assert shown.primary_bytes == 6
    assert "S3CRET" not in f"{identity!r} {presented!r} {presented} {shown!r} {presented.exchange()!r}"
    assert shown_identity(None) is None


@pytest.mark.parametrize(("kind", "words"), [(1, "user name"), (5, "JSON Web Token"), (9, "type 9")])
def test_kinds_have_words(kind: int, words: str) -> None:
    assert str(PresentedIdentity(kind=kind, primary=b"", secondary=b"", wants_response=False).exchange()) == words


KINDS = st.sampled_from((0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x99))
VALUES = st.one_of(
    BYTES,
    st.builds(lambda uid, rest: struct.pack(">H", len(uid)) + uid + rest, BYTES, BYTES),
    st.builds(lambda head, first, rest: head + struct.pack(">H", len(first)) + first + rest, BYTES, BYTES, BYTES),
)


@pytest.mark.long
@given(items=st.lists(st.tuples(KINDS, VALUES), max_size=6), tail=st.binary(max_size=3))
def test_no_user_information_makes_the_reader_fail_otherwise_than_by_a_pdu_error(
    items: list[tuple[int, bytes]], tail: bytes
) -> None:
    user = b"".join(write_item(kind, value) for kind, value in items) + tail
    body = b"\0\1\0\0" + bytes(64) + write_item(USER_INFORMATION, user)
    with contextlib.suppress(PduError):
        request = read_associate_request(body)
        assert request.user_identity is None or request.user_identity.exchange().user_name.isprintable()
        assert all(uid.isprintable() for uid in request.extended_negotiation)
