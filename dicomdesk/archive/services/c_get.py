"""C-GET (PS3.4 C.4.3): sub-operations over the association that asks."""

from collections.abc import Iterable
from contextlib import closing

from dicomdesk.archive.facts import OperationEnded
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.archive.matching.query_reader import IdentifierRules
from dicomdesk.archive.services.retrieval import NO_CONTEXT, Outlet, Retrieval, RetrievalRefusedError
from dicomdesk.dicom.query.query import Model
from dicomdesk.engine.preparation import PreparedInstance, failure_reason
from dicomdesk.errors import DataError
from dicomdesk.network.dimse.instance_writer import StoreItem
from dicomdesk.network.negotiation import NegotiatedContext
from dicomdesk.records import dataclass

__all__ = ["get"]


def get(retrieval: Retrieval, model: Model, rules: IdentifierRules) -> OperationEnded:
    """Answer a C-GET to its final response. Raises PeerError and LocalError when the association ends."""
    try:
        instances = retrieval.find(model, rules)
    except RetrievalRefusedError as error:
        return retrieval.refuse(error)
    negotiated = retrieval.operation.message.negotiation.contexts
    contexts = [
        context
        for context in negotiated
        if context.is_accepted and context.accepted_role is not None and context.accepted_role.scp
    ]
    with closing(_Line(Outlet(retrieval.keeper, contexts, retrieval.heed), instances)) as line:
        while not retrieval.check_cancelled() and (ready := line.take()) is not None:
            _send(retrieval, ready, line)
    return retrieval.end()


def _send(retrieval: Retrieval, ready: "_Ready", line: "_Line") -> None:
    """Perform one sub-operation; the next is made ready while the peer stores this one."""
    instance = ready.instance
    if isinstance(ready.made, Exception):
        reason = failure_reason(ready.made)
        retrieval.take(instance, None, _no_role(instance, retrieval) if reason == NO_CONTEXT else reason)
        return
    context, prepared = ready.made
    item = StoreItem(context.context_id, instance.sop_class_uid, instance.sop_instance_uid, prepared.data, instance)
    try:
        answer = retrieval.operation.store(item, line.make_ready)
    except (DataError, OSError) as error:
        retrieval.take(instance, None, failure_reason(error))
    else:
        retrieval.take(instance, answer.status, answer.comment)
    finally:
        prepared.close()


@dataclass(frozen=True, slots=True)
class _Ready:
    instance: StoredInstance
    made: tuple[NegotiatedContext, PreparedInstance] | DataError | OSError
    """What is sent, and in which context; or why it cannot be."""


class _Line:
    """Instances in line, of which the first is made ready."""

    def __init__(self, outlet: Outlet, instances: Iterable[StoredInstance]) -> None:
        self._outlet = outlet
        self._left = iter(instances)
        self._first: _Ready | None = None

    def make_ready(self) -> None:
        """Make the first ready, where there is one and it is not; raises what the outlet's ``moving`` raises."""
        if self._first is None and (instance := next(self._left, None)) is not None:
            made: tuple[NegotiatedContext, PreparedInstance] | DataError | OSError
            try:
                made = self._outlet.prepare(instance)
            except (DataError, OSError) as error:
                made = error
            self._first = _Ready(instance, made)

    def take(self) -> _Ready | None:
        """Return the first, made ready; its taker closes what was made. None when all were taken."""
        self.make_ready()
        first, self._first = self._first, None
        return first

    def close(self) -> None:
        """Close what was made ready and was not taken."""
        if self._first is not None and not isinstance(self._first.made, Exception):
            self._first.made[1].close()


def _no_role(instance: StoredInstance, retrieval: Retrieval) -> str:
    negotiated = retrieval.operation.message.negotiation.contexts
    if any(context.is_accepted and context.abstract_syntax == instance.sop_class_uid for context in negotiated):
        return "the peer accepts its SOP class, but does not want to be stored to: no SCP role was proposed"
    return NO_CONTEXT
