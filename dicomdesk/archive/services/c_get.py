"""C-GET (PS3.4 C.4.3): sub-operations over the association that asks."""

from dicomdesk.archive.facts import OperationEnded
from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.archive.matching.query_reader import IdentifierRules
from dicomdesk.archive.services.retrieval import NO_CONTEXT, Outlet, Retrieval, RetrievalRefusedError
from dicomdesk.dicom.query.query import Model
from dicomdesk.engine.preparation import failure_reason
from dicomdesk.errors import DataError
from dicomdesk.network.dimse.instance_writer import StoreItem

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
    outlet = Outlet(retrieval.keeper, contexts, retrieval.heed)
    for instance in instances:
        if retrieval.check_cancelled():
            break
        try:
            context, prepared = outlet.prepare(instance)
        except (DataError, OSError) as error:
            reason = failure_reason(error)
            retrieval.take(instance, None, _no_role(instance, retrieval) if reason == NO_CONTEXT else reason)
            continue
        try:
            item = StoreItem(
                context.context_id, instance.sop_class_uid, instance.sop_instance_uid, prepared.data, instance
            )
            answer = retrieval.operation.store(item)
        except (DataError, OSError) as error:
            retrieval.take(instance, None, failure_reason(error))
        else:
            retrieval.take(instance, answer.status, answer.comment)
        finally:
            prepared.close()
    return retrieval.end()


def _no_role(instance: StoredInstance, retrieval: Retrieval) -> str:
    negotiated = retrieval.operation.message.negotiation.contexts
    if any(context.is_accepted and context.abstract_syntax == instance.sop_class_uid for context in negotiated):
        return "the peer accepts its SOP class, but does not want to be stored to: no SCP role was proposed"
    return NO_CONTEXT
