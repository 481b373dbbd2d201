"""The method that is chosen is one that can be, wherever there is one, and its reason names the peer."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dicomdesk.engine.receive.request import ReceiveRequest, Storage
from dicomdesk.engine.retrieve.outcome import Diagnosis, DiagnosisKind
from dicomdesk.engine.retrieve.request import WAYS, RetrieveMethod, RetrieveRequest, RunningListener
from dicomdesk.engine.retrieve.ways.method_choice import (
    Prospects,
    choose_method,
    find_concern,
    get_storage,
    may_other_serve,
    possible_ways,
)
from dicomdesk.settings import Peer

PEER = Peer(host="pacs.example", port=104, ae_title="PACS")
MOVE, GET = WAYS
BOTH = frozenset(WAYS)
ALL = Prospects(peer=PEER, possible=BOTH, supported=BOTH)
SETS = st.sets(st.sampled_from(WAYS)).map(frozenset)


def request(**changes: object) -> RetrieveRequest:
    changes.setdefault("method", RetrieveMethod.AUTOMATIC)
    return RetrieveRequest(peer=PEER, identifiers=(), **changes)  # type: ignore[arg-type]  # any field of the request


@given(SETS, st.none() | SETS, st.sampled_from([None, *WAYS]), st.integers(0, 200), st.booleans())
def test_a_method_that_can_be_is_chosen_wherever_there_is_one(
    possible: frozenset[RetrieveMethod],
    supported: frozenset[RetrieveMethod] | None,
    preferred: RetrieveMethod | None,
    sop_classes: int,
    is_to_here: bool,
) -> None:
    method, reason = choose_method(
        Prospects(
            peer=PEER,
            possible=possible,
            supported=supported,
            preferred=preferred,
            destination="DESK",
            is_to_here=is_to_here,
            sop_classes=sop_classes,
        )
    )
    usable = possible & (BOTH if supported is None else supported)
    assert method in (usable or BOTH)
    assert method is preferred or preferred not in usable
    assert reason.startswith(f"C-{method.name}")
    assert "PACS@pacs.example:104" in reason


@pytest.mark.parametrize(
    ("prospects", "method", "words"),
    [
        (ALL, GET, "needs no connection"),
        (replace(ALL, preferred=MOVE), MOVE, "preferred"),
        (replace(ALL, supported=frozenset({MOVE})), MOVE, "does not accept C-GET"),
        (replace(ALL, supported=frozenset({GET}), preferred=MOVE), GET, "does not accept C-MOVE"),
        (replace(ALL, possible=frozenset({GET})), GET, "nothing listens"),
        (replace(ALL, possible=frozenset({MOVE}), destination="OTHER", is_to_here=False), MOVE, "send to OTHER"),
        (replace(ALL, possible=frozenset({MOVE})), MOVE, "no folder here"),
        (replace(ALL, sop_classes=128), MOVE, "128 SOP classes"),
        (replace(ALL, supported=frozenset()), GET, "is tried"),
    ],
)
def test_the_reason_is_told(prospects: Prospects, method: RetrieveMethod, words: str) -> None:
    chosen, reason = choose_method(prospects)
    assert chosen is method
    assert words in reason


def test_what_is_possible_goes_by_where_instances_are_wanted() -> None:
    folder = Storage(folder=Path("in"))
    listener = ReceiveRequest(port=0, storage=folder)
    assert possible_ways(request()) == frozenset()
    assert possible_ways(request(storage=folder)) == {GET}
    assert possible_ways(request(destination="OTHER", storage=folder)) == {MOVE}
    assert possible_ways(request(listener=listener)) == BOTH
    assert possible_ways(request(running_listener=RunningListener(port=1))) == {MOVE}
    assert possible_ways(request(running_listener=RunningListener(port=1), destination="US", storage=folder)) == BOTH


def test_a_get_stores_where_it_is_told_to_or_where_the_listener_would() -> None:
    folder = Storage(folder=Path("in"))
    assert get_storage(request(listener=ReceiveRequest(port=0, storage=folder))) == folder
    assert get_storage(request(method=GET)) == Storage()
    assert get_storage(request(method=MOVE)) is None


def test_only_causes_that_the_other_method_need_not_have_lead_to_it() -> None:
    def found(method: RetrieveMethod, kind: DiagnosisKind) -> Diagnosis | None:
        return find_concern(method, [Diagnosis(kind=kind, text="", advice="")])

    assert {kind for kind in DiagnosisKind if not found(MOVE, kind)} == {
        DiagnosisKind.UNREACHABLE,
        DiagnosisKind.REFUSED_BY_US,
        DiagnosisKind.SUB_OPERATIONS_FAILED,
        DiagnosisKind.NOTHING_FOUND,
        DiagnosisKind.REFUSED_BY_PEER,
        DiagnosisKind.BROKEN_OFF,
        DiagnosisKind.MISSING,
        DiagnosisKind.UNASKED,
    }
    assert {kind for kind in DiagnosisKind if found(GET, kind)} == {
        DiagnosisKind.METHOD_NOT_SUPPORTED,
        DiagnosisKind.CONTEXTS_REFUSED,
        DiagnosisKind.NOT_PERMITTED,
        DiagnosisKind.SUB_OPERATIONS_FAILED,
    }


def test_the_other_method_is_not_asked_about_where_it_could_not_help() -> None:
    def one(kind: DiagnosisKind) -> Diagnosis:
        return Diagnosis(kind=kind, text="", advice="")

    assert not may_other_serve([])
    helpless = {kind for kind in DiagnosisKind if not may_other_serve([one(kind)])}
    assert helpless == {
        DiagnosisKind.UNREACHABLE,
        DiagnosisKind.REFUSED_BY_US,
        DiagnosisKind.NOTHING_FOUND,
        DiagnosisKind.BROKEN_OFF,
        DiagnosisKind.MISSING,
        DiagnosisKind.UNASKED,
    }
    assert may_other_serve([one(DiagnosisKind.UNASKED), one(DiagnosisKind.REFUSED_BY_PEER)])
