"""Connection check: name, TCP, TLS, association, echo, capabilities; each step timed, with advice where it fails.

The steps to the echo share one connection. The capabilities are asked for in further associations, one after the
other, each released: no message is sent in them and nothing is stored. Everything has a deadline, also where the
settings have none.
"""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace

from dicomdesk.dicom.sop_classes import VERIFICATION
from dicomdesk.dicom.transfer_syntaxes import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from dicomdesk.engine.check.capability_survey import CapabilitySurvey
from dicomdesk.engine.check.connection_steps import ConnectionSteps, OpenedConnection
from dicomdesk.engine.check.requests import CheckRequest
from dicomdesk.engine.check.step_log import OpenStep, StepLog
from dicomdesk.engine.check_findings import (
    Capabilities,
    CheckStage,
    CheckState,
    CheckStep,
    ServiceGroup,
    SopClassCapability,
)
from dicomdesk.engine.events import (
    CapabilityFound,
    EventSink,
    JobFinished,
    JobOutcome,
)
from dicomdesk.engine.explain import remedies
from dicomdesk.engine.explain.remedies import NOTHING, Remedy
from dicomdesk.engine.job import Job, new_job_id
from dicomdesk.engine.outgoing_association import OutgoingAssociation
from dicomdesk.engine.stats import Progress
from dicomdesk.errors import (
    AssociationRejectedError,
    DicomdeskError,
    PeerError,
    SettingsError,
)
from dicomdesk.human import count_text, printable
from dicomdesk.network.negotiation import Negotiation, ProposedContext
from dicomdesk.network.requestor.association import RequestedAssociation
from dicomdesk.network.status import status_text
from dicomdesk.network.wire.connection import ConnectionInterruptedError, Interruption
from dicomdesk.records import dataclass

__all__ = [
    "Capabilities",
    "CheckJob",
    "CheckResult",
    "CheckStage",
    "CheckState",
    "CheckStep",
    "ServiceGroup",
    "SopClassCapability",
]

