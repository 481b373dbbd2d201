"""Decides for each instance of a planned transfer, from what the peer answered to each planned association."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from dicomdesk.dicom.transfer_syntaxes import UNCOMPRESSED
from dicomdesk.engine.delivery.delivery import EndedError, SendFailure
from dicomdesk.engine.forecast import Help, Verdict
from dicomdesk.engine.preflight.advice import help_for_refusal
from dicomdesk.engine.preflight.forecast_groups import Prediction
from dicomdesk.engine.send.planned_inputs import NOTHING_TO_PROPOSE, plan_options
from dicomdesk.engine.send.request import SendRequest
from dicomdesk.errors import DicomdeskError
from dicomdesk.network.negotiation import (
    MAX_CONTEXTS,
    ContextResult,
    NegotiatedContext,
    ProposedContext,
    number_contexts,
)
from dicomdesk.network.presentation.assignment import assign
from dicomdesk.network.presentation.context_planning import (
    UNCOMPRESSED_OFFER,
    Plan,
    PlannedAssociation,
    PlannedInstance,
    plan_associations,
)
from dicomdesk.records import dataclass

__all__ = ["Decision", "Negotiate", "PlannedForecast"]

Negotiate = Callable[[Sequence[ProposedContext]], Sequence[NegotiatedContext]]
"""Asks the peer and releases; raises EndedError where there is no association."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Decision on one instance, as far as is known without opening its file."""

    position: int
    """In the transfer list, from 0."""
    association: int
    """Number of the planned association, 0 where none takes it."""
    transfer_syntax_uid: str = ""
    """What it would be sent in; "" where it cannot be sent."""
    reason: str = ""
    """Why it is converted or cannot go."""
    advice: str = ""
    helps: tuple[Help, ...] = ()
    failure: SendFailure | None = None
    """What sending would end with if this instance could not go; None where it would pass it over."""
    error: DicomdeskError | None = None
    """Why, where that is not the instance's own reason."""

    def refusal(self) -> Prediction:
        """Return the prediction for an instance that cannot be sent."""
        return Prediction(Verdict.CANNOT_GO, "", self.reason, self.advice, self.helps, self.association)


class _Answered(NamedTuple):
    planned: PlannedAssociation
    contexts: Sequence[NegotiatedContext]


class PlannedForecast:
    """Forecast of a plan: asks the peer with ``negotiate`` for each planned association. Used by one thread."""

    def __init__(self, request: SendRequest, negotiate: Negotiate) -> None:
        self._request = request
        self._negotiate = negotiate
        self._instances: Sequence[PlannedInstance] = ()
        self._decisions: dict[int, Decision] = {}
        self._answered: list[_Answered] = []

    def decide(self, instances: Sequence[PlannedInstance]) -> list[Decision]:
        """Decide for each instance of the transfer list, in its order."""
        self._instances = instances
        # With a halt the plan ends at the first refusal; here the rest is to be known as well.
        options = replace(plan_options(self._request, self._instances), halt_on_refusal=False)
        plan = plan_associations(self._instances, options=options)
        error = self._ask(plan)
        if error is None:
            self._decide_answered()
        self._decide_rest(plan, error)
        return [self._decisions[position] for position in sorted(self._decisions)]

    def _ask(self, plan: Plan) -> DicomdeskError | None:
        """Open each association; why that failed, if it did."""
        for planned in plan.associations:
            if not planned.contexts:
                continue
            try:
                self._answered.append(_Answered(planned, self._negotiate(planned.contexts)))
            except EndedError as ended:
                return ended.error
        return None

    def _decide_answered(self) -> None:
        uncompressed = self._classes_taken_uncompressed()
        halt = SendFailure.SEND if self._request.halt_on_error else None
        for planned, contexts in self._answered:
            takes_something = any(context.is_accepted for context in contexts)
            for assignment in assign(planned, contexts, self._instances):
                position = assignment.position
                decision = Decision(
                    position=position,
                    association=planned.number,
                    transfer_syntax_uid=assignment.transfer_syntax_uid,
                    reason=assignment.reason,
                    failure=halt if takes_something else None,
                )
                if not assignment.is_sendable:
                    advice = help_for_refusal(self._instances[position], contexts, planned.options, uncompressed)
                    decision = replace(decision, advice=advice.text, helps=advice.helps)
                self._decisions[position] = decision

    def _classes_taken_uncompressed(self) -> frozenset[str]:
        """SOP classes that the peer takes uncompressed; asked for where something was refused and that is not known."""
        taken, unknown = set(), dict[str, None]()
        for planned, contexts in self._answered:
            for context in contexts:
                if context.is_accepted and context.accepted_transfer_syntax in UNCOMPRESSED:
                    taken.add(context.abstract_syntax)
            for assignment in assign(planned, contexts, self._instances):
                if not assignment.is_sendable:
                    unknown[self._instances[assignment.position].sop_class_uid] = None
        refused = {
            context.abstract_syntax
            for _, contexts in self._answered
            for context in contexts
            if context.result is ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED or _was_offered_uncompressed(context)
        }
        to_ask = [uid for uid in unknown if uid not in taken and uid not in refused][:MAX_CONTEXTS]
        return frozenset(taken | self._ask_uncompressed(to_ask))

    def _ask_uncompressed(self, sop_class_uids: Sequence[str]) -> set[str]:
        """One more association, to give advice that is true."""
        if not sop_class_uids:
            return set()
        contexts = number_contexts((uid, UNCOMPRESSED_OFFER) for uid in sop_class_uids)
        try:
            answered = self._negotiate(contexts)
        except EndedError:
            return set()
        return {context.abstract_syntax for context in answered if context.is_accepted}

    def _decide_rest(self, plan: Plan, error: DicomdeskError | None) -> None:
        """Decide for what no association takes."""
        halt = SendFailure.NO_PRESENTATION_CONTEXT if self._request.halt_on_error else None
        for planned in plan.associations:
            advice = "Allow presentation contexts without the default transfer syntax."
            for position in planned.refused:
                self._refuse(position, f"{NOTHING_TO_PROPOSE}.", advice, Help.ALLOW_ILLEGAL_PROPOSAL, halt)
            if error is not None:
                for item in planned.items:
                    self._decisions[item.position] = Decision(
                        position=item.position,
                        association=planned.number,
                        reason=str(error),
                        advice=getattr(error, "advice", ""),
                        failure=SendFailure.ASSOCIATION,
                        error=error,
                    )
        for position in plan.left_over:
            reason = "All was to go over one association, which cannot take it."
            self._refuse(position, reason, "Allow several associations.", Help.MORE_ASSOCIATIONS)

    def _refuse(self, position: int, reason: str, advice: str, help_: Help, failure: SendFailure | None = None) -> None:
        self._decisions[position] = Decision(
            position=position, association=0, reason=reason, advice=advice, helps=(help_,), failure=failure
        )


def _was_offered_uncompressed(context: NegotiatedContext) -> bool:
    return not context.is_accepted and any(uid in UNCOMPRESSED for uid in context.proposed_transfer_syntaxes)
