"""How association requests are answered, without a socket."""

import struct
from dataclasses import replace

import pytest

from dicomdesk.network.acceptor.access_control import Refusal
from dicomdesk.network.acceptor.association_answer import (
    LOCAL_LIMIT_EXCEEDED,
    Acceptance,
    Rejection,
    TransportFacts,
    answer_request,
    refuse,
)
from dicomdesk.network.negotiation import NegotiatedExtension, Role, TlsSession
from dicomdesk.network.presentation.context_acceptance import AcceptancePolicy, accept_all_policy
from dicomdesk.network.upper_layer.association_pdus import AssociateRequest, read_associate_request
from dicomdesk.settings import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from tests.helpers.peers.requestors import (
    CT_IMAGE_STORAGE,
    EXPLICIT,
    IMPLICIT,
    VERIFICATION,
    WORKLIST,
    Proposal,
    read_answer,
)

FACTS = TransportFacts(
    peer_host="modality",
    peer_port=4711,
    tls=TlsSession(version="TLSv1.3", cipher="X"),
    peer_address="192.0.2.1",
)


def request(proposal: Proposal | None = None) -> AssociateRequest:
    return read_associate_request((proposal or Proposal()).encode()[6:])


def accept(proposal: Proposal | None = None) -> Acceptance:
    answer = answer_request(request(proposal), accept_all_policy(), 65536, FACTS)
    assert isinstance(answer, Acceptance)
    return answer


def test_acceptance_tells_the_peer_and_us_the_same() -> None:
    answer = accept(Proposal(called=b"CALLED", calling=b"CALLING"))
    told = read_answer(answer.pdu[6:])
    negotiation = answer.negotiation
    assert told.results == {1: (0, EXPLICIT), 3: (0, IMPLICIT)}
    assert [context.accepted_transfer_syntax for context in negotiation.contexts] == [EXPLICIT, IMPLICIT]
    assert told.max_pdu_bytes == negotiation.our_max_pdu_bytes == 65536
    assert (negotiation.calling_ae_title, negotiation.called_ae_title) == ("CALLING", "CALLED")
    assert negotiation.responding_ae_title == "CALLED"
    assert not negotiation.is_requestor
    assert (negotiation.peer_host, negotiation.peer_port, str(negotiation.tls)) == ("modality", 4711, "TLSv1.3 X")
    assert negotiation.peer_address == "192.0.2.1"
    assert IMPLEMENTATION_CLASS_UID.encode() in answer.pdu
    assert IMPLEMENTATION_VERSION_NAME.encode() in answer.pdu


@pytest.mark.parametrize(
    ("announced", "expected"), [(16384, 16372), (0, 131060), (None, 131060), (1_000_000, 131060), (4, 0)]
)
def test_largest_value_that_we_may_send_is_counted_as_dcmtk_does(announced: int | None, expected: int) -> None:
    assert accept(Proposal(max_pdu_bytes=announced)).negotiation.max_send_pdv_bytes == expected


def test_context_refused_beside_an_accepted_one_is_answered_with_its_result() -> None:
    answer = accept(Proposal(contexts=[(1, WORKLIST, [EXPLICIT]), (3, "1.2.840.10008.1.1", [IMPLICIT])]))
    results = read_answer(answer.pdu[6:]).results
    assert results[1][0] == 3
    assert results[3] == (0, IMPLICIT)


@pytest.mark.parametrize(
    ("changed", "numbers"),
    [
        ({"protocol_version": 0}, (1, 2, 2)),
        ({"protocol_version": 2}, (1, 2, 2)),
        ({"application_context": ""}, (2, 1, 2)),
        ({"application_context": "1.2.840.10008.3.1.1.1.1"}, (2, 1, 2)),
        ({"contexts": ()}, (1, 1, 1)),
    ],
)
def test_rejections(changed: dict[str, object], numbers: tuple[int, int, int]) -> None:
    answer = answer_request(replace(request(), **changed), accept_all_policy(), 16384, FACTS)  # type: ignore[arg-type] # a table of fields
    assert isinstance(answer, Rejection)
    assert answer.pdu == b"\3\0\0\0\0\4\0" + bytes(numbers)
    assert answer.reason_text


def test_too_many_associations_are_rejected_as_transient() -> None:
    assert LOCAL_LIMIT_EXCEEDED.pdu == b"\3\0\0\0\0\4\0\2\3\2"


def test_later_protocol_versions_that_include_ours_are_accepted() -> None:
    answer = answer_request(replace(request(), protocol_version=3), accept_all_policy(), 16384, FACTS)
    assert isinstance(answer, Acceptance)


def test_roles_are_answered_as_the_policy_says_and_oddities_are_told() -> None:
    policy = AcceptancePolicy(
        contexts={CT_IMAGE_STORAGE: (EXPLICIT,)},
        roles={CT_IMAGE_STORAGE: Role(scu=False, scp=True)},
        extended_negotiation={CT_IMAGE_STORAGE: b"\1\2", VERIFICATION: b"\3"},
    )
    proposal = Proposal(roles=[(CT_IMAGE_STORAGE, 1, 0)])
    answer = answer_request(request(proposal), policy, 16384, FACTS)
    assert isinstance(answer, Acceptance)
    told = read_answer(answer.pdu[6:])
    assert told.roles == {CT_IMAGE_STORAGE: (0, 0)}
    assert told.extended == {CT_IMAGE_STORAGE: b"\1\2"}
    assert answer.warnings
    rejected = answer_request(request(), policy, 16384, FACTS)
    assert isinstance(rejected, Rejection)
    assert "only SCP role configured" in rejected.warnings[0]