_MOST_SECONDS = 30.0
"""For an answer, where the settings have no limit."""
_SURVEY_S = 60.0
"""For all capabilities together."""
_MOST_ASSOCIATIONS = 100
_LONGEST_ANSWER_S = 10.0
"""For an association of those, from a peer that has answered already."""
_CONTEXT = ProposedContext(
    context_id=1,
    abstract_syntax=VERIFICATION,
    transfer_syntaxes=(IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_LITTLE_ENDIAN),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """Result of a connection check."""

    outcome: JobOutcome
    """COMPLETED where no step failed; warnings do not count."""
    steps: tuple[CheckStep, ...]
    """All of them in order; TLS only where it is asked for."""
    capabilities: Capabilities | None
    """None where nobody got that far."""
    negotiation: Negotiation | None = None
    """Of the association for Verification."""

    @property
    def failed_step(self) -> CheckStep | None:
        """The first step that failed."""
        return next((step for step in self.steps if step.state is CheckState.FAILED), None)


class CheckJob(Job[CheckResult]):
    """Checks the connection to a peer, step by step. Built by the engine.

    Each step is told when it begins and when it has ended, each SOP class that the peer accepts when all is known of
    it. The first cancel ends the check at once.
    """

    def __init__(self, request: CheckRequest, sink: EventSink) -> None:
        super().__init__(new_job_id("check"), sink)
        self._peer = request.peer
        settings, timeouts = request.association, request.association.timeouts
        bounded = replace(timeouts, acse_s=timeouts.acse_s or _MOST_SECONDS, dimse_s=timeouts.dimse_s or _MOST_SECONDS)
        self._settings = replace(settings, timeouts=bounded)
        self._asks_capabilities = request.asks_capabilities
        self._steps = StepLog(self.id, self._report)
        self._survey = CapabilitySurvey()
        self._has_surveyed = False
        self._associations = 0
        self._outgoing: OutgoingAssociation
        """The last one that was requested."""
        self._negotiation: Negotiation | None = None

    def progress(self) -> Progress:
        """Return how many SOP classes were proposed."""
        survey = self._survey
        return Progress(items_total=survey.total if self._has_surveyed else 0, items_done=survey.asked)

    def _work(self) -> CheckResult:
        with (
            contextlib.suppress(ConnectionInterruptedError),  # the step that was cut short has said so
            contextlib.closing(Interruption()) as interruption,
            self._control.stopping_with(interruption.set),
        ):
            self._check(interruption)
        return self._result()

    def _after_fault(self, error: DicomdeskError) -> CheckResult:
        with self._steps.step(CheckStage.CAPABILITIES) as step:
            step.fail(f"{error}.", Remedy("A fault of this program.", "Report it to its makers."))
        return self._result()

    def _finished(self, result: CheckResult) -> JobFinished:
        failed = result.failed_step
        error = failed.text if failed is not None and result.outcome is JobOutcome.FAILED else ""
        return JobFinished(job_id=self.id, outcome=result.outcome, counts={}, error=error)

    def _result(self) -> CheckResult:
        stages = [
            stage
            for stage in CheckStage
            if (stage is not CheckStage.TLS or self._peer.tls is not None)
            and (stage is not CheckStage.CAPABILITIES or self._asks_capabilities)
        ]
        self._steps.skip_missing(stages)
        steps = tuple(sorted(self._steps.steps, key=lambda step: list(CheckStage).index(step.stage)))
        outcome = JobOutcome.COMPLETED
        if self._control.is_stopping:
            outcome = JobOutcome.CANCELLED
        elif any(step.state is CheckState.FAILED for step in steps):
            outcome = JobOutcome.FAILED
        return CheckResult(
            outcome=outcome,
            steps=steps,
            capabilities=self._survey.capabilities() if self._has_surveyed else None,
            negotiation=self._negotiation,
        )

    def _check(self, interruption: Interruption) -> None:
        reaching = ConnectionSteps(self._peer, self._settings, _CONTEXT, self._steps, interruption)
        reached = reaching.reach()
        if reached is None:
            return
        may_survey = self._associate(reached, reaching, interruption)
        if may_survey and self._asks_capabilities:
            self._ask_capabilities(interruption)

    def _associate(self, reached: OpenedConnection, reaching: ConnectionSteps, interruption: Interruption) -> bool:
        """Open the association and use it; whether it makes sense to ask for capabilities."""
        association: RequestedAssociation | None = None
        with self._steps.step(CheckStage.ASSOCIATION) as step:
            try:
                association = self._open((_CONTEXT,), interruption, reached)
            except AssociationRejectedError as error:
                self._fail(step, error, remedies.explain_association(error, self._peer, self._settings))
                return _may_mean_no_context(error)
            except (PeerError, SettingsError) as error:
                self._raise_if_stopping(error)
                self._fail(step, error, self._explain(error, reached, reaching))
                return False
            self._negotiation = association.negotiation
            step.succeed("The peer accepted the association.", _implementation_lines(association.negotiation))
        return self._echo(association)

    def _explain(self, error: DicomdeskError, reached: OpenedConnection, reaching: ConnectionSteps) -> Remedy:
        """Explain why an association was not established; identifies the listener where it seems not to speak DICOM."""
        remedy = remedies.explain_association(error, self._peer, self._settings)
        if isinstance(error, SettingsError) or getattr(error, "source", None) is not None:
            return remedy
        listener = reaching.identify(reached.address)
        found = remedies.explain_listener(listener, with_tls=self._peer.tls is not None)
        return remedy if found is NOTHING else found

    def _echo(self, association: RequestedAssociation) -> bool:
        with self._steps.step(CheckStage.ECHO) as step:
            if not any(context.is_accepted for context in association.negotiation.contexts):
                remedy = remedies.explain_no_verification(association.negotiation.contexts)
                step.fail("The peer did not accept the presentation context for Verification.", remedy)
                self._outgoing.release(association)
                return True
            start_s = time.monotonic()
            try:
                status = association.echo()
            except PeerError as error:
                self._outgoing.report_loss(error)
                self._raise_if_stopping(error)
                self._fail(step, error, remedies.explain_echo(None, error))
                return False
            took_ms = (time.monotonic() - start_s) * 1000
            if status:
                words = f"{status_text(status)} (status {status:04X}H)"
                step.fail(f"The peer answered, but not with Success: {words}.", remedies.explain_echo(status, None))
            else:
                step.succeed(f"The peer answered in {took_ms:.0f} ms.")
            self._outgoing.release(association)
        return True

    def _ask_capabilities(self, interruption: Interruption) -> None:
        self._has_surveyed = True
        survey = self._survey
        with self._steps.step(CheckStage.CAPABILITIES) as step:
            problem = self._run_survey(interruption)
            for capability in survey.unsettled():
                self._report(CapabilityFound(job_id=self.id, capability=capability))
            capabilities = survey.capabilities()
            stored = len(capabilities.of(ServiceGroup.STORAGE))
            others = len(capabilities.accepted) - stored
            text = (
                f"The peer accepts {count_text(stored, 'storage class', 'storage classes')} and "
                f"{count_text(others, 'other service')}; asking took "
                f"{count_text(survey.associations, 'association')}."
            )
            if problem != NOTHING:
                step.warn(text, problem)
            elif not capabilities.accepted:
                step.warn(
                    "The peer accepts none of the SOP classes that we know.",
                    Remedy(
                        "It may serve other AE titles than ours, or nothing at all.",
                        f'Have the peer set up to serve "{self._settings.calling_ae_title}".',
                    ),
                )
            else:
                step.succeed(text)

    def _run_survey(self, interruption: Interruption) -> Remedy:
        """Ask until everything is known; what kept us from that, NOTHING where nothing did."""
        survey = self._survey
        deadline = time.monotonic() + _SURVEY_S
        for _ in range(_MOST_ASSOCIATIONS):
            contexts = survey.next_contexts()
            if not contexts:
                return NOTHING
            if time.monotonic() >= deadline:
                return Remedy(
                    f"There was no time to ask for everything: the check ends after {_SURVEY_S:.0f} seconds.",
                    "What is listed is right; for the rest, look into the peer's conformance statement.",
                )
            try:
                association = self._open(self._anchored(contexts), interruption)
            except AssociationRejectedError as error:
                if not _may_mean_no_context(error):
                    return self._cut_short(error)
                survey.refuse(contexts)
                continue
            except (PeerError, SettingsError) as error:
                self._raise_if_stopping(error)
                if not survey.ask_less():
                    return self._cut_short(error)
                continue
            negotiated = association.negotiation.contexts
            self._outgoing.release(association)
            for capability in survey.take(negotiated):
                self._report(CapabilityFound(job_id=self.id, capability=capability))
        return Remedy(
            f"The peer takes so much that asking was ended after {_MOST_ASSOCIATIONS} associations.",
            "What is listed is right; classes that are marked may be accepted in further transfer syntaxes.",
        )

    def _anchored(self, contexts: tuple[ProposedContext, ...]) -> tuple[ProposedContext, ...]:
        """With Verification where that is accepted: some peers reject an association that has nothing for them."""
        negotiation = self._negotiation
        if negotiation is None or not any(context.is_accepted for context in negotiation.contexts):
            return contexts
        return (*contexts, replace(_CONTEXT, context_id=contexts[-1].context_id + 2))

    @staticmethod
    def _cut_short(error: DicomdeskError) -> Remedy:
        advice = getattr(error, "advice", "") or "Look into the peer's log."
        return Remedy(printable(f"The peer would not go on: {error}."), advice)

    def _open(
        self, contexts: Sequence[ProposedContext], interruption: Interruption, reached: OpenedConnection | None = None
    ) -> RequestedAssociation:
        self._associations += 1
        self._outgoing = OutgoingAssociation(
            job_id=self.id,
            number=self._associations,
            control=self._control,
            report=self._report,
            ends_at_cancel=True,
        )
        settings, sock = self._settings, None
        if reached is not None:
            sock = reached.sock
        else:
            timeouts = settings.timeouts
            limit_s = min(timeouts.acse_s or _LONGEST_ANSWER_S, _LONGEST_ANSWER_S)
            settings = replace(settings, timeouts=replace(timeouts, connect_s=limit_s, acse_s=limit_s))
        return self._outgoing.open(self._peer, settings, contexts, interruption, sock)

    def _raise_if_stopping(self, error: DicomdeskError) -> None:
        """Raise ConnectionInterruptedError where the error comes from our own cancel."""
        if self._control.is_stopping:
            raise ConnectionInterruptedError from error

    @staticmethod
    def _fail(step: OpenStep, error: DicomdeskError, remedy: Remedy) -> None:
        step.fail(printable(f"{str(error).removesuffix('.')}."), remedy)


def _may_mean_no_context(error: AssociationRejectedError) -> bool:
    """Whether a peer may mean by it that it takes none of the contexts: some reject the whole, without a reason."""
    return (error.source, error.reason) in {(1, 1), (2, 1)} and not error.is_transient


def _implementation_lines(negotiation: Negotiation) -> list[str]:
    name = " ".join(
        part for part in (negotiation.peer_implementation_version, negotiation.peer_implementation_class_uid) if part
    )
    limit = negotiation.peer_max_pdu_bytes
    lines = [f"implementation {printable(name)}"] if name else []
    lines.append(f"takes PDUs of up to {limit:,} bytes" if limit else "takes PDUs of any length")
    return [*lines, *negotiation.oddities]
