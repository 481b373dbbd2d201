"""The A-ASSOCIATE-AC: what is odd in it costs no more than itself."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pynetdicom.pdu import A_ASSOCIATE_AC

from dicomdesk.network.negotiation import ContextResult, Role
from dicomdesk.network.upper_layer.associate_accepts import AnsweredContext, read_associate_accept, write_plain_accept
from dicomdesk.network.upper_layer.pdu_reader import PduError
from tests.helpers.peers.fake_peer import Accept, accept_pdu, item, pdu

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
CONTEXTS = {1: (CT, [IMPLICIT]), 3: (MR, [EXPLICIT])}
HEAD = b"\0\1\0\0" + bytes(64)


def accept(*items: bytes) -> bytes:
    return pdu(2, HEAD + b"".join(items))


def context(context_id: int, result: int, *uids: str) -> bytes:
    return item(0x21, bytes((context_id, 0, result, 0)) + b"".join(item(0x40, uid.encode()) for uid in uids))


def user(*items: bytes) -> bytes:
    return item(0x50, b"".join(items))


def length(value: int) -> bytes:
    return item(0x51, struct.pack(">L", value))


def role(uid: bytes, *roles: int) -> bytes:
    return item(0x54, struct.pack(">H", len(uid)) + uid + bytes(roles))


def test_everything_that_is_right_is_read() -> None:
    found = read_associate_accept(accept_pdu(bytes(74), CONTEXTS, Accept(window=5, refused={3: 4})))
    assert found.contexts == {
        1: AnsweredContext(result=ContextResult.ACCEPTED, transfer_syntaxes=(IMPLICIT,)),
        3: AnsweredContext(result=ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED, transfer_syntaxes=()),
    }
    assert found.max_pdu_bytes == 16384
    assert found.implementation_class_uid == "1.2.3.4"
    assert found.implementation_version == "FAKE_PEER"
    assert found.operations_window == 5


def test_nothing_said_is_no_limit_and_no_name() -> None:
    for answer in (accept(), accept(user()), accept(user(item(0x77, b"?"))), accept(item(0x99, b"?"))):
        found = read_associate_accept(answer)
        assert found.max_pdu_bytes == 0
        assert found.implementation_class_uid == found.implementation_version == ""
        assert found.operations_window is None
        assert not found.roles
        assert not found.contexts


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([length(4096)], 4096),
        ([length(0)], 0),
        ([length(16384), length(4096)], 4096),
        ([item(0x51, b"\0\0\x40\0\1")], 16384),
        ([item(0x51, b"\0\1")], 16384),
        ([item(0x51, b"")], 16384),
        ([item(0x51, b"\1"), length(8192)], 8192),
        ([length(8192), item(0x51, b"\1")], 8192),
    ],
)
def test_maximum_length_is_that_of_the_last_item_that_can_be_read(items: list[bytes], expected: int) -> None:
    assert read_associate_accept(accept(user(*items))).max_pdu_bytes == expected


@pytest.mark.parametrize(
    "notice",
    [
        item(0x52, b""),
        item(0x52, b"1" * 65),
        item(0x52, b"1.2\n3"),
        item(0x55, b""),
        item(0x55, b"more than sixteen characters"),
        item(0x55, "Ä".encode("latin-1")),
        item(0x55, b"\x1b[31mRED"),
    ],
)
def test_notices_that_cannot_be_shown_are_none(notice: bytes) -> None:
    found = read_associate_accept(accept(user(notice, item(0x52, b"1.2"), item(0x55, b"NAME\0"))))
    assert found.implementation_class_uid in ("", "1.2")
    assert found.implementation_version in ("", "NAME")


def test_first_answer_for_a_context_counts_and_doubled_transfer_syntaxes_are_one() -> None:
    found = read_associate_accept(accept(context(1, 0, IMPLICIT, IMPLICIT), context(1, 3, IMPLICIT)))
    assert found.contexts == {1: AnsweredContext(result=ContextResult.ACCEPTED, transfer_syntaxes=(IMPLICIT,))}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (context(1, 0), AnsweredContext(result=ContextResult.ACCEPTED, transfer_syntaxes=())),
        (
            context(1, 0, IMPLICIT, EXPLICIT),
            AnsweredContext(result=ContextResult.ACCEPTED, transfer_syntaxes=(IMPLICIT, EXPLICIT)),
        ),
        (context(1, 9, IMPLICIT), AnsweredContext(result=ContextResult.NO_REASON, transfer_syntaxes=())),
        (item(0x21, b"\1\0\3\0\xff"), None),
        (item(0x21, b"\1\0\0"), None),
        (item(0x21, b""), None),
    ],
)
def test_odd_answers_are_read_as_they_are(answer: bytes, expected: AnsweredContext | None) -> None:
    found = read_associate_accept(accept(answer)).contexts.get(1)
    if answer[4:7] == b"\1\0\3":
        expected = AnsweredContext(result=ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED, transfer_syntaxes=())
    assert found == expected


def test_damaged_roles_are_left_out_and_the_first_counts() -> None:
    roles = (item(0x54, b"\xff\xff1"), item(0x54, b""), role(b"1.2"), role(b"1.2", 1), role(b"1.2", 0, 1, 7))
    found = read_associate_accept(accept(user(*roles, role(b"1.2", 1, 1), role(b"1.3", 2, 0), role(b"1.4", 0, 0))))
    assert found.roles == {"1.2": Role(scu=False, scp=True), "1.4": Role(scu=False, scp=False)}


@pytest.mark.parametrize(
    "answer",
    [
        b"\2\0\0\0\0\4" + bytes(4),
        accept(b"\x21"),
        accept(b"\x21\0\0\5\1\0\0\0"),
        accept(item(0x21, b"\1\0\0\0\x40\0\0\5")),
        accept(user(b"\x52\0\0\x30abc")),
        accept(user(b"\x51\0")),
    ],
)
def test_lengths_that_do_not_fit_are_a_typed_error(answer: bytes) -> None:
    with pytest.raises(PduError):
        read_associate_accept(answer)


@pytest.mark.long
@given(
    accepted=st.dictionaries(
        st.integers(0, 127).map(lambda n: 2 * n + 1), st.sampled_from([IMPLICIT, EXPLICIT, "1.2"])
    ),
    size=st.integers(0, 0xFFFFFFFF),
)
def test_pynetdicom_reads_the_plain_answer_and_so_do_we(accepted: dict[int, str], size: int) -> None:
    refused = {number: IMPLICIT for number in range(1, 255, 2) if number not in accepted}
    plain = write_plain_accept(accepted, refused, size)
    found = read_associate_accept(plain)
    assert found.max_pdu_bytes == size
    assert {number: answer.transfer_syntaxes for number, answer in found.contexts.items() if not answer.result} == {
        number: (uid,) for number, uid in accepted.items()
    }
    decoded = A_ASSOCIATE_AC()
    decoded.decode(plain)
    primitive = decoded.to_primitive()
    assert primitive.maximum_length_received == size
    results = {item.context_id: item.result for item in primitive.presentation_context_definition_results_list}
    assert results == {**dict.fromkeys(accepted, 0), **dict.fromkeys(refused, 2)}


KINDS = st.sampled_from((0x10, 0x20, 0x21, 0x40, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x58, 0x59, 0x99))


@pytest.mark.long
@given(
    st.recursive(
        st.binary(max_size=20),
        lambda inner: st.lists(st.builds(item, KINDS, inner), max_size=6).map(b"".join),
        max_leaves=12,
    ),
    st.binary(max_size=3),
)
def test_any_answer_is_read_or_a_typed_error(body: bytes, tail: bytes) -> None:
    try:
        found = read_associate_accept(accept(body + tail))
    except PduError:
        return
    texts = [found.implementation_class_uid, found.implementation_version, *found.roles]
    texts += [uid for answer in found.contexts.values() for uid in answer.transfer_syntaxes]
    assert all(text.isprintable() for text in texts)