def presenting(identity: bytes) -> Proposal:
    return Proposal(extra_items=struct.pack(">BxH", 0x58, len(identity)) + identity)


@pytest.mark.parametrize(
    ("confirms", "identity", "answer"),
    [
        (True, b"\2\1\0\3joe\0\1x", b"\x59\0\0\2\0\0"),
        (True, b"\2\0\0\3joe\0\1x", None),
        (False, b"\2\1\0\3joe\0\1x", None),
        (False, b"\5\1\0\3jwt\0\0", None),
    ],
)
def test_identity_is_confirmed_where_it_was_verified_and_that_was_asked_for(
    identity: bytes, answer: bytes | None, *, confirms: bool
) -> None:
    accepted = answer_request(
        request(presenting(identity)), accept_all_policy(), 16384, FACTS, confirms_identity=confirms
    )
    assert isinstance(accepted, Acceptance)
    assert (b"\x59\0\0" in accepted.pdu) == (answer is not None)
    assert answer is None or accepted.pdu.endswith(answer)
    exchange = accepted.negotiation.user_identity
    assert exchange is not None
    assert (exchange.has_response, exchange.response_bytes) == (answer is not None, 0)


def test_nobody_is_confirmed_who_presented_nothing() -> None:
    accepted = answer_request(request(), accept_all_policy(), 16384, FACTS, confirms_identity=True)
    assert isinstance(accepted, Acceptance)
    assert b"\x59\0\0" not in accepted.pdu
    assert accepted.negotiation.user_identity is None


def test_extensions_that_do_not_fit_into_an_answer_are_left_out() -> None:
    classes = [f"1.2.840.{number}" for number in range(128)]
    policy = AcceptancePolicy(
        contexts=dict.fromkeys(classes, (EXPLICIT,)),
        roles={uid: Role(scu=True, scp=True) for uid in classes},
        extended_negotiation={uid: bytes(1023) for uid in classes},
    )
    contexts = [(2 * index + 1, uid, (EXPLICIT,)) for index, uid in enumerate(classes)]
    accepted = answer_request(
        request(Proposal(contexts=contexts, roles=[(uid, 1, 1) for uid in classes])), policy, 16384, FACTS
    )
    assert isinstance(accepted, Acceptance)
    told = read_answer(accepted.pdu[6:])
    assert 40 < len(told.extended) < 50
    assert len(told.roles) == 128
    assert len(accepted.negotiation.extensions) == len(told.extended)


def test_extensions_are_told_as_proposed_and_answered() -> None:
    information = struct.pack(">H", len(CT_IMAGE_STORAGE)) + CT_IMAGE_STORAGE.encode() + b"\5"
    policy = AcceptancePolicy(
        contexts={CT_IMAGE_STORAGE: (EXPLICIT,), VERIFICATION: (IMPLICIT,)},
        extended_negotiation={VERIFICATION: b"\3"},
    )
    accepted = answer_request(
        request(Proposal(extra_items=struct.pack(">BxH", 0x56, len(information)) + information)), policy, 16384, FACTS
    )
    assert isinstance(accepted, Acceptance)
    assert accepted.negotiation.extensions == (
        NegotiatedExtension(sop_class_uid=CT_IMAGE_STORAGE, proposed=b"\5", accepted=None),
        NegotiatedExtension(sop_class_uid=VERIFICATION, proposed=b"", accepted=b"\3"),
    )


def test_refusal_is_answered_with_its_numbers_and_nothing_else() -> None:
    answer = refuse(Refusal(numbers=(1, 2, 1), text="user x is not known"))
    assert answer.pdu == b"\3\0\0\0\0\4\0\1\2\1"
    assert answer.reason_text == "user x is not known"


@pytest.mark.parametrize(
    ("contexts", "accepted", "warning"),
    [
        ([(1, VERIFICATION, [EXPLICIT]), (1, VERIFICATION, [IMPLICIT])], {1: EXPLICIT}, "several"),
        ([(1, WORKLIST, [EXPLICIT]), (1, VERIFICATION, [IMPLICIT])], {1: IMPLICIT}, "several"),
        ([(2, VERIFICATION, [IMPLICIT]), (0, VERIFICATION, [EXPLICIT])], {2: IMPLICIT, 0: EXPLICIT}, "even IDs: 2, 0"),
    ],
)
def test_odd_context_ids_are_borne_with_and_answered_once(
    contexts: list[tuple[int, str, list[str]]], accepted: dict[int, str], warning: str
) -> None:
    answer = accept(Proposal(contexts=contexts))
    negotiated = answer.negotiation.contexts
    assert {context.context_id: context.accepted_transfer_syntax for context in negotiated} == accepted
    assert len(negotiated) == len(accepted)
    assert len(answer.warnings) == 1
    assert warning in answer.warnings[0]


def test_context_ids_that_are_right_are_not_mentioned() -> None:
    assert accept().warnings == ()
