"""A survey learns exactly what an acceptor takes, whatever that is, and asks little."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicomdesk.dicom.transfer_syntaxes import TRANSFER_SYNTAXES
from dicomdesk.engine.check.asked_sop_classes import SERVICES, Service
from dicomdesk.engine.check.capability_survey import CapabilitySurvey
from dicomdesk.engine.check_findings import ServiceGroup
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext, ProposedContext

STORAGE = [service.sop_class_uid for service in SERVICES if service.group is ServiceGroup.STORAGE]
SYNTAXES = [syntax.uid for syntax in TRANSFER_SYNTAXES]
IMPLICIT, EXPLICIT = SYNTAXES[:2]

Taken = Mapping[str, Sequence[str]]


def answer(contexts: Sequence[ProposedContext], taken: Taken) -> list[NegotiatedContext]:
    """As an acceptor with a preference of its own."""
    answered = []
    for context in contexts:
        fitting = [uid for uid in taken.get(context.abstract_syntax, ()) if uid in context.transfer_syntaxes]
        refusal = (
            ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED
            if context.abstract_syntax in taken
            else ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED
        )
        answered.append(
            NegotiatedContext(
                context_id=context.context_id,
                abstract_syntax=context.abstract_syntax,
                proposed_transfer_syntaxes=context.transfer_syntaxes,
                result=ContextResult.ACCEPTED if fitting else refusal,
                accepted_transfer_syntax=fitting[0] if fitting else None,
            )
        )
    return answered


def run(survey: CapabilitySurvey, taken: Taken, most: int = 1000) -> dict[str, set[str]]:
    told = {}
    for _ in range(most):
        contexts = survey.next_contexts()
        if not contexts:
            break
        assert len(contexts) <= 127
        assert [context.context_id for context in contexts] == list(range(1, 2 * len(contexts), 2))
        assert all(1 <= len(context.transfer_syntaxes) <= 32 for context in contexts)
        for capability in survey.take(answer(contexts, taken)):
            assert capability.is_complete
            assert capability.sop_class_uid not in told
            told[capability.sop_class_uid] = set(capability.transfer_syntaxes)
    return told


@settings(max_examples=40, deadline=None)
@given(
    taken=st.dictionaries(
        st.sampled_from(STORAGE[:20]), st.lists(st.sampled_from(SYNTAXES), min_size=1, max_size=12, unique=True)
    )
)
def test_whatever_the_acceptor_takes_is_learnt(taken: dict[str, list[str]]) -> None:
    survey = CapabilitySurvey([Service(uid, ServiceGroup.STORAGE) for uid in STORAGE[:20]])
    assert run(survey, taken) == {uid: set(syntaxes) for uid, syntaxes in taken.items()}
    assert survey.capabilities().is_complete
    assert not survey.unsettled()


def test_usual_peer_is_known_after_ten_associations() -> None:
    survey = CapabilitySurvey()
    told = run(survey, {service.sop_class_uid: (EXPLICIT, IMPLICIT) for service in SERVICES})
    assert len(told) == survey.asked == survey.total == len(SERVICES)
    assert survey.associations <= 10


@pytest.mark.long
def test_peer_that_takes_everything_is_known_within_the_bound() -> None:
    survey = CapabilitySurvey()
    run(survey, dict.fromkeys((service.sop_class_uid for service in SERVICES), SYNTAXES))
    assert survey.capabilities().is_complete
    assert survey.associations <= 110


def test_what_is_not_settled_is_said() -> None:
    survey = CapabilitySurvey()
    run(survey, dict.fromkeys(STORAGE, (EXPLICIT, IMPLICIT)), most=1)
    capabilities = survey.capabilities()
    assert not capabilities.is_complete
    assert 0 < capabilities.asked < capabilities.total
    assert all(not capability.is_complete for capability in survey.unsettled())


def test_refused_association_counts_as_refused_contexts() -> None:
    survey = CapabilitySurvey([Service(STORAGE[0], ServiceGroup.STORAGE)])
    survey.refuse(survey.next_contexts())
    assert survey.next_contexts() == ()
    assert survey.capabilities().accepted == ()
    assert survey.asked == 1


@pytest.mark.parametrize("rounds", [1, 2])
def test_less_is_asked_at_once_on_demand(rounds: int) -> None:
    survey = CapabilitySurvey()
    assert [survey.ask_less() for _ in range(rounds)] == [True, False][:rounds]
    assert len(survey.next_contexts()) <= 127 // 4**rounds


def test_answer_with_what_was_not_offered_counts_as_refusal() -> None:
    survey = CapabilitySurvey([Service(STORAGE[0], ServiceGroup.STORAGE)])
    contexts = survey.next_contexts()
    wrong = [
        NegotiatedContext(
            context_id=context.context_id,
            abstract_syntax=context.abstract_syntax,
            proposed_transfer_syntaxes=context.transfer_syntaxes,
            result=ContextResult.ACCEPTED,
            accepted_transfer_syntax="1.2.3",
        )
        for context in contexts
    ]
    assert survey.take(wrong) == ()
    assert survey.next_contexts() == ()
