"""Plans C-MOVE sub-operations: the proposal to the destination, and the instances of each association."""

from collections.abc import Iterable, Iterator, Sequence

from dicomdesk.archive.index_entries import StoredInstance
from dicomdesk.dicom.transfer_syntaxes import (
    EXPLICIT_VR_BIG_ENDIAN,
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    UNCOMPRESSED,
)
from dicomdesk.network.negotiation import MAX_CONTEXTS, ProposedContext, number_contexts
from dicomdesk.network.presentation.profiles import Profile
from dicomdesk.network.presentation.proposals import propose_contexts
from dicomdesk.records import dataclass

__all__ = ["MoveBatch", "plan_moves"]

_OFFER = (EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBatch:
    """Instances that go over one association."""

    contexts: tuple[ProposedContext, ...]
    instances: Sequence[StoredInstance]


def plan_moves(
    instances: Sequence[StoredInstance], preferred_transfer_syntax: str, profile: Profile | None = None
) -> Iterator[MoveBatch]:
    """Yield what to propose and what to send then; several where one association has no room for all contexts.

    A profile is proposed as it is. Otherwise each SOP class is proposed with the preferred transfer syntax and the
    uncompressed ones, and in a context of its own each transfer syntax that its instances are stored in: what need not
    be converted is not.
    """
    if profile is not None:
        yield MoveBatch(contexts=profile.proposed_contexts(), instances=instances)
        return
    offers: dict[tuple[str, tuple[str, ...]], None] = {}
    batch: list[StoredInstance] = []
    for instance in instances:
        wanted = [offer for offer in _offers(instance, preferred_transfer_syntax) if offer not in offers]
        if len(offers) + len(wanted) > MAX_CONTEXTS and batch:
            yield MoveBatch(contexts=number_contexts(offers), instances=batch)
            batch = []
            offers = {}
            wanted = list(_offers(instance, preferred_transfer_syntax))
        offers.update(dict.fromkeys(wanted))
        batch.append(instance)
    if batch:
        yield MoveBatch(contexts=number_contexts(offers), instances=batch)


def _offers(instance: StoredInstance, preferred: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    sop_class, own = instance.sop_class_uid, instance.transfer_syntax_uid
    if preferred == EXPLICIT_VR_LITTLE_ENDIAN:
        lists: Iterable[tuple[str, ...]] = (_OFFER,)
    else:
        proposed = propose_contexts([sop_class], preferred_transfer_syntax=preferred)
        lists = (context.transfer_syntaxes for context in proposed)
    is_offered = False
    for syntaxes in lists:
        is_offered = is_offered or own in syntaxes[:1] or (own in UNCOMPRESSED and own in syntaxes)
        yield sop_class, syntaxes
    if not is_offered:
        yield sop_class, (own,)
