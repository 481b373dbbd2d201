"""What is made of an answer, without a connection."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.errors import UserIdentityError
from dicomdesk.network.negotiation import ContextResult, UserIdentityExchange
from dicomdesk.network.requestor.answered_items import (
    check_identity,
    identity_exchange,
    negotiated_extensions,
    oddities,
)
from dicomdesk.network.upper_layer.associate_accepts import AnsweredContext, read_associate_accept, write_plain_accept
from tests.unit.network.requestor.test_request_items import CT, JOE, MR, PROPOSED

ALL_WELL = [AnsweredContext(result=ContextResult.ACCEPTED, transfer_syntaxes=("1.2.840.10008.1.2",))] * 3
REFUSED = AnsweredContext(result=ContextResult.NO_REASON, transfer_syntaxes=())


def answered(*uids: str) -> AnsweredContext:
    return AnsweredContext(result=ContextResult.ACCEPTED, transfer_syntaxes=uids)


@pytest.mark.parametrize(
    ("changed", "repeated", "expected"),
    [
        ({}, (), ()),
        ({3: REFUSED}, (), ()),
        ({7: answered("1.2")}, (), ("answers presentation contexts that were not proposed: ignored (ID 7)",)),
        (
            {0: REFUSED, 255: answered(), 2: answered("1.2.840.10008.1.2")},
            (),
            ("answers presentation contexts that were not proposed: ignored (ID 0, 2, 255)",),
        ),
        ({}, (5, 1), ("answers presentation contexts several times: the first answer counts (ID 1, 5)",)),
        (
            {1: answered("1.2.840.10008.1.2.1"), 5: answered("1.2.840.10008.1.2", "1.2"), 9: REFUSED},
            (),
            (
                "answers presentation contexts that were not proposed: ignored (ID 9)",
                "accepts presentation contexts in none of the transfer syntaxes that were proposed: not used (ID 1, 5)",
            ),
        ),
    ],
    ids=["nothing", "refused", "one more", "several more", "twice", "other transfer syntaxes"],
)
def test_what_is_odd_in_the_answers_to_contexts_is_told(
    changed: dict[int, AnsweredContext], repeated: tuple[int, ...], expected: tuple[str, ...]
) -> None:
    accept = replace(
        read_associate_accept(write_plain_accept({}, {}, 0)),
        contexts=dict(zip((1, 3, 5), ALL_WELL, strict=True)) | changed,
        repeated_contexts=frozenset(repeated),
    )
    assert oddities(accept, PROPOSED.contexts) == tuple(f"The peer {sentence}" for sentence in expected)


BYTES = st.binary(max_size=30)
UIDS = st.sampled_from((CT, MR, "1.2.3", "", "\x1b")).map(str.encode)
VALUES = st.one_of(
    BYTES,
    st.builds(lambda uid, rest: struct.pack(">H", len(uid)) + uid + rest, UIDS, BYTES),
    st.builds(lambda length, rest: struct.pack(">H", length) + rest, st.integers(0, 65535), BYTES),
)


@given(items=st.lists(st.tuples(st.sampled_from((0x54, 0x56, 0x59, 0x99)), VALUES), max_size=6))
def test_no_answer_makes_its_readers_fail(items: list[tuple[int, bytes]]) -> None:
    extensions = negotiated_extensions(items, PROPOSED)
    assert extensions[0].sop_class_uid == CT
    assert {extension.sop_class_uid for extension in extensions} <= {CT, MR}
    exchange = identity_exchange(items, JOE)
    assert exchange is not None
    assert exchange.has_response or not exchange.response_bytes


@pytest.mark.parametrize("kind", range(7))
@pytest.mark.parametrize("wants", [False, True])
@pytest.mark.parametrize("has", [False, True])
def test_only_user_names_need_the_confirmation_asked_for(kind: int, *, wants: bool, has: bool) -> None:
    exchange = UserIdentityExchange(kind=kind, wants_response=wants, has_response=has)
    if kind in {1, 2} and wants and not has:
        with pytest.raises(UserIdentityError):
            check_identity(exchange)
    else:
        check_identity(exchange)
    check_identity(None)
