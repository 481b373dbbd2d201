"""Decisions from scripted answers of a peer, without a network; what a real peer does is in the integration tests."""

from collections.abc import Sequence

from dicomdesk.dicom.instance import InputSelection
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.forecast import Help
from dicomdesk.engine.preflight.planned_forecast import PlannedForecast
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import PeerUnreachableError
from dicomdesk.network.negotiation import ContextResult, NegotiatedContext, ProposedContext
from dicomdesk.network.presentation.context_planning import PlannedInstance
from dicomdesk.settings import Peer

CT = "1.2.840.10008.5.1.4.1.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
JPEG = "1.2.840.10008.1.2.4.50"
REQUEST = SendRequest(peer=Peer(host="h", port=1), inputs=InputSelection(paths=()))


def taking(*uids: str, asked: list[Sequence[ProposedContext]]) -> object:
    def negotiate(contexts: Sequence[ProposedContext]) -> list[NegotiatedContext]:
        asked.append(contexts)
        answered = []
        for context in contexts:
            chosen = next((uid for uid in context.transfer_syntaxes if uid in uids), None)
            answered.append(
                NegotiatedContext(
                    context_id=context.context_id,
                    abstract_syntax=context.abstract_syntax,
                    proposed_transfer_syntaxes=context.transfer_syntaxes,
                    result=ContextResult.ACCEPTED if chosen else ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED,
                    accepted_transfer_syntax=chosen,
                )
            )
        return answered

    return negotiate


def test_nobody_is_asked_again_where_all_can_go() -> None:
    asked: list[Sequence[ProposedContext]] = []
    forecast = PlannedForecast(REQUEST, taking(EXPLICIT, asked=asked))  # type: ignore[arg-type] # made by a helper
    (decision,) = forecast.decide([PlannedInstance(CT, EXPLICIT)])
    assert (decision.transfer_syntax_uid, decision.association, len(asked)) == (EXPLICIT, 1, 1)


def test_what_another_context_has_shown_is_not_asked_again() -> None:
    asked: list[Sequence[ProposedContext]] = []
    forecast = PlannedForecast(REQUEST, taking(EXPLICIT, asked=asked))  # type: ignore[arg-type] # made by a helper
    good, bad = forecast.decide([PlannedInstance(CT, EXPLICIT), PlannedInstance(CT, JPEG)])
    assert (good.transfer_syntax_uid, bad.transfer_syntax_uid) == (EXPLICIT, "")
    assert (bad.helps, bad.failure, len(asked)) == ((Help.ALLOW_LOSSY_DECOMPRESSION,), SendFailure.SEND, 1)


def test_association_that_fails_is_the_reason_for_all() -> None:
    def fail(_contexts: Sequence[ProposedContext]) -> Sequence[NegotiatedContext]:
        raise EndedError(SendFailure.ASSOCIATION, PeerUnreachableError("nobody there"))

    decisions = PlannedForecast(REQUEST, fail).decide([PlannedInstance(CT, EXPLICIT), PlannedInstance(CT, JPEG)])
    assert [decision.reason for decision in decisions] == ["nobody there"] * 2
    assert {decision.failure for decision in decisions} == {SendFailure.ASSOCIATION}
