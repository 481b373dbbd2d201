"""Why an instance was not stored, an input not taken, an association lost, a job ended: the words for its outcome.

Every front end shows what these functions return.
"""

from dicomdesk.engine import events
from dicomdesk.engine.events import ItemOutcome, NotSentCause
from dicomdesk.engine.explain.items import explain_input, explain_instance
from dicomdesk.engine.explain.recognition import explain_all, explain_line, find_failure
from dicomdesk.logs import UNEXPLAINED, Explanation

__all__ = ["explain_event", "explain_outcome", "explain_reason"]

_BY_CAUSE = {
    NotSentCause.NO_CONTEXT: "no-context-for-file",
    NotSentCause.NOT_CONVERTED: "cannot-convert",
    NotSentCause.UNREADABLE: "file-not-usable",
    NotSentCause.NOT_REACHED: "not-reached",
}
_WARNINGS = frozenset({"area-not-named", "caller-not-served", "configuration"})
"""Failures that are told as a warning, since what goes wrong is another's."""


def explain_reason(reason: str, otherwise: str = "") -> Explanation:
    """What a reason in words means; that of the failure of a key where nothing is known of it, or nothing."""
    known = explain_line(reason) if reason else None
    return known or (_of_key(otherwise) if otherwise else UNEXPLAINED)


def explain_outcome(
    outcome: ItemOutcome, status: int | None, not_sent_cause: NotSentCause | None, reason: str
) -> Explanation:
    """Why the peer has not stored an instance, or with a remark, and what to do; nothing for what is stored."""
    if outcome is ItemOutcome.STORED:
        return UNEXPLAINED
    known = explain_instance(status, reason, is_unanswered=outcome is ItemOutcome.FAILED)
    if known.advice or not_sent_cause is None:
        return known
    return explain_reason(reason, _BY_CAUSE[not_sent_cause])


def explain_event(event: object) -> Explanation:
    """Why what a fact tells of happened, and what to do; nothing where it is no failure, or nothing is known of it."""
    match event:
        case events.AssociationFailed():
            return Explanation(event.cause, event.advice) if event.advice else explain_reason(event.reason)
        case events.AssociationAborted(reason=reason):
            return explain_reason(reason, "aborted-in-transfer" if event.by_peer else "")
        case events.ItemFinished() | events.InstanceNotSent():
            return _explain_item(event)
        case events.InputSkipped(reason=reason):
            known = explain_input(reason)
            return known if known.advice else explain_reason(reason, "file-not-usable" if event.is_failure else "")
        case events.InputIgnored(problem=problem):
            return explain_reason(problem, "file-not-usable")
        case events.Notice():
            return _explain_notice(event)
        case events.RequestFailed(reason=reason) | events.JobFinished(error=reason) if reason:
            return explain_reason(reason)
        case _:
            return UNEXPLAINED


def _explain_notice(event: events.Notice) -> Explanation:
    if event.level is events.NoticeLevel.ERROR:
        return explain_reason(event.text)
    known = explain_all(event.text) if event.level is events.NoticeLevel.WARNING else []
    return _of_key(known[0].key) if known and known[0].key in _WARNINGS else UNEXPLAINED


def _explain_item(event: events.ItemFinished | events.InstanceNotSent) -> Explanation:
    if isinstance(event, events.InstanceNotSent):
        return explain_outcome(ItemOutcome.NOT_SENT, None, event.cause, event.reason)
    is_received = bool(event.fault) or event.arrival is not None or not event.path
    if is_received:
        is_stored = event.outcome is ItemOutcome.STORED
        return UNEXPLAINED if is_stored else explain_reason(event.fault or event.reason)
    return explain_outcome(event.outcome, event.status, event.not_sent_cause, event.reason)


def _of_key(key: str) -> Explanation:
    failure = find_failure(key)
    return Explanation(failure.cause, failure.advice)
